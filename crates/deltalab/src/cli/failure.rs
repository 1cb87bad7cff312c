//! Why a command did not do what it was asked to, and the exit status of each reason.

use super::shard::NoShard;
use super::submit::SubmitError;
use super::terminal::Terminal;
use deltalab_lab::Problems;
use deltalab_lab::diagnostic::quoted;
use deltalab_lab::run::{Missing, RunError};
use deltalab_lab::spec::MergeError;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// clap's: bad flags, but also `--help`.
    #[error("{0}")]
    Usage(clap::Error),
    /// The spec is wrong.
    #[error(transparent)]
    Spec(Problems),
    /// No spec at this path, but an example of its name.
    #[error("{path}: no such file (did you mean example:{example}?)")]
    NoSpec {
        /// What was typed.
        path: String,
        /// The example.
        example: &'static str,
    },
    /// The program carries no such example.
    #[error("example:{name}: no such example; expected {}{}", quoted(.known, "or"), hint(.nearest))]
    UnknownExample {
        /// What was typed.
        name: String,
        /// Those that there are.
        known: Vec<&'static str>,
        /// The most similar.
        nearest: Option<String>,
    },
    /// No cell of the plan is meant.
    #[error("{typed:?}: no such cell; expected a number below {cells}, the id of a cell, or {}", quoted(.labels, "or"))]
    NoCell {
        /// What was typed.
        typed: String,
        /// How many cells there are.
        cells: usize,
        /// Labels of their learners.
        labels: Vec<String>,
    },
    /// A label that several cells of the plan have.
    #[error("{label:?} has {} cells; say which by number: {}", places.len(), listed(.places))]
    SeveralCells {
        /// The label.
        label: String,
        /// Their places in the plan.
        places: Vec<usize>,
    },
    /// A cell that tuning has not given its values.
    #[error("{typed:?} is a cell that is tuned first; name one of its trials: {}", some(.trials))]
    ToBeTuned {
        /// What was typed.
        typed: String,
        /// Ids of its trials.
        trials: Vec<String>,
    },
    /// Nothing has this name.
    #[error("nothing is called {name:?}{}; deltalab list shows every name", hint(.nearest))]
    UnknownName {
        /// What was typed.
        name: String,
        /// Names like it.
        nearest: Option<String>,
    },
    /// No learning rule has this name.
    #[error("{name:?}: no such learner; expected {}{}", quoted(.known, "or"), hint(.nearest))]
    UnknownRule {
        /// What was typed.
        name: String,
        /// Those that there are.
        known: Vec<&'static str>,
        /// The most similar.
        nearest: Option<String>,
    },
    /// An equality that a rule claims does not hold; stdout says which.
    #[error("an equality does not hold")]
    Unequal,
    /// Runs that were trained again are not what is stored; stdout says which.
    #[error("stored runs differ")]
    Differs,
    /// Figures need curves, and they are gone.
    #[error("{path}: holds no curves (neither parts/ nor curves.csv), and {shown}; deltalab run {path}/spec.toml --out {path} makes them again", path = path.display())]
    NoCurves {
        /// The folder.
        path: PathBuf,
        /// Who shows them, in words.
        shown: &'static str,
    },
    /// Two folders have no cell in common.
    #[error("{} and {} have no cell in common: neither an id nor a label", folders[0], folders[1])]
    NothingShared {
        /// The folders.
        folders: [String; 2],
    },
    /// Two folders have no seed in common, so their runs cannot be paired.
    #[error("{} and {} have no finished runs on the same seeds ({}; {}), so they cannot be compared in pairs; run one of them on the seeds of the other", folders[0], folders[1], seeds[0], seeds[1])]
    NoSharedSeeds {
        /// The folders.
        folders: [String; 2],
        /// Their seeds.
        seeds: [String; 2],
    },
    /// A spec no longer gives the cells of its folder.
    #[error("{}", super::verify::other_cells(.spec, .cells))]
    OtherCells {
        /// The spec.
        spec: PathBuf,
        /// Those that it does not give.
        cells: Vec<String>,
    },
    /// DELTALAB_SIMD is no level.
    #[error("DELTALAB_SIMD={got}: {}; this machine has {}", if *.known { "not available here" } else { "no such level" }, available.join(", "))]
    Simd {
        /// What it is.
        got: String,
        /// Whether other machines have it.
        known: bool,
        /// Levels of this machine.
        available: Vec<&'static str>,
    },
    /// The array task, and so the shard, is not known.
    #[error(transparent)]
    NoShard(NoShard),
    /// Runs are missing, and the results must not be partial.
    #[error("{}", super::collect::refusal(.path, .missing))]
    Incomplete {
        /// The folder.
        path: PathBuf,
        /// What is missing.
        missing: Box<Missing>,
    },
    /// Specs that cannot be merged.
    #[error(transparent)]
    Merge(MergeError),
    /// What is merged would overwrite something.
    #[error("{}: is there already, and merge writes into a new folder only; choose another one with --out", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// What is merged was stored without its journal.
    #[error("{}: has no journal (parts/), and merge needs the runs whole; deltalab run makes them again", path.display())]
    NoJournal {
        /// The folder.
        path: PathBuf,
    },
    /// Shards could not be handed in.
    #[error(transparent)]
    Submit(SubmitError),
    /// A file that would be written is there already.
    #[error("{}: is there already, and was left as it is; choose another name", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written; nothing was.
    #[error("{}: cannot be written: {source}", path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A result folder cannot be read.
    #[error(transparent)]
    Folder(#[from] deltalab_results::Error),
    /// The output is not fit to be written to; no run was made.
    #[error("{0}")]
    Output(RunError),
    /// Runs could not go on.
    #[error("{error}\n{kept}")]
    Running {
        /// Why.
        error: RunError,
        /// What there is of them.
        kept: String,
    },
    /// Figures could not be made.
    #[error("{}", chain(.0))]
    Figures(deltalab_figures::Error),
    /// Ctrl-C.
    #[error("{kept}")]
    Interrupted {
        /// What there is, and how to go on.
        kept: String,
    },
    /// Nobody reads any more.
    #[error("the pipe is closed")]
    ClosedPipe,
    /// Stdout cannot be written.
    #[error("stdout cannot be written: {0}")]
    Stdout(io::Error),
}

