//! The bootstrap of a mean over seeds (Efron 1979, Annals of Statistics 7, 1–26).
//!
//! [`RESAMPLES`] times, n values are drawn with replacement and averaged.
//!
//! | interval | its ends are these percentages of the resampled means |
//! |---|---|
//! | [`percentile`] | Φ(±z), 2.5 % and 97.5 % |
//! | [`expanded`], the one that tables and figures show | Φ(±√(n/(n−1)) t), t of n − 1 degrees of freedom |
//! | [`bca`] | Φ(z₀ + (z₀ ± z)/(1 − a(z₀ ± z))): z₀ = Φ⁻¹(share of resampled means below the mean, ties half), a = Σ(x − x̄)³ / 6 (Σ(x − x̄)²)^1.5 |
//!
//! A resample varies as if the deviation were known and divided by n, so the percentile interval is too narrow for few values;
//! the *expanded* one (Hesterberg 2015, The American Statistician 69, 371–386) makes up for both, and is Student's interval where
//! the values are normal. BCa (Efron 1987, JASA 82, 171–185) moves the percentages for bias and skewness instead; of 20
//! values it estimates both badly. `results/coverage.md` has what each of them covers.
//!
//! The draws are ChaCha8's with a fixed key, the same for every interval of the same n, and value-stable: draw d of a
//! 32-bit word u is ⌊u n / 2³²⌋, words in order, n for each resample. So an interval is a function of the values alone.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::normal::{Z, cdf, quantile};
use super::{Interval, mean, student};

/// Resamples for each interval.
pub const RESAMPLES: usize = 2000;

/// The ChaCha8 key of the draws.
pub const KEY: [u8; 32] = *b"deltalab: bootstrap over seeds 1";

/// Up to this n the draws are kept for the next interval; beyond, they are drawn again (16 MB is enough).
const KEPT: usize = 2048;

/// The stream of draws, from its beginning.
#[derive(Clone, Debug)]
pub struct Draws(ChaCha8Rng);

impl Default for Draws {
    fn default() -> Draws {
        Draws(ChaCha8Rng::from_seed(KEY))
    }
}

impl Draws {
    /// The place of one of `n` values.
    pub fn next(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }
}

/// Draws resamples, and keeps the draws for values of the same number.
///
/// ```
/// let mut bootstrap = deltalab_results::statistics::bootstrap::Bootstrap::default();
/// let interval = bootstrap.interval(&[0.9, 1.0, 1.1, 1.2, 1.3]).unwrap();
/// assert!(0.9 < interval.low && interval.low < 1.1 && 1.1 < interval.high && interval.high < 1.3);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Bootstrap {
    n: usize,
    draws: Vec<u32>,
}

impl Bootstrap {
    /// The mean of each resample, in the order in which they are drawn. Sums run in the order of the draws.
    pub fn means(&mut self, values: &[f64]) -> Vec<f64> {
        let n = values.len();
        if n == 0 {
            return Vec::new();
        }
        if n > KEPT {
            let mut draws = Draws::default();
            let resample = |_| (0..n).map(|_| values[draws.next(n)]).sum::<f64>() / n as f64;
            return (0..RESAMPLES).map(resample).collect();
        }
        if self.n != n {
            let mut draws = Draws::default();
            self.n = n;
            self.draws = (0..RESAMPLES * n).map(|_| draws.next(n) as u32).collect();
        }
        let resample =
            |draws: &[u32]| draws.iter().map(|&i| values[i as usize]).sum::<f64>() / n as f64;
        self.draws.chunks_exact(n).map(resample).collect()
    }

    /// The interval that tables and figures show: [`expanded`], of the mean. `None` for fewer than two values, or where a value is not
    /// finite. Of equal values both ends are that value.
    pub fn interval(&mut self, values: &[f64]) -> Option<Interval> {
        if values.len() < 2 || !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if least == most {
            return Some(Interval { low: least, high: most });
        }
        // a mean of values is between them on paper, and may be a rounding outside
        let end = |end: f64| end.clamp(least, most);
        expanded(self.means(values), values.len())
            .map(|i| Interval { low: end(i.low), high: end(i.high) })
    }
}

/// The percentile interval from resampled means; `None` if there are none, or one is not finite.
pub fn percentile(mut resampled: Vec<f64>) -> Option<Interval> {
    resampled.sort_by(f64::total_cmp);
    between(&resampled, 0.025, 0.975)
}

/// The percentile interval at the percentages Φ(±√(n/(n−1)) t), from the resampled means of n values; `None` for fewer than two
/// values, if there are no means, or one is not finite.
pub fn expanded(mut resampled: Vec<f64>, n: usize) -> Option<Interval> {
    resampled.sort_by(f64::total_cmp);
    let degrees = n.checked_sub(1).filter(|&degrees| degrees > 0)?;
    let reach = (n as f64 / degrees as f64).sqrt() * student::t(degrees);
    between(&resampled, cdf(-reach), cdf(reach))
}

/// The BCa interval of the mean of `values` from its resampled means; where bias or skewness cannot be told (all resampled
/// means on one side, values too large to cube), the percentile interval.
pub fn bca(values: &[f64], mut resampled: Vec<f64>) -> Option<Interval> {
    resampled.sort_by(f64::total_cmp);
    let mean = mean(values);
    let below = resampled.partition_point(|&value| value < mean);
    let not_above = resampled.partition_point(|&value| value <= mean);
    let z0 = quantile((below + not_above) as f64 / (2 * resampled.len()) as f64);
    let (mut square, mut cube) = (0.0, 0.0);
    for value in values {
        let d = value - mean;
        square += d * d;
        cube += d * d * d;
    }
    let a = cube / (6.0 * square * square.sqrt());
    let moved = |z: f64| cdf(z0 + (z0 + z) / (1.0 - a * (z0 + z)));
    let (low, high) = (moved(-Z), moved(Z));
    if z0.is_finite() && a.is_finite() && low < high {
        between(&resampled, low, high)
    } else {
        between(&resampled, 0.025, 0.975)
    }
}

