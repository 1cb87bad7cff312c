//! The states that nets settle to: step by step, from the start that was asked for, afresh for every pattern, with masks,
//! fixed paths and many hidden layers.

use crate::support::{
    Dense, INPUTS, OUTPUTS, Rig, SSE, close, cyclic, differences, exact, flat, joined, name,
    patterns, random_weights, stream, topology,
};
use deltalab_core::learner::{AlmeidaPineda, ClampKind, Form, GeneRec, Nudge, Rule, Sides};
use deltalab_core::network::{
    Activation, Backward, Connectivity, Initial, NetworkParams, On, Settling, Topology,
    TopologyError,
};
use deltalab_core::random::Streams;
use std::collections::BTreeMap;

type Params = <GeneRec as Rule>::Params;
type Recurrent = <AlmeidaPineda as Rule>::Params;

/// Some steps of either kind by plain loops, from the start to the end of both phases.
fn by_hand(dense: &Dense, settling: &Settling, (x, t): &(Vec<f64>, Vec<f64>)) -> [Vec<f64>; 2] {
    let mut y = vec![settling.start; dense.units()];
    y[..INPUTS].copy_from_slice(x);
    let mut h = vec![0.0; dense.units()];
    let mut phase = |end: usize, y: &mut Vec<f64>| {
        for _ in 0..settling.max_steps {
            let eta = dense.net(y);
            for j in INPUTS..end {
                h[j] += settling.dt * (eta[j] - h[j]);
                y[j] = match settling.on {
                    On::Activation => y[j] + settling.dt * (dense.f(j, eta[j]) - y[j]),
                    On::Net => dense.f(j, h[j]),
                };
            }
        }
    };
    phase(dense.units(), &mut y);
    let minus = y.clone();
    y[dense.outputs()].copy_from_slice(t);
    phase(dense.units() - OUTPUTS, &mut y);
    [minus, y]
}

#[test]
fn steps_are_what_the_table_says_and_the_plus_phase_goes_on_from_the_minus_state() {
    let mut random = stream(120);
    for activation in [Activation::Logistic, Activation::Tanh] {
        for net in cyclic(&activation) {
            let initial = random_weights(&net, 1.0, &mut random);
            let dense = Dense::new(&net, &initial);
            for on in [On::Activation, On::Net] {
                for (max_steps, start, dt) in [(1, 0.5, 0.4), (3, -0.2, 0.7), (5, 0.9, 1.0)] {
                    let settling = Settling { dt, max_steps, tolerance: 0.0, on, start };
                    let params = Params { settling: settling.clone(), ..Params::default() };
                    let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
                    let shown = patterns(1, &mut random);
                    rig.direction(&shown);
                    let expected = by_hand(&dense, &settling, &shown[0]);
                    for (phase, expected) in expected.iter().enumerate() {
                        let what = format!("{on:?}, phase {phase}, {}", name(&net));
                        let found = rig.activity(phase, 1).concat();
                        // Five steps of sums of about ten products.
                        close(&found, expected, 1e-13, &what);
                        let eta = dense.net(&found);
                        let net = rig.net(phase, 1)[1..].concat();
                        close(&net, &eta[INPUTS..], 1e-13, &format!("net input, {what}"));
                    }
                }
            }
        }
    }
}

#[test]
fn what_moves_does_not_change_where_it_comes_to_rest() {
    let mut random = stream(121);
    for net in cyclic(&Activation::Logistic) {
        let initial = random_weights(&net, 0.5, &mut random);
        let shown = patterns(2, &mut random);
        let direction = |on, start| {
            let settling = Settling { on, start, ..exact() };
            let params = Params { rule: Form::Chl, settling, ..Params::default() };
            let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
            let direction = rig.direction(&shown);
            assert!(rig.settled(2));
            flat(&direction)
        };
        let expected = direction(On::Activation, 0.5);
        close(&direction(On::Net, 0.5), &expected, 1e-13, &name(&net));
        close(&direction(On::Net, -3.0), &expected, 1e-13, &name(&net));
        close(&direction(On::Activation, 0.1), &expected, 1e-13, &name(&net));
    }
}

#[test]
fn a_nudged_output_rests_at_f_of_the_nudged_net_input() {
    let mut random = stream(122);
    for net in cyclic(&Activation::Logistic) {
        let initial = random_weights(&net, 0.5, &mut random);
        let dense = Dense::new(&net, &initial);
        let shown = patterns(1, &mut random);
        let clamp = ClampKind::Nudge(Nudge { nudge: 0.7, sides: Sides::Two });
        let params = Params { rule: Form::Plain, settling: exact(), clamp };
        let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
        rig.direction(&shown);
        for (phase, beta) in [(0, 0.0), (1, 0.7), (2, -0.7)] {
            let y = rig.activity(phase, 1).concat();
            let mut eta = dense.net(&y);
            for (k, t) in dense.outputs().zip(&shown[0].1) {
                eta[k] += beta * (t - y[k]);
            }
            let expected: Vec<f64> = (INPUTS..y.len()).map(|j| dense.f(j, eta[j])).collect();
            close(&y[INPUTS..], &expected, 1e-14, &format!("phase {phase}, {}", name(&net)));
        }
    }
}

