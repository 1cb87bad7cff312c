//! `learning-curve`: the median of a metric over runs against epochs, with the interquartile band, a line for each cell.
//!
//! [`crate::curve`] says which runs count at an epoch. CSV: `epoch,metric,n,median,q25,q75`.

use deltalab_results::number::csv;
use deltalab_results::{Better, Metric, Runs, Study};

use super::{Drawing, Kind, Picture, Scene, label};
use crate::cells::arrange;
use crate::chart::{Axis, Chart, Key, Mark, Panel, Sample, Span};
use crate::curve::{Beyond, median_curves};
use crate::error::Error;
use crate::palette::Style;
use crate::table::Table;
use crate::tally;

/// The registry's entry.
pub(crate) const KIND: Kind = Kind { name: "learning-curve", make };

/// The first metric of the curves that has a better direction; else the first that is no associative strength; else the first.
pub(crate) fn usual(study: &Study) -> Option<&Metric> {
    let curves = &study.curves;
    let directed = curves.iter().find(|m| m.better != Better::Neither);
    directed.or_else(|| curves.iter().find(|m| !m.name.starts_with("V("))).or(curves.first())
}

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    let arrangement = scene.faceted(arrange(study, &scene.request.facet))?;
    let metric = scene.metric(KIND.name, &study.curves, usual(study))?.unwrap_or_default();
    let mut table = Table::new(study, &["epoch", "metric", "n", "median", "q25", "q75"]);
    let curves = median_curves(scene.runs, &metric.name, Beyond::Hold);
    let mut panels = Vec::new();
    for members in &arrangement.panels {
        let (mut bands, mut lines) = (Vec::new(), Vec::new());
        for &(style, cell) in &members.cells {
            let points = &curves[cell].points;
            for p in points {
                let [median, q25, q75] = [p.median, p.q25, p.q75].map(csv);
                let (epoch, n) = (p.epoch.to_string(), p.n.to_string());
                let row = [epoch, metric.name.clone(), n, median, q25, q75];
                table.push(study, &study.cells[cell], row);
            }
            if !points.is_empty() {
                let band = points.iter().map(|p| (p.epoch as f64, p.q25, p.q75));
                bands.push(Mark::Band(style, band.collect()));
                let line = points.iter().map(|p| (p.epoch as f64, p.median));
                lines.push(Mark::Line(style, line.collect()));
            }
        }
        bands.append(&mut lines);
        let empty = if !bands.is_empty() {
            String::new()
        } else if metric.name.is_empty() {
            "no curve was recorded".to_owned()
        } else {
            format!("no finished run with a finite value of {}", metric.name)
        };
        panels.push(Panel { title: members.title.clone(), marks: bands, empty });
    }
    let what = label(&metric);
    let chart = Chart {
        title: scene.title(if what.is_empty() { "learning curve" } else { &what }),
        x: Axis { label: scene.time().to_owned(), span: Span::Tight, ..Axis::default() },
        y: Axis { label: what, scale: scene.scale(), span: Span::DataAndZero, ..Axis::default() },
        panels,
        legend: legend(&arrangement.lines, Sample::LineAndBand),
        caption: caption(scene, curves.iter().any(|c| c.held)),
        ..Chart::default()
    };
    Ok(Drawing { stem: stem(&metric), picture: Picture::Chart(Box::new(chart)), table })
}

/// Whether the medians of the usual metric are all positive and range over more than three decades: a linear axis would hide most of that.
pub(crate) fn needs_log(runs: &Runs<'_>) -> bool {
    let Some(metric) = usual(runs.study()) else { return false };
    let curves = median_curves(runs, &metric.name, Beyond::Hold);
    let medians = || curves.iter().flat_map(|c| &c.points).map(|p| p.median);
    let (low, high) = medians()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    low > 0.0 && high / low > 1e3
}

/// A key for each line.
pub(crate) fn legend(lines: &[String], sample: Sample) -> Vec<Key> {
    let key = |(i, label): (usize, &String)| Key { style: Style(i), label: label.clone(), sample };
    lines.iter().enumerate().map(key).collect()
}

fn stem(metric: &Metric) -> String {
    if metric.name.is_empty() {
        KIND.name.to_owned()
    } else {
        format!("{}-{}", KIND.name, metric.name)
    }
}

fn caption(scene: &Scene<'_>, held: bool) -> Vec<String> {
    let count = tally::count(scene.runs);
    let mut caption =
        vec![format!("Median over runs ({count} per line); band: interquartile range.")];
    if held {
        caption.push("A run that stopped early holds its last value.".to_owned());
    }
    caption.extend(tally::remarks(scene.runs, "its curve ends there", "their curves end there"));
    caption
}
