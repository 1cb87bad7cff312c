//! Equality 4. Almeida–Pineda on a net without cycles = backprop; with cycles = −½ ∂SSE/∂w (−∂CE/∂w) at the fixed point, by
//! finite differences that settle again from that fixed point; stopping early costs the first order of the distance to it.

use crate::support::{
    CROSS_ENTROPY, Dense, INPUTS, Rig, SSE, close, cyclic, differences, exact, flat, joined, name,
    patterns, random_weights, stream, topology,
};
use deltalab_core::learner::{AlmeidaPineda, Backprop, Rule};
use deltalab_core::network::{
    Activation, Backward, Connectivity, ErrorFunction, NetworkParams, Settling,
};

use nalgebra::{DMatrix, DVector};

type Params = <AlmeidaPineda as Rule>::Params;

fn params() -> Params {
    Params {
        settling: exact(),
        backward: Backward { dt: 0.5, max_steps: 100_000, tolerance: 1e-16 },
    }
}

#[test]
fn almeida_pineda_without_cycles_is_backprop() {
    let mut random = stream(40);
    for hidden in [&[][..], &[3], &[3, 4], &[4, 3, 3]] {
        for (activation, output, error) in [
            (Activation::Logistic, Activation::Logistic, SSE),
            (Activation::Tanh, Activation::Linear, SSE),
            (Activation::Softplus, Activation::Softmax, SSE),
            (Activation::Tanh, Activation::Logistic, CROSS_ENTROPY),
            (Activation::Gelu, Activation::Softmax, CROSS_ENTROPY),
        ] {
            let net = topology(&NetworkParams {
                activation,
                output_activation: Some(output),
                shortcuts: hidden.len() == 2,
                ..joined(Connectivity::Feedforward, hidden)
            });
            let initial = random_weights(&net, 1.0, &mut random);
            for count in [1, 3] {
                let shown = patterns(count, &mut random);
                let mut ap = Rig::<AlmeidaPineda>::new(&net, &params(), &error, &initial);
                let mut bp = Rig::<Backprop>::new(&net, &Default::default(), &error, &initial);
                let (found, expected) = (ap.direction(&shown), bp.direction(&shown));
                assert!(ap.settled(count));
                // A residual of 2e-15 in the activities and errors, through at most four layers.
                close(&flat(&found), &flat(&expected), 1e-13, &name(&net));
            }
        }
    }
}

/// The error of one pattern, settled again from y.
fn error_of(error: &ErrorFunction, dense: &Dense, from: &[f64], target: &[f64]) -> f64 {
    let y = dense.settle(from.to_vec(), dense.units());
    let each = y[dense.outputs()].iter().zip(target).map(|(&z, &t)| match error {
        ErrorFunction::Sse(_) => 0.5 * (t - z) * (t - z), // the learning rate absorbs the 2
        ErrorFunction::CrossEntropy(_) => -(t * z.ln() + (1.0 - t) * (1.0 - z).ln()),
    });
    each.sum()
}

#[test]
fn almeida_pineda_is_the_gradient_at_the_fixed_point() {
    let mut random = stream(41);
    for (activation, error) in [
        (Activation::Logistic, SSE),
        (Activation::Tanh, SSE),
        (Activation::Logistic, CROSS_ENTROPY),
    ] {
        // Where only lateral weights are tied, those of the other paths must not be counted twice.
        let lateral = NetworkParams {
            lateral: true,
            activation: activation.clone(),
            ..joined(Connectivity::Feedforward, &[3, 2])
        };
        for net in cyclic(&activation).into_iter().chain([topology(&lateral)]) {
            let initial = random_weights(&net, 0.5, &mut random);
            let shown = patterns(2, &mut random);
            let mut rig = Rig::<AlmeidaPineda>::new(&net, &params(), &error, &initial);
            let found = rig.direction(&shown);
            assert!(rig.settled(2), "{}", name(&net));
            let dense = Dense::new(&net, &initial);
            let rest: Vec<Vec<f64>> = shown
                .iter()
                .map(|(x, _)| {
                    let mut y = vec![0.5; dense.units()];
                    y[..INPUTS].copy_from_slice(x);
                    dense.settle(y, dense.units())
                })
                .collect();
            let expected = differences(&net, &initial, |moved| {
                let dense = Dense::new(&net, moved);
                let each = rest.iter().zip(&shown);
                -each.map(|(y, (_, t))| error_of(&error, &dense, y, t)).sum::<f64>()
            });
            // 1e-10 of differences, with room for a slow fixed point that enlarges it.
            close(&flat(&found), &flat(&expected), 2e-9, &name(&net));
        }
    }
}

