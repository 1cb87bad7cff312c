//! `deltalab verify DIR`: train stored runs again and confirm that every bit agrees.
//!
//! Compared are status, epochs, final metrics and every point of the curves; from the journal also the pattern updates. Of a
//! finished folder the tables are made again, too. A folder without its journal is held against its tables; of a tuned one the
//! runs of the trials are then not there to be compared.

use super::failure::Failure;
use super::interrupt;
use super::simd;
use super::stored::{DATA_HINT, StoredFolder, cell_name};
use super::terminal::{BOLD, Terminal, styled};
use super::words::{self, count, counted, wrapped};
use deltalab_lab::Plan;
use deltalab_lab::run::{Repeated, repeat};
use deltalab_results::difference::{Compared, Difference, differences};
use deltalab_results::{Analysis, Record, Runs, Source, tables};
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// Differences that are printed; `--json` has them all.
const MOST_DIFFERENCES: usize = 20;

/// Cells that an error names.
const MOST_CELLS: usize = 8;

/// Train stored runs again, and confirm that every bit agrees
///
/// Everything that is stored of a run is compared: status, epochs, final metrics, every point of its
/// curves. The runs of a tuning are trained again where the folder has its journal (parts/). Exit status
/// 1 says that something differs.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A result folder, such as results/xor-rules
    dir: PathBuf,
    /// Only N of the runs, evenly spaced in the order of the folder: by cell, then by seed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    sample: Option<u64>,
    /// Threads that train [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    threads: Option<u16>,
    /// Where data files that the spec names are [default: DIR]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let level = simd::level()?;
        let stored = StoredFolder::open(&self.dir, terminal)?;
        let plan = stored.plan(self.data.as_ref()).inspect_err(|failure| {
            let Failure::Spec(problems) = failure else { return };
            if self.data.is_none() && problems.to_string().contains("cannot read") {
                terminal.say(DATA_HINT);
            }
        })?;
        let strangers = strangers(&stored, &plan);
        if !strangers.is_empty() {
            let spec = self.dir.join("spec.toml");
            return Err(Failure::OtherCells { spec, cells: strangers });
        }
        let runs = known(&stored, &plan);
        let chosen = sample(&runs, self.sample);
        let wanted: HashSet<(String, u64)> =
            chosen.iter().map(|record| (record.cell.clone(), record.seed)).collect();
        let by_run: HashMap<(&str, u64), &Record> =
            chosen.iter().map(|record| ((&*record.cell, record.seed), *record)).collect();

        let threads = self.threads.map_or_else(simd::cores, usize::from);
        let what = match stored.source {
            Source::Journal => Compared::Whole,
            Source::Tables => Compared::Tables,
            Source::RunsTable => Compared::Runs,
        };
        let stop = interrupt::flag();
        let mut found: HashMap<(String, u64), Vec<Difference>> = HashMap::new();
        let mut trained = 0;
        let mut compare = |record: Record| {
            trained += 1;
            let Some(before) = by_run.get(&(&*record.cell, record.seed)) else { return };
            let differences = differences(before, &record, what);
            if !differences.is_empty() {
                found.insert((record.cell.clone(), record.seed), differences);
            }
        };
        let ended = repeat(&plan, &wanted, (threads, level), &mut compare, &stop);
        let ended = ended.map_err(Failure::Output)?;
        if let Repeated::Stopped { trained } = ended {
            let done = format!(
                "interrupted: {} of {} trained again, {} different",
                count(trained),
                counted(wanted.len() as u64, "run"),
                count(found.len() as u64)
            );
            return Err(Failure::Interrupted { kept: done });
        }
        let outcome = Outcome {
            plan: &plan,
            stored: &stored,
            of: runs.len(),
            trained,
            differing: in_order(&chosen, found),
            tables: changed_tables(&stored, &plan, &runs),
        };
        match self.json {
            true => terminal.print_json(&outcome.document())?,
            false => terminal.print(&outcome.text())?,
        }
        match outcome.agrees() {
            true => Ok(()),
            false => Err(Failure::Differs),
        }
    }
}

