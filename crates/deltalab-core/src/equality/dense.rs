//! The oracle: a network written out as one dense matrix, settled and differentiated by plain loops that share no line with
//! the network, its passes or its exp.
//!
//! What has no meaning here (f' of softmax, the energy of ReLU, a state that does not settle) is NaN, which no comparison
//! passes.

use super::case::{INPUTS, OUTPUTS};
use crate::network::{Activation, ErrorFunction, Initial, Parameters, Topology};
use nalgebra::DMatrix;
use std::ops::Range;

/// A network as one matrix over all units, inputs first.
#[derive(Clone, Debug)]
pub struct Dense {
    /// Weights, receiving x sending.
    pub w: DMatrix<f64>,
    /// Biases.
    pub b: Vec<f64>,
    activations: Vec<Activation>,
    first: Vec<usize>,
}

impl Dense {
    /// Steps after which a net that has not settled is given up.
    pub const MOST_STEPS: usize = 100_000;

    /// The network of a shape with these weights.
    pub fn new(topology: &Topology, initial: &Initial) -> Self {
        let mut first = vec![0];
        for layer in &topology.layers {
            first.push(first[first.len() - 1] + layer.units);
        }
        let units = first[first.len() - 1];
        let mut w = DMatrix::zeros(units, units);
        for (n, path) in topology.paths.iter().enumerate() {
            let (to, from) = (first[path.to], first[path.from]);
            for j in 0..topology.layers[path.to].units {
                for i in 0..topology.layers[path.from].units {
                    w[(to + j, from + i)] = match (path.shared, path.reciprocal_of) {
                        (true, Some(owner)) => initial.weights[owner][(i, j)],
                        _ => initial.weights[n][(j, i)],
                    };
                }
            }
        }
        let mut b = vec![0.0; units];
        for (layer, biases) in initial.biases.iter().enumerate() {
            b[first[layer]..first[layer] + biases.len()].copy_from_slice(biases);
        }
        let activations = topology
            .layers
            .iter()
            .flat_map(|layer| std::iter::repeat_n(layer.activation.clone(), layer.units))
            .collect();
        Self { w, b, activations, first }
    }

    /// The units of a layer.
    pub fn layer(&self, layer: usize) -> Range<usize> {
        self.first[layer]..self.first[layer + 1]
    }

    /// How many units there are.
    pub fn units(&self) -> usize {
        self.b.len()
    }

    /// The output units.
    pub fn outputs(&self) -> Range<usize> {
        self.units() - OUTPUTS..self.units()
    }

    /// η = W y + b.
    pub fn net(&self, y: &[f64]) -> Vec<f64> {
        (0..self.units())
            .map(|j| (0..y.len()).map(|i| self.w[(j, i)] * y[i]).sum::<f64>() + self.b[j])
            .collect()
    }

    /// f(η) of a unit whose activation function is its own.
    pub fn f(&self, unit: usize, eta: f64) -> f64 {
        match &self.activations[unit] {
            Activation::Linear => eta,
            Activation::Logistic => 1.0 / (1.0 + (-eta).exp()),
            Activation::Tanh => eta.tanh(),
            Activation::Relu => eta.max(0.0),
            Activation::LeakyRelu(leaky) => {
                if eta > 0.0 {
                    eta
                } else {
                    leaky.slope * eta
                }
            }
            Activation::Softplus => eta.exp().ln_1p(),
            Activation::Gelu => 0.5 * eta * (1.0 + gelu(eta).0.tanh()),
            Activation::Threshold => {
                if eta > 0.0 {
                    1.0
                } else {
                    0.0
                }
            }
            Activation::Softmax => f64::NAN,
        }
    }

    /// f'(η) of such a unit.
    pub fn derivative(&self, unit: usize, eta: f64) -> f64 {
        let y = self.f(unit, eta);
        match &self.activations[unit] {
            Activation::Linear => 1.0,
            Activation::Logistic => y * (1.0 - y),
            Activation::Tanh => 1.0 - y * y,
            Activation::Relu => {
                if eta > 0.0 {
                    1.0
                } else {
                    0.0
                }
            }
            Activation::LeakyRelu(leaky) => {
                if eta > 0.0 {
                    1.0
                } else {
                    leaky.slope
                }
            }
            Activation::Softplus => 1.0 / (1.0 + (-eta).exp()),
            Activation::Gelu => {
                let (u, slope) = gelu(eta);
                0.5 * (1.0 + u.tanh()) + 0.5 * eta * slope / u.cosh().powi(2)
            }
            Activation::Threshold | Activation::Softmax => f64::NAN,
        }
    }

    /// f(η) of a whole layer, softmax too.
    fn respond(&self, layer: usize, eta: &[f64]) -> Vec<f64> {
        let units = self.layer(layer);
        if self.activations[units.start] != Activation::Softmax {
            return units.map(|j| self.f(j, eta[j])).collect();
        }
        let e: Vec<f64> = units.map(|j| eta[j].exp()).collect();
        let sum: f64 = e.iter().sum();
        e.iter().map(|e| e / sum).collect()
    }

    /// Net inputs and activities of a net whose activity flows up only. An input's net input is 0.
    pub fn ascend(&self, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (mut eta, mut y) = (vec![0.0; self.units()], vec![0.0; self.units()]);
        y[..x.len()].copy_from_slice(x);
        for layer in 1..self.first.len() - 1 {
            let (here, all) = (self.layer(layer), self.net(&y));
            eta[here.clone()].copy_from_slice(&all[here.clone()]);
            y[here].copy_from_slice(&self.respond(layer, &all));
        }
        (eta, y)
    }