#[test]
fn stopping_early_costs_the_first_order_of_the_distance() {
    let mut random = stream(42);
    for net in cyclic(&Activation::Tanh) {
        let initial = random_weights(&net, 0.3, &mut random);
        let shown = patterns(1, &mut random);
        let mut rig = Rig::<AlmeidaPineda>::new(&net, &params(), &SSE, &initial);
        let (best, rest) = (flat(&rig.direction(&shown)), rig.activity(0, 1).concat());
        let (mut ratios, mut distances) = (Vec::new(), Vec::new());
        for max_steps in [8, 16, 32, 44] {
            let settling = Settling { max_steps, ..exact() };
            let early = Params { settling, ..params() };
            let mut rig = Rig::<AlmeidaPineda>::new(&net, &early, &SSE, &initial);
            let found = flat(&rig.direction(&shown));
            assert!(!rig.settled(1), "reported as not settled");
            let y = rig.activity(0, 1).concat();
            let length = |a: &[f64], b: &[f64]| {
                a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
            };
            distances.push(length(&y, &rest));
            ratios.push(length(&found, &best) / length(&y, &rest));
        }
        assert!(distances[3] < 0.01 * distances[0], "{distances:?}");
        // The distance falls by orders of magnitude; of the second order the ratio would fall with it.
        let (low, high) =
            ratios.iter().fold((f64::MAX, 0.0_f64), |(l, h), &r| (l.min(r), h.max(r)));
        assert!(high < 10.0 * low, "{ratios:?}: {}", name(&net));
    }
}

/// v = f' (Wᵀ v) + e at any state, settled or not, by a linear system: t − z from the activity, f' from the net input.
#[test]
fn the_error_is_read_from_the_activity_and_derivatives_from_the_net_input() {
    let mut random = stream(43);
    for error in [SSE, CROSS_ENTROPY] {
        for net in cyclic(&Activation::Logistic) {
            let initial = random_weights(&net, 0.5, &mut random);
            let shown = patterns(1, &mut random);
            let settling = Settling { max_steps: 2, ..Settling::default() };
            let mut rig =
                Rig::<AlmeidaPineda>::new(&net, &Params { settling, ..params() }, &error, &initial);
            rig.direction(&shown);
            let dense = Dense::new(&net, &initial);
            let (y, free) = (rig.activity(0, 1).concat(), dense.units() - INPUTS);
            let eta = dense.net(&y);
            let mut a = DMatrix::<f64>::identity(free, free);
            let mut e = DVector::<f64>::zeros(free);
            for i in 0..free {
                let slope = dense.derivative(INPUTS + i, eta[INPUTS + i]);
                for j in 0..free {
                    a[(i, j)] -= slope * dense.w[(INPUTS + j, INPUTS + i)];
                }
                if let Some(k) = (INPUTS + i).checked_sub(dense.outputs().start) {
                    let difference = shown[0].1[k] - y[INPUTS + i];
                    let leaves_slope_in = matches!(error, ErrorFunction::Sse(_));
                    e[i] = difference * if leaves_slope_in { slope } else { 1.0 };
                }
            }
            let v = a.lu().solve(&e).expect("a stable state");
            // The errors rest within 2e-16, enlarged by (1 − Wᵀ)⁻¹.
            close(&rig.delta(1)[1..].concat(), v.as_slice(), 1e-13, &name(&net));
        }
    }
}
