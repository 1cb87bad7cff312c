//! The bytes of the tables of a result folder. They are a function of the study and the finished runs.
//!
//! UTF-8, LF, a header row, a comma between fields, quotes only where a field needs them (`"V(A,food)"`). Numbers are the
//! shortest that read back to the same bits; what is missing is empty. Cells come in the order of the plan, seeds in that of
//! the study. What is not finished has no row, except in `summary.csv`, where n says so.

use std::borrow::Borrow;
use std::io::{self, Write};

use serde::Serialize;

use crate::columns::columns;
use crate::comparison::Comparison;
use crate::number;
use crate::runs::Runs;
use crate::statistics::Interval;
use crate::study::{Cell, Edge};
use crate::summary::CellSummary;
use crate::tuning::{TrialSummary, chosen};
use crate::{Record, Study};

/// `runs.csv`: a row for every finished run.
pub fn runs(runs: &Runs) -> Vec<u8> {
    in_memory(|out| write_runs(runs, out))
}

/// [`runs`], row by row, however many there are.
///
/// # Errors
/// Those of `out`.
pub fn write_runs(runs: &Runs, out: impl Write) -> io::Result<()> {
    let study = runs.study();
    let mut table = Table::to(out);
    let metrics = study.finals.iter().map(|metric| metric.name.as_str());
    table.row(
        (["cell", "learner"].into_iter())
            .chain(study.axes.iter().map(String::as_str))
            .chain(["seed", "status", "epochs", "solved_epoch"])
            .chain(metrics),
    )?;
    for (place, cell) in study.cells.iter().enumerate() {
        for record in runs.of(place) {
            let mut row = cell_fields(cell);
            row.extend([
                record.seed.to_string(),
                record.status.name().to_owned(),
                record.epochs.to_string(),
                or_empty(record.solved_epoch.map(|epoch| epoch.to_string())),
            ]);
            let value = |name: &str| or_empty(record.final_metric(name).map(number::csv));
            row.extend(study.finals.iter().map(|metric| value(&metric.name)));
            table.row(row)?;
        }
    }
    table.end()
}

/// `curves.csv`: a row for every point of every curve; metrics in the order of the study, then epochs.
pub fn curves(runs: &Runs) -> Vec<u8> {
    in_memory(|out| write_curves(runs.study(), runs.in_order().map(Ok), out))
}

/// [`curves`] of finished runs in the order of the plan, row by row; none of them is held.
///
/// # Errors
/// Those of the records and of `out`.
pub fn write_curves<R: Borrow<Record>>(
    study: &Study,
    records: impl Iterator<Item = io::Result<R>>,
    out: impl Write,
) -> io::Result<()> {
    let mut table = Table::to(out);
    table.row(["cell", "seed", "epoch", "metric", "value"])?;
    for record in records {
        let record = record?;
        let Record { cell, seed, curves, .. } = record.borrow();
        let seed = seed.to_string();
        for metric in &study.curves {
            for series in curves.iter().filter(|series| series.metric == metric.name) {
                for (epoch, &value) in series.epochs.iter().zip(&series.values) {
                    let (epoch, value) = (epoch.to_string(), number::csv(value));
                    table.row([cell, &seed, &epoch, &metric.name, &value])?;
                }
            }
        }
    }
    table.end()
}

/// `summary.csv`: a row for every cell of the plan.
pub fn summary(runs: &Runs, summaries: &[CellSummary]) -> Vec<u8> {
    let study = runs.study();
    in_memory(|out| {
        let mut table = Table::to(out);
        let mut header: Vec<String> = ["cell", "learner"].map(str::to_owned).to_vec();
        header.extend(study.axes.iter().cloned());
        header.extend(
            [
                "n",
                "solved",
                "success_rate",
                "success_low",
                "success_high",
                "median_epochs",
                "median_epochs_low",
                "median_epochs_high",
            ]
            .map(str::to_owned),
        );
        for metric in &study.finals {
            header.extend(["mean", "low", "high"].map(|end| format!("{}_{end}", metric.name)));
        }
        table.row(header)?;
        for summary in summaries {
            let mut row = cell_fields(&study.cells[summary.cell]);
            row.push(summary.n.to_string());
            match &summary.success {
                None => row.extend([const { String::new() }; 7]),
                Some(success) => {
                    row.extend([success.solved.to_string(), number::csv(success.rate)]);
                    row.extend(ends(Some(success.interval)));
                    let epochs = [success.epochs.median, success.epochs.low, success.epochs.high];
                    row.extend(epochs.map(|epoch| or_empty(epoch.map(|epoch| epoch.to_string()))));
                }
            }
            for mean in &summary.finals {
                row.push(or_empty(mean.map(|mean| number::csv(mean.mean))));
                row.extend(ends(mean.and_then(|mean| mean.interval)));
            }
            table.row(row)?;
        }
        table.end()
    })
}

