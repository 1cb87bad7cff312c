//! The search of a batch optimiser, once an epoch: what it asks for is measured here, on all training patterns, and counted.
//!
//! It works on one run, alone, in the precision of the run, with a network and a backprop of its own: what the trainer shows of
//! the epoch (activities, δ, the metrics) stays that of the weights before the change.

use super::params::Reduction;
use super::setup::Setup;
use crate::learner::{Backprop, Batch, Learner, Rule};
use crate::network::{ErrorFunction, Network, Parameters};
use crate::optimiser::{Damped, Loss, Minimiser, OptimiserParams};
use crate::real::{Elem, Real};

/// A batch optimiser at work on one run of numbers E.
pub(super) struct Search<E: Real> {
    minimiser: Box<dyn Minimiser>,
    around: Around<E>,
    /// What the minimiser found.
    change: Vec<f64>,
}

/// The loss around the weights of now.
struct Around<E: Real> {
    gradient_of: <Backprop as Rule>::Learner<E>,
    error: ErrorFunction,
    /// κ.
    decay: f64,
    /// By slice of the parameters, whether κ concerns it.
    decays: Vec<bool>,
    /// E is divided by this.
    per: f64,
    /// All training patterns, and one of them.
    batch: Batch<E>,
    one: Batch<E>,
    /// The network of a trial.
    network: Network<E>,
    direction: Parameters<E>,
    /// w, F(w), ∇F(w).
    weights: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    /// One row of J, and the errors t − z of one pattern.
    row: Vec<f64>,
    errors: Vec<E>,
    /// Passes over the training patterns since the run began.
    passes: u64,
}

impl<E: Elem> Search<E> {
    /// The search that a setup asks for; `None` where its optimiser takes the direction as it comes.
    pub fn new(setup: &Setup) -> Option<Self> {
        let decay = setup.optimiser.loss_decay()?;
        let topology = &setup.topology;
        let direction = Parameters::zeros(topology);
        let count = direction.slices().map(<[E]>::len).sum(); // masked and fixed weights have a place too
        let minimiser: Box<dyn Minimiser> = match &setup.optimiser {
            OptimiserParams::LevenbergMarquardt(params) => Box::new(Damped::new(params, count)),
            OptimiserParams::Lbfgs(params) => setup.lbfgs?(params, count),
            _ => return None,
        };
        let patterns = setup.train_patterns;
        let (inputs, outputs) = setup.task_sizes();
        let learns = topology.paths.iter().map(|path| !path.fixed);
        Some(Self {
            minimiser,
            around: Around {
                gradient_of: Backprop::build(&Default::default(), &setup.context()),
                error: setup.train.error.clone(),
                decay,
                decays: learns.chain(topology.layers.iter().map(|_| false)).collect(),
                per: match setup.train.reduction {
                    Reduction::Sum => 1.0,
                    Reduction::Mean => patterns as f64,
                },
                batch: Batch::zeros(inputs, outputs, patterns),
                one: Batch::zeros(inputs, outputs, 1),
                network: Network::new(topology.clone()),
                direction,
                weights: vec![0.0; count],
                value: 0.0,
                gradient: vec![0.0; count],
                row: vec![0.0; count],
                errors: vec![E::zero(); outputs],
                passes: 0,
            },
            change: vec![0.0; count],
        })
    }

    /// A new run begins.
    pub fn reset(&mut self) {
        self.minimiser.reset();
        self.around.passes = 0;
    }

    /// Passes over the training patterns since the run began.
    pub fn passes(&self) -> u64 {
        self.around.passes
    }

    /// The change of this epoch, into `change`: from the weights of the only lane, what the learner has just answered to the
    /// batch, and the direction that it gave.
    pub fn find<R: Real<Elem = E>>(
        &mut self,
        net: &Network<R>,
        batch: &Batch<R>,
        output: &[R],
        direction: &Parameters<R>,
        change: &mut Parameters<R>,
    ) {
        let Self { minimiser, around, change: found } = self;
        around.passes += 1; // the learner's own
        around.move_to(net, batch, output, direction);
        match around.value.is_finite() {
            true => minimiser.step(around, found),
            false => found.fill(0.0),
        }
        let mut found = found.iter();
        for a in change.slices_mut() {
            for (a, &found) in a.iter_mut().zip(&mut found) {
                *a = R::of(found);
            }
        }
    }
}

fn number<R: Real>(x: &R) -> f64 {
    x.lanes()[0].to_f64()
}

