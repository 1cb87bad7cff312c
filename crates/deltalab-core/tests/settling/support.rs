//! What the tests of settling share: a rule on one network, random networks, and a network written out as one dense matrix,
//! settled and differentiated by plain loops of its own: the oracle.

use deltalab_core::learner::{Batch, Context, Learner, Rule};
use deltalab_core::network::error::Tolerance;
use deltalab_core::network::{
    Activation, Connectivity, ErrorFunction, Initial, Network, NetworkParams, Parameters, Settling,
    Topology,
};
use deltalab_core::random::{Purpose, Stream, Streams};
use nalgebra::DMatrix;
use std::ops::Range;
use std::sync::Arc;

/// Input and output units of every network here.
pub const INPUTS: usize = 3;
pub const OUTPUTS: usize = 2;

/// Patterns of a test: (input, target).
pub type Pattern = (Vec<f64>, Vec<f64>);

pub const SSE: ErrorFunction = ErrorFunction::Sse(Tolerance { tolerance: None });
pub const CROSS_ENTROPY: ErrorFunction = ErrorFunction::CrossEntropy(Tolerance { tolerance: None });

/// Random numbers of a test: a stream of its own for every seed.
pub fn stream(seed: u64) -> Stream {
    Streams::new(0, seed).stream(Purpose::Noise, "settling")
}

/// A network of these hidden layers, joined so.
pub fn joined(connectivity: Connectivity, hidden: &[usize]) -> NetworkParams {
    NetworkParams {
        hidden: hidden.to_vec(),
        connectivity: Some(connectivity),
        ..NetworkParams::default()
    }
}

pub fn topology(params: &NetworkParams) -> Arc<Topology> {
    Arc::new(
        Topology::new(params, INPUTS, OUTPUTS, Connectivity::Bidirectional)
            .expect("a network that fits"),
    )
}

/// Networks with cycles: 1 to 3 hidden layers, shared weights, own weights, and lateral paths with shortcuts of either kind.
pub fn cyclic(activation: &Activation) -> Vec<Arc<Topology>> {
    let mut all = Vec::new();
    for hidden in [&[3][..], &[3, 2], &[2, 3, 2]] {
        for connectivity in [Connectivity::Bidirectional, Connectivity::Recurrent] {
            for symmetric in [true, false] {
                let params = NetworkParams {
                    symmetric,
                    activation: activation.clone(),
                    ..joined(connectivity, hidden)
                };
                all.push(topology(&params));
            }
        }
    }
    all
}

/// Normal weights of standard deviation `sd` / √(sending units), biases `sd`; masked weights 0, symmetric lateral ones tied.
pub fn random_weights(topology: &Topology, sd: f64, stream: &mut Stream) -> Initial {
    let units = |layer: usize| topology.layers[layer].units;
    let mut weights = Vec::new();
    for path in &topology.paths {
        if path.shared {
            weights.push(DMatrix::zeros(0, 0));
            continue;
        }
        let scale = sd / (units(path.from) as f64).sqrt();
        let mut w = DMatrix::from_fn(units(path.to), units(path.from), |j, i| {
            let w = scale * stream.normal();
            if path.mask.as_ref().is_some_and(|mask| !mask[j][i]) { 0.0 } else { w }
        });
        if path.to == path.from && topology.symmetric {
            w = 0.5 * (&w + w.transpose());
        }
        weights.push(w);
    }
    let biases = topology.layers.iter().map(|layer| {
        (0..if layer.bias { layer.units } else { 0 }).map(|_| sd * stream.normal()).collect()
    });
    Initial { weights, biases: biases.collect() }
}

/// Normal inputs, and targets between 0.1 and 0.9 that sum to 1: inside the range of every activation function here.
pub fn patterns(count: usize, stream: &mut Stream) -> Vec<Pattern> {
    let pattern = |_| {
        let input = (0..INPUTS).map(|_| stream.normal()).collect();
        let t = stream.between(0.1, 0.9);
        (input, vec![t, 1.0 - t])
    };
    (0..count).map(pattern).collect()
}

