//! The program, run in a place of its own.

#![allow(dead_code)] // each test file uses its share

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A small spec: two learners, six seeds, solved by some and not by all within its epochs.
pub const XOR: &str = r#"name = "xor"
seeds = 6
[task]
kind = "xor"
[network]
hidden = [4]
activation = "logistic"
[train]
max_epochs = 400
criterion = { metric = "sse", below = 0.1 }
[[learner]]
kind = "backprop"
label = "plain"
learning_rate = 0.5
[[learner]]
kind = "backprop"
label = "momentum"
learning_rate = 0.5
optimiser = { kind = "momentum", momentum = 0.9 }
"#;

/// A folder that is gone after the test.
pub struct Place(tempfile::TempDir);

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Every file with its bytes, and every folder.
    pub fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        tree(self.0.path())
    }

    /// The files below a folder of it, their paths from there.
    pub fn below(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        tree(&self.path(folder))
    }

    /// The program, about to be run here: no colours and levels from outside.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deltalab"));
        command.args(args).current_dir(self.0.path());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "DELTALAB_SIMD", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command
    }
}

/// Every file below a folder with its bytes, and every folder (its path ending in a slash).
pub fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                found.insert(name + "/", Vec::new());
                left.push(path);
            } else {
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Runs the program to its end.
pub fn deltalab(place: &Place, args: &[&str]) -> Ended {
    deltalab_with(place, args, &[])
}

/// The same, with variables of the environment.
pub fn deltalab_with(place: &Place, args: &[&str], env: &[(&str, &str)]) -> Ended {
    let output = place.command(args).envs(env.iter().copied()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A text with single spaces between its words, whatever its lines.
pub fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
