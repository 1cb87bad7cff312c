//! The result folder: where things stand in it, and how they are read and written.
//!
//! ```text
//! spec.toml  manifest.json  runs.csv  curves.csv  summary.csv  comparisons.csv  tuning.csv  columns.json  traces.json
//! report.html
//! figures/   weights/<cell>.safetensors   parts/<shard>.journal   parts/<shard>.weights
//! ```

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::disk::{self, Hold, Survive, Written};
use crate::journal::{self, Damaged, Loaded};
use crate::manifest::{FORMAT, Manifest};
use crate::runs::Runs;
use crate::{Analysis, Error, Record, Study, tables};

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
        let _folder = disk::hold(parent, Hold::Alone);
        disk::write_whole(&path, bytes, Survive::Process)
    }

    /// Writes `manifest.json`.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_manifest(&self, manifest: &Manifest) -> Result<Written, Error> {
        let mut json = serde_json::to_vec_pretty(manifest).expect("a manifest has string keys");
        json.push(b'\n');
        self.write("manifest.json", &json)
    }

    /// Writes `runs.csv`, `curves.csv`, `summary.csv`, `comparisons.csv`, `tuning.csv` and `columns.json` of the runs that
    /// are there. A `tuning.csv` that the study no longer has is removed.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_tables(&self, runs: &Runs, analysis: &Analysis) -> Result<(), Error> {
        self.write("runs.csv", &tables::runs(runs))?;
        self.write("curves.csv", &tables::curves(runs))?;
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
    let path = folder.join(".probe.tmp");
    let probe = || -> io::Result<()> {
        fs::write(&path, b"can this be written?\n")?;
        fs::remove_file(&path)
    };
    probe().map_err(|source| {
        let _ = fs::remove_file(&path);
        Error::Write { path: folder.to_owned(), source }
    })
}
