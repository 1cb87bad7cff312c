//! Cells compared in pairs, seed by seed. The rows of `comparisons.csv`.
//!
//! The same seed gives two cells the same initial weights and the same order of patterns, so they are compared run by run.
//! Compared are the cells of different learners that agree on every axis that both have; in a study of one learner, the cells
//! that differ on exactly one axis.
//!
//! | measure | estimate | interval | p |
//! |---|---|---|---|
//! | `solved` | success rate of a − that of b | Tango's score interval | exact McNemar |
//! | `faster` | P(a is solved in fewer epochs than b), ties half | Tango's, as ½ + ½(wins − losses)/n | exact sign test without ties |
//! | a final metric | mean of a − b | bootstrap over seeds | Wilcoxon's signed ranks |
//!
//! `faster`: an unsolved run is beaten by one that was solved by the epoch at which the unsolved one was given up; a
//! diverged run by any that was solved. Two that never solved, and two of which it cannot be said, are a tie. Metrics without a
//! better direction are not compared. Holm's correction runs over every p of the table.

use crate::effect::{Effect, median_difference, restricted_epochs};
use crate::runs::Runs;
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::holm::holm;
use crate::statistics::proportion::{Pairs, even_odds_p, paired_difference};
use crate::statistics::signed_rank::signed_rank;
use crate::statistics::survival::Outcome;
use crate::statistics::{Interval, mean};
use crate::study::{Better, Cell};
use crate::summary::outcome;
use crate::{Record, Status, Study};

/// What two cells are compared on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Whether the criterion was met.
    Solved,
    /// Which run of a pair met the criterion in fewer epochs.
    Faster,
    /// The final metric at this place in the study.
    Final(usize),
}

impl Measure {
    /// Its name in `comparisons.csv`.
    pub fn name(self, study: &Study) -> &str {
        match self {
            Measure::Solved => "solved",
            Measure::Faster => "faster",
            Measure::Final(metric) => &study.finals[metric].name,
        }
    }
}

/// A row of `comparisons.csv`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Place of the first cell in the plan.
    pub a: usize,
    /// Place of the second, after the first.
    pub b: usize,
    /// What they are compared on.
    pub measure: Measure,
    /// Pairs: a is better on `first` seeds, b on `second`, neither on the rest (for a metric: where they are equal, or one is
    /// NaN).
    pub pairs: Pairs,
    /// The measure's estimate; for a metric not finite where a value is not.
    pub estimate: f64,
    /// Its interval; `None` for a metric with a single pair, or with a value that is not finite.
    pub interval: Option<Interval>,
    /// How large the difference is in epochs (`faster`) or in the metric's unit (its median); `None` for `solved`, whose estimate
    /// says it.
    pub effect: Option<Effect>,
    /// The p-value; `None` for a metric of which a difference is NaN.
    pub p: Option<f64>,
    /// The p-value after Holm's correction over the whole table.
    pub p_holm: Option<f64>,
}

/// Every comparison that the finished runs allow: pairs of cells in the order of the plan, and for each `solved`, `faster`, and
/// the metrics in the order of the study. The cost of a metric is that of [`Bootstrap::interval`], about 2000 n additions.
pub fn comparisons(runs: &Runs) -> Vec<Comparison> {
    comparisons_of(runs, &compared_cells(runs.study()))
}

/// The same for these pairs of cells, by their places in the plan; Holm's correction runs over every p of theirs.
///
/// # Panics
/// If the plan has no such cell.
pub fn comparisons_of(runs: &Runs, pairs: &[(usize, usize)]) -> Vec<Comparison> {
    let study = runs.study();
    let mut bootstrap = Bootstrap::default();
    let mut rows = Vec::new();
    for &(a, b) in pairs {
        if runs.pairs(a, b).next().is_none() {
            continue;
        }
        if study.cells[a].criterion.is_some() && study.cells[b].criterion.is_some() {
            rows.push(compare_solved(runs, a, b));
            rows.push(compare_speed(runs, a, b, &mut bootstrap));
        }
        for (metric, meaning) in study.finals.iter().enumerate() {
            if meaning.better != Better::Neither {
                rows.extend(compare_metric(runs, a, b, metric, &mut bootstrap));
            }
        }
    }
    let p: Vec<Option<f64>> = rows.iter().map(|row| row.p).collect();
    for (row, p_holm) in rows.iter_mut().zip(holm(&p)) {
        row.p_holm = p_holm;
    }
    rows
}

