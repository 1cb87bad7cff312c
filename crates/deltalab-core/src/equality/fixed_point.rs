//! Equality 4, Almeida–Pineda: backprop on a net without cycles, the gradient at the fixed point of one with cycles.

use super::case::{CROSS_ENTROPY, Case, INPUTS, SSE, exact, hidden_layers, joined};
use super::claim::{Claim, Trial, flat};
use super::dense::{Dense, differences};
use crate::learner::{AlmeidaPineda, Backprop, Rule};
use crate::network::{
    Activation, Backward, Connectivity, ErrorFunction, NetworkParams, Parameters, Settling,
};
use nalgebra::{DMatrix, DVector};

type Params = <AlmeidaPineda as Rule>::Params;

/// Settling of activities and errors, to the last bits.
pub fn exactly() -> Params {
    Params {
        settling: exact(),
        backward: Backward { dt: 0.5, max_steps: 10_000, tolerance: 1e-16 },
    }
}

/// No cycles.
pub fn without_cycles_it_is_backprop() -> Claim {
    Claim {
        number: Some(4),
        says: "on a net without cycles Almeida–Pineda, settled, is backprop",
        tolerance: 1e-13,
        because: "|a − b| / (1 + |b|): a residual of 2e-15 in activities and errors, through up to four layers",
        check: |trial| {
            let case = Case::feedforward(trial);
            let found = case.direction::<AlmeidaPineda>(&exactly());
            let expected = case.direction::<Backprop>(&Default::default());
            trial.close(&flat(&found), &flat(&expected), || case.place());
        },
    }
}

/// A net with cycles that rests soon, and an error that fits it. Where only lateral weights are tied, those of the other paths
/// must not be counted twice.
fn with_cycles(trial: &mut Trial, count: usize) -> Case {
    let mut case = Case::resting(trial, 0.5, count, |trial| {
        use Connectivity::{Bidirectional, Feedforward, Recurrent};
        let hidden = hidden_layers(trial);
        NetworkParams {
            activation: trial.pick(&[Activation::Logistic, Activation::Tanh]),
            symmetric: trial.pick(&[true, false]),
            lateral: trial.pick(&[true, false]),
            ..joined(trial.pick(&[Feedforward, Bidirectional, Recurrent]), &hidden)
        }
    });
    if CROSS_ENTROPY.fits(&case.params.activation) {
        case.error = trial.pick(&[SSE, CROSS_ENTROPY]);
    }
    case
}

/// Cycles.
pub fn with_cycles_it_is_the_gradient() -> Claim {
    Claim {
        number: Some(4),
        says: "on a net with cycles it is −½ ∂SSE/∂w, or −∂CE/∂w, at the fixed point: central differences, settled again from there",
        tolerance: 2e-9,
        because: "|a − b| / (1 + |b|): differences are good to 1e-11, and a slow fixed point enlarges that",
        check: |trial| {
            let case = with_cycles(trial, 2);
            let mut rig = case.rig::<AlmeidaPineda>(&exactly());
            let found = rig.direction(&case.shown);
            let expected = gradient_at_rest(&case);
            trial.close(&flat(&found), &flat(&expected), || case.place());
        },
    }
}

/// −½ ∂SSE/∂w, or −∂CE/∂w, where the net rests: by differences, settled again from the fixed point for each weight.
pub fn gradient_at_rest(case: &Case) -> Parameters<f64> {
    let dense = Dense::new(&case.net, &case.initial);
    let rest: Vec<_> = case.shown.iter().map(|(x, _)| dense.rest(x)).collect();
    differences(&case.net, &case.initial, |moved| {
        let dense = Dense::new(&case.net, moved);
        let each = rest.iter().zip(&case.shown).map(|(y, (_, t))| {
            dense.error(&case.error, &dense.settle(y.clone(), dense.units()), t)
        });
        -each.sum::<f64>()
    })
}

/// What is read where, at a state that has not settled.
pub fn v_solves_its_equation_at_any_state() -> Claim {
    Claim {
        number: Some(4),
        says: "at any state, settled or not, v solves v = f' Wᵀ v + e: t − z read from the activity, f' from the net input",
        tolerance: 1e-13,
        because: "|a − b| / (1 + |b|): errors rest within 2e-16, enlarged by (1 − f' Wᵀ)⁻¹",
        check: unsettled,
    }
}

fn unsettled(trial: &mut Trial) {
    let settling = Settling { max_steps: 2, ..Settling::default() };
    let params = Params { settling, ..exactly() };
    // Errors converge when the activities do, linearised where they are read; a state far from rest may not be such a one.
    let drawn = (0..1000).find_map(|_| {
        let case = with_cycles(trial, 1);
        let mut rig = case.rig::<AlmeidaPineda>(&params);
        rig.direction(&case.shown);
        let (a, e) = equation(&case, &rig.activity(0, 1).concat());
        errors_rest_soon(&a, &e).then_some((case, rig, a, e))
    });
    let Some((case, rig, a, e)) = drawn else {
        return trial.must(false, || "no net of a thousand is stable".to_string());
    };
    match a.lu().solve(&e) {
        Some(v) => trial.close(&rig.delta(1)[1..].concat(), v.as_slice(), || case.place()),
        None => trial.must(false, || format!("v has no solution, {}", case.place())),
    }
}

/// Whether v ← v + ½ (e − a v) rests within some hundred steps.
fn errors_rest_soon(a: &DMatrix<f64>, e: &DVector<f64>) -> bool {
    let mut v = DVector::zeros(e.len());
    (0..300).any(|_| {
        let change = 0.5 * (e - a * &v);
        v += &change;
        v.iter().all(|v| v.is_finite()) && change.amax() < 1e-15
    })
}

/// (1 − f' Wᵀ) v = e at a state of the units, over all but the inputs.
fn equation(case: &Case, y: &[f64]) -> (DMatrix<f64>, DVector<f64>) {
    let dense = Dense::new(&case.net, &case.initial);
    let free = dense.units() - INPUTS;
    let eta = dense.net(y);
    let mut a = DMatrix::<f64>::identity(free, free);
    let mut e = DVector::<f64>::zeros(free);
    for i in 0..free {
        let slope = dense.derivative(INPUTS + i, eta[INPUTS + i]);
        for j in 0..free {
            a[(i, j)] -= slope * dense.w[(INPUTS + j, INPUTS + i)];
        }
        if let Some(k) = (INPUTS + i).checked_sub(dense.outputs().start) {
            let difference = case.shown[0].1[k] - y[INPUTS + i];
            let leaves_slope_in = matches!(case.error, ErrorFunction::Sse(_));
            e[i] = difference * if leaves_slope_in { slope } else { 1.0 };
        }
    }
    (a, e)
}
