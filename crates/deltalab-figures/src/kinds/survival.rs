//! `survival`: the share of runs that have met the criterion, against epochs: 1 − Kaplan–Meier's estimate, in steps.
//!
//! Band: pointwise 95 % log-log interval, which there is where the share is neither 0 nor 1. A mark at the end of a line: runs that had not
//! met the criterion when they stopped; a line that has reached 1 goes on to the edge. CSV: `epoch,n,at_risk,solved_share,low,high`, a
//! row for the beginning, for each step and for the end of each line.

use deltalab_results::number::csv;
use deltalab_results::statistics::survival::KaplanMeier;
use deltalab_results::summary::kaplan_meier;

use super::{Drawing, Kind, Picture, Scene};
use crate::cells::arrange;
use crate::chart::{Axis, Chart, Mark, Panel, Sample, Span};
use crate::error::Error;
use crate::kinds::learning_curve::legend;
use crate::table::Table;
use crate::tally;

/// The registry's entry.
pub(crate) const KIND: Kind = Kind { name: "survival", make };

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    let arrangement = scene.faceted(arrange(study, &scene.request.facet))?;
    let mut table = Table::new(study, &["epoch", "n", "at_risk", "solved_share", "low", "high"]);
    let estimates: Vec<KaplanMeier> = (0..study.cells.len())
        .map(|cell| match study.cells[cell].criterion {
            Some(_) => kaplan_meier(scene.runs, cell),
            None => KaplanMeier::default(),
        })
        .collect();
    let last = estimates.iter().filter_map(|e| e.steps.last()).map(|s| s.time).max().unwrap_or(0);
    let mut panels = Vec::new();
    for members in &arrangement.panels {
        let (mut bands, mut lines, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for &(style, cell) in &members.cells {
            let estimate = &estimates[cell];
            let steps = staircase(estimate, last);
            let Some(end) = steps.last() else { continue };
            for s in &steps {
                let ends = [s.low, s.high].map(|v| v.map(csv).unwrap_or_default());
                let [low, high] = ends;
                let [epoch, n, at_risk] =
                    [s.epoch, estimate.n as u64, s.at_risk as u64].map(|v| v.to_string());
                let row = [epoch, n, at_risk, csv(s.share), low, high];
                table.push(study, &study.cells[cell], row);
            }
            if estimate.steps.iter().any(|s| s.censored > 0) {
                ends.push(Mark::Censored(style, vec![(end.epoch as f64, end.share)]));
            }
            bands.push(Mark::Band(style, band(&steps)));
            lines.push(Mark::Line(style, line(&steps)));
        }
        let empty = if !lines.is_empty() {
            String::new()
        } else if members.cells.iter().all(|&(_, c)| study.cells[c].criterion.is_none()) {
            "no criterion was set".to_owned()
        } else {
            "no run has finished yet".to_owned()
        };
        let marks = bands.into_iter().chain(lines).chain(ends).collect();
        panels.push(Panel { title: members.title.clone(), marks, empty });
    }
    let chart = Chart {
        title: scene.title("runs solved"),
        x: Axis { label: scene.time().to_owned(), span: Span::Tight, ..Axis::default() },
        y: Axis {
            label: "share of runs solved".to_owned(),
            span: Span::Exactly(0.0, 1.0),
            ..Axis::default()
        },
        panels,
        legend: legend(&arrangement.lines, Sample::LineAndBand),
        caption: caption(scene),
        ..Chart::default()
    };
    Ok(Drawing { stem: KIND.name.to_owned(), picture: Picture::Chart(Box::new(chart)), table })
}

/// A step of the line.
struct Step {
    epoch: u64,
    at_risk: usize,
    share: f64,
    low: Option<f64>,
    high: Option<f64>,
}

/// From epoch 0 over every epoch in which a run was solved to the last of the runs, or of the figure if all are solved.
fn staircase(estimate: &KaplanMeier, last: u64) -> Vec<Step> {
    let Some(end) = estimate.steps.last() else { return Vec::new() };
    let mut steps = vec![Step { epoch: 0, at_risk: estimate.n, share: 0.0, low: None, high: None }];
    for s in estimate.steps.iter().filter(|s| s.solved > 0 || s.time == end.time) {
        let low = s.interval.map(|i| 1.0 - i.high);
        let high = s.interval.map(|i| 1.0 - i.low);
        let share = 1.0 - s.survival;
        steps.push(Step { epoch: s.time, at_risk: s.at_risk, share, low, high });
    }
    if end.survival == 0.0 && end.time < last {
        steps.push(Step { epoch: last, at_risk: 0, share: 1.0, low: None, high: None });
    }
    steps
}

/// Corners of the staircase.
fn line(steps: &[Step]) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::with_capacity(2 * steps.len());
    for s in steps {
        let x = s.epoch as f64;
        corners.extend(corners.last().map(|&(_, before)| (x, before)));
        corners.push((x, s.share));
    }
    corners
}

/// The staircases of the interval, not a number where there is none.
fn band(steps: &[Step]) -> Vec<(f64, f64, f64)> {
    let mut corners: Vec<(f64, f64, f64)> = Vec::with_capacity(2 * steps.len());
    for s in steps {
        let x = s.epoch as f64;
        corners.extend(corners.last().map(|&(_, low, high)| (x, low, high)));
        corners.push((x, s.low.unwrap_or(f64::NAN), s.high.unwrap_or(f64::NAN)));
    }
    corners
}

fn caption(scene: &Scene<'_>) -> Vec<String> {
    let count = tally::count(scene.runs);
    let mut caption = vec![format!(
        "Share of runs solved: 1\u{a0}−\u{a0}Kaplan–Meier ({count} per line); band: pointwise 95\u{a0}% log-log interval; \
         mark at the end of a line: runs not solved when they stopped."
    )];
    caption.extend(tally::remarks(
        scene.runs,
        "it counts as never solved",
        "they count as never solved",
    ));
    caption
}
