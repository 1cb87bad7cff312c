//! # Runs: from a plan to records
//!
//! Cells × seeds are trained in parallel: threads outside, lanes inside. Every finished run is appended to the journal at
//! once, so a killed process loses only what was not finished; the same command goes on from there. What is recorded of a
//! run depends on its cell and seed alone, never on threads, lanes or the order in which runs end.
//!
//! A plan can be shared out over processes ([`shard`]), whose parts [`collect`](collect()) makes one.
//!
//! A plan with tuning has two [stages](Stage): all the trials, then, once the last of them has ended, the comparison. Runs of
//! both stand in one journal.

mod collect;
mod error;
mod finish;
mod machine;
mod pilot;
mod queue;
mod repeat;
pub mod shard;
mod weights;

pub use collect::{Collected, Missing, Unfinished, collect, merge};
pub use error::RunError;
pub use pilot::{Estimate, estimate};
pub use repeat::{Repeated, repeat};
pub use shard::{Shard, Sharded, run_shard};

use crate::plan::{Plan, PlannedCell};
use crate::spec::Spec;
use crate::trace;
use deltalab_core::real::Level;
use deltalab_core::train::{Outcome, Status as Ended};
use deltalab_results::folder::PROBE;
use deltalab_results::journal::{self, Damaged};
use deltalab_results::weights::Weights;
use deltalab_results::{
    Analysis, Cell, Folder, Journal, Manifest, Part, Record, Series, Status, part,
};
use finish::{JOURNAL, count, finish, manifest};
use queue::Queue;
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::AddAssign;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Instant;
use weights::Keeper;

/// Records that may wait for the journal before the threads wait in turn: memory stays flat however many runs there are.
const WAITING: usize = 256;

/// Where and how to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The result folder.
    pub out: PathBuf,
    /// Threads that train.
    pub threads: usize,
    /// Instructions that the lanes use.
    pub level: Level,
    /// What to do with finished runs that are there already.
    pub found: Found,
}

/// What to do with finished runs in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Keep them and go on.
    Resume,
    /// Throw the folder's results away and start afresh.
    Discard,
}

/// Told how far a run has come.
pub trait Watch {
    /// Before the first run: how many of how many runs are there already, and journal lines that had to be set aside.
    fn begin(&mut self, finished: u64, planned: u64, damaged: &[Damaged]);
    /// After each run.
    fn advance(&mut self, record: &Record);
    /// Before the first run: places in the parts of weights that could not be read, by file; their runs are trained again.
    fn weights_damaged(&mut self, _damaged: &[(PathBuf, u64)]) {}
    /// Tuning has told which cells are compared, and so many of their runs are there already.
    fn tuned(&mut self, _finished: u64) {}
}

/// What is run together: cells on the same seeds.
#[derive(Clone, Debug)]
pub struct Stage<'a> {
    /// Cells, and what runs them.
    pub cells: Vec<(&'a Cell, &'a PlannedCell)>,
    /// Their seeds.
    pub seeds: &'a [u64],
}

impl<'a> Stage<'a> {
    /// The trials of every search; none without tuning.
    pub fn tuning(plan: &'a Plan) -> Self {
        let cells = plan.candidates.iter().flatten().map(|(cell, planned)| (cell, planned));
        let seeds = plan.study.tuning.as_ref().map_or(&[][..], |tuning| &tuning.seeds);
        Self { cells: cells.collect(), seeds }
    }

    /// The cells that are compared.
    pub fn comparison(plan: &'a Plan) -> Self {
        Self { cells: plan.iter().collect(), seeds: &plan.study.seeds }
    }
}

/// How a run of an experiment ended.
#[derive(Clone, Debug)]
pub struct Report {
    /// Runs of the plan that are finished now.
    pub finished: u64,
    /// Runs of the plan.
    pub planned: u64,
    /// Runs that were trained this time.
    pub trained: u64,
    /// Journal lines that were set aside; their runs are among those trained.
    pub damaged: u64,
    /// Pattern updates of the trained runs.
    pub pattern_updates: u64,
    /// Seconds of wall clock that they took.
    pub seconds: f64,
    /// The manifest as it was written.
    pub manifest: Manifest,
    /// The statistics that the tables were made from, once every run is finished.
    pub analysis: Option<Analysis>,
}

impl Report {
    /// Whether every run of the plan is finished.
    pub fn is_complete(&self) -> bool {
        self.finished == self.planned
    }
}

