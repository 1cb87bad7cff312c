//! Equality 8: a batch's direction is the sum, or the mean, of the online directions at fixed weights; a mini-batch of all
//! is a batch.

use crate::support::{
    Pattern, Rig, close, ingredients, patterns_of, random_weights, stream, topology, train_one,
};
use deltalab_core::learner::{Backprop, Delta, Perceptron, RescorlaWagner, Rule};
use deltalab_core::network::{Activation, ErrorFunction, NetworkParams};
use deltalab_core::optimiser::{Momentum, OptimiserParams};
use deltalab_core::task::{PatternAssociator, Set};
use deltalab_core::train::{All, BatchSize, Ingredients, Order, Reduction};

fn hard() -> Vec<Pattern> {
    patterns_of(&PatternAssociator { set: Set::Hard })
}

fn network<L: Rule>() -> NetworkParams {
    let activation = match L::KIND {
        "perceptron" => Activation::Threshold,
        "rescorla_wagner" => Activation::Linear,
        _ => Activation::Tanh,
    };
    let hidden = if L::KIND == "backprop" { vec![5, 3] } else { Vec::new() };
    let shortcuts = L::KIND == "backprop";
    NetworkParams {
        hidden,
        activation,
        shortcuts,
        biases: L::KIND != "rescorla_wagner",
        ..NetworkParams::default()
    }
}

/// The batch's direction against the sum of its patterns' own, for every size of batch and in other rigs of more room.
fn sums<L: Rule>() {
    let net = topology(&network::<L>(), 4, 2);
    let weights = random_weights(&net, 1.0, &mut stream(11));
    let error = ErrorFunction::default();
    let mut rig = Rig::<L>::new(&net, &L::Params::default(), &error, 9).with(&weights);
    let patterns: Vec<Pattern> = hard().into_iter().cycle().take(9).collect();
    for size in 1..=9 {
        let mut sum: Vec<f64> = Vec::new();
        for pattern in &patterns[..size] {
            let direction: Vec<f64> =
                rig.direction(std::slice::from_ref(pattern)).slices().flatten().copied().collect();
            sum.resize(direction.len(), 0.0);
            sum.iter_mut().zip(direction).for_each(|(sum, c)| *sum += c);
        }
        let batch: Vec<f64> =
            rig.direction(&patterns[..size]).slices().flatten().copied().collect();
        assert!(
            batch.iter().filter(|c| **c != 0.0).count() > 2,
            "{}: directions of 0 show nothing",
            L::KIND
        );
        for (c, sum) in batch.iter().zip(sum) {
            // The same additions in the same order; Rescorla–Wagner multiplies by α after the sum: 9 roundings.
            let tolerance = if L::KIND == "rescorla_wagner" { 1e-15 } else { 0.0 };
            close(*c, sum, tolerance, &format!("{}, {size} patterns", L::KIND));
        }
    }
}

#[test]
fn equality_8_the_batch_direction_is_the_sum_of_the_online_directions_at_fixed_weights() {
    sums::<Backprop>();
    sums::<Delta>();
    sums::<Perceptron>();
    sums::<RescorlaWagner>();
}

fn cell(batch: BatchSize, order: Order) -> Ingredients {
    let mut cell = ingredients(PatternAssociator { set: Set::Hard });
    cell.network = network::<Backprop>();
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
