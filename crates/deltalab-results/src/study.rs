//! What a result folder is about: cells, seeds, metrics, as plain values. It knows no learner and no spec.

use serde::{Deserialize, Serialize};

use crate::Record;
use crate::weights::Which;

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
    /// The search for parameters that came before; `None`: there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<Tuning>,
}

impl Study {
    /// Whether a finished run is one of the study's: of the comparison or of its tuning.
    pub fn asks_for(&self, record: &Record) -> bool {
        let compared = self.seeds.contains(&record.seed)
            && self.cells.iter().any(|cell| cell.id == record.cell);
        compared || self.tuning.as_ref().is_some_and(|tuning| tuning.asks_for(record))
    }

    /// The trials of the cell at this place, if it is tuned.
    pub fn search(&self, cell: usize) -> Option<&Search> {
        self.tuning.as_ref()?.searches.iter().find(|search| search.cell == cell)
    }
}

/// One fully resolved configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Hash of the resolved configuration, 12 hexadecimal digits; empty while a cell is still to be tuned, since the tuned
    /// values are part of its configuration.
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
    /// The resolved configuration with every default filled in; while it is to be tuned, without the tuned values.
    pub config: serde_json::Value,
    /// Which weights are kept of its runs; no part of the configuration, since it changes no run.
    #[serde(default, skip_serializing_if = "Which::is_none")]
    pub weights: Which,
    /// The values that tuning chose; empty while it has not, and for a cell that is not tuned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tuned: Vec<Tuned>,
}

/// A value that tuning chose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    /// Key of the learner, such as `learning_rate`.
    pub key: String,
    /// The value, as text.
    pub value: String,
    /// Which end of what was tried it is, if any: a better one may lie beyond.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge: Option<Edge>,
}

/// An end of the values that were tried for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    /// The lowest.
    Low,
    /// The highest.
    High,
}

impl Edge {
    /// `low` or `high`.
    pub fn name(self) -> &'static str {
        match self {
            Edge::Low => "low",
            Edge::High => "high",
        }
    }
}

/// The search for each learner's parameters, on seeds of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// Keys of the learners, in the order of the spec.
    pub keys: Vec<String>,
    /// Seeds of the trials; the comparison has none of them.
    pub seeds: Vec<u64>,
    /// What decides.
    pub select: Select,
    /// A search for each cell of the comparison that is tuned, in the order of the plan.
    pub searches: Vec<Search>,
}

impl Tuning {
    /// Whether a finished run is one of the tuning's.
    pub fn asks_for(&self, record: &Record) -> bool {
        self.seeds.contains(&record.seed) && self.trials().any(|trial| trial.id == record.cell)
    }

    /// Every trial of every search.
    pub fn trials(&self) -> impl Iterator<Item = &Trial> {
        self.searches.iter().flat_map(|search| &search.trials)
    }

    /// Runs that it asks for: trials times seeds.
    pub fn planned(&self) -> usize {
        self.trials().count() * self.seeds.len()
    }
}

/// What decides between trials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Select {
    /// Median epochs to the criterion.
    #[default]
    MedianEpochs,
    /// Restricted mean of the epochs to the criterion: a run that never met it counts with the step limit.
    MeanEpochs,
    /// The mean of a final metric.
    Metric {
        /// Its name, as in `runs.csv`.
        name: String,
        /// Which direction is better.
        better: Better,
    },
}

impl Select {
    /// The column of `tuning.csv` that it adds: `train_sse_mean` for that metric.
    pub fn column(&self) -> Option<String> {
        match self {
            Select::MedianEpochs | Select::MeanEpochs => None,
            Select::Metric { name, .. } => Some(format!("{name}_mean")),
        }
    }

    /// What decides, in words.
    pub fn name(&self) -> &str {
        match self {
            Select::MedianEpochs => "median epochs",
            Select::MeanEpochs => "mean epochs",
            Select::Metric { name, .. } => name,
        }
    }
}

/// The trials for one cell of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// The cell's place in the plan.
    pub cell: usize,
    /// What was tried, in order.
    pub trials: Vec<Trial>,
}

/// One choice of values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Id of the configuration with these values: that of the cell if they are chosen.
    pub id: String,
    /// A value for each key of the tuning, as text; `None` where the learner does not have it.
    pub values: Vec<Option<String>>,
    /// For each key whether the value is an end of what was tried.
    pub edges: Vec<Option<Edge>>,
    /// How far the values are from the middle of what was tried: the sum over keys of |place − ½|, the lowest value being at
    /// 0 and the highest at 1.
    pub off_middle: f64,
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
    /// Axes that are the sides of a map, each side the values of one or of several together; empty: the first that vary.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// See `columns`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
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
