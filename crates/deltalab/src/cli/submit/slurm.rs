//! Shards as a job array of Slurm.
//!
//! `sbatch` takes the array, the array once more where tuning comes first, and `collect`. Each waits for the one before with
//! `afterany`: a task that is requeued (node lost, preempted) has not ended, and is waited for; one that failed or ran out of
//! time is not waited for in vain, as with `afterok`: `collect` then says which runs are missing.

use super::super::failure::Failure;
use super::super::run::program;
use super::super::terminal::{BOLD, NAME, Terminal, styled};
use super::super::words::shell;
use super::script::{COLLECT, FOLDER, JOBS, Job, SHARDS};
use super::{SubmitError, write};
use deltalab_results::Folder;
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// Tasks of an array at most where the site does not tell: Slurm's own default of MaxArraySize is 1001, and tasks count from 0.
pub const USUAL_MOST: u32 = 1000;

/// Tasks of an array at most, as `scontrol` tells.
pub fn most_tasks() -> Option<u32> {
    let output = Command::new("scontrol").args(["show", "config"]).output().ok()?;
    max_array_size(&String::from_utf8_lossy(&output.stdout))
}

/// The largest number of a task: one below `MaxArraySize`.
fn max_array_size(config: &str) -> Option<u32> {
    let line = config.lines().find(|line| line.trim_start().starts_with("MaxArraySize"))?;
    let size: u32 = line.split('=').nth(1)?.trim().parse().ok()?;
    size.checked_sub(1).filter(|&most| most > 0)
}

/// Whether an option of sbatch makes an array.
pub fn is_array(option: &str) -> bool {
    option.starts_with("--array") || option == "-a"
}

/// Threads of a shard: `--cpus-per-task` or `-c`, else 1.
pub fn threads(options: &[String]) -> Result<u32, SubmitError> {
    let mut threads = 1;
    let mut left = options.iter();
    while let Some(option) = left.next() {
        let value = match option.as_str() {
            "-c" | "--cpus-per-task" => left.next().map(String::as_str),
            option => match option.strip_prefix("--cpus-per-task=") {
                Some(value) => Some(value),
                None if option.starts_with("--") => continue,
                None => match option.strip_prefix("-c") {
                    Some(value) => Some(value),
                    None => continue,
                },
            },
        };
        let number = value.and_then(|value| value.parse().ok()).filter(|&number| number > 0);
        threads = number.ok_or_else(|| {
            let option =
                format!("{option} {}", value.filter(|_| !option.contains('=')).unwrap_or(""));
            SubmitError::Threads { option: option.trim_end().to_string() }
        })?;
    }
    Ok(threads)
}

/// Fails where there is no `sbatch`.
pub fn find_sbatch() -> Result<(), SubmitError> {
    let found = Command::new("sbatch").arg("--version").output();
    found.map(drop).map_err(|_| SubmitError::NoSbatch)
}

/// Fails where jobs that were handed in for a folder before have not ended: two arrays would train the same runs.
pub fn refuse_queued(out: &Path) -> Result<(), SubmitError> {
    let Ok(ids) = std::fs::read_to_string(out.join(FOLDER).join(JOBS)) else { return Ok(()) };
    let queued: Vec<String> =
        ids.split_whitespace().filter(|id| is_queued(id)).map(str::to_string).collect();
    match queued.is_empty() {
        true => Ok(()),
        false => Err(SubmitError::Queued { ids: queued }),
    }
}

/// Whether Slurm knows a job that has not ended.
fn is_queued(id: &str) -> bool {
    let output = Command::new("squeue").args(["-h", "-o", "%i", "-j", id]).output();
    output.is_ok_and(|output| !output.stdout.trim_ascii().is_empty())
}

/// The jobs in their order: what each is, its script, and whether it waits for the one before.
fn jobs(job: &Job) -> Vec<(&'static str, &'static str)> {
    let mut jobs = vec![(if job.tuned { "tuning" } else { "shards" }, SHARDS)];
    if job.tuned {
        jobs.push(("comparison", SHARDS));
    }
    jobs.push(("collect", COLLECT));
    jobs
}

/// What follows `sbatch`; a later option takes the place of an earlier one.
fn arguments(job: &Job, script: &str, options: &[String], after: Option<&str>) -> Vec<String> {
    let mut arguments = vec!["--parsable".to_string()];
    arguments.extend(options.iter().cloned());
    arguments.extend(after.map(|id| format!("--dependency=afterany:{id}")));
    arguments.push(job.path(script).display().to_string());
    arguments
}

