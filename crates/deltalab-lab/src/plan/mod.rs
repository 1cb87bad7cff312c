//! # The plan: every cell of an experiment, resolved
//!
//! Cells are learners × points of the grid, without those excluded; each is run on every seed. A cell is one configuration
//! with every default filled in. Its id is made of that configuration alone (see [`identity`]), so that finished runs are
//! found again when learners, grid values or seeds are added, or labels and figures change.
//!
//! An axis that does not concern a learner leaves it alone: the learner has one cell for all its points, with no value on
//! that axis.
//!
//! With `[tune]` a plan has two stages: the trials of every tuned cell (a learner at a point of the grid), on the tuning
//! seeds; then the comparison, each tuned cell with the values that [`Plan::choose`] found best.

mod cells;
pub mod identity;
pub mod limits;
mod measures;
mod points;
mod resolve;
mod tuning;

pub use cells::{Plan, PlannedCell};
pub use tuning::Candidate;
