//! Equalities 5 and 6, GeneRec and CHL: how the four rules hang together for any activities, what they keep symmetric, what
//! they descend, and the delta rule into a clamped output.

use super::case::{Case, OUTPUTS, SSE, Ties, exact, joined, patterns};
use super::claim::{Claim, Trial, flat};
use super::dense::{Dense, differences};
use super::rig::Rig;
use crate::learner::{Form, GeneRec, Rule};
use crate::network::{Activation, Connectivity, Network, NetworkParams, Parameters, Settling};
use nalgebra::DMatrix;

type Params = <GeneRec as Rule>::Params;

/// The four rules.
pub const FORMS: [Form; 4] = [Form::Plain, Form::Midpoint, Form::Symmetric, Form::Chl];

const SMOOTH: [Activation; 3] = [Activation::Logistic, Activation::Tanh, Activation::Softplus];

/// One of the rules, clamped hard.
pub fn params(rule: Form, settling: Settling) -> Params {
    Params { rule, settling, ..Params::default() }
}

/// A few steps only, from an odd start: activities that are at rest nowhere.
pub fn unsettled() -> Settling {
    Settling { dt: 0.7, max_steps: 3, tolerance: 0.0, start: -0.3, ..Settling::default() }
}

/// A net with cycles, and a way to settle it or not.
fn drawn(trial: &mut Trial, ties: Ties) -> (Case, Settling) {
    let count = trial.pick(&[1, 3, 4]);
    let case = Case::cyclic(trial, ties, &SMOOTH, 0.8, count);
    let settling = trial.pick(&[unsettled(), Settling::default(), exact()]);
    (case, settling)
}

/// The four rules as printed: x⁻, x⁺, y⁻, y⁺.
fn written_out(rule: Form, [xm, xp, ym, yp]: [f64; 4]) -> f64 {
    match rule {
        Form::Plain => xm * (yp - ym),
        Form::Midpoint => 0.5 * (xm + xp) * (yp - ym),
        Form::Symmetric => xm * (yp - ym) + ym * (xp - xm),
        Form::Chl => xp * yp - xm * ym,
    }
}

/// A direction from the activities of two phases, by loops: `of` x⁻, x⁺, y⁻, y⁺ for weights; y⁺ − y⁻ for biases.
fn by_hand(
    case: &Case,
    [minus, plus]: [&[Vec<f64>]; 2],
    of: impl Fn([f64; 4]) -> f64,
) -> Parameters<f64> {
    let mut all = Parameters::<f64>::zeros(&case.net);
    let (units, count) = (|layer: usize| case.net.layers[layer].units, case.shown.len());
    for (n, path) in case.net.paths.iter().enumerate().filter(|(_, path)| !path.shared) {
        let (to, from, lateral) = (path.to, path.from, path.to == path.from);
        for j in 0..units(to) {
            for i in 0..units(from) {
                if lateral && i == j {
                    continue;
                }
                // A symmetric lateral path has the direction of its lower triangle in both.
                let tied = lateral && case.net.symmetric;
                let (row, column) = if tied { (j.max(i), j.min(i)) } else { (j, i) };
                let at = |p: usize| {
                    let (x, y) = (units(from) * p + column, units(to) * p + row);
                    of([minus[from][x], plus[from][x], minus[to][y], plus[to][y]])
                };
                all.weights[n][(j, i)] = (0..count).map(at).sum();
            }
        }
    }
    for (layer, biases) in all.biases.iter_mut().enumerate() {
        for (j, b) in biases.iter_mut().enumerate() {
            let at =
                |p: usize| plus[layer][units(layer) * p + j] - minus[layer][units(layer) * p + j];
            *b = (0..count).map(at).sum();
        }
    }
    all
}

/// Each rule is a row of the table.
pub fn each_form_is_its_equation() -> Claim {
    Claim {
        number: Some(5),
        says: "plain, midpoint, symmetric and CHL are what their equations say of the activities of both phases, settled or not",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|): sums of up to eight products of order 1",
        check: |trial| {
            let (case, settling) = drawn(trial, Ties::Either);
            let count = case.shown.len();
            for rule in FORMS {
                let mut rig = case.rig::<GeneRec>(&params(rule, settling.clone()));
                let found = rig.direction(&case.shown);
                let (minus, plus) = (rig.activity(0, count), rig.activity(1, count));
                let place = || format!("{rule:?}, {}", case.place());
                let targets: Vec<f64> = case.shown.iter().flat_map(|(_, t)| t.clone()).collect();
                let clamped = plus[0] == minus[0] && plus[case.net.output()] == targets;
                trial.must(clamped, || format!("input and output are clamped: {}", place()));
                let expected = by_hand(&case, [&minus, &plus], |xy| written_out(rule, xy));
                trial.close(&flat(&found), &flat(&expected), place);
            }
        },
    }
}

