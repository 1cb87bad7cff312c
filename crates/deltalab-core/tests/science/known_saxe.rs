//! Saxe's exact trajectories: a deep linear network's modes grow as u(t) = s E/(E − 1 + s/u₀), E = exp(2st), t = ε · epochs.
//!
//! Gradient descent is Euler's method for that flow, so its distance from the formula falls tenfold with ε.

use crate::support::{Rig, close, ingredients, topology, train_one};
use deltalab_core::learner::{Backprop, Rule};
use deltalab_core::network::initialiser::Given;
use deltalab_core::network::{Activation, ErrorFunction, Initial, Initialiser, NetworkParams};
use deltalab_core::optimiser::{Optimiser, OptimiserParams};
use deltalab_core::random::Streams;
use deltalab_core::task::{Task, Teacher};
use deltalab_core::train::{All, BatchSize};

const SINGULAR_VALUES: [f64; 3] = [3.0, 1.5, 0.5];
const START: f64 = 0.001;

fn exact(s: f64, t: f64) -> f64 {
    let e = (2.0 * s * t).exp();
    s * e / (e - 1.0 + s / START)
}

/// 3-3-3, linear, no biases; both layers √u₀ along the modes.
fn network() -> NetworkParams {
    let root = START.sqrt();
    let diagonal: Vec<Vec<f64>> =
        (0..3).map(|j| (0..3).map(|i| if i == j { root } else { 0.0 }).collect()).collect();
    let weights =
        ["hidden<-input", "output<-hidden"].map(|path| (path.to_string(), diagonal.clone())).into();
    NetworkParams {
        hidden: vec![3],
        biases: false,
        activation: Activation::Linear,
        init: Initialiser::Given(Given { weights, ..Given::default() }),
        ..NetworkParams::default()
    }
}

fn teacher() -> Teacher {
    Teacher {
        inputs: 3,
        outputs: 3,
        singular_values: SINGULAR_VALUES.to_vec(),
        ..Teacher::default()
    }
}

/// The formula at the times at which an independent program printed it.
#[test]
fn the_formula_has_its_printed_values() {
    #[rustfmt::skip]
    let table = [(3.0, 1.0, 0.355712), (3.0, 2.0, 2.945721), (1.5, 1.0, 0.019833), (1.5, 2.0, 0.318090),
        (1.5, 4.0, 1.486311), (0.5, 4.0, 0.049312), (0.5, 8.0, 0.428304)];
    for (s, t, u) in table {
        close(exact(s, t), u, 5e-7, &format!("s = {s}, t = {t}"));
    }
}

/// The largest distance of any mode from the formula, at t = ½, 1, …, 8, by backprop in batches.
fn distance(learning_rate: f64) -> f64 {
    let patterns = crate::support::patterns_of(&teacher());
    let net = topology(&network(), 3, 3);
    let initial = Initial::draw(&network(), &net, &Streams::new(0, 0));
    let error = ErrorFunction::default();
    let mut rig = Rig::<Backprop>::new(&net, &<Backprop as Rule>::Params::default(), &error, 3)
        .with(&initial);
    let mut optimiser = Optimiser::new(OptimiserParams::default(), learning_rate, &net);
    let per_half = (0.5 / learning_rate).round() as usize;
    let mut largest: f64 = 0.0;
    for half in 1..=16 {
        for _ in 0..per_half {
            rig.update(&mut optimiser, &patterns);
        }
        let [low, high] = &rig.network.values.weights[..] else { unreachable!("two paths") };
        let map = high * low;
        for (k, s) in SINGULAR_VALUES.into_iter().enumerate() {
            largest = largest.max((map[(k, k)] - exact(s, half as f64 / 2.0)).abs());
        }
        assert!(
            (0..9).filter(|n| n % 4 != 0).all(|n| map[(n / 3, n % 3)] == 0.0),
            "the modes stay apart"
        );
    }
    largest
}

#[test]
fn saxes_trajectories_are_met_with_an_error_that_falls_tenfold_with_the_learning_rate() {
    let [coarse, fine] = [0.001, 0.0001].map(distance);
    assert!(coarse < 0.01 && fine < 0.001, "{coarse} {fine}");
    let ratio = coarse / fine;
    assert!((8.0..12.0).contains(&ratio), "{coarse} / {fine} = {ratio}");
}

/// The same through task and trainer: SSE = Σ (s − u)² over the modes.
#[test]
fn the_trainers_error_follows_saxes_modes() {
    let mut cell = ingredients(teacher());
    cell.network = network();
    cell.train.batch = BatchSize::All(All::All);
    cell.learning_rate = 0.001;
    cell.train.max_epochs = 8001; // the error of an epoch is that before its update
    cell.record.every = 500;
    assert_eq!(teacher().train_patterns(), 3);
    let outcome = train_one::<Backprop>(&cell, &Default::default());
    let mut at_most = 0.0_f64;
    for (&epoch, &sse) in outcome.curve_epochs.iter().zip(&outcome.curve) {
        let t = (epoch - 1) as f64 * 0.001;
        let expected: f64 =
            SINGULAR_VALUES.iter().map(|&s| (s - exact(s, t)) * (s - exact(s, t))).sum();
        at_most = at_most.max((sse - expected).abs());
    }
    // Each mode is within 0.003 (Euler at 0.001), and d SSE/du is 2 (s − u), below 6.
    assert!(at_most < 3.0 * 6.0 * 0.003, "{at_most}");
    assert_eq!(outcome.epochs, 8001);
}
