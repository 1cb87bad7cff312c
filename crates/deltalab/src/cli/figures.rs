//! `deltalab figures DIR`: draw the figures of stored results again, also of unfinished ones.

use super::failure::Failure;
use super::terminal::Terminal;
use super::words::count;
use deltalab_results::Folder;
use serde_json::json;
use std::path::PathBuf;

/// Draw the figures of a result folder again, finished or not, and print their paths
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
        for damaged in &opened.damaged {
            terminal.warn(format_args!("{damaged}; its run counts as missing"));
        }
        let traces = opened.folder.read_traces()?;
        let out = opened.folder.figures();
        let paths = deltalab_figures::draw(opened.study(), &opened.records, &traces, &out);
        let paths: Vec<_> = paths
            .map_err(Failure::Figures)?
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let runs = opened.runs();
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
                .print_json(&json!({ "finished": finished, "planned": planned, "figures": paths })),
            false => {
                terminal.print(&paths.iter().map(|path| format!("{path}\n")).collect::<String>())
            }
        }
    }
}
