//! Equality 7, where GeneRec and CHL are backprop: one nudge of the net input with one hidden layer, weak feedback (Xie &
//! Seung 2003), a weak clamp or a nudge (Scellier & Bengio 2017; Laborieux et al. 2021). Rates, not mere closeness.

use super::case::{CROSS_ENTROPY, Case, INPUTS, SSE, Ties, exact, joined, topology};
use super::claim::{Claim, Trial, distance, flat};
use super::dense::Dense;
use super::fixed_point::exactly;
use super::phases::FORMS;
use super::rig::Rig;
use crate::learner::{AlmeidaPineda, Backprop, ClampKind, Form, GeneRec, Nudge, Rule, Sides};
use crate::network::{Activation, Connectivity, NetworkParams, Settling};
use nalgebra::{DMatrix, DVector};

type Params = <GeneRec as Rule>::Params;

const BOUNDED: [Activation; 2] = [Activation::Logistic, Activation::Tanh];

/// One hidden layer.
pub fn one_hidden_layer_is_one_nudge_of_the_net_input() -> Claim {
    Claim {
        number: Some(7),
        says: "with one hidden layer, settled, y⁺ − y⁻ = f(η⁻ + V (t − z⁻)) − f(η⁻): one nudge of the net input",
        tolerance: 2e-14,
        because: "|a − b| / (1 + |b|): a residual of 2e-15 in either phase",
        check: |trial| {
            let case = one_hidden_layer(trial);
            let settled = Params { settling: exact(), ..Params::default() };
            let mut rig = case.rig::<GeneRec>(&settled);
            rig.direction(&case.shown);
            let dense = Dense::new(&case.net, &case.initial);
            let (eta, z) = (&rig.net(0, 1)[1], &rig.activity(0, 1)[2]);
            let expected: Vec<f64> = dense
                .layer(1)
                .zip(eta)
                .map(|(j, &eta)| {
                    let back = dense.outputs().zip(case.shown[0].1.iter().zip(z));
                    let nudge: f64 = back.map(|(k, (t, z))| dense.w[(j, k)] * (t - z)).sum();
                    dense.f(j, eta + nudge) - dense.f(j, eta)
                })
                .collect();
            trial.close(&rig.delta(1)[1], &expected, || case.place());
        },
    }
}

fn one_hidden_layer(trial: &mut Trial) -> Case {
    Case::resting(trial, 0.5, 1, |trial| NetworkParams {
        symmetric: trial.pick(&[true, false]),
        activation: trial.pick(&[Activation::Logistic, Activation::Tanh, Activation::Softplus]),
        ..joined(Connectivity::Bidirectional, &[4])
    })
}

/// Weak feedback.
pub fn weak_feedback_tends_to_backprop() -> Claim {
    Claim {
        number: Some(7),
        says: "with feedback γW', the change of layer k times γ^(k−L) tends to backprop as γ → 0, path by path, angle and length, falling as γ; of cross-entropy for logistic outputs, of SSE for linear ones",
        tolerance: 0.1,
        because: "|s − s'| / (1 + s'), s = distance / γ at γ = 0.005, s' at 0.002: the next order is a share of γ; a smaller one would leave rounding, over γ³",
        check: |trial| {
            let draw = Feedback::draw(trial);
            for rule in FORMS {
                let gammas = [5e-3, 2e-3];
                let [first, second] = gammas.map(|gamma| draw.learned(rule, gamma));
                for (path, (first, second)) in first.iter().zip(&second).enumerate() {
                    let errors = [first, second].map(|[found, exact]| distance(found, exact));
                    trial.falls(1, gammas, errors, || {
                        format!("{rule:?}, path {path} of {}", draw.up.place())
                    });
                }
            }
        },
    }
}

/// A feedforward net, and the net that has its weights and those of paths back.
struct Feedback {
    up: Case,
    both: Case,
}

impl Feedback {
    fn draw(trial: &mut Trial) -> Self {
        let output = trial.pick(&[Activation::Logistic, Activation::Linear]);
        let error = if output == Activation::Logistic { CROSS_ENTROPY } else { SSE };
        let hidden = trial.pick(&[vec![4], vec![4, 3], vec![3, 4, 3]]);
        let params = NetworkParams {
            symmetric: false,
            activation: trial.pick(&BOUNDED),
            output_activation: Some(output),
            ..joined(Connectivity::Bidirectional, &hidden)
        };
        let both = Case::draw(trial, params, &error, 1.0, 2);
        trial.count();
        let params =
            NetworkParams { connectivity: Some(Connectivity::Feedforward), ..both.params.clone() };
        let mut up = Case { net: topology(&params), params, ..both.clone() };
        let paths = both.net.paths.iter().zip(&both.initial.weights);
        up.initial.weights =
            paths.filter(|(path, _)| path.to > path.from).map(|(_, w)| w.clone()).collect();
        Self { up, both }
    }

