//! `deltalab check SPEC`: is the spec right, and what would it run?

use super::args::SpecArgs;
use super::cells::{self, MOST_ROWS};
use super::failure::Failure;
use super::json::number;
use super::run::size;
use super::table::{Align, Table};
use super::terminal::{BOLD, DIM, Terminal, styled};
use super::words::{bytes, count, counted, duration, wrapped};
use super::{simd, source};
use deltalab_lab::run::{Estimate, estimate};
use deltalab_lab::{Plan, PlannedCell};
use deltalab_results::precision::Precision;
use deltalab_results::weights::Which;
use deltalab_results::{Study, Tuning};
use serde_json::{Value as Json, json};

/// Check a spec, and print its plan: cells, seeds, runs, networks, time and size at most
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    spec: SpecArgs,
    /// Threads that the time is estimated for [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    threads: Option<u16>,
    /// Print JSON, each cell with every default filled in
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let level = simd::level()?;
        let (_, plan) = source::load(&self.spec)?;
        let threads = self.threads.map_or_else(simd::cores, usize::from);
        let estimate = estimate(&plan, level, threads);
        if self.json {
            return terminal.print_json(&document(&plan, &estimate, threads));
        }
        let study = &plan.study;
        let mut lines = vec![format!("{}: {}", styled(BOLD, &study.name), size(&plan))];
        if !study.description.is_empty() {
            lines.push(wrapped(&study.description, ""));
        }
        lines.push(String::new());
        lines.extend(cells::table(study, |table| fill(table, &plan)).lines(MOST_ROWS));
        lines.push(String::new());
        lines.extend(study.tuning.as_ref().map(|tuning| wrapped(&searched(study, tuning), "  ")));
        lines.extend(plan.cells.first().map(|cell| recorded(&plan, cell)));
        lines.extend(Precision::of(study).map(|precision| wrapped(&expected(&precision), "  ")));
        lines.push(cost(&estimate, threads));
        terminal.print(&(lines.join("\n") + "\n"))?;
        terminal.say(styled(DIM, "The spec is right. Nothing was trained or written."));
        Ok(())
    }
}

/// What tuning does, and whom it leaves alone.
fn searched(study: &Study, tuning: &Tuning) -> String {
    let cells = (0..study.cells.len()).filter(|&cell| study.search(cell).is_none());
    let mut alone: Vec<&str> = cells.map(|cell| &*study.cells[cell].learner).collect();
    alone.dedup();
    let alone = match alone.is_empty() {
        true => String::new(),
        false => format!(" Not tuned, having none of these: {}.", alone.join(", ")),
    };
    format!(
        "Tuned first, by {}: {}; {} for {}, each on {}.{alone}",
        tuning.select.name(),
        tuning.keys.join(", "),
        counted(tuning.trials().count() as u64, "trial"),
        counted(tuning.searches.len() as u64, "cell"),
        counted(tuning.seeds.len() as u64, "seed"),
    )
}

fn fill(table: &mut Table, plan: &Plan) {
    if plan.study.tuning.is_some() {
        let trials = |cell| plan.study.search(cell).map(|search| search.trials.len().to_string());
        let trials = (0..plan.cells.len()).map(|cell| trials(cell).unwrap_or_default());
        table.column("trials", Align::Right, trials);
    }
    let of = |value: fn(&PlannedCell) -> String| plan.cells.iter().map(value);
    table.column("network", Align::Left, of(layers));
    table.column(
        "parameters",
        Align::Right,
        of(|cell| count(cell.setup.topology.parameters() as u64)),
    );
    table.column("patterns", Align::Right, of(|cell| count(cell.setup.train_patterns as u64)));
    table.column(
        "epochs",
        Align::Right,
        of(|cell| format!("≤ {}", count(cell.setup.train.max_epochs))),
    );
    if plan.study.cells.iter().any(|cell| cell.criterion.is_some()) {
        let criteria =
            plan.study.cells.iter().map(|cell| cell.criterion.clone().unwrap_or_default());
        table.column("solved", Align::Left, criteria);
    }
}

/// `2-4-1`
fn layers(cell: &PlannedCell) -> String {
    let layers = &cell.setup.topology.layers;
    layers.iter().map(|layer| layer.units.to_string()).collect::<Vec<_>>().join("-")
}

fn recorded(plan: &Plan, cell: &PlannedCell) -> String {
    let names: Vec<_> = plan.study.finals.iter().map(|metric| metric.name.as_str()).collect();
    let every = match cell.setup.record.every {
        1 => plan.study.time.clone(),
        every => format!("{} {}s", count(every), plan.study.time),
    };
    let weights = match kept(plan) {
        Which::None => "",
        Which::Final => " Kept: the weights that each run ends with.",
        Which::Curve => " Kept: the weights at every point of the curves.",
    };
    let recorded = format!("Recorded at the end: {}; curves every {every}.", names.join(", "));
    wrapped(&(recorded + weights), "  ")
}

