//! What can go wrong with a result folder.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::lock::Holder;

/// An error of this crate. Each says which file it is about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The folder has no manifest.
    #[error("{}: not a result folder (it has no manifest.json)", path.display())]
    NotAResultFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The manifest is of another format, perhaps of a later version.
    #[error(
        "{}: its format is {found:?}; this version reads {:?}",
        path.display(),
        crate::manifest::FORMAT
    )]
    Format {
        /// The manifest.
        path: PathBuf,
        /// Its `format`; empty where it has none.
        found: String,
    },
    /// The manifest is not what a manifest should be.
    #[error("{}: not a manifest: {source}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Where, and what was expected.
        source: serde_json::Error,
    },
    /// The folder holds no run: neither a journal nor a table.
    #[error("{}: holds no finished run (nothing in parts/, and no runs.csv)", path.display())]
    NoRuns {
        /// The folder.
        path: PathBuf,
    },
    /// A table is none that a run has written.
    #[error("{at}: not a table of this version: {column} is not what was expected")]
    Table {
        /// The line.
        at: Line,
        /// The column, or what else.
        column: String,
    },
    /// The traces are not what traces should be.
    #[error("{}: no traces of this version: {source}", path.display())]
    Traces {
        /// The file.
        path: PathBuf,
        /// Where, and what was expected.
        source: serde_json::Error,
    },
    /// Two journal lines are about the same run and differ: the results of one of them are not those of the spec.
    #[error("cell {cell}, seed {seed} has two different results: {first} and {second}")]
    Conflict {
        /// Id of the cell.
        cell: String,
        /// The run seed.
        seed: u64,
        /// The line that was read first.
        first: Line,
        /// The line that differs from it.
        second: Line,
    },
    /// Another process has the journal open for writing.
    #[error("{}: {} is writing to it{}", path.display(), named(.holder), if_gone(.leftover))]
    InUse {
        /// The journal.
        path: PathBuf,
        /// Who, where it has said so.
        holder: Option<Holder>,
        /// The lock file, where the file system has no locks, so that nobody can tell whether its writer still lives.
        leftover: Option<PathBuf>,
    },
}

impl Error {
    /// For `map_err`: reading `path` failed.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Read { path, source }
    }

    /// For `map_err`: writing `path` failed.
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Write { path, source }
    }
}

fn named(holder: &Option<Holder>) -> String {
    holder.as_ref().map_or("another process".to_owned(), Holder::to_string)
}

fn if_gone(leftover: &Option<PathBuf>) -> String {
    let told = |path: &PathBuf| format!("; if that process is gone, remove {}", path.display());
    leftover.as_ref().map(told).unwrap_or_default()
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}
