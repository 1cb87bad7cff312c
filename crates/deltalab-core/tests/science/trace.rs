//! A trace is the run: its errors, deltas and changes are those that training in a group has, bit for bit.

use crate::support::{ingredients, setup, train};
use deltalab_core::learner::{
    ActivationBackprop, AlmeidaPineda, Backprop, ClampKind, Configured, Delta, Form, GeneRec,
    Nudge, Perceptron, Recipe, RescorlaWagner, Rule, Sides,
};
use deltalab_core::network::{Activation, NetworkParams};
use deltalab_core::optimiser::{Momentum, OptimiserParams, Schedule, schedule::Exponential};
use deltalab_core::real::Level;
use deltalab_core::task::{Iris, PatternAssociator, Set, Task, Xor};
use deltalab_core::train::{BatchSize, Ingredients, Outcome, Precision, Trace};

/// Rounds as a run of this precision does.
fn rounded(precision: Precision, x: f64) -> f64 {
    match precision {
        Precision::F32 => f64::from(x as f32),
        Precision::F64 => x,
    }
}

/// What the curves of a run show after each epoch, found from its trace: `train_sse`, `weight_norm`, and in f64 `delta_norm`.
fn curves_of(trace: &Trace, cell: &Ingredients) -> Vec<Vec<f64>> {
    let round = |x| rounded(cell.precision, x);
    let mut values = trace.initial.clone();
    let mut curves = Vec::new();
    for epoch in trace.updates.chunk_by(|a, b| a.epoch == b.epoch) {
        let (mut sse, mut patterns) = (0.0, 0);
        let layers = epoch[0].delta.len();
        let mut squares = vec![0.0; layers];
        for update in epoch {
            let (name, error) = update.errors[0];
            assert_eq!(name, "sse");
            sse = round(sse + error);
            patterns += update.patterns.len();
            for (sum, delta) in squares.iter_mut().zip(&update.delta) {
                delta.iter().for_each(|d| *sum += d * d);
            }
            for (w, a) in values.slices_mut().zip(update.change.slices()) {
                w.iter_mut().zip(a).for_each(|(w, a)| *w = round(*w + a));
            }
        }
        let weights: f64 = {
            let mut sum = 0.0;
            values.weights.iter().flat_map(|w| w.iter()).for_each(|w| sum += w * w);
            sum
        };
        let units: usize = epoch[0].delta.iter().map(|delta| delta.nrows()).sum();
        let total: f64 = squares.iter().fold(0.0, |sum, x| sum + x);
        curves.push(vec![sse, weights.sqrt(), (total / (units * patterns) as f64).sqrt()]);
    }
    let last: Vec<_> = values.slices().flatten().map(|w| w.to_bits()).collect();
    let found: Vec<_> = trace.last.slices().flatten().map(|w| w.to_bits()).collect();
    assert_eq!(found, last, "initial and all changes are the last weights");
    curves
}

/// Traces a whole run and holds it against the outcome of the same seed in a group of five at the widest level.
fn trace_is_run<L: Rule>(mut cell: Ingredients, params: &L::Params) {
    cell.record.every = 1;
    cell.record.metrics = ["sse", "weight_norm", "delta_norm"].map(String::from).to_vec();
    cell.train.max_epochs = 4;
    for precision in [Precision::F64, Precision::F32] {
        for batch in [1, 3] {
            for (optimiser, schedule) in steps() {
                let mut cell = Ingredients { precision, optimiser, schedule, ..cell.clone() };
                cell.train.batch = BatchSize::Patterns(batch);
                let setup = setup::<L>(&cell, params);
                let outcomes = train::<L>(&cell, params, Level::widest(), &[5, 6, 7, 8, 9]);
                let run: &Outcome = &outcomes[2];
                let trace = Configured::<L>(params.clone()).trace(&setup, 7, usize::MAX);
                let column = |name: &str| {
                    setup.curves.iter().position(|column| column.name == name).expect("a column")
                };
                let what = format!("{} {precision:?}, batches of {batch}", L::KIND);
                let curves = curves_of(&trace, &cell);
                assert_eq!(curves.len() as u64, run.epochs, "{what}: every epoch is traced");
                for (found, point) in curves.iter().zip(run.curve.chunks(setup.curves.len())) {
                    let names = ["train_sse", "weight_norm", "delta_norm"];
                    for (name, found) in names.iter().zip(found) {
                        let nudged = trace.updates[0].phases[0].name == "free";
                        if *name != "delta_norm" || precision == Precision::F64 && !nudged {
                            assert_eq!(*found, point[column(name)], "{what}: {name}");
                        }
                    }
                }
            }
        }
    }
}