fn between(sorted: &[f64], low: f64, high: f64) -> Option<Interval> {
    let (low, high) = (percentage_point(sorted, low)?, percentage_point(sorted, high)?);
    (low.is_finite() && high.is_finite()).then_some(Interval { low, high })
}

/// The value below which the share p of the sorted values lies, interpolated between neighbours (NumPy's `linear`).
pub fn percentage_point(sorted: &[f64], p: f64) -> Option<f64> {
    let place = p * sorted.len().checked_sub(1)? as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let low = sorted[below];
    let high = sorted[(below + 1).min(sorted.len() - 1)];
    Some(if part == 0.0 { low } else { low + part * (high - low) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn value_stability() {
        let mut draws = Draws::default();
        let draws: Vec<usize> = (0..12).map(|_| draws.next(100)).collect();
        assert_eq!(draws, [85, 39, 81, 95, 92, 80, 29, 39, 26, 51, 50, 48]);
        let values: Vec<f64> = (0..10).map(|i| f64::from(i * i)).collect();
        let interval = Bootstrap::default().interval(&values).unwrap();
        assert_eq!(interval, Interval { low: 10.0, high: 48.790727259021146 });
    }

    #[test]
    fn of_normal_values_the_expanded_interval_is_students() {
        // 15 values at the normal quantiles: their mean is 0, and resampled means are close to normal
        let values: Vec<f64> = (1..16).map(|i| quantile(f64::from(i) / 16.0)).collect();
        let Interval { low, high } = Bootstrap::default().interval(&values).unwrap();
        let square: f64 = values.iter().map(|value| value * value).sum();
        let reach = student::t(14) * (square / 14.0 / 15.0).sqrt();
        // an end is a percentage point of 2000 draws, at 1 % of them: √(0.01 · 0.99 / 2000) / 0.03 of a deviation, 7 % of the reach
        // of 2.2, three times; and the tails of means of 15 values are a little short
        assert!(
            (-low / reach - 1.0).abs() < 0.2 && (high / reach - 1.0).abs() < 0.2,
            "{low} {high} {reach}"
        );
        let narrow = percentile(Bootstrap::default().means(&values)).unwrap();
        assert!(low < narrow.low && narrow.high < high);
    }

    #[test]
    fn draws_that_are_kept_are_the_draws() {
        let mut bootstrap = Bootstrap::default();
        let values: Vec<f64> = (0..KEPT as u32 + 1).map(f64::from).collect();
        let kept = bootstrap.means(&values[1..]);
        let mut draws = Draws::default();
        let again: f64 = (0..KEPT).map(|_| values[1..][draws.next(KEPT)]).sum();
        assert_eq!(kept[0], again / KEPT as f64);
        assert_eq!(bootstrap.means(&values[1..]), kept, "used again");
        assert_eq!(bootstrap.means(&values).len(), RESAMPLES, "drawn anew");
    }

    #[test]
    fn corners_have_no_interval_or_a_point() {
        let mut bootstrap = Bootstrap::default();
        assert_eq!(bootstrap.interval(&[]), None);
        assert_eq!(bootstrap.interval(&[1.0]), None);
        assert_eq!(bootstrap.interval(&[1.0, f64::NAN]), None);
        assert_eq!(bootstrap.interval(&[1.0, f64::INFINITY, 2.0]), None);
        assert_eq!(bootstrap.interval(&[0.1; 7]), Some(Interval { low: 0.1, high: 0.1 }));
        assert_eq!(bootstrap.interval(&[f64::MAX, 0.0, f64::MAX]), None, "a sum overflows");
        assert_eq!(percentile(Vec::new()), None);
    }

    #[test]
    fn about_95_in_100_intervals_hold_the_mean() {
        // 400 samples of 30 from an exponential distribution, mean 1, by inversion of a second fixed stream
        let mut rng = ChaCha8Rng::from_seed([7; 32]);
        let mut bootstrap = Bootstrap::default();
        let mut held = 0;
        for _ in 0..400 {
            let uniform = |rng: &mut ChaCha8Rng| (f64::from(rng.next_u32()) + 0.5) / 4294967296.0;
            let values: Vec<f64> = (0..30).map(|_| -libm::log(uniform(&mut rng))).collect();
            let Interval { low, high } = bootstrap.interval(&values).unwrap();
            held += usize::from(low <= 1.0 && 1.0 <= high);
        }
        // 94 % are covered here; 400 · 0.94 ± 4 √(400 · 0.06)
        assert!((356..=395).contains(&held), "{held} of 400");
    }

    proptest! {
        #[test]
        fn the_interval_scales_with_the_values(
            values in prop::collection::vec(-1.0..1.0, 2..40), power in -30i32..30,
        ) {
            let scale = 2.0_f64.powi(power); // a power of two: every rounding is the same
            let scaled: Vec<f64> = values.iter().map(|value: &f64| scale * value).collect();
            let mut bootstrap = Bootstrap::default();
            let (of, then) = (bootstrap.interval(&values), bootstrap.interval(&scaled));
            let (of, then) = (of.unwrap(), then.unwrap());
            prop_assert_eq!((scale * of.low, scale * of.high), (then.low, then.high));
        }

        #[test]
        fn the_interval_lies_within_the_values(values in prop::collection::vec(-1.0..1.0, 2..40)) {
            let Interval { low, high } = Bootstrap::default().interval(&values).unwrap();
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(least <= low && low <= high && high <= most);
        }
    }
}
