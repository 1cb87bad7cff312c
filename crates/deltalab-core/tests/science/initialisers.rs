//! Initial weights: ranges, moments, orthogonality, and what they may not depend on.

use crate::support::{close, topology};
use deltalab_core::network::initialiser::{
    Constant, Distribution, He, Normal, Orthogonal, Uniform, Xavier,
};
use deltalab_core::network::{Activation, Initial, Initialiser, NetworkParams};
use deltalab_core::random::Streams;

fn net(hidden: &[usize], init: Initialiser) -> NetworkParams {
    NetworkParams { hidden: hidden.to_vec(), init, ..NetworkParams::default() }
}

fn draw(params: &NetworkParams, inputs: usize, outputs: usize, seed: u64) -> Initial {
    Initial::draw(params, &topology(params, inputs, outputs), &Streams::new(0, seed))
}

/// Mean and variance of 20,000 weights of a path with 50 sending and 20 receiving units, over 20 seeds, and the largest.
fn moments(init: &Initialiser) -> (f64, f64, f64) {
    let draws: Vec<f64> = (0..20)
        .flat_map(|seed| {
            draw(&net(&[], init.clone()), 50, 20, seed).weights.remove(0).data.as_vec().clone()
        })
        .collect();
    let n = draws.len() as f64;
    assert_eq!(n, 20_000.0);
    let mean = draws.iter().sum::<f64>() / n;
    (
        mean,
        draws.iter().map(|w| w * w).sum::<f64>() / n,
        draws.iter().fold(0.0, |most, w| w.abs().max(most)),
    )
}

#[test]
fn weights_have_the_variances_of_their_papers() {
    let he = |distribution| Initialiser::He(He { distribution });
    let xavier = |distribution| Initialiser::Xavier(Xavier { distribution });
    let (uniform, normal) = (Distribution::Uniform, Distribution::Normal);
    // m = 50 sending, n = 20 receiving units.
    let table = [
        (Initialiser::Uniform(Uniform { range: 0.8 }), 0.64 / 3.0, Some(0.8)),
        (Initialiser::Normal(Normal { sd: 0.8 }), 0.64, None),
        (xavier(uniform), 2.0 / 70.0, Some((6.0_f64 / 70.0).sqrt())),
        (xavier(normal), 2.0 / 70.0, None),
        (he(uniform), 2.0 / 50.0, Some((6.0_f64 / 50.0).sqrt())),
        (he(normal), 2.0 / 50.0, None),
    ];
    for (init, variance, range) in table {
        let (mean, square, largest) = moments(&init);
        // Standard errors: of the mean √(v/n); of the variance v √(2/n) = 0.01 v (normal) or less: four of them.
        close(mean, 0.0, 4.0 * f64::sqrt(variance / 20_000.0), &format!("mean of {init:?}"));
        close(square, variance, 0.04 * variance, &format!("variance of {init:?}"));
        match range {
            Some(range) => {
                assert!(largest <= range && largest > 0.999 * range, "{init:?}: {largest}")
            }
            None => assert!(largest > 3.5 * f64::sqrt(variance), "{init:?}: {largest}"),
        }
    }
}

#[test]
fn orthogonal_rows_or_columns_are_orthonormal_times_the_scale() {
    for (inputs, outputs) in [(7, 4), (4, 7), (5, 5), (1, 6)] {
        let init = Initialiser::Orthogonal(Orthogonal { scale: 3.0 });
        let w = draw(&net(&[], init), inputs, outputs, 4).weights.remove(0);
        assert_eq!((w.nrows(), w.ncols()), (outputs, inputs));
        let gram = if outputs <= inputs { &w * w.transpose() } else { w.transpose() * &w };
        let identity = nalgebra::DMatrix::identity(gram.nrows(), gram.ncols()) * 9.0;
        // Orthogonal to rounding after the second pass.
        assert!((gram - identity).amax() < 1e-14, "{outputs} x {inputs}");
    }
}

