//! Metrics and figures of a plan: the columns that `runs.csv` and `curves.csv` will have, and whether what the figures of
//! the spec ask for is among them.

use super::PlannedCell;
use crate::check::Checker;
use crate::diagnostic::{Problem, nearest};
use crate::node::Node;
use crate::spec::Spec;
use deltalab_core::metric::METRICS;
use deltalab_core::train::Column;
use deltalab_results::study::{Better, FigureRequest, Metric, Study};

/// Fills in metrics, time and figures of a study, and reports what a figure asks for in vain.
pub(super) fn fill(study: &mut Study, cells: &[PlannedCell], spec: &Spec, checker: &mut Checker) {
    let conditioning = cells.iter().any(|cell| !cell.setup.probes.is_empty());
    study.time = if conditioning { "trial" } else { "epoch" }.to_string();
    for cell in cells {
        add(&mut study.finals, &cell.setup.finals);
        add(&mut study.curves, &cell.setup.curves);
    }
    for (figure, written) in &spec.figures {
        let mut figure = figure.clone();
        if cells.is_empty() {
            continue; // without a cell there is no metric, and that has been reported
        }
        check(&mut figure, written, study, checker);
        study.figures.push(figure);
    }
}

fn add(metrics: &mut Vec<Metric>, columns: &[Column]) {
    for column in columns {
        if metrics.iter().all(|metric| metric.name != column.name) {
            metrics.push(Metric {
                name: column.name.clone(),
                unit: column.unit.to_string(),
                meaning: column.meaning.clone(),
                better: match column.better {
                    deltalab_core::metric::Better::Lower => Better::Lower,
                    deltalab_core::metric::Better::Higher => Better::Higher,
                    deltalab_core::metric::Better::Neither => Better::Neither,
                },
            });
        }
    }
}

/// Metric and facet of a figure must exist. `sse` is short for `train_sse`.
fn check(figure: &mut FigureRequest, written: &Node, study: &Study, checker: &mut Checker) {
    let place = |key: &str| {
        written
            .table()
            .and_then(|table| table.get(key))
            .map_or(&written.origin, |node| &node.origin)
    };
    let mut names: Vec<&str> = Vec::new();
    for metric in study.finals.iter().chain(&study.curves) {
        if !names.contains(&metric.name.as_str()) {
            names.push(&metric.name);
        }
    }
    let long = format!("train_{}", figure.metric);
    if !figure.metric.is_empty() && names.contains(&long.as_str()) {
        figure.metric = long;
    }
    let summary =
        figure.kind == "grid" && ["success_rate", "median_epochs"].contains(&&*figure.metric);
    if !figure.metric.is_empty() && !names.contains(&figure.metric.as_str()) && !summary {
        let got = figure.metric.clone();
        let stem = got.strip_prefix("train_").or_else(|| got.strip_prefix("test_")).unwrap_or(&got);
        let expected: Vec<String> = names.iter().map(ToString::to_string).collect();
        let problem = match METRICS.iter().any(|metric| metric.name == stem) {
            true => Problem::NotRecorded { name: got, recorded: expected },
            false => {
                let nearest = nearest(&got, names);
                Problem::UnknownName { family: "metric", got, expected, nearest }
            }
        };
        checker.report(place("metric"), "figure.metric", problem);
    }
    let learners = || study.cells.iter().map(|cell| cell.learner.as_str());
    if !figure.learner.is_empty() && !learners().any(|learner| learner == figure.learner) {
        let mut expected: Vec<String> = learners().map(str::to_string).collect();
        expected.dedup();
        let nearest = nearest(&figure.learner, learners());
        let got = figure.learner.clone();
        let problem = Problem::UnknownName { family: "learner", got, expected, nearest };
        checker.report(place("learner"), "figure.learner", problem);
    }
    if let Some(cell) = figure.cell.filter(|&cell| cell >= study.cells.len() as u64) {
        let problem = Problem::NoSuchCell { got: cell, cells: study.cells.len() };
        checker.report(place("cell"), "figure.cell", problem);
    }
    for (key, axes) in [("columns", &figure.columns), ("rows", &figure.rows)] {
        for axis in axes.iter().filter(|axis| !study.axes.contains(axis)) {
            let nearest = nearest(axis, study.axes.iter().map(String::as_str));
            let (got, expected) = (axis.clone(), study.axes.clone());
            let problem = Problem::UnknownName { family: "axis", got, expected, nearest };
            checker.report(place(key), &format!("figure.{key}"), problem);
        }
    }
    let facets = || study.axes.iter().map(String::as_str).chain(["learner"]);
    if !figure.facet.is_empty() && !facets().any(|facet| facet == figure.facet) {
        let expected = facets().map(str::to_string).collect();
        let nearest = nearest(&figure.facet, facets());
        let problem =
            Problem::UnknownName { family: "facet", got: figure.facet.clone(), expected, nearest };
        checker.report(place("facet"), "figure.facet", problem);
    }
}
