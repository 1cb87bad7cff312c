//! Why shards could not be handed in.

use super::super::words;
use std::io;
use std::path::PathBuf;

/// Why shards could not be handed in.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Every run is there.
    #[error("all runs are finished: nothing to hand in; deltalab collect {} makes the tables", words::shell(&folder.display().to_string()))]
    NothingLeft {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no `sbatch` here.
    #[error(
        "sbatch: not found; --on slurm needs a machine from which jobs are handed in to Slurm. --dry-run prints the scripts, \
         --on local runs the shards here"
    )]
    NoSbatch,
    /// Jobs of the folder have not ended.
    #[error(
        "{} of this folder: still in the queue, and another array would train the same runs; wait for it, or scancel {}",
        if ids.len() == 1 { format!("job {}", ids[0]) } else { format!("jobs {}", ids.join(", ")) },
        ids.join(" ")
    )]
    Queued {
        /// Their ids.
        ids: Vec<String>,
    },
    /// An option that submit makes itself.
    #[error("{option}: the array is made by submit; give --shards N instead")]
    OwnArray {
        /// The option.
        option: String,
    },
    /// The number of threads cannot be read.
    #[error("{option}: expected a whole number from 1")]
    Threads {
        /// The option.
        option: String,
    },
    /// More tasks than the site allows.
    #[error("--shards {shards}: this site takes arrays of at most {most} tasks (MaxArraySize)")]
    TooMany {
        /// What was asked for.
        shards: u32,
        /// What is allowed.
        most: u32,
    },
    /// An option that has no meaning on this machine.
    #[error("{what} goes with --on slurm; --on local takes --shards N")]
    SlurmOnly {
        /// The option.
        what: &'static str,
    },
    /// `sbatch` would not take a job.
    #[error("sbatch {script}: {why}{}", queued(.ids))]
    Refused {
        /// The script.
        script: String,
        /// What it said.
        why: String,
        /// Jobs that were taken before.
        ids: Vec<String>,
    },
    /// The script cannot be started.
    #[error("sh: cannot be started: {0}")]
    Shell(io::Error),
}

impl SubmitError {
    /// Exit status: 2 where nothing was written.
    pub fn status(&self) -> u8 {
        match self {
            Self::Refused { .. } | Self::Shell(_) => 1,
            _ => 2,
        }
    }
}

fn queued(ids: &[String]) -> String {
    match ids.is_empty() {
        true => String::new(),
        false => format!(
            "\nBefore that it took {}; scancel {} takes them back.",
            ids.join(" and "),
            ids.join(" ")
        ),
    }
}