/// A net of two stable states: which one it is in must not depend on the last pattern, nor on the others of the batch.
#[test]
fn each_pattern_starts_afresh_and_a_batch_is_the_sum() {
    let net = topology(&joined(Connectivity::Bidirectional, &[3]));
    let mut random = stream(123);
    let mut initial = random_weights(&net, 1.0, &mut random);
    for (n, path) in net.paths.iter().enumerate() {
        if path.from != 0 && !path.shared {
            initial.weights[n].fill(8.0);
        }
    }
    initial.biases[1].fill(-8.0);
    initial.biases[2].fill(-12.0);
    let strong = |x: f64| (vec![x; INPUTS], vec![0.2, 0.8]);
    for (n, path) in net.paths.iter().enumerate().filter(|(_, path)| path.from == 0) {
        assert_eq!(path.to, 1);
        initial.weights[n].fill(2.0);
    }
    let shown = [strong(2.0), strong(0.0), strong(-2.0)];
    for (rule, on) in [
        (Form::Plain, On::Net),
        (Form::Midpoint, On::Activation),
        (Form::Symmetric, On::Net),
        (Form::Chl, On::Activation),
    ] {
        let settling = Settling { max_steps: 1000, tolerance: 1e-9, on, ..Settling::default() };
        let params = Params { rule, settling, ..Params::default() };
        let fresh = |patterns: &[_]| {
            let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
            let direction = flat(&rig.direction(patterns));
            (direction, rig.activity(0, patterns.len()))
        };
        let single: Vec<_> = shown.iter().map(|p| fresh(std::slice::from_ref(p))).collect();
        let high = |n: usize| single[n].1[2][0];
        assert!(high(0) > 0.9 && high(2) < 0.1, "two states: {} and {}", high(0), high(2));
        let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
        for n in [0, 1, 0, 2, 1, 2, 0] {
            let again = flat(&rig.direction(std::slice::from_ref(&shown[n])));
            assert_eq!(again, single[n].0, "pattern {n}, {rule:?}");
        }
        let (batch, activity) = fresh(&shown);
        let sum: Vec<f64> =
            (0..batch.len()).map(|c| single.iter().map(|(d, _)| d[c]).sum()).collect();
        close(&batch, &sum, 1e-14, "a batch");
        for (layer, together) in activity.iter().enumerate() {
            let apart: Vec<f64> = single.iter().flat_map(|(_, y)| y[layer].clone()).collect();
            assert_eq!(*together, apart, "each pattern of a batch settles by itself");
        }
    }
}

fn without(rows: usize, columns: usize, gone: &[(usize, usize)]) -> Vec<Vec<u8>> {
    let on = |j: usize, i: usize| u8::from(!gone.contains(&(j, i)));
    (0..rows).map(|j| (0..columns).map(|i| on(j, i)).collect()).collect()
}

/// Every weight that a mask takes out, of initial weights, directions or weights.
fn masked(net: &Topology, values: &[nalgebra::DMatrix<f64>]) -> Vec<f64> {
    let mut all = Vec::new();
    for (path, w) in net.paths.iter().zip(values) {
        for (j, row) in path.mask.iter().flatten().enumerate() {
            all.extend(row.iter().enumerate().filter(|(_, on)| !**on).map(|(i, _)| w[(j, i)]));
        }
    }
    all
}

#[test]
fn what_a_mask_takes_out_stays_out_and_the_rest_is_the_gradient() {
    let mut random = stream(124);
    for symmetric in [true, false] {
        let mut masks = BTreeMap::from([
            ("hidden1<-input".to_string(), without(3, INPUTS, &[(0, 1), (2, 2)])),
            ("hidden2<-hidden1".to_string(), without(2, 3, &[(1, 0)])),
            // In one triangle only: where weights are symmetric, the one weight of a pair is gone.
            ("hidden1<-hidden1".to_string(), without(3, 3, &[(0, 2)])),
            ("output<-output".to_string(), without(2, 2, &[(1, 0)])),
        ]);
        if !symmetric {
            masks.insert("hidden1<-hidden2".to_string(), without(3, 2, &[(2, 1)]));
        }
        let params = NetworkParams {
            symmetric,
            symmetric_init: true,
            masks,
            ..joined(Connectivity::Recurrent, &[3, 2])
        };
        let net = topology(&params);
        let drawn = Initial::draw(&params, &net, &Streams::new(0, 7));
        let gone = masked(&net, &drawn.weights);
        assert!(gone.len() >= 8 && gone.iter().all(|&w| w == 0.0), "initial weights: {gone:?}");
        let shown = patterns(2, &mut random);
        for rule in [Form::Plain, Form::Midpoint, Form::Symmetric, Form::Chl] {
            let params = Params { rule, settling: exact(), ..Params::default() };
            let direction = Rig::<GeneRec>::new(&net, &params, &SSE, &drawn).direction(&shown);
            assert!(masked(&net, &direction.weights).iter().all(|&c| c == 0.0), "{rule:?}");
        }
        let params = Recurrent {
            settling: exact(),
            backward: Backward { dt: 0.5, max_steps: 100_000, tolerance: 1e-16 },
        };
        let mut rig = Rig::<AlmeidaPineda>::new(&net, &params, &SSE, &drawn);
        let found = rig.direction(&shown);
        assert!(masked(&net, &found.weights).iter().all(|&c| c == 0.0));
        let expected = differences(&net, &drawn, |w| gradient_of(&net, w, &shown));
        close(&flat(&found), &flat(&expected), 2e-9, &name(&net));
    }
}

