//! Which patterns are held out for the test, and how inputs are standardised.
//!
//! * Split: the numbers 0 … n−1 are shuffled, the first [`test_count`] of them are the test, the rest is for training.
//!   Both are then sorted, so that `order = "sequential"` is the order of the data. Classes are not balanced on purpose.
//! * Standardise: x' = (x − m) / s, m = Σx / n, s² = Σ(x − m)² / n over the *training* patterns (n, not n − 1, in the
//!   denominator; both sums in the order of the patterns). The test patterns are scaled by the same m and s.

use super::{Patterns, Standardise};
use crate::random::Stream;

/// How many of `patterns` are held out: n · `test_fraction`, rounded (halves up), but at least one is left for training.
///
/// ```
/// use deltalab_core::task::test_count;
/// assert_eq!(test_count(150, 0.2), 30);
/// assert_eq!(test_count(1, 0.9), 0);
/// ```
pub fn test_count(patterns: usize, test_fraction: f64) -> usize {
    ((patterns as f64 * test_fraction).round() as usize).min(patterns.saturating_sub(1))
}

/// Training and test indices, each ascending, with [`test_count`] patterns in the test.
///
/// ```
/// use deltalab_core::random::{Purpose, Streams};
/// let (train, test) = deltalab_core::task::split(10, 0.3, Streams::new(0, 0).stream(Purpose::Split, ""));
/// assert_eq!((train.len(), test.len()), (7, 3));
/// ```
pub fn split(patterns: usize, test_fraction: f64, stream: Stream) -> (Vec<u32>, Vec<u32>) {
    hold_out(patterns, test_count(patterns, test_fraction), stream)
}

/// Training and test indices, each ascending, with `count` (at most `patterns`) in the test. Draws nothing when that is 0.
pub fn hold_out(patterns: usize, count: usize, mut stream: Stream) -> (Vec<u32>, Vec<u32>) {
    let mut test: Vec<u32> = (0..patterns as u32).collect();
    if count == 0 {
        return (test, Vec::new());
    }
    stream.shuffle(&mut test);
    let mut train = test.split_off(count.min(patterns));
    train.sort_unstable();
    test.sort_unstable();
    (train, test)
}

/// Mean and scale of every input over the patterns `train`. An input that never changes there has scale 1; with no
/// pattern at all, mean 0 and scale 1.
pub fn standardise(patterns: &Patterns, train: &[u32]) -> Standardise {
    let n = train.len() as f64;
    let (mean, scale) = (0..patterns.inputs.nrows())
        .map(|i| {
            let x = || train.iter().map(|&p| patterns.inputs[(i, p as usize)]);
            let Some(first) = x().next() else { return (0.0, 1.0) };
            if x().all(|value| value == first) {
                return (first, 1.0); // the rounded mean may miss it by a little, which 1/s would blow up
            }
            let mean = x().sum::<f64>() / n;
            let variance = x().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n;
            (mean, 1.0 / variance.sqrt())
        })
        .unzip();
    Standardise { mean, scale }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Streams};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn stream(seed: u64) -> Stream {
        Streams::new(0, seed).stream(Purpose::Split, "")
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..Default::default() })]

        #[test]
        fn split_is_a_partition_that_depends_on_the_seed_alone(n in 1_usize..300, fraction in 0.0..1.0, seed: u64) {
            let (train, test) = split(n, fraction, stream(seed));
            prop_assert_eq!(test.len(), test_count(n, fraction));
            prop_assert!(!train.is_empty());
            prop_assert!(train.is_sorted() && test.is_sorted());
            let mut all = [train.clone(), test.clone()].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..n as u32).collect::<Vec<_>>());
            prop_assert_eq!(split(n, fraction, stream(seed)), (train, test));
        }
    }

    #[test]
    fn other_seeds_hold_out_other_patterns() {
        assert_ne!(split(100, 0.2, stream(0)), split(100, 0.2, stream(1)));
    }

    #[test]
    fn every_pattern_is_held_out_equally_often() {
        let runs = 2000;
        let mut held_out = [0_u32; 10];
        for seed in 0..runs {
            split(10, 0.3, stream(seed)).1.iter().for_each(|&p| held_out[p as usize] += 1);
        }
        // binomial(2000, 0.3): mean 600, standard deviation 20.5; five of them, and the seeds are fixed
        assert!(held_out.iter().all(|&count| count.abs_diff(600) < 103), "{held_out:?}");
    }

    #[test]
    fn training_inputs_have_mean_0_and_variance_1_and_a_constant_input_stays() {
        let rows: Vec<_> = (0..7).map(|p| ([f64::from(p * p), 0.1], [0.0])).collect();
        let patterns = Patterns::from_rows(&rows);
        let train = [0, 2, 3, 6];
        let Standardise { mean, scale } = standardise(&patterns, &train);
        let x: Vec<f64> = train.iter().map(|&p| (f64::from(p * p) - mean[0]) * scale[0]).collect();
        let (sum, squares) = (x.iter().sum::<f64>(), x.iter().map(|x| x * x).sum::<f64>());
        // a dozen roundings of numbers near 1
        assert!(
            sum.abs() < 1e-15 * 12.0 && (squares / 4.0 - 1.0).abs() < 1e-15 * 12.0,
            "{sum} {squares}"
        );
        assert_eq!((mean[1], scale[1]), (0.1, 1.0));
    }

    #[test]
    fn value_stability() {
        assert_eq!(split(12, 0.25, stream(0)).1, [4, 7, 11]);
        assert_eq!(split(12, 0.25, stream(1)).1, [6, 8, 10]);
    }
}
