//! The median of a metric over runs, epoch by epoch, with the quartiles.
//!
//! * Epochs: those at which runs of the figure recorded a point by schedule, so not the last point of a run that stopped in between; the
//!   last of the cell's own, from which on its curve is flat; and the last of all. At most [`POINTS`] of them are used, evenly chosen.
//! * A run counts with its latest value so far. One that stopped early (solved, or at its limit) holds its last value from then on, up to the
//!   last epoch of the figure; the curve of a diverged run ends, and a value that is not finite does not count.

use std::collections::BTreeSet;

use deltalab_results::statistics::bootstrap::percentage_point;
use deltalab_results::{Record, Runs, Series, Status};

/// The most points of a curve: more than the pixels of a panel show.
const POINTS: usize = 500;

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// Epoch, or trial.
    pub epoch: u64,
    /// Runs behind this point.
    pub n: usize,
    /// First quartile.
    pub q25: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q75: f64,
}

/// A curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Curve {
    /// Its points, by epoch.
    pub points: Vec<Point>,
    /// Whether a run held its last value for part of it.
    pub held: bool,
}

/// What comes after the last epoch of a cell's runs, where other cells have more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// Its runs hold their last values to the last epoch of all: they stopped because they had learned, or had no more epochs.
    Hold,
    /// Nothing: its trials are over.
    Nothing,
}

/// The curves of a metric, one for each cell of the plan.
pub(crate) fn median_curves(runs: &Runs<'_>, metric: &str, beyond: Beyond) -> Vec<Curve> {
    let cells: Vec<Vec<(&Series, Status)>> = (0..runs.study().cells.len())
        .map(|cell| runs.of(cell).filter_map(|r| Some((series(r, metric)?, r.status))).collect())
        .collect();
    let last = |curves: &[(&Series, Status)]| {
        curves.iter().filter_map(|(s, _)| s.epochs.last()).max().copied()
    };
    let of_all = cells.iter().filter_map(|curves| last(curves)).max();
    let end = |curves: &[(&Series, Status)]| match beyond {
        Beyond::Hold => of_all,
        Beyond::Nothing => last(curves),
    };
    let everywhere: BTreeSet<u64> = match beyond {
        Beyond::Hold => cells.iter().flat_map(|curves| scheduled(curves)).collect(),
        Beyond::Nothing => BTreeSet::new(),
    };
    let curve = |curves: &Vec<(&Series, Status)>| {
        let mut epochs = everywhere.clone();
        epochs.extend(scheduled(curves));
        epochs.extend(last(curves));
        let end = end(curves).unwrap_or(0);
        epochs.insert(end);
        median_curve(curves, thinned(epochs), end)
    };
    cells.iter().map(curve).collect()
}

/// Epochs at which runs recorded a point by schedule.
fn scheduled<'a>(curves: &'a [(&'a Series, Status)]) -> impl Iterator<Item = u64> + 'a {
    curves.iter().flat_map(|(series, _)| series.epochs.iter().rev().skip(1)).copied()
}

fn series<'a>(record: &'a Record, metric: &str) -> Option<&'a Series> {
    record.curves.iter().find(|s| s.metric == metric && !s.epochs.is_empty())
}

/// The curve of the runs of a cell at some epochs, up to the epoch `last`.
fn median_curve(curves: &[(&Series, Status)], epochs: Vec<u64>, last: u64) -> Curve {
    let held = curves.iter().any(|(s, status)| {
        *status != Status::Diverged && s.epochs.last().is_some_and(|&e| e < last)
    });
    let mut next = vec![0; curves.len()]; // first point of each run after the epoch
    let mut points = Vec::with_capacity(epochs.len());
    for epoch in epochs {
        let mut values = Vec::with_capacity(curves.len());
        for ((series, status), next) in curves.iter().zip(&mut next) {
            while series.epochs.get(*next).is_some_and(|&e| e <= epoch) {
                *next += 1;
            }
            let ended = *next == series.epochs.len() && series.epochs.last() < Some(&epoch);
            let value = next.checked_sub(1).and_then(|i| series.values.get(i)).copied();
            if !(ended && *status == Status::Diverged) {
                values.extend(value.filter(|v| v.is_finite()));
            }
        }
        values.sort_by(f64::total_cmp);
        let [q25, median, q75] = [0.25, 0.5, 0.75].map(|p| percentage_point(&values, p));
        if let (Some(q25), Some(median), Some(q75)) = (q25, median, q75) {
            points.push(Point { epoch, n: values.len(), q25, median, q75 });
        }
    }
    Curve { points, held }
}

