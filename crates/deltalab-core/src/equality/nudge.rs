//! Equality 3, activation backprop: y⁺ = y + λδ, and learning from y⁺ − y.
//!
//! One nudge is exact for every λ; iterated, what it tends to as λ → 0 is tested by its rate: the distance at λ over the
//! distance at λ / 10 is 10.

use super::case::{CROSS_ENTROPY, Case, INPUTS, OUTPUTS, SSE, hidden_layers, joined};
use super::claim::{Claim, Trial, distance, flat};
use super::dense::Dense;
use crate::learner::{ActivationBackprop, Backprop, Difference, Iterations, Rule, Sender, Stable};
use crate::network::{Activation, Connectivity, NetworkParams, Parameters};

type Params = <ActivationBackprop as Rule>::Params;

const STABLE: Iterations = Iterations::Stable(Stable::Stable);

/// λ at which rates are measured, and why they may be off by so much.
const LAMBDAS: [f64; 2] = [1e-3, 1e-4];
const RATE: &str =
    "|s − s'| / (1 + s'), s = distance / λ at λ = 1e-3, s' at 1e-4: the next order is a share of λ";

/// A feedforward net of 1 to 3 hidden layers, of smooth functions: rates need a second derivative.
fn smooth(trial: &mut Trial, outputs: &[Activation], count: usize) -> Case {
    let output = trial.pick(outputs);
    let activation = trial.pick(&[Activation::Logistic, Activation::Tanh, Activation::Softplus]);
    let error = match output {
        Activation::Softmax => CROSS_ENTROPY,
        Activation::Logistic => trial.pick(&[SSE, CROSS_ENTROPY]),
        _ => SSE,
    };
    let hidden = hidden_layers(trial);
    let params = NetworkParams {
        activation,
        output_activation: Some(output),
        shortcuts: trial.pick(&[false, true]),
        ..joined(Connectivity::Feedforward, &hidden)
    };
    trial.count();
    Case::draw(trial, params, &error, 1.0, count)
}

const ANY: [Activation; 3] = [Activation::Logistic, Activation::Linear, Activation::Softmax];

/// Backprop's direction, and its δ by layer.
fn backprop(case: &Case) -> (Parameters<f64>, Vec<Vec<f64>>) {
    let mut rig = case.rig::<Backprop>(&Default::default());
    let direction = rig.direction(&case.shown);
    let delta = rig.delta(case.shown.len());
    (direction, delta)
}

fn direction(case: &Case, params: &Params) -> Vec<f64> {
    flat(&case.direction::<ActivationBackprop>(params))
}

/// Any λ, sender minus.
pub fn one_nudge_is_backprop() -> Claim {
    Claim {
        number: Some(3),
        says: "one nudge with sender = \"minus\" is backprop, for λ = 1e-6, 0.01, 1 and 50 and either difference",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|) / (1 + 1/λ): y + λδ is rounded to 1e-16 |y|, and divided by λ",
        check: |trial| {
            let count = trial.pick(&[1, 3]);
            let case = smooth(trial, &ANY, count);
            let expected = flat(&backprop(&case).0);
            for lambda in [1e-6, 1e-2, 1.0, 50.0] {
                for difference in [Difference::Phases, Difference::Local] {
                    let params = Params { lambda, difference, ..Params::default() };
                    trial.close_within(
                        1.0 + 1.0 / lambda,
                        &direction(&case, &params),
                        &expected,
                        || format!("λ {lambda}, {difference:?}, {}", case.place()),
                    );
                }
            }
        },
    }
}

/// The terms of the other senders.
pub fn other_senders_add_delta_times_delta() -> Claim {
    Claim {
        number: Some(3),
        says: "sender = \"midpoint\" adds ½λ δ_i δ_j to backprop, \"plus\" adds λ δ_i δ_j; from the input and on biases nothing",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|) / (1 + 1/λ): y + λδ is rounded to 1e-16 |y|, and divided by λ",
        check: |trial| {
            let count = trial.pick(&[1, 3]);
            let case = smooth(trial, &ANY, count);
            let (plain, delta) = backprop(&case);
            for (share, sender) in [(0.5, Sender::Midpoint), (1.0, Sender::Plus)] {
                for lambda in [1e-2, 1.0, 20.0] {
                    let expected = with_products(&case, &plain, &delta, share * lambda);
                    let params = Params { lambda, sender, ..Params::default() };
                    trial.close_within(
                        1.0 + 1.0 / lambda,
                        &direction(&case, &params),
                        &flat(&expected),
                        || format!("λ {lambda}, {sender:?}, {}", case.place()),
                    );
                }
            }
        },
    }
}

