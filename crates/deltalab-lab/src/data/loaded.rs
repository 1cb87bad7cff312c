//! A task whose patterns were read from files, in memory.

use super::{DataError, Fault};
use deltalab_core::params::Described;
use deltalab_core::random::{Purpose, Streams};
use deltalab_core::task::{Patterns, Sample, Task, split, standardise, test_count};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

/// Parameters of a task that reads files.
pub trait FileTask: Described + Serialize + DeserializeOwned + Default + 'static {
    /// Name in a spec.
    const KIND: &'static str;
    /// Its source text, whose header `explain` prints.
    const SOURCE: &'static str;

    /// Reads the files, relative to `folder`. Gives the parameters with the digest filled in, and the task.
    /// The error names the key that is to blame.
    fn load(self, folder: &Path) -> Result<(Self, Loaded), Fault>;
}

/// How patterns are held out for the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum HoldOut {
    /// This share, chosen by the run's seed.
    Fraction(f64),
    /// The last so many patterns, in every run.
    Last(usize),
}

/// Whether the network sees standardised inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inputs {
    /// (x − mean) / standard deviation, over the training patterns.
    Standardised,
    /// As read.
    AsRead,
}

/// Patterns read from files, and how a run samples them.
pub struct Loaded {
    pub(super) patterns: Arc<Patterns>,
    pub(super) input_names: Vec<String>,
    pub(super) output_names: Vec<String>,
    pub(super) hold_out: HoldOut,
    pub(super) inputs: Inputs,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (inputs, outputs) = self.sizes();
        write!(f, "Loaded({} patterns, {inputs} inputs, {outputs} outputs)", self.patterns.len())
    }
}

impl Loaded {
    fn test_patterns(&self) -> usize {
        match self.hold_out {
            HoldOut::Fraction(fraction) => test_count(self.patterns.len(), fraction),
            HoldOut::Last(count) => count,
        }
    }
}

impl Task for Loaded {
    fn sizes(&self) -> (usize, usize) {
        (self.patterns.inputs.nrows(), self.patterns.targets.nrows())
    }

    fn sample(&self, streams: &Streams) -> Sample {
        let all = self.patterns.len();
        let (train, test) = match self.hold_out {
            HoldOut::Fraction(fraction) => split(all, fraction, streams.stream(Purpose::Split, "")),
            HoldOut::Last(count) => {
                let first = (all - count) as u32;
                ((0..first).collect(), (first..all as u32).collect())
            }
        };
        let standardise = match self.inputs {
            Inputs::Standardised => Some(standardise(&self.patterns, &train)),
            Inputs::AsRead => None,
        };
        Sample { patterns: self.patterns.clone(), train, test, standardise }
    }

    fn input_names(&self) -> Vec<String> {
        self.input_names.clone()
    }

    fn output_names(&self) -> Vec<String> {
        self.output_names.clone()
    }

    fn train_patterns(&self) -> usize {
        self.patterns.len() - self.test_patterns()
    }

    fn has_test(&self) -> bool {
        self.test_patterns() > 0
    }
}

/// The bytes of a file, relative to `folder`.
pub(super) fn read(folder: &Path, file: &str) -> Result<Vec<u8>, DataError> {
    read_file(&folder.join(file))
        .map_err(|error| DataError::Unreadable { file: file.to_string(), kind: error.kind() })
}

/// The bytes of a file that a spec names. A device or a pipe, which may never end, is none.
pub(crate) fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let what = std::fs::metadata(path)?;
    match what.is_file() || what.is_dir() {
        true => std::fs::read(path), // which says what is wrong with a folder
        false => Err(std::io::ErrorKind::InvalidInput.into()),
    }
}

/// SHA-256 in hexadecimal of some files, one after the other.
pub(super) fn digest(files: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    files.iter().for_each(|bytes| hash.update(bytes));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Fills in the digest, or compares it with the one that the spec pins.
pub(super) fn pin(sha256: &mut String, got: String) -> Result<(), Fault> {
    if !sha256.is_empty() && *sha256 != got {
        return Err(Fault::of("sha256")(DataError::Changed { expected: sha256.clone(), got }));
    }
    *sha256 = got;
    Ok(())
}