    /// Lets units from the input on up to `end` move until they rest; NaN if they do not. `end` is the end of a layer.
    pub fn settle(&self, y: Vec<f64>, end: usize) -> Vec<f64> {
        let units = y.len();
        self.settle_within(Self::MOST_STEPS, y, end).unwrap_or_else(|| vec![f64::NAN; units])
    }

    /// The same, if it takes at most so many steps: y ← y + ½ (f(η) − y), until the largest change is below 1e-15.
    pub fn settle_within(&self, steps: usize, mut y: Vec<f64>, end: usize) -> Option<Vec<f64>> {
        for _ in 0..steps {
            let eta = self.net(&y);
            let mut largest = 0.0_f64;
            for layer in (1..self.first.len() - 1).filter(|&layer| self.first[layer] < end) {
                for (j, f) in self.layer(layer).zip(self.respond(layer, &eta)) {
                    let change = 0.5 * (f - y[j]);
                    y[j] += change;
                    largest = largest.max(change.abs());
                }
            }
            // (max passes NaN over)
            if y.iter().any(|y| !y.is_finite()) {
                return None;
            }
            if largest < 1e-15 {
                return Some(y);
            }
        }
        None
    }

    /// Where the net rests when the input is clamped, every other unit starting at 0.5.
    pub fn rest(&self, x: &[f64]) -> Vec<f64> {
        let mut y = vec![0.5; self.units()];
        y[..INPUTS].copy_from_slice(x);
        self.settle(y, self.units())
    }

    /// The error of outputs, −½ of whose gradient (−1 for cross-entropy) a direction is: ½ SSE, or cross-entropy.
    pub fn error(&self, error: &ErrorFunction, y: &[f64], target: &[f64]) -> f64 {
        let softmax = self.activations[self.outputs().start] == Activation::Softmax;
        let each = y[self.outputs()].iter().zip(target).map(|(&z, &t)| match error {
            ErrorFunction::Sse(_) => 0.5 * (t - z) * (t - z),
            ErrorFunction::CrossEntropy(_) if softmax => -t * z.ln(),
            ErrorFunction::CrossEntropy(_) => -t * z.ln() - (1.0 - t) * (1.0 - z).ln(),
        });
        each.sum()
    }

    /// E = −½ yᵀWy − bᵀy + Σ∫f⁻¹, for symmetric weights; the terms of inputs alone are left out.
    pub fn energy(&self, y: &[f64]) -> f64 {
        let mut e = 0.0;
        for j in INPUTS..self.units() {
            for i in 0..self.units() {
                // Each pair of free units stands twice in W, an input's weight once.
                let share = if i < INPUTS { 1.0 } else { 0.5 };
                e -= share * y[j] * self.w[(j, i)] * y[i];
            }
            let y = y[j];
            e += match self.activations[j] {
                Activation::Linear => 0.5 * y * y,
                Activation::Logistic => y * y.ln() + (1.0 - y) * (1.0 - y).ln(),
                Activation::Tanh => 0.5 * ((1.0 + y) * (1.0 + y).ln() + (1.0 - y) * (1.0 - y).ln()),
                _ => f64::NAN,
            } - self.b[j] * y;
        }
        e
    }
}

/// u = √(2/π) (η + 0.044715 η³) and its slope.
fn gelu(eta: f64) -> (f64, f64) {
    let c = (2.0 / std::f64::consts::PI).sqrt();
    (c * (eta + 0.044715 * eta.powi(3)), c * (1.0 + 3.0 * 0.044715 * eta * eta))
}

/// Central differences of a function of the weights, of the fourth order: by path and entry, then by layer and unit, in the form of a direction.
/// A weight that serves two directions is moved once, in both.
pub fn differences(
    topology: &Topology,
    at: &Initial,
    mut value: impl FnMut(&Initial) -> f64,
) -> Parameters<f64> {
    // h⁴ of the fifth derivative is about 1e-15, 1e-16 / h of rounding 1e-12; a slow fixed point enlarges both.
    let h = 2e-4;
    let mut found = Parameters::zeros(topology);
    let mut slope = |change: &dyn Fn(&mut Initial, f64)| {
        let [far, near] = [2.0 * h, h].map(|h| {
            let [high, low] = [h, -h].map(|h| {
                let mut moved = at.clone();
                change(&mut moved, h);
                value(&moved)
            });
            (high - low) / (2.0 * h)
        });
        (4.0 * near - far) / 3.0
    };
    for (n, path) in topology.paths.iter().enumerate() {
        if path.shared || path.fixed {
            continue;
        }
        for j in 0..topology.layers[path.to].units {
            for i in 0..topology.layers[path.from].units {
                if path.mask.as_ref().is_some_and(|mask| !mask[j][i]) {
                    continue;
                }
                let both = path.to == path.from && topology.symmetric;
                found.weights[n][(j, i)] = slope(&|initial, h| {
                    initial.weights[n][(j, i)] += h;
                    if both {
                        initial.weights[n][(i, j)] += h;
                    }
                });
            }
        }
    }
    for layer in 0..topology.layers.len() {
        for j in 0..found.biases[layer].len() {
            found.biases[layer][j] = slope(&|initial, h| initial.biases[layer][j] += h);
        }
    }
    found
}
