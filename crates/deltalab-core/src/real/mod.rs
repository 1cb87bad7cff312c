//! Numbers.
pub mod math;
