//! Why an experiment could not be run.

use super::{Missing, Shard};
use std::io;
use std::path::PathBuf;

/// Why an experiment could not be run, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The folder holds something that is not a result folder.
    #[error("{}: holds files, but is not a result folder; choose another one with --out", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// Old results cannot be removed.
    #[error("{}: cannot discard the results that are there: {source}", path.display())]
    Discard {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Threads cannot be started.
    #[error("cannot start the threads: {0}")]
    Threads(rayon::ThreadPoolBuildError),
    /// Another shard of the folder was given another spec.
    #[error(
        "{}: shard {shard} is at work on another spec in this folder; choose another one with --out. If that shard runs no \
         more, remove {}: it holds no results, and its finished runs are reused",
        path.display(),
        file.display()
    )]
    OtherSpec {
        /// The folder.
        path: PathBuf,
        /// The other shard.
        shard: Shard,
        /// What it says of itself.
        file: PathBuf,
    },
    /// Another shard of the folder is of another version of the program.
    #[error(
        "{}: shard {shard} is at work with version {theirs} of deltalab, and this is {}; use one for all shards. If that \
         shard runs no more, remove {}: it holds no results, and its finished runs are reused",
        path.display(),
        env!("CARGO_PKG_VERSION"),
        file.display()
    )]
    OtherVersion {
        /// The folder.
        path: PathBuf,
        /// The other shard.
        shard: Shard,
        /// Its version.
        theirs: String,
        /// What it says of itself.
        file: PathBuf,
    },
    /// A shard is at work in the folder.
    #[error("{}: shard {shard} is at work in this folder; wait for it, or run another shard with --shard", path.display())]
    ShardAtWork {
        /// The folder.
        path: PathBuf,
        /// The shard.
        shard: Shard,
    },
    /// Runs are missing, and nobody said that the results may be partial.
    #[error("{}: {}", path.display(), missing.sentence())]
    Incomplete {
        /// The folder.
        path: PathBuf,
        /// What is missing.
        missing: Box<Missing>,
    },
    /// Results cannot be read or written.
    #[error(transparent)]
    Results(#[from] deltalab_results::Error),
}
