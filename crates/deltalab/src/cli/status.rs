//! `deltalab status DIR`: what is finished in a result folder, and what is missing, by cell and by shard.
//!
//! Of the journals only cell, seed and status are read: it is quick also where a hundred thousand runs are finished.

use super::cells::{self, MOST_ROWS};
use super::failure::Failure;
use super::table::{Align, Table};
use super::terminal::{BOLD, DIM, Terminal, styled};
use super::words::{count, counted};
use deltalab_lab::run::shard::Deal;
use deltalab_results::journal::{self, Damaged, Finished};
use deltalab_results::{Folder, Status, Study, part};
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// Show what is finished in a result folder, and what is missing, by cell and by shard
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
        let progress = Progress::read(&Folder::at(&self.dir))?;
        match self.json {
            true => terminal.print_json(&progress.document()),
            false => terminal.print(&progress.text()),
        }
    }
}

/// How far a folder has come.
struct Progress {
    study: Study,
    cells: Vec<Tally>,
    /// Finished runs of the tuning.
    tuned: usize,
    /// Finished runs that the study does not ask for.
    others: usize,
    shards: Vec<ShardRow>,
    damaged: Vec<Damaged>,
}

/// Finished runs of a cell, by how they ended.
#[derive(Clone, Copy, Default)]
struct Tally {
    solved: usize,
    unsolved: usize,
    diverged: usize,
}

impl Tally {
    fn finished(&self) -> usize {
        self.solved + self.unsolved + self.diverged
    }
}

/// A shard, whether it has begun or not.
struct ShardRow {
    shard: u32,
    of: u32,
    planned: u64,
    finished: u64,
    state: &'static str,
}

impl Progress {
    fn read(folder: &Folder) -> Result<Self, Failure> {
        let study = folder.read_manifest()?.study;
        let (runs, damaged) = journal::scan(&folder.parts())?;
        let cells: HashMap<&str, usize> =
            study.cells.iter().enumerate().map(|(place, cell)| (&*cell.id, place)).collect();
        let seeds: HashSet<u64> = study.seeds.iter().copied().collect();
        let tuning = study.tuning.as_ref();
        let trials: HashSet<&str> =
            tuning.into_iter().flat_map(|tuning| tuning.trials()).map(|trial| &*trial.id).collect();
        let tuning_seeds: HashSet<u64> =
            tuning.into_iter().flat_map(|tuning| tuning.seeds.iter().copied()).collect();
        let mut tallies = vec![Tally::default(); study.cells.len()];
        let (mut tuned, mut others) = (0, 0);
        for run in &runs {
            let tried = trials.contains(&*run.cell) && tuning_seeds.contains(&run.seed);
            match cells.get(&*run.cell).filter(|_| seeds.contains(&run.seed)) {
                Some(&cell) => match run.status {
                    Status::Solved => tallies[cell].solved += 1,
                    Status::Unsolved => tallies[cell].unsolved += 1,
                    Status::Diverged => tallies[cell].diverged += 1,
                },
                None if tried => tuned += 1,
                None => others += 1,
            }
        }
        let shards = shards(folder, &study, &runs)?;
        Ok(Self { study, cells: tallies, tuned, others, shards, damaged })
    }

    /// Runs of the comparison that are finished, and all of them.
    fn runs(&self) -> (usize, usize) {
        let finished = self.cells.iter().map(Tally::finished).sum();
        (finished, self.study.cells.len() * self.study.seeds.len())
    }
}

