//! Equality 2, what it does not promise: on softmax the delta rule is backprop with cross-entropy only when targets sum to 1.
//! (What it promises: `equality::two_layers`.)

use deltalab_core::equality::{CROSS_ENTROPY, Case, Trial, joined};
use deltalab_core::learner::{Backprop, Delta};
use deltalab_core::network::{Activation, Connectivity, NetworkParams};

#[test]
fn targets_that_do_not_sum_to_one_part_delta_on_softmax_from_backprop_with_cross_entropy() {
    let net = NetworkParams {
        output_activation: Some(Activation::Softmax),
        ..joined(Connectivity::Feedforward, &[])
    };
    let mut case = Case::draw(&mut Trial::new(3, 0), net, &CROSS_ENTROPY, 1.0, 4);
    case.shown.iter_mut().flat_map(|(_, t)| t).for_each(|t| *t *= 1.5);
    let delta = case.direction::<Delta>(&Default::default());
    let backprop = case.direction::<Backprop>(&Default::default());
    let apart = (&delta.weights[0] - &backprop.weights[0]).amax();
    assert!(apart > 0.1, "{apart}");
}
