//! The answer, as data: a row for each cell and a sentence for each pair of cells. The command line prints it.
//!
//! A sentence says that there is a difference when p after Holm's correction is below [`LEVEL`], and then names who is ahead on
//! how many seeds. Otherwise it says that these seeds can show none, which is not the same as that there is none.

use crate::comparison::{Comparison, Measure};
use crate::effect::Effect;
use crate::runs::Runs;
use crate::statistics::Interval;
use crate::statistics::proportion::Pairs;
use crate::study::Better;
use crate::summary::{CellSummary, Mean};
use crate::{Analysis, Status, Study};

/// The level that p after Holm's correction is held against.
pub const LEVEL: f64 = 0.05;

/// The answer of a study, finished or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Finished runs.
    pub finished: usize,
    /// Planned runs.
    pub planned: usize,
    /// The final metric that the table shows, by its place in the study: that of the criterion; else the first with a
    /// better direction, one from test data before others.
    pub metric: Option<usize>,
    /// A row for each cell, in the order of the plan.
    pub cells: Vec<Row>,
    /// A sentence for each pair of cells that was compared (two where a criterion was set that neither met).
    pub sentences: Vec<Sentence>,
}

/// A cell in the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Label of the learner.
    pub learner: String,
    /// The axes that it has, with its values.
    pub axes: Vec<(String, String)>,
    /// n, solved, median epochs, every final metric.
    pub summary: CellSummary,
    /// The final metric of [`Verdict::metric`].
    pub metric: Option<Mean>,
}

/// What the runs say of two cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// The comparison that it states.
    pub comparison: Comparison,
    /// Place in the plan of the cell that is ahead; `None` where that cannot be said.
    pub ahead: Option<usize>,
    /// The sentence.
    pub text: String,
    /// What its text begins with: the values that both cells share, `With network.activation = tanh: `, or nothing.
    pub context: String,
}

/// The verdict on these runs.
pub fn verdict(runs: &Runs, analysis: &Analysis) -> Verdict {
    let study = runs.study();
    let metric = chosen_metric(study);
    let rows = analysis.summaries.iter().map(|summary| {
        let cell = &study.cells[summary.cell];
        let axes = study.axes.iter().zip(&cell.axes);
        Row {
            learner: cell.learner.clone(),
            axes: axes.filter_map(|(axis, value)| Some((axis.clone(), value.clone()?))).collect(),
            metric: metric.and_then(|metric| summary.finals[metric]),
            summary: summary.clone(),
        }
    });
    Verdict {
        finished: runs.finished(),
        planned: runs.planned(),
        metric,
        cells: rows.collect(),
        sentences: sentences(runs, &analysis.comparisons, metric),
    }
}

/// The final metric that a verdict shows; see [`Verdict::metric`].
pub fn chosen_metric(study: &Study) -> Option<usize> {
    let criterion = study.cells.iter().find_map(|cell| cell.criterion.as_deref());
    let criterion = criterion.and_then(|text| text.split_whitespace().next());
    let of_criterion = criterion.and_then(|name| {
        let is = |metric: &str| metric == name || metric.strip_prefix("train_") == Some(name);
        study.finals.iter().position(|metric| is(&metric.name))
    });
    let directed = |from: &str| {
        study.finals.iter().position(|m| m.better != Better::Neither && m.name.starts_with(from))
    };
    of_criterion.or_else(|| directed("test_")).or_else(|| directed(""))
}

