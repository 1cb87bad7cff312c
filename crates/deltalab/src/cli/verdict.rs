//! The answer of a study: a table of cells, and what was found of each pair of them.

use super::cells::{self, MOST_ROWS};
use super::json::{interval, number};
use super::table::{Align, Table};
use super::terminal::{BOLD, DIM, styled};
use super::words::{count, counted, wrapped};
use deltalab_results::statistics::Interval;
use deltalab_results::strengths;
use deltalab_results::summary::{Mean, Success};
use deltalab_results::tuning::at_the_border;
use deltalab_results::verdict::{Row, Sentence, Verdict, short};
use deltalab_results::{Better, Runs, Status, Study, Tuning};
use serde_json::{Value as Json, json};

/// Sentences that are printed at most; `comparisons.csv` holds every comparison.
const MOST_SENTENCES: usize = 12;

/// Final metrics that are shown where none of them is the one to go by.
const MOST_METRICS: usize = 4;

/// Final metrics that are shown beside the one to go by, where there is room.
const MORE_METRICS: usize = 1;

/// Associative strengths that are shown; `curves.csv` holds all.
const MOST_STRENGTHS: usize = 6;

/// The verdict as text; `folder` is where the rest stands, with its slash.
pub fn text(runs: &Runs, verdict: &Verdict, folder: &str) -> String {
    let study = runs.study();
    let mut lines = vec![styled(BOLD, &study.name) + &heading(runs, verdict), String::new()];
    let table = cells::table(study, |table| fill(table, runs, verdict));
    lines.extend(table.lines(MOST_ROWS));
    if study.cells.len() > MOST_ROWS {
        lines.push(styled(
            DIM,
            format!("All {} cells: {folder}summary.csv", count(study.cells.len() as u64)),
        ));
    }
    if study.seeds.len() > 1 {
        lines.push(styled(DIM, "In brackets: 95 % intervals."));
    }
    if let Some(tuning) = &study.tuning {
        lines.push(styled(DIM, wrapped(&tuned(tuning, folder), "  ")));
        let border = at_the_border(study);
        lines.extend(
            border.iter().take(MOST_SENTENCES).map(|it| wrapped(&format!("Warning: {it}"), "  ")),
        );
        if border.len() > MOST_SENTENCES {
            let more = counted((border.len() - MOST_SENTENCES) as u64, "more value");
            lines.push(format!("… and {more} on the border: {folder}tuning.csv"));
        }
    }
    if !strengths::names(study).is_empty() {
        lines.push(String::new());
        lines.extend(
            strengths::sentences(runs)
                .iter()
                .take(MOST_SENTENCES)
                .map(|sentence| wrapped(sentence, "  ")),
        );
        return lines.join("\n") + "\n";
    }
    if !verdict.sentences.is_empty() {
        lines.push(String::new());
    }
    let (told, left) = telling(&verdict.sentences);
    lines.extend(told.iter().map(|sentence| wrapped(&sentence.text, "  ")));
    if !left.is_empty() {
        let open = left.iter().filter(|sentence| sentence.ahead.is_none()).count();
        let of_them = match open {
            0 => String::new(),
            open => format!(
                ", {} of them without a difference that these seeds can show",
                count(open as u64)
            ),
        };
        let more = counted(left.len() as u64, "more comparison");
        lines.push(styled(
            DIM,
            wrapped(&format!("… and {more}{of_them}: {folder}comparisons.csv"), "  "),
        ));
    }
    lines.join("\n") + "\n"
}

/// How the values came about.
fn tuned(tuning: &Tuning, folder: &str) -> String {
    format!(
        "Tuned by {} on {} of its own: {} in {folder}tuning.csv.",
        tuning.select.name(),
        counted(tuning.seeds.len() as u64, "seed"),
        counted(tuning.trials().count() as u64, "trial"),
    )
}

fn heading(runs: &Runs, verdict: &Verdict) -> String {
    let study = runs.study();
    let size = format!(
        ": {} × {}",
        counted(study.cells.len() as u64, "cell"),
        counted(study.seeds.len() as u64, "seed")
    );
    let partial = match verdict.finished == verdict.planned {
        true => String::new(),
        false => format!(
            ", partial {}/{}",
            count(verdict.finished as u64),
            count(verdict.planned as u64)
        ),
    };
    let shared: String = cells::shared(study).iter().map(|value| format!(", {value}")).collect();
    size + &partial + &shared + &criterion(study)
}

