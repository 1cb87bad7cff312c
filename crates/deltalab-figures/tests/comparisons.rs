//! What holds for the figures that compare cells and layers: their numbers are those of the records.

use deltalab_figures::{Figure, render};
use deltalab_results::{
    Better, Cell, FigureRequest, Metric, Record, Runs, Series, Status, Study, summary,
};

fn metric(name: &str) -> Metric {
    Metric { name: name.to_owned(), better: Better::Lower, ..Metric::default() }
}

/// Two learners, two rates of their own, two sizes of the task; three seeds.
fn study() -> Study {
    let mut cells = Vec::new();
    for learner in ["BP", "CHL"] {
        for rate in ["0.1", "1"] {
            for bits in ["2", "3"] {
                cells.push(Cell {
                    id: format!("{learner}-{rate}-{bits}"),
                    learner: learner.to_owned(),
                    axes: vec![Some(rate.to_owned()), Some(bits.to_owned())],
                    max_epochs: 100,
                    criterion: Some("sse < 0.1".to_owned()),
                    ..Cell::default()
                });
            }
        }
    }
    let curves = [
        "gradient_angle",
        "gradient_angle(hidden)",
        "delta_norm",
        "delta_norm(hidden)",
        "delta_norm(output)",
    ];
    Study {
        name: "xor".to_owned(),
        axes: vec!["learner.learning_rate".to_owned(), "task.bits".to_owned()],
        cells,
        seeds: vec![0, 1, 2],
        finals: vec![metric("train_sse")],
        curves: curves.map(metric).to_vec(),
        time: "epoch".to_owned(),
        ..Study::default()
    }
}

/// Epochs to criterion of a cell's run, by place and seed; `None`: never.
fn epochs(cell: usize, seed: u64) -> Option<u64> {
    let solved = !(cell == 5 && seed < 2);
    solved.then_some(10 + 3 * cell as u64 + 7 * ((seed + cell as u64) % 3))
}

fn records(study: &Study) -> Vec<Record> {
    let run = |cell: usize, seed: u64| {
        let solved_epoch = epochs(cell, seed);
        let last = solved_epoch.unwrap_or(100);
        let at = [1, last / 2, last];
        let curve = |(n, metric): (usize, &Metric)| Series {
            metric: metric.name.clone(),
            epochs: at.to_vec(),
            values: at.iter().map(|&e| (e + n as u64) as f64 / (1.0 + seed as f64)).collect(),
        };
        Record {
            cell: study.cells[cell].id.clone(),
            seed,
            status: if solved_epoch.is_some() { Status::Solved } else { Status::Unsolved },
            epochs: last,
            solved_epoch,
            finals: vec![("train_sse".to_owned(), cell as f64 + seed as f64)],
            curves: study.curves.iter().enumerate().map(curve).collect(),
            pattern_updates: 0,
        }
    };
    (0..study.cells.len()).flat_map(|cell| [0, 1, 2].map(|seed| run(cell, seed))).collect()
}

fn figure(request: FigureRequest) -> Figure {
    let study = Study { figures: vec![request], ..study() };
    render(&study, &records(&study), &[]).unwrap().remove(0)
}

fn request(kind: &str) -> FigureRequest {
    FigureRequest { kind: kind.to_owned(), ..FigureRequest::default() }
}

/// Rows of the table, by the names of its columns.
fn rows(figure: &Figure) -> Vec<std::collections::HashMap<String, String>> {
    let csv = String::from_utf8(figure.csv.clone()).unwrap();
    let mut lines = csv.lines();
    let names: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
    lines
        .map(|line| names.iter().cloned().zip(line.split(',').map(str::to_owned)).collect())
        .collect()
}