/// A direction with `factor` Σ_p δ_j δ_i added on every path that does not come from the input.
fn with_products(
    case: &Case,
    plain: &Parameters<f64>,
    delta: &[Vec<f64>],
    factor: f64,
) -> Parameters<f64> {
    let mut all = plain.clone();
    for (n, path) in case.net.paths.iter().enumerate().filter(|(_, path)| path.from != 0) {
        let (to, from) = (case.net.layers[path.to].units, case.net.layers[path.from].units);
        for p in 0..case.shown.len() {
            for j in 0..to {
                for i in 0..from {
                    let product = delta[path.to][to * p + j] * delta[path.from][from * p + i];
                    all.weights[n][(j, i)] += factor * product;
                }
            }
        }
    }
    all
}

/// λ → 0, one nudge.
pub fn every_sender_tends_to_backprop() -> Claim {
    Claim {
        number: Some(3),
        says: "one nudge with sender = \"midpoint\" or \"plus\" tends to backprop as λ → 0, its distance falling as λ",
        tolerance: 0.1,
        because: RATE,
        check: |trial| {
            let case = smooth(trial, &ANY, 3);
            let expected = flat(&backprop(&case).0);
            for sender in [Sender::Midpoint, Sender::Plus] {
                let errors = LAMBDAS.map(|lambda| {
                    let params = Params { lambda, sender, ..Params::default() };
                    distance(&direction(&case, &params), &expected)
                });
                trial.falls(1, LAMBDAS, errors, || format!("{sender:?}, {}", case.place()));
            }
        },
    }
}

/// λ → 0, iterated, difference local.
pub fn iterated_local_tends_to_backprop() -> Claim {
    Claim {
        number: Some(3),
        says: "iterated 2 or 5 times or until stable, difference = \"local\" tends to backprop as λ → 0, falling as λ",
        tolerance: 0.1,
        because: RATE,
        check: |trial| {
            let case = smooth(trial, &ANY, 3);
            let expected = flat(&backprop(&case).0);
            for iterations in [Iterations::Number(2), Iterations::Number(5), STABLE] {
                let errors = LAMBDAS.map(|lambda| {
                    let params = Params {
                        lambda,
                        difference: Difference::Local,
                        iterations,
                        tolerance: 1e-15,
                        ..Params::default()
                    };
                    distance(&direction(&case, &params), &expected)
                });
                trial.falls(1, LAMBDAS, errors, || format!("{iterations:?}, {}", case.place()));
            }
        },
    }
}

/// d⁽¹⁾ = δ; d⁽ⁿ⁾ = δ + f' W d⁽ⁿ⁻¹⁾, over every path between layers above the input; of one pattern, by unit.
pub fn pushed_up(case: &Case, n: u64) -> Vec<f64> {
    let dense = Dense::new(&case.net, &case.initial);
    let delta = [vec![0.0; INPUTS], backprop(case).1[1..].concat()].concat();
    let eta = dense.ascend(&case.shown[0].0).0;
    let mut d = delta.clone();
    for _ in 1..n {
        let below = |j: usize| (INPUTS..dense.units()).map(|i| dense.w[(j, i)] * d[i]).sum::<f64>();
        let of = |j: usize| delta[j] + dense.derivative(j, eta[j]) * below(j);
        d = (0..dense.units()).map(|j| if j < INPUTS { 0.0 } else { of(j) }).collect();
    }
    d
}

/// A net without softmax, of one pattern.
pub fn one_pattern(trial: &mut Trial) -> Case {
    smooth(trial, &ANY[..2], 1)
}

/// λ → 0, iterated, difference phases: what the nudges below push up, and backprop for the first hidden layer.
pub fn iterated_phases_tend_to_what_is_pushed_up() -> Claim {
    Claim {
        number: Some(3),
        says: "iterated, difference = \"phases\" tends to d = δ + f' W d of the layers below as λ → 0, falling as λ: backprop for the first hidden layer",
        tolerance: 0.2,
        because: "|s − s'| / (1 + s'), s = distance / λ at λ = 1e-4, s' at 1e-5: the next order is a share of λ",
        check: |trial| {
            let case = one_pattern(trial);
            let delta = backprop(&case).1;
            for n in [2, 3, 6] {
                let expected = pushed_up(&case, n);
                let lambdas = [1e-4, 1e-5];
                let directions = lambdas.map(|lambda| {
                    let iterations = Iterations::Number(n);
                    let params = Params { lambda, iterations, ..Params::default() };
                    case.direction::<ActivationBackprop>(&params).biases // which are d
                });
                let place = |what: &str| format!("{what}, n = {n}, {}", case.place());
                let all = directions.each_ref().map(|d| distance(&d.concat(), &expected[INPUTS..]));
                trial.falls(1, lambdas, all, || place("all layers"));
                let first = directions.each_ref().map(|d| distance(&d[1], &delta[1]));
                trial.falls(1, lambdas, first, || place("first hidden layer"));
            }
        },
    }
}

