//! Levenberg–Marquardt against closed forms and finite differences, and what the search of a batch optimiser promises.

use crate::support::{Pattern, Rig, close, ingredients, patterns_of, setup, stream, table, train};
use deltalab_core::learner::{Backprop, Configured, Delta, Recipe};
use deltalab_core::network::{Activation, Initialiser, Network, Parameters, initialiser};
use deltalab_core::optimiser::{LevenbergMarquardt, OptimiserParams};
use deltalab_core::real::Level;
use deltalab_core::task::{Encoder, Task, Xor};
use deltalab_core::train::{
    All, BatchSize, Criterion, Ingredients, Outcome, Precision, Reduction, Status, Trace,
};
use nalgebra::{DMatrix, DVector};

fn batch(task: impl Task + 'static, params: LevenbergMarquardt) -> Ingredients {
    let mut cell = ingredients(task);
    cell.optimiser = OptimiserParams::LevenbergMarquardt(params);
    cell.train.batch = BatchSize::All(All::All);
    cell.train.max_epochs = 1;
    cell.record.every = 1;
    cell
}

/// Random inputs and targets.
fn noise(patterns: usize, inputs: usize, outputs: usize) -> Vec<Pattern> {
    let mut stream = stream(11);
    let mut numbers = |n: usize| (0..n).map(|_| stream.normal()).collect::<Vec<_>>();
    (0..patterns).map(|_| (numbers(inputs), numbers(outputs))).collect()
}

/// Three inputs joined to two linear outputs.
fn linear(params: LevenbergMarquardt, patterns: &[Pattern]) -> Ingredients {
    let mut cell = batch(table(patterns), params);
    cell.network.hidden = Vec::new();
    cell.network.activation = Activation::Linear;
    cell
}

fn first_step(cell: &Ingredients) -> Trace {
    let setup = setup::<Backprop>(cell, &Default::default());
    Configured::<Backprop>(Default::default()).trace(&setup, 0, 1)
}

/// Weights of each output and its bias, from the normal equations (X Xᵀ + κ N I) w = X t, the bias undecayed; X is 1 below.
fn least_squares(patterns: &[Pattern], output: usize, decay: f64) -> DVector<f64> {
    let inputs = patterns[0].0.len();
    let x = DMatrix::from_fn(inputs + 1, patterns.len(), |i, p| {
        patterns[p].0.get(i).copied().unwrap_or(1.0)
    });
    let t = DVector::from_fn(patterns.len(), |p, _| patterns[p].1[output]);
    let ridge =
        DMatrix::from_fn(
            inputs + 1,
            inputs + 1,
            |i, j| {
                if i == j && i < inputs { decay } else { 0.0 }
            },
        );
    (&x * x.transpose() + ridge).cholesky().expect("patterns in general position").solve(&(&x * t))
}

#[test]
fn undamped_it_solves_a_linear_network_in_one_step() {
    let patterns = noise(12, 3, 2);
    for (decay, reduction) in [(0.0, Reduction::Sum), (0.3, Reduction::Sum), (0.3, Reduction::Mean)]
    {
        let params =
            LevenbergMarquardt { damping: 1e-14, weight_decay: decay, ..Default::default() };
        let mut cell = linear(params, &patterns);
        cell.train.reduction = reduction;
        let per = if reduction == Reduction::Mean { patterns.len() as f64 } else { 1.0 };
        let last = first_step(&cell).last;
        for output in 0..2 {
            let exact = least_squares(&patterns, output, decay * per);
            // Rounding of a well-conditioned system of 4, and a damping that is 1e-13 of the matrix.
            let what = format!("decay {decay}, {reduction:?}, output {output}");
            for input in 0..3 {
                close(last.weights[0][(output, input)], exact[input], 1e-12, &what);
            }
            close(last.biases[1][output], exact[3], 1e-12, &what);
        }
    }
}

fn list(values: &Parameters<f64>) -> DVector<f64> {
    DVector::from_iterator(values.slices().flatten().count(), values.slices().flatten().copied())
}

/// Outputs of every pattern, one after the other, with one weight moved.
fn outputs(rig: &mut Rig<Backprop>, patterns: &[Pattern], weight: usize, by: f64) -> DVector<f64> {
    let before: Network<f64> = rig.network.clone();
    if let Some(w) = rig.network.values.slices_mut().flatten().nth(weight) {
        *w += by;
    }
    let found = rig.respond(patterns);
    rig.network = before;
    DVector::from_vec(found)
}

