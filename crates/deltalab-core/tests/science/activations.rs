//! Activation and error functions: tables of values, derivatives against differences, and what happens far out.

use crate::support::{Rig, close, topology};
use deltalab_core::learner::{Backprop, Rule};
use deltalab_core::network::activation::LeakyRelu;
use deltalab_core::network::error::Tolerance;
use deltalab_core::network::{Activation, ErrorFunction, Initial, Layer, NetworkParams};

fn layer(activation: Activation, units: usize) -> Layer {
    Layer { name: "output".to_string(), units, activation, bias: true }
}

/// f of every net input, by a net whose output unit k gets η_k as its bias.
fn f(activation: &Activation, eta: &[f64]) -> Vec<f64> {
    let params = NetworkParams { activation: activation.clone(), ..NetworkParams::default() };
    let net = topology(&params, 1, eta.len());
    let initial = Initial {
        weights: vec![nalgebra::DMatrix::zeros(eta.len(), 1)],
        biases: vec![vec![], eta.to_vec()],
    };
    let error = ErrorFunction::default();
    let mut rig = Rig::<Backprop>::new(&net, &<Backprop as Rule>::Params::default(), &error, 1)
        .with(&initial);
    rig.respond(&[(vec![0.0], vec![0.0; eta.len()])])
}

/// f'(η) of one unit.
fn derivative(activation: &Activation, eta: f64) -> f64 {
    let y = f(activation, &[eta]);
    let mut delta = [1.0];
    activation.scale_by_derivative(1, &[eta], &y, &mut delta);
    delta[0]
}

#[test]
fn activations_have_their_textbook_values() {
    let leaky = Activation::LeakyRelu(LeakyRelu { slope: 0.1 });
    // η = −2, 0, ½, 3; computed with 50 decimal digits by another program.
    #[rustfmt::skip]
    let table: [(Activation, [f64; 4]); 8] = [
        (Activation::Linear, [-2.0, 0.0, 0.5, 3.0]),
        (Activation::Logistic, [0.11920292202211755, 0.5, 0.6224593312018546, 0.9525741268224334]),
        (Activation::Tanh, [-0.9640275800758169, 0.0, 0.46211715726000973, 0.9950547536867305]),
        (Activation::Relu, [0.0, 0.0, 0.5, 3.0]),
        (leaky, [-0.2, 0.0, 0.5, 3.0]),
        (Activation::Softplus, [0.1269280110429725, core::f64::consts::LN_2, 0.9740769841801067, 3.048587351573742]),
        (Activation::Gelu, [-0.04540230591222498, 0.0, 0.34571400982514394, 2.996362607918227]),
        (Activation::Threshold, [0.0, 0.0, 1.0, 1.0]),
    ];
    for (activation, expected) in table {
        for (found, expected) in f(&activation, &[-2.0, 0.0, 0.5, 3.0]).into_iter().zip(expected) {
            // A few units in the last place; GELU at −2 subtracts numbers near 1.
            close(found, expected, 1e-15 * expected.abs().max(1.0), activation.name());
        }
    }
}

#[test]
fn derivatives_are_the_slopes_of_the_functions() {
    use Activation::{Gelu, Linear, Logistic, Relu, Softplus, Tanh};
    let leaky = Activation::LeakyRelu(LeakyRelu { slope: 0.1 });
    for activation in [Linear, Logistic, Tanh, Relu, leaky, Softplus, Gelu] {
        for eta in [-6.0, -1.7, -0.3, 0.2, 0.9, 4.5] {
            let step = 1e-5;
            let differences = (f(&activation, &[eta + step])[0] - f(&activation, &[eta - step])[0])
                / (2.0 * step);
            // Truncation step²/6 · f''' is 1e-10 at most, rounding 1e-16 · 6 / step 6e-11.
            close(
                derivative(&activation, eta),
                differences,
                2e-10,
                &format!("{} at {eta}", activation.name()),
            );
        }
    }
}

#[test]
fn the_kinks_have_the_slopes_that_are_documented() {
    assert_eq!(derivative(&Activation::Relu, 0.0), 0.0);
    assert_eq!(derivative(&Activation::LeakyRelu(LeakyRelu { slope: 0.1 }), 0.0), 0.1);
    assert_eq!(f(&Activation::Threshold, &[0.0, f64::MIN_POSITIVE]), [0.0, 1.0]);
}

