//! The shards of a run that is shared out over processes: beside each journal `parts/I-of-N.journal` a file
//! `parts/I-of-N.json`, which only that shard writes.
//!
//! It says which spec the shard was given, so that shards of different specs find out, and what the manifest of the whole is
//! made of once the parts are collected: machine and times. It holds no result; with it gone, nothing is lost but timings.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk::{self, Survive};
use crate::{Error, number};

/// What a shard says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Its place among the shards, from 1.
    pub shard: u32,
    /// How many shards there are.
    pub of: u32,
    /// SHA-256 of the `spec.toml` that it runs.
    pub spec: String,
    /// Version of the program.
    pub version: String,
    /// Processor and system.
    pub machine: String,
    /// Threads that trained.
    pub threads: usize,
    /// Instruction set that the lanes used.
    pub instruction_set: String,
    /// Whether its process ended by itself: finished, interrupted, or unable to go on. Of one that was killed it is false.
    pub ended: bool,
    /// Pattern updates of the runs that it trained, over all its processes that ended by themselves.
    pub pattern_updates: u64,
    /// Seconds of wall clock that they took.
    #[serde(with = "number::single")]
    pub train_seconds: f64,
}

impl Part {
    /// The stem of its files: `3-of-8`.
    pub fn name(&self) -> String {
        format!("{}-of-{}", self.shard, self.of)
    }

    /// Writes its file into the folder `parts`, which must exist.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write(&self, parts: &Path) -> Result<(), Error> {
        let mut json = serde_json::to_vec_pretty(self).expect("a part has string keys");
        json.push(b'\n');
        disk::write_whole(&path(parts, &self.name()), &json, Survive::Process)?;
        Ok(())
    }

    /// Removes its file.
    pub fn remove(&self, parts: &Path) {
        let _ = fs::remove_file(path(parts, &self.name())); // it holds no result
    }
}

fn path(parts: &Path, name: &str) -> PathBuf {
    parts.join(format!("{name}.json"))
}

/// Every shard of the folder `parts` that has begun, by N, then by I. A file that cannot be understood is passed over: it
/// holds no result.
///
/// # Errors
/// [`Error::Read`].
pub fn read_all(parts: &Path) -> Result<Vec<Part>, Error> {
    let entries = match fs::read_dir(parts) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(Error::read(parts)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::read(parts))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(stem) = name.strip_suffix(".json").filter(|stem| !stem.starts_with('.')) else {
            continue;
        };
        let part = fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Part>(&text).ok());
        found.extend(part.filter(|part| part.name() == stem));
    }
    found.sort_by_key(|part| (part.of, part.shard));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_in_order_and_other_files_are_passed_over() {
        let place = tempfile::tempdir().unwrap();
        let parts = place.path();
        let part = |shard, of| Part { shard, of, train_seconds: 0.1, ..Part::default() };
        for (shard, of) in [(10, 12), (2, 12), (1, 3)] {
            part(shard, of).write(parts).unwrap();
        }
        fs::write(parts.join("1-of-1.journal"), "").unwrap();
        fs::write(parts.join("4-of-12.json"), "{ half").unwrap();
        fs::write(parts.join("5-of-12.json"), "{ \"shard\": 6, \"of\": 12 }").unwrap();
        assert_eq!(read_all(parts).unwrap(), [part(1, 3), part(2, 12), part(10, 12)]);
        part(1, 3).remove(parts);
        assert_eq!(read_all(parts).unwrap().len(), 2);
        assert_eq!(read_all(&parts.join("none")).unwrap(), []);
    }
}
