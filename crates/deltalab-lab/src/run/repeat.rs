//! Training stored runs once more, to see that they come out the same.

use super::queue::Queue;
use super::{Finished, RunError, Stage, train};
use crate::plan::Plan;
use deltalab_core::real::Level;
use deltalab_results::Record;
use std::collections::HashSet;
use std::sync::atomic::AtomicBool;

/// How far a repetition came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// Every run was trained.
    All,
    /// It was stopped after so many.
    Stopped {
        /// Runs that were trained.
        trained: u64,
    },
}

/// Trains the runs of `wanted`, given by cell id and seed: cells of the plan or trials of its tuning. Each is handed to `done`
/// as it ends, in no particular order; nothing is written. Those of which the plan has no cell are passed over (see
/// [`Plan::knows`]). `stop` gives up at the end of an epoch.
///
/// # Errors
/// [`RunError::Threads`].
pub fn repeat(
    plan: &Plan,
    wanted: &HashSet<(String, u64)>,
    (threads, level): (usize, Level),
    done: &mut dyn FnMut(Record),
    stop: &AtomicBool,
) -> Result<Repeated, RunError> {
    let mut seeds: Vec<u64> = wanted.iter().map(|(_, seed)| *seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let mut seen = HashSet::new();
    let trials = Stage::tuning(plan).cells;
    let cells = Stage::comparison(plan).cells.into_iter().chain(trials);
    let cells = cells.filter(|(cell, _)| !cell.id.is_empty() && seen.insert(&*cell.id)).collect();
    let stage = Stage { cells, seeds: &seeds };
    let queue =
        Queue::new(&stage, |(_, cell), (_, seed)| wanted.contains(&(cell.to_string(), seed)));
    let mut keep = |run: Finished| {
        done(run.record);
        Ok(())
    };
    let trained = train(&stage, (threads, level), &queue, &mut keep, stop)?.trained;
    Ok(match trained == queue.remaining() {
        true => Repeated::All,
        false => Repeated::Stopped { trained },
    })
}