/// Runs what is missing of a plan. When every run is finished the tables are written; figures and report are the caller's.
/// `stop` gives up unfinished runs at the end of their epoch: what was finished is kept.
///
/// # Errors
/// [`RunError`]: before the first run where the folder is not fit to write to, later where writing fails.
pub fn run(
    spec: &Spec,
    plan: &Plan,
    options: &Options,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Report, RunError> {
    let folder = Folder::at(&options.out);
    let mut journal = open(&folder, options.found)?;
    let (before, damaged) = journal::scan(&folder.parts())?;
    let there: HashSet<(&str, u64)> = before.iter().map(|run| (&*run.cell, run.seed)).collect();
    let missing =
        |(_, cell): (usize, &str), (_, seed): (usize, u64)| !there.contains(&(cell, seed));
    let mut keeper = Keeper::open(&folder, JOURNAL, plan)?;
    let mut plan = Cow::Borrowed(plan);
    if plan.study.tuning.is_some() {
        plan.to_mut().choose(&journal::load(&folder.parts())?.records);
    }
    let planned = plan.runs() + plan.tuning_runs();
    let mut manifest = manifest(&plan, options, &folder);
    folder.write("spec.toml", spec.text.as_bytes())?;
    folder.write_manifest(&manifest)?;

    let start = Instant::now();
    let trials = Queue::new(&Stage::tuning(&plan), missing);
    let lacking = |keeper: &Keeper, plan: &Plan| {
        let missing = |cell: (usize, &str), seed: (usize, u64)| {
            missing(cell, seed) || keeper.lacks(cell.1, seed.1)
        };
        Queue::new(&Stage::comparison(plan), missing)
    };
    let waiting = lacking(&keeper, &plan).remaining();
    let mut found = planned - trials.remaining() - waiting;
    watch.begin(found, planned, &damaged);
    watch.weights_damaged(&keeper.index.damaged);
    let mut done = Done::default();
    let with = (options.threads, options.level);
    let stage = Stage::tuning(&plan);
    done += train(&stage, with, &trials, &mut keep(&mut journal, None, watch), stop)?;
    if !plan.is_tuned() && done.trained == trials.remaining() {
        plan.to_mut().choose(&journal::load(&folder.parts())?.records);
        manifest.study = plan.study.clone();
        folder.write_manifest(&manifest)?;
        let known = waiting - lacking(&keeper, &plan).remaining();
        watch.tuned(known);
        found += known;
    }
    if plan.is_tuned() {
        folder.write_traces(trace::kept(&plan))?;
        let stage = Stage::comparison(&plan);
        let queue = lacking(&keeper, &plan);
        let mut keep = keep(&mut journal, Some(&mut keeper), watch);
        done += train(&stage, with, &queue, &mut keep, stop)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let Done { trained, pattern_updates } = done;

    let damaged = damaged.len() as u64;
    drop(keeper);
    drop(there);
    drop(before); // of a million runs some hundred megabytes
    let finished = found + trained;
    if trained > 0 {
        manifest.train_seconds += seconds;
        manifest.pattern_updates_per_second = pattern_updates as f64 / seconds;
    }
    let mut analysis = None;
    if finished == planned {
        analysis = Some(finish(&folder, &mut journal, &plan.study, &mut manifest)?);
    } else {
        let all = journal::in_order(journal::load(&folder.parts())?.records, &plan.study);
        count(&mut manifest, &plan.study, &all);
    }
    folder.write_manifest(&manifest)?;
    Ok(Report { finished, planned, trained, damaged, pattern_updates, seconds, manifest, analysis })
}

/// What was trained.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    trained: u64,
    pattern_updates: u64,
}

impl AddAssign for Done {
    fn add_assign(&mut self, more: Self) {
        self.trained += more.trained;
        self.pattern_updates += more.pattern_updates;
    }
}

/// Refuses a folder that holds something else, makes sure it can be written and that nobody else writes to it, and empties
/// it where asked to.
fn open(folder: &Folder, found: Found) -> Result<Journal, RunError> {
    refuse_foreign(folder)?;
    refuse_shards(folder)?;
    folder.prepare()?;
    let mut journal = Journal::open(&folder.parts(), JOURNAL)?;
    if found == Found::Discard {
        let path = folder.path();
        journal.discard()?;
        for part in part::read_all(&folder.parts())? {
            part.remove(&folder.parts());
        }
        for name in ["figures", "weights", "submit"] {
            remove(std::fs::remove_dir_all(path.join(name)), path)?;
        }
        for name in FILES {
            remove(std::fs::remove_file(path.join(name)), path)?;
        }
    }
    Ok(journal)
}

/// Refuses a folder in which shards are at work: both would train the same runs. Shards on other machines are seen where
/// the file system's locks reach them.
fn refuse_shards(folder: &Folder) -> Result<(), RunError> {
    let parts = folder.parts();
    let at_work = |part: &Part| part.name() != JOURNAL && journal::in_use(&parts, &part.name());
    match part::read_all(&parts)?.into_iter().find(at_work) {
        None => Ok(()),
        Some(part) => Err(RunError::ShardAtWork {
            path: folder.path().to_path_buf(),
            shard: Shard::new(part.shard, part.of).unwrap_or(Shard::WHOLE),
        }),
    }
}

/// Refuses a folder that holds something else than results.
fn refuse_foreign(folder: &Folder) -> Result<(), RunError> {
    let path = folder.path();
    match folder.is_result_folder() || folder.parts().is_dir() || only_results(path) {
        true => Ok(()),
        false => Err(RunError::Foreign { path: path.to_path_buf() }),
    }
}

/// Whether a folder holds nothing but what a run writes, as results that were stored without their journal do, or what one
/// that was killed at its first step has left; or is empty, or not there.
fn only_results(path: &std::path::Path) -> bool {
    let Ok(entries) = std::fs::read_dir(path) else { return true };
    let known = |name: std::ffi::OsString| {
        ["figures", "weights", PROBE].iter().chain(&FILES).any(|&known| name == known)
    };
    entries.flatten().all(|entry| known(entry.file_name()))
}

/// The files of a result folder.
const FILES: [&str; 10] = [
    "spec.toml",
    "manifest.json",
    "runs.csv",
    "curves.csv",
    "summary.csv",
    "comparisons.csv",
    "tuning.csv",
    "columns.json",
    "traces.json",
    "report.html",
];

fn remove(removed: std::io::Result<()>, path: &std::path::Path) -> Result<(), RunError> {
    match removed {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(RunError::Discard { path: path.to_path_buf(), source })
        }
        _ => Ok(()),
    }
}