/// Which weights are kept of the first cell that keeps any.
fn kept(plan: &Plan) -> Which {
    let mut cells = plan.study.cells.iter().map(|cell| cell.weights);
    cells.find(|kept| !kept.is_none()).unwrap_or_default()
}

/// How wide the intervals will be, and how clear a lead must be.
fn expected(precision: &Precision) -> String {
    let Precision { n, share, mean, median, tests, pairs, lead } = *precision;
    if n == 1 {
        return "One seed: no interval, and no comparison can be shown. More seeds: --seeds N."
            .to_string();
    }
    let end =
        |end: Option<f64>, none: &str| end.map_or(none.to_string(), |end| format!("{end:.0}"));
    let mut text = format!(
        "With {n} seeds, 95 % intervals will be about: a success rate near ½ ± {:.0} points; a mean, or a mean difference, ± {mean:.2} standard deviations; a median from the {} to the {} % point of the runs.",
        100.0 * share,
        end(median[0], "lowest"),
        end(median[1], "highest"),
    );
    if pairs > 0 {
        let family = format!(
            "{} of {} of cells, corrected together",
            counted(tests as u64, "test"),
            counted(pairs as u64, "pair")
        );
        text += &match lead {
            Some(lead) => {
                format!(" After Holm ({family}) a lead can be shown from {lead} of {n} seeds on.")
            }
            None => format!(
                " After Holm ({family}) no lead can be shown, not even on all {n} seeds: more seeds, or fewer cells."
            ),
        };
    }
    text
}

fn cost(estimate: &Estimate, threads: usize) -> String {
    wrapped(
        &format!(
            "At most {}, if no run stops early: {} on {}, {} of results.",
            counted(estimate.pattern_updates, "pattern update"),
            duration(estimate.seconds),
            counted(threads as u64, "thread"),
            bytes(estimate.bytes),
        ),
        "  ",
    )
}

fn document(plan: &Plan, estimate: &Estimate, threads: usize) -> Json {
    let study = &plan.study;
    let cells = plan.iter().map(|(cell, planned)| {
        let axes = study.axes.iter().zip(&cell.axes);
        let axes: serde_json::Map<_, _> = axes.filter_map(|(axis, value)| Some((axis.clone(), json!(value.as_ref()?)))).collect();
        json!({
            "cell": cell.id,
            "learner": cell.learner,
            "axes": axes,
            "layers": planned.setup.topology.layers.iter().map(|layer| layer.units).collect::<Vec<_>>(),
            "parameters": planned.setup.topology.parameters(),
            "train_patterns": planned.setup.train_patterns,
            "max_epochs": cell.max_epochs,
            "criterion": cell.criterion,
            "config": cell.config,
        })
    });
    let tuning = study.tuning.as_ref().map(|tuning| {
        let searches = tuning.searches.iter().map(|search| {
            let cell = &study.cells[search.cell];
            let trials = search.trials.iter().map(|trial| {
                let values = tuning.keys.iter().zip(&trial.values);
                let values: serde_json::Map<_, _> = values.filter_map(|(key, value)| Some((key.clone(), json!(value.as_ref()?)))).collect();
                json!({ "cell": trial.id, "values": values })
            });
            json!({ "place": search.cell, "learner": cell.learner, "trials": trials.collect::<Vec<_>>() })
        });
        json!({
            "keys": tuning.keys,
            "seeds": tuning.seeds,
            "select": tuning.select,
            "runs": plan.tuning_runs(),
            "searches": searches.collect::<Vec<_>>(),
        })
    });
    json!({
        "name": study.name,
        "description": study.description,
        "tuning": tuning,
        "cells": cells.collect::<Vec<_>>(),
        "seeds": study.seeds,
        "runs": plan.runs(),
        "finals": study.finals.iter().map(|metric| &metric.name).collect::<Vec<_>>(),
        "precision": Precision::of(study).map(|it| json!({
            "success_rate": number(it.share),
            "mean_in_deviations": number(it.mean),
            "median_percentiles": it.median,
            "pairs": it.pairs,
            "tests": it.tests,
            "seeds_to_lead": it.lead,
        })),
        "curves": study.curves.iter().map(|metric| &metric.name).collect::<Vec<_>>(),
        "at_most": {
            "pattern_updates": estimate.pattern_updates,
            "seconds": number(estimate.seconds),
            "threads": threads,
            "bytes": estimate.bytes,
        },
    })
}
