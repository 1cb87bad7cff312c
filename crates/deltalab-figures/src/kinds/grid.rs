//! `grid`: a heat map of a summary of each cell over two axes of the grid, a panel for each learner and each value on the other axes.
//!
//! The measure is `success_rate` (share of runs solved), `median_epochs` (to criterion, Kaplan–Meier) or a final metric (its mean over
//! runs); by default the first where a criterion was set. Numbers stand in their fields where there is room; a frame marks the
//! best of a panel. With one axis that varies, the learners are the rows. CSV: `measure,n,value,low,high,best`.

use deltalab_results::number::csv;
use deltalab_results::summary::{CellSummary, summaries};
use deltalab_results::{Better, Cell, Study};

use super::{Drawing, Kind, Picture, Scene, final_metric, label};
use crate::cells::tells;
use crate::chart::{Axis, Chart, Key, Mark, Panel, Sample, Tile};
use crate::error::Error;
use crate::palette::Style;
use crate::table::Table;
use crate::tally;

/// The registry's entry.
pub(crate) const KIND: Kind = Kind { name: "grid", make };

const SUCCESS: &str = "success_rate";
const EPOCHS: &str = "median_epochs";

/// What is shown of each cell.
struct Measure {
    /// Its name in the summary.
    name: String,
    /// In words.
    words: String,
    /// Which direction is better.
    better: Better,
    /// Place among the final metrics, if it is one.
    metric: Option<usize>,
}

impl Measure {
    /// What was asked for, or the usual one; `None`: there is nothing to show.
    fn of(scene: &Scene<'_>) -> Result<Option<Self>, Error> {
        let study = scene.study;
        let asked = scene.request.metric.as_str();
        let criterion = study.cells.iter().any(|cell| cell.criterion.is_some());
        let named = |name: &str, words: &str, better: Better| {
            Some(Self { name: name.to_owned(), words: words.to_owned(), better, metric: None })
        };
        if asked == SUCCESS || asked.is_empty() && criterion {
            return Ok(named(SUCCESS, "share of runs solved", Better::Higher));
        }
        if asked == EPOCHS {
            return Ok(named(EPOCHS, "median epochs to criterion", Better::Lower));
        }
        let metric = scene.metric(KIND.name, &study.finals, final_metric::usual(study))?;
        Ok(metric.map(|metric| Self {
            words: format!("mean {}", label(&metric)),
            better: metric.better,
            metric: study.finals.iter().position(|other| other.name == metric.name),
            name: metric.name,
        }))
    }

    /// Value and interval.
    fn value(&self, summary: &CellSummary) -> Option<(f64, Option<f64>, Option<f64>)> {
        match self.metric {
            Some(place) => {
                let mean = summary.finals.get(place)?.as_ref()?;
                Some((mean.mean, mean.interval.map(|i| i.low), mean.interval.map(|i| i.high)))
            }
            None if self.name == SUCCESS => {
                let success = summary.success?;
                Some((success.rate, Some(success.interval.low), Some(success.interval.high)))
            }
            None => {
                let median = summary.success?.epochs;
                let number = |epochs: Option<u64>| epochs.map(|epochs| epochs as f64);
                Some((number(median.median)?, number(median.low), number(median.high)))
            }
        }
    }

    /// The best of some values, if either direction is better.
    fn best(&self, values: impl Iterator<Item = f64>) -> Option<f64> {
        let finite = values.filter(|value| value.is_finite());
        match self.better {
            Better::Lower => finite.reduce(f64::min),
            Better::Higher => finite.reduce(f64::max),
            Better::Neither => None,
        }
    }
}

/// The sides of the map: the axes of its columns, and those of its rows if there are any. The request may name them; otherwise
/// they are the first two that vary and that neither the facet nor each other tells.
fn sides(scene: &Scene<'_>) -> [Vec<usize>; 2] {
    let (study, request) = (scene.study, scene.request);
    let named = |names: &[String]| -> Vec<usize> {
        names.iter().filter_map(|name| study.axes.iter().position(|axis| axis == name)).collect()
    };
    let [mut columns, mut rows] = [named(&request.columns), named(&request.rows)];
    let facet = study.axes.iter().position(|axis| *axis == request.facet);
    for axis in 0..study.axes.len() {
        let taken: Vec<usize> = columns.iter().chain(&rows).copied().chain(facet).collect();
        let told = taken.iter().any(|&by| by == axis || tells(study, by, axis));
        if told || values(study, &[axis]).len() < 2 {
            continue;
        }
        if columns.is_empty() {
            columns.push(axis);
        } else if rows.is_empty() && request.columns.is_empty() {
            rows.push(axis);
        }
    }
    [columns, rows]
}

/// The values of a cell on some axes, together; `None` where it has none on one of them.
fn on(cell: &Cell, axes: &[usize]) -> Option<String> {
    let values = axes.iter().map(|&axis| cell.axes.get(axis)?.as_deref().map(counted));
    Some(values.collect::<Option<Vec<_>>>()?.join(", "))
}

