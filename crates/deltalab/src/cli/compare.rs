//! `deltalab compare DIR DIR`: two result folders, run by run.

use super::failure::Failure;
use super::json::{interval, number};
use super::stored::{StoredFolder, cell_name};
use super::table::{Align, Table};
use super::terminal::{BOLD, DIM, Terminal, styled};
use super::words::{counted, cut, wrapped};
use deltalab_results::difference::Compared;
use deltalab_results::folders::{Laid, Pair, Setting, Side, lay};
use deltalab_results::{Source, Study};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// Rows of cells, sentences and settings that are printed; `--json` has them all.
const MOST: usize = 40;

/// Settings that are named for one cell.
const MOST_SETTINGS: usize = 6;

/// Lay two result folders side by side, run by run
///
/// Cells with the same id have the same configuration: their runs must be the same, bit by bit. Cells
/// with the same label and another id are compared in pairs by seed: did the change of settings make a
/// difference, or is it chance?
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A result folder, such as results/xor-rules
    first: PathBuf,
    /// Another one
    second: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let mut folders = [
            StoredFolder::open(&self.first, terminal)?,
            StoredFolder::open(&self.second, terminal)?,
        ];
        let [first, second] = &mut folders;
        let studies = [first.study()?, second.study()?];
        let names = folders.each_ref().map(StoredFolder::name);
        let side =
            |n: usize| Side { name: &names[n], study: &studies[n], records: &folders[n].records };
        let sources = folders.each_ref().map(|folder| folder.source);
        let laid = lay(side(0), side(1), compared(sources));
        if laid.pairs.is_empty() {
            return Err(Failure::NothingShared { folders: names });
        }
        if laid.pairs.iter().all(|pair| pair.n == 0) {
            let seeds = studies.each_ref().map(|study| seeds(&study.seeds));
            return Err(Failure::NoSharedSeeds { folders: names, seeds });
        }
        let sides = Sides { names: &names, studies: &studies, sources };
        match self.json {
            true => terminal.print_json(&sides.document(&laid)),
            false => terminal.print(&sides.text(&laid)),
        }
    }
}

/// What both folders hold of a run.
fn compared(sources: [Source; 2]) -> Compared {
    match sources {
        [Source::Journal, Source::Journal] => Compared::Whole,
        _ if sources.contains(&Source::RunsTable) => Compared::Runs,
        _ => Compared::Tables,
    }
}

/// `0–99`, or the first few.
fn seeds(seeds: &[u64]) -> String {
    match seeds {
        [] => "none".to_string(),
        [one] => one.to_string(),
        [first, .., last] if seeds.is_sorted_by(|a, b| a + 1 == *b) => format!("{first}–{last}"),
        _ => {
            let shown: Vec<_> = seeds.iter().take(5).map(u64::to_string).collect();
            shown.join(", ") + if seeds.len() > 5 { ", …" } else { "" }
        }
    }
}

struct Sides<'a> {
    names: &'a [String; 2],
    studies: &'a [Study; 2],
    sources: [Source; 2],
}

