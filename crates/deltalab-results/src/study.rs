//! What a result folder is about: cells, seeds, metrics, as plain values. It knows no learner and no spec.

use serde::{Deserialize, Serialize};

use crate::Record;

/// A planned experiment, as statistics, tables and figures need it. Stored in `manifest.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Name of the experiment, also of the result folder.
    pub name: String,
    /// What it shows, from the spec.
    pub description: String,
    /// Keys of the grid, in the order of the spec: columns of the tables.
    pub axes: Vec<String>,
    /// Every cell, in the order of the plan.
    pub cells: Vec<Cell>,
    /// Run seeds, in the order of the spec; every cell is run on each.
    pub seeds: Vec<u64>,
    /// Final metrics of a run, in the order of the columns of `runs.csv`.
    pub finals: Vec<Metric>,
    /// Metrics of `curves.csv`.
    pub curves: Vec<Metric>,
    /// Unit of the curves' x axis: `"epoch"`, or `"trial"` for conditioning.
    pub time: String,
    /// `[[figure]]` of the spec; empty: sensible defaults.
    pub figures: Vec<FigureRequest>,
}

impl Study {
    /// Whether a finished run is one of the study's.
    pub fn asks_for(&self, record: &Record) -> bool {
        self.seeds.contains(&record.seed) && self.cells.iter().any(|cell| cell.id == record.cell)
    }
}

/// One fully resolved configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Hash of the resolved configuration, 12 hexadecimal digits.
    pub id: String,
    /// Label of the learner: unique among the learners of the spec.
    pub learner: String,
    /// Kind of the learner, such as `backprop`.
    pub kind: String,
    /// Its value on each axis of the study, as text; `None` where the axis does not apply to this learner.
    pub axes: Vec<Option<String>>,
    /// Step limit of a run: where unsolved runs are censored.
    pub max_epochs: u64,
    /// When a run counts as solved, in words such as `sse < 0.1`; `None`: no criterion was set.
    pub criterion: Option<String>,
    /// The resolved configuration with every default filled in.
    pub config: serde_json::Value,
}

/// A number that a run ends with, or that its curve follows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Column name, such as `train_sse` or `V(A)`.
    pub name: String,
    /// Unit, such as `degrees`; empty for pure numbers.
    pub unit: String,
    /// One sentence: what it is, summed or averaged over what, measured when.
    pub meaning: String,
    /// Which direction is better.
    pub better: Better,
}

/// Which direction of a metric is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Lower is better: errors.
    Lower,
    /// Higher is better: accuracies.
    Higher,
    /// Neither: descriptions, such as a weight norm or an associative strength.
    #[default]
    Neither,
}

/// A `[[figure]]` of the spec.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FigureRequest {
    /// `learning-curve`, `survival`, `final`, `associations`, …
    pub kind: String,
    /// File stem; empty: made from the kind (and the metric).
    pub name: String,
    /// Metric to show; empty: the kind's usual one.
    pub metric: String,
    /// Axis (or `learner`) that gives a panel each; empty: one panel.
    pub facet: String,
    /// Title; empty: made from the study.
    pub title: String,
    /// Logarithmic y axis.
    pub log: bool,
    /// Label of the learner to show; empty: every learner.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub learner: String,
    /// Place of the cell to show in the plan, from 0; `None`: the first of each learner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<u64>,
    /// Run seed to show; `None`: the first of the study.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Updates to show, from 1; empty: the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<u64>,
}

impl FigureRequest {
    /// The cells of a study whose runs are shown one by one: those that are asked for, of each learner the first.
    pub fn examples<'a>(&'a self, study: &'a Study) -> impl Iterator<Item = &'a Cell> {
        let mut seen: Vec<&str> = Vec::new();
        study.cells.iter().enumerate().filter_map(move |(place, cell)| match self.cell {
            Some(asked) => (asked == place as u64).then_some(cell),
            None if !self.learner.is_empty() && self.learner != cell.learner => None,
            None if seen.contains(&cell.learner.as_str()) => None,
            None => {
                seen.push(&cell.learner);
                Some(cell)
            }
        })
    }

    /// The seed of these runs, and the updates, from 1.
    pub fn moments(&self, study: &Study) -> (u64, Vec<u64>) {
        let seed = self.seed.or(study.seeds.first().copied()).unwrap_or(0);
        let updates = if self.updates.is_empty() { vec![1] } else { self.updates.clone() };
        (seed, updates)
    }
}
