//! Wilcoxon's signed-rank test of paired differences (Wilcoxon 1945, Biometrics Bulletin 1, 80–83).
//!
//! Differences of 0 are left out, as Wilcoxon did. The rest are ranked by size, ties sharing the mean of their ranks, and
//! W⁺ is the sum of the ranks of the positive ones. If either sign is as likely, each of the 2ⁿ ways to sign the ranks is
//! too. Up to [`EXACT`] differences the two-sided p is counted from these, ties included; beyond, W⁺ is taken as normal
//! with mean n(n+1)/4 and variance n(n+1)(2n+1)/24 − Σ(t³ − t)/48 over groups of t ties, without continuity correction.
//! Without ties this is SciPy's `wilcoxon` with `method="exact"` and `method="approx"`.

use super::normal;

/// The largest number of differences (those of 0 left out) for which p is exact.
pub const EXACT: usize = 25;

/// What the test finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignedRank {
    /// W⁺: the ranks of the positive differences, summed.
    pub positive: f64,
    /// W⁻: those of the negative ones.
    pub negative: f64,
    /// Two-sided p-value; 1 when every difference is 0.
    pub p: f64,
}

/// Tests whether the differences lie around 0; `None` if one is NaN. An infinite difference has the highest rank.
///
/// ```
/// use deltalab_results::statistics::signed_rank::signed_rank;
/// let test = signed_rank(&[0.5, 1.0, -0.25, 2.0]).unwrap(); // ranks 2, 3, 1, 4
/// assert_eq!((test.positive, test.negative, test.p), (9.0, 1.0, 0.25));
/// ```
pub fn signed_rank(differences: &[f64]) -> Option<SignedRank> {
    if differences.iter().any(|d| d.is_nan()) {
        return None;
    }
    let mut signed: Vec<f64> = differences.iter().copied().filter(|&d| d != 0.0).collect();
    signed.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let n = signed.len();
    // twice the ranks, so that a mean of two ranks is whole
    let mut doubled = Vec::with_capacity(n);
    let mut ties = 0.0; // Σ(t³ − t)
    for group in signed.chunk_by(|a, b| a.abs() == b.abs()) {
        let (before, t) = (doubled.len(), group.len());
        doubled.extend(std::iter::repeat_n(2 * before + t + 1, t));
        let t = t as f64;
        ties += t * t * t - t;
    }
    let total: usize = doubled.iter().sum();
    let positive: usize =
        signed.iter().zip(&doubled).filter(|(d, _)| **d > 0.0).map(|(_, rank)| rank).sum();
    let p = if n <= EXACT {
        exact_p(&doubled, positive.min(total - positive))
    } else {
        normal_p(n as f64, ties, 0.5 * positive as f64)
    };
    let (positive, negative) = (0.5 * positive as f64, 0.5 * (total - positive) as f64);
    Some(SignedRank { positive, negative, p })
}

/// The share of the sign patterns that are as extreme: twice those whose sum is at most `smaller`.
fn exact_p(doubled: &[usize], smaller: usize) -> f64 {
    let mut patterns = vec![0_u64; smaller + 1]; // by sum of the positive ranks; at most 2²⁵ in all
    patterns[0] = 1;
    for &rank in doubled {
        for sum in (rank..=smaller).rev() {
            patterns[sum] += patterns[sum - rank];
        }
    }
    let tail: u64 = patterns.iter().sum();
    (2.0 * tail as f64 / (1_u64 << doubled.len()) as f64).min(1.0)
}

/// p of W⁺ from the normal distribution, with Σ(t³ − t) over groups of ties.
fn normal_p(n: f64, ties: f64, positive: f64) -> f64 {
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    normal::two_sided_p((positive - n * (n + 1.0) / 4.0) / variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        let of = |differences: &[f64]| signed_rank(differences).unwrap();
        assert_eq!(of(&[]), SignedRank { positive: 0.0, negative: 0.0, p: 1.0 });
        assert_eq!(of(&[0.0, -0.0]).p, 1.0);
        assert_eq!(of(&[3.0]), SignedRank { positive: 1.0, negative: 0.0, p: 1.0 });
        assert_eq!(of(&[1.0, 2.0]).p, 0.5);
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).p, 2.0 / 64.0);
        // ranks 1, 2.5, 2.5; W⁻ = 1: sums of at most 1 are {} and {1}
        assert_eq!(of(&[-1.0, 2.0, 2.0]), SignedRank { positive: 5.0, negative: 1.0, p: 0.5 });
        assert_eq!(of(&[f64::INFINITY, -1.0]).positive, 2.0);
        assert_eq!(signed_rank(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn where_the_normal_distribution_takes_over_it_is_close() {
        let doubled: Vec<usize> = (1..=EXACT).map(|rank| 2 * rank).collect();
        for positive in 0..=EXACT * (EXACT + 1) / 4 {
            let exact = exact_p(&doubled, 2 * positive);
            let normal = normal_p(EXACT as f64, 0.0, positive as f64);
            // W⁺ has steps of 1 and deviation 37: half a step moves p by up to 2 · 0.4 / 74 = 0.011; its excess
            // kurtosis of −3.6 / n (Edgeworth) by up to 0.007
            assert!((exact - normal).abs() < 0.018, "W⁺ = {positive}: {exact} {normal}");
        }
    }

    proptest! {
        #[test]
        fn exact_p_is_the_share_of_sign_patterns(
            differences in prop::collection::vec((-4i32..=4).prop_map(f64::from), 1..11),
        ) {
            let found = signed_rank(&differences).unwrap();
            let sizes: Vec<f64> =
                differences.iter().map(|d| d.abs()).filter(|&size| size > 0.0).collect();
            let smaller = found.positive.min(found.negative);
            let extreme = (0_u32..1 << sizes.len()).filter(|pattern| {
                let signed: Vec<f64> = (sizes.iter().enumerate())
                    .map(|(i, &size)| if pattern >> i & 1 == 1 { size } else { -size })
                    .collect();
                let other = signed_rank(&signed).unwrap();
                other.positive.min(other.negative) <= smaller
            });
            let share = extreme.count() as f64 / (1_u32 << sizes.len()) as f64;
            prop_assert!(found.p == share, "{differences:?}: {} {share}", found.p); // counts over a power of two
        }

        #[test]
        fn signs_turned_round_change_nothing_but_the_side(
            differences in prop::collection::vec(-10.0..10.0, 1..60),
        ) {
            let turned: Vec<f64> = differences.iter().map(|d: &f64| -d).collect();
            let (a, b) = (signed_rank(&differences).unwrap(), signed_rank(&turned).unwrap());
            prop_assert_eq!((a.positive, a.negative, a.p), (b.negative, b.positive, b.p));
        }
    }
}
