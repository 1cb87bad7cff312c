//! Equality 3. Activation backprop, one nudge: minus sender = backprop for every λ, the λδ_iδ_j terms exactly, any sender as
//! λ → 0. Iterated: local → backprop; phases → the recursion d_l = δ_l + f'_l W_l d_(l−1); without a hidden layer nothing
//! changes; stable, u_l = −(λ/2) f'_l ∂SSE/∂u_l.

use crate::support::{
    CROSS_ENTROPY, Dense, INPUTS, Pattern, Rig, SSE, close, distance, falls_with_power, flat,
    joined, name, patterns, random_weights, stream, topology,
};
use deltalab_core::learner::{
    ActivationBackprop, Backprop, Difference, Iterations, Learner, Rule, Sender, Stable,
};
use deltalab_core::network::{
    Activation, Connectivity, ErrorFunction, Initial, NetworkParams, Parameters, Topology,
};
use std::sync::Arc;

type Params = <ActivationBackprop as Rule>::Params;

const SENDERS: [Sender; 3] = [Sender::Minus, Sender::Midpoint, Sender::Plus];

/// A network, its weights, some patterns and an error function.
struct Case {
    net: Arc<Topology>,
    initial: Initial,
    shown: Vec<Pattern>,
    error: ErrorFunction,
}

impl Case {
    fn direction(&self, params: &Params) -> Parameters<f64> {
        Rig::<ActivationBackprop>::new(&self.net, params, &self.error, &self.initial)
            .direction(&self.shown)
    }

    /// Backprop's direction, and its δ by layer.
    fn backprop(&self) -> (Parameters<f64>, Vec<Vec<f64>>) {
        let mut rig =
            Rig::<Backprop>::new(&self.net, &Default::default(), &self.error, &self.initial);
        let direction = rig.direction(&self.shown);
        let delta = rig.delta(self.shown.len());
        (direction, delta)
    }
}

/// Depths 1 to 3, several activations and errors, online and batches, with and without shortcuts.
fn cases(seed: u64) -> Vec<Case> {
    let mut random = stream(seed);
    let mut all = Vec::new();
    for hidden in [&[3][..], &[3, 4], &[4, 3, 3]] {
        for (activation, output, error) in [
            (Activation::Logistic, Activation::Logistic, SSE),
            (Activation::Tanh, Activation::Linear, SSE),
            (Activation::Softplus, Activation::Logistic, CROSS_ENTROPY),
            (Activation::Tanh, Activation::Softmax, CROSS_ENTROPY),
        ] {
            for count in [1, 3] {
                let net = topology(&NetworkParams {
                    activation: activation.clone(),
                    output_activation: Some(output.clone()),
                    shortcuts: count == 3,
                    ..joined(Connectivity::Feedforward, hidden)
                });
                let initial = random_weights(&net, 1.0, &mut random);
                let shown = patterns(count, &mut random);
                all.push(Case { net, initial, shown, error: error.clone() });
            }
        }
    }
    all
}

/// y + λδ is rounded to 1e-16 |y|, and divided by λ: so is its error, then multiplied by at most three inputs of at most 4.
fn rounding(lambda: f64) -> f64 {
    1e-14 * (1.0 + 1.0 / lambda)
}

#[test]
fn one_nudge_with_sender_minus_is_backprop_for_every_lambda() {
    for case in cases(30) {
        let (expected, _) = case.backprop();
        for lambda in [1e-6, 1e-2, 1.0, 50.0] {
            for difference in [Difference::Phases, Difference::Local] {
                let found = case.direction(&Params { lambda, difference, ..Params::default() });
                close(&flat(&found), &flat(&expected), rounding(lambda), &name(&case.net));
            }
        }
    }
}

#[test]
fn midpoint_adds_half_lambda_delta_delta_and_plus_adds_lambda_delta_delta() {
    for case in cases(31) {
        let (mut expected, delta) = case.backprop();
        let count = case.shown.len();
        let plain = expected.clone();
        for (share, sender) in [(0.5, Sender::Midpoint), (1.0, Sender::Plus)] {
            for lambda in [1e-2, 1.0, 20.0] {
                for (n, path) in case.net.paths.iter().enumerate() {
                    let (to, from) =
                        (case.net.layers[path.to].units, case.net.layers[path.from].units);
                    for j in 0..to {
                        for i in 0..from {
                            let product = |p: usize| {
                                let sending = if path.from == 0 {
                                    0.0
                                } else {
                                    delta[path.from][from * p + i]
                                };
                                delta[path.to][to * p + j] * sending
                            };
                            let sum: f64 = (0..count).map(product).sum();
                            expected.weights[n][(j, i)] =
                                plain.weights[n][(j, i)] + share * lambda * sum;
                        }
                    }
                }
                let found = case.direction(&Params { lambda, sender, ..Params::default() });
                close(&flat(&found), &flat(&expected), rounding(lambda), &name(&case.net));
            }
        }
    }
}

