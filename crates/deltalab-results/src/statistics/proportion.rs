//! Success rates, alone and in pairs.
//!
//! * [`wilson`]: the score interval of a proportion (Wilson 1927), (p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n).
//! * [`paired_difference`]: the score interval of a difference of paired proportions (Tango 1998, Statistics in Medicine
//!   17, 891–908): the Δ for which |b − c − nΔ| ≤ z √(n(2q̂ + Δ(1 − Δ))), where b pairs speak for the first, c for the
//!   second, and q̂ is the share of c-pairs that is likeliest if the difference is Δ. Ties count in n and nowhere else. For
//!   b = n it ends where Wilson's does.
//! * [`even_odds_p`]: exact two-sided binomial test of b against c at even odds: McNemar's test, and the sign test.

use super::Interval;
use super::normal::{Z, bisect};

/// Wilson's interval for `successes` out of `n`; `None` for n = 0.
///
/// ```
/// let all = deltalab_results::statistics::proportion::wilson(20, 20).unwrap();
/// assert!(all.high == 1.0 && (all.low - 0.8389).abs() < 1e-4);
/// ```
pub fn wilson(successes: usize, n: usize) -> Option<Interval> {
    if n == 0 {
        return None;
    }
    let (k, n) = (successes as f64, n as f64);
    let rate = k / n;
    let centre = rate + Z * Z / (2.0 * n);
    let reach = Z * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // at none and at all an end is 0 or 1 on paper, and a rounding away from it here
    let low = if k == 0.0 { 0.0 } else { (centre - reach) / scale };
    let high = if k == n { 1.0 } else { (centre + reach) / scale };
    Some(Interval { low, high })
}

/// Of `n` pairs, those that decide for the first and for the second; the rest are ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pairs {
    /// Pairs, ties included.
    pub n: usize,
    /// Pairs that speak for the first.
    pub first: usize,
    /// Pairs that speak for the second.
    pub second: usize,
}

/// Tango's interval for (first − second)/n; `None` for n = 0.
///
/// ```
/// use deltalab_results::statistics::proportion::{Pairs, paired_difference};
/// let interval = paired_difference(Pairs { n: 21, first: 1, second: 7 }).unwrap();
/// assert!((interval.low + 0.517).abs() < 1e-3 && (interval.high + 0.026).abs() < 1e-3);
/// ```
pub fn paired_difference(pairs: Pairs) -> Option<Interval> {
    if pairs.n == 0 {
        return None;
    }
    let (n, b, c) = (pairs.n as f64, pairs.first as f64, pairs.second as f64);
    let reach = |delta: f64| {
        let linear = (2.0 * n - b + c) * delta - b - c;
        let constant = -c * delta * (1.0 - delta);
        let root = (linear * linear - 8.0 * n * constant).max(0.0).sqrt();
        let q = (root - linear) / (4.0 * n);
        Z * (n * (2.0 * q + delta * (1.0 - delta))).max(0.0).sqrt()
    };
    let observed = (b - c) / n;
    let low = if c == n {
        -1.0
    } else {
        bisect(-1.0, observed, |delta| b - c - n * delta > reach(delta))
    };
    let high = if b == n {
        1.0
    } else {
        bisect(observed, 1.0, |delta| n * delta - (b - c) <= reach(delta))
    };
    Some(Interval { low, high })
}

