//! All statistics of a study, computed once: tables, verdict and figures are made from them.

use crate::comparison::{Comparison, comparisons};
use crate::runs::Runs;
use crate::summary::{CellSummary, summaries};
use crate::tuning::{TrialSummary, tunings};

/// The statistics of the finished runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// Every cell, in the order of the plan.
    pub summaries: Vec<CellSummary>,
    /// Every pair of cells that is compared, on every measure.
    pub comparisons: Vec<Comparison>,
    /// Every search of the tuning, and of each every trial.
    pub tunings: Vec<Vec<TrialSummary>>,
}

impl Analysis {
    /// Computes them. The bootstrap is what takes time: about 2000 n additions for each cell and metric, and for each pair of
    /// cells and metric.
    pub fn of(runs: &Runs) -> Analysis {
        Analysis {
            summaries: summaries(runs),
            comparisons: comparisons(runs),
            tunings: tunings(runs),
        }
    }
}