/// To the last bits: at rest |f(η) − y| is below 2e-15.
pub fn exact() -> Settling {
    Settling { dt: 0.5, max_steps: 100_000, tolerance: 1e-15, ..Settling::default() }
}

/// A rule on one network in f64.
pub struct Rig<L: Rule> {
    pub network: Network<f64>,
    pub learner: L::Learner<f64>,
    pub direction: Parameters<f64>,
    batch: Batch<f64>,
}

impl<L: Rule> Rig<L> {
    /// The rule with room for four patterns.
    pub fn new(
        topology: &Arc<Topology>,
        params: &L::Params,
        error: &ErrorFunction,
        initial: &Initial,
    ) -> Self {
        let context = Context { topology, error, input_names: &[], patterns: 4 };
        let mut network = Network::new(topology.clone());
        network.set_lane(0, initial);
        Self {
            network,
            learner: L::build(params, &context),
            direction: Parameters::zeros(topology),
            batch: Batch::zeros(INPUTS, OUTPUTS, 4),
        }
    }

    /// The direction for a batch. What was in it before must not matter, so it is filled with rubbish first.
    pub fn direction(&mut self, patterns: &[Pattern]) -> Parameters<f64> {
        self.batch.patterns = patterns.len();
        for (p, (x, t)) in patterns.iter().enumerate() {
            let (input, target) = self.batch.pattern_mut(p);
            input.copy_from_slice(x);
            target.copy_from_slice(t);
        }
        self.direction.slices_mut().for_each(|c| c.fill(f64::NAN));
        self.learner.direction(&self.network, &self.batch, &mut self.direction);
        self.direction.clone()
    }

    /// Activities of a phase, layer by layer, pattern after pattern.
    pub fn activity(&self, phase: usize, patterns: usize) -> Vec<Vec<f64>> {
        let phases = self.learner.phases();
        let (_, activity) =
            phases[phase].as_ref().and_then(|phase| phase.state).expect("a phase with a state");
        (0..self.network.topology.layers.len())
            .map(|layer| activity.of(layer, patterns).to_vec())
            .collect()
    }

    /// Net inputs of a phase, layer by layer.
    pub fn net(&self, phase: usize, patterns: usize) -> Vec<Vec<f64>> {
        let phases = self.learner.phases();
        let (net, _) =
            phases[phase].as_ref().and_then(|phase| phase.state).expect("a phase with a state");
        (0..self.network.topology.layers.len())
            .map(|layer| net.of(layer, patterns).to_vec())
            .collect()
    }

    /// Whether every phase of the last batch came to rest.
    pub fn settled(&self, patterns: usize) -> bool {
        let phases = self.learner.phases();
        let steps = phases.iter().flatten().filter_map(|phase| phase.steps);
        steps
            .into_iter()
            .all(|steps| steps.settled[..patterns].iter().all(|&settled| settled == 1.0))
    }

    /// δ of the last batch, layer by layer.
    pub fn delta(&self, patterns: usize) -> Vec<Vec<f64>> {
        let delta = self.learner.delta();
        (0..self.network.topology.layers.len())
            .map(|layer| delta.of(layer, patterns).to_vec())
            .collect()
    }
}

/// A network as one matrix over all units, inputs first: what it does, by plain loops.
pub struct Dense {
    /// Receiving x sending.
    pub w: DMatrix<f64>,
    pub b: Vec<f64>,
    activations: Vec<Activation>,
    first: Vec<usize>,
}

impl Dense {
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

    pub fn units(&self) -> usize {
        self.b.len()
    }

    pub fn outputs(&self) -> Range<usize> {
        self.units() - OUTPUTS..self.units()
    }

