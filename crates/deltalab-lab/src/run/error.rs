//! Why an experiment could not be run.

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
    /// Results cannot be read or written.
    #[error(transparent)]
    Results(#[from] deltalab_results::Error),
}
