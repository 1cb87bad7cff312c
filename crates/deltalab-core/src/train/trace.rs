//! A trace: every number of the first updates of one run, enough for a stranger to recompute all of it.
//!
//! The run is trained by the trainer that trains every run, alone, with somebody watching: the numbers of a trace are those
//! of the run, bit for bit. Numbers of f32 are widened. Matrices are `units x patterns`, a path's receiving x sending.

use super::setup::{Precision, Setup};
use super::trainer::{Trainer, Watch};
use crate::learner::{Phase, Rule, learner};
use crate::network::{ErrorFunction, Layers, Parameters, Steps};
use crate::real::{Elem, Real};
use nalgebra::DMatrix;
use std::sync::Arc;

/// The first updates of a run.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Its run seed.
    pub seed: u64,
    /// Weights by path and biases by layer before the first update.
    pub initial: Parameters<f64>,
    /// The updates, first one first: as many as were asked for (at least one), or as the run has.
    pub updates: Vec<Update>,
    /// Weights and biases after the last of them: `initial` and every change.
    pub last: Parameters<f64>,
}

/// One update.
#[derive(Clone, Debug)]
pub struct Update {
    /// Its epoch, from 1.
    pub epoch: u64,
    /// The patterns that it learned from, as indices in the data, in order.
    pub patterns: Vec<u32>,
    /// Inputs, `units x patterns`.
    pub input: DMatrix<f64>,
    /// What the error is taken from, `units x patterns`.
    pub target: DMatrix<f64>,
    /// The phases, first one first.
    pub phases: Vec<TracedPhase>,
    /// δ of each layer above the input, or the rule's relative of it; where outputs are nudged, the activities of nudged − free.
    pub delta: Vec<DMatrix<f64>>,
    /// Every error function that is defined here by name, summed over units and patterns, before the change.
    pub errors: Vec<(&'static str, f64)>,
    /// What the rule gave the optimiser: learning rate 1, over the patterns summed, or averaged if the spec says so.
    pub direction: Parameters<f64>,
    /// What was added.
    pub change: Parameters<f64>,
}

/// One phase of an update.
#[derive(Clone, Debug)]
pub struct TracedPhase {
    /// `forward`; `minus`, `plus`; `backward`; `free`, `nudged`, `nudged_minus`.
    pub name: &'static str,
    /// Steps and whether they ended in rest, by pattern; a phase that is one pass has one entry, (1, true).
    pub steps: Vec<(u64, bool)>,
    /// What it ended in; `None` for a phase in which only errors move.
    pub state: Option<TracedState>,
}

/// The state that a phase ended in, layer by layer above the input, `units x patterns`.
#[derive(Clone, Debug)]
pub struct TracedState {
    /// Net inputs that the activities produce, also where a unit is clamped.
    pub net: Vec<DMatrix<f64>>,
    /// Activities.
    pub activity: Vec<DMatrix<f64>>,
}

impl TracedPhase {
    fn of<R: Real>(phase: &Phase<'_, R>, units: &[usize], patterns: usize) -> Self {
        let steps = |Steps { steps, settled, .. }: &Steps<R>| {
            let both = steps.iter().zip(settled).take(patterns);
            both.map(|(n, settled)| (number(n) as u64, number(settled) > 0.0)).collect()
        };
        Self {
            name: phase.name,
            steps: phase.steps.map_or_else(|| vec![(1, true)], steps),
            state: phase.state.map(|(net, activity)| TracedState {
                net: matrices(net, units, patterns),
                activity: matrices(activity, units, patterns),
            }),
        }
    }
}

/// A number of the only lane.
fn number<R: Real>(x: &R) -> f64 {
    x.lanes()[0].to_f64()
}

fn matrix<R: Real>(numbers: &[R], units: usize) -> DMatrix<f64> {
    DMatrix::from_iterator(units, numbers.len() / units, numbers.iter().map(number))
}

/// The layers above the input.
fn matrices<R: Real>(layers: &Layers<R>, units: &[usize], patterns: usize) -> Vec<DMatrix<f64>> {
    let above = units.iter().enumerate().skip(1);
    above.map(|(layer, &units)| matrix(layers.of(layer, patterns), units)).collect()
}

/// Writes down what it sees of a run that trains alone.
struct Recorder {
    most: usize,
    errors: Vec<ErrorFunction>,
    initial: Option<Parameters<f64>>,
    updates: Vec<Update>,
}

impl Recorder {
    fn new(setup: &Setup, most: usize) -> Self {
        let (ErrorFunction::Sse(tolerance) | ErrorFunction::CrossEntropy(tolerance)) =
            &setup.train.error;
        let output = &setup.topology.layers[setup.topology.output()].activation;
        let mut errors = vec![ErrorFunction::Sse(tolerance.clone())];
        let information = ErrorFunction::CrossEntropy(tolerance.clone());
        if information.fits(output) {
            errors.push(information);
        }
        Self { most, errors, initial: None, updates: Vec::new() }
    }
}

impl<R: Real> Watch<R> for Recorder {
    const SEES: bool = true;