/// A sentence for each pair of cells among the comparisons, on speed where both have a criterion, else on the metric.
pub fn sentences(runs: &Runs, comparisons: &[Comparison], metric: Option<usize>) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for pair in comparisons.chunk_by(|x, y| (x.a, x.b) == (y.a, y.b)) {
        let on = |measure| pair.iter().copied().find(|comparison| comparison.measure == measure);
        let names = Names::of(runs.study(), &pair[0]);
        if let Some(comparison) = on(Measure::Faster) {
            let none_solved = [comparison.a, comparison.b]
                .iter()
                .all(|&cell| runs.of(cell).all(|record| record.status != Status::Solved));
            if !none_solved {
                let limits =
                    [comparison.a, comparison.b].map(|cell| runs.study().cells[cell].max_epochs);
                sentences.push(on_speed(comparison, &names, limits[0].min(limits[1])));
                continue;
            }
            let Names { a, b, context } = &names;
            let seeds = seeds(comparison.pairs.n);
            let text = format!("{context}Neither {a} nor {b} was solved on any of {seeds}.");
            let context = context.clone();
            sentences.push(Sentence { comparison, ahead: None, text, context });
        }
        if let Some((metric, comparison)) = metric.and_then(|m| Some((m, on(Measure::Final(m))?))) {
            let metric = &runs.study().finals[metric];
            sentences.push(on_metric(comparison, &names, &metric.name, metric.better));
        }
    }
    sentences
}

fn on_speed(comparison: Comparison, names: &Names, limit: u64) -> Sentence {
    let Comparison { a: cell_a, b: cell_b, pairs, .. } = comparison;
    let Names { a, b, context } = names;
    let p = p_text(comparison.p_holm);
    let Pairs { n, first, second } = pairs;
    let ties = n - first - second;
    let (ahead, text) = if first + second == 0 {
        let same = format!("{} neither {a} nor {b} is solved sooner", on_each(n));
        (None, format!("{context}No difference in speed: {same} (difference 0, {p})."))
    } else if !is_shown(&comparison) || first == second {
        let count = format!("{a} is solved sooner on {first}, {b} on {second}, neither on {ties}");
        (
            None,
            format!("{context}No difference in speed that {} can show: {count} ({p}).", seeds(n)),
        )
    } else {
        let (cell, winner, loser, won, lost) = if first > second {
            (cell_a, a, b, first, second)
        } else {
            (cell_b, b, a, second, first)
        };
        let mut text =
            format!("{context}{winner} is solved sooner than {loser}: on {won} of {}", seeds(n));
        if lost > 0 {
            text += &format!(", {loser} on {lost}");
        }
        if ties > 0 {
            text += &format!(", neither on {ties}");
        }
        let later = comparison.effect.map(|effect| in_epochs(effect, first > second, limit));
        (Some(cell), format!("{text} ({p}){}.", later.unwrap_or_default()))
    };
    Sentence { comparison, ahead, text, context: context.clone() }
}

/// By how many epochs the winner, the first or the second, is ahead on average, of those that a run may take:
/// `, by 132 of 400 epochs on average (…)`.
fn in_epochs(effect: Effect, first_wins: bool, limit: u64) -> String {
    let turned = |value: f64| if first_wins { -value } else { value };
    let ahead = turned(effect.estimate);
    let interval = effect.interval.map(|it| {
        let (from, to) = (turned(it.low), turned(it.high));
        let (from, to) = (from.min(to), from.max(to));
        format!(" (95 % interval {} to {})", short(from), short(to))
    });
    let interval = interval.unwrap_or_default();
    match ahead {
        ahead if ahead > 0.0 => {
            format!(", by {} of {limit} epochs on average{interval}", short(ahead))
        }
        _ => format!(", though by {} of {limit} epochs on average{interval}", short(ahead)),
    }
}

