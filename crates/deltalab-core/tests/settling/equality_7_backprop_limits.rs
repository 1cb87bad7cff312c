//! Equality 7. Where GeneRec and CHL are backprop: one nudge of the net input with one hidden layer, weak feedback (Xie &
//! Seung 2003), a weak clamp or a nudge (Scellier & Bengio 2017; Laborieux et al. 2021). Rates, not mere closeness.

use crate::support::{
    CROSS_ENTROPY, Dense, INPUTS, Rig, SSE, close, cyclic, distance, exact, falls_with_power, flat,
    joined, name, patterns, random_weights, stream, topology,
};
use deltalab_core::learner::{
    AlmeidaPineda, Backprop, ClampKind, Form, GeneRec, Nudge, Rule, Sides,
};
use deltalab_core::network::{Activation, Backward, Connectivity, NetworkParams, Settling};
use nalgebra::{DMatrix, DVector};

type Params = <GeneRec as Rule>::Params;
type Recurrent = <AlmeidaPineda as Rule>::Params;

const FORMS: [Form; 4] = [Form::Plain, Form::Midpoint, Form::Symmetric, Form::Chl];

#[test]
fn one_hidden_layer_is_one_nudge_of_the_net_input() {
    let mut random = stream(70);
    for activation in [Activation::Logistic, Activation::Tanh, Activation::Softplus] {
        for symmetric in [true, false] {
            let net = topology(&NetworkParams {
                symmetric,
                activation: activation.clone(),
                ..joined(Connectivity::Bidirectional, &[4])
            });
            let initial = random_weights(&net, 0.5, &mut random);
            let params = Params { settling: exact(), ..Params::default() };
            let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
            let shown = patterns(1, &mut random);
            rig.direction(&shown);
            assert!(rig.settled(1));
            let dense = Dense::new(&net, &initial);
            let (eta, z) = (&rig.net(0, 1)[1], &rig.activity(0, 1)[2]);
            let expected: Vec<f64> = dense
                .layer(1)
                .zip(eta)
                .map(|(j, &eta)| {
                    let back = dense.outputs().zip(shown[0].1.iter().zip(z));
                    let nudge: f64 = back.map(|(k, (t, z))| dense.w[(j, k)] * (t - z)).sum();
                    dense.f(j, eta + nudge) - dense.f(j, eta)
                })
                .collect();
            // A residual of 2e-15 in either phase.
            close(&rig.delta(1)[1], &expected, 2e-14, &name(&net));
        }
    }
}

/// By path upwards into each layer, what a rule with feedback γW' learns, the change of layer k scaled by γ^(k−L), beside
/// the gradient that backprop has on the net without feedback.
fn weak_feedback(
    rule: Form,
    output: &Activation,
    hidden: &[usize],
    gamma: f64,
) -> Vec<[Vec<f64>; 2]> {
    let mut random = stream(71);
    let params = NetworkParams {
        symmetric: false,
        output_activation: Some(output.clone()),
        ..joined(Connectivity::Bidirectional, hidden)
    };
    let net = topology(&params);
    let up = topology(&NetworkParams { connectivity: Some(Connectivity::Feedforward), ..params });
    let mut initial = random_weights(&net, 1.0, &mut random);
    for (n, path) in net.paths.iter().enumerate() {
        if let Some(owner) = path.reciprocal_of {
            initial.weights[n] = gamma * initial.weights[owner].transpose();
        }
    }
    let mut ascending = initial.clone();
    ascending.weights = net
        .paths
        .iter()
        .zip(&initial.weights)
        .filter(|(path, _)| path.to > path.from)
        .map(|(_, w)| w.clone())
        .collect();
    let shown = patterns(2, &mut random);
    let error = if *output == Activation::Logistic { CROSS_ENTROPY } else { SSE };
    let mut bp = Rig::<Backprop>::new(&up, &Default::default(), &error, &ascending);
    let gradient = bp.direction(&shown);
    let settling = Settling { dt: 1.0, ..exact() };
    let generec = Params { rule, settling, ..Params::default() };
    let mut rig = Rig::<GeneRec>::new(&net, &generec, &error, &initial);
    let found = rig.direction(&shown);
    assert!(rig.settled(2));
    let mut pairs = Vec::new();
    for (m, path) in up.paths.iter().enumerate() {
        let n = net.paths.iter().position(|other| other.name == path.name).expect("a path up");
        let scale = gamma.powi(path.to as i32 - net.output() as i32);
        let with_bias = |w: &DMatrix<f64>, b: &[f64]| [w.as_slice(), b].concat();
        let change = with_bias(&(&found.weights[n] * scale), &[]);
        let bias: Vec<f64> = found.biases[path.to].iter().map(|b| b * scale).collect();
        pairs.push([
            [change, bias].concat(),
            with_bias(&gradient.weights[m], &gradient.biases[path.to]),
        ]);
    }
    pairs
}

