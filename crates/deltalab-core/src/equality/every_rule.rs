//! What every rule must keep, whatever it computes. Each is tried with every form of the rule
//! ([`Rule::forms`]), on networks that have what it needs.

use super::case::{Case, INPUTS, OUTPUTS, patterns, random_weights};
use super::claim::{Claim, Trial, flat};
use super::rig::Rig;
use crate::learner::{Batch, Configured, Context, Learner, Rule};
use crate::network::{Initial, Network, Parameters};
use crate::optimiser::{OptimiserParams, Schedule};
use crate::real::{Lanes, Pair, Real};
use crate::task::{Row, TruthTable};
use crate::train::{
    All, BatchSize, Ingredients, Order, Precision, RecordParams, Setup, TrainParams,
};
use std::sync::Arc;

/// All of them.
pub fn claims<L: Rule>() -> Vec<Claim> {
    vec![
        batch_is_the_sum::<L>(),
        no_batch_leaves_a_trace::<L>(),
        lanes_are_alone::<L>(),
        still_weights_stay::<L>(),
        directions_are_finite::<L>(),
        the_change_is_rate_times_direction::<L>(),
    ]
}

/// Four runs side by side, in plain code that every machine has.
type Four = Lanes<Pair<f64>, 2>;

/// Calls `check` with every form of the rule and a network for each.
fn for_each_form<L: Rule>(trial: &mut Trial, mut check: impl FnMut(&mut Trial, &L::Params, &Case)) {
    for params in L::forms() {
        let case = Case::fitting(trial, &L::needs(&params), Rig::<L>::ROOM);
        check(trial, &params, &case);
    }
}

fn place<L: Rule>(params: &L::Params, case: &Case) -> String {
    format!("{}, {params:?}", case.place())
}

/// c(batch) = Σ_p c(p), at the same weights.
pub fn batch_is_the_sum<L: Rule>() -> Claim {
    Claim {
        number: Some(8),
        says: "the direction of a batch is the sum of the directions of its patterns at the same weights",
        tolerance: 1e-14,
        because: "|a − b| / (1 + |b|): up to five products of order 1 to 10, summed in another order",
        check: |trial| {
            for_each_form::<L>(trial, |trial, params, case| {
                let mut rig = case.rig::<L>(params);
                let mut sum = Parameters::<f64>::zeros(&case.net);
                for pattern in &case.shown {
                    sum.add(&rig.direction(std::slice::from_ref(pattern)));
                }
                let batch = rig.direction(&case.shown);
                trial.close(&flat(&batch), &flat(&sum), || place::<L>(params, case));
            });
        },
    }
}

/// A learner that has met other batches gives the direction of a fresh one.
pub fn no_batch_leaves_a_trace<L: Rule>() -> Claim {
    Claim {
        number: None,
        says: "nothing of an earlier batch is left: the direction is that of a learner that never met another",
        tolerance: 0.0,
        because: "|a − b|, another bit counting: the same operations on the same numbers",
        check: |trial| {
            for_each_form::<L>(trial, |trial, params, case| {
                let fresh = case.direction::<L>(params);
                let mut used = case.rig::<L>(params);
                for count in [Rig::<L>::ROOM, 1, 2] {
                    used.network.set_lane(0, &random_weights(&case.net, 1.5, &mut trial.random));
                    used.direction(&patterns(count, &mut trial.random));
                }
                used.network.set_lane(0, &case.initial);
                let again = used.direction(&case.shown);
                trial.same_bits(&flat(&again), &flat(&fresh), || place::<L>(params, case));
            });
        },
    }
}

/// A run in a lane has the bits that it has alone.
pub fn lanes_are_alone<L: Rule>() -> Claim {
    Claim {
        number: None,
        says: "a run in a lane has the bits that it has alone, whatever its neighbours do",
        tolerance: 0.0,
        because: "|a − b|, another bit counting: the same operations on the same numbers",
        check: |trial| {
            for_each_form::<L>(trial, |trial, params, case| {
                let count = case.shown.len();
                let mut network = Network::<Four>::new(case.net.clone());
                let mut batch = Batch::<Four>::zeros(INPUTS, OUTPUTS, count);
                let mut alone = Vec::new();
                for lane in 0..Four::LANES {
                    // The neighbours' weights are large: what settles in one lane cycles in another.
                    let initial = match lane {
                        0 => case.initial.clone(),
                        _ => random_weights(&case.net, 2.0 * lane as f64, &mut trial.random),
                    };
                    let shift = trial.random.normal();
                    let mut shown = case.shown.clone();
                    if lane % 2 == 1 {
                        shown.iter_mut().for_each(|(x, _)| x.iter_mut().for_each(|x| *x *= shift));
                    }
                    network.set_lane(lane, &initial);
                    for (p, (x, t)) in shown.iter().enumerate() {
                        let (input, target) = batch.pattern_mut(p);
                        input.iter_mut().zip(x).for_each(|(to, &x)| to.lanes_mut()[lane] = x);
                        target.iter_mut().zip(t).for_each(|(to, &t)| to.lanes_mut()[lane] = t);
                    }
                    let mut rig = Rig::<L>::new(&case.net, params, &case.error, &initial);
                    alone.push(flat(&rig.direction(&shown)));
                }
                let context = Context {
                    topology: &case.net,
                    error: &case.error,
                    input_names: &[],
                    patterns: count,
                };
                let mut learner = L::build::<Four>(params, &context);
                let mut direction = Parameters::<Four>::zeros(&case.net);
                learner.direction(&network, &batch, &mut direction);
                for (lane, alone) in alone.iter().enumerate() {
                    let found = flat(&direction.lane(lane));
                    let all = found.len() == alone.len();
                    trial.must(all, || place::<L>(params, case));
                    for (&a, &b) in found.iter().zip(alone) {
                        // NaN of a net that diverges is NaN in both, of whatever sign.
                        if !(a.is_nan() && b.is_nan()) {
                            trial.same_bits(&[a], &[b], || {
                                format!("lane {lane}, {}", place::<L>(params, case))
                            });
                        }
                    }
                }
            });
        },
    }
}

