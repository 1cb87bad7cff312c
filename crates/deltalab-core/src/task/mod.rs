//! Tasks: the patterns that a network learns from. One file per task; the registry is [`tasks`].
//!
//! A task is its parameters (see [`params!`](crate::params!)) and how they become patterns. To add one: write its file,
//! add its line to [`tasks`].
//!
//! Parameters outside the limits that [`params!`](crate::params!) declares, or with a [`Task::complaint`], make no task:
//! whoever builds one checks both first, as the spec does. Numbers of a task come from arithmetic, √ and the functions of
//! [`real::math`](crate::real::math) alone, so that they have the same bits on every machine.

mod addition;
mod binary;
mod breast_cancer;
mod conditioning;
mod data_table;
mod digits;
mod encoder;
mod family_trees;
mod iris;
mod logic;
mod negation;
pub mod notation;
mod parity;
mod pattern_associator;
mod registry;
mod shared;
mod shifter;
mod spirals;
mod split;
mod symmetry;
mod teacher;
mod truth_table;
mod wine;

pub use addition::Addition;
pub use breast_cancer::BreastCancer;
pub use conditioning::{Conditioning, StageError, Trials};
pub use digits::Digits;
pub use encoder::Encoder;
pub use family_trees::FamilyTrees;
pub use iris::Iris;
pub use logic::{And, Or, Xor};
pub use negation::Negation;
pub use parity::Parity;
pub use pattern_associator::{PatternAssociator, Set};
pub use registry::tasks;
pub use shifter::{Ambiguous, Shifter};
pub use spirals::Spirals;
pub use split::{hold_out, split, standardise, test_count};
pub use symmetry::Symmetry;
pub use teacher::Teacher;
pub use truth_table::{Row, TruthTable};
pub use wine::Wine;

use crate::params::{Described, Field, Kind};
use crate::random::Streams;
use nalgebra::DMatrix;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::sync::Arc;

/// Patterns, one per column: inputs and targets `units x patterns`, in task units (no scaling).
#[derive(Clone, Debug, PartialEq)]
pub struct Patterns {
    /// Input activities, `input units x patterns`.
    pub inputs: DMatrix<f64>,
    /// Targets, `output units x patterns`.
    pub targets: DMatrix<f64>,
}

impl Patterns {
    /// Patterns from rows of (inputs, targets).
    pub fn from_rows<I: AsRef<[f64]>, T: AsRef<[f64]>>(rows: &[(I, T)]) -> Self {
        let (first_in, first_out) = (rows[0].0.as_ref().len(), rows[0].1.as_ref().len());
        Self {
            inputs: DMatrix::from_fn(first_in, rows.len(), |i, p| rows[p].0.as_ref()[i]),
            targets: DMatrix::from_fn(first_out, rows.len(), |k, p| rows[p].1.as_ref()[k]),
        }
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.inputs.ncols()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What one run learns from: which patterns it trains on, which it is tested on, and how inputs are scaled.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// All patterns. Shared between runs where the task does not depend on the run's seed.
    pub patterns: Arc<Patterns>,
    /// Indices of the training patterns, in the order of `order = "sequential"`.
    pub train: Vec<u32>,
    /// Indices of the held-out patterns; empty where there are none.
    pub test: Vec<u32>,
    /// Mean and scale of each input over the *training* patterns: the network sees (x − mean) · scale. `None`: x as it is.
    pub standardise: Option<Standardise>,
}

impl Sample {
    /// Trains on every pattern, in their order; no test, no scaling.
    pub fn all(patterns: Arc<Patterns>) -> Self {
        let train = (0..patterns.len() as u32).collect();
        Self { patterns, train, test: Vec::new(), standardise: None }
    }
}

/// (x − mean) · scale, per input unit; scale is 1 / standard deviation (n in the denominator), or 1 where that is 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardise {
    /// Mean of each input over the training patterns.
    pub mean: Vec<f64>,
    /// Factor of each input.
    pub scale: Vec<f64>,
}

/// A probe of a conditioning task: the associative strength of a cue or a compound, V = the output to those cues alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Metric name: `V(A)`, or `V(A,outcome)` where there are several outcomes.
    pub name: String,
    /// Input units of the cues: one, or those of a compound.
    pub cues: Vec<usize>,
    /// Output unit of the outcome.
    pub outcome: usize,
}

/// A task that runs can be made from.
pub trait Task: Debug + Send + Sync {
    /// Input and output units.
    fn sizes(&self) -> (usize, usize);

    /// The run's patterns. Must depend on nothing but the parameters and `streams`.
    fn sample(&self, streams: &Streams) -> Sample;

    /// Names of the input units (cues, attributes), where they have any.
    fn input_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// Names of the output units (outcomes, classes), where they have any.
    fn output_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// Number of training patterns of every run.
    fn train_patterns(&self) -> usize {
        self.sample(&Streams::new(0, 0)).train.len()
    }

    /// Whether some patterns are held out for a test.
    fn has_test(&self) -> bool {
        false
    }

    /// Whether every input is 0 or 1.
    fn binary_inputs(&self) -> bool {
        let sample = self.sample(&Streams::new(0, 0));
        sample.standardise.is_none() && sample.patterns.inputs.iter().all(|&x| x == 0.0 || x == 1.0)
    }

    /// For conditioning: the patterns are trials, shown once, in order, and these strengths are recorded after each.
    fn probes(&self) -> Vec<Probe> {
        Vec::new()
    }

    /// What is wrong with the parameters beyond the limits of each (a bad row, too many units), if anything:
    /// the key of the parameter and one sentence.
    fn complaint(&self) -> Option<(&'static str, String)> {
        None
    }
}

/// What the registry reads of a task: its name, its documentation, its parameters (which are the task).
pub trait Named: Task + Described + Serialize + DeserializeOwned + Default + 'static {
    /// Name in a spec.
    const KIND: &'static str;
    /// Its source text, whose header `explain` prints: `include_str!` of its own file.
    const SOURCE: &'static str;
}

/// Sees every task of the registry, as a type.
pub trait Visitor {
    /// Called once for each.
    fn task<T: Named>(&mut self);
}

/// The registry entry of a task.
pub fn kind<T: Named>() -> Kind {
    const { assert!(!T::KIND.is_empty()) };
    let fields: &'static [Field] = T::FIELDS;
    Kind { name: T::KIND, doc: T::SOURCE, fields }
}
