//! Equality 1: backprop is the exact gradient.
//!
//! c_ij = −½ ∂SSE/∂w_ij, or −∂CE/∂w_ij. The reference below is written from the theory alone, over any number that can be
//! differentiated: dual numbers give the exact derivative. (By central differences: `equality::gradient`.)

use crate::support::{Pattern, Rig, random_weights, stream, topology};
use deltalab_core::learner::{Backprop, Rule};
use deltalab_core::network::activation::LeakyRelu;
use deltalab_core::network::error::Tolerance;
use deltalab_core::network::{Activation, ErrorFunction, Initial, NetworkParams, Topology};
use deltalab_core::random::Stream;
use num_dual::{Dual64, DualNum};

/// Number that the reference can be written in: Primitive is f64 for `f64` and for `Dual64`.
trait Number: DualNum<Primitive = f64> + Copy {}
impl<D: DualNum<Primitive = f64> + Copy> Number for D {}

/// Weights by path as rows (receiving units), and biases by layer.
#[derive(Clone)]
struct Values<D> {
    weights: Vec<Vec<Vec<D>>>,
    biases: Vec<Vec<D>>,
}

/// One weight or bias.
#[derive(Clone, Copy, Debug)]
enum Coordinate {
    Weight { path: usize, to: usize, from: usize },
    Bias { layer: usize, unit: usize },
}

impl<D: Copy> Values<D> {
    fn new(initial: &Initial, number: impl Fn(f64) -> D) -> Self {
        let rows = |w: &nalgebra::DMatrix<f64>| {
            w.row_iter().map(|r| r.iter().map(|&x| number(x)).collect()).collect()
        };
        Self {
            weights: initial.weights.iter().map(rows).collect(),
            biases: initial.biases.iter().map(|b| b.iter().map(|&x| number(x)).collect()).collect(),
        }
    }

    fn at(&mut self, coordinate: Coordinate) -> &mut D {
        match coordinate {
            Coordinate::Weight { path, to, from } => &mut self.weights[path][to][from],
            Coordinate::Bias { layer, unit } => &mut self.biases[layer][unit],
        }
    }

    fn coordinates(&self) -> Vec<Coordinate> {
        let mut all = Vec::new();
        for (path, rows) in self.weights.iter().enumerate() {
            for (to, row) in rows.iter().enumerate() {
                all.extend((0..row.len()).map(|from| Coordinate::Weight { path, to, from }));
            }
        }
        for (layer, biases) in self.biases.iter().enumerate() {
            all.extend((0..biases.len()).map(|unit| Coordinate::Bias { layer, unit }));
        }
        all
    }
}

fn activity<D: Number>(f: &Activation, eta: &[D]) -> Vec<D> {
    let each = |f: &dyn Fn(D) -> D| eta.iter().map(|&x| f(x)).collect();
    match f {
        Activation::Linear => each(&|x| x),
        Activation::Logistic => each(&|x| ((-x).exp() + 1.0).recip()),
        Activation::Tanh => each(&|x| x.tanh()),
        Activation::Relu => each(&|x| if x > 0.0 { x } else { x * 0.0 }),
        Activation::LeakyRelu(p) => each(&|x| if x > 0.0 { x } else { x * p.slope }),
        Activation::Softplus => each(&|x| (x.exp() + 1.0).ln()),
        Activation::Gelu => each(&|x| {
            let u = (x + x * x * x * 0.044715) * (2.0 / std::f64::consts::PI).sqrt();
            x * 0.5 * (u.tanh() + 1.0)
        }),
        Activation::Softmax => {
            let e: Vec<D> = eta.iter().map(|x| x.exp()).collect();
            let sum = e.iter().copied().reduce(|a, b| a + b).expect("units");
            e.into_iter().map(|e| e / sum).collect()
        }
        Activation::Threshold => panic!("it has no derivative"),
    }
}

/// Net inputs and activities of every layer: η_j = Σ_i x_i w_ij + b_j, y_j = f(η_j).
fn response<D: Number>(
    net: &Topology,
    values: &Values<D>,
    x: &[f64],
) -> (Vec<Vec<D>>, Vec<Vec<D>>) {
    let mut y: Vec<Vec<D>> = vec![x.iter().map(|&x| D::from(x)).collect()];
    let mut eta = vec![Vec::new()];
    for (layer, shape) in net.layers.iter().enumerate().skip(1) {
        let net_input = |j: usize| {
            let mut sum = if shape.bias { values.biases[layer][j] } else { D::from(0.0) };
            for (n, path) in net.paths.iter().enumerate().filter(|(_, path)| path.to == layer) {
                for (i, &x) in y[path.from].iter().enumerate() {
                    sum += values.weights[n][j][i] * x;
                }
            }
            sum
        };
        eta.push((0..shape.units).map(net_input).collect::<Vec<D>>());
        y.push(activity(&shape.activation, &eta[layer]));
    }
    (eta, y)
}

