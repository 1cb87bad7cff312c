//! The tables of a report: summary, comparisons, tuning.

use deltalab_results::comparison::{Comparison, Measure};
use deltalab_results::statistics::Interval;
use deltalab_results::strengths;
use deltalab_results::study::Edge;
use deltalab_results::summary::{Mean, Success};
use deltalab_results::verdict::{LEVEL, Verdict, short};
use deltalab_results::{Analysis, Better, Runs, Status, Study};

use super::html::{Align, Entry, Table, count, counted, escape, paragraph, ranges};

/// Comparisons that a page shows at most.
const MOST_COMPARISONS: usize = 600;
/// Trials that a page shows at most.
const MOST_TRIALS: usize = 1000;
/// Final metrics beside the one that the verdict goes by.
const MORE_METRICS: usize = 1;
/// Associative strengths that are shown.
const MOST_STRENGTHS: usize = 8;

/// The axes on which cells differ, by place, with their heading.
pub fn varying(study: &Study) -> Vec<(usize, String)> {
    let last = |axis: &str| axis.rsplit('.').next().unwrap_or_default().to_owned();
    let differs =
        |axis: usize| study.cells.iter().any(|c| c.axes[axis] != study.cells[0].axes[axis]);
    let heading = |name: &String| {
        let same = study.axes.iter().filter(|other| last(other) == last(name)).count();
        if same == 1 { last(name) } else { name.clone() }
    };
    let axes = study.axes.iter().enumerate().filter(|(axis, _)| differs(*axis));
    axes.map(|(axis, name)| (axis, heading(name))).collect()
}

/// A row for each cell.
pub fn summary(runs: &Runs, verdict: &Verdict) -> String {
    let study = runs.study();
    let mut table = Table::new("Every cell: a learner with its values of the grid");
    table.column("learner", "", Align::Left);
    let axes = varying(study);
    for (axis, heading) in &axes {
        table.column(heading, &study.axes[*axis], Align::Left);
    }
    let keys: Vec<&String> = study.tuning.iter().flat_map(|tuning| &tuning.keys).collect();
    for key in &keys {
        table.column(key, "Value that tuning chose", Align::Right);
    }
    table.column("n", "Finished runs; none is left out", Align::Right);
    let solved = study.cells.iter().any(|cell| cell.criterion.is_some());
    if solved {
        table.column("solved", "Runs that met the criterion", Align::Right);
        table.column("solved, %", "With the 95 % score interval (Wilson)", Align::Right);
        let time = if study.time.is_empty() { "epoch" } else { &study.time };
        let meaning = "Median to the criterion (Kaplan-Meier), with its 95 % interval; unsolved runs are censored";
        table.column(&format!("median {time}s"), meaning, Align::Right);
    }
    let strengths = strengths::names(study);
    let metrics = if strengths.is_empty() { shown(study, verdict) } else { Vec::new() };
    for &metric in &metrics {
        let metric = &study.finals[metric];
        let meaning =
            format!("Mean over runs, with its 95 % bootstrap interval: {}", metric.meaning);
        table.column(&metric.name, &meaning, Align::Right);
    }
    for name in strengths.iter().take(MOST_STRENGTHS) {
        table.column(name, "Associative strength after the last trial", Align::Right);
    }
    let diverged = |cell: usize| runs.of(cell).filter(|r| r.status == Status::Diverged).count();
    let any_diverged = (0..study.cells.len()).any(|cell| diverged(cell) > 0);
    if any_diverged {
        table.column("diverged", "Runs in which a number was no longer finite", Align::Right);
    }
    for row in &verdict.cells {
        let place = row.summary.cell;
        let cell = &study.cells[place];
        let mut entries = vec![Entry::text(&cell.learner)];
        entries.extend(axes.iter().map(|(axis, _)| value(cell.axes[*axis].as_deref())));
        for key in &keys {
            let tuned = cell.tuned.iter().find(|tuned| tuned.key == **key);
            let edge = tuned.and_then(|tuned| tuned.edge).map(Edge::name).unwrap_or_default();
            let entry = value(tuned.map(|tuned| tuned.value.as_str()));
            entries.push(if edge.is_empty() { entry } else { entry.with(format!("{edge}est")) });
        }
        entries.push(whole(row.summary.n));
        if solved {
            entries.extend(success(row.summary.success));
        }
        entries.extend(metrics.iter().map(|&metric| mean(row.summary.finals[metric])));
        for name in strengths.iter().take(MOST_STRENGTHS) {
            entries.push(strengths::last(runs, place, name).map(number).unwrap_or_default());
        }
        if any_diverged {
            entries.push(whole(diverged(place)));
        }
        table.row(entries);
    }
    table.html()
}

