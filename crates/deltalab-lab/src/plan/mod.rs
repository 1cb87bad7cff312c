//! # The plan: every cell of an experiment, resolved
//!
//! Cells are learners × points of the grid, without those excluded; each is run on every seed. A cell is one configuration
//! with every default filled in. Its id is made of that configuration alone (see [`identity`]), so that finished runs are
//! found again when learners, grid values or seeds are added, or labels and figures change.
//!
//! An axis that does not concern a learner leaves it alone: the learner has one cell for all its points, with no value on
//! that axis.

mod cells;
pub mod identity;
mod measures;
mod points;
mod resolve;

pub use cells::{Plan, PlannedCell};
