//! What the tests share: a rule on one network without a trainer, and a trainer's runs without a spec.

use deltalab_core::learner::{Batch, Configured, Context, Learner, Recipe, Rule};
use deltalab_core::network::{
    ErrorFunction, Initial, Network, NetworkParams, Parameters, Topology,
};
use deltalab_core::optimiser::{Optimiser, OptimiserParams, Schedule};
use deltalab_core::random::{Purpose, Stream, Streams};
use deltalab_core::real::Level;
use deltalab_core::task::{Row, Task, TruthTable};
use deltalab_core::train::{Ingredients, Outcome, Precision, RecordParams, Setup, TrainParams};
use std::sync::Arc;

/// Random numbers of a test: a stream of its own for every seed.
pub fn stream(seed: u64) -> Stream {
    Streams::new(0, seed).stream(Purpose::Noise, "test")
}

/// Patterns of a test: (input, target).
pub type Pattern = (Vec<f64>, Vec<f64>);

/// A task of these patterns, in this order.
pub fn table(patterns: &[Pattern]) -> TruthTable {
    TruthTable {
        rows: patterns.iter().map(|(x, t)| Row::Numbers(vec![x.clone(), t.clone()])).collect(),
    }
}

/// The patterns of a task, in its own order.
pub fn patterns_of(task: &dyn Task) -> Vec<Pattern> {
    let sample = task.sample(&Streams::new(0, 0));
    let column =
        |m: &nalgebra::DMatrix<f64>, p: u32| m.column(p as usize).iter().copied().collect();
    sample
        .train
        .iter()
        .map(|&p| (column(&sample.patterns.inputs, p), column(&sample.patterns.targets, p)))
        .collect()
}

/// A rule on one network in f64.
pub struct Rig<L: Rule> {
    pub network: Network<f64>,
    pub learner: L::Learner<f64>,
    pub direction: Parameters<f64>,
    batch: Batch<f64>,
}

impl<L: Rule> Rig<L> {
    /// The rule with room for `patterns` patterns, all weights 0.
    pub fn new(
        topology: &Arc<Topology>,
        params: &L::Params,
        error: &ErrorFunction,
        patterns: usize,
    ) -> Self {
        let context = Context { topology, error, input_names: &[], patterns };
        let (inputs, outputs) =
            (topology.layers[0].units, topology.layers[topology.output()].units);
        Self {
            network: Network::new(topology.clone()),
            learner: L::build(params, &context),
            direction: Parameters::zeros(topology),
            batch: Batch::zeros(inputs, outputs, patterns),
        }
    }

    /// Sets all weights and biases.
    pub fn with(mut self, initial: &Initial) -> Self {
        self.network.set_lane(0, initial);
        self
    }

    fn show(&mut self, patterns: &[Pattern]) {
        self.batch.patterns = patterns.len();
        for (p, (x, t)) in patterns.iter().enumerate() {
            let (input, target) = self.batch.pattern_mut(p);
            input.copy_from_slice(x);
            target.copy_from_slice(t);
        }
    }

    /// The direction for a batch. What was in it before must not matter, so it is filled with rubbish first.
    pub fn direction(&mut self, patterns: &[Pattern]) -> &Parameters<f64> {
        self.show(patterns);
        self.direction.slices_mut().for_each(|c| c.fill(f64::NAN));
        self.learner.direction(&self.network, &self.batch, &mut self.direction);
        &self.direction
    }

    /// Output activities for each pattern, one pattern after the other.
    pub fn respond(&mut self, patterns: &[Pattern]) -> Vec<f64> {
        self.show(patterns);
        self.learner.respond(&self.network, &self.batch);
        self.learner.activity().of(self.network.topology.output(), patterns.len()).to_vec()
    }

    /// One update: direction, then the optimiser.
    pub fn update(&mut self, optimiser: &mut Optimiser<f64>, patterns: &[Pattern]) {
        self.direction(patterns);
        optimiser.apply(&self.direction, &mut self.network);
    }
}

/// A feedforward topology.
pub fn topology(params: &NetworkParams, inputs: usize, outputs: usize) -> Arc<Topology> {
    Arc::new(Topology::feedforward(params, inputs, outputs).expect("a network that fits"))
}

/// Normal weights and biases of standard deviation `sd` / √(sending units) (biases: `sd`); masked weights 0.
pub fn random_weights(topology: &Topology, sd: f64, stream: &mut Stream) -> Initial {
    let units = |layer: usize| topology.layers[layer].units;
    let mut weights = Vec::new();
    for path in &topology.paths {
        let scale = sd / (units(path.from) as f64).sqrt();
        weights.push(nalgebra::DMatrix::from_fn(units(path.to), units(path.from), |j, i| {
            let w = scale * stream.normal();
            if path.mask.as_ref().is_some_and(|mask| !mask[j][i]) { 0.0 } else { w }
        }));
    }
    let mut biases = Vec::new();
    for layer in &topology.layers {
        biases.push(
            (0..if layer.bias { layer.units } else { 0 }).map(|_| sd * stream.normal()).collect(),
        );
    }
    Initial { weights, biases }
}

/// A task with the defaults of a spec.
pub fn ingredients(task: impl Task + 'static) -> Ingredients {
    let task: Arc<dyn Task> = Arc::new(task);
    Ingredients {
        network: NetworkParams::default_for(&*task),
        train: TrainParams::default_for(&*task),
        record: RecordParams::default_for(&*task),
        optimiser: OptimiserParams::default(),
        lbfgs: None,
        learning_rate: 0.1,
        schedule: Schedule::Constant,
        precision: Precision::F64,
        master_seed: 0,
        task,
    }
}

/// A setup that is known to fit.
pub fn setup<L: Rule>(from: &Ingredients, params: &L::Params) -> Arc<Setup> {
    match Setup::new(from.clone(), &Configured::<L>(params.clone())) {
        Ok(setup) => Arc::new(setup),
        Err(error) => panic!("{}: {error}", error.key()),
    }
}

/// Trains a run for each seed; outcomes in the order of the seeds.
pub fn train<L: Rule>(
    from: &Ingredients,
    params: &L::Params,
    level: Level,
    seeds: &[u64],
) -> Vec<Outcome> {
    let setup = setup::<L>(from, params);
    let mut group = Configured::<L>(params.clone()).group(&setup, level, seeds.len());
    let mut waiting = seeds.iter().copied();
    let mut outcomes = Vec::new();
    group.train(&mut || waiting.next(), &mut |outcome| outcomes.push(outcome), &|| false);
    assert_eq!(outcomes.len(), seeds.len(), "every seed has one outcome");
    outcomes.sort_by_key(|outcome| seeds.iter().position(|&seed| seed == outcome.seed));
    outcomes
}

/// Trains the run of seed 0.
pub fn train_one<L: Rule>(from: &Ingredients, params: &L::Params) -> Outcome {
    train::<L>(from, params, Level::Scalar, &[0]).remove(0)
}

/// A final metric of an outcome, by the name of its column.
pub fn last<L: Rule>(from: &Ingredients, params: &L::Params, outcome: &Outcome, name: &str) -> f64 {
    let setup = setup::<L>(from, params);
    let column =
        setup.finals.iter().position(|column| column.name == name).expect("a column of this name");
    outcome.finals[column]
}

/// Fails where |found − expected| is beyond `tolerance`, or is NaN.
#[track_caller]
pub fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: found {found}, expected {expected} ± {tolerance}"
    );
}
