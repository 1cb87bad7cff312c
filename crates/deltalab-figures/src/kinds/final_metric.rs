//! `final`: a final metric, a row for each cell: every run as a point, and the mean with its 95 % bootstrap interval.
//!
//! Points are spread over the height of the row by their place in the list of seeds, always alike. CSV: `metric,what,seed,value,low,high,n`, where
//! `what` is `run` (with its seed) or `mean` (with interval and n). Of a row of more than 500 runs, 500 are shown, at evenly spaced
//! ranks of their values; mean and interval are those of all.

use deltalab_results::number::csv;
use deltalab_results::statistics::bootstrap::Bootstrap;
use deltalab_results::statistics::mean;
use deltalab_results::{Better, Cell, Metric, Study};

use super::{Drawing, Kind, Picture, Scene, label};
use crate::cells::together;
use crate::chart::{Axis, Chart, Mark, Panel};
use crate::error::Error;
use crate::palette::Style;
use crate::table::Table;
use crate::tally;

/// The registry's entry.
pub(crate) const KIND: Kind = Kind { name: "final", make };

/// The golden ratio's fraction: its multiples spread evenly, however many there are.
const GOLDEN: f64 = 0.618_033_988_749_894_9;
/// Points that a row has at most.
const MOST_POINTS: usize = 500;
/// Height over which the points of a row are spread, in rows.
const SPREAD: f64 = 0.56;

/// The first test metric that has a better direction; else the first metric that has one; else the first.
pub(crate) fn usual(study: &Study) -> Option<&Metric> {
    let directed = |m: &&Metric| m.better != Better::Neither;
    let test = |m: &&Metric| m.name.starts_with("test_");
    let finals = &study.finals;
    let of_test = finals.iter().filter(test).find(directed);
    of_test.or_else(|| finals.iter().find(directed)).or(finals.first())
}

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    let arrangement = scene.faceted(together(study, &scene.request.facet))?;
    let metric = scene.metric(KIND.name, &study.finals, usual(study))?.unwrap_or_default();
    let mut table = Table::new(study, &["metric", "what", "seed", "value", "low", "high", "n"]);
    let mut panels = Vec::new();
    let (mut not_finite, mut single) = (0, false);
    let mut bootstrap = Bootstrap::default();
    for members in &arrangement.panels {
        let (mut dots, mut means) = (Vec::new(), Vec::new());
        for &(style, index) in &members.cells {
            let (cell, height) = (&study.cells[index], -(style.0 as f64));
            let values: Vec<(u64, f64)> = scene
                .runs
                .of(index)
                .filter_map(|r| Some((r.seed, r.final_metric(&metric.name)?)))
                .collect();
            if values.is_empty() {
                means.push(Mark::Remark(height, "no finished run".to_owned()));
                continue;
            }
            let none = String::new;
            let row = |what: &str, seed: String, [v, low, high]: [String; 3], n: String| {
                [metric.name.clone(), what.to_owned(), seed, v, low, high, n]
            };
            let mut points = Vec::new();
            for (i, &(seed, v)) in shown_of(&values).into_iter().enumerate() {
                points.push((v, height + spread(i)));
                let row = row("run", seed.to_string(), [csv(v), none(), none()], none());
                table.push(study, cell, row);
            }
            let values: Vec<f64> = values.into_iter().map(|(_, v)| v).collect();
            not_finite += values.iter().filter(|v| !v.is_finite()).count();
            if values.iter().all(|v| !v.is_finite()) {
                means.push(Mark::Remark(height, "no finite value".to_owned()));
            }
            single |= values.len() == 1;
            let (mean, interval) = (mean(&values), bootstrap.interval(&values));
            let (low, high) = interval.map_or((none(), none()), |i| (csv(i.low), csv(i.high)));
            let n = values.len().to_string();
            table.push(study, cell, row("mean", none(), [csv(mean), low, high], n));
            dots.push(Mark::Dots(color(study, cell, style, arrangement.lines.len()), points));
            let (low, high) = interval.map_or((f64::NAN, f64::NAN), |i| (i.low, i.high));
            means.push(Mark::Interval((low, mean, high), height));
        }
        let shown = dots.iter().any(|m| match m {
            Mark::Dots(_, points) => points.iter().any(|p| p.0.is_finite()),
            _ => false,
        });
        let empty = if shown {
            String::new()
        } else if metric.name.is_empty() {
            "no final metric was recorded".to_owned()
        } else {
            format!("no finished run with a finite value of {}", metric.name)
        };
        dots.append(&mut means);
        panels.push(Panel { title: members.title.clone(), marks: dots, empty });
    }
    let what = label(&metric);
    let stem = if metric.name.is_empty() { String::new() } else { format!("-{}", metric.name) };
    let chart = Chart {
        title: scene.title(if what.is_empty() { "final metric" } else { &what }),
        x: Axis { label: what, scale: scene.scale(), ..Axis::default() },
        y: Axis { rows: arrangement.lines, ..Axis::default() },
        panels,
        legend: Vec::new(),
        caption: caption(scene, not_finite, single),
        ..Chart::default()
    };
    Ok(Drawing {
        stem: format!("{}{stem}", KIND.name),
        picture: Picture::Chart(Box::new(chart)),
        table,
    })
}

