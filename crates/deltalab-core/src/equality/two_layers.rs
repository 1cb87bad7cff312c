//! Equality 2, rules of two layers: the delta rule is backprop without hidden layers; without biases and with cues 0 or 1 it
//! is Rescorla–Wagner; the perceptron is the delta rule on threshold outputs. Each is also what its own table says.

use super::case::{CROSS_ENTROPY, Case, INPUTS, SSE, joined};
use super::claim::{Claim, Trial, flat};
use super::dense::Dense;
use crate::learner::{
    Backprop, Batch, Context, Delta, Learner, PerCue, Perceptron, RescorlaWagner, Rule,
};
use crate::network::activation::LeakyRelu;
use crate::network::error::Tolerance;
use crate::network::{Activation, Connectivity, ErrorFunction, Network, NetworkParams, Parameters};

type DeltaParams = <Delta as Rule>::Params;
type RwParams = <RescorlaWagner as Rule>::Params;

/// A net without hidden layers.
fn two_layers(trial: &mut Trial, output: Activation, biases: bool, error: &ErrorFunction) -> Case {
    let params =
        NetworkParams { activation: output, biases, ..joined(Connectivity::Feedforward, &[]) };
    let count = trial.pick(&[1, 3, 5]);
    trial.count();
    Case::draw(trial, params, error, 1.0, count)
}

/// Inputs and targets 0 or 1.
fn binary(trial: &mut Trial, case: &mut Case) {
    for (x, t) in &mut case.shown {
        x.fill_with(|| f64::from(trial.random.below(2)));
        t.fill_with(|| f64::from(trial.random.below(2)));
    }
}

fn tolerance(trial: &mut Trial) -> Tolerance {
    Tolerance { tolerance: trial.pick(&[None, Some(0.3)]) }
}

fn delta_is_backprop(trial: &mut Trial, case: &Case, derivative: bool) {
    let delta = case.direction::<Delta>(&DeltaParams { derivative });
    let backprop = case.direction::<Backprop>(&Default::default());
    trial.close(&flat(&delta), &flat(&backprop), || case.place());
}

/// Linear output, SSE.
pub fn linear_delta_is_backprop() -> Claim {
    Claim {
        number: Some(2),
        says: "without hidden layers, with linear output and SSE, the delta rule is backprop",
        tolerance: 0.0,
        because: "|a − b| / (1 + |b|): f' = 1 changes no bit",
        check: |trial| {
            let error = ErrorFunction::Sse(tolerance(trial));
            let biases = trial.pick(&[true, false]);
            let case = two_layers(trial, Activation::Linear, biases, &error);
            delta_is_backprop(trial, &case, false);
        },
    }
}

/// Logistic output, cross-entropy.
pub fn logistic_delta_is_backprop_of_cross_entropy() -> Claim {
    Claim {
        number: Some(2),
        says: "the delta rule on a logistic output, derivative left out, is backprop with cross-entropy",
        tolerance: 0.0,
        because: "|a − b| / (1 + |b|): δ is t − z in both",
        check: |trial| {
            let error = ErrorFunction::CrossEntropy(tolerance(trial));
            let case = two_layers(trial, Activation::Logistic, true, &error);
            delta_is_backprop(trial, &case, false);
        },
    }
}

/// Softmax, cross-entropy, targets that sum to 1.
pub fn softmax_delta_is_backprop_of_cross_entropy() -> Claim {
    Claim {
        number: Some(2),
        says: "the delta rule on softmax is backprop with cross-entropy, when the targets sum to 1",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|): Σ t is 1 to 1e-16, for each of up to five patterns",
        check: |trial| {
            let case = two_layers(trial, Activation::Softmax, true, &CROSS_ENTROPY);
            delta_is_backprop(trial, &case, false);
        },
    }
}

/// With the derivative, any output.
pub fn delta_with_derivative_is_backprop() -> Claim {
    Claim {
        number: Some(2),
        says: "with derivative = true the delta rule is backprop with SSE, for every output that has one",
        tolerance: 0.0,
        because: "|a − b| / (1 + |b|): the same products in the same order",
        check: |trial| {
            use Activation::{Gelu, LeakyRelu as Leaky, Linear, Logistic, Relu, Softplus, Tanh};
            let leaky = Leaky(LeakyRelu { slope: 0.1 });
            let output = trial.pick(&[Linear, Logistic, Tanh, Relu, leaky, Softplus, Gelu]);
            let case = two_layers(trial, output, true, &SSE);
            delta_is_backprop(trial, &case, true);
        },
    }
}

/// (t − y) x and t − y, with y from the oracle.
fn delta_written_out(trial: &mut Trial, case: &Case, found: &Parameters<f64>) {
    let dense = Dense::new(&case.net, &case.initial);
    let mut expected = Parameters::<f64>::zeros(&case.net);
    for (x, t) in &case.shown {
        let y = dense.ascend(x).1;
        for (k, (t, y)) in t.iter().zip(&y[dense.outputs()]).enumerate() {
            for (i, x) in x.iter().enumerate() {
                expected.weights[0][(k, i)] += (t - y) * x;
            }
            if let Some(b) = expected.biases[1].get_mut(k) {
                *b += t - y;
            }
        }
    }
    trial.close(&flat(found), &flat(&expected), || case.place());
}

