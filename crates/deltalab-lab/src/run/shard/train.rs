//! One shard, run to its end.

use super::{Deal, Shard, agree};
use crate::plan::Plan;
use crate::run::queue::Queue;
use crate::run::weights::Keeper;
use crate::run::{Options, RunError, Stage, Watch, keep, refuse_foreign, train};
use crate::spec::Spec;
use deltalab_results::journal::{self, Finished};
use deltalab_results::{Folder, Journal};
use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// How a shard ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sharded {
    /// Runs of its share, as far as it is known: runs of cells that are still to be tuned are among them.
    pub planned: u64,
    /// Of these, those that are finished.
    pub finished: u64,
    /// Of these, those that were trained this time.
    pub trained: u64,
    /// Pattern updates of these.
    pub pattern_updates: u64,
    /// Seconds of wall clock that they took.
    pub seconds: f64,
    /// Runs of its share whose cells wait for trials of other shards.
    pub waiting: u64,
}

impl Sharded {
    /// Whether its share is done.
    pub fn is_complete(&self) -> bool {
        self.finished == self.planned
    }

    /// Whether it did all that it could: what is left waits for trials of other shards.
    pub fn is_through(&self) -> bool {
        self.finished + self.waiting == self.planned
    }
}

/// Runs what is missing of the share of a shard. Tables are [`collect`](crate::run::collect())'s. `stop` gives up unfinished
/// runs at the end of their epoch.
///
/// # Errors
/// [`RunError`]: before the first run where the folder is not fit to write to, or another shard was begun with another spec;
/// later where writing fails.
pub fn run_shard(
    spec: &Spec,
    plan: &Plan,
    shard: Shard,
    options: &Options,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Sharded, RunError> {
    let folder = Folder::at(&options.out);
    let parts = folder.parts();
    refuse_foreign(&folder)?;
    let mut me = agree::part(spec, options, shard)?;
    agree::with_others(&folder, &me)?;
    let mut journal = Journal::open(&parts, &shard.stem())?;
    me.write(&parts)?;
    // Two shards that begin at once have both written before they look: one of them sees the other.
    if let Err(error) = agree::with_others(&folder, &me) {
        me.remove(&parts);
        return Err(error);
    }
    let at_work = AtWork { spec, planned: plan, folder: &folder, shard, options, stop };
    let mut sharded = Sharded::default();
    let ended = at_work.run(&mut journal, watch, &mut sharded);
    me.pattern_updates += sharded.pattern_updates;
    me.train_seconds += sharded.seconds;
    me.ended = true;
    let written = me.write(&parts);
    ended?;
    written?;
    Ok(sharded)
}

/// A shard at work.
struct AtWork<'a> {
    spec: &'a Spec,
    planned: &'a Plan,
    folder: &'a Folder,
    shard: Shard,
    options: &'a Options,
    stop: &'a AtomicBool,
}

impl AtWork<'_> {
    fn run(
        &self,
        journal: &mut Journal,
        watch: &mut dyn Watch,
        sharded: &mut Sharded,
    ) -> Result<(), RunError> {
        let (finished, damaged) = journal::scan(&self.folder.parts())?;
        let mut keeper = Keeper::open(self.folder, &self.shard.stem(), self.planned)?;
        let mut plan = self.chosen(&finished)?;
        let mut there = set(&finished);
        let trained = |stage: &Stage, there: &There| {
            self.mine(stage).filter(|(id, seed)| there.contains(&(id, *seed))).count() as u64
        };
        // a run of the comparison whose weights are asked for and not there is trained for their sake
        let known = |stage: &Stage, there: &There, keeper: &Keeper| {
            let runs = self.mine(stage).filter(|(id, seed)| there.contains(&(id, *seed)));
            runs.filter(|(id, seed)| !keeper.lacks(id, *seed)).count() as u64
        };
        let (trials, compared) = (Stage::tuning(self.planned), Stage::comparison(self.planned));
        sharded.planned = (self.mine(&trials).count() + self.mine(&compared).count()) as u64;
        let before = known(&Stage::comparison(&plan), &there, &keeper);
        sharded.finished = trained(&trials, &there) + before;
        watch.begin(sharded.finished, sharded.planned, &damaged);
        watch.weights_damaged(&keeper.index.damaged);

        self.train(&trials, &there, (journal, None), watch, sharded)?;
        let after;
        if !plan.is_tuned() {
            after = journal::scan(&self.folder.parts())?.0;
            plan = self.chosen(&after)?;
            there = set(&after);
            let more = known(&Stage::comparison(&plan), &there, &keeper) - before;
            watch.tuned(more);
            sharded.finished += more;
        }
        let compared = Stage::comparison(&plan);
        self.train(&compared, &there, (journal, Some(&mut keeper)), watch, sharded)?;
        sharded.waiting = self.mine(&compared).filter(|(id, _)| id.is_empty()).count() as u64;
        Ok(())
    }

    /// The plan, with the values of every cell whose trials are all finished; the folder's manifest says so once all are.
    fn chosen(&self, finished: &[Finished]) -> Result<Plan, RunError> {
        let mut plan = self.planned.clone();
        if plan.study.tuning.is_some() && !finished.is_empty() {
            plan.choose(&journal::load(&self.folder.parts())?.records);
        }
        agree::write(self.folder, self.spec, (self.planned, &plan), self.shard)?;
        Ok(plan)
    }

    /// The runs of a stage that are this shard's, by cell id (empty while a cell is to be tuned) and seed.
    fn mine<'s>(&self, stage: &'s Stage) -> impl Iterator<Item = (&'s str, u64)> + use<'s> {
        let (shard, deal) = (self.shard, self.deal(stage));
        let seeds = stage.seeds;
        stage.cells.iter().enumerate().flat_map(move |(place, (cell, _))| {
            let seeds = seeds.iter().enumerate();
            let seeds = seeds.filter(move |(seed, _)| deal.gives(shard, place, *seed));
            seeds.map(move |(_, &seed)| (&*cell.id, seed))
        })
    }

    fn deal(&self, stage: &Stage) -> Deal {
        Deal::new(stage.cells.len(), stage.seeds.len(), self.shard.of())
    }

    /// Trains what is missing of the shard's runs of a stage, or whose weights are; those of a cell that is still to be tuned
    /// wait.
    fn train(
        &self,
        stage: &Stage,
        there: &There,
        (journal, keeper): (&mut Journal, Option<&mut Keeper>),
        watch: &mut dyn Watch,
        sharded: &mut Sharded,
    ) -> Result<(), RunError> {
        let lacks = |id: &str, seed| keeper.as_ref().is_some_and(|keeper| keeper.lacks(id, seed));
        let deal = self.deal(stage);
        let queue = Queue::new(stage, |(cell, id), (place, seed)| {
            let missing = !there.contains(&(id, seed)) || lacks(id, seed);
            !id.is_empty() && deal.gives(self.shard, cell, place) && missing
        });
        let start = Instant::now();
        let with = (self.options.threads, self.options.level);
        let done = train(stage, with, &queue, &mut keep(journal, keeper, watch), self.stop)?;
        sharded.seconds += if done.trained > 0 { start.elapsed().as_secs_f64() } else { 0.0 };
        sharded.trained += done.trained;
        sharded.finished += done.trained;
        sharded.pattern_updates += done.pattern_updates;
        Ok(())
    }
}

/// Runs that are finished, by cell id and seed.
type There<'a> = HashSet<(&'a str, u64)>;

fn set(finished: &[Finished]) -> There<'_> {
    finished.iter().map(|run| (&*run.cell, run.seed)).collect()
}
