//! The result folder: where things stand in it, and how they are read and written.
//!
//! ```text
//! spec.toml  manifest.json  runs.csv  curves.csv  summary.csv  comparisons.csv  tuning.csv  columns.json  traces.json
//! report.html
//! figures/   weights/<cell>.safetensors   parts/<shard>.journal   parts/<shard>.json   parts/<shard>.weights   submit/
//! ```

use std::borrow::Borrow;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::disk::{self, Survive, Written};
use crate::journal::{self, Damaged, Loaded};
use crate::manifest::{FORMAT, Manifest};
use crate::runs::Runs;
use crate::{Analysis, Error, Record, Study, tables};

/// What [`Folder::prepare`] writes and removes, to see that it can; a process that is killed meanwhile leaves it behind.
pub const PROBE: &str = ".probe.tmp";

/// A result folder, there or yet to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// What a result folder holds, finished or not.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The folder.
    pub folder: Folder,
    /// Its manifest, and in it the [`Study`].
    pub manifest: Manifest,
    /// The finished runs of the study, in the order of the plan; those of its tuning after them.
    pub records: Vec<Record>,
    /// Finished runs that the study no longer asks for, by cell id and seed; they are kept for a later spec.
    pub others: Vec<Record>,
    /// Journal lines that were set aside.
    pub damaged: Vec<Damaged>,
}

impl Opened {
    /// What the folder is about.
    pub fn study(&self) -> &Study {
        &self.manifest.study
    }

    /// The runs as a table of cells and seeds.
    pub fn runs(&self) -> Runs<'_> {
        Runs::new(self.study(), &self.records)
    }
}