#[test]
fn softmax_sums_to_one_does_not_overflow_and_does_not_feel_a_shift() {
    let eta = [0.3, -1.2, 2.0, 0.0];
    let y = f(&Activation::Softmax, &eta);
    let sum: f64 = eta.iter().map(|eta| eta.exp()).sum();
    for (y, eta) in y.iter().zip(eta) {
        close(*y, eta.exp() / sum, 1e-15, "softmax");
    }
    close(y.iter().sum(), 1.0, 4e-16, "sum");
    for shift in [-1000.0, 1000.0] {
        let shifted = f(&Activation::Softmax, &eta.map(|eta| eta + shift));
        // η + 1000 rounds to 1e-13.
        y.iter().zip(shifted).for_each(|(a, b)| close(b, *a, 2e-13, "shifted"));
    }
    assert_eq!(f(&Activation::Softmax, &[1000.0, -1000.0]), [1.0, 0.0]);
    assert_eq!(f(&Activation::Softmax, &[-1000.0; 4]), [0.25; 4]);
}

#[test]
fn a_net_input_that_is_not_a_number_stays_one_in_every_activation() {
    use Activation::{
        Gelu, LeakyRelu as Leaky, Linear, Logistic, Relu, Softmax, Softplus, Tanh, Threshold,
    };
    for activation in [
        Linear,
        Logistic,
        Tanh,
        Relu,
        Leaky(LeakyRelu::default()),
        Softplus,
        Gelu,
        Threshold,
        Softmax,
    ] {
        assert!(f(&activation, &[f64::NAN])[0].is_nan(), "{}", activation.name());
    }
    assert!(f(&Activation::Softmax, &[1.0, f64::NAN, 2.0]).iter().all(|y| y.is_nan()));
}

#[test]
fn cross_entropy_is_large_but_finite_at_saturation_and_zero_where_right() {
    let error = ErrorFunction::CrossEntropy(Tolerance::default());
    // −ln of the smallest normal number.
    let largest = -f64::MIN_POSITIVE.ln();
    for (activation, units) in [(Activation::Logistic, 1.0), (Activation::Softmax, 0.5)] {
        let layer = layer(activation, 2);
        let wrong: f64 = error.of(&layer, &[1.0, 0.0], &[0.0, 1.0]);
        close(wrong, 2.0 * units * largest, 1e-12 * largest, "wrong and certain");
        assert_eq!(error.of::<f64>(&layer, &[1.0, 0.0], &[1.0, 0.0]), 0.0);
    }
    let half = error.of::<f64>(&layer(Activation::Logistic, 2), &[0.25, 0.5], &[0.5, 1.0]);
    close(
        half,
        0.5 * (4.0_f64.ln() + (4.0_f64 / 3.0).ln()) + 2.0_f64.ln(),
        1e-15,
        "three terms by hand",
    );
}

#[test]
fn a_unit_within_the_tolerance_counts_as_right_its_edge_included() {
    let layer = layer(Activation::Linear, 3);
    let error = ErrorFunction::Sse(Tolerance { tolerance: Some(0.25) });
    let (z, t) = ([0.25, 0.5, -0.125], [0.0, 0.0, 0.0]);
    assert_eq!(error.of::<f64>(&layer, &z, &t), 0.25);
    let mut delta = [9.0; 3];
    error.delta(&layer, &z, &z, &t, &mut delta);
    assert_eq!(delta, [0.0, -0.5, 0.0]);
    let none = ErrorFunction::Sse(Tolerance { tolerance: None });
    assert_eq!(none.of::<f64>(&layer, &z, &t), 0.0625 + 0.25 + 0.015625);
    // A tolerance of 0 leaves out what is right already, and nothing else.
    let zero = ErrorFunction::Sse(Tolerance { tolerance: Some(0.0) });
    assert_eq!(zero.of::<f64>(&layer, &z, &t), none.of::<f64>(&layer, &z, &t));
}

#[test]
fn cross_entropy_fits_logistic_and_softmax_outputs_only_and_sse_all_but_threshold() {
    use Activation::{
        Gelu, LeakyRelu as Leaky, Linear, Logistic, Relu, Softmax, Softplus, Tanh, Threshold,
    };
    let (sse, entropy) =
        (ErrorFunction::default(), ErrorFunction::CrossEntropy(Tolerance::default()));
    for output in [
        Linear,
        Logistic,
        Tanh,
        Relu,
        Leaky(LeakyRelu::default()),
        Softplus,
        Gelu,
        Threshold,
        Softmax,
    ] {
        assert_eq!(sse.fits(&output), output != Threshold, "{}", output.name());
        assert_eq!(
            entropy.fits(&output),
            matches!(output, Logistic | Softmax),
            "{}",
            output.name()
        );
    }
}