fn tolerance(error: &ErrorFunction) -> f64 {
    let (ErrorFunction::Sse(t) | ErrorFunction::CrossEntropy(t)) = error;
    t.tolerance.unwrap_or(-1.0)
}

/// SSE or cross-entropy over some patterns; a unit within the tolerance of its target counts 0.
fn total<D: Number>(
    net: &Topology,
    error: &ErrorFunction,
    values: &Values<D>,
    patterns: &[Pattern],
) -> D {
    let mut sum = D::from(0.0);
    for (x, t) in patterns {
        let z = response(net, values, x).1.pop().expect("an output layer");
        for (&z, &t) in z.iter().zip(t) {
            let difference = -z + t;
            if difference.re().abs() <= tolerance(error) {
                continue;
            }
            match (error, &net.layers[net.output()].activation) {
                (ErrorFunction::Sse(_), _) => sum += difference * difference,
                (_, Activation::Softmax) => sum -= z.ln() * t,
                _ => sum -= z.ln() * t + (-z + 1.0).ln() * (1.0 - t),
            }
        }
    }
    sum
}

/// Whether a step of the differences could cross a kink: ReLU's at η = 0, the tolerance's at |t − z|.
fn near_a_kink(
    net: &Topology,
    error: &ErrorFunction,
    values: &Values<f64>,
    patterns: &[Pattern],
) -> bool {
    let kinked = |layer: usize| {
        matches!(net.layers[layer].activation, Activation::Relu | Activation::LeakyRelu(_))
    };
    patterns.iter().any(|(x, t)| {
        let (eta, y) = response(net, values, x);
        let at_zero =
            |layer: usize| kinked(layer) && eta[layer].iter().any(|eta: &f64| eta.abs() < 1e-3);
        let edge = |(z, t): (&f64, &f64)| ((t - z).abs() - tolerance(error)).abs() < 1e-3;
        (1..eta.len()).any(at_zero) || y[net.output()].iter().zip(t).any(edge)
    })
}

/// How a path may be restricted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Paths {
    All,
    Masked,
    FirstFixed,
}

/// Fails unless backprop's direction is the gradient of a random network of this form.
fn check(params: &NetworkParams, error: &ErrorFunction, paths: Paths, seed: u64) {
    let mut random = stream(seed);
    let mut params = params.clone();
    let free = topology(&params, 3, 3);
    match paths {
        Paths::All => {}
        Paths::Masked => {
            for path in &free.paths {
                let (rows, columns) = (free.layers[path.to].units, free.layers[path.from].units);
                let mask = (0..rows)
                    .map(|_| (0..columns).map(|_| u8::from(random.uniform() < 0.7)).collect());
                params.masks.insert(path.name.clone(), mask.collect());
            }
        }
        Paths::FirstFixed => params.fixed.push(free.paths[0].name.clone()),
    }
    let net = topology(&params, 3, 3);
    // Net inputs of order 1 however many paths meet: at saturated outputs the reference's 1 − z would lose its digits.
    let sd = if params.shortcuts { 1.0 / (net.layers.len() as f64).sqrt() } else { 1.0 };
    let (initial, patterns) = (0..10_000)
        .map(|_| (random_weights(&net, sd, &mut random), random_patterns(&mut random)))
        .find(|(initial, patterns)| {
            !near_a_kink(&net, error, &Values::new(initial, |x| x), patterns)
        })
        .expect("weights and patterns away from every kink");
    let mut rig =
        Rig::<Backprop>::new(&net, &<Backprop as Rule>::Params::default(), error, 4).with(&initial);
    let direction = rig.direction(&patterns).clone();
    let factor = if matches!(error, ErrorFunction::Sse(_)) { -0.5 } else { -1.0 };
    let plain = Values::new(&initial, |x| x);
    let dual = Values::new(&initial, Dual64::from_re);
    for coordinate in plain.coordinates() {
        let (found, learns) = match coordinate {
            Coordinate::Weight { path, to, from } => {
                let present = net.paths[path].mask.as_ref().is_none_or(|mask| mask[to][from]);
                (direction.weights[path][(to, from)], present && !net.paths[path].fixed)
            }
            Coordinate::Bias { layer, unit } => (direction.biases[layer][unit], true),
        };
        let what = format!("{coordinate:?} of {params:?}, {error:?}, {paths:?}, seed {seed}");
        if !learns {
            assert_eq!(
                found.to_bits(),
                0,
                "a weight that is not there or is fixed has direction 0: {what}"
            );
            continue;
        }
        let mut seeded = dual.clone();
        seeded.at(coordinate).eps = 1.0;
        let exact = factor * total(&net, error, &seeded, &patterns).eps;
        // Some hundred operations of relative error 1e-16 on numbers of order 1 to 10.
        assert!(
            (found - exact).abs() <= 1e-12 * (1.0 + exact.abs()),
            "{found}, automatic {exact}: {what}"
        );
    }
}

