//! Training: the runs of a cell, one at a time or many in lanes.
//!
//! A [`Setup`] is what all runs of a cell share. [`Recipe::group`](crate::learner::Recipe::group) makes a [`Group`] of it: as
//! many lanes as suit the machine and the network, each an independent run with its own weights, order of patterns and
//! end. A lane whose run has ended takes the next seed. A run has the same bits in any lane of any group.
//! [`Recipe::trace`](crate::learner::Recipe::trace) trains one run on the same path and keeps every number of its first updates.

mod alignment;
mod group;
mod params;
mod search;
mod setup;
mod tally;
mod trace;
mod trainer;
mod unsuited;

pub(crate) use group::group;
pub use group::{Group, Outcome, Snapshot, Status};
pub use params::{
    All, BatchSize, Bound, Criterion, KeptWeights, Order, RecordParams, Reduction, TrainParams,
};
pub use setup::{Column, Ingredients, Over, Precision, Setup, SetupError, Target, Unmeasurable};
pub(crate) use trace::trace;
pub use trace::{Trace, TracedPhase, TracedState, Update};
pub use unsuited::Unsuited;