/// The delta rule is what its table says.
pub fn delta_is_error_times_input() -> Claim {
    Claim {
        number: Some(2),
        says: "the change of a weight is (t − y) x, that of a bias t − y",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|): five products of order 1 to 10, y by another exp",
        check: |trial| {
            use Activation::{Linear, Logistic, Softmax, Tanh, Threshold};
            let output = trial.pick(&[Linear, Logistic, Tanh, Softmax, Threshold]);
            let biases = trial.pick(&[true, false]);
            let case = two_layers(trial, output, biases, &SSE);
            let found = case.direction::<Delta>(&Default::default());
            delta_written_out(trial, &case, &found);
        },
    }
}

/// The perceptron is what its table says.
pub fn perceptron_learns_from_mistakes() -> Claim {
    Claim {
        number: Some(2),
        says: "y = 1 where η > 0, else 0; weights change by (t − y) x, so only where the answer is wrong",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|): five products of order 1 to 10",
        check: |trial| {
            let biases = trial.pick(&[true, false]);
            let mut case = two_layers(trial, Activation::Threshold, biases, &SSE);
            case.shown.iter_mut().flat_map(|(_, t)| t).for_each(|t| *t = t.round());
            let found = case.direction::<Perceptron>(&Default::default());
            delta_written_out(trial, &case, &found);
        },
    }
}

/// Perceptron and delta rule.
pub fn perceptron_is_delta_on_threshold_outputs() -> Claim {
    Claim {
        number: Some(2),
        says: "the perceptron is the delta rule on threshold outputs",
        tolerance: 0.0,
        because: "|a − b| / (1 + |b|): the same products in the same order",
        check: |trial| {
            let mut case = two_layers(trial, Activation::Threshold, true, &SSE);
            case.shown.iter_mut().flat_map(|(_, t)| t).for_each(|t| *t = t.round());
            let perceptron = case.direction::<Perceptron>(&Default::default());
            let delta = case.direction::<Delta>(&Default::default());
            trial.close(&flat(&perceptron), &flat(&delta), || case.place());
        },
    }
}

/// Rescorla–Wagner and delta rule.
pub fn rescorla_wagner_is_delta() -> Claim {
    Claim {
        number: Some(2),
        says: "linear, without biases and with cues 0 or 1, Rescorla–Wagner with α = 1 and one β is the delta rule at rate β",
        tolerance: 0.0,
        because: "|a − b| / (1 + |b|): β is a power of two, exact wherever it is multiplied",
        check: |trial| {
            let beta = trial.pick(&[0.25, 0.5, 1.0]);
            let mut case = two_layers(trial, Activation::Linear, false, &SSE);
            binary(trial, &mut case);
            let rw = RwParams { alpha: PerCue::All(1.0), beta, ..RwParams::default() };
            let rw = case.direction::<RescorlaWagner>(&rw);
            let mut delta = case.direction::<Delta>(&Default::default());
            delta.scale(beta);
            trial.close(&flat(&rw), &flat(&delta), || format!("β {beta}, {}", case.place()));
        },
    }
}

/// Rescorla–Wagner is what its table says.
pub fn rescorla_wagner_is_its_equation() -> Claim {
    Claim {
        number: Some(2),
        says: "ΔV_i = α_i β (λ − Σ V) where the outcome is present, α_i β_absent (0 − Σ V) where it is not, for present cues",
        tolerance: 1e-15,
        because: "|a − b| / (1 + |b|): three products of order 1",
        check: rescorla_wagner_written_out,
    }
}

/// One trial, everything different from everything else.
fn rescorla_wagner_written_out(trial: &mut Trial) {
    let mut case = two_layers(trial, Activation::Linear, false, &SSE);
    case.shown.truncate(1);
    binary(trial, &mut case);
    let names: Vec<String> = ["A", "B", "C"].map(String::from).to_vec();
    let alpha: Vec<f64> = (0..INPUTS).map(|_| trial.random.uniform()).collect();
    let [beta, absent] = [trial.random.uniform(), trial.random.uniform()];
    let lambda = trial.random.between(0.5, 2.0);
    let params = RwParams {
        alpha: PerCue::Each(names.iter().cloned().zip(alpha.iter().copied()).collect()),
        beta,
        beta_absent: Some(absent),
        lambda,
    };
    let context = Context { topology: &case.net, error: &SSE, input_names: &names, patterns: 1 };
    let mut network = Network::<f64>::new(case.net.clone());
    network.set_lane(0, &case.initial);
    let (x, t) = &case.shown[0];
    let mut batch = Batch::zeros(x.len(), t.len(), 1);
    let (input, target) = batch.pattern_mut(0);
    input.copy_from_slice(x);
    target.copy_from_slice(t);
    let mut direction = Parameters::zeros(&case.net);
    RescorlaWagner::build::<f64>(&params, &context).direction(&network, &batch, &mut direction);
    let mut expected = Parameters::<f64>::zeros(&case.net);
    for (k, &t) in t.iter().enumerate() {
        let v: f64 = (0..INPUTS).map(|i| case.initial.weights[0][(k, i)] * x[i]).sum();
        let rated = if t > 0.0 { beta * (lambda - v) } else { absent * (0.0 - v) };
        for i in 0..INPUTS {
            expected.weights[0][(k, i)] = alpha[i] * rated * x[i];
        }
    }
    trial.close(&flat(&direction), &flat(&expected), || format!("{params:?}, {}", case.place()));
}
