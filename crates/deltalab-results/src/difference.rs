//! Where two records of one run differ, bit by bit.
//!
//! Two numbers are the same if their bits are, or both are NaN: the sign and payload of a NaN are the machine's.

use std::collections::BTreeMap;

use crate::{Record, number};

/// A number or word in which two records differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where: a column of `runs.csv`, `pattern_updates`, or `sse at epoch 20` of a curve.
    pub column: String,
    /// What the first record has; empty: nothing.
    pub first: String,
    /// What the second has.
    pub second: String,
}

/// What of two records is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// Everything.
    Whole,
    /// What the tables hold: all but `pattern_updates`.
    Tables,
    /// What `runs.csv` holds: neither curves nor `pattern_updates`.
    Runs,
}

/// Every difference between two records of the same cell and seed, in the order of the columns.
///
/// ```
/// use deltalab_results::{Record, Status, difference::{Compared, differences}};
/// let run = |sse: f64| Record {
///     cell: "5b1e0c88a2d4".into(), seed: 0, status: Status::Solved, epochs: 212, solved_epoch: Some(212),
///     finals: vec![("train_sse".into(), sse)], curves: vec![], pattern_updates: 848,
/// };
/// assert!(differences(&run(0.1), &run(0.1), Compared::Whole).is_empty());
/// let next = f64::from_bits(0.1_f64.to_bits() + 1);
/// let found = differences(&run(0.1), &run(next), Compared::Whole);
/// assert_eq!((&*found[0].column, &*found[0].second), ("train_sse", "0.10000000000000002"));
/// ```
pub fn differences(first: &Record, second: &Record, what: Compared) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |column: &str, first: String, second: String| {
        if first != second {
            found.push(Difference { column: column.to_owned(), first, second });
        }
    };
    let epoch = |record: &Record| record.solved_epoch.map(|it| it.to_string()).unwrap_or_default();
    compare("status", first.status.name().to_owned(), second.status.name().to_owned());
    compare("epochs", first.epochs.to_string(), second.epochs.to_string());
    compare("solved_epoch", epoch(first), epoch(second));
    let value = |record: &Record, name: &str| record.final_metric(name).map(number::csv);
    for (name, _) in &first.finals {
        let values = [first, second].map(|record| value(record, name).unwrap_or_default());
        let [first, second] = values;
        compare(name, first, second);
    }
    for (name, _) in second.finals.iter().filter(|(name, _)| first.final_metric(name).is_none()) {
        compare(name, String::new(), value(second, name).unwrap_or_default());
    }
    if what != Compared::Runs {
        let names = |record: &Record| -> Vec<String> {
            record
                .curves
                .iter()
                .filter(|s| !s.epochs.is_empty())
                .map(|s| s.metric.clone())
                .collect()
        };
        let mut metrics = names(first);
        metrics.extend(names(second).into_iter().filter(|name| !names(first).contains(name)));
        for metric in metrics {
            curve(first, second, &metric, &mut compare);
        }
    }
    if what == Compared::Whole {
        let updates = [first, second].map(|record| record.pattern_updates.to_string());
        let [first, second] = updates;
        compare("pattern_updates", first, second);
    }
    found
}

/// The points of a curve, epoch by epoch: those of the first, then those that the second has besides.
fn curve(
    first: &Record,
    second: &Record,
    metric: &str,
    compare: &mut impl FnMut(&str, String, String),
) {
    let points = |record: &Record| -> Vec<(u64, f64)> {
        let series = record.curves.iter().filter(|series| series.metric == metric);
        series.flat_map(|s| s.epochs.iter().copied().zip(s.values.iter().copied())).collect()
    };
    let (first, second) = (points(first), points(second));
    let same = |(a, b): (&(u64, f64), &(u64, f64))| {
        a.0 == b.0 && (a.1.to_bits() == b.1.to_bits() || a.1.is_nan() && b.1.is_nan())
    };
    if first.len() == second.len() && first.iter().zip(&second).all(same) {
        return;
    }
    let mut values: BTreeMap<u64, [Option<f64>; 2]> = BTreeMap::new();
    for (side, points) in [&first, &second].into_iter().enumerate() {
        for &(epoch, value) in points {
            values.entry(epoch).or_default()[side] = Some(value);
        }
    }
    for (epoch, values) in values {
        let [first, second] = values.map(|value| value.map(number::csv).unwrap_or_default());
        compare(&format!("{metric} at epoch {epoch}"), first, second);
    }
}