    /// By path upwards into each layer, weights and biases: what a rule with feedback γWᵀ learns, the change of layer k
    /// scaled by γ^(k−L), beside what backprop does on the net without feedback.
    fn learned(&self, rule: Form, gamma: f64) -> Vec<[Vec<f64>; 2]> {
        let Self { up, both } = self;
        let mut initial = both.initial.clone();
        for (n, path) in both.net.paths.iter().enumerate() {
            if let Some(owner) = path.reciprocal_of {
                initial.weights[n] = gamma * initial.weights[owner].transpose();
            }
        }
        let gradient = up.direction::<Backprop>(&Default::default());
        let settling = Settling { dt: 1.0, max_steps: 1000, ..exact() };
        let params = Params { rule, settling, ..Params::default() };
        let found =
            Rig::<GeneRec>::new(&both.net, &params, &both.error, &initial).direction(&both.shown);
        let mut pairs = Vec::new();
        for (m, path) in up.net.paths.iter().enumerate() {
            let scale = gamma.powi(path.to as i32 - both.net.output() as i32);
            let own = both.net.paths.iter().zip(&found.weights);
            let own = own.filter(|(other, _)| other.name == path.name);
            let weights = own.flat_map(|(_, w)| w.iter());
            let change = weights.chain(&found.biases[path.to]).map(|c| c * scale).collect();
            let exact = gradient.weights[m].iter().chain(&gradient.biases[path.to]).copied();
            pairs.push([change, exact.collect()]);
        }
        pairs
    }
}

/// Almeida–Pineda's v with v_k held at t_k − z_k at the output, by a linear system: v = f' (Wᵀ v) over the hidden units.
fn held(dense: &Dense, y: &[f64], target: &[f64]) -> Option<Vec<f64>> {
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
    a.lu().solve(&b).map(|v| v.as_slice().to_vec())
}

/// A weak clamp.
pub fn a_weak_clamp_gives_almeida_pinedas_v() -> Claim {
    Claim {
        number: Some(7),
        says: "symmetric weights, output clamped to z⁻ + β (t − z⁻): (y⁺ − y⁻)/β tends to Almeida–Pineda's v with v_k held at t − z, falling as β",
        tolerance: 0.1,
        because: "|s − s'| / (1 + s'), s = distance / β at β = 1e-3, s' at 1e-4: the next order is a share of β",
        check: |trial| {
            let case = Case::cyclic(trial, Ties::Shared, &BOUNDED, 0.5, 1);
            let dense = Dense::new(&case.net, &case.initial);
            let settled = Params { settling: exact(), ..Params::default() };
            let mut rig = case.rig::<GeneRec>(&settled);
            rig.direction(&case.shown);
            let (x, t) = &case.shown[0];
            let y = rig.activity(0, 1).concat();
            let Some(expected) = held(&dense, &y, t) else {
                return trial.must(false, || format!("v has no solution, {}", case.place()));
            };
            let betas = [1e-3, 1e-4];
            let errors = betas.map(|beta| {
                let z = &y[dense.outputs()];
                let weak = z.iter().zip(t).map(|(z, t)| z + beta * (t - z)).collect();
                rig.direction(&[(x.clone(), weak)]);
                let hidden = rig.delta(1)[1..case.net.output()].concat();
                distance(&hidden.iter().map(|d| d / beta).collect::<Vec<_>>(), &expected)
            });
            trial.falls(1, betas, errors, || case.place());
        },
    }
}

/// Equilibrium propagation.
pub fn a_nudge_gives_almeida_pinedas_direction() -> Claim {
    Claim {
        number: Some(7),
        says: "symmetric weights, nudged: CHL over β tends to Almeida–Pineda, falling as β from one side and as β² from two",
        tolerance: 0.1,
        because: "|s − s'| / (1 + s'), s = distance / β at β = 1e-3, or / β² at 0.02, s' at a tenth: the next order is a share of β",
        check: |trial| {
            let case = Case::cyclic(trial, Ties::Shared, &BOUNDED, 0.3, 3);
            let expected = flat(&case.direction::<AlmeidaPineda>(&exactly()));
            for (sides, power, betas) in
                [(Sides::One, 1, [1e-3, 1e-4]), (Sides::Two, 2, [2e-2, 2e-3])]
            {
                let errors = betas.map(|nudge| {
                    let clamp = ClampKind::Nudge(Nudge { nudge, sides });
                    let params = Params { rule: Form::Chl, settling: exact(), clamp };
                    distance(&flat(&case.direction::<GeneRec>(&params)), &expected)
                });
                trial.falls(power, betas, errors, || format!("{sides:?}, {}", case.place()));
            }
        },
    }
}