#[test]
fn weak_feedback_tends_to_backprop_in_angle_and_length_at_rate_gamma() {
    let length = |a: &[f64]| a.iter().map(|a| a * a).sum::<f64>().sqrt();
    for hidden in [&[4][..], &[4, 3], &[3, 4, 3]] {
        for output in [Activation::Logistic, Activation::Linear] {
            for rule in FORMS {
                // γ² is the largest difference in three hidden layers: 1e-15 / 1e-8 is far below γ.
                let gammas = [1e-2, 1e-3];
                let runs = gammas.map(|gamma| weak_feedback(rule, &output, hidden, gamma));
                for (path, (first, second)) in runs[0].iter().zip(&runs[1]).enumerate() {
                    let what = format!("{rule:?}, {output:?}, {hidden:?}, path {path}");
                    let errors = [first, second].map(|[found, exact]| distance(found, exact));
                    falls_with_power(1, errors, &what);
                    for ([found, exact], gamma) in [first, second].into_iter().zip(gammas) {
                        let ratio = length(found) / length(exact);
                        let dot: f64 = found.iter().zip(exact).map(|(a, b)| a * b).sum();
                        let cosine = dot / length(found) / length(exact);
                        let angle = cosine.min(1.0).acos();
                        assert!((ratio - 1.0).abs() < 5.0 * gamma, "{what}: length ratio {ratio}");
                        assert!(angle < 5.0 * gamma, "{what}: angle {angle}");
                    }
                }
            }
        }
    }
}

#[test]
fn with_the_wrong_error_function_weak_feedback_is_not_backprop() {
    // SSE leaves f' in at a logistic output: the lengths stay apart however small γ.
    let mut random = stream(72);
    let params = NetworkParams { symmetric: false, ..joined(Connectivity::Bidirectional, &[4]) };
    let net = topology(&params);
    let up = topology(&NetworkParams { connectivity: Some(Connectivity::Feedforward), ..params });
    let initial = random_weights(&up, 1.0, &mut random);
    let shown = patterns(1, &mut random);
    let of = |error| {
        flat(&Rig::<Backprop>::new(&up, &Default::default(), error, &initial).direction(&shown))
    };
    assert!(distance(&of(&SSE), &of(&CROSS_ENTROPY)) > 0.5, "{}", name(&net));
}

/// Almeida–Pineda's v with v_k held at t_k − z_k at the output, by a linear system: v = F (Wᵀ v) over the hidden units.
fn held(dense: &Dense, y: &[f64], target: &[f64]) -> Vec<f64> {
    let hidden = INPUTS..dense.outputs().start;
    let eta = dense.net(y);
    let mut a = DMatrix::<f64>::identity(hidden.len(), hidden.len());
    let mut b = DVector::<f64>::zeros(hidden.len());
    for (row, i) in hidden.clone().enumerate() {
        let slope = dense.derivative(i, eta[i]);
        for (column, j) in hidden.clone().enumerate() {
            a[(row, column)] -= slope * dense.w[(j, i)];
        }
        for (k, t) in dense.outputs().zip(target) {
            b[row] += slope * dense.w[(k, i)] * (t - y[k]);
        }
    }
    a.lu().solve(&b).expect("a stable fixed point").as_slice().to_vec()
}

#[test]
fn a_weak_clamp_gives_almeida_pinedas_v_at_rate_beta() {
    let mut random = stream(73);
    for activation in [Activation::Logistic, Activation::Tanh] {
        for net in cyclic(&activation).into_iter().filter(|net| net.symmetric) {
            let initial = random_weights(&net, 0.5, &mut random);
            let dense = Dense::new(&net, &initial);
            let shown = patterns(1, &mut random);
            let params = Params { settling: exact(), ..Params::default() };
            let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
            rig.direction(&shown);
            let y = rig.activity(0, 1).concat();
            let expected = held(&dense, &y, &shown[0].1);
            let errors = [1e-2, 1e-3].map(|beta| {
                let z = &y[dense.outputs()];
                let weak = z.iter().zip(&shown[0].1).map(|(z, t)| z + beta * (t - z)).collect();
                rig.direction(&[(shown[0].0.clone(), weak)]);
                let d = rig.delta(1);
                let hidden = d[1..net.output()].concat();
                let found: Vec<f64> = hidden.iter().map(|d| d / beta).collect();
                distance(&found, &expected)
            });
            falls_with_power(1, errors, &name(&net));
        }
    }
}

#[test]
fn a_nudge_gives_almeida_pinedas_direction_at_rate_beta_and_from_two_sides_beta_squared() {
    let mut random = stream(74);
    for activation in [Activation::Logistic, Activation::Tanh] {
        for net in cyclic(&activation).into_iter().filter(|net| net.symmetric) {
            let initial = random_weights(&net, 0.3, &mut random);
            let shown = patterns(3, &mut random);
            let backward = Backward { dt: 0.5, max_steps: 100_000, tolerance: 1e-16 };
            let params = Recurrent { settling: exact(), backward };
            let mut ap = Rig::<AlmeidaPineda>::new(&net, &params, &SSE, &initial);
            let expected = flat(&ap.direction(&shown));
            for (sides, power, betas) in
                [(Sides::One, 1, [1e-2, 1e-3]), (Sides::Two, 2, [5e-2, 5e-3])]
            {
                let errors = betas.map(|nudge| {
                    let params = Params {
                        rule: Form::Chl,
                        settling: exact(),
                        clamp: ClampKind::Nudge(Nudge { nudge, sides }),
                    };
                    let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
                    let found = flat(&rig.direction(&shown));
                    assert!(rig.settled(3), "{}", name(&net));
                    distance(&found, &expected)
                });
                falls_with_power(power, errors, &format!("{sides:?}, {}", name(&net)));
            }
        }
    }
}