/// No hidden layer.
pub fn iterating_changes_nothing_without_a_hidden_layer() -> Claim {
    Claim {
        number: Some(3),
        says: "without a hidden layer iterating changes nothing, whatever sender, difference and number",
        tolerance: 0.0,
        because: "|a − b|, another bit counting: every iteration computes the same",
        check: |trial| {
            let (output, error) = trial.pick(&[
                (Activation::Logistic, SSE),
                (Activation::Linear, SSE),
                (Activation::Softmax, CROSS_ENTROPY),
            ]);
            let params = NetworkParams {
                output_activation: Some(output),
                ..joined(Connectivity::Feedforward, &[])
            };
            let case = Case::draw(trial, params, &error, 1.0, 3);
            trial.count();
            for sender in [Sender::Minus, Sender::Midpoint, Sender::Plus] {
                for difference in [Difference::Phases, Difference::Local] {
                    let of = |iterations| {
                        let params = Params { sender, difference, iterations, ..Params::default() };
                        direction(&case, &params)
                    };
                    let once = of(Iterations::Number(1));
                    for more in [Iterations::Number(2), Iterations::Number(9), STABLE] {
                        trial.same_bits(&of(more), &once, || {
                            format!("{sender:?}, {difference:?}, {more:?}, {}", case.place())
                        });
                    }
                }
            }
        },
    }
}

/// SSE / 2 at f(η) of the output, where u is added to each hidden activity.
fn error_with(case: &Case, dense: &Dense, u: &[f64]) -> f64 {
    let (x, t) = &case.shown[0];
    let mut y = vec![0.0; dense.units()];
    y[..INPUTS].copy_from_slice(x);
    for layer in 1..case.net.layers.len() {
        let eta = dense.net(&y);
        for j in dense.layer(layer) {
            y[j] = dense.f(j, eta[j]) + if layer < case.net.output() { u[j] } else { 0.0 };
        }
    }
    dense.error(&SSE, &y, t)
}

/// u = −(λ/2) f' ∂SSE/∂u where the iteration is stable.
pub fn stable_is_an_implicit_gradient_step() -> Claim {
    Claim {
        number: Some(3),
        says: "stable, u = y − f(η) is an implicit gradient step on the activities, u = −½λ f' ∂SSE/∂u",
        tolerance: 1e-9,
        because: "|a − b| / (1 + |b|): differences with a step of 1e-5 are good to 1e-10",
        check: implicit_step,
    }
}

fn implicit_step(trial: &mut Trial) {
    let lambda = 0.2;
    let params = Params { lambda, iterations: STABLE, tolerance: 1e-14, ..Params::default() };
    // Where λ is too large for the net, the iteration does not settle, and nothing is promised.
    let drawn = (0..1000).find_map(|_| {
        let mut case = one_pattern(trial);
        case.error = SSE;
        let mut rig = case.rig::<ActivationBackprop>(&params);
        rig.direction(&case.shown);
        rig.settled(1).then_some((case, rig))
    });
    let Some((case, rig)) = drawn else {
        return trial.must(false, || "no net of a thousand is stable".to_string());
    };
    let dense = Dense::new(&case.net, &case.initial);
    let y = rig.activity(1, 1).concat();
    let eta = [vec![0.0; INPUTS], rig.net(1, 1)[1..].concat()].concat();
    let u: Vec<f64> = (0..dense.units())
        .map(|j| if j < INPUTS { 0.0 } else { y[j] - dense.f(j, eta[j]) })
        .collect();
    let expected: Vec<f64> = (INPUTS..dense.units())
        .map(|j| {
            // ½ ∂SSE/∂u_j: of an output its own error, of a hidden unit by differences.
            let slope = match j.checked_sub(dense.units() - OUTPUTS) {
                Some(k) => dense.f(j, eta[j]) - case.shown[0].1[k],
                None => {
                    let h = 1e-5;
                    let [high, low] = [h, -h].map(|h| {
                        let mut moved = u.clone();
                        moved[j] += h;
                        error_with(&case, &dense, &moved)
                    });
                    (high - low) / (2.0 * h)
                }
            };
            -lambda * dense.derivative(j, eta[j]) * slope
        })
        .collect();
    trial.close(&u[INPUTS..], &expected, || case.place());
}
