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
        match findings.iter().all(Finding::holds) {
            true => Ok(()),
            false => Err(Failure::Unequal),
        }
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