fn steps() -> Vec<(OptimiserParams, Schedule)> {
    let momentum = Momentum { momentum: 0.9, weight_decay: 0.01 };
    let decay = Schedule::Exponential(Exponential { decay: 0.5 });
    vec![
        (OptimiserParams::Sgd(Default::default()), Schedule::Constant),
        (OptimiserParams::Momentum(momentum.clone()), decay.clone()),
        (OptimiserParams::Nesterov(momentum), Schedule::Constant),
        (OptimiserParams::Rmsprop(Default::default()), decay),
        (OptimiserParams::Adam(Default::default()), Schedule::Constant),
        (OptimiserParams::Rprop(Default::default()), Schedule::Constant),
    ]
}

/// XOR and a hidden layer.
fn xor() -> Ingredients {
    let mut cell = ingredients(Xor::default());
    cell.network.hidden = vec![3];
    cell
}

/// Inputs and outputs alone.
fn flat(task: impl Task + 'static, output: Activation) -> Ingredients {
    let mut cell = ingredients(task);
    cell.network.output_activation = Some(output);
    cell
}

#[test]
fn a_trace_of_backprop_has_the_bits_of_the_run() {
    trace_is_run::<Backprop>(xor(), &Default::default());
}

#[test]
fn a_trace_of_two_layer_rules_has_the_bits_of_the_run() {
    trace_is_run::<Delta>(flat(Iris::default(), Activation::Logistic), &Default::default());
    trace_is_run::<Perceptron>(flat(Iris::default(), Activation::Threshold), &Default::default());
    let mut cell = flat(PatternAssociator { set: Set::Hard }, Activation::Linear);
    cell.network = NetworkParams { biases: false, ..cell.network };
    trace_is_run::<RescorlaWagner>(cell, &Default::default());
}

#[test]
fn a_trace_of_rules_that_settle_has_the_bits_of_the_run() {
    type Params = <GeneRec as Rule>::Params;
    for rule in [Form::Plain, Form::Midpoint, Form::Symmetric, Form::Chl] {
        trace_is_run::<GeneRec>(xor(), &Params { rule, ..Params::default() });
    }
    trace_is_run::<AlmeidaPineda>(xor(), &Default::default());
    trace_is_run::<ActivationBackprop>(xor(), &Default::default());
}

#[test]
fn the_delta_of_a_nudge_is_nudged_less_free_whatever_beta() {
    let clamp = ClampKind::Nudge(Nudge { nudge: 0.25, sides: Sides::One });
    type Params = <GeneRec as Rule>::Params;
    let params = Params { clamp, ..Params::default() };
    let cell = xor();
    let trace =
        Configured::<GeneRec>(params.clone()).trace(&setup::<GeneRec>(&cell, &params), 0, 2);
    for update in &trace.updates {
        let [free, nudged] = &update.phases[..] else { panic!("two phases: {update:?}") };
        assert_eq!((free.name, nudged.name), ("free", "nudged"));
        let (Some(low), Some(high)) = (&free.state, &nudged.state) else {
            panic!("both have a state")
        };
        assert_eq!(
            update.delta,
            high.activity.iter().zip(&low.activity).map(|(h, l)| h - l).collect::<Vec<_>>()
        );
        assert!(update.delta.iter().all(|delta| delta.amax() > 0.0), "something was nudged");
    }
}

#[test]
fn a_trace_ends_where_it_was_asked_to_or_where_the_run_does() {
    let mut cell = xor();
    cell.train.max_epochs = 2;
    let setup = setup::<Backprop>(&cell, &Default::default());
    let recipe = Configured::<Backprop>(Default::default());
    let long = recipe.trace(&setup, 3, 100);
    assert_eq!(long.updates.len(), 8, "two epochs of four patterns");
    let mut shown: Vec<_> = long.updates[..4].iter().map(|update| update.patterns[0]).collect();
    shown.sort_unstable();
    assert_eq!(shown, [0, 1, 2, 3], "an epoch shows every pattern once");
    let mut weights = long.initial.clone();
    for updates in 1..=8 {
        let short = recipe.trace(&setup, 3, updates);
        assert_eq!(short.updates.len(), updates);
        weights.add(&long.updates[updates - 1].change);
        assert_eq!(short.last.weights, weights.weights, "as the longer trace has them then");
    }
}
