//! `deltalab check-rule NAME`: the equalities that a rule claims, tried on random networks.

use super::failure::Failure;
use super::json::number;
use super::table::{Align, Table};
use super::terminal::{BOLD, DIM, Terminal, styled};
use super::words::{count, lines, width, wrapped};
use deltalab_core::equality::{self, Finding};
use deltalab_lab::diagnostic::nearest;
use deltalab_lab::registry::learner_kinds;
use serde_json::{Value as Json, json};

/// Try the equalities that a learning rule claims on random networks
///
/// Equal on paper is equal in numbers: each line is an equality, the largest difference found, and
/// the tolerance. Those marked generic every rule must keep; a rule of your own has them for nothing.
/// Exit status 1 where one fails.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A learner, as in deltalab list learners
    name: String,
    /// Seed that networks, weights and patterns are drawn from
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Networks that each equality is tried on; as many again for each further form of the rule
    #[arg(long, value_name = "N", default_value_t = 50)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    nets: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let claims = equality::claims_of(&self.name).ok_or_else(|| self.unknown())?;
        let findings: Vec<_> =
            claims.iter().map(|claim| claim.try_on(self.seed, self.nets)).collect();
        match self.json {
            true => terminal.print_json(&self.document(&findings))?,
            false => terminal.print(&self.text(&findings))?,
        }
        ended(&findings)
    }

    fn unknown(&self) -> Failure {
        let known: Vec<_> = learner_kinds().iter().map(|kind| kind.name).collect();
        let nearest = nearest(&self.name, known.iter().copied());
        Failure::UnknownRule { name: self.name.clone(), known, nearest }
    }

    fn text(&self, findings: &[Finding]) -> String {
        let Self { name, seed, .. } = self;
        let mut out = vec![
            format!(
                "{}: {} on random networks, seed {seed}",
                styled(BOLD, name),
                equalities(findings.len())
            ),
            String::new(),
        ];
        out.extend(table(findings).lines(usize::MAX).into_iter().map(emphasised));
        for finding in findings.iter().filter(|finding| !finding.holds()) {
            out.push(String::new());
            out.push(failure(finding));
        }
        out.push(String::new());
        let failed = findings.iter().filter(|finding| !finding.holds()).count();
        out.push(match failed {
            0 => format!("{name} keeps all {} that it claims.", equalities(findings.len())),
            n => format!("{name} fails {n} of the {} that it claims.", equalities(findings.len())),
        });
        out.join("\n") + "\n"
    }

    fn document(&self, findings: &[Finding]) -> Json {
        let of = |finding: &Finding| {
            let claim = &finding.claim;
            json!({
                "equality": claim.number,
                "says": claim.says,
                "nets": finding.nets,
                "difference": number(finding.difference),
                "at": finding.place,
                "tolerance": claim.tolerance,
                "measure": claim.because,
                "holds": finding.holds(),
            })
        };
        json!({
            "learner": self.name,
            "seed": self.seed,
            "nets": self.nets,
            "holds": findings.iter().all(Finding::holds),
            "equalities": findings.iter().map(of).collect::<Vec<_>>(),
        })
    }
}

fn ended(findings: &[Finding]) -> Result<(), Failure> {
    match findings.iter().all(Finding::holds) {
        true => Ok(()),
        false => Err(Failure::Unequal),
    }
}

fn equalities(n: usize) -> String {
    format!("{n} equalit{}", if n == 1 { "y" } else { "ies" })
}

/// Columns of everything but the sentence, gaps included.
const REST: usize = 46;

