//! Equality 3, what it does not promise: iterated, the difference of the phases is not backprop above the first hidden layer,
//! however small λ. (What it promises: `equality::nudge`.) And how iterations are counted.

use deltalab_core::equality::{Case, SSE, Trial, distance, joined, nudge};
use deltalab_core::learner::{ActivationBackprop, Backprop, Iterations, Learner, Rule, Stable};
use deltalab_core::network::{Connectivity, NetworkParams};

type Params = <ActivationBackprop as Rule>::Params;

#[test]
fn iterated_phases_are_not_backprop_above_the_first_hidden_layer_however_small_lambda() {
    for net in 0..40 {
        let case = nudge::one_pattern(&mut Trial::new(34, net));
        let mut backprop = case.rig::<Backprop>(&Default::default());
        backprop.direction(&case.shown);
        let above = backprop.delta(1)[2..].concat();
        for n in [2, 3, 6] {
            for lambda in [1e-4, 1e-5] {
                let iterations = Iterations::Number(n);
                let params = Params { lambda, iterations, ..Params::default() };
                // The changes of biases are d.
                let d = case.direction::<ActivationBackprop>(&params).biases[2..].concat();
                let apart = distance(&d, &above);
                assert!(apart > 1e-3, "{apart}, λ = {lambda}, n = {n}, {}", case.place());
            }
        }
    }
}

#[test]
fn as_many_iterations_as_asked_for_or_until_nothing_moves() {
    let params = NetworkParams { shortcuts: true, ..joined(Connectivity::Feedforward, &[3]) };
    let case = Case::draw(&mut Trial::new(37, 0), params, &SSE, 1.0, 3);
    let steps = |iterations, max_iterations| {
        let params = Params { lambda: 0.01, iterations, max_iterations, ..Params::default() };
        let mut rig = case.rig::<ActivationBackprop>(&params);
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
