//! How long a plan will take, and how large its results will be: before anything is run.

use super::Stage;
use crate::plan::{Plan, PlannedCell};
use deltalab_core::random::Streams;
use deltalab_core::real::Level;
use deltalab_core::task::{Probe, Sample, Task};
use deltalab_core::train::{BatchSize, KeptWeights, Precision, Setup};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a plan will cost at most: every run going to its last epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Pattern updates of all runs.
    pub pattern_updates: u64,
    /// Seconds on so many threads of this machine.
    pub seconds: f64,
    /// Bytes of journal and tables, from the number of points of the curves, and of the weights that are kept.
    pub bytes: u64,
}

/// Cells that are tried out, spread evenly over the plan.
const TRIED: usize = 8;
/// How long each of them is trained.
const TRIAL: Duration = Duration::from_millis(60);
/// Patterns × weights of an epoch that is tried: of a larger one, the first patterns.
const EPOCH: usize = 5_000_000;
/// Bytes of one number in journal and tables together, and of a record's frame.
const BYTES: (u64, u64) = (70, 400);

/// Trains a few cells for a moment, without keeping anything, and scales up. The runs of the tuning are among those counted.
pub fn estimate(plan: &Plan, level: Level, threads: usize) -> Estimate {
    let updates =
        |setup: &Setup| setup.train.max_epochs.saturating_mul(setup.train_patterns as u64);
    let stages = [Stage::tuning(plan), Stage::comparison(plan)];
    let cells: Vec<(&PlannedCell, u64)> = (stages.iter())
        .flat_map(|stage| stage.cells.iter().map(|(_, cell)| (*cell, stage.seeds.len() as u64)))
        .collect();
    let every = cells.len().div_ceil(TRIED).max(1);
    let (mut tried, mut tried_seconds) = (0.0, 0.0);
    for (cell, seeds) in cells.iter().step_by(every) {
        let rate = rate(cell, level, *seeds as usize);
        tried += updates(&cell.setup) as f64;
        tried_seconds += updates(&cell.setup) as f64 / rate;
    }
    let sum = |of: &dyn Fn(&Setup) -> u64| {
        let each = cells.iter().map(|(cell, seeds)| of(&cell.setup).saturating_mul(*seeds));
        each.fold(0, u64::saturating_add)
    };
    let total = sum(&updates);
    let points = |setup: &Setup| match setup.probes.is_empty() {
        true => setup.train.max_epochs / setup.record.every + 2,
        false => setup.train_patterns as u64 / setup.record.every + 2,
    };
    let numbers = |setup: &Setup| {
        let points = points(setup);
        points.saturating_mul(setup.curves.len() as u64).saturating_add(setup.finals.len() as u64)
    };
    // They are kept of the comparison's runs alone.
    let weights = plan.cells.iter().map(|PlannedCell { setup, .. }| {
        let moments = match setup.record.weights {
            KeptWeights::None => 0,
            KeptWeights::Final => 1,
            KeptWeights::Curve => points(setup),
        };
        let number = if setup.precision == Precision::F32 { 4 } else { 8 };
        let of_run = moments.saturating_mul(setup.topology.parameters() as u64 * number);
        of_run.saturating_mul(plan.study.seeds.len() as u64)
    });
    let weights = weights.fold(0, u64::saturating_add);
    let seconds = if tried > 0.0 {
        total as f64 * (tried_seconds / tried) / threads.max(1) as f64
    } else {
        0.0
    };
    Estimate {
        pattern_updates: total,
        seconds,
        bytes: sum(&|setup| numbers(setup).saturating_mul(BYTES.0).saturating_add(BYTES.1))
            .saturating_add(weights),
    }
}

/// Pattern updates per second of a cell on one thread.
fn rate(cell: &PlannedCell, level: Level, runs: usize) -> f64 {
    // One more epoch than were counted may have begun, so at least one is.
    let mut long = (*cell.setup).clone();
    long.train.max_epochs = u64::MAX / 2;
    long.record.every = u64::MAX / 2;
    long.criterion = None;
    let batch = match long.train.batch {
        BatchSize::Patterns(batch) => batch,
        BatchSize::All(_) => 1,
    };
    let few = (EPOCH / long.topology.parameters().max(1)).max(batch);
    if few < long.train_patterns && long.probes.is_empty() {
        long.task = Arc::new(First { patterns: few, of: long.task });
        long.train_patterns = few;
    }
    let long = Arc::new(long);
    let mut group = cell.recipe.group(&long, level, runs);
    let (lanes, epochs) = (group.lanes().min(runs), std::cell::Cell::new(0_u64));
    let mut left = lanes;
    let mut seeds = || left.checked_sub(1).inspect(|&rest| left = rest).map(|seed| seed as u64);
    let start = Instant::now();
    let stopped = || {
        epochs.set(epochs.get() + 1);
        epochs.get() > 1 && start.elapsed() > TRIAL
    };
    group.train(&mut seeds, &mut |_| {}, &stopped);
    let presented = (epochs.get() - 1).max(1) * long.train_patterns as u64 * lanes as u64;
    presented as f64 / start.elapsed().as_secs_f64()
}

/// The first patterns of a task, so that an epoch of it ends soon.
#[derive(Debug)]
struct First {
    patterns: usize,
    of: Arc<dyn Task>,
}

impl Task for First {
    fn sizes(&self) -> (usize, usize) {
        self.of.sizes()
    }

    fn sample(&self, streams: &Streams) -> Sample {
        let mut sample = self.of.sample(streams);
        sample.train.truncate(self.patterns);
        sample.test.truncate(self.patterns);
        sample
    }

    fn train_patterns(&self) -> usize {
        self.patterns
    }

    fn has_test(&self) -> bool {
        self.of.has_test()
    }

    fn binary_inputs(&self) -> bool {
        self.of.binary_inputs()
    }

    fn input_names(&self) -> Vec<String> {
        self.of.input_names()
    }

    fn output_names(&self) -> Vec<String> {
        self.of.output_names()
    }

    fn probes(&self) -> Vec<Probe> {
        self.of.probes()
    }
}
