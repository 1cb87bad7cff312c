//! Equality 1: a rule that descends the error has the gradient for its direction, −½ ∂SSE/∂w or −∂CE/∂w.

use super::case::Case;
use super::claim::{Claim, Trial, flat};
use super::dense::{Dense, differences};
use crate::learner::Rule;

/// The direction is the gradient on feedforward nets of any depth, by central differences. With the rule's default
/// parameters.
pub fn by_central_differences<L: Rule>() -> Claim {
    Claim {
        number: Some(1),
        says: "the direction is −½ ∂SSE/∂w, or −∂CE/∂w, by central differences, for any activation function and depth",
        tolerance: 2e-9,
        because: "|a − b| / (1 + |b|): differences of the fourth order with a step of 2e-4 are good to 1e-11, and large nets enlarge that",
        check: |trial| feedforward::<L>(trial),
    }
}

fn feedforward<L: Rule>(trial: &mut Trial) {
    let case = Case::feedforward(trial);
    let found = case.direction::<L>(&L::Params::default());
    let expected = differences(&case.net, &case.initial, |weights| {
        let dense = Dense::new(&case.net, weights);
        let each = case.shown.iter().map(|(x, t)| dense.error(&case.error, &dense.ascend(x).1, t));
        -each.sum::<f64>()
    });
    trial.close(&flat(&found), &flat(&expected), || case.place());
}