impl<E: Elem> Around<E> {
    /// Takes over the weights of an epoch, its patterns, and what is known of the loss there.
    fn move_to<R: Real<Elem = E>>(
        &mut self,
        net: &Network<R>,
        batch: &Batch<R>,
        output: &[R],
        direction: &Parameters<R>,
    ) {
        let values = net.values.slices().zip(direction.slices()).zip(&self.decays);
        let mut known = self.weights.iter_mut().zip(&mut self.gradient);
        for ((w, c), &decays) in values {
            let decay = if decays { self.decay } else { 0.0 };
            for ((w, c), (weight, slope)) in w.iter().zip(c).zip(&mut known) {
                *weight = number(w);
                *slope = decay * *weight - number(c);
            }
        }
        let patterns = batch.patterns;
        let (inputs, outputs) = (batch.input().len() / patterns, batch.target().len() / patterns);
        self.batch.patterns = patterns;
        for p in 0..patterns {
            let (x, t) = self.batch.pattern_mut(p);
            for (x, from) in x.iter_mut().zip(&batch.input()[p * inputs..]) {
                *x = from.lanes()[0];
            }
            for (t, from) in t.iter_mut().zip(&batch.target()[p * outputs..]) {
                *t = from.lanes()[0];
            }
        }
        let output: Vec<E> = output.iter().map(|z| z.lanes()[0]).collect();
        let layer = &net.topology.layers[net.topology.output()];
        let error = self.error.of(layer, &output, self.batch.target());
        self.value = self.loss(error, None);
    }

    /// F from the error function over all patterns, at w + change.
    fn loss(&self, error: E, change: Option<&[f64]>) -> f64 {
        let half = match self.error {
            ErrorFunction::Sse(_) => 0.5,
            ErrorFunction::CrossEntropy(_) => 1.0,
        };
        let mut squares = 0.0;
        if self.decay > 0.0 {
            let mut n = 0;
            for (slice, &decays) in self.network.values.slices().zip(&self.decays) {
                for k in n..n + slice.len() {
                    let w = self.weights[k] + change.map_or(0.0, |change| change[k]);
                    squares += if decays { w * w } else { 0.0 };
                }
                n += slice.len();
            }
        }
        half * error.to_f64() / self.per + 0.5 * self.decay * squares
    }

    /// Puts w + change into the network of trials, in the precision of the run.
    fn place(&mut self, change: &[f64]) {
        let mut at = self.weights.iter().zip(change);
        for w in self.network.values.slices_mut() {
            for (w, (&weight, &change)) in w.iter_mut().zip(&mut at) {
                *w = E::nearest(weight) + E::nearest(change);
            }
        }
    }

    /// F at what was placed, once the patterns have been answered.
    fn answered(&self, change: &[f64]) -> f64 {
        let (layer, patterns) = (self.network.topology.output(), self.batch.patterns);
        let output = self.gradient_of.activity().of(layer, patterns);
        let shape = &self.network.topology.layers[layer];
        self.loss(self.error.of(shape, output, self.batch.target()), Some(change))
    }
}

impl<E: Elem> Loss for Around<E> {
    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn value(&self) -> f64 {
        self.value
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn value_at(&mut self, change: &[f64]) -> f64 {
        self.passes += 1;
        self.place(change);
        self.gradient_of.respond(&self.network, &self.batch);
        self.answered(change)
    }

    fn gradient_at(&mut self, change: &[f64], gradient: &mut [f64]) -> f64 {
        self.passes += 1;
        self.place(change);
        self.gradient_of.direction(&self.network, &self.batch, &mut self.direction);
        let mut n = 0;
        for (c, &decays) in self.direction.slices().zip(&self.decays) {
            let decay = if decays { self.decay } else { 0.0 };
            for c in c {
                gradient[n] = decay * (self.weights[n] + change[n]) - c.to_f64() / self.per;
                n += 1;
            }
        }
        self.answered(change)
    }

    fn gauss_newton(&mut self, matrix: &mut [f64]) {
        let output = self.network.topology.output();
        let units = self.network.topology.layers[output].units;
        let count = self.weights.len();
        self.passes += units as u64;
        self.row.fill(0.0);
        let none = std::mem::take(&mut self.row);
        self.place(&none);
        self.row = none;
        matrix.fill(0.0);
        for p in 0..self.batch.patterns {
            let (inputs, outputs) = self.one.pattern_mut(0);
            let (i, k) = (inputs.len(), outputs.len());
            inputs.copy_from_slice(&self.batch.input()[p * i..(p + 1) * i]);
            outputs.copy_from_slice(&self.batch.target()[p * k..(p + 1) * k]);
            self.gradient_of.respond(&self.network, &self.one);
            let z = self.gradient_of.activity().of(output, 1);
            self.error.differences(z, self.one.target(), &mut self.errors);
            for unit in 0..units {
                if self.error.has_tolerance() && self.errors[unit] == E::zero() {
                    continue; // it counts as right: no error, and nothing that would change it
                }
                self.gradient_of.output_gradient(&self.network, unit, 1, &mut self.direction);
                let derivatives = self.direction.slices().flatten();
                for (row, d) in self.row.iter_mut().zip(derivatives) {
                    *row = d.to_f64();
                }
                for i in 0..count {
                    let factor = self.row[i] / self.per;
                    let into = &mut matrix[i * count..=i * count + i];
                    for (sum, &d) in into.iter_mut().zip(&self.row) {
                        *sum += factor * d;
                    }
                }
            }
        }
        let mut n = 0;
        for (slice, &decays) in self.network.values.slices().zip(&self.decays) {
            for i in n..n + slice.len() {
                matrix[i * count + i] += if decays { self.decay } else { 0.0 };
            }
            n += slice.len();
        }
    }
}
