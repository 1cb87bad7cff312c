//! What detecting mirror symmetry makes of the weights, as `mirror_antisymmetry`, `twin_cosine` and `mirror_ratio` report it.

use crate::support::{close, ingredients, last, setup, topology, train, train_one};
use deltalab_core::learner::{Backprop, Configured, Recipe, Rule};
use deltalab_core::network::{Initial, Network, NetworkParams};
use deltalab_core::optimiser::{Momentum, OptimiserParams};
use deltalab_core::real::Level;
use deltalab_core::task::{Symmetry, Xor};
use deltalab_core::train::{All, BatchSize, Criterion, Ingredients, Setup, SetupError};
use deltalab_core::train::{Status, Unmeasurable};
use nalgebra::DMatrix;

type Params = <Backprop as Rule>::Params;

/// (antisymmetry, twin cosine, a₂/a₁, a₃/a₁) of two hidden units with these weights from `N` inputs.
fn numbers<const N: usize>(units: [[f64; N]; 2]) -> [f64; 4] {
    let params = NetworkParams { hidden: vec![2], ..Default::default() };
    let topology = topology(&params, N, 1);
    assert_eq!(topology.mirrored_pairs(), N / 2);
    let weights =
        vec![DMatrix::from_fn(2, N, |j, i| units[j][i]), DMatrix::from_element(1, 2, 7.0)];
    let mut network = Network::<f64>::new(topology);
    network.set_lane(0, &Initial { weights, biases: vec![vec![], vec![9.0; 2], vec![9.0]] });
    let ratio = |k| network.mirror_ratio(k, 0);
    [network.mirror_antisymmetry(0), network.twin_cosine(0), ratio(2), ratio(3)]
}

#[test]
fn the_numbers_of_weights_that_can_be_counted_on_fingers() {
    let detector = [2.0, 1.0, -4.0, 4.0, -1.0, -2.0];
    let turned = detector.map(|w| -w);
    assert_eq!(numbers([detector, turned]), [1.0, -1.0, 2.0, 4.0], "1 : 2 : 4");
    let symmetric = [1.0, 2.0, 3.0, 3.0, 2.0, 1.0];
    let [antisymmetry, cosine, ..] = numbers([symmetric, symmetric.map(|w| 2.0 * w)]);
    assert_eq!(antisymmetry, -1.0, "the same sign on both sides");
    close(cosine, 1.0, 1e-15, "twins, by two roots and a quotient");
    // The middle input of an odd row does not count for the pairs: the halves of 1 - -1, 3 - -3 and 6 - 2.
    let odd = [1.0, 3.0, 6.0, 100.0, 2.0, -3.0, -1.0];
    let [antisymmetry, _, second, third] = numbers([odd, [0.0, 1.0, 2.0, 0.0, -2.0, -1.0, 1.0]]);
    let (products, squares) = (-1.0 - 9.0 + 12.0 - 1.0 - 4.0, 2.0 + 18.0 + 40.0 + 1.0 + 2.0 + 8.0);
    close(antisymmetry, -2.0 * products / squares, 1e-15, "one pair is not antisymmetric");
    // 1, 2, 3 and 0.5, 1, 2.
    assert_eq!((second, third), (2.0, 3.5));
}

/// Mirror symmetry as in Nature 1986: 6-2-1, batch, ε = 0.1, μ = 0.9, weights in ±0.3.
fn cell(epochs: u64) -> Ingredients {
    let mut cell = ingredients(Symmetry::default());
    cell.network.hidden = vec![2];
    cell.network.init = deltalab_core::network::Initialiser::Uniform(
        deltalab_core::network::initialiser::Uniform { range: 0.3 },
    );
    cell.train.batch = BatchSize::All(All::All);
    cell.train.max_epochs = epochs;
    cell.train.criterion = None;
    cell.record.every = epochs;
    cell.record.metrics =
        ["mirror_antisymmetry", "twin_cosine", "mirror_ratio"].map(String::from).to_vec();
    cell.learning_rate = 0.1;
    cell.optimiser = OptimiserParams::Momentum(Momentum { momentum: 0.9, weight_decay: 0.0 });
    cell
}

#[test]
fn the_metrics_are_those_of_the_weights_in_the_trace() {
    let (cell, params) = (cell(3), Params::default());
    let traced = Configured::<Backprop>(params).trace(&setup::<Backprop>(&cell, &params), 0, 8);
    let w = &traced.last.weights[0];
    let expected = numbers([0, 1].map(|j| [0, 1, 2, 3, 4, 5].map(|i| w[(j, i)])));
    let outcome = train_one::<Backprop>(&cell, &params);
    let names = ["mirror_antisymmetry", "twin_cosine", "mirror_ratio(2)", "mirror_ratio"];
    for (name, expected) in names.into_iter().zip(expected) {
        assert_eq!(last::<Backprop>(&cell, &params, &outcome, name), expected, "{name}");
    }
}

/// 1,000 sweeps after every output is on its side of ½: antisymmetric, twins, and 1 : 2 : 4 (the published structure) or
/// 2 : 3 : 4. No sum of ± the numbers of either is 0, and the nearest to it is a quarter of the largest in both.
#[test]
fn a_net_that_detects_symmetry_is_antisymmetric_with_weights_in_the_ratio_1_2_4_or_2_3_4() {
    let mut cell = cell(11_000);
    cell.train.criterion = Some(Criterion {
        metric: "correct".to_string(),
        at_least: Some(1.0),
        epochs_in_a_row: 1001,
        ..Criterion::default()
    });
    let params = Params::default();
    let outcomes = train::<Backprop>(&cell, &params, Level::widest(), &[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let mut found = [0, 0];
    for outcome in outcomes {
        assert_eq!(outcome.status, Status::Solved, "seed {}", outcome.seed);
        let number = |name| last::<Backprop>(&cell, &params, &outcome, name);
        // What is left of the initial weights; it still decays.
        close(number("mirror_antisymmetry"), 1.0, 1e-6, "antisymmetry");
        close(number("twin_cosine"), -1.0, 1e-6, "twins");
        // A program in C that shares no line with this one ends at 1 : 1.995 : 3.976 and at 1 : 1.522 : 2.026, and at no others.
        let ratios = (number("mirror_ratio(2)"), number("mirror_ratio"));
        let near =
            |(a, b): (f64, f64)| (ratios.0 - a).abs() < 0.005 && (ratios.1 - b).abs() < 0.005;
        let which = [(1.995, 3.976), (1.522, 2.026)].into_iter().position(near);
        found[which.unwrap_or_else(|| panic!("seed {}: {ratios:?}", outcome.seed))] += 1;
    }
    assert_eq!(found, [7, 2]);
}

#[test]
fn a_net_without_a_hidden_layer_has_no_such_numbers() {
    for hidden in [vec![], vec![1]] {
        let mut cell = ingredients(Xor::default());
        cell.network.hidden = hidden;
        cell.record.metrics = vec!["mirror_ratio".to_string()];
        let error = Setup::new(cell, &Configured::<Backprop>(Params::default())).unwrap_err();
        let name = "mirror_ratio".to_string();
        let why = Unmeasurable::NoMirror;
        assert_eq!(error, SetupError::NoMetric { key: "record.metrics", name, why });
    }
}
