//! Equality 5, what it does not promise: plain and midpoint GeneRec change the two weights of a pair differently, and untie
//! weights that started symmetric. (What it promises: `equality::phases`.)

use crate::support::{SSE, exact, name};
use deltalab_core::equality::phases::{
    asymmetry_after_learning, own_weights, params, unsettled, with_exchanged,
};
use deltalab_core::equality::{Case, Trial};
use deltalab_core::learner::{Form, GeneRec};

#[test]
fn changes_of_plain_and_midpoint_are_not_symmetric() {
    let trial = &mut Trial::new(53, 0);
    for net in own_weights() {
        for (count, settling) in [(1, exact()), (3, exact()), (4, unsettled())] {
            let case = Case::draw(trial, net.clone(), &SSE, 1.0, count);
            for rule in [Form::Plain, Form::Midpoint] {
                let mut rig = case.rig::<GeneRec>(&params(rule, settling.clone()));
                let direction = rig.direction(&case.shown);
                let same = with_exchanged(&rig.network, &direction).iter().all(|(a, b)| a == b);
                assert!(!same, "{rule:?}, {count} patterns, {}", name(&case.net));
            }
        }
    }
}

#[test]
fn symmetric_weights_come_untied_with_plain_and_midpoint() {
    let trial = &mut Trial::new(54, 0);
    for net in own_weights() {
        for rule in [Form::Plain, Form::Midpoint] {
            let asymmetry = asymmetry_after_learning(trial, &net, rule);
            assert!(asymmetry > 1e-3, "{rule:?}: {asymmetry}");
        }
    }
}
