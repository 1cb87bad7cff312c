//! Every rule keeps what it claims: each equality of the registry, on random networks.

use deltalab_core::equality;
use deltalab_core::learner::{Rule, Visitor, learners};

/// Networks of each form of a rule.
fn nets() -> u64 {
    std::env::var("NETS").ok().and_then(|n| n.parse().ok()).unwrap_or(60)
}
fn seed() -> u64 {
    std::env::var("SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[test]
fn every_rule_keeps_what_it_claims() {
    struct TryAll(Vec<String>);
    impl Visitor for TryAll {
        fn learner<L: Rule>(&mut self) {
            for claim in equality::claims::<L>() {
                let start = std::time::Instant::now();
                let finding = claim.try_on(seed(), nets());
                let line = format!(
                    "{} {:?} {:<60.60} nets {} difference {:.2e} tolerance {:.1e} {:?} {}",
                    L::KIND,
                    claim.number,
                    claim.says,
                    finding.nets,
                    finding.difference,
                    claim.tolerance,
                    start.elapsed(),
                    finding.holds()
                );
                println!("{line}");
                if !finding.holds() {
                    self.0.push(format!("{line} {}", finding.place));
                }
            }
        }
    }
    let mut all = TryAll(Vec::new());
    learners(&mut all);
    assert!(all.0.is_empty(), "{}", all.0.join("\n\n"));
}
