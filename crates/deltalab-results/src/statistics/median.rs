//! The median, with an interval that no distribution can spoil.
//!
//! Of n values in order, x₍k₎ … x₍n+1−k₎ holds the median with probability 1 − 2 P(B ≤ k − 1), B ~ Binomial(n, ½): k is the
//! largest for which that is at least 95 % (Thompson 1936, Annals of Mathematical Statistics 7, 122–128). It is the interval of
//! the sign test: it leaves out exactly the values against which that test speaks at 5 %. Below n = 6 there is none.

use super::Interval;
use super::proportion::even_odds_p;

/// The middle value, or the mean of the two middle ones; `None` for no values, or where one is NaN.
///
/// ```
/// use deltalab_results::statistics::median::median;
/// assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
/// assert_eq!(median(&[3.0, 1.0]), Some(2.0));
/// ```
pub fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values)?;
    let n = sorted.len();
    let (below, above) = (sorted[(n.checked_sub(1)?) / 2], sorted[n / 2]);
    Some(if below == above { below } else { below + 0.5 * (above - below) })
}

/// The interval of the median: two of the values; `None` for fewer than 6, or where one is NaN.
pub fn interval(values: &[f64]) -> Option<Interval> {
    let sorted = sorted(values)?;
    let n = sorted.len();
    // 2 P(B ≤ k − 1) is the sign test's p of k − 1 against the rest
    let outside = |k: usize| even_odds_p(k - 1, n + 1 - k);
    let k = (1..=n / 2).take_while(|&k| outside(k) <= 0.05).last()?;
    Some(Interval { low: sorted[k - 1], high: sorted[n - k] })
}

fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    if values.iter().any(|value| value.is_nan()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        let six = [5.0, 1.0, 9.0, 3.0, 7.0, 2.0];
        assert_eq!(median(&six), Some(4.0));
        // 1 − 2/64 = 0.969; without the ends it would be 1 − 14/64
        assert_eq!(interval(&six), Some(Interval { low: 1.0, high: 9.0 }));
        assert_eq!(interval(&six[..5]), None);
        // n = 20: 1 − 2 P(B ≤ 5) = 0.9586, from the 6th to the 15th
        let twenty: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(interval(&twenty), Some(Interval { low: 6.0, high: 15.0 }));
    }

    #[test]
    fn corners() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1.0, f64::NAN]), None);
        assert_eq!(median(&[0.1; 4]), Some(0.1));
        assert_eq!(median(&[f64::INFINITY, f64::INFINITY, 1.0]), Some(f64::INFINITY));
        assert_eq!(median(&[f64::INFINITY; 2]), Some(f64::INFINITY));
        assert_eq!(interval(&[2.0; 8]), Some(Interval { low: 2.0, high: 2.0 }));
    }

    proptest! {
        #[test]
        fn the_interval_leaves_out_what_the_sign_test_speaks_against(
            values in prop::collection::btree_set(-1000i32..1000, 6..60),
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let Interval { low, high } = interval(&values).unwrap();
            let p = |at: f64| {
                let above = values.iter().filter(|&&v| v > at).count();
                even_odds_p(above, values.len() - above)
            };
            let median = median(&values).unwrap();
            prop_assert!(low <= median && median <= high);
            // just inside either end the test says nothing, just outside it does
            prop_assert!(p(low + 0.5) > 0.05 && p(high - 0.5) > 0.05);
            prop_assert!(p(low - 0.5) <= 0.05 && p(high + 0.5) <= 0.05);
        }
    }
}
