//! `layers`: the size of δ, layer by layer from the input on, at the start, in the middle and at the end of training.
//!
//! The root mean square of δ over the units of a layer and the patterns of an epoch (`delta_norm`), on a logarithmic axis: a line
//! that falls towards the input is a gradient that vanishes. Median over runs with the interquartile band. Start: a run's first
//! recorded epoch; middle: the one nearest to half of its epochs; end: its last. CSV: `moment,layer,metric,n,median,q25,q75`.

use deltalab_results::number::csv;
use deltalab_results::statistics::bootstrap::percentage_point;
use deltalab_results::{Series, Study};

use super::{Drawing, Kind, Picture, Scene};
use crate::cells::arrange;
use crate::chart::{Axis, Chart, Mark, Panel, Sample, Span};
use crate::error::Error;
use crate::kinds::learning_curve::legend;
use crate::table::Table;
use crate::tally;
use crate::ticks::Scale;

/// The registry's entry.
pub(crate) const KIND: Kind = Kind { name: "layers", make };

/// How many layers are called by name.
const FEW: usize = 8;

/// When in a run.
#[derive(Clone, Copy)]
enum Moment {
    Start,
    Middle,
    End,
}

impl Moment {
    const ALL: [Self; 3] = [Self::Start, Self::Middle, Self::End];

    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }

    /// The value of a curve then.
    fn of(self, series: &Series) -> Option<f64> {
        let last = *series.epochs.last()?;
        let middle = |(_, epoch): &(usize, &u64)| (2 * **epoch).abs_diff(last);
        let place = match self {
            Self::Start => 0,
            Self::Middle => series.epochs.iter().enumerate().min_by_key(middle)?.0,
            Self::End => series.epochs.len() - 1,
        };
        series.values.get(place).copied()
    }
}

/// Layers whose δ was recorded, from the input on: the output stands last.
fn layers(study: &Study) -> Vec<String> {
    let of = |name: &str| Some(name.strip_prefix("delta_norm(")?.strip_suffix(')')?.to_owned());
    let mut layers: Vec<String> = study.curves.iter().filter_map(|m| of(&m.name)).collect();
    layers.sort_by_key(|layer| layer == "output"); // stable
    layers
}

/// Layers by name where there are few; else by number, every fifth from the output down, so that they have room.
fn names(layers: &[String]) -> Vec<String> {
    let below = |place: usize| layers.len() - 1 - place;
    let name = |(place, layer): (usize, &String)| match layer.strip_prefix("hidden") {
        _ if layers.len() <= FEW => layer.clone(),
        _ if below(place) % 5 > 0 => String::new(),
        Some(number) => number.to_owned(),
        None => layer.clone(),
    };
    layers.iter().enumerate().map(name).collect()
}

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    let arrangement = scene.faceted(arrange(study, &scene.request.facet))?;
    let layers = layers(study);
    let mut table = Table::new(study, &["moment", "layer", "metric", "n", "median", "q25", "q75"]);
    let mut panels = Vec::new();
    for members in &arrangement.panels {
        for moment in Moment::ALL.into_iter().filter(|_| !layers.is_empty()) {
            let (mut bands, mut lines) = (Vec::new(), Vec::new());
            for &(style, cell) in &members.cells {
                let (mut band, mut line) = (Vec::new(), Vec::new());
                for (depth, layer) in layers.iter().enumerate() {
                    let metric = format!("delta_norm({layer})");
                    let runs = scene.runs.of(cell);
                    let series =
                        runs.filter_map(|run| run.curves.iter().find(|s| s.metric == metric));
                    let values = series.filter_map(|series| moment.of(series));
                    let mut values: Vec<f64> = values.filter(|v| v.is_finite()).collect();
                    values.sort_by(f64::total_cmp);
                    let quartiles = [0.25, 0.5, 0.75].map(|p| percentage_point(&values, p));
                    let [Some(q25), Some(median), Some(q75)] = quartiles else { continue };
                    band.push((depth as f64, q25, q75));
                    line.push((depth as f64, median));
                    let n = values.len().to_string();
                    let [median, q25, q75] = [median, q25, q75].map(csv);
                    let row =
                        [moment.name().to_owned(), layer.clone(), metric, n, median, q25, q75];
                    table.push(study, &study.cells[cell], row);
                }
                if !line.is_empty() {
                    bands.push(Mark::Band(style, band));
                    lines.push(Mark::Line(style, line));
                }
            }
            let empty = if lines.is_empty() { "no finished run with a finite δ" } else { "" };
            let title = [moment.name(), &members.title];
            let title: Vec<&str> = title.into_iter().filter(|part| !part.is_empty()).collect();
            let marks = bands.into_iter().chain(lines).collect();
            panels.push(Panel { title: title.join(", "), marks, empty: empty.to_owned() });
        }
    }
    if panels.is_empty() {
        let empty = "delta_norm was not recorded: add it to record.metrics".to_owned();
        panels.push(Panel { empty, ..Panel::default() });
    }
    let label = if layers.len() > FEW { "hidden layer, from the input on" } else { "layer" };
    let chart = Chart {
        title: scene.title("δ by layer"),
        x: Axis { label: label.to_owned(), columns: names(&layers), ..Axis::default() },
        y: Axis {
            label: "root mean square of δ".to_owned(),
            scale: Scale::Log,
            span: Span::Data,
            ..Axis::default()
        },
        across: (panels.len() > 1).then_some(Moment::ALL.len()),
        panels,
        legend: legend(&arrangement.lines, Sample::LineAndBand),
        caption: caption(scene),
    };
    Ok(Drawing { stem: KIND.name.to_owned(), picture: Picture::Chart(Box::new(chart)), table })
}

fn caption(scene: &Scene<'_>) -> Vec<String> {
    let count = tally::count(scene.runs);
    let mut caption = vec![
        format!("Median over runs ({count} per line); band: interquartile range."),
        format!(
            "Start: first recorded {time} of a run; middle: the one nearest to half of its {time}s; end: its last.",
            time = scene.time()
        ),
    ];
    caption.extend(tally::remarks(
        scene.runs,
        "what it recorded counts",
        "what they recorded counts",
    ));
    caption
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_layers_every_fifth_is_named_from_the_output_down() {
        let layers = |hidden: usize| -> Vec<String> {
            (1..=hidden).map(|n| format!("hidden{n}")).chain(["output".to_owned()]).collect()
        };
        assert_eq!(names(&layers(3)), layers(3));
        let many = names(&layers(12));
        let named = many.iter().enumerate().filter(|(_, name)| !name.is_empty());
        let named: Vec<(usize, &str)> = named.map(|(place, name)| (place, name.as_str())).collect();
        assert_eq!(named, [(2, "3"), (7, "8"), (12, "output")]);
    }

    #[test]
    fn the_middle_is_the_recorded_epoch_nearest_to_half_of_the_run() {
        let series = |epochs: &[u64]| Series {
            metric: String::new(),
            epochs: epochs.to_vec(),
            values: epochs.iter().map(|&e| e as f64).collect(),
        };
        let moments = |epochs: &[u64]| Moment::ALL.map(|moment| moment.of(&series(epochs)));
        assert_eq!(moments(&[1, 10, 20, 30, 35]), [Some(1.0), Some(20.0), Some(35.0)]);
        assert_eq!(moments(&[1]), [Some(1.0); 3]);
        assert_eq!(moments(&[]), [None; 3]);
    }
}