/// What a direction does to the weights of each path and, exchanged, to those of the path that answers it (a lateral path
/// answers itself).
pub fn with_exchanged(
    net: &Network<f64>,
    direction: &Parameters<f64>,
) -> Vec<(DMatrix<f64>, DMatrix<f64>)> {
    let paths = &net.topology.paths;
    let answer = |n: usize| {
        paths
            .iter()
            .position(|other| other.reciprocal_of == Some(n))
            .or_else(|| (paths[n].to == paths[n].from).then_some(n))
    };
    (0..paths.len())
        .filter_map(|n| answer(n).map(|m| (n, m)))
        .map(|(n, m)| (direction.weights[n].clone(), direction.weights[m].transpose()))
        .collect()
}

/// CHL from midpoint.
pub fn chl_is_midpoint_plus_midpoint_exchanged() -> Claim {
    Claim {
        number: Some(5),
        says: "CHL is midpoint plus midpoint with i and j exchanged, for any activities and weights",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|): up to four products of order 1",
        check: |trial| {
            let (case, settling) = drawn(trial, Ties::Own);
            let of = |rule| {
                let mut rig = case.rig::<GeneRec>(&params(rule, settling.clone()));
                let direction = rig.direction(&case.shown);
                with_exchanged(&rig.network, &direction)
            };
            let (midpoint, chl) = (of(Form::Midpoint), of(Form::Chl));
            for ((there, back), (expected, _)) in midpoint.iter().zip(&chl) {
                let found = there + back;
                trial.close(found.as_slice(), expected.as_slice(), || case.place());
            }
        },
    }
}

/// Symmetric from CHL.
pub fn symmetric_is_chl_less_a_product() -> Claim {
    Claim {
        number: Some(5),
        says: "symmetric is CHL − (x⁺ − x⁻)(y⁺ − y⁻)",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|): up to eight products of order 1",
        check: |trial| {
            let (case, settling) = drawn(trial, Ties::Either);
            let count = case.shown.len();
            let mut chl = case.rig::<GeneRec>(&params(Form::Chl, settling.clone()));
            let mut expected = chl.direction(&case.shown);
            let (minus, plus) = (chl.activity(0, count), chl.activity(1, count));
            let mut product =
                by_hand(&case, [&minus, &plus], |[xm, xp, ym, yp]| (xp - xm) * (yp - ym));
            product.clear_biases();
            expected.subtract(&product);
            let found = case.direction::<GeneRec>(&params(Form::Symmetric, settling));
            trial.close(&flat(&found), &flat(&expected), || case.place());
        },
    }
}

/// Where all four are one.
pub fn all_forms_are_one_from_the_input_and_on_biases() -> Claim {
    Claim {
        number: Some(5),
        says: "on paths from the clamped input, and on biases, all four rules are the same",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|): up to four products of order 1",
        check: |trial| {
            let (case, settling) = drawn(trial, Ties::Either);
            let [first, others @ ..] =
                FORMS.map(|rule| case.direction::<GeneRec>(&params(rule, settling.clone())));
            for other in &others {
                for (n, _) in case.net.paths.iter().enumerate().filter(|(_, path)| path.from == 0) {
                    let [found, expected] = [other, &first].map(|d| d.weights[n].as_slice());
                    trial.close(found, expected, || case.place());
                }
                trial.close(&other.biases.concat(), &first.biases.concat(), || case.place());
            }
        },
    }
}

/// Symmetric changes.
pub fn chl_and_symmetric_keep_weights_symmetric() -> Claim {
    Claim {
        number: Some(5),
        says: "CHL and symmetric change a weight and the one that answers it by the same bits, so symmetric weights stay so over 20 updates",
        tolerance: 0.0,
        because: "|a − b|: products commute, and the sums have one order",
        check: |trial| {
            let (case, settling) = drawn(trial, Ties::Own);
            for rule in [Form::Chl, Form::Symmetric] {
                let place = || format!("{rule:?}, {}", case.place());
                let mut rig = case.rig::<GeneRec>(&params(rule, settling.clone()));
                let direction = rig.direction(&case.shown);
                for (there, back) in with_exchanged(&rig.network, &direction) {
                    trial.close(there.as_slice(), back.as_slice(), place);
                }
            }
            for rule in [Form::Chl, Form::Symmetric] {
                let asymmetry = asymmetry_after_learning(trial, &case.params, rule);
                trial.see(asymmetry, || format!("{rule:?}, twenty updates of {:?}", case.params));
            }
        },
    }
}

/// The largest |w − wᵀ| after twenty updates from a start that is symmetric, on a net whose paths have their own weights.
pub fn asymmetry_after_learning(trial: &mut Trial, net: &NetworkParams, rule: Form) -> f64 {
    let mut case = Case::draw(trial, net.clone(), &SSE, 0.5, 0);
    for (n, path) in case.net.paths.iter().enumerate() {
        if let Some(other) = path.reciprocal_of {
            case.initial.weights[n] = case.initial.weights[other].transpose();
        } else if path.to == path.from {
            let w = &case.initial.weights[n];
            case.initial.weights[n] = 0.5 * (w + w.transpose());
        }
    }
    let mut rig: Rig<GeneRec> = case.rig(&params(rule, Settling::default()));
    for _ in 0..20 {
        let mut direction = rig.direction(&patterns(2, &mut trial.random));
        direction.scale(0.2);
        rig.network.values.add(&direction);
    }
    let weights = with_exchanged(&rig.network, &rig.network.values);
    weights.iter().map(|(a, b)| (a - b).amax()).fold(0.0, f64::max)
}