/// Masked weights and fixed paths have direction 0.
pub fn still_weights_stay<L: Rule>() -> Claim {
    Claim {
        number: None,
        says: "a weight that a mask takes out, and every weight of a fixed path, has direction 0",
        tolerance: 0.0,
        because: "|c|: nothing is added to what does not learn",
        check: |trial| {
            for_each_form::<L>(trial, |trial, params, case| {
                let direction = case.direction::<L>(params);
                for (path, c) in case.net.paths.iter().zip(&direction.weights) {
                    let mut largest = 0.0_f64;
                    for j in 0..c.nrows() {
                        for i in 0..c.ncols() {
                            let gone = path.mask.as_ref().is_some_and(|mask| !mask[j][i]);
                            if gone || path.fixed {
                                // Not max, which would pass NaN over.
                                let c = c[(j, i)].abs();
                                largest = if c > largest || c.is_nan() { c } else { largest };
                            }
                        }
                    }
                    trial.see(largest, || format!("{} of {}", path.name, place::<L>(params, case)));
                }
            });
        },
    }
}

/// Finite networks have finite directions.
pub fn directions_are_finite<L: Rule>() -> Claim {
    Claim {
        number: None,
        says: "the direction of a finite network is finite, every entry of it written",
        tolerance: 0.0,
        because: "how many numbers are not finite",
        check: |trial| {
            for_each_form::<L>(trial, |trial, params, case| {
                let mut rig = case.rig::<L>(params);
                let silent = vec![(vec![0.0; INPUTS], vec![0.0; OUTPUTS])];
                for shown in [&case.shown, &silent] {
                    let direction = flat(&rig.direction(shown));
                    let not_finite = direction.iter().filter(|c| !c.is_finite()).count();
                    trial.see(not_finite as f64, || place::<L>(params, case));
                }
            });
        },
    }
}

/// a = εc: what a trace shows of a first update is the direction at the initial weights, times the rate, and is added.
pub fn the_change_is_rate_times_direction<L: Rule>() -> Claim {
    Claim {
        number: None,
        says: "the first update of a run adds the direction at the initial weights times the learning rate",
        tolerance: 0.0,
        because: "|a − b|, another bit counting: one product and one sum for each weight",
        check: |trial| {
            for_each_form::<L>(trial, |trial, params, case| {
                if let Err(why) = first_update::<L>(trial, params, case) {
                    trial.see(f64::INFINITY, || format!("{why}: {}", place::<L>(params, case)));
                }
            });
        },
    }
}

fn first_update<L: Rule>(trial: &mut Trial, params: &L::Params, case: &Case) -> Result<(), String> {
    let rows = case.shown.iter().map(|(x, t)| Row::Numbers(vec![x.clone(), t.clone()])).collect();
    let rate = if L::OPTIMISED { trial.pick(&[0.1, 0.7]) } else { 1.0 };
    let ingredients = Ingredients {
        task: Arc::new(TruthTable { rows }),
        network: case.params.clone(),
        train: TrainParams {
            order: Order::Sequential,
            batch: BatchSize::All(All::All),
            error: case.error.clone(),
            max_epochs: 1,
            ..TrainParams::default()
        },
        record: RecordParams::default(),
        optimiser: OptimiserParams::default(),
        learning_rate: rate,
        schedule: Schedule::Constant,
        precision: Precision::F64,
        master_seed: 0,
        lbfgs: None,
    };
    let recipe = Configured::<L>(params.clone());
    let setup = Setup::new(ingredients, &recipe).map_err(|error| error.to_string())?;
    let trace = L::trace(params, &Arc::new(setup), u64::from(trial.random.below(1000)), 1);
    let update = trace.updates.first().ok_or("no update was made")?;
    let initial =
        Initial { weights: trace.initial.weights.clone(), biases: trace.initial.biases.clone() };
    let direction = Rig::<L>::new(&case.net, params, &case.error, &initial).direction(&case.shown);
    let here = |what: &str| format!("{what}, {}", place::<L>(params, case));
    trial.same_bits(&flat(&update.direction), &flat(&direction), || here("direction"));
    let mut expected = direction;
    expected.scale(rate);
    trial.same_bits(&flat(&update.change), &flat(&expected), || here("change"));
    let mut last = trace.initial.clone();
    last.add(&expected);
    trial.same_bits(&flat(&trace.last), &flat(&last), || here("weights after it"));
    Ok(())
}