#[test]
fn any_sender_tends_to_backprop_at_rate_lambda() {
    for case in cases(32) {
        let expected = flat(&case.backprop().0);
        for sender in &SENDERS[1..] {
            let errors = [1e-2, 1e-3].map(|lambda| {
                let params = Params { lambda, sender: *sender, ..Params::default() };
                distance(&flat(&case.direction(&params)), &expected)
            });
            falls_with_power(1, errors, &format!("{sender:?}, {}", name(&case.net)));
        }
    }
}

#[test]
fn iterated_local_tends_to_backprop_at_rate_lambda_for_any_n() {
    for case in cases(33) {
        let expected = flat(&case.backprop().0);
        let stable = Iterations::Stable(Stable::Stable);
        for iterations in [Iterations::Number(2), Iterations::Number(5), stable] {
            let errors = [1e-3, 1e-4].map(|lambda| {
                let difference = Difference::Local;
                let tolerance = 1e-15;
                let params =
                    Params { lambda, difference, iterations, tolerance, ..Params::default() };
                distance(&flat(&case.direction(&params)), &expected)
            });
            falls_with_power(1, errors, &format!("{iterations:?}, {}", name(&case.net)));
        }
    }
}

/// d⁽¹⁾ = δ; d⁽ⁿ⁾ = δ + f' W d⁽ⁿ⁻¹⁾, over every path between layers above the input; of one pattern.
fn recursion(case: &Case, n: usize, delta: &[f64], eta: &[f64]) -> Vec<f64> {
    let dense = Dense::new(&case.net, &case.initial);
    let mut d = delta.to_vec();
    for _ in 1..n {
        let below = |j: usize| (INPUTS..dense.units()).map(|i| dense.w[(j, i)] * d[i]).sum::<f64>();
        d =
            (0..dense.units())
                .map(|j| {
                    if j < INPUTS { 0.0 } else { delta[j] + dense.derivative(j, eta[j]) * below(j) }
                })
                .collect();
    }
    d
}

#[test]
fn iterated_phases_tend_to_what_the_nudges_push_up_at_rate_lambda_and_not_to_backprop_above() {
    let known = |case: &Case| case.net.layers.iter().all(|l| l.activation != Activation::Softmax);
    for case in cases(34).into_iter().filter(|case| case.shown.len() == 1 && known(case)) {
        let (_, delta) = case.backprop();
        let mut bp =
            Rig::<Backprop>::new(&case.net, &Default::default(), &case.error, &case.initial);
        bp.direction(&case.shown);
        let inputs = vec![0.0; INPUTS];
        let eta = [inputs.clone(), bp.net(0, 1)[1..].concat()].concat();
        let delta = [inputs, delta[1..].concat()].concat();
        let dense = Dense::new(&case.net, &case.initial);
        for n in [1, 2, 3, 6] {
            let expected = recursion(&case, n, &delta, &eta);
            let mut first_hidden = Vec::new();
            let mut above = Vec::new();
            let errors = [1e-4, 1e-5].map(|lambda| {
                let params = Params {
                    lambda,
                    iterations: Iterations::Number(n as u64),
                    ..Params::default()
                };
                let direction = case.direction(&params);
                // The changes of biases are d.
                let d = direction.biases.concat();
                first_hidden.push(distance(&direction.biases[1], &delta[dense.layer(1)]));
                above.push(distance(&d[dense.layer(1).len()..], &delta[dense.layer(2).start..]));
                distance(&d, &expected[INPUTS..])
            });
            let what = format!("n = {n}, {}", name(&case.net));
            if n == 1 {
                assert!(errors.into_iter().chain(above).all(|e| e < 1e-8), "{what}"); // rounding / λ
            } else {
                falls_with_power(1, errors, &what);
                falls_with_power(1, [first_hidden[0], first_hidden[1]], &what);
                assert!(above[1] > 1e-2, "however small λ, phases differ above: {above:?}, {what}");
            }
        }
    }
}

