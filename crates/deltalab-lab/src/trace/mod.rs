//! # Traces: every number of the first updates of one run
//!
//! A [`Document`] is a run's trace as JSON, with all that a stranger needs to recompute it. A [`Parting`] is the first update
//! in which two cells, started alike, learn differently, with every factor of every weight's change.

mod document;
mod kept;
mod parting;

pub use document::{Document, FORMAT};
pub use kept::{kept, traced};
pub use parting::{Factors, Parting, Row, TOLERANCE, Target, part};
