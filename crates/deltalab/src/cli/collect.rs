//! `deltalab collect DIR`: the parts of a sharded run become the usual files.

use super::failure::Failure;
use super::json::number;
use super::run::{self, program};
use super::stored;
use super::terminal::{NAME, Terminal, styled};
use super::verdict;
use super::words::{self, count, counted, wrapped};
use deltalab_lab::run::{Collected, Missing, RunError, Unfinished, collect};
use deltalab_results::{Error, Folder};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// Shards or cells that a refusal names; `deltalab status` shows all.
const MOST_NAMED: usize = 12;

/// Make the usual files of the parts of a sharded run, once every shard is through
///
/// Tables, figures and verdict are byte for byte those of deltalab run without shards. Where runs are
/// missing it says which, and writes nothing; with --partial it takes what is there, leaves the parts
/// alone (shards may go on), and says partial n/N.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The result folder that the shards share, such as results/xor-rules
    dir: PathBuf,
    /// Take what is there, though runs are missing
    #[arg(long)]
    partial: bool,
    /// Where data files that the spec names are [default: DIR]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Print the verdict as JSON, with what is missing and where the files are
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let folder = Folder::at(&self.dir);
        let (spec, plan) = stored::spec_of(&folder, self.data.as_deref(), terminal)?;
        let collected = collect(&folder, &spec, &plan, unfinished(self.partial)).map_err(failed)?;
        tell(terminal, &self.dir, &collected, self.json)
    }
}

/// What `--partial` says.
pub fn unfinished(partial: bool) -> Unfinished {
    if partial { Unfinished::Partial } else { Unfinished::Refuse }
}

/// What was refused, and what failed.
pub fn failed(error: RunError) -> Failure {
    match error {
        RunError::Incomplete { path, missing } => Failure::Incomplete { path, missing },
        RunError::Results(Error::Write { .. }) => Failure::Running {
            error,
            kept: "Every finished run is kept in parts/; the same command makes the rest."
                .to_string(),
        },
        error => Failure::Output(error),
    }
}

/// Draws the figures of a folder that has its tables now, and prints the verdict.
pub fn tell(
    terminal: &Terminal,
    out: &Path,
    collected: &Collected,
    as_json: bool,
) -> Result<(), Failure> {
    let opened = Folder::open(out)?;
    for damaged in &opened.damaged {
        terminal.warn(format_args!("{damaged}; its run counts as missing"));
    }
    let study = &collected.plan.study;
    let runs = deltalab_results::Runs::new(study, &opened.records);
    let traces = opened.folder.read_traces()?;
    let figures = opened.folder.figures();
    let figures = deltalab_figures::draw(study, &opened.records, &traces, &figures);
    let figures = figures.map_err(Failure::Figures)?;
    let verdict = deltalab_results::verdict::verdict(&runs, &collected.analysis);
    let missing = &collected.missing;
    if as_json {
        return terminal.print_json(&json!({
            "name": study.name,
            "folder": out.display().to_string(),
            "planned": missing.planned,
            "finished": missing.finished,
            "partial": !missing.is_empty(),
            "missing": document(missing),
            "train_seconds": number(collected.manifest.train_seconds),
            "verdict": verdict::json(&runs, &verdict),
            "paths": run::paths(out, study, &figures),
        }));
    }
    let folder = words::folder(out);
    terminal.print(&verdict::text(&runs, &verdict, &folder))?;
    if !missing.is_empty() {
        terminal.warn(format_args!(
            "partial {}/{}, and the figures say so",
            count(missing.finished),
            counted(missing.planned, "run"),
        ));
    }
    terminal.say(run::where_it_is(&folder, study, &figures));
    let report = format!("{} report {}", program(), words::shell(&out.display().to_string()));
    terminal.say(format_args!(
        "Next: {}  (one page: verdict, tables, figures, methods, sources)",
        styled(NAME, report)
    ));
    Ok(())
}

fn document(missing: &Missing) -> Json {
    let shards = missing
        .shards
        .iter()
        .map(|(shard, runs)| json!({ "shard": shard.place(), "shards": shard.of(), "runs": runs }));
    let cells = missing.cells.iter().map(|(cell, runs)| json!({ "cell": cell, "runs": runs }));
    json!({ "shards": shards.collect::<Vec<_>>(), "cells": cells.collect::<Vec<_>>() })
}

/// What is missing, where, and what to do.
pub fn refusal(path: &Path, missing: &Missing) -> String {
    let list = |what: &str, named: Vec<String>| {
        let more = named.len().saturating_sub(MOST_NAMED);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        let named = &named[..named.len().min(MOST_NAMED)];
        wrapped(&format!("  {what}: {}{more}", named.join(", ")), "    ")
    };
    let named = |name: String, runs: u64| format!("{name} ({})", counted(runs, "run"));
    let mut lines = vec![format!("{}: {}:", path.display(), missing.sentence())];
    if !missing.shards.is_empty() {
        let shards = missing.shards.iter().map(|(shard, runs)| named(shard.to_string(), *runs));
        lines.push(list("in shards", shards.collect()));
    }
    let cells = missing.cells.iter().map(|(cell, runs)| named(cell.clone(), *runs));
    lines.push(list("of", cells.collect()));
    lines.push(match missing.shards.is_empty() {
        true => "--partial takes what is there.".to_string(),
        false => wrapped(
            "Run these shards again (deltalab run with --shard, or deltalab submit once more); --partial takes what is \
             there.",
            "",
        ),
    });
    lines.join("\n")
}
