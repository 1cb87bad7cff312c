//! Random networks, weights and patterns for a claim, all drawn from the trial's stream.

use super::claim::Trial;
use super::dense::Dense;
use super::rig::Rig;
use crate::learner::{Need, Rule};
use crate::network::error::Tolerance;
use crate::network::{
    Activation, Connectivity, ErrorFunction, Initial, NetworkParams, Parameters, Settling, Topology,
};
use crate::random::Stream;
use nalgebra::DMatrix;
use std::sync::Arc;

/// Input units of every network here.
pub const INPUTS: usize = 3;
/// Output units of every network here.
pub const OUTPUTS: usize = 2;

/// (input, target)
pub type Pattern = (Vec<f64>, Vec<f64>);

/// Sum squared error.
pub const SSE: ErrorFunction = ErrorFunction::Sse(Tolerance { tolerance: None });
/// Cross-entropy.
pub const CROSS_ENTROPY: ErrorFunction = ErrorFunction::CrossEntropy(Tolerance { tolerance: None });

/// Whether reciprocal paths share their weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// They share them.
    Shared,
    /// Each has its own.
    Own,
    /// Either, drawn.
    Either,
}

/// A network with weights, some patterns, and an error function.
#[derive(Clone, Debug)]
pub struct Case {
    /// The network's parameters.
    pub params: NetworkParams,
    /// Its shape.
    pub net: Arc<Topology>,
    /// Its weights.
    pub initial: Initial,
    /// The patterns.
    pub shown: Vec<Pattern>,
    /// The error function of the output.
    pub error: ErrorFunction,
}

impl Case {
    /// A network of these parameters: normal weights of standard deviation `sd` / √(sending units), and `count` patterns.
    pub fn draw(
        trial: &mut Trial,
        params: NetworkParams,
        error: &ErrorFunction,
        sd: f64,
        count: usize,
    ) -> Self {
        let net = topology(&params);
        let initial = random_weights(&net, sd, &mut trial.random);
        let shown = patterns(count, &mut trial.random);
        Self { params, net, initial, shown, error: error.clone() }
    }

    /// A feedforward network of up to 6 hidden layers, with and without shortcuts and biases, any activation functions with a
    /// derivative and an error that fits; net inputs away from the kink of ReLU.
    pub fn feedforward(trial: &mut Trial) -> Self {
        use Activation::{Gelu, Linear, Logistic, Relu, Softmax, Softplus, Tanh};
        loop {
            let hidden = trial.pick(&[Linear, Logistic, Tanh, Relu, Softplus, Gelu]);
            let (output, error) = trial.pick(&[
                (hidden.clone(), SSE),
                (Linear, SSE),
                (Softmax, SSE),
                (Logistic, CROSS_ENTROPY),
                (Softmax, CROSS_ENTROPY),
            ]);
            let depth = trial.pick(&[0, 1, 2, 3, 6]);
            let layers: Vec<_> = (0..depth).map(|_| trial.pick(&[2, 3, 4])).collect();
            let params = NetworkParams {
                activation: hidden.clone(),
                output_activation: Some(output),
                shortcuts: trial.pick(&[false, true]),
                biases: trial.pick(&[true, true, false]),
                ..joined(Connectivity::Feedforward, &layers)
            };
            // Net inputs of order 1 however many paths meet: where outputs saturate, 1 − z would lose its digits.
            let sd = if params.shortcuts { 1.0 / (depth as f64 + 1.0).sqrt() } else { 1.0 };
            let count = trial.pick(&[1, 3, 4]);
            let case = Self::draw(trial, params, &error, sd, count);
            let kinked = case.net.layers.iter().any(|layer| layer.activation == Activation::Relu);
            if !(kinked && case.is_near_a_kink()) {
                trial.count();
                return case;
            }
        }
    }

    fn is_near_a_kink(&self) -> bool {
        let dense = Dense::new(&self.net, &self.initial);
        self.shown
            .iter()
            .any(|(x, _)| dense.ascend(x).0[INPUTS..].iter().any(|eta| eta.abs() < 1e-2))
    }

    /// A network with cycles, 1 to 3 hidden layers, of one of some activation functions, that [rests soon](Self::resting).
    pub fn cyclic(
        trial: &mut Trial,
        ties: Ties,
        activations: &[Activation],
        sd: f64,
        count: usize,
    ) -> Self {
        Self::resting(trial, sd, count, |trial| {
            let layers = hidden_layers(trial);
            let connectivity = trial.pick(&[Connectivity::Bidirectional, Connectivity::Recurrent]);
            NetworkParams {
                symmetric: match ties {
                    Ties::Shared => true,
                    Ties::Own => false,
                    Ties::Either => trial.pick(&[true, false]),
                },
                lateral: trial.pick(&[false, true]),
                activation: trial.pick(activations),
                biases: trial.pick(&[true, true, false]),
                ..joined(connectivity, &layers)
            }
        })
    }

    /// A network of these parameters, drawn until it comes to rest within some hundred steps in both phases: what rests slowly
    /// enlarges every rounding by as much. SSE, unless the caller says otherwise.
    pub fn resting(
        trial: &mut Trial,
        sd: f64,
        count: usize,
        params: impl Fn(&mut Trial) -> NetworkParams,
    ) -> Self {
        loop {
            let params = params(trial);
            let case = Self::draw(trial, params, &SSE, sd, count);
            if case.rests_soon() {
                trial.count();
                return case;
            }
        }
    }