#[test]
fn a_step_is_that_of_the_finite_difference_jacobian() {
    let patterns = noise(7, 3, 2);
    let outputs_of = [Activation::Tanh, Activation::Logistic, Activation::Softmax];
    for (output, damping) in outputs_of.into_iter().zip([0.5, 0.1, 2.0]) {
        let mut cell =
            batch(table(&patterns), LevenbergMarquardt { damping, ..Default::default() });
        cell.network.hidden = vec![4];
        cell.network.activation = Activation::Tanh;
        cell.network.output_activation = Some(output.clone());
        cell.network.shortcuts = true;
        let trace = first_step(&cell);
        let setup = setup::<Backprop>(&cell, &Default::default());
        let mut rig =
            Rig::<Backprop>::new(&setup.topology, &Default::default(), &cell.train.error, 7);
        rig.network.values = trace.initial.clone();
        let weights = setup.topology.parameters();
        let z = outputs(&mut rig, &patterns, 0, 0.0);
        let e = DVector::from_iterator(14, patterns.iter().flat_map(|(_, t)| t.clone())) - z;
        let h = 1e-5;
        let columns: Vec<_> = (0..weights)
            .map(|k| {
                let (up, down) =
                    (outputs(&mut rig, &patterns, k, h), outputs(&mut rig, &patterns, k, -h));
                (up - down) / (2.0 * h)
            })
            .collect();
        let j = DMatrix::from_columns(&columns);
        let a = list(&trace.updates[0].change);
        assert!(a.amax() > 1e-3, "{output:?}: a step was made");
        // The first μ that lowers the error is the damping itself, or that times a power of 10.
        let mut apart = f64::INFINITY;
        for tries in 0..4 {
            let mu = damping * 10_f64.powi(tries);
            let matrix = j.transpose() * &j + DMatrix::identity(weights, weights) * mu;
            let step = matrix.cholesky().expect("damped").solve(&(j.transpose() * &e));
            apart = apart.min((step - &a).amax());
        }
        // Central differences are right to h² times a third derivative, 1e-10, and rounding over h, 1e-11; over μ.
        assert!(apart < 1e-8, "{output:?}: {apart} apart");
    }
}

fn column(cell: &Ingredients, outcome: &Outcome, name: &str) -> Vec<f64> {
    let setup = setup::<Backprop>(cell, &Default::default());
    let column = setup.curves.iter().position(|column| column.name == name).expect("a column");
    outcome.curve.iter().skip(column).step_by(setup.curves.len()).copied().collect()
}

fn encoder() -> Ingredients {
    let mut cell = batch(Encoder { units: 8, ..Default::default() }, Default::default());
    cell.network.hidden = vec![3];
    cell
}

#[test]
fn the_loss_never_rises() {
    for precision in [Precision::F64, Precision::F32] {
        let mut cell = Ingredients { precision, ..encoder() };
        cell.train.max_epochs = 60;
        for outcome in
            train::<Backprop>(&cell, &Default::default(), Level::Scalar, &[0, 1, 2, 3, 4, 5])
        {
            let sse = column(&cell, &outcome, "train_sse");
            assert_eq!(sse.len(), 60);
            assert!(sse.windows(2).all(|pair| pair[1] <= pair[0]), "{precision:?}: {sse:?}");
            assert!(sse[59] < 0.5 * sse[0], "{precision:?}: it falls, {sse:?}");
        }
    }
}

#[test]
fn xor_and_the_encoder_are_solved_within_few_epochs() {
    let criterion =
        Criterion { metric: "correct".into(), at_least: Some(1.0), ..Default::default() };
    let mut xor = batch(Xor::default(), Default::default());
    xor.network.hidden = vec![2];
    for (mut cell, within, solved) in [(xor, 30, 18), (encoder(), 40, 17)] {
        cell.train.max_epochs = within;
        cell.train.criterion = Some(criterion.clone());
        let seeds: Vec<u64> = (0..20).collect();
        let outcomes = train::<Backprop>(&cell, &Default::default(), Level::Scalar, &seeds);
        let found = outcomes.iter().filter(|outcome| outcome.status == Status::Solved).count();
        assert_eq!(found, solved, "{:?}", cell.network.hidden);
    }
}

#[test]
fn every_pass_is_counted() {
    let patterns = noise(12, 3, 2);
    let cell = linear(LevenbergMarquardt { damping: 1e-14, ..Default::default() }, &patterns);
    let outcome =
        train::<Backprop>(&cell, &Default::default(), Level::Scalar, &[0, 1, 2]).remove(2);
    // The epoch's own, one for each output of the Jacobian, and the trial of the only step.
    assert_eq!(column(&cell, &outcome, "evaluations"), [4.0]);
    assert_eq!(outcome.pattern_updates, 4 * 12);
}