/// The shards of a folder: for each N of which one has begun, all N.
fn shards(folder: &Folder, study: &Study, runs: &[Finished]) -> Result<Vec<ShardRow>, Failure> {
    let parts = part::read_all(&folder.parts())?;
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let there: HashSet<(&str, u64)> = runs.iter().map(|run| (&*run.cell, run.seed)).collect();
    let trials: Vec<&str> =
        study.tuning.iter().flat_map(|it| it.trials()).map(|trial| &*trial.id).collect();
    let cells: Vec<&str> = study.cells.iter().map(|cell| &*cell.id).collect();
    let tuning_seeds = study.tuning.as_ref().map_or(&[][..], |tuning| &tuning.seeds);
    let mut several: Vec<u32> = parts.iter().map(|part| part.of).collect();
    several.dedup();
    let mut rows = Vec::new();
    for of in several {
        let mut counts = vec![(0, 0); of as usize];
        for (ids, seeds) in [(&trials, tuning_seeds), (&cells, &study.seeds)] {
            let deal = Deal::new(ids.len(), seeds.len(), of);
            for (cell, id) in ids.iter().enumerate() {
                for (place, &seed) in seeds.iter().enumerate() {
                    let (planned, finished) = &mut counts[deal.shard(cell, place) as usize - 1];
                    *planned += 1;
                    *finished += u64::from(there.contains(&(id, seed)));
                }
            }
        }
        for (shard, (planned, finished)) in (1..).zip(counts) {
            let part = parts.iter().find(|part| (part.shard, part.of) == (shard, of));
            let state = match part {
                _ if finished == planned => "finished",
                Some(part) if journal::in_use(&folder.parts(), &part.name()) => "running",
                Some(part) if part.ended => "ended",
                Some(_) => "begun",
                None => "not begun",
            };
            rows.push(ShardRow { shard, of, planned, finished, state });
        }
    }
    Ok(rows)
}

impl Progress {
    fn text(&self) -> String {
        let (study, tallies) = (&self.study, &self.cells);
        let (finished, planned) = self.runs();
        let (finished, planned) = (finished as u64, planned as u64);
        let state = match finished == planned {
            true => format!("all {} are finished", counted(planned, "run")),
            false => format!("partial {}/{}", count(finished), counted(planned, "run")),
        };
        let seeds = study.seeds.len();
        let table = cells::table(study, |table: &mut Table| {
            table.column(
                "finished",
                Align::Right,
                tallies.iter().map(|tally| format!("{}/{seeds}", tally.finished())),
            );
            table.column(
                "solved",
                Align::Right,
                tallies.iter().map(|tally| tally.solved.to_string()),
            );
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
                count(self.tuned as u64),
                counted(tuning.planned() as u64, "run"),
                counted(tuning.trials().count() as u64, "trial"),
                counted(tuning.seeds.len() as u64, "seed"),
            ));
        }
        if !self.shards.is_empty() {
            lines.push(String::new());
            lines.extend(self.shard_table().lines(MOST_ROWS));
        }
        if !self.damaged.is_empty() {
            lines.push(String::new());
            lines.push(format!(
                "{}, whose runs count as missing:",
                counted(self.damaged.len() as u64, "damaged journal line")
            ));
            lines.extend(self.damaged.iter().map(|damaged| format!("  {damaged}")));
        }
        if self.others > 0 {
            let others = counted(self.others as u64, "finished run");
            lines.push(String::new());
            lines.push(format!("{others} of cells or seeds that the spec no longer has: kept for when it has them again."));
        }
        if finished < planned {
            lines.push(String::new());
            lines.push(styled(DIM, "The command that began it goes on from here."));
        } else if !self.shards.is_empty() {
            lines.push(String::new());
            lines.push(styled(DIM, "Every shard is through: deltalab collect makes the tables."));
        }
        lines.join("\n") + "\n"
    }

    fn shard_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.shards.iter();
        table.column("shard", Align::Right, rows().map(|row| format!("{}/{}", row.shard, row.of)));
        let finished = rows().map(|row| format!("{}/{}", count(row.finished), count(row.planned)));
        table.column("finished", Align::Right, finished);
        table.column("state", Align::Left, rows().map(|row| row.state.to_string()));
        table
    }

    fn document(&self) -> Json {
        let study = &self.study;
        let seeds = study.seeds.len();
        let (finished, planned) = self.runs();
        let cells = study.cells.iter().zip(&self.cells).map(|(cell, tally)| {
            let axes = study.axes.iter().zip(&cell.axes);
            let axes: serde_json::Map<_, _> = axes
                .filter_map(|(axis, value)| Some((axis.clone(), json!(value.as_ref()?))))
                .collect();
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
                "finished": self.tuned,
                "planned": tuning.planned(),
                "trials": tuning.trials().count(),
                "seeds": tuning.seeds,
            })
        });
        let shards = self.shards.iter().map(|row| {
            json!({
                "shard": row.shard,
                "shards": row.of,
                "planned": row.planned,
                "finished": row.finished,
                "state": row.state,
            })
        });
        json!({
            "name": study.name,
            "tuning": tuning,
            "finished": finished,
            "planned": planned,
            "cells": cells.collect::<Vec<_>>(),
            "damaged": self.damaged.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "others": self.others,
            "shards": shards.collect::<Vec<_>>(),
        })
    }
}