/// `; solved: sse < 0.1 within 5,000 epochs`, where that is the same for all.
fn criterion(study: &Study) -> String {
    let Some(first) = study.cells.first() else { return String::new() };
    let same = study
        .cells
        .iter()
        .all(|cell| cell.criterion == first.criterion && cell.max_epochs == first.max_epochs);
    match &first.criterion {
        Some(criterion) if same => {
            format!("; solved: {criterion} within {}", counted(first.max_epochs, "epoch"))
        }
        _ => String::new(),
    }
}

fn fill(table: &mut Table, runs: &Runs, verdict: &Verdict) {
    let study = runs.study();
    let row = |text: fn(&Row) -> String| verdict.cells.iter().map(text).collect::<Vec<_>>();
    if verdict.cells.iter().any(|row| row.summary.success.is_some()) {
        pair(
            table,
            "solved/n",
            row(solved),
            row(|row| with(row, |success| percent(success.interval))),
        );
        pair(
            table,
            "median epochs",
            row(|row| with(row, median)),
            row(|row| with(row, median_interval)),
        );
    } else {
        table.column("n", Align::Right, row(|row| row.summary.n.to_string()));
    }
    let strengths = strengths::names(study);
    let metrics = if strengths.is_empty() { shown_metrics(study, verdict) } else { Vec::new() };
    for name in strengths.iter().take(MOST_STRENGTHS) {
        let last = |cell| strengths::last(runs, cell, name).map(short).unwrap_or_default();
        table.column(name, Align::Right, (0..study.cells.len()).map(last));
    }
    for metric in metrics {
        let means = || verdict.cells.iter().map(move |row| row.summary.finals[metric]);
        let bracket = |m: Option<Mean>| m.and_then(|m| m.interval).map(bracket).unwrap_or_default();
        let values = means().map(|m| m.map(mean).unwrap_or_default()).collect();
        pair(table, &study.finals[metric].name, values, means().map(bracket).collect());
    }
    let diverged = |cell| runs.of(cell).filter(|record| record.status == Status::Diverged).count();
    let diverged: Vec<usize> = (0..study.cells.len()).map(diverged).collect();
    if diverged.iter().any(|&count| count > 0) {
        table.column("diverged", Align::Right, diverged.iter().map(ToString::to_string));
    }
}

/// A column of values to the right and their intervals beside them, under one heading.
fn pair(table: &mut Table, heading: &str, values: Vec<String>, intervals: Vec<String>) {
    let widest = values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
    let both = values
        .into_iter()
        .zip(intervals)
        .map(|(value, interval)| format!("{value:>widest$} {interval}"));
    table.column(heading, Align::Left, both);
}

fn solved(row: &Row) -> String {
    match row.summary.success {
        Some(success) => format!("{}/{}", success.solved, row.summary.n),
        None => format!("–/{}", row.summary.n),
    }
}

fn with(row: &Row, text: fn(Success) -> String) -> String {
    row.summary.success.map(text).unwrap_or_default()
}

/// The metric that the verdict goes by; without a criterion there is room for others of the test data. Without any, the first.
fn shown_metrics(study: &Study, verdict: &Verdict) -> Vec<usize> {
    let Some(first) = verdict.metric else {
        return (0..study.finals.len().min(MOST_METRICS)).collect();
    };
    let criterion = study.cells.iter().any(|cell| cell.criterion.is_some());
    let tested = |&metric: &usize| {
        metric != first
            && study.finals[metric].name.starts_with("test_")
            && study.finals[metric].better != Better::Neither
    };
    let others =
        (0..study.finals.len()).filter(tested).take(if criterion { 0 } else { MORE_METRICS });
    [first].into_iter().chain(others).collect()
}

fn median(success: Success) -> String {
    success.epochs.median.map_or("not reached".to_string(), count)
}

