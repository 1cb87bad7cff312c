//! A run has the same bits alone and in lanes: for every rule, order, batch, precision, optimiser and level of instructions,
//! with runs that end at different epochs, lanes that are filled again, and neighbours that diverge.

use crate::support::{ingredients, train};
use deltalab_core::learner::{Backprop, Delta, PerCue, Perceptron, RescorlaWagner, Rule};
use deltalab_core::network::error::Tolerance;
use deltalab_core::network::initialiser::Uniform;
use deltalab_core::network::{Activation, ErrorFunction, Initialiser, NetworkParams};
use deltalab_core::optimiser::schedule::Exponential;
use deltalab_core::optimiser::{OptimiserParams, Schedule};
use deltalab_core::real::Level;
use deltalab_core::task::{Conditioning, Encoder, Iris, PatternAssociator, Set, Trials, Xor};
use deltalab_core::train::{
    All, BatchSize, Criterion, Ingredients, Order, Outcome, Precision, Reduction, Status,
};
use std::collections::BTreeSet;

/// An outcome as bits; one NaN is as good as another.
fn bits(outcome: &Outcome) -> (u64, Status, [u64; 2], Vec<u64>, Vec<u64>, Vec<u64>) {
    let of = |numbers: &[f64]| {
        numbers.iter().map(|x| if x.is_nan() { u64::MAX } else { x.to_bits() }).collect()
    };
    let Outcome { seed, status, epochs, finals, curve_epochs, curve, pattern_updates, weights } =
        outcome;
    assert!(weights.is_empty(), "none are asked for");
    (*seed, *status, [*epochs, *pattern_updates], of(finals), curve_epochs.clone(), of(curve))
}

/// The runs of 70 seeds, each trained alone, once they are the same in groups of 1, 2, 3, 20 and 70 at every level: lanes of every
/// number of registers, and more runs than lanes.
fn same_in_lanes<L: Rule>(cell: &Ingredients, params: &L::Params) -> Vec<Outcome> {
    let seeds: Vec<u64> = (0..70).collect();
    let alone: Vec<Outcome> = seeds
        .iter()
        .map(|&seed| train::<L>(cell, params, Level::Scalar, &[seed]).remove(0))
        .collect();
    for level in Level::ALL.into_iter().filter(|level| level.available()) {
        for seeds in [&seeds[..1], &seeds[5..7], &seeds[5..8], &seeds[..20], &seeds[..]] {
            for outcome in train::<L>(cell, params, level, seeds) {
                let expected = &alone[outcome.seed as usize];
                assert_eq!(
                    bits(&outcome),
                    bits(expected),
                    "{}, {level}, {} seeds, {cell:?}",
                    L::KIND,
                    seeds.len()
                );
            }
        }
    }
    alone
}

fn forms() -> Vec<(Order, BatchSize, Precision)> {
    let mut all = Vec::new();
    for order in [Order::Permuted, Order::Sequential, Order::Random] {
        for batch in [BatchSize::Patterns(1), BatchSize::Patterns(3), BatchSize::All(All::All)] {
            all.extend([Precision::F32, Precision::F64].map(|precision| (order, batch, precision)));
        }
    }
    all
}

fn until(metric: &str, at_least: f64) -> Option<Criterion> {
    Some(Criterion { metric: metric.to_string(), at_least: Some(at_least), ..Criterion::default() })
}

/// For each form; fails where all runs of all forms end alike, since then nothing was filled again.
fn for_each_form<L: Rule>(cell: &Ingredients, params: &L::Params) {
    let mut ends = BTreeSet::new();
    for (order, batch, precision) in forms() {
        let mut cell = Ingredients { precision, ..cell.clone() };
        (cell.train.order, cell.train.batch) = (order, batch);
        ends.extend(
            same_in_lanes::<L>(&cell, params)
                .iter()
                .map(|run| (run.epochs, run.status == Status::Solved)),
        );
    }
    assert!(ends.len() > 2, "runs should end at different epochs: {ends:?}");
}

/// Iris: held-out patterns that differ by seed, standardised inputs, a criterion on the test.
fn iris(output: Activation) -> Ingredients {
    let mut cell = ingredients(Iris::default());
    cell.network.output_activation = Some(output);
    cell.train.max_epochs = 5;
    cell.train.criterion = until("test_accuracy", 0.9);
    cell.record.every = 2;
    cell.record.metrics =
        ["accuracy", "correct", "mse", "weight_norm", "delta_norm"].map(String::from).to_vec();
    cell.learning_rate = 0.05;
    cell
}

#[test]
fn backprop_has_the_same_bits_in_lanes() {
    let mut cell = iris(Activation::Softmax);
    cell.network.hidden = vec![3];
    cell.train.error = ErrorFunction::CrossEntropy(Tolerance::default());
    for_each_form::<Backprop>(&cell, &Default::default());
}

#[test]
fn delta_has_the_same_bits_in_lanes() {
    for_each_form::<Delta>(&iris(Activation::Logistic), &Default::default());
}

