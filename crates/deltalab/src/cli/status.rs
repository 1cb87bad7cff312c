//! `deltalab status DIR`: what is finished in a result folder, and what is missing.

use super::cells::{self, MOST_ROWS};
use super::failure::Failure;
use super::table::{Align, Table};
use super::terminal::{BOLD, DIM, Terminal, styled};
use super::words::{count, counted};
use deltalab_results::{Folder, Opened, Runs, Status};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// Show what is finished in a result folder, and what is missing
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A result folder, such as results/xor-rules
    dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let opened = Folder::open(&self.dir)?;
        let runs = opened.runs();
        match self.json {
            true => terminal.print_json(&document(&opened, &runs)),
            false => terminal.print(&text(&opened, &runs)),
        }
    }
}

/// Finished runs of a cell, by how they ended.
struct Tally {
    solved: usize,
    unsolved: usize,
    diverged: usize,
}

impl Tally {
    fn of(runs: &Runs, cell: usize) -> Self {
        let ended = |status| runs.of(cell).filter(|record| record.status == status).count();
        Self {
            solved: ended(Status::Solved),
            unsolved: ended(Status::Unsolved),
            diverged: ended(Status::Diverged),
        }
    }

    fn finished(&self) -> usize {
        self.solved + self.unsolved + self.diverged
    }
}

fn tallies(runs: &Runs) -> Vec<Tally> {
    (0..runs.study().cells.len()).map(|cell| Tally::of(runs, cell)).collect()
}

fn text(opened: &Opened, runs: &Runs) -> String {
    let study = runs.study();
    let (finished, planned) = (runs.finished() as u64, runs.planned() as u64);
    let state = match finished == planned {
        true => format!("all {} are finished", counted(planned, "run")),
        false => format!("partial {}/{}", count(finished), counted(planned, "run")),
    };
    let tallies = tallies(runs);
    let seeds = study.seeds.len();
    let table = cells::table(study, |table: &mut Table| {
        table.column(
            "finished",
            Align::Right,
            tallies.iter().map(|tally| format!("{}/{seeds}", tally.finished())),
        );
        table.column("solved", Align::Right, tallies.iter().map(|tally| tally.solved.to_string()));
        table.column(
            "unsolved",
            Align::Right,
            tallies.iter().map(|tally| tally.unsolved.to_string()),
        );
        table.column(
            "diverged",
            Align::Right,
            tallies.iter().map(|tally| tally.diverged.to_string()),
        );
        table.column(
            "missing",
            Align::Right,
            tallies.iter().map(|tally| (seeds - tally.finished()).to_string()),
        );
    });
    let mut lines = vec![format!("{}: {state}", styled(BOLD, &study.name)), String::new()];
    lines.extend(table.lines(MOST_ROWS));
    if let Some(tuning) = &study.tuning {
        lines.push(String::new());
        lines.push(format!(
            "Tuning: {} of {} are finished ({} × {}).",
            count(runs.tuned() as u64),
            counted(tuning.planned() as u64, "run"),
            counted(tuning.trials().count() as u64, "trial"),
            counted(tuning.seeds.len() as u64, "seed"),
        ));
    }
    if !opened.damaged.is_empty() {
        lines.push(String::new());
        lines.push(format!(
            "{}, whose runs count as missing:",
            counted(opened.damaged.len() as u64, "damaged journal line")
        ));
        lines.extend(opened.damaged.iter().map(|damaged| format!("  {damaged}")));
    }
    if !opened.others.is_empty() {
        let others = counted(opened.others.len() as u64, "finished run");
        lines.push(String::new());
        lines.push(format!("{others} of cells or seeds that the spec no longer has: kept for when it has them again."));
    }
    if finished < planned {
        lines.push(String::new());
        lines.push(styled(DIM, "The command that began it goes on from here."));
    }
    lines.join("\n") + "\n"
}

fn document(opened: &Opened, runs: &Runs) -> Json {
    let study = runs.study();
    let seeds = study.seeds.len();
    let cells = study.cells.iter().zip(tallies(runs)).map(|(cell, tally)| {
        let axes = study.axes.iter().zip(&cell.axes);
        let axes: serde_json::Map<_, _> =
            axes.filter_map(|(axis, value)| Some((axis.clone(), json!(value.as_ref()?)))).collect();
        json!({
            "cell": cell.id,
            "learner": cell.learner,
            "axes": axes,
            "tuned": cell.tuned,
            "finished": tally.finished(),
            "solved": tally.solved,
            "unsolved": tally.unsolved,
            "diverged": tally.diverged,
            "missing": seeds - tally.finished(),
        })
    });
    let tuning = study.tuning.as_ref().map(|tuning| {
        json!({
            "finished": runs.tuned(),
            "planned": tuning.planned(),
            "trials": tuning.trials().count(),
            "seeds": tuning.seeds,
        })
    });
    json!({
        "name": study.name,
        "tuning": tuning,
        "finished": runs.finished(),
        "planned": runs.planned(),
        "cells": cells.collect::<Vec<_>>(),
        "damaged": opened.damaged.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "others": opened.others.len(),
    })
}
