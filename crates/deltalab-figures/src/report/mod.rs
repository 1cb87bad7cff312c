//! `report.html`: everything that a study found, on one page that opens from disk.
//!
//! ```text
//! title  verdict  summary  figures  comparisons  tuning  runs that failed  methods  to repeat it  sources  data
//! ```
//!
//! The page holds its figures (SVG), their numbers and the tables (CSV, as `data:` links), one style sheet and one script, which
//! sorts tables. A policy in its head lets a browser load and run nothing else. Its bytes are a function of study, records, spec
//! and citations: no time, no machine. Where a folder is too large to be shown whole, the page says what it leaves out.

mod failures;
mod html;
mod methods;
mod page;
mod statistics;
mod tables;

pub use page::report;

use deltalab_results::{Record, Study, Traced};

/// What a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The experiment.
    pub study: &'a Study,
    /// Its finished runs.
    pub records: &'a [Record],
    /// Traces of some of them, for figures of networks.
    pub traces: &'a [Traced],
    /// The spec, as the folder has it.
    pub spec: &'a str,
    /// `tuning.csv`, of a study with tuning.
    pub tuning: Option<&'a [u8]>,
    /// How to cite the program: BibTeX.
    pub bibtex: &'a str,
    /// Sources of the rules and tasks that were used.
    pub citations: &'a [Citation],
}

/// The source of something that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// What it is: `learner`, `task`, …
    pub what: String,
    /// Its name.
    pub name: String,
    /// Where it is from.
    pub text: String,
}