/// At most [`POINTS`] epochs, the first and the last among them.
fn thinned(epochs: BTreeSet<u64>) -> Vec<u64> {
    let epochs: Vec<u64> = epochs.into_iter().collect();
    if epochs.len() <= POINTS {
        return epochs;
    }
    (0..POINTS).map(|i| epochs[i * (epochs.len() - 1) / (POINTS - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use deltalab_results::{Cell, Study};

    fn record(status: Status, points: &[(u64, f64)]) -> Record {
        let (epochs, values) = points.iter().copied().unzip();
        Record {
            cell: "c".to_owned(),
            seed: 0,
            status,
            epochs: points.last().map_or(0, |p| p.0),
            solved_epoch: None,
            finals: Vec::new(),
            curves: vec![Series { metric: "sse".to_owned(), epochs, values }],
            pattern_updates: 0,
        }
    }

    /// Curves of one cell.
    fn medians(mut records: Vec<Record>) -> Vec<(u64, usize, f64)> {
        for (seed, record) in records.iter_mut().enumerate() {
            record.seed = seed as u64;
        }
        let cells = vec![Cell { id: "c".to_owned(), ..Cell::default() }];
        let seeds = (0..records.len() as u64).collect();
        let study = Study { cells, seeds, ..Study::default() };
        let curves = median_curves(&Runs::new(&study, &records), "sse", Beyond::Hold);
        curves[0].points.iter().map(|p| (p.epoch, p.n, p.median)).collect()
    }

    #[test]
    fn a_run_that_stopped_early_holds_its_last_value() {
        let early = record(Status::Solved, &[(10, 1.0), (17, 0.0)]);
        let late = record(Status::Unsolved, &[(10, 3.0), (20, 2.0), (30, 2.0)]);
        // Epoch 17 is no scheduled point: only at 20 does the first run show its 0.
        assert_eq!(medians(vec![early, late]), [(10, 2, 2.0), (20, 2, 1.0), (30, 2, 1.0)]);
    }

    #[test]
    fn a_cell_whose_runs_all_stop_between_points_is_flat_from_there_on() {
        let stopped = |epoch| record(Status::Solved, &[(1, 4.0), (epoch, 0.0)]);
        let mut records = vec![stopped(6), stopped(8)];
        let mut other = record(Status::Unsolved, &[(1, 5.0), (10, 5.0), (20, 5.0)]);
        other.cell = "d".to_owned();
        records[1].seed = 1;
        records.push(other);
        let cell = |id: &str| Cell { id: id.to_owned(), ..Cell::default() };
        let study =
            Study { cells: vec![cell("c"), cell("d")], seeds: vec![0, 1], ..Study::default() };
        let curves = median_curves(&Runs::new(&study, &records), "sse", Beyond::Hold);
        let points: Vec<_> = curves[0].points.iter().map(|p| (p.epoch, p.median)).collect();
        assert_eq!(points, [(1, 4.0), (8, 0.0), (10, 0.0), (20, 0.0)]);
    }

    #[test]
    fn the_curve_of_a_diverged_run_ends() {
        let diverged = record(Status::Diverged, &[(10, 9.0), (20, f64::INFINITY)]);
        let other = record(Status::Unsolved, &[(10, 1.0), (20, 1.0), (30, 1.0)]);
        assert_eq!(medians(vec![diverged, other]), [(10, 2, 5.0), (20, 1, 1.0), (30, 1, 1.0)]);
    }

    #[test]
    fn runs_that_never_had_a_finite_value_give_no_curve() {
        assert_eq!(medians(vec![record(Status::Diverged, &[(1, f64::NAN)])]), []);
        assert_eq!(medians(vec![]), []);
    }

    #[test]
    fn one_point_is_a_curve() {
        assert_eq!(medians(vec![record(Status::Unsolved, &[(1, 0.5)])]), [(1, 1, 0.5)]);
    }

    #[test]
    fn a_long_curve_keeps_its_ends() {
        let points: Vec<(u64, f64)> = (0..5001).map(|e| (e, 1.0)).collect();
        let medians = medians(vec![record(Status::Unsolved, &points)]);
        assert_eq!((medians.len(), medians[0].0, medians[POINTS - 1].0), (POINTS, 0, 5000));
    }
}