impl Failure {
    /// A failure to write to stdout.
    pub fn stdout(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Stdout(error),
        }
    }

    /// Tells the user; gives the exit status.
    pub fn report(&self, terminal: &Terminal) -> ExitCode {
        match self {
            Self::Usage(error) => match error.print() {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    return ExitCode::SUCCESS;
                }
                _ => return ExitCode::from(error.exit_code() as u8),
            },
            Self::ClosedPipe => return ExitCode::SUCCESS,
            Self::Unequal | Self::Differs => {} // stdout has said it
            Self::Spec(problems) => terminal.say(problems), // each line has its own file, line and key
            Self::Interrupted { kept } => terminal.say(kept),
            other => terminal.error(other),
        }
        ExitCode::from(self.status())
    }

    fn status(&self) -> u8 {
        match self {
            Self::Running { .. } | Self::Figures(_) | Self::Stdout(_) => 1,
            Self::Unequal | Self::Differs => 1,
            Self::Submit(error) => error.status(),
            Self::Interrupted { .. } => 130,
            _ => 2,
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Spec(problems)
    }
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!(" (did you mean {name:?}?)")).unwrap_or_default()
}

/// The first few numbers.
fn listed(numbers: &[usize]) -> String {
    some(&numbers.iter().map(usize::to_string).collect::<Vec<_>>())
}

/// The first few words.
fn some(words: &[String]) -> String {
    let shown = &words[..words.len().min(8)];
    shown.join(", ") + if words.len() > 8 { ", …" } else { "" }
}

/// An error and what it comes from, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_while_it_ran_is_1_what_was_typed_wrong_is_2() {
        assert_eq!(Failure::Unequal.status(), 1);
        let unknown = Failure::UnknownRule { name: String::new(), known: vec![], nearest: None };
        assert_eq!(unknown.status(), 2);
        assert_eq!(Failure::Interrupted { kept: String::new() }.status(), 130);
    }
}
