//! `angle`: the angle between each rule's direction and the exact gradient of the same net, over epochs: for all weights, and
//! for those into each layer where that was recorded.
//!
//! Median over runs with the interquartile band, as in `learning-curve`, a panel for each part of the net. 0 is the gradient, 90 degrees
//! no better than chance. CSV: `<time>,metric,n,median,q25,q75`.

use deltalab_results::number::csv;
use deltalab_results::{Metric, Study};

use super::{Drawing, Kind, Picture, Scene};
use crate::cells::arrange;
use crate::chart::{Axis, Chart, Mark, Panel, Sample, Span};
use crate::curve::{Beyond, Curve, median_curves};
use crate::error::Error;
use crate::kinds::learning_curve::legend;
use crate::table::Table;
use crate::tally;

/// The registry's entry.
pub(crate) const KIND: Kind = Kind { name: "angle", make };

/// The metric of the whole net.
const METRIC: &str = "gradient_angle";
/// The angle of a direction that says nothing of the gradient.
const RIGHT: f64 = 90.0;

/// The metrics that were recorded: of the whole net, then of its layers.
fn parts(study: &Study) -> Vec<&Metric> {
    study.curves.iter().filter(|metric| part(&metric.name).is_some()).collect()
}

/// What part of the net a metric is about.
fn part(metric: &str) -> Option<String> {
    match metric.strip_prefix(METRIC)? {
        "" => Some("all weights".to_owned()),
        layer => Some(format!("into {}", layer.strip_prefix('(')?.strip_suffix(')')?)),
    }
}

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    let arrangement = scene.faceted(arrange(study, &scene.request.facet))?;
    let parts = parts(study);
    let mut table = Table::new(study, &[scene.time(), "metric", "n", "median", "q25", "q75"]);
    let curves: Vec<Vec<Curve>> =
        parts.iter().map(|part| median_curves(scene.runs, &part.name, Beyond::Hold)).collect();
    let mut panels = Vec::new();
    for members in &arrangement.panels {
        for (metric, curves) in parts.iter().zip(&curves) {
            let (mut bands, mut lines) = (Vec::new(), Vec::new());
            for &(style, cell) in &members.cells {
                let points = &curves[cell].points;
                for p in points {
                    let [median, q25, q75] = [p.median, p.q25, p.q75].map(csv);
                    let row = [
                        p.epoch.to_string(),
                        metric.name.clone(),
                        p.n.to_string(),
                        median,
                        q25,
                        q75,
                    ];
                    table.push(study, &study.cells[cell], row);
                }
                if !points.is_empty() {
                    let band = points.iter().map(|p| (p.epoch as f64, p.q25, p.q75));
                    bands.push(Mark::Band(style, band.collect()));
                    let line = points.iter().map(|p| (p.epoch as f64, p.median));
                    lines.push(Mark::Line(style, line.collect()));
                }
            }
            let empty = if lines.is_empty() {
                format!("no finished run with a finite value of {}", metric.name)
            } else {
                String::new()
            };
            let name = part(&metric.name).filter(|_| parts.len() > 1);
            let title = [name.unwrap_or_default(), members.title.clone()];
            let title: Vec<String> = title.into_iter().filter(|part| !part.is_empty()).collect();
            let marks = [Mark::Level(RIGHT)].into_iter().chain(bands).chain(lines).collect();
            panels.push(Panel { title: title.join(", "), marks, empty });
        }
    }
    if panels.is_empty() {
        let empty = format!("{METRIC} was not recorded: add it to record.metrics");
        panels.push(Panel { empty, ..Panel::default() });
    }
    let points = curves.iter().flatten().flat_map(|curve| &curve.points);
    let most = points.map(|point| point.q75).fold(0.0, f64::max);
    let top = if most > RIGHT { 180.0 } else { RIGHT };
    let chart = Chart {
        title: scene.title("angle to the exact gradient"),
        x: Axis { label: scene.time().to_owned(), span: Span::Tight, ..Axis::default() },
        y: Axis {
            label: "angle to the gradient (degrees)".to_owned(),
            span: Span::Exactly(0.0, top),
            step: Some(if top > RIGHT { 45.0 } else { 30.0 }),
            ..Axis::default()
        },
        across: (arrangement.panels.len() > 1 && parts.len() > 1).then_some(parts.len().min(4)),
        panels,
        legend: legend(&arrangement.lines, Sample::LineAndBand),
        caption: caption(scene, curves.iter().flatten().any(|curve| curve.held)),
    };
    Ok(Drawing { stem: KIND.name.to_owned(), picture: Picture::Chart(Box::new(chart)), table })
}

fn caption(scene: &Scene<'_>, held: bool) -> Vec<String> {
    let count = tally::count(scene.runs);
    let mut caption = vec![
        format!("Median over runs ({count} per line); band: interquartile range."),
        "0: the gradient itself; 90 degrees: no part of it.".to_owned(),
    ];
    if held {
        caption.push("A run that stopped early holds its last value.".to_owned());
    }
    caption.extend(tally::remarks(scene.runs, "its curve ends there", "their curves end there"));
    caption
}
