//! Placeholder until the straight-line functions land.
/// Natural logarithm.
pub fn ln(x: f64) -> f64 { x.ln() }