/// Puts each record into the journal, its weights first, and says so.
fn keep<'a>(
    journal: &'a mut Journal,
    mut keeper: Option<&'a mut Keeper>,
    watch: &'a mut dyn Watch,
) -> impl FnMut(Finished) -> Result<(), RunError> + 'a {
    move |Finished { record, weights }| {
        if let Some(keeper) = &mut keeper {
            keeper.keep(weights.as_ref())?;
        }
        journal.append(&record)?;
        watch.advance(&record);
        Ok(())
    }
}

/// A run that has ended.
struct Finished {
    record: Record,
    weights: Option<Weights>,
}

/// Trains everything in the queue of a stage; each run is kept as it comes.
fn train(
    stage: &Stage,
    (threads, level): (usize, Level),
    queue: &Queue,
    keep: &mut dyn FnMut(Finished) -> Result<(), RunError>,
    stop: &AtomicBool,
) -> Result<Done, RunError> {
    let threads = threads.max(1);
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(RunError::Threads)?;
    let (send, receive) = mpsc::sync_channel::<Finished>(WAITING);
    let failed = AtomicBool::new(false);
    let stopped = || stop.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed);
    let mut done = Done::default();
    pool.in_place_scope(|scope| {
        for _ in 0..threads {
            let (send, stopped) = (send.clone(), &stopped);
            scope.spawn(move |_| work(stage, (threads, level), queue, &send, stopped));
        }
        drop(send);
        for run in receive {
            done += Done { trained: 1, pattern_updates: run.record.pattern_updates };
            if let Err(error) = keep(run) {
                failed.store(true, Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(done)
    })
}

/// One of so many threads: takes a cell that has seeds left, trains them in lanes, takes the next.
fn work(
    stage: &Stage,
    (threads, level): (usize, Level),
    queue: &Queue,
    send: &mpsc::SyncSender<Finished>,
    stopped: &dyn Fn() -> bool,
) {
    while !stopped()
        && let Some(share) = queue.take(threads)
    {
        let (info, planned) = stage.cells[share.cell()];
        let PlannedCell { setup, recipe } = planned;
        let mut group = recipe.group(setup, level, share.expected());
        let finals: Vec<_> = setup.finals.iter().map(|column| column.name.clone()).collect();
        let curves: Vec<_> = setup.curves.iter().map(|column| column.name.clone()).collect();
        // A receiver that has gone is a journal that failed: `stopped` says so at the next epoch.
        let mut done = |outcome: Outcome| {
            let weights = weights::weights((info, planned), outcome.seed, &outcome.weights);
            let record = record(&info.id, &finals, &curves, outcome);
            drop(send.send(Finished { record, weights }));
        };
        group.train(&mut || share.next(), &mut done, &stopped);
    }
}

/// What is kept of a finished run.
fn record(cell: &str, finals: &[String], curves: &[String], outcome: Outcome) -> Record {
    let width = curves.len();
    let series = curves.iter().enumerate().map(|(n, metric)| Series {
        metric: metric.clone(),
        epochs: outcome.curve_epochs.clone(),
        values: outcome.curve.iter().skip(n).step_by(width).copied().collect(),
    });
    Record {
        cell: cell.to_string(),
        seed: outcome.seed,
        status: match outcome.status {
            Ended::Solved => Status::Solved,
            Ended::Unsolved => Status::Unsolved,
            Ended::Diverged => Status::Diverged,
        },
        epochs: outcome.epochs,
        solved_epoch: (outcome.status == Ended::Solved).then_some(outcome.epochs),
        finals: finals.iter().cloned().zip(outcome.finals).collect(),
        curves: series.collect(),
        pattern_updates: outcome.pattern_updates,
    }
}
