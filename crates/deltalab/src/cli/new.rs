//! `deltalab new NAME`: a commented spec to start from, and its schema beside it.

use super::failure::Failure;
use super::terminal::{NAME, Terminal, styled};
use deltalab_lab::starter::{SCHEMA_FILE, starter};
use deltalab_lab::{Spec, SpecText, schema};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Write a commented spec to start from: NAME.toml, and deltalab.schema.json for editors
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Name of the experiment, of its file and of its result folder
    name: String,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let name = self.name.strip_suffix(".toml").unwrap_or(&self.name);
        let text = starter("NAME");
        // the name must be one that a spec and a folder can have, before it becomes part of a path
        Spec::parse(
            &SpecText::embedded(&self.name, &text),
            &[format!("name={}", serde_json::json!(name))],
        )?;
        let file = PathBuf::from(format!("{name}.toml"));
        write_new(&file, starter(name).as_bytes())?;
        let schema = format!("{:#}\n", schema::schema());
        let beside = match write_new(Path::new(SCHEMA_FILE), schema.as_bytes()) {
            Ok(()) => format!(" and {SCHEMA_FILE} (for editors)"),
            Err(Failure::Exists { .. }) => String::new(),
            Err(other) => return Err(other),
        };
        let file = file.display();
        terminal.say(format_args!(
            "Wrote {file}{beside}. Next: {}",
            styled(NAME, format!("deltalab run {file}"))
        ));
        Ok(())
    }
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    opened.and_then(|mut file| file.write_all(bytes)).map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => Failure::Exists { path: path.to_path_buf() },
        _ => Failure::Unwritable { path: path.to_path_buf(), source },
    })
}
