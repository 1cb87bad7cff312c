//! Every rule keeps what it claims: the equalities of `deltalab check-rule`, for every rule of the registry. That a wrong rule
//! fails them is shown in `src/equality/bite.rs`.

use deltalab_core::equality;
use deltalab_core::learner::{Rule, Visitor, learners};

/// Networks of each form of a rule.
const NETS: u64 = 150;

#[test]
fn every_rule_keeps_what_it_claims() {
    struct TryAll(Vec<String>);
    impl Visitor for TryAll {
        fn learner<L: Rule>(&mut self) {
            for claim in equality::claims::<L>() {
                let finding = claim.try_on(1, NETS);
                assert!(finding.nets >= NETS, "{}: {}", L::KIND, claim.says);
                if !finding.holds() {
                    let (found, most) = (finding.difference, claim.tolerance);
                    let place = finding.place;
                    self.0.push(format!(
                        "{}: {}: {found} > {most} at {place}",
                        L::KIND,
                        claim.says
                    ));
                }
            }
        }
    }
    let mut all = TryAll(Vec::new());
    learners(&mut all);
    assert!(all.0.is_empty(), "{}", all.0.join("\n\n"));
}

#[test]
fn claims_are_found_by_the_name_of_the_rule() {
    struct Compare;
    impl Visitor for Compare {
        fn learner<L: Rule>(&mut self) {
            let says = |claims: Vec<equality::Claim>| claims.into_iter().map(|claim| claim.says);
            let found = equality::claims_of(L::KIND).map(says).map(Vec::from_iter);
            assert_eq!(found, Some(says(equality::claims::<L>()).collect()), "{}", L::KIND);
        }
    }
    learners(&mut Compare);
    assert!(equality::claims_of("bakprop").is_none());
}
