//! The trainer against a plain loop, and its promises on ends, curves and interruption.

use crate::support::{Rig, ingredients, patterns_of, setup, topology, train, train_one};
use deltalab_core::learner::{Backprop, Configured, Delta, Recipe, RescorlaWagner, Rule};
use deltalab_core::network::{Activation, ErrorFunction, Initial};
use deltalab_core::optimiser::schedule::InverseTime;
use deltalab_core::optimiser::{Momentum, Optimiser, OptimiserParams, Schedule};
use deltalab_core::random::{Purpose, Streams};
use deltalab_core::real::Level;
use deltalab_core::task::{Conditioning, PatternAssociator, Set, Trials, Xor};
use deltalab_core::train::{
    All, BatchSize, Criterion, Ingredients, Order, Outcome, Reduction, Status,
};
use std::cell::Cell;

type Params = <Backprop as Rule>::Params;

/// XOR, 2-3-1, SSE after every epoch.
fn xor() -> Ingredients {
    let mut cell = ingredients(Xor::default());
    cell.network.hidden = vec![3];
    cell.learning_rate = 0.8;
    cell.train.max_epochs = 30;
    cell.record.every = 1;
    cell
}

fn backprop(cell: &Ingredients) -> Outcome {
    train_one::<Backprop>(cell, &Params::default())
}

/// SSE of every epoch by a plain loop over patterns, and the epoch after which a weight is no longer finite.
fn by_hand(cell: &Ingredients, seed: u64) -> (Vec<f64>, Option<usize>) {
    let patterns = patterns_of(&*cell.task);
    let net = topology(&cell.network, patterns[0].0.len(), patterns[0].1.len());
    let streams = Streams::new(cell.master_seed, seed);
    let initial = Initial::draw(&cell.network, &net, &streams);
    let mut rig = Rig::<Backprop>::new(&net, &Params::default(), &cell.train.error, patterns.len())
        .with(&initial);
    let mut optimiser = Optimiser::new(cell.optimiser.clone(), cell.learning_rate, &net);
    let mut stream = streams.stream(Purpose::Order, "");
    let mut order: Vec<u32> = (0..patterns.len() as u32).collect();
    let size = match cell.train.batch {
        BatchSize::Patterns(n) => n,
        BatchSize::All(_) => patterns.len(),
    };
    let mut curve = Vec::new();
    for epoch in 1..=cell.train.max_epochs {
        match cell.train.order {
            Order::Permuted if size < patterns.len() => stream.shuffle(&mut order),
            Order::Random => {
                order.iter_mut().for_each(|p| *p = stream.below(patterns.len() as u32))
            }
            _ => {}
        }
        optimiser.set_rate(0, cell.schedule.factor(epoch));
        let mut sse = 0.0;
        for batch in order.chunks(size) {
            let batch: Vec<_> = batch.iter().map(|&p| patterns[p as usize].clone()).collect();
            let mut sum = 0.0;
            for (z, t) in rig.respond(&batch).iter().zip(batch.iter().flat_map(|(_, t)| t)) {
                sum += (t - z) * (t - z);
            }
            sse += sum;
            rig.direction(&batch);
            if cell.train.reduction == Reduction::Mean {
                rig.direction.slices_mut().flatten().for_each(|c| *c /= batch.len() as f64);
            }
            optimiser.apply(&rig.direction, &mut rig.network);
        }
        curve.push(sse);
        if !rig.network.values.slices().flatten().all(|w| w.is_finite()) {
            return (curve, Some(epoch as usize));
        }
    }
    (curve, None)
}