fn number(row: &std::collections::HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

/// Frames of best fields: closed lines of the frames' width.
fn frames(svg: &str) -> usize {
    svg.lines()
        .filter(|line| line.starts_with("<polyline") && line.contains("stroke-width=\"2.4\""))
        .count()
}

#[test]
fn a_grid_shows_the_summary_of_every_cell_and_frames_the_best() {
    let study = study();
    let records = records(&study);
    let summaries = summary::summaries(&Runs::new(&study, &records));
    let expected: Vec<[f64; 3]> = summaries
        .iter()
        .map(|summary| {
            let success = summary.success.unwrap();
            let epochs = success.epochs.median.map_or(f64::NAN, |median| median as f64);
            [success.rate, epochs, summary.finals[0].unwrap().mean]
        })
        .collect();
    for (n, measure) in ["success_rate", "median_epochs", "train_sse"].into_iter().enumerate() {
        let figure = figure(FigureRequest { metric: measure.to_owned(), ..request("grid") });
        let rows = rows(&figure);
        assert_eq!((figure.name.clone(), rows.len()), (format!("grid-{measure}"), 8));
        let mut best = 0;
        for (row, expected) in rows.iter().zip(&expected) {
            assert_eq!(row["measure"], measure);
            match expected[n].is_nan() {
                true => assert_eq!(row["value"], "", "a median that is not reached"),
                false => assert_eq!(number(row, "value"), expected[n], "{row:?}"),
            }
            best += usize::from(row["best"] == "1");
        }
        // Four fields a panel; with success_rate several are the best, all of them framed.
        assert_eq!(best, if n == 0 { 7 } else { 2 }, "{measure}");
        assert_eq!(frames(&figure.svg), best, "{measure}");
        let least =
            rows[4..].iter().filter(|row| row["best"] == "1").map(|row| number(row, "value"));
        let values = expected[4..].iter().map(|e| e[n]).filter(|v| !v.is_nan());
        let extreme =
            if n == 0 { values.fold(0.0, f64::max) } else { values.fold(f64::INFINITY, f64::min) };
        assert!(
            least.clone().count() > 0 && least.into_iter().all(|value| value == extreme),
            "{measure}"
        );
    }
}

#[test]
fn a_field_whose_median_is_not_reached_is_struck_out() {
    let strokes = |metric: &str| {
        let figure = figure(FigureRequest { metric: metric.to_owned(), ..request("grid") });
        let lines = figure.svg.lines().filter(|line| line.starts_with("<polyline"));
        (lines.filter(|line| line.contains("stroke=\"#999999\"")).count(), figure)
    };
    let (struck, figure) = strokes("median_epochs");
    assert_eq!(struck, 1, "two of three runs of cell 5 are never solved");
    assert!(
        labels(&figure.svg)
            .iter()
            .any(|text| text.contains("Struck out: fewer than half of the runs"))
    );
    assert_eq!(strokes("train_sse").0, 0);
}

/// Labels of an SVG, in their order.
fn labels(svg: &str) -> Vec<&str> {
    let text = |line: &'_ str| -> Option<(usize, usize)> {
        let end = line.rfind("</text>")?;
        Some((line[..end].rfind('>')? + 1, end))
    };
    svg.lines().filter_map(|line| text(line).map(|(start, end)| &line[start..end])).collect()
}

