//! The statistics of a comparison: rates, times that may never come, means, and paired tests. They know numbers only.
//!
//! | question | answer | module |
//! |---|---|---|
//! | how often is it solved? | Wilson's interval | [`proportion`] |
//! | when is it solved, if at all? | Kaplan–Meier, Brookmeyer–Crowley | [`survival`] |
//! | where does it end? | mean, bootstrap over seeds | [`bootstrap`] |
//! | which of two solves more seeds, or sooner? | Tango's interval, exact McNemar or sign test | [`proportion`] |
//! | which of two ends better? | Wilcoxon's signed ranks; median difference | [`signed_rank`], [`median`] |
//! | and over many tasks? | interquartile mean, stratified bootstrap | [`interquartile`] |
//! | and with so many questions? | Holm | [`holm`] |
//!
//! Every interval is a 95 % interval. Sums run in the order of the seeds, and logarithms, exponentials and the error
//! function are `libm`'s, which has the same bits on every machine: the tables are a function of the records.

pub mod bootstrap;
pub mod holm;
pub mod interquartile;
pub mod median;
pub mod normal;
pub mod proportion;
pub mod signed_rank;
pub mod student;
pub mod survival;

/// Confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The mean; of equal values exactly that value. NaN for none; not finite where a value is not.
pub fn mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let Some(&first) = values.first() else { return f64::NAN };
    // from the first value on, so that the mean of equal values is not a rounding away from them
    let shifted = first + values.iter().map(|value| value - first).sum::<f64>() / n;
    if shifted.is_finite() { shifted } else { values.iter().sum::<f64>() / n }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_equal_values_is_that_value() {
        for n in 1..50 {
            assert_eq!(mean(&vec![0.1; n]), 0.1, "n = {n}");
        }
    }

    #[test]
    fn a_value_that_is_not_finite_is_not_dropped() {
        assert_eq!(mean(&[1.0, f64::INFINITY]), f64::INFINITY);
        assert_eq!(mean(&[f64::NEG_INFINITY, 1.0]), f64::NEG_INFINITY);
        assert!(mean(&[1.0, f64::NAN]).is_nan());
        assert!(mean(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(mean(&[]).is_nan());
    }
}
