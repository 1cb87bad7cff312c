//! One update of each learner, through the path that `run` takes: a group of runs, alone and in lanes, at the widest level.
//!
//!     cargo bench -p deltalab-core --bench learners -- backprop
//!
//! Rates are pattern updates, those of all runs. CHL with a fixed number of steps stands beside the rules' defaults, whose
//! number of steps depends on the weights.
#![allow(missing_docs)] // of what Criterion's macro makes

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use deltalab_core::learner::{Configured, Form, GeneRec, Recipe, Rule, Visitor, learners};
use deltalab_core::network::{Activation, NetworkParams, Settling};
use deltalab_core::optimiser::{OptimiserParams, Schedule};
use deltalab_core::real::Level;
use deltalab_core::task::Xor;
use deltalab_core::train::{Ingredients, Order, Precision, RecordParams, Setup, TrainParams};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

const EPOCHS: u64 = 50;
const PATTERNS: u64 = 4;

fn quick() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .sample_size(10)
}

/// XOR with a small rate: no run solves it, rests or diverges within the epochs.
fn setup(network: NetworkParams, recipe: &dyn Recipe) -> Option<Arc<Setup>> {
    let ingredients = Ingredients {
        task: Arc::new(Xor::default()),
        network,
        train: TrainParams {
            order: Order::Sequential,
            max_epochs: EPOCHS,
            ..TrainParams::default()
        },
        record: RecordParams { every: 1_000_000, ..RecordParams::default() },
        optimiser: OptimiserParams::default(),
        lbfgs: None,
        learning_rate: 0.01,
        schedule: Schedule::default(),
        precision: Precision::F64,
        master_seed: 0,
    };
    Setup::new(ingredients, recipe).ok().map(Arc::new)
}

/// The first of these that a rule can train: 2-4-1, or 2-1 with the output that it needs.
fn networks() -> [NetworkParams; 4] {
    let flat = NetworkParams::default();
    [
        NetworkParams { hidden: vec![4], ..flat.clone() },
        flat.clone(),
        NetworkParams { activation: Activation::Threshold, ..flat.clone() },
        NetworkParams { activation: Activation::Linear, biases: false, ..flat },
    ]
}

fn update(criterion: &mut Criterion, name: &str, recipe: &dyn Recipe) {
    let Some(setup) = networks().into_iter().find_map(|network| setup(network, recipe)) else {
        return;
    };
    let mut bench = criterion.benchmark_group("update, XOR");
    for (how, runs) in [("one run", 1), ("64 runs", 64)] {
        let mut group = recipe.group(&setup, Level::widest(), runs);
        bench.throughput(Throughput::Elements(EPOCHS * PATTERNS * runs as u64));
        bench.bench_function(BenchmarkId::new(name, how), |bencher| {
            bencher.iter(|| {
                let mut seeds = 0..runs as u64;
                group.train(
                    &mut || seeds.next(),
                    &mut |outcome| {
                        black_box(outcome);
                    },
                    &|| false,
                );
            });
        });
    }
}

struct Each<'a>(&'a mut Criterion);

impl Visitor for Each<'_> {
    fn learner<L: Rule>(&mut self) {
        update(self.0, L::KIND, &Configured::<L>(L::Params::default()));
    }
}

fn every_learner(criterion: &mut Criterion) {
    learners(&mut Each(criterion));
    let settling = Settling { dt: 0.2, max_steps: 30, tolerance: 0.0, ..Settling::default() };
    type Params = <GeneRec as Rule>::Params;
    let chl = Params { rule: Form::Chl, settling, ..Default::default() };
    update(criterion, "chl, 30 + 30 steps", &Configured::<GeneRec>(chl));
}

criterion_group! {
    name = updates;
    config = quick();
    targets = every_learner
}
criterion_main!(updates);
