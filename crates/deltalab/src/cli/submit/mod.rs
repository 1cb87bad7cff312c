//! `deltalab submit SPEC --on slurm|local`: shards of the right size, handed in, and `collect` behind them.
//!
//! What is done stands as readable scripts in `DIR/submit/`, which can be read, changed and started by hand.

mod error;
mod local;
mod script;
mod size;
mod slurm;

pub use error::SubmitError;

use super::args::SpecArgs;
use super::failure::Failure;
use super::terminal::Terminal;
use super::{collect, simd, source};
use clap::ValueEnum;
use deltalab_lab::run::shard::{prepare, refuse};
use deltalab_lab::run::{Missing, estimate};
use deltalab_lab::{Plan, Spec, SpecText};
use deltalab_results::{Folder, journal};
use script::Job;
use size::Size;
use std::collections::HashSet;
use std::path::{Path, PathBuf, absolute};

/// Share the runs of a spec out over the tasks of a job array, and queue deltalab collect behind them
///
/// Written into DIR/submit/: readable scripts, and the logs. A short pilot sizes the shards; finished
/// runs are left out, so the same command hands in what is missing. On Slurm, collect waits until every
/// shard has ended, however it ended (afterany): a shard that is requeued goes on where it stopped and
/// counts as not ended, and of one that failed collect says what is missing. With [tune] the array is
/// handed in twice: the second pass runs the comparison. What follows -- is given to sbatch each time,
/// such as -- --partition=short --mem=4G; -c N gives each shard N threads. --on local starts the shards
/// on this machine, waits for them, and collects.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    spec: SpecArgs,
    /// Result folder, on a disk that all nodes share [default: results/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where the shards run
    #[arg(long, value_enum)]
    on: On,
    /// Number of shards [default: as many as make each last M minutes at most; --on local: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    shards: Option<u32>,
    /// Minutes that a shard lasts at most, by the pilot on this machine [default: 30]; with --shards: in place of the pilot
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    minutes: Option<u32>,
    /// Where data files that the spec names are [default: beside the spec]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Print the scripts, and write and hand in nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON: scripts, shards, ids of the jobs
    #[arg(long)]
    json: bool,
    /// Options of sbatch
    #[arg(last = true, value_name = "SBATCH OPTIONS")]
    options: Vec<String>,
}

