//! The `[train]` and `[record]` of a spec.

use crate::network::ErrorFunction;
use crate::params::{Family, Interval, Must};
use serde::{Deserialize, Serialize};

crate::params! {
    /// The `[train]` of a spec.
    pub struct TrainParams {
        /// Order of the patterns in an epoch: `"permuted"` shuffles them anew each epoch, `"sequential"` keeps them,
        /// `"random"` draws as many with replacement.
        pub order: Order = Order::Permuted, Must::Choice(&["permuted", "sequential", "random"]);
        /// Patterns per update: 1 is online, N a mini-batch, `"all"` batch (the order then makes no difference and is
        /// sequential).
        pub batch: BatchSize = BatchSize::Patterns(1),
            Must::OneOf(&[Must::Integer(1, 10_000_000), Must::Choice(&["all"])]);
        /// Over a batch, directions are summed (`"sum"`) or averaged (`"mean"`).
        pub reduction: Reduction = Reduction::Sum, Must::Choice(&["sum", "mean"]);
        /// Error function of the output.
        pub error: ErrorFunction = ErrorFunction::default(), Must::Kind(Family::Error);
        /// Epochs after which a run ends unsolved.
        pub max_epochs: u64 = 1000, Must::Integer(1, 1_000_000_000_000);
        /// When a run counts as solved, and stops. Default: never; every run takes `max_epochs`.
        pub criterion: Option<Criterion> = None, Must::Table(<Criterion as crate::params::Described>::FIELDS);
    }
}

crate::params! {
    /// When a run counts as solved: a metric, and one of the four bounds.
    pub struct Criterion {
        /// A metric over patterns: `"sse"` is that of training, `"test_sse"` that of the held-out patterns.
        pub metric: String, Must::Text;
        /// Solved when the metric is below this.
        pub below: Option<f64> = None, Must::Number(Interval::FINITE);
        /// Solved when the metric is at most this.
        pub at_most: Option<f64> = None, Must::Number(Interval::FINITE);
        /// Solved when the metric is above this.
        pub above: Option<f64> = None, Must::Number(Interval::FINITE);
        /// Solved when the metric is at least this.
        pub at_least: Option<f64> = None, Must::Number(Interval::FINITE);
        /// Epochs in a row for which this must hold.
        pub epochs_in_a_row: u64 = 1, Must::Integer(1, 1_000_000_000);
    }
}

crate::params! {
    /// The `[record]` of a spec.
    pub struct RecordParams {
        /// Epochs between points of the curves (trials, for conditioning, where the default is 1); the first and the last
        /// epoch are always there.
        pub every: u64 = 10, Must::Integer(1, 1_000_000_000_000);
        /// Metrics to record, beside the error function and the criterion's. Over patterns, each is measured in training
        /// and, where the task holds patterns out, in the test.
        pub metrics: Vec<String> = Vec::new(), Must::List(&Must::Text);
        /// Weights and biases to keep of each run, in `weights/`: those it ends with (`"final"`), or those at every point of
        /// its curves (`"curve"`). What is kept changes neither a run nor its cell.
        pub weights: KeptWeights = KeptWeights::None, Must::Choice(&["none", "final", "curve"]);
    }
}

/// Order of the patterns in an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Shuffled anew each epoch.
    Permuted,
    /// As the task lists them.
    Sequential,
    /// As many as there are, drawn with replacement.
    Random,
}

/// Weights to keep of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptWeights {
    /// None.
    #[default]
    None,
    /// Those it ends with.
    Final,
    /// Those at every point of its curves.
    Curve,
}

/// Patterns per update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BatchSize {
    /// So many.
    Patterns(usize),
    /// All of an epoch.
    All(All),
}

/// The word `"all"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum All {
    /// `"all"`.
    All,
}

/// What a batch does with the directions of its patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// Sums them.
    Sum,
    /// Averages them.
    Mean,
}

/// A comparison of a metric with a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// metric < bound.
    Below(f64),
    /// metric ≤ bound.
    AtMost(f64),
    /// metric > bound.
    Above(f64),
    /// metric ≥ bound.
    AtLeast(f64),
}

impl Criterion {
    /// The one bound that is set; `None` where none or several are.
    pub fn bound(&self) -> Option<Bound> {
        match (self.below, self.at_most, self.above, self.at_least) {
            (Some(x), None, None, None) => Some(Bound::Below(x)),
            (None, Some(x), None, None) => Some(Bound::AtMost(x)),
            (None, None, Some(x), None) => Some(Bound::Above(x)),
            (None, None, None, Some(x)) => Some(Bound::AtLeast(x)),
            _ => None,
        }
    }
}

/// In words, as it stands on figures: `sse < 0.1`.
impl std::fmt::Display for Criterion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, bound) = match self.bound() {
            Some(Bound::Below(x)) => ("<", x),
            Some(Bound::AtMost(x)) => ("≤", x),
            Some(Bound::Above(x)) => (">", x),
            Some(Bound::AtLeast(x)) => ("≥", x),
            None => ("?", f64::NAN),
        };
        write!(f, "{} {sign} {bound}", self.metric)?;
        match self.epochs_in_a_row {
            1 => Ok(()),
            n => write!(f, " for {n} epochs"),
        }
    }
}
