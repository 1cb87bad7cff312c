//! The statistics against SciPy, statsmodels and lifelines: `data/statistics.json`, made by `scripts/statistics-oracle.py`.

mod fixtures;

use deltalab_results::comparison::{Comparison, comparisons};
use deltalab_results::statistics::bootstrap::{bca, expanded, percentile};
use deltalab_results::statistics::holm::holm;
use deltalab_results::statistics::interquartile::interquartile_mean;
use deltalab_results::statistics::proportion::{Pairs, even_odds_p, paired_difference, wilson};
use deltalab_results::statistics::signed_rank::signed_rank;
use deltalab_results::statistics::survival::{KaplanMeier, Outcome};
use deltalab_results::statistics::{Interval, mean, median, normal, student};
use deltalab_results::{Record, Runs, Status};
use fixtures::{cell, run, study};
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
    student: StudentCase,
    median: Vec<MedianCase>,
    interquartile: Vec<InterquartileCase>,
    paired: Vec<PairedCase>,
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
    expanded: [f64; 2],
    /// Nothing where all values are the same: SciPy has no BCa interval then.
    bca: [Option<f64>; 2],
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

#[derive(Deserialize)]
struct StudentCase {
    degrees: Vec<usize>,
    t: Vec<f64>,
}

#[derive(Deserialize)]
struct MedianCase {
    name: String,
    values: Vec<f64>,
    median: f64,
    interval: Option<[f64; 2]>,
}

#[derive(Deserialize)]
struct InterquartileCase {
    name: String,
    values: Vec<f64>,
    mean: f64,
}

#[derive(Deserialize)]
struct PairedCase {
    name: String,
    limit: u64,
    epochs_a: Vec<u64>,
    epochs_b: Vec<u64>,
    final_a: Vec<f64>,
    final_b: Vec<f64>,
    solved: f64,
    solved_p: f64,
    superiority: f64,
    superiority_p: f64,
    restricted_epochs: f64,
    mean: f64,
    median: f64,
    metric_p: f64,
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
        let found = expanded(case.resampled.clone(), case.values.len()).unwrap();
        // percentages with the rounding of Φ, times 199 steps between order statistics
        close(found.low, case.expanded[0], 1e-11, &case.name);
        close(found.high, case.expanded[1], 1e-11, &case.name);
        let found = bca(&case.values, case.resampled).unwrap();
        // and of Φ⁻¹; where there is no spread ours is the percentile interval, a point
        close(found.low, case.bca[0].unwrap_or(case.mean), 1e-11, &case.name);
        close(found.high, case.bca[1].unwrap_or(case.mean), 1e-11, &case.name);
    }
}

#[test]
fn medians_and_their_intervals_agree_with_numpy_and_scipy_quantile_test() {
    for case in oracle().median {
        assert_eq!(median::median(&case.values), Some(case.median), "{}", case.name);
        let found = median::interval(&case.values).map(|it| [it.low, it.high]);
        assert_eq!(found, case.interval, "{}", case.name);
    }
}

#[test]
fn interquartile_means_agree_with_scipy_trim_mean() {
    for case in oracle().interquartile {
        // cancelled outliers leave a rounding of the largest value that is kept
        close(interquartile_mean(&case.values), case.mean, ROUNDING, &case.name);
    }
}

/// Two cells on the same seeds, compared.
fn compared(case: &PairedCase) -> Vec<Comparison> {
    let seeds = case.epochs_a.len() as u64;
    let mut study = study(&[], vec![cell("a", "A", &[]), cell("b", "B", &[])], seeds);
    study.cells.iter_mut().for_each(|cell| cell.max_epochs = case.limit);
    let of = |id: &str, epochs: &[u64], finals: &[f64]| -> Vec<Record> {
        let runs = (0..).zip(epochs.iter().zip(finals));
        runs.map(|(seed, (&epochs, &sse))| {
            let status = if epochs < case.limit { Status::Solved } else { Status::Unsolved };
            run(id, seed, status, epochs, sse)
        })
        .collect()
    };
    let records =
        [of("a", &case.epochs_a, &case.final_a), of("b", &case.epochs_b, &case.final_b)].concat();
    comparisons(&Runs::new(&study, &records))
}

#[test]
fn paired_comparisons_agree_with_statsmodels_scipy_lifelines_and_numpy() {
    for case in oracle().paired {
        let [solved, faster, metric] = compared(&case)[..] else { panic!("{}", case.name) };
        // differences of numbers below the limit: some roundings of it
        let near = |found: f64, expected: f64, of: f64, what: &str| {
            let found_at = format!("{}, {what}: {found:?}, expected {expected:?}", case.name);
            assert!((found - expected).abs() <= 1e-13 * of, "{found_at}");
        };
        near(solved.estimate, case.solved, 1.0, "success");
        close(solved.p.unwrap(), case.solved_p, 1e-11, &case.name);
        near(faster.estimate, case.superiority, 1.0, "superiority");
        close(faster.p.unwrap(), case.superiority_p, 1e-11, &case.name);
        let effect = faster.effect.unwrap();
        near(effect.estimate, case.restricted_epochs, case.limit as f64, "restricted mean");
        near(metric.estimate, case.mean, 10.0, "mean");
        near(metric.effect.unwrap().estimate, case.median, 10.0, "median");
        close(metric.p.unwrap(), case.metric_p, 1e-11, &case.name);
        let several = case.epochs_a.len() > 1;
        assert_eq!(effect.interval.is_some(), several, "{}", case.name);
        assert_eq!(metric.interval.is_some(), several, "{}", case.name);
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
fn the_normal_and_students_distribution_agree_with_scipy() {
    let case = oracle().normal;
    for (&p, expected) in case.p.iter().zip(case.quantile) {
        assert!((normal::quantile(p) - expected).abs() < 1e-12, "p = {p}: {}", normal::quantile(p));
    }
    let StudentCase { degrees, t } = oracle().student;
    for (degrees, expected) in degrees.into_iter().zip(t) {
        // the sum of up to 1000 terms below 1, over a density of at least 0.01 (t of one degree)
        close(student::t(degrees), expected, 1e-11, &format!("{degrees} degrees"));
    }
    for (&x, expected) in case.x.iter().zip(case.cdf) {
        // the relative error of erfc grows with x² times that of x/√2
        close(normal::cdf(x), expected, 1e-12, &format!("x = {x}"));
    }
}