fn scripts(job: &Job) -> [(&'static str, String); 2] {
    [(SHARDS, job.shards()), (COLLECT, job.after())]
}

/// Prints the scripts, and how they would be handed in.
pub fn dry_run(
    terminal: &Terminal,
    job: &Job,
    options: &[String],
    as_json: bool,
) -> Result<(), Failure> {
    let mut commands = Vec::new();
    let mut before: Option<String> = None;
    for (what, script) in jobs(job) {
        let arguments = arguments(job, script, options, before.as_deref());
        let words: Vec<String> = arguments.iter().map(|word| shell_or_name(word)).collect();
        commands.push(format!("{what}=$(sbatch {})", words.join(" ")));
        before = Some(format!("${what}"));
    }
    if as_json {
        let scripts: serde_json::Map<_, _> =
            scripts(job).into_iter().map(|(name, text)| (name.to_string(), json!(text))).collect();
        return terminal.print_json(&json!({
            "name": job.name,
            "folder": job.out.display().to_string(),
            "shards": job.size.shards,
            "threads": job.size.threads,
            "seconds": job.size.seconds,
            "scripts": scripts,
            "commands": commands,
        }));
    }
    let mut text = String::new();
    for (name, script) in scripts(job) {
        text += &format!("# ---- {}\n{script}\n", job.path(name).display());
    }
    text += &format!("# ---- handed in with\n{}\n", commands.join("\n"));
    terminal.print(&text)
}

/// A word of a command that is only shown: `$shards` stays a variable.
fn shell_or_name(word: &str) -> String {
    if word.contains(":$") { word.to_string() } else { shell(word) }
}

/// Writes the scripts and hands them in.
pub fn submit(
    terminal: &Terminal,
    folder: &Folder,
    job: &Job,
    options: &[String],
    as_json: bool,
) -> Result<(), Failure> {
    write(folder, &scripts(job))?;
    let mut ids: Vec<String> = Vec::new();
    for (_, script) in jobs(job) {
        let id = sbatch(&arguments(job, script, options, ids.last().map(String::as_str)));
        let id = id.map_err(|why| {
            let script = job.path(script).display().to_string();
            Failure::Submit(SubmitError::Refused { script, why, ids: ids.clone() })
        })?;
        ids.push(id);
        write(folder, &[(JOBS, ids.join("\n") + "\n")])?;
    }
    let jobs: Vec<(&str, &String)> =
        jobs(job).into_iter().map(|(what, _)| what).zip(&ids).collect();
    if as_json {
        let jobs: serde_json::Map<_, _> =
            jobs.iter().map(|(what, id)| ((*what).to_string(), json!(id))).collect();
        return terminal.print_json(&json!({
            "name": job.name,
            "folder": job.out.display().to_string(),
            "shards": job.size.shards,
            "threads": job.size.threads,
            "seconds": job.size.seconds,
            "jobs": jobs,
            "scripts": { SHARDS: job.path(SHARDS).display().to_string(), COLLECT: job.path(COLLECT).display().to_string() },
        }));
    }
    terminal.print(&(told(job, &jobs, folder.path()) + "\n"))?;
    let next = |command: String, what: &str| format!("  {}  ({what})", styled(NAME, command));
    let dir = shell(&folder.path().display().to_string());
    terminal.say("Next:");
    terminal.say(next(format!("squeue -j {}", ids.join(",")), "where they are"));
    terminal.say(next(format!("{} status {dir}", program()), "how far they have come"));
    terminal.say(next(format!("scancel {}", ids.join(" ")), "to stop; what is finished is kept"));
    Ok(())
}

/// The jobs, one a line.
fn told(job: &Job, jobs: &[(&str, &String)], out: &Path) -> String {
    let mut lines = vec![format!(
        "{}: {}; scripts and logs in {}",
        styled(BOLD, &job.name),
        job.sentence(),
        super::script::shown(out)
    )];
    for (place, (what, id)) in jobs.iter().enumerate() {
        let array = match *what {
            "collect" => String::new(),
            _ => format!(", an array of {}", job.size.shards),
        };
        let after = match place {
            0 => String::new(),
            place => format!(", after {}", jobs[place - 1].1),
        };
        lines.push(format!("  {id}  {what}{array}{after}"));
    }
    lines.join("\n")
}

/// Hands a script in; its id, without the name of a cluster.
fn sbatch(arguments: &[String]) -> Result<String, String> {
    let output = Command::new("sbatch").args(arguments).output().map_err(|it| it.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let id = said.lines().last().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match output.status.success() && !id.is_empty() {
        true => Ok(id.to_string()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_stays_below_the_limit_of_the_site() {
        let config = "MaxArraySize            = 1001\nMaxBatchRequeue         = 5\n";
        assert_eq!(max_array_size(config), Some(1000));
        assert_eq!(max_array_size("MaxArraySize = 1\n"), None);
        assert_eq!(max_array_size("slurm_load_ctl_conf error\n"), None);
    }

    #[test]
    fn threads_are_those_that_sbatch_is_asked_for() {
        let of = |options: &[&str]| {
            threads(&options.iter().map(|it| it.to_string()).collect::<Vec<_>>())
                .map_err(|error| error.to_string())
        };
        for options in
            [&["-c", "4"][..], &["-c4"], &["--cpus-per-task", "4"], &["--cpus-per-task=4"]]
        {
            assert_eq!(of(options), Ok(4), "{options:?}");
        }
        assert_eq!(of(&["--partition=cpu", "--comment", "x"]), Ok(1));
        assert_eq!(of(&["-c", "0"]), Err("-c 0: expected a whole number from 1".into()));
        assert_eq!(
            of(&["--cpus-per-task=a"]),
            Err("--cpus-per-task=a: expected a whole number from 1".into())
        );
        assert_eq!(of(&["-c"]), Err("-c: expected a whole number from 1".into()));
    }
}