/// The runs of a row that are drawn: all, or those at evenly spaced ranks, the lowest and the highest among them, in the order of
/// their seeds.
fn shown_of(values: &[(u64, f64)]) -> Vec<&(u64, f64)> {
    if values.len() <= MOST_POINTS {
        return values.iter().collect();
    }
    let mut ranks: Vec<usize> = (0..values.len()).collect();
    ranks.sort_by(|&a, &b| values[a].1.total_cmp(&values[b].1));
    let last = values.len() - 1;
    let mut shown: Vec<usize> =
        (0..MOST_POINTS).map(|k| ranks[k * last / (MOST_POINTS - 1)]).collect();
    shown.sort_unstable();
    shown.into_iter().map(|place| &values[place]).collect()
}

/// Where in its row the point of the i-th seed stands: the multiples of the golden ratio, about the middle.
fn spread(i: usize) -> f64 {
    ((0.5 + i as f64 * GOLDEN).fract() - 0.5) * SPREAD
}

/// A colour for each row as in the other figures, or, with more rows than colours, for each learner.
fn color(study: &Study, cell: &Cell, line: Style, lines: usize) -> Style {
    if lines <= Style::COLORS {
        return line;
    }
    let mut learners: Vec<&str> = Vec::new();
    for cell in &study.cells {
        if !learners.contains(&cell.learner.as_str()) {
            learners.push(&cell.learner);
        }
    }
    Style(learners.iter().position(|l| *l == cell.learner).unwrap_or(0))
}

fn caption(scene: &Scene<'_>, not_finite: usize, single: bool) -> Vec<String> {
    let count = tally::count(scene.runs);
    let most = (0..scene.study.cells.len()).map(|cell| scene.runs.of(cell).count()).max();
    let thinned = match most.unwrap_or(0) > MOST_POINTS {
        true => format!(", of which {MOST_POINTS} are shown, evenly by rank"),
        false => String::new(),
    };
    let mut caption = vec![format!(
        "Points: runs ({count} per row{thinned}); diamond and bar: mean with 95\u{a0}% bootstrap interval."
    )];
    if single {
        caption.push("A single run has no interval.".to_owned());
    }
    caption.extend(tally::criterion(scene.runs));
    if not_finite > 0 {
        let their = if not_finite == 1 { "its" } else { "their" };
        caption.push(format!(
            "{} ended without a finite value, so {their} row has no mean.",
            tally::number_of_runs(not_finite)
        ));
    }
    caption.extend(tally::missing(scene.runs));
    caption
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_runs_the_extremes_and_evenly_spaced_ranks_are_shown_in_the_order_of_seeds() {
        let value = |i: usize| (i * 7919 % 10_007) as f64; // each of 0 to 10,006 once
        let values: Vec<(u64, f64)> = (0..10_007).map(|i| (i as u64, value(i))).collect();
        let shown = shown_of(&values);
        assert!(shown.is_sorted_by_key(|(seed, _)| *seed));
        let mut ranks: Vec<f64> = shown.iter().map(|(_, value)| *value).collect();
        ranks.sort_by(f64::total_cmp);
        assert_eq!((ranks.len(), ranks[0], ranks[MOST_POINTS - 1]), (MOST_POINTS, 0.0, 10_006.0));
        assert!(ranks.windows(2).all(|pair| (20.0..=21.0).contains(&(pair[1] - pair[0]))));
        assert_eq!(shown_of(&values[..MOST_POINTS]).len(), MOST_POINTS);
    }
}