fn median_interval(success: Success) -> String {
    let end = |end: Option<u64>| end.map_or("…".to_string(), count);
    match success.epochs.median {
        Some(_) => format!("[{}, {}]", end(success.epochs.low), end(success.epochs.high)),
        None => success.epochs.low.map_or(String::new(), |low| format!("[{}, …]", count(low))),
    }
}

fn mean(mean: Mean) -> String {
    if mean.mean.is_finite() { short(mean.mean) } else { "not finite".to_string() }
}

fn bracket(Interval { low, high }: Interval) -> String {
    format!("[{}, {}]", short(low), short(high))
}

fn percent(Interval { low, high }: Interval) -> String {
    format!("[{:.0}, {:.0}] %", 100.0 * low, 100.0 * high)
}

/// The sentences to print, in the order of the plan: all of them, or those with the smallest p. And the others.
fn telling(sentences: &[Sentence]) -> (Vec<&Sentence>, Vec<&Sentence>) {
    let mut order: Vec<usize> = (0..sentences.len()).collect();
    let p = |index: &usize| sentences[*index].comparison.p_holm.unwrap_or(1.0);
    order.sort_by(|a, b| p(a).total_cmp(&p(b)));
    let mut told: Vec<usize> = order.iter().copied().take(MOST_SENTENCES).collect();
    told.sort_unstable();
    let left = (0..sentences.len()).filter(|index| told.binary_search(index).is_err());
    (
        told.iter().map(|&index| &sentences[index]).collect(),
        left.map(|index| &sentences[index]).collect(),
    )
}

/// The verdict as JSON.
pub fn json(runs: &Runs, verdict: &Verdict) -> Json {
    let study = runs.study();
    let cells = verdict.cells.iter().map(|row| {
        let diverged = runs.of(row.summary.cell).filter(|record| record.status == Status::Diverged).count();
        let axes: serde_json::Map<_, _> = row.axes.iter().map(|(axis, value)| (axis.clone(), json!(value))).collect();
        let finals = study.finals.iter().zip(&row.summary.finals);
        let finals: serde_json::Map<_, _> = finals
            .filter_map(|(metric, mean)| {
                let mean = (*mean)?;
                Some((metric.name.clone(), json!({ "mean": number(mean.mean), "interval": interval(mean.interval), "n": mean.n })))
            })
            .collect();
        let strengths = strengths::names(study).into_iter().filter_map(|name| {
            Some((name.to_string(), number(strengths::last(runs, row.summary.cell, name)?)))
        });
        let success = row.summary.success.map(|success| {
            json!({
                "solved": success.solved,
                "rate": number(success.rate),
                "rate_interval": interval(Some(success.interval)),
                "median_epochs": success.epochs.median,
                "median_epochs_interval": [success.epochs.low, success.epochs.high],
            })
        });
        json!({
            "cell": study.cells[row.summary.cell].id,
            "learner": row.learner,
            "axes": axes,
            "tuned": study.cells[row.summary.cell].tuned,
            "n": row.summary.n,
            "diverged": diverged,
            "success": success,
            "finals": finals,
            "strengths": strengths.collect::<serde_json::Map<_, _>>(),
        })
    });
    let comparisons = verdict.sentences.iter().map(|sentence| {
        let comparison = &sentence.comparison;
        let id = |cell: usize| &study.cells[cell].id;
        json!({
            "cell_a": id(comparison.a),
            "cell_b": id(comparison.b),
            "measure": comparison.measure.name(study),
            "n": comparison.pairs.n,
            "a_better": comparison.pairs.first,
            "b_better": comparison.pairs.second,
            "estimate": number(comparison.estimate),
            "interval": interval(comparison.interval),
            "effect": comparison.effect.map(|effect| json!({ "estimate": number(effect.estimate), "interval": interval(effect.interval) })),
            "p": comparison.p.map(number),
            "p_holm": comparison.p_holm.map(number),
            "ahead": sentence.ahead.map(id),
            "sentence": sentence.text,
        })
    });
    json!({
        "finished": verdict.finished,
        "planned": verdict.planned,
        "metric": verdict.metric.map(|metric| &study.finals[metric].name),
        "cells": cells.collect::<Vec<_>>(),
        "comparisons": comparisons.collect::<Vec<_>>(),
        "warnings": at_the_border(study),
    })
}