/// The metric that the verdict goes by, and others with a direction, those of test data first.
fn shown(study: &Study, verdict: &Verdict) -> Vec<usize> {
    let mut metrics: Vec<usize> = verdict.metric.into_iter().collect();
    let directed = |m: &usize| study.finals[*m].better != Better::Neither;
    let test = |m: &usize| study.finals[*m].name.starts_with("test_");
    let all: Vec<usize> = (0..study.finals.len()).collect();
    let others = all.iter().filter(|m| test(m) && directed(m));
    let others = others.chain(all.iter().filter(|m| !test(m) && directed(m))).chain(&all);
    for &metric in others {
        if !metrics.contains(&metric) && metrics.len() <= MORE_METRICS {
            metrics.push(metric);
        }
    }
    metrics
}

fn success(success: Option<Success>) -> [Entry; 3] {
    let Some(success) = success else { return Default::default() };
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let Interval { low, high } = success.interval;
    let end = |end: Option<u64>| end.map_or("…".to_owned(), |end| count(end as usize));
    let epochs = success.epochs;
    let median = match epochs.median {
        Some(median) => Entry::number(median as f64, count(median as usize)).with(format!(
            "[{}, {}]",
            end(epochs.low),
            end(epochs.high)
        )),
        None => Entry::number(f64::INFINITY, "not reached"),
    };
    [
        whole(success.solved),
        Entry::number(success.rate, percent(success.rate)).with(format!(
            "[{}, {}]",
            percent(low),
            percent(high)
        )),
        median,
    ]
}

fn mean(mean: Option<Mean>) -> Entry {
    let Some(Mean { mean, interval, .. }) = mean else { return Entry::default() };
    let text = if mean.is_finite() { short(mean) } else { "not finite".to_owned() };
    Entry::number(mean, text).with(bracket(interval))
}

fn bracket(interval: Option<Interval>) -> String {
    interval.map(|it| format!("[{}, {}]", short(it.low), short(it.high))).unwrap_or_default()
}

fn whole(n: usize) -> Entry {
    Entry::number(n as f64, count(n))
}

fn number(value: f64) -> Entry {
    Entry::number(value, if value.is_finite() { short(value) } else { value.to_string() })
}

/// A value of the grid: a number where it is one.
fn value(text: Option<&str>) -> Entry {
    match text {
        None => Entry::text("·").soft(),
        Some(text) => match text.parse::<f64>() {
            Ok(number) => Entry::number(number, text),
            Err(_) => Entry::text(text),
        },
    }
}

/// A row for each comparison; of many, those with the smallest p.
pub fn comparisons(study: &Study, analysis: &Analysis) -> String {
    let rows = &analysis.comparisons;
    if rows.is_empty() {
        return String::new();
    }
    let mut html = paragraph(
        "Paired by seed: on each seed both cells start from the same weights and see the same order of patterns, as far as their networks are the same. p is two-sided; p (Holm) is corrected over every comparison of this study.",
    );
    let mut order: Vec<usize> = (0..rows.len()).collect();
    if rows.len() > MOST_COMPARISONS {
        let p = |place: &usize| rows[*place].p_holm.unwrap_or(f64::INFINITY);
        order.sort_by(|a, b| p(a).total_cmp(&p(b)));
        order.truncate(MOST_COMPARISONS);
        order.sort_unstable();
        html += &paragraph(&format!(
            "Shown are the {} of {} comparisons with the smallest p; comparisons.csv has all.",
            count(MOST_COMPARISONS),
            count(rows.len())
        ));
    }
    let mut table = Table::new("Every pair of cells, on every measure");
    table.column("first", "", Align::Left);
    table.column("second", "", Align::Left);
    let axes = varying(study);
    for (axis, heading) in &axes {
        table.column(heading, &study.axes[*axis], Align::Left);
    }
    let meaning = "solved: difference of success rates; faster: probability that the first is solved in fewer epochs, ties counted half; a metric: mean difference, first minus second";
    table.column("measure", meaning, Align::Left);
    table.column("n", "Seeds on which both have a finished run", Align::Right);
    table.column("estimate", "With its 95 % interval", Align::Right);
    table.column(
        "effect",
        "faster: difference of the restricted mean epochs; a metric: median difference; first minus second, with its 95 % interval",
        Align::Right,
    );
    table.column("better", "Seeds on which the first, the second is better", Align::Right);
    table.column("p", "Two-sided, uncorrected", Align::Right);
    table.column("p (Holm)", "Corrected over every comparison", Align::Right);
    for place in order {
        let row = &rows[place];
        let (a, b) = (&study.cells[row.a], &study.cells[row.b]);
        let mut entries = vec![Entry::text(&a.learner), Entry::text(&b.learner)];
        entries.extend(axes.iter().map(|(axis, _)| match (&a.axes[*axis], &b.axes[*axis]) {
            (a, b) if a == b => value(a.as_deref()),
            (Some(a), Some(b)) => Entry::text(format!("{a} / {b}")),
            (a, b) => value(a.as_deref().or(b.as_deref())),
        }));
        entries.push(Entry::text(row.measure.name(study)));
        entries.push(whole(row.pairs.n));
        entries.push(estimate(row));
        entries.push(effect(row));
        entries.push(Entry::text(format!("{} : {}", row.pairs.first, row.pairs.second)));
        entries.push(p_value(row.p));
        entries.push(p_value(row.p_holm));
        if row.p_holm.is_none_or(|p| p >= LEVEL) {
            entries = entries.into_iter().map(Entry::soft).collect();
        }
        table.row(entries);
    }
    html + &table.html()
}

