//! A wrong rule is seen: backprop with one thing wrong at a time, and the claims that must fail for it, those and no others.
//! It is a rule as a user would write it, with one claim of its own.

use super::{Claim, claims, gradient};
use crate::learner::{Backprop, Batch, Context, Learner, Need, Phases, Rule};
use crate::network::{Layers, Network, Parameters};
use crate::real::{Level, Real};
use crate::train::{Group, Setup, Trace};
use std::sync::Arc;

/// What is wrong.
const NOTHING: u8 = 0;
const SIGN: u8 = 1;
const FACTOR: u8 = 2;
const BIASES: u8 = 3;
const MEAN: u8 = 4;
const MEMORY: u8 = 5;
const MASKS: u8 = 6;
const LANES: u8 = 7;
const SILENCE: u8 = 8;
const ROOM: u8 = 9;

/// Backprop, but for one thing.
#[derive(Debug)]
struct Wrong<const FAULT: u8>;

struct State<R: Real, const FAULT: u8> {
    right: <Backprop as Rule>::Learner<R>,
    before: Parameters<R>,
    room: f64,
}

impl<R: Real, const FAULT: u8> Learner<R> for State<R, FAULT> {
    fn direction(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &mut Parameters<R>) {
        self.right.direction(net, batch, direction);
        match FAULT {
            SIGN => direction.scale(R::of(-1.0)),
            FACTOR => direction.scale(R::of(2.0)), // −∂SSE/∂w in place of half of it
            BIASES => direction.clear_biases(),
            MEAN => direction.scale(R::of(1.0 / batch.patterns as f64)),
            MEMORY => {
                direction.add(&self.before);
                self.before = direction.clone();
            }
            MASKS => {
                for (path, c) in net.topology.paths.iter().zip(&mut direction.weights) {
                    if path.fixed {
                        c.fill(R::of(1e-3));
                    }
                    for (j, row) in path.mask.iter().flatten().enumerate() {
                        for (i, _) in row.iter().enumerate().filter(|(_, on)| !**on) {
                            c[(j, i)] = R::of(1e-3);
                        }
                    }
                }
            }
            LANES => {
                for c in direction.slices_mut().flatten() {
                    let first = c.lanes()[0];
                    c.lanes_mut()[R::LANES - 1] = first;
                }
            }
            SILENCE => {
                let mut sum = R::zero();
                batch.input().iter().for_each(|x| sum += x.abs());
                let same = sum;
                direction.scale(sum / same); // 1, but for an input of 0
            }
            ROOM => direction.scale(R::of(self.room)),
            _ => {}
        }
    }

    fn respond(&mut self, net: &Network<R>, batch: &Batch<R>) {
        self.right.respond(net, batch);
    }

    fn activity(&self) -> &Layers<R> {
        self.right.activity()
    }

    fn delta(&self) -> &Layers<R> {
        self.right.delta()
    }

    fn phases(&self) -> Phases<'_, R> {
        self.right.phases()
    }
}

impl<const FAULT: u8> Rule for Wrong<FAULT> {
    const KIND: &'static str = "wrong";
    const SOURCE: &'static str = "";
    type Params = <Backprop as Rule>::Params;
    type Learner<R: Real> = State<R, FAULT>;

    fn needs(_: &Self::Params) -> Vec<Need> {
        vec![Need::Feedforward, Need::Derivatives, Need::ErrorGradient]
    }

    fn claims() -> Vec<Claim> {
        vec![gradient::by_central_differences::<Self>()]
    }

    fn group(
        params: &Self::Params,
        setup: &Arc<Setup>,
        level: Level,
        runs: usize,
    ) -> Box<dyn Group> {
        Backprop::group(params, setup, level, runs) // no claim trains a group
    }

    fn trace(params: &Self::Params, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace {
        crate::train::trace::<Self>(params, setup, seed, updates)
    }

    fn build<R: Real>(params: &Self::Params, context: &Context<'_>) -> State<R, FAULT> {
        State {
            right: Backprop::build(params, context),
            before: Parameters::zeros(context.topology),
            room: context.patterns as f64,
        }
    }
}

/// The claims that fail for a rule, by a word of what they say.
fn failed<const FAULT: u8>() -> Vec<&'static str> {
    const WORDS: [(&str, &str); 7] = [
        ("the direction of a batch is the sum", "sum"),
        ("nothing of an earlier batch is left", "memory"),
        ("a run in a lane", "lanes"),
        ("a weight that a mask takes out", "masks"),
        ("the direction of a finite network is finite", "finite"),
        ("the first update of a run", "update"),
        ("the direction is −½ ∂SSE/∂w", "gradient"),
    ];
    let failing = claims::<Wrong<FAULT>>().into_iter().filter(|claim| !claim.try_on(0, 30).holds());
    let word = |claim: Claim| WORDS.iter().find(|(says, _)| claim.says.starts_with(says));
    failing.map(|claim| word(claim).map_or(claim.says, |(_, word)| *word)).collect()
}

#[test]
fn the_right_rule_keeps_every_claim() {
    assert!(failed::<NOTHING>().is_empty());
}

#[test]
fn a_wrong_sign_a_factor_of_two_and_forgotten_biases_are_no_gradient() {
    assert_eq!(failed::<SIGN>(), ["gradient"]);
    assert_eq!(failed::<FACTOR>(), ["gradient"]);
    assert_eq!(failed::<BIASES>(), ["gradient"]);
}

#[test]
fn a_mean_in_place_of_a_sum_is_seen() {
    assert_eq!(failed::<MEAN>(), ["sum", "gradient"]);
}

#[test]
fn what_an_earlier_batch_leaves_is_seen() {
    assert_eq!(failed::<MEMORY>(), ["sum", "memory"]);
}

#[test]
fn a_mask_or_a_fixed_path_that_learns_is_seen() {
    assert_eq!(failed::<MASKS>(), ["sum", "masks"]);
}

#[test]
fn a_lane_that_takes_another_lanes_numbers_is_seen() {
    assert_eq!(failed::<LANES>(), ["lanes"]);
}

#[test]
fn a_division_by_an_input_of_zero_is_seen() {
    assert_eq!(failed::<SILENCE>(), ["finite"]);
}

#[test]
fn a_rule_that_depends_on_the_room_of_its_batch_is_seen() {
    assert_eq!(failed::<ROOM>(), ["lanes", "update", "gradient"]);
}