#[test]
fn perceptron_has_the_same_bits_in_lanes() {
    for_each_form::<Perceptron>(&iris(Activation::Threshold), &Default::default());
}

#[test]
fn rescorla_wagner_has_the_same_bits_in_lanes() {
    let mut cell = ingredients(PatternAssociator { set: Set::Hard });
    cell.network = NetworkParams { biases: false, activation: Activation::Linear, ..cell.network };
    cell.train.max_epochs = 40;
    cell.train.criterion = until("correct", 1.0);
    type Params = <RescorlaWagner as Rule>::Params;
    for_each_form::<RescorlaWagner>(
        &cell,
        &Params { alpha: PerCue::All(0.3), ..Params::default() },
    );
}

#[test]
fn conditioning_with_shuffled_trials_has_the_same_bits_in_lanes() {
    let stages = ["10 A+/10 AB-", "5 (BC+/C-)"].map(String::from).to_vec();
    let cell = ingredients(Conditioning { stages, trials: Trials::Random, probes: Vec::new() });
    let outcomes = same_in_lanes::<RescorlaWagner>(&cell, &Default::default());
    assert_ne!(outcomes[0].curve, outcomes[1].curve, "each seed has its own order");
}

#[test]
fn every_optimiser_has_the_same_bits_in_lanes_with_and_without_a_schedule() {
    let optimisers = [
        OptimiserParams::Sgd(Default::default()),
        OptimiserParams::Momentum(Default::default()),
        OptimiserParams::Nesterov(Default::default()),
        OptimiserParams::Rmsprop(Default::default()),
        OptimiserParams::Adam(Default::default()),
        OptimiserParams::Rprop(Default::default()),
    ];
    let mut cell = ingredients(Xor::default());
    cell.network.hidden = vec![3];
    cell.network.init = Initialiser::Uniform(Uniform { range: 2.0 });
    cell.train.max_epochs = 25;
    cell.train.criterion = until("correct", 1.0);
    for optimiser in optimisers {
        for schedule in [Schedule::Constant, Schedule::Exponential(Exponential { decay: 0.9 })] {
            cell.learning_rate = match optimiser {
                OptimiserParams::Sgd(_) => 1.0,
                _ => 0.1,
            };
            (cell.optimiser, cell.schedule) = (optimiser.clone(), schedule);
            for_each_form::<Backprop>(&cell, &Default::default());
        }
    }
}

/// Layers that fill registers, alone and in part; means over powers of two, taken along in the step, and over other numbers.
#[test]
fn wide_layers_have_the_same_bits_alone_in_registers_and_in_lanes() {
    for hidden in [20, 37] {
        let mut cell = ingredients(Encoder { units: 21, ..Default::default() });
        cell.network.hidden = vec![hidden];
        cell.train.max_epochs = 3;
        cell.record.metrics = ["sse", "weight_norm"].map(String::from).to_vec();
        for (batch, reduction) in
            [(1, Reduction::Sum), (4, Reduction::Mean), (6, Reduction::Mean), (16, Reduction::Mean)]
        {
            (cell.train.batch, cell.train.reduction) = (BatchSize::Patterns(batch), reduction);
            for precision in [Precision::F32, Precision::F64] {
                let cell = Ingredients { precision, ..cell.clone() };
                let outcomes = same_in_lanes::<Backprop>(&cell, &Default::default());
                assert_ne!(outcomes[0].curve, outcomes[1].curve, "each seed has its own weights");
            }
        }
    }
}

/// Deep linear nets at a rate that is too large for some initial weights: the others must not notice.
#[test]
fn a_run_that_diverges_leaves_its_neighbours_alone() {
    let mut cell = ingredients(Xor::default());
    cell.network.hidden = vec![2, 2];
    cell.network.activation = Activation::Linear;
    cell.network.init = Initialiser::Uniform(Uniform { range: 1.0 });
    cell.learning_rate = 0.35;
    cell.train.max_epochs = 60;
    for (order, batch, precision) in forms() {
        let mut cell = Ingredients { precision, ..cell.clone() };
        (cell.train.order, cell.train.batch) = (order, batch);
        if batch == BatchSize::Patterns(1) {
            cell.learning_rate = 0.75;
        }
        let outcomes = same_in_lanes::<Backprop>(&cell, &Default::default());
        let diverged: Vec<_> =
            outcomes.iter().filter(|run| run.status == Status::Diverged).collect();
        assert!(
            !diverged.is_empty() && diverged.len() < outcomes.len(),
            "{order:?} {batch:?}: {} of {} diverged",
            diverged.len(),
            outcomes.len()
        );
        for run in outcomes {
            let finite = run.finals.iter().all(|x| x.is_finite());
            assert!(
                run.status == Status::Diverged || finite && run.epochs == 60,
                "NaN leaked: {run:?}"
            );
            assert_eq!(
                run.curve_epochs.last(),
                Some(&run.epochs),
                "the last epoch is on the curve"
            );
        }
    }
}