/// −½ SSE at rest.
fn gradient_of(net: &Topology, w: &Initial, shown: &[(Vec<f64>, Vec<f64>)]) -> f64 {
    let dense = Dense::new(net, w);
    let each = shown.iter().map(|(x, t)| {
        let mut y = vec![0.5; dense.units()];
        y[..INPUTS].copy_from_slice(x);
        let y = dense.settle(y, dense.units());
        -0.5 * y[dense.outputs()].iter().zip(t).map(|(z, t)| (t - z) * (t - z)).sum::<f64>()
    });
    each.sum()
}

#[test]
fn fixed_paths_have_no_direction_and_a_path_of_shared_weights_cannot_be_fixed_by_itself() {
    let fixed = |names: &[&str], symmetric| NetworkParams {
        fixed: names.iter().map(|name| name.to_string()).collect(),
        symmetric,
        ..joined(Connectivity::Recurrent, &[3, 2])
    };
    let mut random = stream(125);
    for (names, symmetric) in [
        (&["hidden1<-input", "output<-hidden2", "hidden1<-hidden1"][..], true),
        (&["hidden2<-output", "output<-output"][..], false),
    ] {
        let net = topology(&fixed(names, symmetric));
        let initial = random_weights(&net, 0.5, &mut random);
        let shown = patterns(2, &mut random);
        let mut directions = vec![
            Rig::<AlmeidaPineda>::new(&net, &Default::default(), &SSE, &initial).direction(&shown),
        ];
        for rule in [Form::Plain, Form::Symmetric, Form::Chl] {
            let params = Params { rule, ..Params::default() };
            directions.push(Rig::<GeneRec>::new(&net, &params, &SSE, &initial).direction(&shown));
        }
        for direction in directions {
            for (path, c) in net.paths.iter().zip(&direction.weights) {
                let still = c.iter().all(|&c| c == 0.0);
                assert_eq!(still, path.fixed || path.shared, "{}", path.name);
            }
        }
    }
    let refused = Topology::new(
        &fixed(&["hidden2<-output"], true),
        INPUTS,
        OUTPUTS,
        Connectivity::Bidirectional,
    );
    match refused {
        Err(TopologyError::Shared { key, name, owner }) => assert_eq!(
            (key, name.as_str(), owner.as_str()),
            ("fixed", "hidden2<-output", "output<-hidden2")
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn initial_symmetry_is_of_lateral_weights_too() {
    for (symmetric, symmetric_init) in [(true, false), (false, true), (false, false)] {
        let params =
            NetworkParams { symmetric, symmetric_init, ..joined(Connectivity::Recurrent, &[3, 2]) };
        let net = topology(&params);
        let dense = Dense::new(&net, &Initial::draw(&params, &net, &Streams::new(0, 3)));
        let free = dense.units() - INPUTS;
        let w = dense.w.view((INPUTS, INPUTS), (free, free)).into_owned();
        assert_eq!(w == w.transpose(), symmetric || symmetric_init, "{symmetric} {symmetric_init}");
    }
}

#[test]
fn ten_hidden_layers_settle_and_almeida_pineda_is_their_gradient() {
    let mut random = stream(126);
    let net = topology(&joined(Connectivity::Bidirectional, &[2; 10]));
    let initial = random_weights(&net, 1.0, &mut random);
    let shown = patterns(2, &mut random);
    let params = Recurrent {
        settling: exact(),
        backward: Backward { dt: 0.5, max_steps: 100_000, tolerance: 1e-18 },
    };
    let mut rig = Rig::<AlmeidaPineda>::new(&net, &params, &SSE, &initial);
    let found = rig.direction(&shown);
    assert!(rig.settled(2));
    let expected = differences(&net, &initial, |w| gradient_of(&net, w, &shown));
    close(&flat(&found), &flat(&expected), 2e-9, &name(&net));
    let lowest = &rig.delta(2)[1];
    assert!(lowest.iter().all(|&v| v != 0.0), "the error reaches the lowest layer: {lowest:?}");
    let generec = Params { rule: Form::Chl, settling: exact(), ..Params::default() };
    let mut rig = Rig::<GeneRec>::new(&net, &generec, &SSE, &initial);
    rig.direction(&shown);
    assert!(rig.settled(2));
}
