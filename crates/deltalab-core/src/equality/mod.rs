//! # The equalities that rules claim, tried on random networks
//!
//! A rule that is right on paper is right here if what is equal on paper is equal in numbers. A [`Claim`] is such an
//! equality: a sentence, a check that draws networks and measures the largest difference, and the tolerance that it must
//! stay within. `deltalab check-rule` prints them, and the tests try the same.
//!
//! | number | equality |
//! |---|---|
//! | 1 | backprop is the gradient: −½ ∂SSE/∂w, −∂CE/∂w |
//! | 2 | two layers: the delta rule is backprop; without biases, with cues 0 or 1, it is Rescorla–Wagner |
//! | 3 | activation backprop: its one nudge is backprop, and the terms that other senders add; its limits, iterated |
//! | 4 | Almeida–Pineda is backprop without cycles, and the gradient at the fixed point with them |
//! | 5 | GeneRec, midpoint, symmetric and CHL are each other, rearranged; CHL is the gradient of a contrast of energies |
//! | 6 | plain GeneRec into a clamped output is the delta rule |
//! | 7 | where GeneRec and CHL become backprop: weak feedback, weak clamps |
//! | 8 | a batch is the sum of its patterns |
//! | generic | what every rule must keep, whatever it computes |
//!
//! Numbers are f64; other kinds are the trainer's tests'. A rule adds its own claims in
//! [`Rule::claims`]; those of [`every_rule`] it has for nothing. The reference is [`Dense`],
//! which shares no line with the network, or another rule.
//!
//! ```
//! use deltalab_core::equality;
//! use deltalab_core::learner::Backprop;
//! for claim in equality::claims::<Backprop>() {
//!     let finding = claim.try_on(0, 5);
//!     assert!(finding.holds(), "{}: {} at {}", claim.says, finding.difference, finding.place);
//! }
//! ```

#[cfg(test)]
mod bite;
mod case;
mod claim;
mod dense;
pub mod every_rule;
pub mod fixed_point;
pub mod gradient;
pub mod nudge;
pub mod phases;
mod rig;
pub mod two_layers;
pub mod weak_feedback;

pub use case::{
    CROSS_ENTROPY, Case, INPUTS, OUTPUTS, Pattern, SSE, Ties, exact, joined, name, patterns,
    random_weights, topology,
};
pub use claim::{Claim, Finding, Trial, distance, flat};
pub use dense::{Dense, differences};
pub use rig::Rig;

use crate::learner::{Rule, Visitor, learners};

/// Every equality that a rule must keep: those of every rule, then its own.
pub fn claims<L: Rule>() -> Vec<Claim> {
    let mut all = every_rule::claims::<L>();
    all.extend(L::claims());
    all
}

/// The same for a rule of the registry, by its name in a spec.
pub fn claims_of(kind: &str) -> Option<Vec<Claim>> {
    struct Find<'a>(&'a str, Option<Vec<Claim>>);
    impl Visitor for Find<'_> {
        fn learner<L: Rule>(&mut self) {
            if L::KIND == self.0 {
                self.1 = Some(claims::<L>());
            }
        }
    }
    let mut find = Find(kind, None);
    learners(&mut find);
    find.1
}