#[test]
fn at_a_minimum_the_run_goes_on_where_it_is() {
    let patterns = noise(12, 3, 2);
    let mut cell = linear(LevenbergMarquardt { damping: 1e-14, ..Default::default() }, &patterns);
    cell.train.max_epochs = 40;
    let outcome = train::<Backprop>(&cell, &Default::default(), Level::Scalar, &[0]).remove(0);
    assert_eq!((outcome.status, outcome.epochs), (Status::Unsolved, 40));
    let (sse, passes) =
        (column(&cell, &outcome, "train_sse"), column(&cell, &outcome, "evaluations"));
    assert!(sse[20..].windows(2).all(|pair| pair[0] == pair[1]), "{sse:?}");
    let each: Vec<_> = passes[20..].windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(each.iter().all(|passes| *passes == 1.0), "nothing more is tried: {each:?}");
}

#[test]
fn a_loss_that_is_not_finite_is_a_divergence() {
    let mut cell = linear(Default::default(), &noise(12, 3, 2));
    cell.network.init = Initialiser::Constant(initialiser::Constant { value: 1e200 });
    cell.train.max_epochs = 10;
    let outcome = train::<Backprop>(&cell, &Default::default(), Level::Scalar, &[0]).remove(0);
    assert_eq!((outcome.status, outcome.epochs), (Status::Diverged, 1));
}

#[test]
fn a_run_has_the_same_bits_at_every_level_and_after_any_other() {
    for precision in [Precision::F64, Precision::F32] {
        let mut cell = Ingredients { precision, ..encoder() };
        cell.train.max_epochs = 25;
        let seeds = [4, 5, 6];
        let alone: Vec<_> = seeds
            .iter()
            .map(|&seed| {
                train::<Backprop>(&cell, &Default::default(), Level::Scalar, &[seed]).remove(0)
            })
            .collect();
        for level in Level::ALL.into_iter().filter(|level| level.available()) {
            let together = train::<Backprop>(&cell, &Default::default(), level, &seeds);
            assert_eq!(together, alone, "{precision:?} {level:?}");
        }
    }
}

#[test]
fn masked_and_fixed_weights_stay() {
    let mut cell =
        batch(Xor::default(), LevenbergMarquardt { weight_decay: 0.1, ..Default::default() });
    cell.network.hidden = vec![2];
    cell.network.masks.insert("hidden<-input".into(), vec![vec![1, 0], vec![1, 1]]);
    cell.network.fixed = vec!["output<-hidden".into()];
    cell.train.max_epochs = 5;
    let setup = setup::<Backprop>(&cell, &Default::default());
    let trace = Configured::<Backprop>(Default::default()).trace(&setup, 0, 5);
    let (before, after) = (&trace.initial.weights, &trace.last.weights);
    assert_eq!(after[0][(0, 1)], 0.0);
    assert_ne!(after[0][(0, 0)], before[0][(0, 0)]);
    assert_eq!(after[1], before[1]);
}

#[test]
fn the_delta_rule_steps_as_backprop_does_where_it_is_the_gradient() {
    let mut cell = linear(Default::default(), &noise(12, 3, 2));
    cell.train.max_epochs = 4;
    let by_backprop = train::<Backprop>(&cell, &Default::default(), Level::Scalar, &[3]);
    let by_delta = train::<Delta>(&cell, &Default::default(), Level::Scalar, &[3]);
    assert_eq!(by_delta, by_backprop);
}

#[test]
fn a_trace_is_the_run_and_its_changes_lead_to_its_end() {
    for precision in [Precision::F64, Precision::F32] {
        let mut cell = Ingredients { precision, ..encoder() };
        cell.train.max_epochs = 12;
        let outcome = train::<Backprop>(&cell, &Default::default(), Level::Scalar, &[7]).remove(0);
        let setup = setup::<Backprop>(&cell, &Default::default());
        let trace = Configured::<Backprop>(Default::default()).trace(&setup, 7, usize::MAX);
        let sse: Vec<_> = trace.updates.iter().map(|update| update.errors[0].1).collect();
        assert_eq!(sse, column(&cell, &outcome, "train_sse"), "{precision:?}");
        let mut weights = trace.initial.clone();
        for update in &trace.updates {
            weights.add(&update.change);
            if precision == Precision::F32 {
                weights.slices_mut().flatten().for_each(|w| *w = f64::from(*w as f32));
            }
        }
        assert_eq!(list(&weights), list(&trace.last), "{precision:?}");
        assert_eq!(patterns_of(&*cell.task).len(), trace.updates[0].patterns.len());
    }
}
