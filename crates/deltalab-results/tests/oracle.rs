//! The statistics against SciPy, statsmodels and lifelines: `data/statistics.json`, made by `scripts/statistics-oracle.py`.

use deltalab_results::statistics::bootstrap::{bca, percentile};
use deltalab_results::statistics::holm::holm;
use deltalab_results::statistics::proportion::{Pairs, even_odds_p, paired_difference, wilson};
use deltalab_results::statistics::signed_rank::signed_rank;
use deltalab_results::statistics::survival::{KaplanMeier, Outcome};
use deltalab_results::statistics::{Interval, mean, normal};
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    wilson: Vec<WilsonCase>,
    tango: Vec<TangoCase>,
    even_odds: Vec<EvenOddsCase>,
    holm: Vec<HolmCase>,
    survival: Vec<SurvivalCase>,
    bootstrap: Vec<BootstrapCase>,
    signed_rank: Vec<SignedRankCase>,
    normal: NormalCase,
}

#[derive(Deserialize)]
struct WilsonCase {
    successes: usize,
    n: usize,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct TangoCase {
    n: usize,
    first: usize,
    second: usize,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct EvenOddsCase {
    first: usize,
    second: usize,
    p: f64,
}

#[derive(Deserialize)]
struct HolmCase {
    p: Vec<f64>,
    holm: Vec<f64>,
}

#[derive(Deserialize)]
struct SurvivalCase {
    name: String,
    times: Vec<u64>,
    solved: Vec<u8>,
    steps: Vec<StepCase>,
    median: Option<f64>,
    median_low: Option<u64>,
    median_high: Option<u64>,
    limit: u64,
    restricted_mean: f64,
}

#[derive(Deserialize)]
struct StepCase {
    time: u64,
    survival: f64,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Deserialize)]
struct BootstrapCase {
    name: String,
    values: Vec<f64>,
    resampled: Vec<f64>,
    mean: f64,
    percentile: [f64; 2],
    bca: [f64; 2],
}

#[derive(Deserialize)]
struct SignedRankCase {
    name: String,
    differences: Vec<f64>,
    smaller: f64,
    p: f64,
}

#[derive(Deserialize)]
struct NormalCase {
    p: Vec<f64>,
    quantile: Vec<f64>,
    x: Vec<f64>,
    cdf: Vec<f64>,
}

fn oracle() -> Oracle {
    serde_json::from_str(include_str!("data/statistics.json")).expect("the oracle's file")
}

/// Equal to `relative` of the expected value (or of 1e-300, for zeros).
#[track_caller]
fn close(found: f64, expected: f64, relative: f64, what: &str) {
    let tolerance = relative * expected.abs().max(1e-300);
    assert!((found - expected).abs() <= tolerance, "{what}: {found:?}, expected {expected:?}");
}

/// Some dozen roundings of numbers no larger than the result.
const ROUNDING: f64 = 1e-13;

#[test]
fn wilson_agrees_with_statsmodels() {
    for case in oracle().wilson {
        let Interval { low, high } = wilson(case.successes, case.n).unwrap();
        let what = format!("{} of {}", case.successes, case.n);
        close(low, case.low, ROUNDING, &what);
        close(high, case.high, ROUNDING, &what);
    }
}

#[test]
fn tango_agrees_with_a_numerically_maximised_likelihood() {
    for case in oracle().tango {
        let TangoCase { n, first, second, .. } = case;
        let Interval { low, high } = paired_difference(Pairs { n, first, second }).unwrap();
        let what = format!("{first} : {second} of {n}");
        // a maximum is found to the root of the precision of its value
        assert!((low - case.low).abs() < 1e-7, "{what}: {low}, expected {}", case.low);
        assert!((high - case.high).abs() < 1e-7, "{what}: {high}, expected {}", case.high);
    }
}

#[test]
fn even_odds_agree_with_scipy_binomtest_and_statsmodels_mcnemar() {
    for EvenOddsCase { first, second, p } in oracle().even_odds {
        // SciPy's tail is an incomplete beta function, good to about 1e-13
        close(even_odds_p(first, second), p, 1e-11, &format!("{first} : {second}"));
    }
}

#[test]
fn holm_agrees_with_statsmodels() {
    for case in oracle().holm {
        let p: Vec<Option<f64>> = case.p.iter().copied().map(Some).collect();
        for (found, expected) in holm(&p).into_iter().zip(case.holm) {
            close(found.unwrap(), expected, ROUNDING, "p");
        }
    }
}

#[test]
fn survival_agrees_with_lifelines() {
    for case in oracle().survival {
        let outcomes: Vec<Outcome> = (case.times.iter().zip(&case.solved))
            .map(
                |(&t, &solved)| if solved == 1 { Outcome::Solved(t) } else { Outcome::Censored(t) },
            )
            .collect();
        let found = KaplanMeier::fit(&outcomes);
        assert_eq!(found.steps.len(), case.steps.len(), "{}", case.name);
        for (step, expected) in found.steps.iter().zip(&case.steps) {
            let what = format!("{} at {}", case.name, expected.time);
            assert_eq!(step.time, expected.time, "{what}");
            // lifelines sums logarithms where we multiply; S is at most 1
            assert!((step.survival - expected.survival).abs() < ROUNDING, "{what}: {step:?}");
            assert_eq!(step.interval.map(|_| ()), expected.low.map(|_| ()), "{what}");
            if let (Some(found), Some(low), Some(high)) =
                (step.interval, expected.low, expected.high)
            {
                close(found.low, low, 1e-10, &what); // an exponential of an exponential
                close(found.high, high, 1e-10, &what);
            }
        }
        let median = found.median();
        assert_eq!(median.median.map(|m| m as f64), case.median, "{}", case.name);
        assert_eq!((median.low, median.high), (case.median_low, case.median_high), "{}", case.name);
        close(found.restricted_mean(case.limit), case.restricted_mean, ROUNDING, &case.name);
    }
}

#[test]
fn bootstrap_intervals_agree_with_scipy_on_scipys_resamples() {
    for case in oracle().bootstrap {
        close(mean(&case.values), case.mean, ROUNDING, &case.name);
        let found = percentile(case.resampled.clone()).unwrap();
        close(found.low, case.percentile[0], ROUNDING, &case.name);
        close(found.high, case.percentile[1], ROUNDING, &case.name);
        let found = bca(&case.values, case.resampled).unwrap();
        // the percentage has the rounding of Φ and Φ⁻¹; times 199 steps between order statistics
        close(found.low, case.bca[0], 1e-11, &case.name);
        close(found.high, case.bca[1], 1e-11, &case.name);
    }
}

#[test]
fn signed_ranks_agree_with_scipy() {
    for case in oracle().signed_rank {
        let found = signed_rank(&case.differences).unwrap();
        assert_eq!(found.positive.min(found.negative), case.smaller, "{}", case.name);
        close(found.p, case.p, ROUNDING, &case.name);
    }
}

#[test]
fn the_normal_distribution_agrees_with_scipy() {
    let case = oracle().normal;
    for (&p, expected) in case.p.iter().zip(case.quantile) {
        assert!((normal::quantile(p) - expected).abs() < 1e-12, "p = {p}: {}", normal::quantile(p));
    }
    for (&x, expected) in case.x.iter().zip(case.cdf) {
        // the relative error of erfc grows with x² times that of x/√2
        close(normal::cdf(x), expected, 1e-12, &format!("x = {x}"));
    }
}