impl Sides<'_> {
    fn name(&self, pair: &Pair) -> String {
        cell_name(&self.studies[0], &self.studies[0].cells[pair.first])
    }

    fn is_same_cell(&self, pair: &Pair) -> bool {
        self.studies[0].cells[pair.first].id == self.studies[1].cells[pair.second].id
    }

    fn text(&self, laid: &Laid) -> String {
        let [a, b] = self.names;
        let cells = laid.pairs.len();
        let (n, identical) =
            laid.pairs.iter().fold((0, 0), |(n, same), pair| (n + pair.n, same + pair.identical));
        let heading = format!(
            "{}: {} in both, {} in pairs: {}",
            styled(BOLD, format!("{a} and {b}")),
            counted(cells as u64, "cell"),
            counted(n as u64, "run"),
            match n - identical {
                0 => "every bit is the same.".to_string(),
                differ => format!("{identical} identical, {differ} differ."),
            },
        );
        let mut lines = vec![heading, String::new()];
        let mut table = Table::new();
        let column =
            |text: &dyn Fn(&Pair) -> String| laid.pairs.iter().map(text).collect::<Vec<_>>();
        table.column("cell", Align::Left, column(&|pair| cut(&self.name(pair), 48)));
        table.column("pairs", Align::Right, column(&|pair| pair.n.to_string()));
        table.column("identical", Align::Right, column(&|pair| pair.identical.to_string()));
        table.column("differ", Align::Right, column(&|pair| (pair.n - pair.identical).to_string()));
        let configuration = |pair: &Pair| match self.is_same_cell(pair) {
            true => "the same".to_string(),
            false => "changed".to_string(),
        };
        table.column("settings", Align::Left, column(&configuration));
        lines.extend(table.lines(MOST));
        lines.extend(self.changes(laid));
        lines.extend(self.broken(laid));
        if !laid.sentences.is_empty() {
            lines.push(String::new());
            let sentences = laid.sentences.iter().take(MOST);
            lines.extend(sentences.map(|sentence| wrapped(&sentence.text, "  ")));
            if laid.sentences.len() > MOST {
                let more = counted((laid.sentences.len() - MOST) as u64, "more sentence");
                lines.push(styled(DIM, format!("… and {more}: --json")));
            }
        }
        lines.extend(self.alone(laid));
        if self.sources.contains(&Source::RunsTable) {
            lines.push(styled(DIM, "Curves were not compared: not both folders have them."));
        }
        lines.join("\n") + "\n"
    }

    /// What was changed, once where it is the same for all cells.
    fn changes(&self, laid: &Laid) -> Vec<String> {
        let changed: Vec<&Pair> =
            laid.pairs.iter().filter(|pair| !pair.settings.is_empty()).collect();
        let Some(first) = changed.first() else { return Vec::new() };
        let list = |settings: &[Setting]| {
            let each = settings.iter().take(MOST_SETTINGS);
            let each: Vec<String> = each
                .map(|it| format!("{} {} → {}", it.key, or_none(&it.first), or_none(&it.second)))
                .collect();
            each.join("; ") + if settings.len() > MOST_SETTINGS { "; …" } else { "" }
        };
        let mut lines = vec![String::new()];
        if changed.iter().all(|pair| pair.settings == first.settings) {
            let text = format!("Changed: {}", list(&first.settings));
            lines.push(wrapped(&text, "  "));
        } else {
            for pair in changed.iter().take(MOST) {
                let text = format!("Changed in {}: {}", self.name(pair), list(&pair.settings));
                lines.push(wrapped(&text, "  "));
            }
        }
        lines
    }

    /// Runs of one configuration that are not the same: that must not be.
    fn broken(&self, laid: &Laid) -> Vec<String> {
        let mut lines = Vec::new();
        for pair in laid.pairs.iter().filter(|pair| self.is_same_cell(pair)).take(MOST) {
            let Some((seed, found)) = &pair.first_difference else { continue };
            let Some(first) = found.first() else { continue };
            let text = format!(
                "{} has the same settings in both, and other results: the first is seed {seed}, {}: {} against {}. One folder was made by another version, or was changed (deltalab verify tells).",
                self.name(pair),
                first.column,
                or_none(&first.first),
                or_none(&first.second),
            );
            lines.push(wrapped(&text, "  "));
        }
        if !lines.is_empty() {
            lines.insert(0, String::new());
        }
        lines
    }

    /// Cells that have no partner.
    fn alone(&self, laid: &Laid) -> Vec<String> {
        let mut lines = Vec::new();
        for (side, only) in [&laid.only_first, &laid.only_second].into_iter().enumerate() {
            if only.is_empty() {
                continue;
            }
            let study = &self.studies[side];
            let names =
                only.iter().take(MOST_SETTINGS).map(|&cell| cell_name(study, &study.cells[cell]));
            let names: Vec<String> = names.collect();
            let more = if only.len() > MOST_SETTINGS { ", …" } else { "" };
            let text = format!("Only in {}: {}{more}", self.names[side], names.join(", "));
            lines.push(wrapped(&text, "  "));
        }
        if !lines.is_empty() {
            lines.insert(0, String::new());
        }
        lines
    }

    fn document(&self, laid: &Laid) -> Json {
        let pairs = laid.pairs.iter().map(|pair| {
            let cells = [&self.studies[0].cells[pair.first], &self.studies[1].cells[pair.second]];
            let settings = pair
                .settings
                .iter()
                .map(|it| json!({ "key": it.key, "first": it.first, "second": it.second }));
            let difference = pair.first_difference.as_ref().map(|(seed, found)| {
                let columns = found.iter().take(MOST).map(
                    |it| json!({ "column": it.column, "first": it.first, "second": it.second }),
                );
                json!({ "seed": seed, "count": found.len(), "differences": columns.collect::<Vec<_>>() })
            });
            let comparisons =
                laid.comparisons.iter().filter(|it| pair.compared == Some((it.a, it.b)));
            let comparisons = comparisons.map(|it| {
                json!({
                    "measure": it.measure.name(&laid.study),
                    "n": it.pairs.n,
                    "first_better": it.pairs.first,
                    "second_better": it.pairs.second,
                    "estimate": number(it.estimate),
                    "interval": interval(it.interval),
                    "effect": it.effect.map(|effect| json!({ "estimate": number(effect.estimate), "interval": interval(effect.interval) })),
                    "p": it.p.map(number),
                    "p_holm": it.p_holm.map(number),
                })
            });
            let sentences = laid.sentences.iter();
            let sentences = sentences
                .filter(|it| pair.compared == Some((it.comparison.a, it.comparison.b)))
                .map(|it| &it.text);
            json!({
                "cell": self.name(pair),
                "ids": cells.map(|cell| &cell.id),
                "n": pair.n,
                "identical": pair.identical,
                "settings": settings.collect::<Vec<_>>(),
                "first_difference": difference,
                "comparisons": comparisons.collect::<Vec<_>>(),
                "sentences": sentences.collect::<Vec<_>>(),
            })
        });
        let alone = |side: usize, only: &[usize]| {
            let study = &self.studies[side];
            only.iter().map(|&cell| cell_name(study, &study.cells[cell])).collect::<Vec<_>>()
        };
        json!({
            "folders": self.names,
            "compared": self.sources.map(Source::name),
            "seeds": laid.seeds,
            "n": laid.pairs.iter().map(|pair| pair.n).sum::<usize>(),
            "identical": laid.pairs.iter().map(|pair| pair.identical).sum::<usize>(),
            "cells": pairs.collect::<Vec<_>>(),
            "only_first": alone(0, &laid.only_first),
            "only_second": alone(1, &laid.only_second),
        })
    }
}

fn or_none(value: &str) -> &str {
    if value.is_empty() { "nothing" } else { value }
}