impl Folder {
    /// The folder at `path`; nothing is read or made.
    pub fn at(path: impl Into<PathBuf>) -> Folder {
        Folder { path: path.into() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the journals.
    pub fn parts(&self) -> PathBuf {
        self.path.join("parts")
    }

    /// The folder of the weights.
    pub fn weights(&self) -> PathBuf {
        self.path.join("weights")
    }

    /// The folder of the figures.
    pub fn figures(&self) -> PathBuf {
        self.path.join("figures")
    }

    /// Whether it has a manifest.
    pub fn is_result_folder(&self) -> bool {
        self.manifest_path().is_file()
    }

    fn manifest_path(&self) -> PathBuf {
        self.path.join("manifest.json")
    }

    /// Makes sure, before the first run, that results can be written: creates the folder and `parts/`, and writes and
    /// removes a file in each. When that fails, whatever it created is removed.
    ///
    /// # Errors
    /// [`Error::Write`] with the path that cannot be written.
    pub fn prepare(&self) -> Result<(), Error> {
        let mut created = Vec::new();
        for folder in [self.path.clone(), self.parts()] {
            if let Err(error) = create(&folder, &mut created).and_then(|()| probe(&folder)) {
                for folder in created.iter().rev() {
                    let _ = fs::remove_dir(folder); // only what is empty, and only what was created here
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes the file `name` (which may stand in a subfolder), whole or not at all.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<Written, Error> {
        let path = self.path.join(name);
        let parent = path.parent().unwrap_or(&self.path);
        fs::create_dir_all(parent).map_err(Error::write(parent))?;
        disk::write_whole(&path, bytes, Survive::Process)
    }

    /// Writes the file `name` of which several processes may write the same bytes at once, also on several machines: `by` is
    /// another word for each of them. The folder and `parts/` must be there.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_shared(&self, name: &str, bytes: &[u8], by: &str) -> Result<Written, Error> {
        let temporary = self.parts().join(format!(".{name}.{by}.tmp"));
        disk::write_whole_by(&self.path.join(name), bytes, &temporary, Survive::Process)
    }

    /// Removes what processes that were killed in the middle of a write have left: `.*.tmp`, in the folder and in `parts/`.
    pub fn remove_leftovers(&self) {
        for folder in [&self.path, &self.parts(), &self.weights()] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if name.starts_with('.') && name.ends_with(".tmp") {
                    let _ = fs::remove_file(entry.path()); // it was never a result
                }
            }
        }
    }

    /// Writes `manifest.json`.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_manifest(&self, manifest: &Manifest) -> Result<Written, Error> {
        self.write("manifest.json", &manifest.to_json())
    }

    /// Writes `runs.csv`, `curves.csv`, `summary.csv`, `comparisons.csv`, `tuning.csv` and `columns.json` of the runs that
    /// are there. A `tuning.csv` that the study no longer has is removed. `curves` are the runs of the comparison once more, in
    /// the same order, with their curves, which need not be held at once.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_tables<R: Borrow<Record>>(
        &self,
        runs: &Runs,
        analysis: &Analysis,
        curves: impl Iterator<Item = io::Result<R>>,
    ) -> Result<(), Error> {
        let path = |name: &str| self.path.join(name);
        disk::write_stream(&path("runs.csv"), Survive::Process, |out| {
            tables::write_runs(runs, out)
        })?;
        disk::write_stream(&path("curves.csv"), Survive::Process, |out| {
            tables::write_curves(runs.study(), curves, out)
        })?;
        self.write("summary.csv", &tables::summary(runs, &analysis.summaries))?;
        self.write("comparisons.csv", &tables::comparisons(runs, &analysis.comparisons))?;
        match tables::tuning(runs, &analysis.tunings) {
            Some(table) => drop(self.write("tuning.csv", &table)?),
            None => self.remove("tuning.csv")?,
        }
        self.write("columns.json", &tables::columns_json(runs.study()))?;
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::write(&path)(error)),
            _ => Ok(()),
        }
    }

    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// [`Error::NotAResultFolder`] without one, [`Error::Format`] for one of another version, [`Error::Manifest`] for one
    /// that is broken, [`Error::Read`].
    pub fn read_manifest(&self) -> Result<Manifest, Error> {
        #[derive(Deserialize)]
        struct Header {
            #[serde(default)]
            format: String,
        }
        let path = self.manifest_path();
        let text = fs::read(&path).map_err(|source| match source.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                Error::NotAResultFolder { path: self.path.clone() }
            }
            _ => Error::Read { path: path.clone(), source },
        })?;
        let broken = |source| Error::Manifest { path: path.clone(), source };
        let Header { format } = serde_json::from_slice(&text).map_err(broken)?;
        if format != FORMAT {
            return Err(Error::Format { path, found: format });
        }
        serde_json::from_slice(&text).map_err(broken)
    }

    /// Reads the folder at `path`, finished or not.
    ///
    /// # Errors
    /// Those of [`Folder::read_manifest`] and [`journal::load`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Opened, Error> {
        let folder = Folder::at(path);
        let manifest = folder.read_manifest()?;
        let Loaded { records, damaged } = journal::load(&folder.parts())?;
        let study = &manifest.study;
        let mut records = journal::in_order(records, study);
        let others = records.split_off(records.partition_point(|record| study.asks_for(record)));
        Ok(Opened { folder, manifest, records, others, damaged })
    }
}

/// `create_dir_all` that remembers what it created, outermost first.
fn create(folder: &Path, created: &mut Vec<PathBuf>) -> Result<(), Error> {
    let missing = folder
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && matches!(path.try_exists(), Ok(false)));
    for path in missing.collect::<Vec<_>>().into_iter().rev() {
        match fs::create_dir(path) {
            Ok(()) => created.push(path.to_owned()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {} // another process was faster
            Err(error) => return Err(Error::write(path)(error)),
        }
    }
    Ok(())
}

fn probe(folder: &Path) -> Result<(), Error> {
    let path = folder.join(PROBE);
    let probe = || -> io::Result<()> {
        fs::write(&path, b"can this be written?\n")?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()), // another shard asked the same
            removed => removed,
        }
    };
    probe().map_err(|source| {
        let _ = fs::remove_file(&path);
        Error::Write { path: folder.to_owned(), source }
    })
}
