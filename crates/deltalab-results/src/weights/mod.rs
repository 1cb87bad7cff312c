//! Weights that a spec asks to keep: `weights/<cell>.safetensors`, one file a cell, however many its runs.
//!
//! A file is a table of *moments* of runs, in the order of the plan: of each run the last (`"final"`), or every point of its
//! curves (`"curve"`).
//!
//! | tensor | shape | what |
//! |---|---|---|
//! | `seed` | moments | run seed |
//! | `epoch` | moments | the epoch (conditioning: the trial) after which the weights are these |
//! | `hidden<-input`, … | moments x receiving x sending | weights of a path, named as in a trace |
//! | `hidden.bias`, … | moments x units | biases of a layer |
//!
//! While runs go on, each run's weights are appended to `parts/<shard>.weights` ([`Part`]) *before* its line in the journal: a run
//! whose line is there has its weights there, whatever instant the process dies at. [`gather`] makes the files of them once
//! every run has ended. Weights are a function of the cell and the seed, so those that are missing or damaged are made again by
//! training the run again.

mod gather;
mod index;
mod part;
mod safetensors;

pub use gather::gather;
pub use index::Index;
pub use part::Part;
pub use safetensors::Dtype;

use serde::{Deserialize, Serialize};

/// Which weights are kept of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// None.
    #[default]
    None,
    /// Those it ends with.
    Final,
    /// Those at every point of its curves.
    Curve,
}

impl Which {
    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Final => "final",
            Self::Curve => "curve",
        }
    }
}

/// The weights of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Id of its cell.
    pub cell: String,
    /// Its run seed.
    pub seed: u64,
    /// Which they are.
    pub which: Which,
    /// The epochs (conditioning: trials) of the moments, ascending.
    pub epochs: Vec<u64>,
    /// Numbers by path, then by layer.
    pub tensors: Vec<Tensor>,
}

/// Numbers of a path or a layer, moment after moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// What it is.
    pub shape: Shape,
    /// The numbers, little-endian, the last index running fastest.
    pub bytes: Vec<u8>,
}

/// Name, numbers and extent of a tensor at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// `hidden<-input`, `hidden.bias`.
    pub name: String,
    /// Kind of number.
    pub dtype: Dtype,
    /// Receiving x sending, or units.
    pub extent: Vec<usize>,
}

impl Shape {
    /// Bytes of one moment.
    fn bytes(&self) -> u64 {
        self.extent.iter().map(|&n| n as u64).product::<u64>() * self.dtype.bytes()
    }
}