    fn goes_on(&self) -> bool {
        self.updates.len() < self.most
    }

    fn update(&mut self, trainer: &Trainer<R>, start: usize, end: usize) {
        let Trainer { network, learner, optimiser, direction, batch, .. } = trainer;
        let Some((epoch, patterns)) = trainer.present(0, start, end) else { return };
        let layers = &network.topology.layers;
        let units: Vec<_> = layers.iter().map(|layer| layer.units).collect();
        let output = network.topology.output();
        let (count, target) = (batch.patterns, learner.target(batch));
        let mut phases = Vec::new();
        for phase in learner.phases().iter().flatten() {
            phases.push(TracedPhase::of(phase, &units, count));
        }
        let answer = learner.activity().of(output, count);
        let error_of = |error: &ErrorFunction| {
            (error.name(), number(&error.of(&layers[output], answer, target)))
        };
        self.initial.get_or_insert_with(|| network.values.lane(0));
        self.updates.push(Update {
            epoch,
            patterns: patterns.to_vec(),
            input: matrix(batch.input(), units[0]),
            target: matrix(target, units[output]),
            delta: nudged(&phases).unwrap_or_else(|| matrices(learner.delta(), &units, count)),
            errors: self.errors.iter().map(error_of).collect(),
            phases,
            direction: direction.lane(0),
            change: optimiser.change_of(direction, network).lane(0),
        });
    }
}

/// y nudged − y free, where there are such phases. The rule itself has it per unit of β.
fn nudged(phases: &[TracedPhase]) -> Option<Vec<DMatrix<f64>>> {
    let activity = |name| {
        let phase = phases.iter().find(|phase| phase.name == name);
        phase.and_then(|phase| phase.state.as_ref()).map(|state| &state.activity)
    };
    let (nudged, free) = (activity("nudged")?, activity("free")?);
    Some(nudged.iter().zip(free).map(|(nudged, free)| nudged - free).collect())
}

/// The first `updates` updates of the run of a seed; all of them where it has fewer.
pub(crate) fn trace<L: Rule>(
    params: &L::Params,
    setup: &Arc<Setup>,
    seed: u64,
    updates: usize,
) -> Trace {
    match setup.precision {
        Precision::F64 => trace_as::<f64, L>(params, setup, seed, updates),
        Precision::F32 => trace_as::<f32, L>(params, setup, seed, updates),
    }
}

fn trace_as<R: Real, L: Rule>(
    params: &L::Params,
    setup: &Arc<Setup>,
    seed: u64,
    updates: usize,
) -> Trace {
    let mut trainer = Trainer::<R>::new(setup, learner::<R, L>(params, &setup.context()));
    let mut recorder = Recorder::new(setup, updates.max(1));
    let mut seeds = Some(seed);
    trainer.train_watched(&mut recorder, &mut || seeds.take(), &mut drop, &|| false);
    let last = trainer.network.values.lane(0);
    let initial = recorder.initial.unwrap_or_else(|| last.clone());
    Trace { seed, initial, updates: recorder.updates, last }
}