/// What CHL descends.
pub fn chl_is_the_gradient_of_a_contrast() -> Claim {
    Claim {
        number: Some(5),
        says: "with shared weights CHL is −∂(E⁺ − E⁻)/∂w at the fixed points, E the energy of the net: central differences",
        tolerance: 2e-9,
        because: "|a − b| / (1 + |b|): differences are good to 1e-11, and a slow fixed point enlarges that",
        check: |trial| {
            let case = Case::cyclic(trial, Ties::Shared, &SMOOTH[..2], 0.5, 2);
            let found = case.direction::<GeneRec>(&params(Form::Chl, exact()));
            let dense = Dense::new(&case.net, &case.initial);
            let rest: Vec<[Vec<f64>; 2]> = case
                .shown
                .iter()
                .map(|(x, t)| {
                    let minus = dense.rest(x);
                    let mut plus = minus.clone();
                    plus[dense.outputs()].copy_from_slice(t);
                    [minus, dense.settle(plus, dense.units() - OUTPUTS)]
                })
                .collect();
            let expected = differences(&case.net, &case.initial, |moved| {
                -contrast(&Dense::new(&case.net, moved), &rest)
            });
            trial.close(&flat(&found), &flat(&expected), || case.place());
        },
    }
}

/// E⁺ − E⁻ at the fixed points, summed over patterns, settled again from the given ones.
fn contrast(dense: &Dense, rest: &[[Vec<f64>; 2]]) -> f64 {
    let (all, hidden) = (dense.units(), dense.units() - OUTPUTS);
    let each = rest.iter().map(|[minus, plus]| {
        let (minus, plus) = (dense.settle(minus.clone(), all), dense.settle(plus.clone(), hidden));
        dense.energy(&plus) - dense.energy(&minus)
    });
    each.sum()
}

/// Into a clamped output.
pub fn into_a_clamped_output_it_is_the_delta_rule() -> Claim {
    Claim {
        number: Some(6),
        says: "into a clamped output plain is the delta rule, x⁻ (t − z⁻), settled or not; midpoint is ½ (x⁻ + x⁺)(t − z⁻)",
        tolerance: 0.0,
        because: "|a − b|: the same products, summed in the same order",
        check: |trial| {
            let (case, settling) = drawn(trial, Ties::Either);
            let differences =
                [Form::Plain, Form::Midpoint].map(|rule| from_delta_rule(&case, rule, &settling));
            trial.see(differences[0][0], || format!("plain, {}", case.place()));
            trial.see(differences[1][1], || format!("midpoint, {}", case.place()));
        },
    }
}

/// The largest difference between the change of a path from a hidden into the output layer and Σ s (t − z⁻), for senders
/// s = x⁻ and ½ (x⁻ + x⁺).
pub fn from_delta_rule(case: &Case, rule: Form, settling: &Settling) -> [f64; 2] {
    let count = case.shown.len();
    let mut rig = case.rig::<GeneRec>(&params(rule, settling.clone()));
    let found = rig.direction(&case.shown);
    let (minus, plus) = (rig.activity(0, count), rig.activity(1, count));
    let output = case.net.output();
    let outputs = case.net.layers[output].units;
    let mut largest = [f64::NEG_INFINITY; 2];
    for (n, path) in case.net.paths.iter().enumerate() {
        if path.to != output || path.from == output || path.from == 0 {
            continue;
        }
        let senders = case.net.layers[path.from].units;
        for k in 0..outputs {
            for i in 0..senders {
                for (midpoint, largest) in largest.iter_mut().enumerate() {
                    let term = |p: usize| {
                        let x = minus[path.from][senders * p + i];
                        let x_plus = plus[path.from][senders * p + i];
                        let sender = if midpoint == 1 { 0.5 * (x + x_plus) } else { x };
                        sender * (case.shown[p].1[k] - minus[output][outputs * p + k])
                    };
                    let expected: f64 = (0..count).map(term).sum();
                    let difference = (found.weights[n][(k, i)] - expected).abs();
                    let difference = if difference.is_nan() { f64::INFINITY } else { difference };
                    *largest = largest.max(difference);
                }
            }
        }
    }
    largest
}

/// Bidirectional and recurrent nets of 1 to 3 hidden layers whose paths have weights of their own.
pub fn own_weights() -> Vec<NetworkParams> {
    let mut all = Vec::new();
    for hidden in [&[3][..], &[3, 2], &[2, 3, 2]] {
        for connectivity in [Connectivity::Bidirectional, Connectivity::Recurrent] {
            all.push(NetworkParams { symmetric: false, ..joined(connectivity, hidden) });
        }
    }
    all
}