#[test]
fn without_a_hidden_layer_iterating_changes_nothing() {
    let mut random = stream(35);
    for (output, error) in [
        (Activation::Logistic, SSE),
        (Activation::Linear, SSE),
        (Activation::Softmax, CROSS_ENTROPY),
    ] {
        let net = topology(&NetworkParams {
            output_activation: Some(output),
            ..joined(Connectivity::Feedforward, &[])
        });
        let initial = random_weights(&net, 1.0, &mut random);
        let case = Case { net, initial, shown: patterns(3, &mut random), error };
        for sender in SENDERS {
            for difference in [Difference::Phases, Difference::Local] {
                let of = |iterations| {
                    let params = Params { sender, difference, iterations, ..Params::default() };
                    flat(&case.direction(&params))
                };
                let once = of(Iterations::Number(1));
                assert!(once.iter().any(|c| c.abs() > 1e-3));
                for more in [
                    Iterations::Number(2),
                    Iterations::Number(9),
                    Iterations::Stable(Stable::Stable),
                ] {
                    assert_eq!(of(more), once, "{sender:?} {difference:?} {more:?}");
                }
            }
        }
    }
}

/// SSE at f(η) of the output, where u is added to each hidden activity.
fn sse_with(case: &Case, u: &[f64]) -> f64 {
    let dense = Dense::new(&case.net, &case.initial);
    let (x, t) = &case.shown[0];
    let mut y = vec![0.0; dense.units()];
    y[..INPUTS].copy_from_slice(x);
    for layer in 1..case.net.layers.len() {
        let eta = dense.net(&y);
        for j in dense.layer(layer) {
            y[j] = dense.f(j, eta[j]) + if layer < case.net.output() { u[j] } else { 0.0 };
        }
    }
    y[dense.outputs()].iter().zip(t).map(|(z, t)| (t - z) * (t - z)).sum()
}

#[test]
fn stable_activities_are_an_implicit_gradient_step() {
    let sse = |case: &Case| matches!(case.error, ErrorFunction::Sse(_)) && case.shown.len() == 1;
    for case in cases(36).into_iter().filter(sse) {
        let lambda = 0.2;
        let params = Params {
            lambda,
            iterations: Iterations::Stable(Stable::Stable),
            tolerance: 1e-14,
            ..Params::default()
        };
        let mut rig =
            Rig::<ActivationBackprop>::new(&case.net, &params, &case.error, &case.initial);
        rig.direction(&case.shown);
        let what = name(&case.net);
        assert!(rig.settled(1), "{what}");
        let dense = Dense::new(&case.net, &case.initial);
        let (y, mut eta) = (rig.activity(1, 1).concat(), rig.net(1, 1));
        eta[0] = vec![0.0; INPUTS];
        let eta = eta.concat();
        let u: Vec<f64> = (0..dense.units())
            .map(|j| if j < INPUTS { 0.0 } else { y[j] - dense.f(j, eta[j]) })
            .collect();
        assert!(u[INPUTS..].iter().any(|u| u.abs() > 1e-3));
        for j in INPUTS..dense.units() {
            let slope = if j >= dense.outputs().start {
                let k = j - dense.outputs().start;
                -2.0 * (case.shown[0].1[k] - dense.f(j, eta[j]))
            } else {
                let h = 1e-5;
                let [high, low] = [h, -h].map(|h| {
                    let mut moved = u.clone();
                    moved[j] += h;
                    sse_with(&case, &moved)
                });
                (high - low) / (2.0 * h)
            };
            let expected = -0.5 * lambda * dense.derivative(j, eta[j]) * slope;
            // Differences are good to 1e-10.
            close(&[u[j]], &[expected], 1e-9, &what);
        }
    }
}

#[test]
fn as_many_iterations_as_asked_for_or_until_nothing_moves() {
    let case = cases(37).remove(1);
    let steps = |iterations, max_iterations| {
        let params = Params { lambda: 0.01, iterations, max_iterations, ..Params::default() };
        let mut rig =
            Rig::<ActivationBackprop>::new(&case.net, &params, &case.error, &case.initial);
        rig.direction(&case.shown);
        let phases = rig.learner.phases();
        let steps = phases[1].as_ref().and_then(|phase| phase.steps).expect("steps of plus");
        (steps.steps[..3].to_vec(), steps.settled[..3].to_vec())
    };
    assert_eq!(steps(Iterations::Number(4), 1000), (vec![4.0; 3], vec![1.0; 3]));
    let stable = Iterations::Stable(Stable::Stable);
    let (made, settled) = steps(stable, 1000);
    assert!(made.iter().all(|&n| n > 2.0 && n < 50.0) && settled == [1.0; 3], "{made:?}");
    assert_eq!(steps(stable, 2), (vec![2.0; 3], vec![0.0; 3]), "reported as not settled");
}
