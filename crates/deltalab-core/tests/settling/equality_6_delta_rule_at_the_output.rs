//! Equality 6, what it does not promise: into a clamped output CHL and symmetric are not the delta rule, and midpoint and plain
//! are not each other. (What it promises: `equality::phases`.)

use crate::support::{SSE, exact};
use deltalab_core::equality::phases::from_delta_rule;
use deltalab_core::equality::{Case, Ties, Trial};
use deltalab_core::learner::Form;
use deltalab_core::network::{Activation, Settling};

#[test]
fn only_plain_is_the_delta_rule_into_a_clamped_output_and_only_midpoint_its_midpoint() {
    for net in 0..12 {
        let trial = &mut Trial::new(60, net);
        let case = Case::cyclic(trial, Ties::Either, &[Activation::Logistic], 1.5, 3);
        assert_eq!(case.error, SSE);
        for settling in [exact(), Settling { max_steps: 2, ..Settling::default() }] {
            let apart = |rule| from_delta_rule(&case, rule, &settling);
            assert!(apart(Form::Plain)[1] > 1e-3 && apart(Form::Midpoint)[0] > 1e-3);
            for rule in [Form::Chl, Form::Symmetric] {
                let from = apart(rule);
                assert!(from.iter().all(|&difference| difference > 1e-3), "{rule:?}: {from:?}");
            }
        }
    }
}