fn table(findings: &[Finding]) -> Table {
    let mut columns: [Vec<String>; 6] = Default::default();
    for finding in findings {
        let claim = &finding.claim;
        let mut sentence = lines(claim.says, width() - REST).into_iter();
        let row = [
            claim.number.map_or("generic".to_string(), |number| number.to_string()),
            sentence.next().unwrap_or_default(),
            count(finding.nets),
            short(finding.difference),
            short(claim.tolerance),
            if finding.holds() { "pass" } else { FAIL }.to_string(),
        ];
        columns.iter_mut().zip(row).for_each(|(column, entry)| column.push(entry));
        for rest in sentence {
            for (n, column) in columns.iter_mut().enumerate() {
                column.push(if n == 1 { rest.clone() } else { String::new() });
            }
        }
    }
    let mut table = Table::new();
    let heads = [
        ("equality", Align::Left),
        ("says", Align::Left),
        ("nets", Align::Right),
        ("difference", Align::Right),
        ("tolerance", Align::Right),
        ("", Align::Left),
    ];
    for ((heading, align), entries) in heads.into_iter().zip(columns) {
        table.column(heading, align, entries);
    }
    table
}

const FAIL: &str = "FAIL";

/// The verdict of a failed line, so that it is seen.
fn emphasised(line: String) -> String {
    match line.strip_suffix(FAIL) {
        Some(rest) => rest.to_string() + &styled(BOLD, FAIL),
        None => line,
    }
}

/// What failed, by how much, where, and what was measured.
fn failure(finding: &Finding) -> String {
    let claim = &finding.claim;
    let number = claim.number.map_or("generic".to_string(), |number| format!("equality {number}"));
    [
        wrapped(&format!("{FAIL} {number}: {}", claim.says), "  "),
        wrapped(&format!("  {} at {}", short(finding.difference), finding.place), "  "),
        styled(DIM, wrapped(&format!("  measured: {}", claim.because), "  ")),
    ]
    .join("\n  ")
}

/// A difference in two digits.
fn short(difference: f64) -> String {
    match difference {
        0.0 => "0".to_string(),
        d if d == f64::INFINITY => "∞".to_string(),
        d if d == f64::NEG_INFINITY => "none".to_string(), // nothing was compared
        d if (0.01..10.0).contains(&d) => format!("{d:.2}"),
        d => format!("{d:.1e}").replace(".0e", "e"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deltalab_core::equality::Claim;

    /// A finding of a claim that allows 1e-9.
    fn finding(number: Option<u8>, difference: f64) -> Finding {
        let claim = Claim {
            number,
            says: "the direction is the gradient",
            tolerance: 1e-9,
            because: "|a − b|",
            check: |_| {},
        };
        Finding { claim, nets: 20, difference, place: "net 7 of seed 0: 3-2".to_string() }
    }

    #[test]
    fn a_claim_that_fails_is_told_with_its_place_and_ends_in_failure() {
        let args = Args { name: "mine".to_string(), seed: 0, nets: 20, json: false };
        let findings =
            [finding(Some(1), 3e-10), finding(None, 0.5), finding(Some(2), f64::INFINITY)];
        let text = args.text(&findings);
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @r"
        mine: 3 equalities on random networks, seed 0

        equality  says                           nets  difference  tolerance
        1         the direction is the gradient    20       3e-10       1e-9  pass
        generic   the direction is the gradient    20        0.50       1e-9  FAIL
        2         the direction is the gradient    20           ∞       1e-9  FAIL

        FAIL generic: the direction is the gradient
          0.50 at net 7 of seed 0: 3-2
          measured: |a − b|

        FAIL equality 2: the direction is the gradient
          ∞ at net 7 of seed 0: 3-2
          measured: |a − b|

        mine fails 2 of the 3 equalities that it claims.
        ");
        assert_eq!(args.document(&findings)["holds"], false);
        assert!(matches!(ended(&findings), Err(Failure::Unequal)));
        assert!(ended(&findings[..1]).is_ok());
    }

    #[test]
    fn a_claim_that_compared_nothing_does_not_hold() {
        let nothing = finding(None, 0.0).claim.try_on(0, 5);
        assert!(!nothing.holds());
        assert_eq!(short(nothing.difference), "none");
    }
}