/// Where shards run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum On {
    /// A job array of Slurm
    Slurm,
    /// Processes on this machine
    Local,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let level = simd::level()?;
        let (spec, plan) = source::load_with(&self.spec, self.data.as_deref())?;
        let out = self.out.clone().unwrap_or_else(|| Path::new("results").join(&spec.name));
        let folder = Folder::at(&out);
        refuse(&spec, &folder).map_err(Failure::Output)?;
        let missing = missing(&plan, &folder)?;
        let left = missing.planned - missing.finished;
        if left == 0 {
            return Err(Failure::Submit(SubmitError::NothingLeft { folder: out }));
        }
        let share = left as f64 / missing.planned as f64;
        let at_most = || estimate(&plan, level, 1).seconds * share;
        let size = match self.on {
            On::Slurm => self.on_slurm(at_most(), left)?,
            On::Local => self.on_local(left)?,
        };
        let job = self.job(&spec, &plan, &out, size, left)?;
        if self.dry_run {
            return match self.on {
                On::Slurm => slurm::dry_run(terminal, &job, &self.options, self.json),
                On::Local => local::dry_run(terminal, &job, self.json),
            };
        }
        if self.on == On::Slurm {
            slurm::find_sbatch().map_err(Failure::Submit)?;
            slurm::refuse_queued(&out).map_err(Failure::Submit)?;
        }
        prepare(&spec, &plan, &folder).map_err(Failure::Output)?;
        match self.on {
            On::Slurm => slurm::submit(terminal, &folder, &job, &self.options, self.json),
            On::Local => local::run(terminal, &folder, &job, self.json),
        }
    }

    /// As many shards as last half an hour each, below the most that the site takes.
    fn on_slurm(&self, seconds: f64, left: u64) -> Result<Size, Failure> {
        let refused = |error| Err(Failure::Submit(error));
        if let Some(option) = self.options.iter().find(|option| slurm::is_array(option)) {
            return refused(SubmitError::OwnArray { option: option.clone() });
        }
        let threads = slurm::threads(&self.options).map_err(Failure::Submit)?;
        let most = slurm::most_tasks();
        match self.shards {
            Some(shards) if most.is_some_and(|most| shards > most) => {
                refused(SubmitError::TooMany { shards, most: most.unwrap_or(shards) })
            }
            Some(shards) => Ok(match self.minutes {
                Some(minutes) => Size { shards, threads, seconds: Some(60.0 * f64::from(minutes)) },
                None => Size::of(shards, seconds, threads),
            }),
            None => {
                let minutes = self.minutes.unwrap_or(size::MINUTES);
                let most =
                    most.unwrap_or(slurm::USUAL_MOST).min(u32::try_from(left).unwrap_or(u32::MAX));
                Ok(Size::lasting(minutes, seconds, threads, most))
            }
        }
    }

    /// A shard for each core.
    fn on_local(&self, left: u64) -> Result<Size, Failure> {
        if self.minutes.is_some() {
            return Err(Failure::Submit(SubmitError::SlurmOnly { what: "--minutes" }));
        }
        if !self.options.is_empty() {
            return Err(Failure::Submit(SubmitError::SlurmOnly { what: "--" }));
        }
        let cores = u32::try_from(simd::cores()).unwrap_or(1);
        let most = u32::try_from(left).unwrap_or(u32::MAX);
        let shards = self.shards.unwrap_or_else(|| cores.min(most));
        Ok(Size { shards, threads: (cores / shards).max(1), seconds: None })
    }

    /// What the scripts are made of. The shards run the spec as it is stored in the folder, so that a change of the file
    /// while they wait does not reach them.
    fn job(
        &self,
        spec: &Spec,
        plan: &Plan,
        out: &Path,
        size: Size,
        left: u64,
    ) -> Result<Job, Failure> {
        let whole = |path: &Path| {
            absolute(path)
                .map_err(|source| Failure::Unwritable { path: path.to_path_buf(), source })
        };
        let out = whole(out)?;
        // Only a spec that names files needs to be told where they are.
        let stored =
            SpecText { name: spec.name.clone(), text: spec.text.clone(), folder: out.clone() };
        let alone = Spec::parse(&stored, &[]).is_ok_and(|spec| Plan::new(&spec).is_ok());
        let data = match alone {
            true => None,
            false => Some(whole(match spec.folder.as_os_str().is_empty() {
                true => Path::new("."),
                false => &spec.folder,
            })?),
        };
        let program = std::env::current_exe().unwrap_or_else(|_| "deltalab".into());
        let tuned = !plan.is_tuned();
        Ok(Job { name: spec.name.clone(), program, out, data, size, runs: left, tuned })
    }
}

/// What is missing in a folder, which may not be there.
fn missing(plan: &Plan, folder: &Folder) -> Result<Missing, Failure> {
    let mut plan = plan.clone();
    if plan.study.tuning.is_some() {
        plan.choose(&journal::load(&folder.parts())?.records);
    }
    let (finished, _) = journal::scan(&folder.parts())?;
    let there: HashSet<(&str, u64)> = finished.iter().map(|run| (&*run.cell, run.seed)).collect();
    Ok(Missing::of(&plan, &there, &[]))
}

/// Writes the scripts of a job.
fn write(folder: &Folder, scripts: &[(&str, String)]) -> Result<(), Failure> {
    for (name, text) in scripts {
        folder
            .write(&format!("{}/{name}", script::FOLDER), text.as_bytes())
            .map_err(|error| collect::failed(error.into()))?;
    }
    Ok(())
}