/// A list whose entries are all the same, such as twenty layers of ten units, as `20 × 10`; else the value itself.
fn counted(value: &str) -> String {
    let inside = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let entries: Vec<&str> = inside.map(|list| list.split(", ").collect()).unwrap_or_default();
    match entries.as_slice() {
        [first, second, rest @ ..] if first == second && rest.iter().all(|e| e == first) => {
            format!("{} × {first}", entries.len())
        }
        _ => value.to_owned(),
    }
}

/// The values on some axes, in the order of the plan.
fn values(study: &Study, axes: &[usize]) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in study.cells.iter().filter_map(|cell| on(cell, axes)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn short(axis: &str) -> &str {
    axis.rsplit('.').next().unwrap_or(axis)
}

/// A cell with no place on the map, or its panel, column and row.
fn places(
    study: &Study,
    [columns, rows]: &[Vec<usize>; 2],
    learners: &[String],
) -> Vec<Option<(String, usize, usize)>> {
    let (column_values, row_values) = (values(study, columns), values(study, rows));
    let others: Vec<usize> = (0..study.axes.len())
        .filter(|&axis| {
            let earlier = (0..axis)
                .any(|by| !columns.contains(&by) && !rows.contains(&by) && tells(study, by, axis));
            let told = columns.iter().chain(rows).any(|&by| by == axis || tells(study, by, axis));
            !told && !earlier && values(study, &[axis]).len() > 1
        })
        .collect();
    let place = |cell: &Cell| {
        if columns.is_empty() {
            return None;
        }
        let column =
            column_values.iter().position(|value| Some(value) == on(cell, columns).as_ref())?;
        let mut panel = Vec::new();
        let row = if rows.is_empty() {
            learners.iter().position(|learner| *learner == cell.learner)?
        } else {
            if learners.len() > 1 {
                panel.push(cell.learner.clone());
            }
            row_values.iter().position(|value| Some(value) == on(cell, rows).as_ref())?
        };
        panel.extend(others.iter().filter_map(|&axis| {
            Some(format!("{} = {}", short(&study.axes[axis]), on(cell, &[axis])?))
        }));
        Some((panel.join(", "), column, row))
    };
    study.cells.iter().map(place).collect()
}

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    let facet = scene.request.facet.as_str();
    scene.faceted(crate::cells::arrange(study, facet))?;
    let measure = Measure::of(scene)?;
    let mut learners: Vec<String> = study.cells.iter().map(|cell| cell.learner.clone()).collect();
    learners.dedup();
    let sides = sides(scene);
    // A rule that lacks the axes has no place on the map.
    learners.retain(|learner| {
        study.cells.iter().any(|cell| cell.learner == *learner && on(cell, &sides[0]).is_some())
    });
    let places = places(study, &sides, &learners);
    let [columns, rows] = [0, 1].map(|side| match sides[side].as_slice() {
        [] if side == 0 || sides[0].is_empty() => Vec::new(),
        [] => learners.clone(),
        axes => values(study, axes),
    });
    let summaries = summaries(scene.runs);
    let found: Vec<Option<f64>> = summaries
        .iter()
        .map(|summary| measure.as_ref()?.value(summary).map(|value| value.0))
        .collect();
    let shown = found.iter().zip(&places).filter(|(_, place)| place.is_some());
    let finite: Vec<f64> =
        shown.filter_map(|(value, _)| *value).filter(|v| v.is_finite()).collect();
    let (low, high) = match &measure {
        Some(measure) if measure.name == SUCCESS => (0.0, 1.0),
        _ => finite
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v))),
    };
    let share = |value: f64| if high > low { (value - low) / (high - low) } else { 0.5 };

    let mut titles: Vec<&str> = Vec::new();
    for (title, ..) in places.iter().flatten() {
        if !titles.contains(&title.as_str()) {
            titles.push(title);
        }
    }
    let mut table = Table::new(study, &["measure", "n", "value", "low", "high", "best"]);
    let (mut panels, mut unreached) = (Vec::new(), false);
    for title in titles {
        let of_panel = || {
            places.iter().enumerate().filter_map(|(cell, place)| {
                let (panel, column, row) = place.as_ref()?;
                (panel == title).then_some((cell, *column, *row))
            })
        };
        let values = of_panel().filter_map(|(cell, ..)| found[cell]);
        let best = measure.as_ref().and_then(|measure| measure.best(values));
        let mut marks = Vec::new();
        for (cell, column, row) in of_panel() {
            let value = found[cell];
            let text = match value {
                Some(value) => number(value),
                None => String::new(),
            };
            let is_unreached = value.is_none() && summaries[cell].n > 0;
            unreached |= is_unreached;
            let share = match value {
                _ if is_unreached => None, // a median that was not reached
                value => Some(value.filter(|v| v.is_finite()).map_or(0.0, share)),
            };
            let best = value.is_some() && value == best;
            let tile = Tile { share, text, best };
            marks.push(Mark::Tile((column as f64, row as f64 + 1.0 - rows.len() as f64), tile));
            if let Some(measure) = &measure {
                let (value, low, high) = measure
                    .value(&summaries[cell])
                    .map_or((None, None, None), |(v, l, h)| (Some(v), l, h));
                let [value, low, high] = [value, low, high].map(|v| v.map(csv).unwrap_or_default());
                let (n, best) = (summaries[cell].n.to_string(), u8::from(best).to_string());
                table.push(
                    study,
                    &study.cells[cell],
                    [measure.name.clone(), n, value, low, high, best],
                );
            }
        }
        panels.push(Panel { title: title.to_owned(), marks, empty: String::new() });
    }
    let nothing = if measure.is_none() {
        "no final metric was recorded"
    } else if columns.is_empty() {
        "no axis of the grid has two values"
    } else if finite.is_empty() {
        "no run has finished yet"
    } else {
        ""
    };
    if !nothing.is_empty() {
        panels = vec![Panel { empty: nothing.to_owned(), ..Panel::default() }];
    }
    let words = measure.as_ref().map_or("grid", |measure| &measure.words);
    let axis_label = |n: usize| {
        let names: Vec<&str> = sides[n].iter().map(|&axis| short(&study.axes[axis])).collect();
        names.join(", ")
    };
    let ramp = Key {
        style: Style(0),
        label: format!("{words}, {} to {}", number(low), number(high)),
        sample: Sample::Ramp,
    };
    let empty = !nothing.is_empty();
    let chart = Chart {
        title: scene.title(words),
        x: Axis {
            label: axis_label(0),
            columns: if empty { Vec::new() } else { columns },
            ..Axis::default()
        },
        y: Axis {
            label: axis_label(1),
            rows: if empty { Vec::new() } else { rows.into_iter().rev().collect() },
            ..Axis::default()
        },
        panels,
        legend: if empty { Vec::new() } else { vec![ramp] },
        caption: caption(scene, measure.as_ref(), unreached),
        ..Chart::default()
    };
    let stem = measure.map_or(String::new(), |measure| format!("-{}", measure.name));
    Ok(Drawing {
        stem: format!("{}{stem}", KIND.name),
        picture: Picture::Chart(Box::new(chart)),
        table,
    })
}