fn on_metric(comparison: Comparison, names: &Names, metric: &str, better: Better) -> Sentence {
    let Comparison { a: cell_a, b: cell_b, pairs, estimate, .. } = comparison;
    let Names { a, b, context } = names;
    let Pairs { n, first, second } = pairs;
    let seeds = seeds(n);
    let word = if better == Better::Lower { "lower" } else { "higher" };
    let count = format!("{a} ends {word} on {first}, {b} on {second}");
    let p = p_text(comparison.p_holm);
    // whom the mean favours; the test is of ranks, and need not agree with it
    let for_a = if better == Better::Lower { estimate < 0.0 } else { estimate > 0.0 };
    let difference = match comparison.interval {
        Some(i) => format!(
            "mean difference {} (95 % interval {} to {}; {p})",
            short(estimate),
            short(i.low),
            short(i.high)
        ),
        None if estimate.is_finite() => format!("mean difference {} ({p})", short(estimate)),
        None => format!("the mean difference is not finite ({p})"),
    };
    let is_same = comparison.interval == Some(Interval { low: 0.0, high: 0.0 });
    let (ahead, text) = if is_same && first + second == 0 {
        let each = on_each(n);
        (None, format!("No difference in {metric}: it is the same {each} (difference 0, {p})."))
    } else if comparison.p.is_none() {
        let why = "on some seed the difference is not a number";
        (None, format!("{a} and {b} cannot be compared on {metric}: {why}; of {seeds} {count}."))
    } else if !is_shown(&comparison) {
        (None, format!("No difference in {metric} that {seeds} can show: {count}, {difference}."))
    } else if first > second && for_a {
        (
            Some(cell_a),
            format!("{a} ends with {word} {metric} than {b}: on {first} of {seeds}, {difference}."),
        )
    } else if second > first && !for_a {
        (
            Some(cell_b),
            format!(
                "{b} ends with {word} {metric} than {a}: on {second} of {seeds}, {difference}, {a} minus {b}."
            ),
        )
    } else {
        let but = "but ranks, counts and mean do not point one way";
        (None, format!("{a} and {b} differ in {metric}, {but}: of {seeds} {count}, {difference}."))
    };
    let text = format!("{context}{text}");
    Sentence { comparison, ahead, text, context: context.clone() }
}

fn is_shown(comparison: &Comparison) -> bool {
    comparison.p_holm.is_some_and(|p| p < LEVEL)
}

/// What two cells are called: by what they differ in, and before the sentence what they share.
struct Names {
    a: String,
    b: String,
    context: String,
}

impl Names {
    fn of(study: &Study, comparison: &Comparison) -> Names {
        let cells = [&study.cells[comparison.a], &study.cells[comparison.b]];
        let axes = || study.axes.iter().zip(&cells[0].axes).zip(&cells[1].axes);
        let name = |side: usize| {
            let own: Vec<String> = axes()
                .filter(|((_, a), b)| a != b)
                .filter_map(|((axis, a), b)| Some(format!("{axis} = {}", [a, b][side].as_ref()?)))
                .collect();
            let learner = &cells[side].learner;
            if own.is_empty() { learner.clone() } else { format!("{learner} ({})", own.join(", ")) }
        };
        let shared: Vec<String> = axes()
            .filter(|((_, a), b)| a == b)
            .filter_map(|((axis, a), _)| Some(format!("{axis} = {}", a.as_ref()?)))
            .collect();
        let context =
            if shared.is_empty() { String::new() } else { format!("With {}: ", shared.join(", ")) };
        Names { a: name(0), b: name(1), context }
    }
}

fn seeds(n: usize) -> String {
    if n == 1 { "1 seed".to_owned() } else { format!("{n} seeds") }
}

fn on_each(n: usize) -> String {
    format!("on {}{}", if n == 1 { "" } else { "each of " }, seeds(n))
}

fn p_text(p: Option<f64>) -> String {
    match p {
        None => "no test".to_owned(),
        Some(0.0) => "p < 1e-300 after Holm".to_owned(),
        Some(p) if p < 0.001 => format!("p = {p:.0e} after Holm"),
        Some(p) => format!("p = {} after Holm", trimmed(format!("{p:.3}"))),
    }
}

/// Three significant digits, as the sentences have them.
pub fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = format!("{value:.2e}");
    let power: i32 =
        exponent.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    match power {
        -4..=2 => trimmed(format!("{value:.*}", (2 - power) as usize)),
        3..=5 => format!("{value:.0}"),
        _ => exponent,
    }
}

fn trimmed(decimal: String) -> String {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        decimal
    }
}