/// Four patterns, targets between 0 and 1 of any sum, 0 and 1 among them.
fn random_patterns(random: &mut Stream) -> Vec<Pattern> {
    let mut numbers =
        |n: usize, draw: fn(&mut Stream) -> f64| (0..n).map(|_| draw(random)).collect::<Vec<_>>();
    let mut patterns: Vec<Pattern> =
        (0..4).map(|_| (numbers(3, Stream::normal), numbers(3, Stream::uniform))).collect();
    (patterns[0].1[0], patterns[0].1[1], patterns[1].1[2]) = (0.0, 1.0, 1.0);
    patterns
}

/// Every activation function with a derivative.
fn differentiable() -> Vec<Activation> {
    use Activation::{Gelu, Linear, Logistic, Relu, Softplus, Tanh};
    vec![
        Linear,
        Logistic,
        Tanh,
        Relu,
        Activation::LeakyRelu(LeakyRelu { slope: 0.1 }),
        Softplus,
        Gelu,
    ]
}

/// Every pair of output activation and error function that fits, without and with a tolerance.
fn outputs(hidden: &Activation) -> Vec<(Activation, ErrorFunction)> {
    let mut all = Vec::new();
    for tolerance in [None, Some(0.3)].map(|tolerance| Tolerance { tolerance }) {
        let (sse, entropy) =
            (ErrorFunction::Sse(tolerance.clone()), ErrorFunction::CrossEntropy(tolerance));
        all.push((hidden.clone(), sse.clone()));
        all.push((Activation::Softmax, sse));
        all.push((Activation::Logistic, entropy.clone()));
        all.push((Activation::Softmax, entropy));
    }
    assert!(all.iter().all(|(output, error)| error.fits(output)));
    all
}

fn network(hidden: &[usize], activation: &Activation, output: &Activation) -> NetworkParams {
    NetworkParams {
        hidden: hidden.to_vec(),
        activation: activation.clone(),
        output_activation: Some(output.clone()),
        ..NetworkParams::default()
    }
}

const DEPTHS: [&[usize]; 7] =
    [&[], &[4], &[3, 4], &[4, 2, 3], &[2, 3, 2, 3], &[3, 2, 3, 2, 3], &[2, 3, 2, 3, 2, 3]];

#[test]
fn equality_1_backprop_is_the_gradient_for_each_activation_error_and_depth() {
    let mut seed = 0;
    for hidden in DEPTHS {
        for activation in differentiable() {
            for (output, error) in outputs(&activation) {
                for shortcuts in [false, true] {
                    seed += 1;
                    let biases = seed % 3 != 0;
                    let params = NetworkParams {
                        shortcuts,
                        biases,
                        ..network(hidden, &activation, &output)
                    };
                    check(&params, &error, Paths::All, seed);
                }
            }
        }
    }
}

#[test]
fn equality_1_masked_and_fixed_weights_have_direction_zero_and_the_others_the_gradient() {
    let mut seed = 10_000;
    for hidden in &DEPTHS[..4] {
        for activation in differentiable() {
            for (output, error) in outputs(&activation) {
                for paths in [Paths::Masked, Paths::FirstFixed] {
                    seed += 1;
                    let params = NetworkParams {
                        shortcuts: seed % 4 < 2,
                        ..network(hidden, &activation, &output)
                    };
                    check(&params, &error, paths, seed);
                }
            }
        }
    }
}

#[test]
fn equality_1_holds_where_every_layer_has_another_activation() {
    let activations = [
        ("hidden1", Activation::Tanh),
        ("hidden2", Activation::Gelu),
        ("hidden3", Activation::Softplus),
    ];
    for shortcuts in [false, true] {
        let params = NetworkParams {
            shortcuts,
            activations: activations.clone().map(|(layer, f)| (layer.to_string(), f)).into(),
            ..network(&[3, 4, 2], &Activation::Linear, &Activation::Logistic)
        };
        check(&params, &ErrorFunction::default(), Paths::All, 20_000);
        check(&params, &ErrorFunction::CrossEntropy(Tolerance::default()), Paths::All, 20_001);
    }
}

/// One weight, worked by hand: z = 2 · 3 = 6, t = 1: SSE = 25, ∂SSE/∂w = −2 (1 − 6) 3 = 30, so c = −15.
#[test]
fn equality_1_the_direction_is_minus_half_the_gradient_of_sse() {
    let params =
        NetworkParams { biases: false, ..network(&[], &Activation::Linear, &Activation::Linear) };
    let net = topology(&params, 1, 1);
    let initial = Initial {
        weights: vec![nalgebra::DMatrix::from_element(1, 1, 2.0)],
        biases: vec![vec![]; 2],
    };
    let error = ErrorFunction::default();
    let mut rig = Rig::<Backprop>::new(&net, &<Backprop as Rule>::Params::default(), &error, 1)
        .with(&initial);
    assert_eq!(rig.direction(&[(vec![3.0], vec![1.0])]).weights[0][(0, 0)], -15.0);
}