/// `comparisons.csv`: a row for every pair of cells and measure. An axis that the two cells do not share is empty.
pub fn comparisons(runs: &Runs, comparisons: &[Comparison]) -> Vec<u8> {
    let study = runs.study();
    in_memory(|out| {
        let mut table = Table::to(out);
        table.row(
            (["cell_a", "cell_b", "learner_a", "learner_b"].into_iter())
                .chain(study.axes.iter().map(String::as_str))
                .chain(["measure", "n", "estimate", "low", "high", "p", "p_holm"]),
        )?;
        for comparison in comparisons {
            let (a, b) = (&study.cells[comparison.a], &study.cells[comparison.b]);
            let mut row = [&a.id, &b.id, &a.learner, &b.learner].map(String::clone).to_vec();
            row.extend(a.axes.iter().zip(&b.axes).map(|(a, b)| {
                let shared = if a == b { a.clone() } else { None };
                or_empty(shared)
            }));
            row.extend([
                comparison.measure.name(study).to_owned(),
                comparison.pairs.n.to_string(),
                number::csv(comparison.estimate),
            ]);
            row.extend(ends(comparison.interval));
            row.extend([comparison.p, comparison.p_holm].map(|p| or_empty(p.map(number::csv))));
            table.row(row)?;
        }
        table.end()
    })
}

/// `tuning.csv`: a row for every trial of every search, in order; `None` for a study without tuning.
pub fn tuning(runs: &Runs, tunings: &[Vec<TrialSummary>]) -> Option<Vec<u8>> {
    let study = runs.study();
    let tuning = study.tuning.as_ref()?;
    Some(in_memory(|out| {
        let mut table = Table::to(out);
        let mut header: Vec<String> = ["cell", "learner"].map(str::to_owned).to_vec();
        header.extend(study.axes.iter().chain(&tuning.keys).cloned());
        header.extend(TRIAL.map(str::to_owned));
        header.extend(tuning.select.column());
        header.extend(["rank", "chosen", "at_edge"].map(str::to_owned));
        table.row(header)?;
        for (search, summaries) in tuning.searches.iter().zip(tunings) {
            let best = chosen(summaries, tuning.seeds.len());
            for (place, (trial, summary)) in search.trials.iter().zip(summaries).enumerate() {
                let mut row = cell_fields(&study.cells[search.cell]);
                row[0].clone_from(&trial.id);
                row.extend(trial.values.iter().map(|value| or_empty(value.clone())));
                row.extend([summary.n, summary.diverged].map(|count| count.to_string()));
                match &summary.success {
                    None => row.extend([const { String::new() }; 6]),
                    Some(success) => {
                        row.extend([success.solved.to_string(), number::csv(success.rate)]);
                        row.extend(ends(Some(success.interval)));
                        row.push(or_empty(success.median.map(|epoch| epoch.to_string())));
                        row.push(number::csv(success.mean_epochs));
                    }
                }
                row.extend(
                    tuning.select.column().map(|_| or_empty(summary.metric.map(number::csv))),
                );
                row.push(summary.rank.to_string());
                row.push((best == Some(place)).to_string());
                row.push(at_edge(&tuning.keys, &trial.edges));
                table.row(row)?;
            }
        }
        table.end()
    }))
}

/// Columns of `tuning.csv` between the tuned keys and what is selected by.
const TRIAL: [&str; 8] = [
    "n",
    "diverged",
    "solved",
    "success_rate",
    "success_low",
    "success_high",
    "median_epochs",
    "mean_epochs",
];

/// `low` or `high`, with the key where there are several: `learning_rate low, lambda high`.
fn at_edge(keys: &[String], edges: &[Option<Edge>]) -> String {
    let ends = keys.iter().zip(edges).filter_map(|(key, edge)| Some((key, edge.as_ref()?.name())));
    let named = ends.map(|(key, end)| match keys.len() {
        1 => end.to_owned(),
        _ => format!("{key} {end}"),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// `columns.json`: file, name, unit and meaning of every column of these tables, in their order.
pub fn columns_json(study: &Study) -> Vec<u8> {
    let mut json = pretty(&columns(study));
    json.push(b'\n');
    json
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("columns hold only text")
}

fn cell_fields(cell: &Cell) -> Vec<String> {
    let mut row = vec![cell.id.clone(), cell.learner.clone()];
    row.extend(cell.axes.iter().map(|value| or_empty(value.clone())));
    row
}

fn ends(interval: Option<Interval>) -> [String; 2] {
    let end = |value: fn(Interval) -> f64| or_empty(interval.map(|i| number::csv(value(i))));
    [end(|interval| interval.low), end(|interval| interval.high)]
}

fn or_empty(field: Option<String>) -> String {
    field.unwrap_or_default()
}

struct Table<W: Write>(csv::Writer<W>);

impl<W: Write> Table<W> {
    fn to(out: W) -> Self {
        let line_feed = csv::Terminator::Any(b'\n');
        Table(csv::WriterBuilder::new().terminator(line_feed).from_writer(out))
    }

    fn row(&mut self, fields: impl IntoIterator<Item = impl AsRef<[u8]>>) -> io::Result<()> {
        Ok(self.0.write_record(fields)?)
    }

    fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn in_memory(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("rows of a table are of one length, and memory can be written");
    bytes
}
