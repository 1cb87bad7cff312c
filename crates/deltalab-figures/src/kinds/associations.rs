//! `associations`: the associative strength of every cue over trials, a panel for each cell, a line for each cue.
//!
//! Median over runs with the interquartile band, as in `learning-curve`; where the order of trials is fixed all runs agree. Where the cell's
//! configuration holds `task.stages` in the field's notation and their trials add up to those of the curves, every stage is named above
//! its trials. CSV: `<time>,metric,n,median,q25,q75`.

use deltalab_results::number::csv;
use deltalab_results::{Cell, Metric, Study};

use super::{Drawing, Kind, Picture, Scene};
use crate::cells::{arrange, cell_name};
use crate::chart::{Axis, Chart, Mark, Panel, Sample, Span};
use crate::curve::{Beyond, median_curves};
use crate::error::Error;
use crate::kinds::learning_curve::legend;
use crate::palette::Style;
use crate::table::Table;
use crate::tally;
use crate::ticks::Scale;

/// The registry's entry.
pub(crate) const KIND: Kind = Kind { name: "associations", make };

/// The metrics that are associative strengths.
pub(crate) fn strengths(study: &Study) -> Vec<Metric> {
    study.curves.iter().filter(|m| m.name.starts_with("V(")).cloned().collect()
}

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    scene.faceted(arrange(study, &scene.request.facet))?;
    let every = strengths(study);
    let cues = scene.metric(KIND.name, &every, None)?.map_or(every, |one| vec![one]);
    let mut table = Table::new(study, &[scene.time(), "metric", "n", "median", "q25", "q75"]);
    let curves: Vec<_> =
        cues.iter().map(|cue| median_curves(scene.runs, &cue.name, Beyond::Nothing)).collect();
    let mut panels = Vec::new();
    for (index, cell) in study.cells.iter().enumerate() {
        let (mut bands, mut lines) = (Vec::new(), Vec::new());
        let mut last = 0;
        for (i, cue) in cues.iter().enumerate() {
            let points = &curves[i][index].points;
            last = last.max(points.last().map_or(0, |p| p.epoch));
            for p in points {
                let [median, q25, q75] = [p.median, p.q25, p.q75].map(csv);
                let (trial, n) = (p.epoch.to_string(), p.n.to_string());
                table.push(study, cell, [trial, cue.name.clone(), n, median, q25, q75]);
            }
            if points.is_empty() {
                continue;
            }
            if points.iter().any(|p| p.q25 < p.q75) {
                let band = points.iter().map(|p| (p.epoch as f64, p.q25, p.q75));
                bands.push(Mark::Band(Style(i), band.collect()));
            }
            let line = points.iter().map(|p| (p.epoch as f64, p.median));
            lines.push(Mark::Line(Style(i), line.collect()));
        }
        let empty =
            if !lines.is_empty() { String::new() } else { "no run has finished yet".to_owned() };
        let boundaries = stages(cell, last);
        let zero = (scene.scale() == Scale::Linear).then_some(Mark::Level(0.0));
        let marks = zero.into_iter().chain(boundaries).chain(bands).chain(lines);
        let title = if study.cells.len() > 1 { cell_name(study, cell) } else { String::new() };
        panels.push(Panel { title, marks: marks.collect(), empty });
    }
    let shows_cues = !cues.is_empty();
    if !shows_cues {
        panels = vec![Panel {
            empty: "no associative strength was recorded: the task has no cues".to_owned(),
            ..Panel::default()
        }];
    }
    let names: Vec<String> = cues.into_iter().map(|m| m.name).collect();
    let chart = Chart {
        title: scene.title("associative strength"),
        x: Axis { label: scene.time().to_owned(), span: Span::Tight, ..Axis::default() },
        y: Axis {
            label: "associative strength V".to_owned(),
            scale: scene.scale(),
            ..Axis::default()
        },
        panels,
        legend: legend(&names, Sample::Line),
        caption: if shows_cues { caption(scene) } else { Vec::new() },
        ..Chart::default()
    };
    Ok(Drawing { stem: KIND.name.to_owned(), picture: Picture::Chart(Box::new(chart)), table })
}

/// Where the stages begin, named; nothing unless they make up exactly `trials`.
fn stages(cell: &Cell, trials: u64) -> Vec<Mark> {
    let listed = cell.config.get("task").and_then(|t| t.get("stages")).and_then(|s| s.as_array());
    let names: Vec<&str> = listed.into_iter().flatten().filter_map(|s| s.as_str()).collect();
    let mut begin = 0;
    let mut marks = Vec::new();
    for name in names {
        marks.push(Mark::Boundary(begin as f64, name.to_owned()));
        begin = u64::saturating_add(begin, length(name));
    }
    if begin == trials { marks } else { Vec::new() }
}

/// Trials of a stage in the notation `"10 A+/10 B-"` or `"100 (A+/AB-)"`: the sum of its parts, each a number, 1 where there is
/// none, times a trial or the sum of a block.
fn length(stage: &str) -> u64 {
    let (mut depth, mut from, mut sum) = (0_u32, 0, 0_u64);
    for (at, mark) in stage.char_indices().chain([(stage.len(), '/')]) {
        match mark {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '/' if depth == 0 || at == stage.len() => {
                sum = sum.saturating_add(part(stage[from..at].trim()));
                from = at + 1;
            }
            _ => {}
        }
    }
    sum
}

/// Trials of one part of a stage.
fn part(part: &str) -> u64 {
    let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, rest) = part.split_at(digits);
    let block = rest.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    count.parse().unwrap_or(1_u64).saturating_mul(block.map_or(1, length))
}

fn caption(scene: &Scene<'_>) -> Vec<String> {
    let (count, time) = (tally::count(scene.runs), scene.time());
    let mut caption = vec![format!(
        "Strength after each {time}; median over runs ({count} per panel), band: interquartile range (none where runs agree)."
    )];
    let (one, several) = ("its curves end there", "their curves end there");
    caption.extend(tally::diverged(scene.runs, one, several));
    caption.extend(tally::missing(scene.runs));
    caption
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boundaries(stages: &str, trials: u64) -> Vec<f64> {
        let config = format!(r#"{{"task": {{"stages": {stages}}}}}"#);
        let cell = Cell { config: serde_json::from_str(&config).unwrap(), ..Cell::default() };
        let marks = super::stages(&cell, trials);
        let at = |m: &Mark| if let Mark::Boundary(at, _) = m { Some(*at) } else { None };
        marks.iter().filter_map(at).collect()
    }

    #[test]
    fn stages_begin_where_the_trials_of_those_before_end() {
        assert_eq!(boundaries(r#"["50 A+", "10 A+/10 B-", "20 AB+"]"#, 90), [0.0, 50.0, 70.0]);
        let blocks = r#"["100 (A+/AB-)", "2 (3 (A+/B-)/2 C+)/D+", "5 A+"]"#;
        assert_eq!(boundaries(blocks, 222), [0.0, 200.0, 217.0]);
    }

    #[test]
    fn stages_that_do_not_add_up_to_the_curves_are_not_drawn() {
        assert!(boundaries(r#"["50 A+", "20 AB+"]"#, 71).is_empty());
        assert!(boundaries("7", 0).is_empty());
        let endless = r#"["18446744073709551615 A+", "18446744073709551615 A+"]"#;
        assert!(boundaries(endless, 7).is_empty());
    }
}