/// Cells that the folder has and its spec no longer gives, by name.
fn strangers(stored: &StoredFolder, plan: &Plan) -> Vec<String> {
    let mut names = Vec::new();
    let mut add = |id: &str, name: String| {
        if !id.is_empty() && !plan.knows(id) && !names.contains(&name) {
            names.push(name);
        }
    };
    match &stored.manifest {
        Some(manifest) => {
            for cell in &manifest.study.cells {
                add(&cell.id, format!("{} ({})", cell.id, cell_name(&manifest.study, cell)));
            }
            for trial in manifest.study.tuning.iter().flat_map(|tuning| tuning.trials()) {
                add(&trial.id, format!("{} (a trial of the tuning)", trial.id));
            }
        }
        None if stored.source != Source::Journal => {
            for record in &stored.records {
                add(&record.cell, record.cell.clone());
            }
        }
        None => {} // a journal may hold runs of cells that the spec had once
    }
    names
}

/// The runs of which the plan has the cell, in the order of the plan.
fn known<'a>(stored: &'a StoredFolder, plan: &Plan) -> Vec<&'a Record> {
    let study = &plan.study;
    let cells = study.cells.iter().map(|cell| cell.id.as_str());
    let trials = study.tuning.iter().flat_map(|tuning| tuning.trials());
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, id) in cells.chain(trials.map(|trial| trial.id.as_str())).enumerate() {
        places.entry(id).or_insert(place);
    }
    let mut runs: Vec<(usize, &Record)> = (stored.records.iter())
        .filter_map(|record| Some((*places.get(&*record.cell)?, record)))
        .collect();
    runs.sort_by_key(|(place, record)| (*place, record.seed));
    runs.into_iter().map(|(_, record)| record).collect()
}

/// Run number ⌊(i + ½) × runs / N⌋ for i from 0: so many of them, evenly spaced.
fn sample<'a>(runs: &[&'a Record], most: Option<u64>) -> Vec<&'a Record> {
    let all = runs.len() as u64;
    match most.filter(|&most| most < all) {
        None => runs.to_vec(),
        Some(most) => {
            let place =
                |i: u64| (u128::from(2 * i + 1) * u128::from(all) / u128::from(2 * most)) as usize;
            (0..most).map(|i| runs[place(i)]).collect()
        }
    }
}

/// Runs that differ, in the order of the folder.
fn in_order(
    chosen: &[&Record],
    mut found: HashMap<(String, u64), Vec<Difference>>,
) -> Vec<(String, u64, Vec<Difference>)> {
    let of = |record: &&Record| {
        let differences = found.remove(&(record.cell.clone(), record.seed))?;
        Some((record.cell.clone(), record.seed, differences))
    };
    chosen.iter().filter_map(of).collect()
}

/// Tables of a finished folder that are not what its runs give. Those that are not there cannot be wrong.
fn changed_tables(stored: &StoredFolder, plan: &Plan, records: &[&Record]) -> Vec<&'static str> {
    let records: Vec<Record> = records.iter().map(|record| (*record).clone()).collect();
    let runs = Runs::new(&plan.study, &records);
    if runs.finished() != runs.planned() || !plan.is_tuned() {
        return Vec::new();
    }
    let analysis = Analysis::of(&runs);
    let mut made = vec![
        ("runs.csv", tables::runs(&runs)),
        ("summary.csv", tables::summary(&runs, &analysis.summaries)),
        ("comparisons.csv", tables::comparisons(&runs, &analysis.comparisons)),
    ];
    if stored.source != Source::RunsTable {
        made.push(("curves.csv", tables::curves(&runs)));
    }
    if stored.source == Source::Journal {
        made.extend(tables::tuning(&runs, &analysis.tunings).map(|table| ("tuning.csv", table)));
    }
    let differs = |(name, bytes): &(&str, Vec<u8>)| {
        std::fs::read(stored.folder.path().join(name)).is_ok_and(|there| there != *bytes)
    };
    made.iter().filter(|table| differs(table)).map(|(name, _)| *name).collect()
}

/// What came of it.
struct Outcome<'a> {
    plan: &'a Plan,
    stored: &'a StoredFolder,
    of: usize,
    trained: u64,
    differing: Vec<(String, u64, Vec<Difference>)>,
    tables: Vec<&'static str>,
}

