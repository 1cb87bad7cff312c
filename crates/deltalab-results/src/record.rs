//! A finished run.

use serde::{Deserialize, Serialize};

use crate::number;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The criterion was met.
    Solved,
    /// The criterion was not met within the step limit (or none was set).
    Unsolved,
    /// An error or a weight was no longer finite: a result, not a failure.
    Diverged,
}

impl Status {
    /// Its name in the files: `solved`, `unsolved` or `diverged`.
    pub fn name(self) -> &'static str {
        match self {
            Status::Solved => "solved",
            Status::Unsolved => "unsolved",
            Status::Diverged => "diverged",
        }
    }
}

/// Everything that is kept of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Id of its cell.
    pub cell: String,
    /// Its run seed.
    pub seed: u64,
    /// How it ended.
    pub status: Status,
    /// Epochs it ran, the last included; for a diverged run the epoch in which it diverged.
    pub epochs: u64,
    /// Epoch in which the criterion was met.
    pub solved_epoch: Option<u64>,
    /// Final metrics, by name. Not-finite values are kept (see [`crate::number`] for how they are written).
    #[serde(with = "number::named")]
    pub finals: Vec<(String, f64)>,
    /// Curves, by metric.
    pub curves: Vec<Series>,
    /// Patterns presented and learned from.
    pub pattern_updates: u64,
}

impl Record {
    /// The final metric of this name; `None` where the run has none.
    pub fn final_metric(&self, name: &str) -> Option<f64> {
        self.finals.iter().find(|(metric, _)| metric == name).map(|&(_, value)| value)
    }

    /// The same record without the room to grow that lists have: of a million runs it is half of the memory.
    pub(crate) fn trimmed(mut self) -> Self {
        self.finals.shrink_to_fit();
        self.curves.shrink_to_fit();
        for series in &mut self.curves {
            series.epochs.shrink_to_fit();
            series.values.shrink_to_fit();
        }
        self
    }
}

/// One metric over epochs (or trials).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Name of the metric.
    pub metric: String,
    /// Epochs, ascending.
    pub epochs: Vec<u64>,
    /// A value for each epoch.
    #[serde(with = "number::list")]
    pub values: Vec<f64>,
}