    pub fn net(&self, y: &[f64]) -> Vec<f64> {
        (0..self.units())
            .map(|j| (0..y.len()).map(|i| self.w[(j, i)] * y[i]).sum::<f64>() + self.b[j])
            .collect()
    }

    pub fn f(&self, unit: usize, eta: f64) -> f64 {
        match self.activations[unit] {
            Activation::Linear => eta,
            Activation::Logistic => 1.0 / (1.0 + (-eta).exp()),
            Activation::Tanh => eta.tanh(),
            Activation::Softplus => eta.exp().ln_1p(),
            ref other => panic!("no oracle for {other:?}"),
        }
    }

    pub fn derivative(&self, unit: usize, eta: f64) -> f64 {
        let y = self.f(unit, eta);
        match self.activations[unit] {
            Activation::Linear => 1.0,
            Activation::Logistic => y * (1.0 - y),
            Activation::Tanh => 1.0 - y * y,
            Activation::Softplus => 1.0 / (1.0 + (-eta).exp()),
            ref other => panic!("no oracle for {other:?}"),
        }
    }

    /// Lets units from the input on up to `end` move until they rest.
    pub fn settle(&self, mut y: Vec<f64>, end: usize) -> Vec<f64> {
        for _ in 0..100_000 {
            let eta = self.net(&y);
            let mut largest = 0.0_f64;
            for j in INPUTS..end {
                let change = 0.5 * (self.f(j, eta[j]) - y[j]);
                y[j] += change;
                largest = largest.max(change.abs());
            }
            if largest < 1e-15 {
                return y;
            }
        }
        panic!("the oracle did not settle")
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
                ref other => panic!("no energy for {other:?}"),
            } - self.b[j] * y;
        }
        e
    }
}

/// Central differences of a function of the weights: by path and entry, then by layer and unit, in the form of a direction.
/// A weight that serves two directions is moved once, in both.
pub fn differences(
    topology: &Topology,
    at: &Initial,
    mut value: impl FnMut(&Initial) -> f64,
) -> Parameters<f64> {
    // h² of the third derivative and 1e-16 / h of rounding are both about 1e-11.
    let h = 1e-5;
    let mut found = Parameters::zeros(topology);
    let mut slope = |change: &dyn Fn(&mut Initial, f64)| {
        let mut moved = [h, -h].map(|h| {
            let mut moved = at.clone();
            change(&mut moved, h);
            value(&moved)
        });
        moved[0] -= moved[1];
        moved[0] / (2.0 * h)
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

/// Every number of a direction, in one list.
pub fn flat(direction: &Parameters<f64>) -> Vec<f64> {
    direction.slices().flatten().copied().collect()
}

/// |a − b| / |b|, Euclidean.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
    square(&mut a.iter().zip(b).map(|(a, b)| a - b)) / square(&mut b.iter().copied())
}

/// Fails where a number is further than `tolerance` · (1 + |expected|) from the expected one, or is NaN.
#[track_caller]
pub fn close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (n, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance * (1.0 + expected.abs()),
            "{what}, number {n}: found {found}, expected {expected} ± {tolerance}"
        );
    }
}

/// Fails unless what goes as a power of a parameter, which was divided by ten, fell by that power of ten. Higher orders move
/// the ratio by a share of the parameter.
#[track_caller]
pub fn falls_with_power(power: i32, errors: [f64; 2], what: &str) {
    let ratio = errors[0] / errors[1] / 10_f64.powi(power);
    assert!(ratio > 0.8 && ratio < 1.25, "{what}: {errors:?} is not of order {power}");
}

/// Names a network in a failure.
pub fn name(topology: &Topology) -> String {
    let layers: Vec<_> =
        topology.layers.iter().map(|l| format!("{} {}", l.units, l.activation.name())).collect();
    let paths: Vec<_> = topology.paths.iter().map(|path| path.name.as_str()).collect();
    format!("{}, symmetric {}, paths {}", layers.join(" - "), topology.symmetric, paths.join(" "))
}
