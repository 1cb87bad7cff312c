//! Equality 8: a batch's direction is the sum, or the mean, of the online directions at fixed weights; a mini-batch of all
//! is a batch.

use crate::support::{Pattern, Rig, close, ingredients, patterns_of, topology, train_one};
use deltalab_core::equality::every_rule::batch_is_the_sum;
use deltalab_core::learner::{Backprop, Delta, Perceptron, RescorlaWagner, Rule};
use deltalab_core::network::{Activation, ErrorFunction, NetworkParams};
use deltalab_core::optimiser::{Momentum, OptimiserParams};
use deltalab_core::task::{PatternAssociator, Set};
use deltalab_core::train::{All, BatchSize, Ingredients, Order, Reduction};

fn hard() -> Vec<Pattern> {
    patterns_of(&PatternAssociator { set: Set::Hard })
}

fn network() -> NetworkParams {
    NetworkParams {
        hidden: vec![5, 3],
        activation: Activation::Tanh,
        shortcuts: true,
        ..NetworkParams::default()
    }
}

/// The largest difference between a batch's direction and the sum of its patterns' own.
fn from_sum<L: Rule>() -> f64 {
    batch_is_the_sum::<L>().try_on(8, 100).difference
}

/// Every rule does so to rounding (`tests/equality.rs`); these add the same numbers in the same order.
#[test]
fn equality_8_the_batch_direction_is_the_sum_of_the_online_directions_bit_for_bit() {
    assert_eq!(from_sum::<Backprop>(), 0.0);
    assert_eq!(from_sum::<Delta>(), 0.0);
    assert_eq!(from_sum::<Perceptron>(), 0.0);
    assert!(from_sum::<RescorlaWagner>() <= 1e-15, "it multiplies by α after the sum");
}

fn cell(batch: BatchSize, order: Order) -> Ingredients {
    let mut cell = ingredients(PatternAssociator { set: Set::Hard });
    cell.network = network();
    (cell.train.batch, cell.train.order) = (batch, order);
    cell.train.max_epochs = 50;
    cell.record.every = 1;
    cell.record.metrics = ["weight_norm", "accuracy", "delta_norm"].map(String::from).to_vec();
    cell.optimiser = OptimiserParams::Momentum(Momentum::default());
    cell.learning_rate = 0.05;
    cell
}

fn run(cell: &Ingredients) -> deltalab_core::train::Outcome {
    train_one::<Backprop>(cell, &Default::default())
}

#[test]
fn equality_8_a_mini_batch_of_all_patterns_is_a_batch_over_whole_runs() {
    for order in [Order::Sequential, Order::Permuted] {
        let [all, four] = [BatchSize::All(All::All), BatchSize::Patterns(4)]
            .map(|batch| run(&cell(batch, order)));
        assert_eq!(all, four, "{order:?}");
    }
    let [three, four] = [3, 4].map(|n| run(&cell(BatchSize::Patterns(n), Order::Sequential)));
    assert_ne!(three.curve, four.curve);
}

/// The mean of n directions at learning rate n ε is their sum at ε; n = 4, a power of two: the same bits.
#[test]
fn equality_8_the_mean_is_the_sum_over_n_before_the_optimiser() {
    let sum = cell(BatchSize::All(All::All), Order::Sequential);
    let mut mean = Ingredients { learning_rate: 4.0 * sum.learning_rate, ..sum.clone() };
    mean.train.reduction = Reduction::Mean;
    assert_eq!(run(&sum), run(&mean));
    mean.learning_rate = sum.learning_rate;
    assert_ne!(run(&sum).curve, run(&mean).curve);
}

/// A last batch that is smaller is averaged over its own patterns: 3 and then 1.
#[test]
fn equality_8_the_mean_of_a_smaller_last_batch_is_over_its_own_patterns() {
    let mut cell = cell(BatchSize::Patterns(3), Order::Sequential);
    cell.train.reduction = Reduction::Mean;
    cell.train.max_epochs = 1;
    cell.optimiser = OptimiserParams::default();
    let net = topology(&cell.network, 4, 2);
    let streams = deltalab_core::random::Streams::new(0, 0);
    let initial = deltalab_core::network::Initial::draw(&cell.network, &net, &streams);
    let mut rig = Rig::<Backprop>::new(&net, &Default::default(), &ErrorFunction::default(), 4)
        .with(&initial);
    for (patterns, count) in [(&hard()[..3], 3.0), (&hard()[3..], 1.0)] {
        rig.direction(patterns);
        for (w, c) in rig.network.values.slices_mut().zip(rig.direction.slices()) {
            w.iter_mut().zip(c).for_each(|(w, c)| *w += 0.05 * (c / count));
        }
    }
    let norm =
        rig.network.values.weights.iter().flat_map(|w| w.iter()).map(|w| w * w).sum::<f64>().sqrt();
    // Forty squares, summed in another order than the metric's at most.
    close(
        run(&cell).finals.iter().copied().find(|x| (x - norm).abs() < 1e-12).unwrap_or(f64::NAN),
        norm,
        1e-12,
        "norm",
    );
}
