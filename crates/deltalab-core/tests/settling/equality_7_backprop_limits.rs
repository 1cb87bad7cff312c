//! Equality 7, what it does not promise: with weak feedback GeneRec tends to backprop of cross-entropy where outputs are
//! logistic, and that is not backprop of SSE. (What it promises: `equality::weak_feedback`.)

use crate::support::{SSE, flat, joined, name};
use deltalab_core::equality::{CROSS_ENTROPY, Case, Trial, distance};
use deltalab_core::learner::Backprop;
use deltalab_core::network::Connectivity;

#[test]
fn with_the_wrong_error_function_weak_feedback_is_not_backprop() {
    // SSE leaves f' in at a logistic output: the lengths stay apart however small γ.
    let up = joined(Connectivity::Feedforward, &[4]);
    let mut case = Case::draw(&mut Trial::new(72, 0), up, &SSE, 1.0, 1);
    let sse = flat(&case.direction::<Backprop>(&Default::default()));
    case.error = CROSS_ENTROPY;
    let cross_entropy = flat(&case.direction::<Backprop>(&Default::default()));
    assert!(distance(&sse, &cross_entropy) > 0.5, "{}", name(&case.net));
}
