//! `deltalab report DIR`: one self-contained page of stored results, also of unfinished ones.

use super::cite;
use super::failure::Failure;
use super::stored::StoredFolder;
use super::terminal::Terminal;
use super::words::{bytes, count};
use deltalab_figures::report::{Sources, report};
use deltalab_results::{Analysis, Runs, Source, tables};
use serde_json::json;
use std::path::PathBuf;

/// Write report.html: verdict, tables, figures, methods and data of a result folder, on one page
///
/// The page opens from disk and loads nothing from elsewhere. It is made from stored records alone,
/// finished or not.
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
            return Err(Failure::NoCurves { path: self.dir.clone(), shown: "a report shows them" });
        }
        let study = stored.study()?;
        let spec = self.dir.join("spec.toml");
        let spec = std::fs::read_to_string(&spec)
            .map_err(|source| deltalab_results::Error::Read { path: spec, source })?;
        let runs = Runs::new(&study, &stored.records);
        let tuning = match stored.source {
            Source::Journal => tables::tuning(&runs, &Analysis::of(&runs).tunings),
            _ => std::fs::read(self.dir.join("tuning.csv")).ok(),
        };
        let version = stored.manifest.as_ref().and_then(|it| it.versions.get("deltalab").cloned());
        let page = report(&Sources {
            study: &study,
            records: &stored.records,
            traces: &stored.folder.read_traces()?,
            spec: &spec,
            tuning: tuning.as_deref(),
            bibtex: &cite::bibtex(&version.unwrap_or_else(cite::this_version)),
            citations: &cite::citations(&study),
        });
        let page = page.map_err(Failure::Figures)?;
        stored.folder.write("report.html", page.as_bytes())?;
        let path = self.dir.join("report.html").display().to_string();
        let (finished, planned) = (runs.finished() as u64, runs.planned() as u64);
        if finished < planned {
            terminal.warn(format_args!(
                "partial {}/{} runs, and the report says so",
                count(finished),
                count(planned)
            ));
        }
        match self.json {
            true => terminal.print_json(
                &json!({ "report": path, "bytes": page.len(), "finished": finished, "planned": planned }),
            ),
            false => {
                terminal.say(bytes(page.len() as u64));
                terminal.print(&format!("{path}\n"))
            }
        }
    }
}
