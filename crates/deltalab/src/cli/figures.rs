//! `deltalab figures DIR`: draw the figures of stored results again, also of unfinished ones.

use super::failure::Failure;
use super::stored::StoredFolder;
use super::terminal::Terminal;
use super::words::{count, counted, wrapped};
use deltalab_results::{Runs, Source};
use serde_json::json;
use std::path::PathBuf;

/// Draw the figures of a result folder again, finished or not, and print their paths
///
/// They are made from stored records alone. Figures of an earlier spec, which this one no longer asks
/// for, are removed and named.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
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
        let mut stored = StoredFolder::open(&self.dir, terminal)?;
        if stored.source == Source::RunsTable {
            return Err(Failure::NoCurves { path: self.dir.clone(), shown: "figures show them" });
        }
        let study = stored.study()?;
        let traces = stored.folder.read_traces()?;
        let out = stored.folder.figures();
        let paths = deltalab_figures::draw(&study, &stored.records, &traces, &out);
        let paths = paths.map_err(Failure::Figures)?;
        let removed = deltalab_figures::clear(&out, &paths).map_err(Failure::Figures)?;
        if let Some(text) = gone(&removed) {
            terminal.say(text);
        }
        let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        let runs = Runs::new(&study, &stored.records);
        let (finished, planned) = (runs.finished() as u64, runs.planned() as u64);
        if finished < planned {
            terminal.warn(format_args!(
                "partial {}/{} runs, and the figures say so",
                count(finished),
                count(planned)
            ));
        }
        match self.json {
            true => terminal
                .print_json(&json!({ "finished": finished, "planned": planned, "figures": paths, "removed": removed })),
            false => {
                terminal.print(&paths.iter().map(|path| format!("{path}\n")).collect::<String>())
            }
        }
    }
}

/// That figures of an earlier spec were removed, if any were.
pub fn gone(removed: &[String]) -> Option<String> {
    let figures = counted(removed.len() as u64, "figure");
    let names = removed.join(", ");
    (!removed.is_empty()).then(|| {
        wrapped(&format!("Removed {figures} that the spec no longer asks for: {names}."), "  ")
    })
}
