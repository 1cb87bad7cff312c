//! Shards as processes of this machine: the script is run in place of this process, and what it prints is the answer.

use super::super::failure::Failure;
use super::super::terminal::Terminal;
use super::script::{self, Job, Json, LOCAL};
use super::{SubmitError, write};
use deltalab_results::Folder;
use serde_json::json;
use std::process::Command;

fn as_json(json: bool) -> Json {
    if json { Json::Wanted } else { Json::No }
}

/// Prints the script.
pub fn dry_run(terminal: &Terminal, job: &Job, json: bool) -> Result<(), Failure> {
    let script = job.local(as_json(json));
    match json {
        true => terminal.print_json(&json!({
            "name": job.name,
            "folder": job.out.display().to_string(),
            "shards": job.size.shards,
            "threads": job.size.threads,
            "scripts": { LOCAL: script },
        })),
        false => terminal.print(&script),
    }
}

/// Writes the script and becomes it: it ends with `collect`.
pub fn run(terminal: &Terminal, folder: &Folder, job: &Job, json: bool) -> Result<(), Failure> {
    write(folder, &[(LOCAL, job.local(as_json(json)))])?;
    terminal.say(format_args!(
        "{}: {}; the script is {}{LOCAL}",
        job.name,
        job.sentence(),
        script::shown(folder.path())
    ));
    let mut command = Command::new("sh");
    command.arg(job.path(LOCAL));
    Err(Failure::Submit(SubmitError::Shell(become_it(command))))
}

/// Signals then reach the shards without a process in between.
#[cfg(unix)]
fn become_it(mut command: Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(&mut command)
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}
