//! Equality 2: the delta rule is backprop without hidden layers, and Rescorla–Wagner without biases.

use crate::support::{Pattern, Rig, close, random_weights, stream, topology};
use deltalab_core::learner::{Backprop, Delta, PerCue, Perceptron, RescorlaWagner, Rule};
use deltalab_core::network::activation::LeakyRelu;
use deltalab_core::network::error::Tolerance;
use deltalab_core::network::{Activation, ErrorFunction, NetworkParams, Parameters};

type DeltaParams = <Delta as Rule>::Params;
type RwParams = <RescorlaWagner as Rule>::Params;

const PLAIN: DeltaParams = DeltaParams { derivative: false };
const WITH_DERIVATIVE: DeltaParams = DeltaParams { derivative: true };

fn network(output: &Activation, biases: bool) -> NetworkParams {
    NetworkParams { biases, activation: output.clone(), ..NetworkParams::default() }
}

/// Six random patterns, targets in [0, 1), each multiplied so that it sums to 1 if `share` is asked for.
fn patterns(seed: u64, targets: Targets) -> Vec<Pattern> {
    let mut random = stream(seed);
    let mut pattern = || {
        let x = (0..4).map(|_| random.normal()).collect();
        let mut t: Vec<f64> = (0..3).map(|_| random.uniform()).collect();
        if targets == Targets::SumToOne {
            let sum: f64 = t.iter().sum();
            t.iter_mut().for_each(|t| *t /= sum);
        }
        (x, t)
    };
    (0..6).map(|_| pattern()).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Targets {
    Any,
    SumToOne,
}

/// The directions of two rules at the same random weights, for one batch.
fn directions<A: Rule, B: Rule>(
    a: &A::Params,
    b: &B::Params,
    net: &NetworkParams,
    error: &ErrorFunction,
    patterns: &[Pattern],
) -> [Parameters<f64>; 2] {
    let net = topology(net, patterns[0].0.len(), patterns[0].1.len());
    let weights = random_weights(&net, 1.0, &mut stream(99));
    let mut a = Rig::<A>::new(&net, a, error, patterns.len()).with(&weights);
    let mut b = Rig::<B>::new(&net, b, error, patterns.len()).with(&weights);
    [a.direction(patterns).clone(), b.direction(patterns).clone()]
}

#[track_caller]
fn same(directions: &[Parameters<f64>; 2], tolerance: f64, what: &str) {
    let [a, b] = directions;
    let mut numbers = 0;
    for (&a, &b) in a.slices().flatten().zip(b.slices().flatten()) {
        close(a, b, tolerance, what);
        numbers += usize::from(a != 0.0);
    }
    assert!(numbers >= 8, "{what}: only {numbers} directions differ from 0");
}

#[test]
fn equality_2_delta_is_backprop_without_hidden_layer_with_linear_output_and_sse() {
    for biases in [false, true] {
        for tolerance in [None, Some(0.5)] {
            let error = ErrorFunction::Sse(Tolerance { tolerance });
            let net = network(&Activation::Linear, biases);
            let pair = directions::<Delta, Backprop>(
                &PLAIN,
                &Default::default(),
                &net,
                &error,
                &patterns(1, Targets::Any),
            );
            same(&pair, 0.0, &format!("biases {biases}, tolerance {tolerance:?}"));
        }
    }
}

#[test]
fn equality_2_delta_on_logistic_outputs_is_backprop_with_cross_entropy() {
    for tolerance in [None, Some(0.3)] {
        let error = ErrorFunction::CrossEntropy(Tolerance { tolerance });
        let net = network(&Activation::Logistic, true);
        let pair = directions::<Delta, Backprop>(
            &PLAIN,
            &Default::default(),
            &net,
            &error,
            &patterns(2, Targets::Any),
        );
        same(&pair, 0.0, &format!("tolerance {tolerance:?}"));
    }
}

#[test]
fn equality_2_delta_on_softmax_is_backprop_with_cross_entropy_exactly_when_targets_sum_to_one() {
    let error = ErrorFunction::CrossEntropy(Tolerance::default());
    let net = network(&Activation::Softmax, true);
    let pair = |targets| {
        directions::<Delta, Backprop>(
            &PLAIN,
            &Default::default(),
            &net,
            &error,
            &patterns(3, targets),
        )
    };
    // Σ t is 1 to rounding: z Σ t differs by 1e-16 for each of six patterns.
    same(&pair(Targets::SumToOne), 1e-14, "softmax");
    let [delta, backprop] = pair(Targets::Any);
    let apart = (&delta.weights[0] - &backprop.weights[0]).amax();
    assert!(apart > 0.1, "targets that do not sum to 1 part the two rules: {apart}");
}

#[test]
fn equality_2_delta_with_derivative_is_backprop_with_sse_for_every_activation() {
    use Activation::{Gelu, Linear, Logistic, Relu, Softplus, Tanh};
    let leaky = Activation::LeakyRelu(LeakyRelu { slope: 0.1 });
    for output in [Linear, Logistic, Tanh, Relu, leaky, Softplus, Gelu] {
        let net = network(&output, true);
        let error = ErrorFunction::default();
        let pair = directions::<Delta, Backprop>(
            &WITH_DERIVATIVE,
            &Default::default(),
            &net,
            &error,
            &patterns(4, Targets::Any),
        );
        same(&pair, 0.0, output.name());
    }
}

#[test]
fn the_perceptron_is_the_delta_rule_on_threshold_outputs() {
    let mut binary = patterns(5, Targets::Any);
    binary.iter_mut().flat_map(|(_, t)| t).for_each(|t| *t = f64::from(*t > 0.5));
    let net = network(&Activation::Threshold, true);
    let pair = directions::<Perceptron, Delta>(
        &Default::default(),
        &PLAIN,
        &net,
        &ErrorFunction::default(),
        &binary,
    );
    same(&pair, 0.0, "threshold");
}

/// Random cues that are 0 or 1, outcomes 0 or 1.
fn trials(seed: u64) -> Vec<Pattern> {
    let mut random = stream(seed);
    let mut bits = |n: usize| (0..n).map(|_| f64::from(random.below(2))).collect::<Vec<f64>>();
    (0..8).map(|_| (bits(4), bits(3))).collect()
}

#[test]
fn equality_2_rescorla_wagner_is_the_delta_rule_at_learning_rate_beta() {
    let net = network(&Activation::Linear, false);
    let rw = RwParams { alpha: PerCue::All(1.0), beta: 0.25, ..RwParams::default() };
    let [rw, mut delta] = directions::<RescorlaWagner, Delta>(
        &rw,
        &PLAIN,
        &net,
        &ErrorFunction::default(),
        &trials(6),
    );
    delta.slices_mut().flatten().for_each(|c| *c *= 0.25); // a power of two: exact wherever it is multiplied
    same(&[rw, delta], 0.0, "Rescorla–Wagner");
}

/// ΔV_ki = α_i β_k (λ_k − Σ V_k x), written out, with everything different from everything else.
#[test]
fn rescorla_wagner_has_its_salience_by_cue_its_beta_by_outcome_and_its_lambda() {
    let net = topology(&network(&Activation::Linear, false), 4, 3);
    let weights = random_weights(&net, 1.0, &mut stream(7));
    let names = ["A", "B", "C", "D"].map(String::from);
    let alpha = [0.1, 0.2, 0.5, 0.9];
    let params = RwParams {
        alpha: PerCue::Each(names.iter().cloned().zip(alpha).collect()),
        beta: 0.7,
        beta_absent: Some(0.3),
        lambda: 2.0,
    };
    let error = ErrorFunction::default();
    let context = deltalab_core::learner::Context {
        topology: &net,
        error: &error,
        input_names: &names,
        patterns: 1,
    };
    let mut rig = Rig::<RescorlaWagner>::new(&net, &RwParams::default(), &error, 1).with(&weights);
    rig.learner = RescorlaWagner::build(&params, &context);
    for (x, t) in trials(8) {
        let direction = rig.direction(&[(x.clone(), t.clone())]).clone();
        for k in 0..3 {
            let v: f64 = (0..4).map(|i| weights.weights[0][(k, i)] * x[i]).sum();
            let surprise = if t[k] > 0.0 { 0.7 * (2.0 - v) } else { 0.3 * (0.0 - v) };
            for i in 0..4 {
                close(
                    direction.weights[0][(k, i)],
                    alpha[i] * surprise * x[i],
                    1e-15,
                    &format!("outcome {k}, cue {i}"),
                );
            }
        }
    }
}
