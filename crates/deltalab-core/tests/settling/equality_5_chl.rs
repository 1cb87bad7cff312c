//! Equality 5. CHL = midpoint + midpoint exchanged, term by term; symmetric = CHL − (x⁺ − x⁻)(y⁺ − y⁻); the changes of both
//! are symmetric bit for bit; with shared weights CHL = −∂(E⁺ − E⁻)/∂w at the fixed points.

use crate::support::{
    Dense, INPUTS, OUTPUTS, Rig, SSE, close, cyclic, differences, exact, flat, joined, name,
    patterns, random_weights, stream, topology,
};
use deltalab_core::learner::{Form, GeneRec, Rule};
use deltalab_core::network::{
    Activation, Connectivity, Initial, Network, NetworkParams, Parameters, Settling,
};
use nalgebra::DMatrix;

type Params = <GeneRec as Rule>::Params;

const FORMS: [Form; 4] = [Form::Plain, Form::Midpoint, Form::Symmetric, Form::Chl];

fn params(rule: Form, settling: Settling) -> Params {
    Params { rule, settling, ..Params::default() }
}

/// A few steps only, from an odd start: activities that are at rest nowhere.
fn unsettled() -> Settling {
    Settling { dt: 0.7, max_steps: 3, tolerance: 0.0, start: -0.3, ..Settling::default() }
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

#[test]
fn each_rule_is_what_the_table_says_for_any_activities() {
    let mut random = stream(50);
    for activation in [Activation::Logistic, Activation::Tanh, Activation::Softplus] {
        for net in cyclic(&activation) {
            let initial = random_weights(&net, 1.0, &mut random);
            for (count, settling) in [(1, unsettled()), (3, unsettled()), (4, Settling::default())]
            {
                let shown = patterns(count, &mut random);
                for rule in FORMS {
                    let params = params(rule, settling.clone());
                    let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
                    let found = rig.direction(&shown);
                    let (minus, plus) = (rig.activity(0, count), rig.activity(1, count));
                    assert_eq!(plus[0], minus[0], "the input is clamped");
                    let targets: Vec<f64> = shown.iter().flat_map(|(_, t)| t.clone()).collect();
                    assert_eq!(plus[net.output()], targets, "the output is clamped");
                    let mut expected = Parameters::<f64>::zeros(&net);
                    let units = |layer: usize| net.layers[layer].units;
                    for (n, path) in net.paths.iter().enumerate().filter(|(_, path)| !path.shared) {
                        for j in 0..units(path.to) {
                            for i in 0..units(path.from) {
                                let lateral = path.to == path.from;
                                // A symmetric lateral path has the direction of its lower triangle in both.
                                let (j, i) = if lateral && net.symmetric {
                                    (j.max(i), j.min(i))
                                } else {
                                    (j, i)
                                };
                                let sum = (0..count).map(|p| {
                                    let (to, from) =
                                        (units(path.to) * p + j, units(path.from) * p + i);
                                    let (x, y) = (path.from, path.to);
                                    written_out(
                                        rule,
                                        [minus[x][from], plus[x][from], minus[y][to], plus[y][to]],
                                    )
                                });
                                let both = if lateral && j == i { 0.0 } else { sum.sum() };
                                expected.weights[n][(j, i)] = both;
                                if lateral && net.symmetric {
                                    expected.weights[n][(i, j)] = both;
                                }
                            }
                        }
                    }
                    for layer in 1..net.layers.len() {
                        for j in 0..units(layer) {
                            expected.biases[layer][j] = (0..count)
                                .map(|p| units(layer) * p + j)
                                .map(|unit| plus[layer][unit] - minus[layer][unit])
                                .sum();
                        }
                    }
                    let what = format!("{rule:?}, {}", name(&net));
                    // Sums of at most eight products of order 1.
                    close(&flat(&found), &flat(&expected), 1e-14, &what);
                }
            }
        }
    }
}

/// What a rule does to the weights of a path and, exchanged, to those of the path that answers it.
fn with_exchanged(
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

fn own_weights(symmetric_init: bool) -> Vec<NetworkParams> {
    let mut all = Vec::new();
    for hidden in [&[3][..], &[3, 2], &[2, 3, 2]] {
        for connectivity in [Connectivity::Bidirectional, Connectivity::Recurrent] {
            all.push(NetworkParams {
                symmetric: false,
                symmetric_init,
                ..joined(connectivity, hidden)
            });
        }
    }
    all
}

#[test]
fn chl_is_midpoint_plus_midpoint_exchanged() {
    let mut random = stream(51);
    for net in own_weights(false).iter().map(topology) {
        let initial = random_weights(&net, 1.0, &mut random);
        for settling in [unsettled(), exact()] {
            let shown = patterns(3, &mut random);
            let direction = |rule| {
                let params = params(rule, settling.clone());
                let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
                let direction = rig.direction(&shown);
                with_exchanged(&rig.network, &direction)
            };
            let (midpoint, chl) = (direction(Form::Midpoint), direction(Form::Chl));
            assert!(!chl.is_empty());
            for ((there, back), (expected, _)) in midpoint.iter().zip(&chl) {
                let found = there + back;
                // Three patterns, products of order 1.
                close(found.as_slice(), expected.as_slice(), 1e-14, &name(&net));
            }
        }
    }
}

#[test]
fn all_four_rules_are_one_from_the_clamped_input_and_on_biases() {
    let mut random = stream(52);
    for net in cyclic(&Activation::Logistic) {
        let initial = random_weights(&net, 1.0, &mut random);
        let shown = patterns(3, &mut random);
        let directions = FORMS.map(|rule| {
            Rig::<GeneRec>::new(&net, &params(rule, exact()), &SSE, &initial).direction(&shown)
        });
        for other in &directions[1..] {
            for (n, _) in net.paths.iter().enumerate().filter(|(_, path)| path.from == 0) {
                let [found, expected] = [other, &directions[0]].map(|d| d.weights[n].as_slice());
                close(found, expected, 1e-14, &name(&net));
            }
            close(&other.biases.concat(), &directions[0].biases.concat(), 1e-14, &name(&net));
        }
    }
}

#[test]
fn changes_of_chl_and_symmetric_are_symmetric_bit_for_bit() {
    let mut random = stream(53);
    for net in own_weights(false).iter().map(topology) {
        let initial = random_weights(&net, 1.0, &mut random);
        for (count, settling) in [(1, exact()), (3, exact()), (4, unsettled())] {
            let shown = patterns(count, &mut random);
            for rule in FORMS {
                let params = params(rule, settling.clone());
                let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
                let direction = rig.direction(&shown);
                let same = with_exchanged(&rig.network, &direction).iter().all(|(a, b)| a == b);
                let expected = matches!(rule, Form::Chl | Form::Symmetric);
                assert_eq!(same, expected, "{rule:?}, {count} patterns, {}", name(&net));
            }
        }
    }
}

/// The largest |w − wᵀ| after twenty updates from a start that is symmetric.
fn asymmetry(params: &NetworkParams, rule: Form) -> f64 {
    let mut random = stream(54);
    let net = topology(params);
    let mut initial = random_weights(&net, 0.5, &mut random);
    for (n, path) in net.paths.iter().enumerate() {
        if let Some(other) = path.reciprocal_of {
            initial.weights[n] = initial.weights[other].transpose();
        } else if path.to == path.from {
            initial.weights[n] = 0.5 * (&initial.weights[n] + initial.weights[n].transpose());
        }
    }
    let mut rig =
        Rig::<GeneRec>::new(&net, &self::params(rule, Settling::default()), &SSE, &initial);
    for _ in 0..20 {
        let mut direction = rig.direction(&patterns(2, &mut random));
        direction.scale(0.2);
        rig.network.values.add(&direction);
    }
    let weights = with_exchanged(&rig.network, &rig.network.values);
    weights.iter().map(|(a, b)| (a - b).amax()).fold(0.0, f64::max)
}

#[test]
fn symmetric_weights_stay_so_with_chl_and_symmetric_and_come_untied_with_plain_and_midpoint() {
    for params in own_weights(true) {
        for rule in [Form::Chl, Form::Symmetric] {
            assert_eq!(asymmetry(&params, rule), 0.0, "{rule:?}");
        }
        for rule in [Form::Plain, Form::Midpoint] {
            assert!(asymmetry(&params, rule) > 1e-3, "{rule:?}");
        }
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

#[test]
fn chl_with_shared_weights_is_the_gradient_of_the_contrast_of_energies() {
    let mut random = stream(55);
    for activation in [Activation::Logistic, Activation::Tanh] {
        for net in cyclic(&activation).into_iter().filter(|net| net.symmetric) {
            let initial: Initial = random_weights(&net, 0.5, &mut random);
            let shown = patterns(2, &mut random);
            let mut rig = Rig::<GeneRec>::new(&net, &params(Form::Chl, exact()), &SSE, &initial);
            let found = rig.direction(&shown);
            assert!(rig.settled(2), "{}", name(&net));
            let dense = Dense::new(&net, &initial);
            let rest: Vec<[Vec<f64>; 2]> = shown
                .iter()
                .map(|(x, t)| {
                    let mut y = vec![0.5; dense.units()];
                    y[..INPUTS].copy_from_slice(x);
                    let minus = dense.settle(y, dense.units());
                    let mut plus = minus.clone();
                    plus[dense.outputs()].copy_from_slice(t);
                    [minus, dense.settle(plus, dense.units() - OUTPUTS)]
                })
                .collect();
            let expected = differences(&net, &initial, |w| -contrast(&Dense::new(&net, w), &rest));
            for (n, path) in net.paths.iter().enumerate() {
                assert_eq!(
                    expected.weights[n].len(),
                    if path.shared { 0 } else { found.weights[n].len() }
                );
            }
            close(&flat(&found), &flat(&expected), 2e-9, &name(&net));
        }
    }
}