/// The pairs of cells that are compared, by their places in the plan.
pub fn compared_cells(study: &Study) -> Vec<(usize, usize)> {
    let cells = &study.cells;
    let one_learner = cells.iter().all(|cell| cell.learner == cells[0].learner);
    let compared = |a: &Cell, b: &Cell| {
        if one_learner { differing_axes(a, b) == 1 } else { a.learner != b.learner && agree(a, b) }
    };
    let mut pairs = Vec::new();
    for a in 0..cells.len() {
        pairs.extend(
            (a + 1..cells.len()).filter(|&b| compared(&cells[a], &cells[b])).map(|b| (a, b)),
        );
    }
    pairs
}

fn differing_axes(a: &Cell, b: &Cell) -> usize {
    a.axes.iter().zip(&b.axes).filter(|(a, b)| a != b).count()
}

fn agree(a: &Cell, b: &Cell) -> bool {
    a.axes.iter().zip(&b.axes).all(|(a, b)| a.is_none() || b.is_none() || a == b)
}

fn compare_solved(runs: &Runs, a: usize, b: usize) -> Comparison {
    let solved = |record: &Record| record.status == Status::Solved;
    let pairs = count(runs.pairs(a, b).map(|(x, y)| i32::from(solved(x)) - i32::from(solved(y))));
    Comparison {
        a,
        b,
        measure: Measure::Solved,
        pairs,
        estimate: difference(pairs),
        interval: paired_difference(pairs),
        effect: None,
        p: Some(even_odds_p(pairs.first, pairs.second)),
        p_holm: None,
    }
}

fn compare_speed(runs: &Runs, a: usize, b: usize, bootstrap: &mut Bootstrap) -> Comparison {
    let limits = [a, b].map(|cell| runs.study().cells[cell].max_epochs);
    let pairs = count(runs.pairs(a, b).map(|(x, y)| sooner(x, y, limits)));
    let share = |difference: f64| 0.5 + 0.5 * difference;
    Comparison {
        a,
        b,
        measure: Measure::Faster,
        pairs,
        estimate: share(difference(pairs)),
        interval: paired_difference(pairs)
            .map(|Interval { low, high }| Interval { low: share(low), high: share(high) }),
        effect: restricted_epochs(runs, a, b, bootstrap),
        p: Some(even_odds_p(pairs.first, pairs.second)),
        p_holm: None,
    }
}

/// 1 if x was solved sooner than y, −1 if y was, 0 if neither, or if it cannot be said.
fn sooner(x: &Record, y: &Record, [limit_x, limit_y]: [u64; 2]) -> i32 {
    use Outcome::{Censored, Solved};
    let beats = |solved: u64, other: &Record, given_up: u64| {
        other.status == Status::Diverged || solved <= given_up
    };
    match (outcome(x, limit_x), outcome(y, limit_y)) {
        (Solved(x), Solved(y)) => i32::from(x < y) - i32::from(y < x),
        (Solved(solved), Censored(given_up)) => i32::from(beats(solved, y, given_up)),
        (Censored(given_up), Solved(solved)) => -i32::from(beats(solved, x, given_up)),
        (Censored(_), Censored(_)) => 0,
    }
}

fn compare_metric(
    runs: &Runs,
    a: usize,
    b: usize,
    metric: usize,
    bootstrap: &mut Bootstrap,
) -> Option<Comparison> {
    let meaning = &runs.study().finals[metric];
    let sign = if meaning.better == Better::Lower { -1 } else { 1 };
    let values = |(x, y): (&Record, &Record)| {
        Some((x.final_metric(&meaning.name)?, y.final_metric(&meaning.name)?))
    };
    let values: Vec<(f64, f64)> = runs.pairs(a, b).filter_map(values).collect();
    if values.is_empty() {
        return None;
    }
    let differences: Vec<f64> = values.iter().map(|(x, y)| x - y).collect();
    Some(Comparison {
        a,
        b,
        measure: Measure::Final(metric),
        pairs: count(values.iter().map(|(x, y)| sign * (i32::from(x > y) - i32::from(x < y)))),
        estimate: mean(&differences),
        interval: bootstrap.interval(&differences),
        effect: median_difference(&differences),
        p: signed_rank(&differences).map(|test| test.p),
        p_holm: None,
    })
}

/// Counts pairs by who is better: positive for the first, negative for the second.
fn count(better: impl Iterator<Item = i32>) -> Pairs {
    let mut pairs = Pairs { n: 0, first: 0, second: 0 };
    for side in better {
        pairs.n += 1;
        pairs.first += usize::from(side > 0);
        pairs.second += usize::from(side < 0);
    }
    pairs
}

fn difference(pairs: Pairs) -> f64 {
    (pairs.first as f64 - pairs.second as f64) / pairs.n as f64
}