#[test]
fn a_run_is_the_plain_loop_over_orders_batches_reductions_and_schedules() {
    let mut cells = 0;
    for order in [Order::Permuted, Order::Sequential, Order::Random] {
        for batch in [BatchSize::Patterns(1), BatchSize::Patterns(3), BatchSize::All(All::All)] {
            for reduction in [Reduction::Sum, Reduction::Mean] {
                for schedule in
                    [Schedule::Constant, Schedule::InverseTime(InverseTime { decay: 0.2 })]
                {
                    let momentum = Momentum { momentum: 0.5, weight_decay: 0.01 };
                    // Plain gradient descent makes direction and change in one pass.
                    let optimisers =
                        [OptimiserParams::default(), OptimiserParams::Momentum(momentum)];
                    for optimiser in optimisers {
                        let mut cell = Ingredients { optimiser, master_seed: 5, ..xor() };
                        cell.schedule = schedule.clone();
                        (cell.train.order, cell.train.batch, cell.train.reduction) =
                            (order, batch, reduction);
                        let level = Level::widest();
                        for outcome in train::<Backprop>(&cell, &Params::default(), level, &[0, 7])
                        {
                            let (curve, _) = by_hand(&cell, outcome.seed);
                            let what = format!("{:?}, {:?}", cell.train, cell.optimiser);
                            assert_eq!(outcome.curve, curve, "{what}, seed {}", outcome.seed);
                            assert_eq!((outcome.epochs, outcome.pattern_updates), (30, 120));
                            cells += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(cells, 144);
}

#[test]
fn a_run_diverges_at_the_epoch_at_which_a_weight_overflows() {
    let mut cell = xor();
    cell.network.activation = Activation::Linear;
    cell.learning_rate = 2.0;
    cell.train.max_epochs = 500;
    let outcome = backprop(&cell);
    let (_, epoch) = by_hand(&cell, 0);
    assert!(epoch.is_some_and(|epoch| epoch > 2), "{epoch:?}");
    assert_eq!((outcome.status, Some(outcome.epochs as usize)), (Status::Diverged, epoch));
}

/// The first epoch from which back the bound has held for n epochs in a row.
fn first_in_a_row(curve: &[f64], n: usize, holds: impl Fn(f64) -> bool) -> Option<u64> {
    let mut row = 0;
    for (epoch, &x) in (1..).zip(curve) {
        row = if holds(x) { row + 1 } else { 0 };
        if row == n {
            return Some(epoch);
        }
    }
    None
}

#[test]
fn a_criterion_is_met_after_its_epochs_in_a_row_whichever_bound_it_has() {
    let mut cell = Ingredients { learning_rate: 3.0, ..xor() };
    cell.train.order = Order::Random; // which makes the error go up and down
    cell.train.max_epochs = 200;
    let curve = backprop(&cell).curve;
    let mut sorted = curve.clone();
    sorted.sort_by(f64::total_cmp);
    let bound = sorted[120]; // a value that occurs: < and ≤ differ
    let mut ends = Vec::new();
    for n in [1, 2, 4] {
        let criterion =
            Criterion { metric: "sse".to_string(), epochs_in_a_row: n, ..Criterion::default() };
        type Holds<'a> = Box<dyn Fn(f64) -> bool + 'a>;
        let bounds: [(Criterion, Holds); 4] = [
            (Criterion { below: Some(bound), ..criterion.clone() }, Box::new(|x| x < bound)),
            (Criterion { at_most: Some(bound), ..criterion.clone() }, Box::new(|x| x <= bound)),
            (Criterion { above: Some(bound), ..criterion.clone() }, Box::new(|x| x > bound)),
            (Criterion { at_least: Some(bound), ..criterion }, Box::new(|x| x >= bound)),
        ];
        for (criterion, holds) in bounds {
            let expected = first_in_a_row(&curve, n as usize, holds);
            cell.train.criterion = Some(criterion);
            let outcome = backprop(&cell);
            let solved = (outcome.status == Status::Solved).then_some(outcome.epochs);
            assert_eq!(solved, expected, "{:?}", cell.train.criterion);
            ends.push(expected);
        }
    }
    assert!(ends.iter().any(|end| end.is_some_and(|end| end > 4)), "{ends:?}");
}

/// Equality at the bound itself: SSE of a constant answer ½ on XOR is 1 exactly.
#[test]
fn below_excludes_its_bound_and_at_most_includes_it() {
    let mut cell = xor();
    cell.network.init = deltalab_core::network::Initialiser::Constant(Default::default());
    cell.train.batch = BatchSize::All(All::All);
    let status = |below, at_most, above, at_least| {
        let mut cell = cell.clone();
        let metric = "sse".to_string();
        cell.train.criterion =
            Some(Criterion { metric, below, at_most, above, at_least, epochs_in_a_row: 1 });
        backprop(&cell).status
    };
    assert_eq!(backprop(&cell).curve, vec![1.0; 30]);
    assert_eq!(status(Some(1.0), None, None, None), Status::Unsolved);
    assert_eq!(status(None, Some(1.0), None, None), Status::Solved);
    assert_eq!(status(None, None, Some(1.0), None), Status::Unsolved);
    assert_eq!(status(None, None, None, Some(1.0)), Status::Solved);
}

#[test]
fn curves_have_the_first_epoch_the_multiples_and_the_last() {
    let mut cell = xor();
    let every_epoch = backprop(&cell).curve;
    cell.record.every = 7;
    let outcome = backprop(&cell);
    assert_eq!(outcome.curve_epochs, [1, 7, 14, 21, 28, 30]);
    let expected: Vec<f64> =
        outcome.curve_epochs.iter().map(|&epoch| every_epoch[epoch as usize - 1]).collect();
    assert_eq!(outcome.curve, expected);
    assert_eq!(outcome.finals, every_epoch[29..]);
    // A run that ends at epoch 19 has its point there.
    cell.train.criterion = Some(Criterion {
        metric: "sse".to_string(),
        epochs_in_a_row: 19,
        above: Some(0.0),
        ..Criterion::default()
    });
    assert_eq!(backprop(&cell).curve_epochs, [1, 7, 14, 19]);
}

#[test]
fn conditioning_records_the_first_trial_the_multiples_and_the_last() {
    let stages = vec!["10 A+".to_string()];
    let mut cell = ingredients(Conditioning { stages, trials: Trials::Fixed, probes: Vec::new() });
    let all = train_one::<RescorlaWagner>(&cell, &Default::default());
    cell.record.every = 4;
    let some = train_one::<RescorlaWagner>(&cell, &Default::default());
    assert_eq!(some.curve_epochs, [1, 4, 8, 10]);
    assert_eq!(some.curve, [0, 3, 7, 9].map(|trial| all.curve[trial]));
    assert_eq!((all.epochs, all.pattern_updates), (1, 10));
}

#[test]
fn a_group_that_is_stopped_gives_up_its_runs_and_can_train_again() {
    let cell = xor();
    let setup = setup::<Backprop>(&cell, &Params::default());
    let mut group = Configured::<Backprop>(Params::default()).group(&setup, Level::widest(), 3);
    let (asked, mut handed) = (Cell::new(0), 0_u64);
    let mut outcomes = Vec::new();
    let mut next = || {
        handed += 1;
        (handed <= 3).then_some(handed - 1)
    };
    group.train(&mut next, &mut |outcome| outcomes.push(outcome), &|| {
        asked.set(asked.get() + 1);
        asked.get() > 10
    });
    assert_eq!(
        (outcomes.len(), asked.get()),
        (0, 11),
        "asked once an epoch; nothing half done is handed out"
    );
    let mut seeds = [2, 0, 1].into_iter();
    group.train(&mut || seeds.next(), &mut |outcome| outcomes.push(outcome), &|| false);
    outcomes.sort_by_key(|outcome| outcome.seed);
    assert_eq!(outcomes, train::<Backprop>(&cell, &Params::default(), Level::Scalar, &[0, 1, 2]));
}

#[test]
fn a_rule_with_rates_of_its_own_ignores_learning_rate_optimiser_and_schedule() {
    let mut plain = ingredients(PatternAssociator { set: Set::Easy });
    plain.network.biases = false;
    plain.network.activation = Activation::Linear;
    let mut other = Ingredients { learning_rate: 7.0, ..plain.clone() };
    other.optimiser = OptimiserParams::Adam(Default::default());
    other.schedule = Schedule::InverseTime(InverseTime { decay: 1.0 });
    let run = |cell| train_one::<RescorlaWagner>(cell, &Default::default());
    assert_eq!(run(&plain), run(&other));
}

/// Test metrics are measured after the epoch, with the weights that the epoch left.
#[test]
fn the_error_of_an_epoch_is_that_of_each_pattern_before_its_update() {
    let mut cell = xor();
    cell.train.max_epochs = 1;
    cell.train.order = Order::Sequential;
    cell.train.batch = BatchSize::All(All::All);
    let patterns = patterns_of(&*cell.task);
    let net = topology(&cell.network, 2, 1);
    let initial = Initial::draw(&cell.network, &net, &Streams::new(0, 0));
    let mut rig =
        Rig::<Backprop>::new(&net, &Params::default(), &ErrorFunction::default(), 4).with(&initial);
    let mut sse = 0.0;
    for (z, (_, t)) in rig.respond(&patterns).iter().zip(&patterns) {
        sse += (t[0] - z) * (t[0] - z);
    }
    assert_eq!(backprop(&cell).finals, [sse]);
}

/// Paired comparisons: two rules start from the same weights and, online, see the same order.
#[test]
fn two_rules_start_from_the_same_weights_and_see_the_same_order() {
    let mut cell = ingredients(PatternAssociator { set: Set::Hard });
    cell.network.activation = Activation::Linear;
    cell.record.every = 1;
    cell.train.max_epochs = 20;
    // On a linear net without hidden layer they are one rule, so that whole runs must agree.
    for seed in [0, 1, 2] {
        let backprop = train::<Backprop>(&cell, &Params::default(), Level::Scalar, &[seed]);
        let delta = train::<Delta>(&cell, &Default::default(), Level::Scalar, &[seed]);
        assert_eq!(backprop, delta);
    }
    // On a logistic net they part after the first batch, not before.
    cell.network.activation = Activation::Logistic;
    cell.train.batch = BatchSize::All(All::All);
    let (backprop, delta) = (backprop(&cell), train_one::<Delta>(&cell, &Default::default()));
    assert_eq!(backprop.curve[0], delta.curve[0]);
    assert_ne!(backprop.curve[1], delta.curve[1]);
}

/// Before the update the error is 2, after it a bias is 2 · 10³⁰⁸: only the weights show it.
#[test]
fn a_weight_that_overflows_in_the_last_update_is_a_divergence_of_that_epoch() {
    let mut cell = ingredients(Xor::default());
    cell.network.activation = Activation::Linear;
    cell.network.init = deltalab_core::network::Initialiser::Constant(Default::default());
    cell.train.batch = BatchSize::All(All::All);
    cell.train.max_epochs = 1;
    cell.learning_rate = 1e308;
    let outcome = backprop(&cell);
    assert_eq!((outcome.status, outcome.epochs, outcome.finals), (Status::Diverged, 1, vec![2.0]));
}

/// What a lane's last run had met counts for nothing in the next: every run takes its three epochs.
#[test]
fn a_lane_that_is_filled_again_counts_its_epochs_in_a_row_from_the_beginning() {
    let mut cell = xor();
    let always = Criterion { metric: "sse".to_string(), above: Some(-1.0), ..Criterion::default() };
    cell.train.criterion = Some(Criterion { epochs_in_a_row: 3, ..always });
    let seeds: Vec<u64> = (0..100).collect(); // more than the lanes of any level
    for level in Level::ALL.into_iter().filter(|level| level.available()) {
        for outcome in train::<Backprop>(&cell, &Params::default(), level, &seeds) {
            assert_eq!(
                (outcome.status, outcome.epochs),
                (Status::Solved, 3),
                "{level}, seed {}",
                outcome.seed
            );
        }
    }
}