/// A value with about three digits.
fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "not finite".to_owned()
    } else if value == 0.0 || value.fract() == 0.0 && size < 1e6 || (1e3..1e6).contains(&size) {
        format!("{value:.0}")
    } else if (1e-3..1e3).contains(&size) {
        let places = if size < 0.1 { 3 } else { 2 - usize::from(size >= 10.0) };
        format!("{value:.places$}")
    } else {
        format!("{value:.1e}")
    }
}

fn caption(scene: &Scene<'_>, measure: Option<&Measure>, unreached: bool) -> Vec<String> {
    let mut caption = vec![format!("{} per field.", tally::count(scene.runs))];
    if measure.is_some_and(|measure| measure.better != Better::Neither) {
        caption.push(
            "Frame: best of the panel. Intervals are in the table beside the figure.".to_owned(),
        );
    }
    if unreached {
        caption.push("Struck out: fewer than half of the runs were solved.".to_owned());
    }
    caption.extend(tally::remarks(
        scene.runs,
        "it counts as never solved",
        "they count as never solved",
    ));
    caption
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_about_three_digits() {
        let values = [0.0, 1.0, 0.973, 0.0123, 12.34, 937.5, 2.5e-5, 1234.5, 7e6];
        let expected = ["0", "1", "0.97", "0.012", "12.3", "937.5", "2.5e-5", "1234", "7.0e6"];
        assert_eq!(values.map(number), expected);
    }

    #[test]
    fn equal_entries_of_a_list_are_counted() {
        let values =
            ["[10]", "[10, 10, 10]", "[10, 5]", "[8, 8, 8, 4]", "tanh", "[[1, 1], [1, 1]]"];
        let expected = ["[10]", "3 × 10", "[10, 5]", "[8, 8, 8, 4]", "tanh", "[[1, 1], [1, 1]]"];
        assert_eq!(values.map(counted), expected);
    }

    #[test]
    fn the_best_is_in_the_better_direction_and_finite() {
        let best = |better, values: &[f64]| {
            let measure =
                Measure { name: String::new(), words: String::new(), better, metric: None };
            measure.best(values.iter().copied())
        };
        let values = [0.5, f64::NAN, 0.1, 0.9, f64::INFINITY];
        assert_eq!(best(Better::Lower, &values), Some(0.1));
        assert_eq!(best(Better::Higher, &values), Some(0.9));
        assert_eq!(best(Better::Neither, &values), None);
        assert_eq!(best(Better::Lower, &[f64::NAN]), None);
    }
}
