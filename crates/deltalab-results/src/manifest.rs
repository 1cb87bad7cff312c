//! `manifest.json`: what a result folder is about, and which program and machine made it. It alone may differ between two
//! runs of one spec: it holds the timings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Study, number};

/// The `format` of the result folders that this version writes and reads.
pub const FORMAT: &str = "deltalab-results/1";

/// The manifest of a result folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Name, cells, seeds and metrics; in the file they stand beside the other keys.
    #[serde(flatten)]
    pub study: Study,
    /// Version of each part that the numbers depend on, such as `deltalab` and `rustc`.
    #[serde(default)]
    pub versions: BTreeMap<String, String>,
    /// How the program was built: profile, target.
    #[serde(default)]
    pub build: String,
    /// Processor and system.
    #[serde(default)]
    pub machine: String,
    /// Threads that trained.
    #[serde(default)]
    pub threads: usize,
    /// Instruction set that the lanes used, such as `avx2`.
    #[serde(default)]
    pub instruction_set: String,
    /// `lanes` or `blocked`, or both.
    #[serde(default)]
    pub engine: String,
    /// Runs in the folder that belong to the study.
    #[serde(default)]
    pub runs: u64,
    /// Patterns presented and learned from, over these runs.
    #[serde(default)]
    pub pattern_updates: u64,
    /// Seconds of training, wall clock, over every session that added runs.
    #[serde(default, with = "number::single")]
    pub train_seconds: f64,
    /// Pattern updates of the last session that added runs, over its seconds.
    #[serde(default, with = "number::single")]
    pub pattern_updates_per_second: f64,
}

impl Manifest {
    /// The manifest of a study of which nothing has been run: empty but for the study and the format.
    pub fn new(study: Study) -> Manifest {
        Manifest {
            format: FORMAT.to_owned(),
            study,
            versions: BTreeMap::new(),
            build: String::new(),
            machine: String::new(),
            threads: 0,
            instruction_set: String::new(),
            engine: String::new(),
            runs: 0,
            pattern_updates: 0,
            train_seconds: 0.0,
            pattern_updates_per_second: 0.0,
        }
    }

    /// The bytes of `manifest.json`.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("a manifest has string keys");
        json.push(b'\n');
        json
    }
}