#[test]
fn biases_follow_the_initialiser_of_weights_only_where_that_suits_them() {
    let biases = |init: Initialiser| draw(&net(&[], init), 2, 3, 0).biases.remove(1);
    for init in [
        Initialiser::Xavier(Xavier::default()),
        Initialiser::He(He::default()),
        Initialiser::Orthogonal(Orthogonal::default()),
    ] {
        assert_eq!(biases(init), [0.0; 3]);
    }
    assert!(
        biases(Initialiser::Uniform(Uniform { range: 0.1 }))
            .iter()
            .all(|b| *b != 0.0 && b.abs() <= 0.1)
    );
    assert!(
        biases(Initialiser::Normal(Normal { sd: 0.1 })).iter().all(|b| *b != 0.0 && b.abs() < 0.6)
    );
    assert_eq!(biases(Initialiser::Constant(Constant { value: 0.25 })), [0.25; 3]);
    let params = NetworkParams {
        bias_init: Some(Initialiser::Constant(Constant { value: -2.0 })),
        ..net(&[], Initialiser::Uniform(Uniform::default()))
    };
    assert_eq!(draw(&params, 2, 3, 0).biases[1], [-2.0; 3]);
    let bare =
        NetworkParams { biases: false, ..net(&[4], Initialiser::Uniform(Uniform::default())) };
    assert!(draw(&bare, 2, 3, 0).biases.iter().all(Vec::is_empty));
}

#[test]
fn masked_weights_are_zero_and_leave_the_others_their_draws() {
    let free = net(&[], Initialiser::Uniform(Uniform::default()));
    let masks = [("output<-input".to_string(), vec![vec![1, 0, 1], vec![0, 1, 1]])].into();
    let masked = NetworkParams { masks, ..free.clone() };
    let [free, masked] = [free, masked].map(|params| draw(&params, 3, 2, 0).weights.remove(0));
    for (j, i, on) in
        [(0, 0, true), (0, 1, false), (0, 2, true), (1, 0, false), (1, 1, true), (1, 2, true)]
    {
        assert_eq!(masked[(j, i)], if on { free[(j, i)] } else { 0.0 });
    }
}

#[test]
fn a_path_has_the_same_draws_whatever_the_other_paths_and_activations_are() {
    let plain = net(&[4, 3], Initialiser::Normal(Normal::default()));
    let other = NetworkParams { shortcuts: true, activation: Activation::Relu, ..plain.clone() };
    let names = |params: &NetworkParams| -> Vec<String> {
        topology(params, 5, 2).paths.iter().map(|path| path.name.clone()).collect()
    };
    let (a, b) = (draw(&plain, 5, 2, 9), draw(&other, 5, 2, 9));
    let mut shared = 0;
    for (name, w) in names(&plain).iter().zip(&a.weights) {
        let n = names(&other).iter().position(|other| other == name).expect("a path of both");
        assert_eq!(*w, b.weights[n], "{name}");
        shared += 1;
    }
    assert_eq!((shared, b.weights.len(), &a.biases), (3, 6, &b.biases));
    assert_ne!(a.weights[0], draw(&plain, 5, 2, 10).weights[0], "another seed");
}

#[test]
fn weights_are_drawn_row_by_row_from_the_stream_of_the_path() {
    let w =
        draw(&net(&[], Initialiser::Uniform(Uniform { range: 2.0 })), 3, 2, 5).weights.remove(0);
    let mut stream =
        Streams::new(0, 5).stream(deltalab_core::random::Purpose::Weights, "output<-input");
    for j in 0..2 {
        for i in 0..3 {
            assert_eq!(w[(j, i)], stream.between(-2.0, 2.0), "receiving {j}, sending {i}");
        }
    }
}

/// Literal bits: to change one is value-breaking.
#[test]
fn value_stability() {
    let params = net(&[2], Initialiser::Uniform(Uniform::default()));
    let initial = draw(&params, 2, 1, 0);
    // Column by column: hidden<-input, output<-hidden, biases of hidden and output. Shortest decimals that give these bits.
    #[rustfmt::skip]
    let expected = [0.10208604879665728, -0.45226890351477367, 0.10216521086603203, -0.4016486094584697, 0.12466332617521181,
        -0.019406071753525156, -0.10651626709360573, 0.41394125904514223, 0.18760436417823279];
    let found: Vec<f64> = initial
        .weights
        .iter()
        .flat_map(|w| w.iter())
        .chain(initial.biases.iter().flatten())
        .copied()
        .collect();
    assert_eq!(found, expected);
    let normal = draw(&net(&[], Initialiser::Normal(Normal { sd: 1.0 })), 2, 1, 3);
    assert_eq!(
        [normal.weights[0][(0, 0)], normal.weights[0][(0, 1)], normal.biases[1][0]],
        [1.0603314480624257, -1.5371183246523616, -0.7900707686631139]
    );
}