#[test]
fn a_side_of_a_grid_holds_the_axes_that_were_asked_for_together() {
    let study = study();
    let together = figure(FigureRequest { rows: study.axes.clone(), ..request("grid") });
    let values = |axis: usize| {
        let mut values: Vec<String> = Vec::new();
        for value in study.cells.iter().map(|cell| cell.axes[axis].clone().unwrap()) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    // With both axes on the rows none is left for the columns.
    assert!(
        labels(&together.svg).iter().any(|text| text.contains("no axis")),
        "{:?}",
        labels(&together.svg)
    );
    let columns = figure(FigureRequest { columns: study.axes.clone(), ..request("grid") });
    let labels = labels(&columns.svg);
    for first in values(0) {
        for second in values(1) {
            let both = format!("{first}, {second}");
            assert!(labels.contains(&both.as_str()), "{both}: {labels:?}");
        }
    }
    let names: Vec<&str> = study.axes.iter().map(|axis| axis.rsplit('.').next().unwrap()).collect();
    assert!(labels.contains(&names.join(", ").as_str()), "{labels:?}");
    // The learners are the rows then.
    assert!(study.cells.iter().all(|cell| labels.contains(&cell.learner.as_str())), "{labels:?}");
}

#[test]
fn a_profile_is_the_share_of_problems_within_each_factor() {
    let figure = figure(request("profile"));
    // A problem is a size of the task and a seed; a solver a learner with its rate: cells 2 s and 2 s + 1 for the sizes.
    let times = |solver: usize| {
        let of = move |size: usize| {
            (0..3).map(move |seed| {
                epochs(2 * solver + size, seed).map_or(f64::INFINITY, |t| t as f64)
            })
        };
        (0..2).flat_map(of).collect::<Vec<f64>>()
    };
    let all: Vec<Vec<f64>> = (0..4).map(times).collect();
    let fewest: Vec<f64> =
        (0..6).map(|p| all.iter().map(|t| t[p]).fold(f64::INFINITY, f64::min)).collect();
    let rows = rows(&figure);
    for (solver, (learner, rate)) in
        [("BP", "0.1"), ("BP", "1"), ("CHL", "0.1"), ("CHL", "1")].into_iter().enumerate()
    {
        let mine = rows
            .iter()
            .filter(|row| row["learner"] == learner && row["learner.learning_rate"] == rate);
        let mut count = 0;
        for row in mine {
            let factor = number(row, "factor");
            let within = (0..6).filter(|&p| all[solver][p] / fewest[p] <= factor).count();
            assert_eq!((number(row, "within"), number(row, "n")), (within as f64, 6.0), "{row:?}");
            assert_eq!(number(row, "share"), within as f64 / 6.0);
            assert!(
                number(row, "low") <= number(row, "share")
                    && number(row, "share") <= number(row, "high")
            );
            count += 1;
        }
        assert!(count >= 2, "{learner} {rate}");
    }
    for (solver, name) in [(0, "BP, learning_rate = 0.1"), (2, "CHL, learning_rate = 0.1")] {
        // of six relative speeds the lowest and the highest are left out
        let mut speeds: Vec<f64> = (0..6).map(|p| fewest[p] / all[solver][p]).collect();
        speeds.sort_by(f64::total_cmp);
        let mean = speeds[1..5].iter().sum::<f64>() / 4.0;
        let (learner, _) = name.split_once(',').unwrap();
        let row = rows.iter().find(|row| row["learner"] == learner).unwrap();
        assert!((number(row, "iqm") - mean).abs() < 1e-15, "{name}: {row:?}"); // a rounding or two of 1
        assert!(number(row, "iqm_low") <= mean && mean <= number(row, "iqm_high"), "{row:?}");
        assert!(figure.svg.contains(&format!(">{name}: {mean:.2} [")), "{name} in the legend");
    }
    let last = rows
        .iter()
        .rfind(|row| row["learner"] == "CHL" && row["learner.learning_rate"] == "0.1")
        .unwrap();
    assert_eq!(number(last, "within"), 4.0, "two of its runs are never solved");
}

#[test]
fn angles_are_those_of_the_learning_curves_of_the_same_metrics() {
    let angles = figure(FigureRequest { facet: "learner".to_owned(), ..request("angle") });
    let mut expected = Vec::new();
    for metric in ["gradient_angle", "gradient_angle(hidden)"] {
        let curve =
            figure(FigureRequest { metric: metric.to_owned(), ..request("learning-curve") });
        expected.extend(rows(&curve).into_iter().map(|row| {
            (
                row["cell"].clone(),
                row["metric"].clone(),
                row["epoch"].clone(),
                row["median"].clone(),
            )
        }));
    }
    let mut found: Vec<_> = rows(&angles)
        .into_iter()
        .map(|row| {
            (
                row["cell"].clone(),
                row["metric"].clone(),
                row["epoch"].clone(),
                row["median"].clone(),
            )
        })
        .collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    for title in ["all weights, BP", "into hidden, CHL"] {
        assert!(angles.svg.contains(&format!(">{title}</text>")), "{title}");
    }
}

#[test]
fn layers_show_delta_at_the_start_in_the_middle_and_at_the_end() {
    let figure = figure(request("layers"));
    let rows = rows(&figure);
    assert_eq!(rows.len(), 8 * 3 * 2, "cells x moments x layers");
    for row in &rows {
        let study = study();
        let cell = study.cells.iter().position(|cell| cell.id == row["cell"]).unwrap();
        let metric =
            study.curves.iter().position(|metric| metric.name == row["metric"]).unwrap() as u64;
        let value = |seed: u64| {
            let last = epochs(cell, seed).unwrap_or(100);
            let epoch = match row["moment"].as_str() {
                "start" => 1,
                "middle" => last / 2,
                _ => last,
            };
            (epoch + metric) as f64 / (1.0 + seed as f64)
        };
        let mut values = [0, 1, 2].map(value);
        values.sort_by(f64::total_cmp);
        assert_eq!(number(row, "median"), values[1], "{row:?}");
    }
    for name in ["hidden", "output", "start", "middle", "end"] {
        assert!(figure.svg.contains(&format!(">{name}")), "{name}");
    }
}

#[test]
fn a_moment_keeps_its_column_however_many_facets_there_are() {
    let mut study = study();
    for (n, cell) in study.cells.iter_mut().enumerate() {
        cell.learner = ["A", "B", "C", "D"][n / 2].to_owned();
        cell.axes[0] = None;
    }
    let records = records(&study);
    study.figures = vec![FigureRequest { facet: "learner".to_owned(), ..request("layers") }];
    let svg = render(&study, &records, &[]).unwrap().remove(0).svg;
    let at = |title: &str, side: &str| {
        let line = svg.lines().find(|line| line.ends_with(&format!(">{title}</text>")));
        let line = line.unwrap_or_else(|| panic!("no panel {title}"));
        line.split(&format!("{side}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    for moment in ["start", "middle", "end"] {
        let of = |learner: &str| at(&format!("{moment}, {learner}"), " x");
        assert!(["B", "C", "D"].iter().all(|learner| of(learner) == of("A")), "{moment}");
    }
    assert_eq!(at("start, A", " y"), at("end, A", " y"));
}

#[test]
fn a_figure_with_nothing_to_show_says_why() {
    let said = |kind: &str, study: Study| {
        let study = Study { figures: vec![request(kind)], ..study };
        let svg = render(&study, &[], &[]).unwrap().remove(0).svg;
        let texts = svg.lines().filter(|line| line.starts_with("<text"));
        texts
            .filter_map(|line| line.split_once('>')?.1.strip_suffix("</text>"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let bare = Study { curves: Vec::new(), ..study() };
    assert!(said("angle", bare.clone()).contains("gradient_angle was not recorded"));
    assert!(said("layers", bare.clone()).contains("delta_norm was not recorded"));
    let one = Study { cells: study().cells[..1].to_vec(), ..study() };
    assert!(said("grid", one.clone()).contains("no axis of the grid has two values"));
    assert!(said("profile", one).contains("here is only one"));
    assert!(said("grid", study()).contains("no run has finished yet"));
    assert!(
        said("profile", study()).contains("no problem on which every learner has a finished run")
    );
    let cues = said("associations", study());
    assert_eq!(cues.matches("no associative strength was recorded").count(), 1, "{cues}");
    let mut open = study();
    open.cells.iter_mut().for_each(|cell| cell.criterion = None);
    assert!(said("profile", open).contains("no criterion was set"));
}
