//! # Perceptron
//!
//! Two layers, threshold output: weights change only where the answer is wrong.
//!
//! | quantity | equation |
//! |---|---|
//! | output | y_j = 1 where η_j > 0, else 0 |
//! | direction | Δw_ij / ε = (t_j − y_j) x_i, Δb_j / ε = t_j − y_j |
//!
//! * Symbols: x input, y output, t target (0 or 1); all `units x patterns`. ε is the optimiser's; with start weights 0 it
//!   only scales the weights.
//! * Source: Rosenblatt 1958; Minsky & Papert 1969.
//! * Needs: a network without hidden layers, threshold output units.
//! * Bound: on separable patterns, from zero weights, at most (R/γ)² mistakes per output unit, R the largest length of an
//!   input and γ the margin, both with the bias input counted (Novikoff 1962). SSE of an epoch counts its mistakes.
//! * Equal to: the delta rule on threshold outputs.

use super::{Batch, Context, Learner, Need, Phases, Rule, delta};
use crate::equality::{Claim, two_layers};
use crate::network::{Layers, Network, Parameters};
use crate::real::{Level, Real};
use crate::train::{Group, Setup, Trace};
use std::sync::Arc;

/// The rule.
#[derive(Debug)]
pub struct Perceptron;

crate::params! {
    /// The perceptron has no parameters of its own.
    #[derive(Copy)]
    pub struct Params {}
}

/// The perceptron at work: the delta rule, its y from a threshold.
#[derive(Debug)]
pub struct State<R>(delta::State<R>);

impl<R: Real> Learner<R> for State<R> {
    #[inline(always)]
    fn direction(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &mut Parameters<R>) {
        self.0.direction(net, batch, direction);
    }

    #[inline(always)]
    fn meet(&mut self, net: &Network<R>, batch: &Batch<R>) {
        self.0.meet(net, batch);
    }

    #[inline(always)]
    fn factors(&self) -> Option<(&Layers<R>, &Layers<R>)> {
        self.0.factors()
    }

    #[inline(always)]
    fn respond(&mut self, net: &Network<R>, batch: &Batch<R>) {
        self.0.respond(net, batch);
    }

    #[inline(always)]
    fn activity(&self) -> &Layers<R> {
        self.0.activity()
    }

    #[inline(always)]
    fn phases(&self) -> Phases<'_, R> {
        self.0.phases()
    }

    #[inline(always)]
    fn delta(&self) -> &Layers<R> {
        self.0.delta()
    }
}

impl Rule for Perceptron {
    const KIND: &'static str = "perceptron";
    const SOURCE: &'static str = include_str!("perceptron.rs");
    type Params = Params;
    type Learner<R: Real> = State<R>;

    fn needs(_: &Params) -> Vec<Need> {
        vec![Need::Feedforward, Need::TwoLayers, Need::ThresholdOutput]
    }

    fn claims() -> Vec<Claim> {
        vec![
            two_layers::perceptron_learns_from_mistakes(),
            two_layers::perceptron_is_delta_on_threshold_outputs(),
        ]
    }

    fn group(params: &Params, setup: &Arc<Setup>, level: Level, runs: usize) -> Box<dyn Group> {
        crate::train::group::<Self>(params, setup, level, runs)
    }

    fn trace(params: &Params, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace {
        crate::train::trace::<Self>(params, setup, seed, updates)
    }

    fn build<R: Real>(_: &Params, context: &Context<'_>) -> State<R> {
        State(super::Delta::build(&delta::Params::default(), context))
    }
}