/// P(a result at least as uneven as `first` : `second`) when both are equally likely; 1 when both are 0.
///
/// ```
/// use deltalab_results::statistics::proportion::even_odds_p;
/// assert_eq!(even_odds_p(5, 0), 2.0 / 32.0); // 5 : 0 and 0 : 5, of 32
/// ```
pub fn even_odds_p(first: usize, second: usize) -> f64 {
    let (n, k) = (first + second, first.min(second));
    // C(n, k) / 2ⁿ, halved whenever it passes 1, so that it neither overflows nor vanishes on the way
    let mut halvings = n;
    let mut term = 1.0;
    for i in 1..=k {
        term *= (n - k + i) as f64 / i as f64;
        while term > 1.0 && halvings > 0 {
            term *= 0.5;
            halvings -= 1;
        }
    }
    for _ in 0..halvings {
        term *= 0.5;
    }
    let mut tail = 0.0;
    for i in (0..=k).rev() {
        tail += term;
        if term < tail * (0.25 * f64::EPSILON) {
            break; // the terms left are smaller still, and too small to be seen
        }
        term *= i as f64 / (n - i + 1) as f64;
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn even_odds_by_hand() {
        let table = [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (8, 2, 0.109375)];
        for (first, second, p) in table {
            assert_eq!(even_odds_p(first, second), p, "{first} : {second}"); // sums of powers of two: exact
            assert_eq!(even_odds_p(second, first), p, "{second} : {first}");
        }
        assert_eq!(even_odds_p(50, 50), 1.0);
        assert_eq!(even_odds_p(1000, 0), 2.0_f64.powi(-999));
        assert!(even_odds_p(100_000, 99_000) > 0.0);
        assert_eq!(even_odds_p(2000, 0), 0.0, "below the smallest number");
    }

    #[test]
    fn all_ties_leave_a_symmetric_interval() {
        let Interval { low, high } =
            paired_difference(Pairs { n: 20, first: 0, second: 0 }).unwrap();
        let expected = Z * Z / (20.0 + Z * Z);
        assert!((high - expected).abs() < 1e-15 && (low + expected).abs() < 1e-15, "{low} {high}");
    }

    #[test]
    fn when_every_pair_agrees_tango_is_wilson() {
        for n in [1, 2, 5, 20, 100, 10_000] {
            let tango = paired_difference(Pairs { n, first: n, second: 0 }).unwrap();
            let wilson = wilson(n, n).unwrap();
            // the difference is 2 rate − 1; bisection to neighbouring numbers of a root conditioned like n
            assert!((tango.low - (2.0 * wilson.low - 1.0)).abs() < 1e-14, "n = {n}");
            assert_eq!(tango.high, 1.0);
        }
    }

    proptest! {
        #[test]
        fn wilson_holds_the_rate_within_0_and_1(n in 1usize..100_000, share in 0.0..=1.0) {
            let successes = (share * n as f64) as usize;
            let Interval { low, high } = wilson(successes, n).unwrap();
            let rate = successes as f64 / n as f64;
            prop_assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0);
            prop_assert!(low < high);
        }

        #[test]
        fn wilson_of_failures_is_its_mirror_image(n in 1usize..1000, share in 0.0..=1.0) {
            let successes = (share * n as f64) as usize;
            let (of, against) = (wilson(successes, n).unwrap(), wilson(n - successes, n).unwrap());
            prop_assert!((of.low - (1.0 - against.high)).abs() < 4e-15); // some roundings of numbers near 1
        }

        #[test]
        fn tango_holds_the_difference_and_turns_round_with_the_pair(
            first in 0usize..300, second in 0usize..300, ties in 0usize..300,
        ) {
            let n = first + second + ties;
            prop_assume!(n > 0);
            let of = paired_difference(Pairs { n, first, second }).unwrap();
            let back = paired_difference(Pairs { n, first: second, second: first }).unwrap();
            let observed = (first as f64 - second as f64) / n as f64;
            prop_assert!(-1.0 <= of.low && of.low <= observed);
            prop_assert!(observed <= of.high && of.high <= 1.0);
            // the variance is a difference of numbers near n: its rounding moves a root by about √ε at the worst
            prop_assert!((of.low + back.high).abs() < 1e-7, "{of:?} {back:?}");
        }

        #[test]
        fn more_uneven_is_less_likely(n in 1usize..2000) {
            let p: Vec<f64> = (0..=n / 2).map(|k| even_odds_p(n - k, k)).collect();
            prop_assert!(p.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(p.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