impl Outcome<'_> {
    fn agrees(&self) -> bool {
        self.differing.is_empty() && self.tables.is_empty()
    }

    fn text(&self) -> String {
        let size = match self.trained == self.of as u64 {
            true => format!("all {}", counted(self.trained, "run")),
            false => format!("{} of {}", count(self.trained), counted(self.of as u64, "run")),
        };
        let source = self.stored.source.name();
        let name = styled(BOLD, &self.plan.study.name);
        let held = format!("{name}: {size} trained again and compared with {source}");
        let mut lines = Vec::new();
        if self.differing.is_empty() {
            lines.push(format!("{held}: every bit agrees."));
        } else {
            lines.push(format!("{held}: {} different.", are(self.differing.len() as u64)));
            lines.push(String::new());
            let all = || {
                let each = |(cell, seed, found): &(String, u64, Vec<Difference>)| {
                    let name = self.name(cell);
                    let line = |it: &Difference| {
                        let stored = if it.first.is_empty() { "nothing" } else { &it.first };
                        let found = if it.second.is_empty() { "nothing" } else { &it.second };
                        format!(
                            "  {name}, seed {seed}, {}: stored {stored}, found {found}",
                            it.column
                        )
                    };
                    found.iter().map(line).collect::<Vec<_>>()
                };
                self.differing.iter().flat_map(each)
            };
            lines.extend(all().take(MOST_DIFFERENCES));
            let more = all().count().saturating_sub(MOST_DIFFERENCES);
            if more > 0 {
                lines.push(format!(
                    "  … and {}; --json has them all",
                    counted(more as u64, "more difference")
                ));
            }
        }
        for table in &self.tables {
            lines.push(format!("{table} is not what the stored runs give."));
        }
        lines.extend(self.notes().iter().map(|note| wrapped(note, "  ")));
        lines.join("\n") + "\n"
    }

    /// What was not compared.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.stored.source == Source::RunsTable {
            notes.push(
                "Curves were not compared: the folder has neither parts/ nor curves.csv."
                    .to_string(),
            );
        }
        if let Some(tuning) = &self.plan.study.tuning {
            notes.push(match self.stored.source {
                Source::Journal => format!("The runs of the tuning are among them ({}).", counted(tuning.trials().count() as u64, "trial")),
                Source::Tables | Source::RunsTable => "The runs of the tuning were not compared: the folder has no parts/, and tuning.csv holds no single run.".to_string(),
            });
        }
        let others = self.stored.records.len() - self.of;
        if others > 0 {
            notes.push(format!(
                "{} of cells that the spec no longer has were passed over.",
                counted(others as u64, "run")
            ));
        }
        notes
    }

    /// A cell by label, axes and id.
    fn name(&self, id: &str) -> String {
        let study = &self.plan.study;
        match study.cells.iter().find(|cell| cell.id == id) {
            Some(cell) => format!("{} [{id}]", cell_name(study, cell)),
            None => format!("trial [{id}]"),
        }
    }

    fn document(&self) -> Json {
        let differences = self.differing.iter().flat_map(|(cell, seed, found)| {
            found.iter().map(move |it| {
                json!({ "cell": cell, "seed": seed, "column": it.column, "stored": it.first, "found": it.second })
            })
        });
        json!({
            "name": self.plan.study.name,
            "agrees": self.agrees(),
            "compared_with": self.stored.source.name(),
            "stored": self.of,
            "trained": self.trained,
            "differing": self.differing.len(),
            "differences": differences.collect::<Vec<_>>(),
            "changed_tables": self.tables,
            "notes": self.notes(),
        })
    }
}

fn are(n: u64) -> String {
    format!("{} {}", count(n), if n == 1 { "is" } else { "are" })
}

/// `"spec.toml no longer gives …"`.
pub fn other_cells(spec: &std::path::Path, cells: &[String]) -> String {
    let shown = cells[..cells.len().min(MOST_CELLS)].join(", ");
    let more = if cells.len() > MOST_CELLS { ", …" } else { "" };
    format!(
        "{}: no longer gives {} of the folder: {shown}{more}; it was edited, or this version resolves it otherwise (deltalab run trains them anew)",
        words::shell(&spec.display().to_string()),
        counted(cells.len() as u64, "cell"),
    )
}