    /// Whether both phases of every pattern rest within some hundred steps.
    fn rests_soon(&self) -> bool {
        const SOON: usize = 300;
        let dense = Dense::new(&self.net, &self.initial);
        self.shown.iter().all(|(x, t)| {
            let mut start = vec![0.5; dense.units()];
            start[..INPUTS].copy_from_slice(x);
            let minus = dense.settle_within(SOON, start, dense.units());
            let plus = minus.and_then(|mut y| {
                y[dense.outputs()].copy_from_slice(t);
                dense.settle_within(SOON, y, dense.outputs().start)
            });
            plus.is_some()
        })
    }

    /// A network that has what a rule needs, with masks and fixed paths now and then, and up to `count` patterns.
    pub fn fitting(trial: &mut Trial, needs: &[Need], count: usize) -> Self {
        use Activation::{Linear, Logistic, Softmax, Softplus, Tanh, Threshold};
        use Connectivity::{Bidirectional, Feedforward, Recurrent};
        let needs = |need| needs.contains(&need);
        let connectivity = match (needs(Need::Feedforward), needs(Need::ReciprocalPaths)) {
            (true, _) => Feedforward,
            (_, true) => trial.pick(&[Bidirectional, Recurrent]),
            _ => trial.pick(&[Feedforward, Bidirectional, Recurrent]),
        };
        let up = connectivity == Feedforward;
        // With cycles, units that can grow without bound would.
        let hidden = if up {
            trial.pick(&[Logistic, Tanh, Softplus])
        } else {
            trial.pick(&[Logistic, Tanh])
        };
        let output = match () {
            _ if needs(Need::LinearOutput) => Linear,
            _ if needs(Need::ThresholdOutput) => Threshold,
            _ if needs(Need::OutputDerivative) || !up => trial.pick(&[Logistic, Tanh]),
            _ => trial.pick(&[Logistic, Tanh, Linear, Softmax]),
        };
        let fits = CROSS_ENTROPY.fits(&output);
        let error = if fits { trial.pick(&[SSE, CROSS_ENTROPY]) } else { SSE };
        let layers = if needs(Need::TwoLayers) { Vec::new() } else { hidden_layers(trial) };
        let mut params = NetworkParams {
            activation: hidden,
            output_activation: Some(output),
            shortcuts: trial.pick(&[true, false]),
            lateral: connectivity == Bidirectional && trial.pick(&[true, false]),
            symmetric: trial.pick(&[true, false]),
            biases: !needs(Need::NoBiases) && trial.pick(&[true, true, false]),
            ..joined(connectivity, &layers)
        };
        restrict(trial, &mut params);
        let count = 1 + trial.random.below(count as u32) as usize;
        let mut case = Self::draw(trial, params, &error, 0.5, count);
        let binary = needs(Need::BinaryInputs);
        for (x, t) in &mut case.shown {
            if binary {
                x.fill_with(|| f64::from(trial.random.below(2)));
            }
            if binary || needs(Need::ThresholdOutput) {
                t.fill_with(|| f64::from(trial.random.below(2)));
            }
        }
        trial.count();
        case
    }

    /// A rule on this network.
    pub fn rig<L: Rule>(&self, params: &L::Params) -> Rig<L> {
        Rig::new(&self.net, params, &self.error, &self.initial)
    }

    /// A rule's direction for all patterns.
    pub fn direction<L: Rule>(&self, params: &L::Params) -> Parameters<f64> {
        self.rig::<L>(params).direction(&self.shown)
    }

    /// Where it is, for a failure: the network, the error, how many patterns.
    pub fn place(&self) -> String {
        format!("{}, {}, {} patterns", name(&self.net), self.error.name(), self.shown.len())
    }
}

/// 1 to 3 hidden layers of 2 to 4 units.
pub(super) fn hidden_layers(trial: &mut Trial) -> Vec<usize> {
    let layers = 1 + trial.random.below(3) as usize;
    (0..layers).map(|_| trial.pick(&[2, 3, 4])).collect()
}

/// Takes some weights out of one path and holds another, in half of the networks each.
fn restrict(trial: &mut Trial, params: &mut NetworkParams) {
    let free = topology(params);
    let own: Vec<_> = free.paths.iter().filter(|path| !path.shared).collect();
    if trial.pick(&[true, false]) {
        let path = trial.pick(&own);
        let (rows, columns) = (free.layers[path.to].units, free.layers[path.from].units);
        let row = |trial: &mut Trial| (0..columns).map(|_| trial.pick(&[0, 1, 1])).collect();
        let mask = (0..rows).map(|_| row(trial)).collect();
        params.masks.insert(path.name.clone(), mask);
    }
    if own.len() > 1 && trial.pick(&[true, false]) {
        params.fixed.push(trial.pick(&own).name.clone());
    }
}

/// A network of these hidden layers, joined so.
pub fn joined(connectivity: Connectivity, hidden: &[usize]) -> NetworkParams {
    NetworkParams {
        hidden: hidden.to_vec(),
        connectivity: Some(connectivity),
        ..NetworkParams::default()
    }
}

/// The shape of these parameters, which are known to fit.
pub fn topology(params: &NetworkParams) -> Arc<Topology> {
    Arc::new(
        Topology::new(params, INPUTS, OUTPUTS, Connectivity::Bidirectional)
            .expect("a network that fits"),
    )
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

/// Names a network in a failure.
pub fn name(topology: &Topology) -> String {
    let layers: Vec<_> =
        topology.layers.iter().map(|l| format!("{} {}", l.units, l.activation.name())).collect();
    let paths: Vec<_> = topology.paths.iter().map(|path| path.name.as_str()).collect();
    format!("{}, symmetric {}, paths {}", layers.join(" - "), topology.symmetric, paths.join(" "))
}