fn estimate(row: &Comparison) -> Entry {
    let text = match row.measure {
        _ if !row.estimate.is_finite() => "not finite".to_owned(),
        Measure::Solved | Measure::Faster => format!("{:.2}", row.estimate),
        Measure::Final(_) => short(row.estimate),
    };
    let interval = match row.measure {
        Measure::Solved | Measure::Faster => {
            row.interval.map(|it| format!("[{:.2}, {:.2}]", it.low, it.high)).unwrap_or_default()
        }
        Measure::Final(_) => bracket(row.interval),
    };
    Entry::number(row.estimate, text).with(interval)
}

fn effect(row: &Comparison) -> Entry {
    let Some(effect) = row.effect else { return Entry::default() };
    number(effect.estimate).with(bracket(effect.interval))
}

fn p_value(p: Option<f64>) -> Entry {
    match p {
        None => Entry::text("–"),
        Some(p) if p == 0.0 => Entry::number(p, "< 10⁻³⁰⁰"),
        Some(p) if p < 0.001 => Entry::number(p, format!("{p:.0e}")),
        Some(p) => Entry::number(p, format!("{p:.3}")),
    }
}

/// What tuning chose, what it warns of, and every trial.
pub fn tuning(study: &Study, csv: &[u8], warnings: &[String]) -> Result<String, csv::Error> {
    let Some(tuning) = &study.tuning else { return Ok(String::new()) };
    let mut reader = csv::Reader::from_reader(csv);
    let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
    let place = |name: &str| header.iter().rposition(|column| column == name);
    let chosen = |row: &&csv::StringRecord| {
        place("chosen").is_some_and(|place| row.get(place) == Some("true"))
    };
    let mut html = paragraph(&format!(
        "Each learner was tuned by the same rule, {}, on {} of its own ({}); no run of the comparison uses one of them. {} were run in all.",
        tuning.select.name(),
        counted(tuning.seeds.len(), "seed"),
        ranges(&tuning.seeds),
        counted(rows.len(), "trial"),
    ));
    for warning in warnings {
        html += &format!("<p class=\"warning\">{}</p>\n", escape(warning));
    }
    let table =
        |caption: &str, without: &[&str], rows: &mut dyn Iterator<Item = &csv::StringRecord>| {
            let shown = |place: usize| place > 0 && !without.contains(&header[place].as_str());
            let mut table = Table::new(caption);
            for (_, name) in header.iter().enumerate().filter(|(place, _)| shown(*place)) {
                let words = name == "learner" || name == "at_edge" || name == "chosen";
                let align = if words { Align::Left } else { Align::Right };
                table.column(&name.replace('_', " "), "", align);
            }
            for row in rows {
                let fields = row.iter().enumerate().filter(|(place, _)| shown(*place));
                table.row(fields.map(|(_, field)| shortened(field)).collect());
            }
            table
        };
    let known = ["success_rate", "success_low", "success_high", "rank", "chosen"];
    let best = table("The trials that were chosen", &known, &mut rows.iter().filter(chosen));
    if !best.is_empty() {
        html += &best.html();
    }
    let all = table("Every trial", &[], &mut rows.iter().take(MOST_TRIALS));
    let left = rows.len().saturating_sub(MOST_TRIALS);
    let note = match left {
        0 => String::new(),
        left => paragraph(&format!("{} more are in tuning.csv.", count(left))),
    };
    html += &format!("<details><summary>Every trial</summary>\n{}{note}</details>\n", all.html());
    Ok(html)
}

/// A field of a CSV file: a number in three digits where it is one.
fn shortened(field: &str) -> Entry {
    match field.parse::<f64>() {
        Ok(value) if field.contains('.') => number(value),
        Ok(value) => Entry::number(value, field),
        Err(_) => Entry::text(field),
    }
}
