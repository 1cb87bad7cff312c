//! The interquartile mean of scores on many tasks (Agarwal, Schwarzer, Castro, Courville & Bellemare 2021, NeurIPS 34).
//!
//! The mean of what is left of n values when the ⌊n/4⌋ smallest and the ⌊n/4⌋ largest are taken away. It looks at more of the runs
//! than the median, and a few tasks that went extremely well or badly do not decide it.
//!
//! Its interval is theirs too: the percentile interval of a bootstrap that is *stratified*, drawing seeds with replacement
//! within each task, so that every resample has as many runs of every task as there are.

use super::bootstrap::{Draws, RESAMPLES, percentile};
use super::{Interval, mean};

/// The interquartile mean; NaN for none, or where a value is NaN.
///
/// ```
/// use deltalab_results::statistics::interquartile::interquartile_mean;
/// assert_eq!(interquartile_mean(&[0.0, 4.0, 5.0, 1000.0]), 4.5);
/// ```
pub fn interquartile_mean(values: &[f64]) -> f64 {
    if values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let cut = sorted.len() / 4;
    mean(&sorted[cut..sorted.len() - cut])
}

/// The 95 % interval of the interquartile mean of all scores, seeds drawn anew within each task; `None` where no task has two
/// scores, or a score is not finite. Of equal scores both ends are that score.
pub fn interval(tasks: &[Vec<f64>]) -> Option<Interval> {
    let scores = || tasks.iter().flatten();
    if !tasks.iter().any(|task| task.len() > 1) || !scores().all(|score| score.is_finite()) {
        return None;
    }
    let mut draws = Draws::default();
    let resample = |_| {
        let mut drawn = Vec::with_capacity(scores().count());
        for task in tasks {
            drawn.extend((0..task.len()).map(|_| task[draws.next(task.len())]));
        }
        interquartile_mean(&drawn)
    };
    percentile((0..RESAMPLES).map(resample).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_is_cut_at_either_end() {
        let values: Vec<f64> = (1..=11).map(f64::from).collect();
        assert_eq!(interquartile_mean(&values), 6.0); // 3 to 9: ⌊11/4⌋ = 2 at either end
        assert_eq!(interquartile_mean(&[1.0, 5.0, 9.0]), 5.0, "⌊3/4⌋ = 0");
        assert_eq!(
            interquartile_mean(&[f64::INFINITY, 1.0, 1.0, 1.0]),
            1.0,
            "an extreme does not decide"
        );
        assert!(interquartile_mean(&[]).is_nan() && interquartile_mean(&[f64::NAN; 4]).is_nan());
    }

    #[test]
    fn every_resample_has_all_tasks() {
        // two tasks without spread: nothing is left to chance, however different they are
        let tasks = [vec![0.0; 8], vec![1.0; 8]];
        assert_eq!(interval(&tasks), Some(Interval { low: 0.5, high: 0.5 }));
        // drawn from both at once, the share of ones would vary
        let Interval { low, high } = interval(&[[vec![0.0; 8], vec![1.0; 8]].concat()]).unwrap();
        assert!(low < 0.5 && 0.5 < high, "{low} {high}");
    }

    #[test]
    fn corners_have_no_interval() {
        assert_eq!(interval(&[]), None);
        assert_eq!(interval(&[vec![1.0], vec![2.0]]), None);
        assert_eq!(interval(&[vec![1.0, f64::INFINITY]]), None);
    }
}
