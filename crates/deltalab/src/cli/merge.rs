//! `deltalab merge DIR DIR… --out DIR`: folders that were run apart become one.

use super::collect::{failed, tell, unfinished};
use super::failure::Failure;
use super::terminal::Terminal;
use deltalab_lab::run::merge;
use deltalab_lab::spec::merged;
use deltalab_lab::{Plan, SpecText};
use deltalab_results::{Error, Folder, journal};
use std::path::{Path, PathBuf};

/// Put result folders that were run apart into a new one: other seeds, other learners, or other shards
///
/// Their specs must be the same but for seeds, learners, names, descriptions and figures; seeds and
/// learners are put together, and of the others those of the first folder are taken. A run that two
/// folders have must be the same in both. Where the whole lacks runs (new learners on old seeds) it
/// says which, and writes nothing; with --partial it takes what is there, and deltalab run with the
/// new folder's spec.toml trains the rest.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Result folders, with their parts/
    #[arg(required = true, num_args = 2.., value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// The new folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Take what is there, though runs are missing
    #[arg(long)]
    partial: bool,
    /// Where data files that the specs name are [default: the first DIR]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Print the verdict as JSON, with what is missing and where the files are
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let mut texts = Vec::new();
        let mut manifests = Vec::new();
        for dir in &self.dirs {
            let folder = Folder::at(dir);
            manifests.push(folder.read_manifest()?);
            let mut text = SpecText::read(&dir.join("spec.toml"))?;
            if let Some(data) = &self.data {
                text.folder.clone_from(data);
            }
            texts.push(text);
            if !folder.parts().is_dir() {
                return Err(Failure::NoJournal { path: dir.clone() });
            }
        }
        if !is_free(&self.out)? {
            return Err(Failure::NotEmpty { path: self.out.clone() });
        }
        let spec = merged(&texts).map_err(Failure::Merge)?;
        let plan = Plan::new(&spec)?;
        let from: Vec<Folder> = self.dirs.iter().map(Folder::at).collect();
        let parts: Vec<PathBuf> = from.iter().map(Folder::parts).collect();
        let loaded = journal::load_several(&parts)?;
        for damaged in &loaded.damaged {
            terminal.warn(format_args!("{damaged}; its run counts as missing"));
        }
        let out = Folder::at(&self.out);
        let unfinished = unfinished(self.partial);
        let collected = merge(&from, &out, (&spec, &plan), loaded.records, &manifests, unfinished);
        tell(terminal, &self.out, &collected.map_err(failed)?, self.json)
    }
}

/// Whether a folder is not there, or empty.
fn is_free(path: &Path) -> Result<bool, Failure> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(source) => Err(Error::Read { path: path.to_path_buf(), source }.into()),
    }
}
