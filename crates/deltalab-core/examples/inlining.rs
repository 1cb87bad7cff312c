//! Every learning rule on XOR, in both precisions, on every level of vector instructions that this machine has: the
//! outcomes of 70 runs must be those of the runs alone, bit for bit.
//!
//!     cargo run --release -p deltalab-core --example inlining
//!     scripts/check-inlining target/release/examples/inlining
//!
//! The binary holds the code of every rule for every level, also for levels that this machine lacks; the second command
//! checks that the compiler put the vector instructions where they belong.

use deltalab_core::learner::{Configured, Recipe, Rule, Visitor, learners};
use deltalab_core::network::{Activation, NetworkParams};
use deltalab_core::optimiser::{OptimiserParams, Schedule};
use deltalab_core::real::Level;
use deltalab_core::task::Xor;
use deltalab_core::train::{
    Criterion, Ingredients, Outcome, Precision, RecordParams, Setup, Status, TrainParams,
};
use std::process::ExitCode;
use std::sync::Arc;

/// More than the widest lanes hold (64), so that a lane takes a second run.
const RUNS: u64 = 70;

fn main() -> ExitCode {
    println!(
        "{:16} {:9} {:9} {:>5} {:>6}  outcomes",
        "rule", "precision", "level", "lanes", "solved"
    );
    let mut table = Table { differing: 0 };
    learners(&mut table);
    if table.differing > 0 {
        eprintln!("{} groups differ from the runs alone", table.differing);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

struct Table {
    differing: usize,
}

impl Visitor for Table {
    fn learner<L: Rule>(&mut self) {
        let recipe = Configured::<L>(L::Params::default());
        for precision in [Precision::F64, Precision::F32] {
            let Some(setup) =
                networks().into_iter().find_map(|network| setup(network, precision, &recipe))
            else {
                println!("{:16} needs another network or task than any tried here", L::KIND);
                return;
            };
            let setup = Arc::new(setup);
            let alone = train(&recipe, &setup, Level::Scalar).1;
            for level in Level::ALL {
                if !level.available() {
                    println!("{:16} {precision:9?} {level:9} not on this machine", L::KIND);
                    continue;
                }
                let (lanes, outcomes) = train(&recipe, &setup, level);
                let same = outcomes == alone;
                self.differing += usize::from(!same);
                let solved =
                    outcomes.iter().filter(|outcome| outcome.status == Status::Solved).count();
                let verdict = if same { "the bits of the runs alone" } else { "OTHER BITS" };
                println!(
                    "{:16} {precision:9?} {:9} {lanes:5} {solved:6}  {verdict}",
                    L::KIND,
                    level.name()
                );
            }
        }
    }
}

/// Networks from which each rule takes the first that it can train.
fn networks() -> [NetworkParams; 4] {
    let two_layers = NetworkParams::default();
    [
        NetworkParams { hidden: vec![4], ..two_layers.clone() },
        two_layers.clone(),
        NetworkParams { activation: Activation::Threshold, ..two_layers.clone() },
        NetworkParams { activation: Activation::Linear, biases: false, ..two_layers },
    ]
}

fn setup(network: NetworkParams, precision: Precision, recipe: &dyn Recipe) -> Option<Setup> {
    let metrics = ["mse", "accuracy", "correct", "delta_norm", "weight_norm"].map(String::from);
    let criterion = Criterion {
        metric: "sse".to_string(),
        below: Some(0.1),
        at_most: None,
        above: None,
        at_least: None,
        epochs_in_a_row: 1,
    };
    let ingredients = Ingredients {
        task: Arc::new(Xor::default()),
        network,
        train: TrainParams {
            max_epochs: 1000,
            criterion: Some(criterion),
            ..TrainParams::default()
        },
        record: RecordParams { every: 50, metrics: metrics.to_vec(), ..RecordParams::default() },
        optimiser: OptimiserParams::default(),
        lbfgs: None,
        learning_rate: 2.0,
        schedule: Schedule::default(),
        precision,
        master_seed: 0,
    };
    Setup::new(ingredients, recipe).ok()
}

/// Trains all seeds; the lanes that the group had, and the outcomes by seed.
fn train(recipe: &dyn Recipe, setup: &Arc<Setup>, level: Level) -> (usize, Vec<Outcome>) {
    let mut group = recipe.group(setup, level, RUNS as usize);
    let mut seeds = 0..RUNS;
    let mut outcomes = Vec::new();
    group.train(&mut || seeds.next(), &mut |outcome| outcomes.push(outcome), &|| false);
    outcomes.sort_by_key(|outcome| outcome.seed);
    (group.lanes(), outcomes)
}
