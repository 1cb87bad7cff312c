//! # Rescorla–Wagner
//!
//! The associative strength V_i of every cue that is present changes by what the outcome was not predicted:
//!
//! | trial | ΔV_i of a present cue |
//! |---|---|
//! | outcome present | α_i · `beta` · (λ − Σ_present V) |
//! | outcome absent | α_i · `beta_absent` · (0 − Σ_present V) |
//!
//! * Symbols: α_i salience of cue i, β associability of the outcome, λ asymptote. With several outcomes, each has its own V.
//!   V_i is the weight from cue i to the outcome, `outcomes x cues`; Σ_present V is the output.
//! * αβ is the learning rate: there is no `learning_rate`, and no optimiser. An outcome is present where its target is above 0.
//! * Source: Rescorla & Wagner 1972, in Black & Prokasy (eds), Classical Conditioning II, 64–99.
//! * Needs: two layers, linear output, no biases, inputs 0 or 1. A context cue that is always present plays a bias's part.
//! * Equal to: the delta rule with learning rate αβ, for one α and `beta_absent` = `beta`.

use super::{Batch, Context, Forward, Learner, Need, Phase, Phases, Rule};
use crate::equality::{Claim, two_layers};
use crate::network::{Layers, Network, Parameters};
use crate::params::{Interval, Must};
use crate::real::{Level, Real};
use crate::train::{Group, Setup, Trace};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The rule.
#[derive(Debug)]
pub struct RescorlaWagner;

crate::params! {
    /// What a spec may set.
    pub struct Params {
        /// Salience α of a cue: one number for all, or one by cue, `{ A = 0.3, B = 0.1 }`.
        pub alpha: PerCue = PerCue::All(0.1),
            Must::OneOf(&[Must::Number(Interval::UNIT), Must::Map(&Must::Number(Interval::UNIT))]);
        /// Associability β of the outcome on trials that have it.
        pub beta: f64 = 1.0, Must::Number(Interval::UNIT);
        /// Associability β of the outcome on trials that lack it. Default: the same as `beta`.
        pub beta_absent: Option<f64> = None, Must::Number(Interval::UNIT);
        /// Asymptote λ: the strength that the outcome supports.
        pub lambda: f64 = 1.0, Must::Number(Interval::FINITE);
    }
}

/// A number for all cues, or one for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerCue {
    /// The same for all.
    All(f64),
    /// By name of the cue; every cue must be there.
    Each(BTreeMap<String, f64>),
}

impl Default for PerCue {
    fn default() -> Self {
        Self::All(0.0)
    }
}

/// Rescorla–Wagner at work.
#[derive(Debug)]
pub struct State<R> {
    alpha: Vec<R>,
    beta: R,
    beta_absent: R,
    lambda: R,
    forward: Forward<R>,
    surprise: Layers<R>, // λ − Σ V, or 0 − Σ V
    rated: Layers<R>,    // that, times β
    salient: Layers<R>,  // x times α
    one_by_one: bool,    // a batch is one trial
    target: Vec<R>,      // λ, or 0
}

impl<R: Real> Learner<R> for State<R> {
    #[inline(always)]
    fn direction(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &mut Parameters<R>) {
        self.meet(net, batch);
        net.outer_products(&self.rated, &self.forward.activity, direction, batch.patterns);
        let outcomes = net.topology.layers[1].units;
        for (changes, &alpha) in
            direction.weights[0].as_mut_slice().chunks_exact_mut(outcomes).zip(&self.alpha)
        {
            for change in changes {
                *change *= alpha;
            }
        }
    }

    /// Of one trial the change is one product, β(λ − ΣV) · αx: x is 0 or 1, so α comes before or after with the same bits.
    #[inline(always)]
    fn factors(&self) -> Option<(&Layers<R>, &Layers<R>)> {
        self.one_by_one.then_some((&self.rated, &self.salient))
    }

    #[inline(always)]
    fn meet(&mut self, net: &Network<R>, batch: &Batch<R>) {
        let Self {
            alpha,
            beta,
            beta_absent,
            lambda,
            forward,
            surprise,
            rated,
            salient,
            target,
            ..
        } = self;
        forward.run(net, batch);
        let patterns = batch.patterns;
        let v = forward.activity.of(1, patterns);
        let surprise = surprise.of_mut(1, patterns);
        let rated_surprise = rated.of_mut(1, patterns);
        for (k, &t) in batch.target().iter().enumerate() {
            let present = t.gt(R::zero());
            target[k] = R::select(present, *lambda, R::zero());
            surprise[k] = target[k] - v[k];
            rated_surprise[k] = R::select(present, *beta, *beta_absent) * surprise[k];
        }
        for ((s, &x), &alpha) in salient.of_mut(0, 1).iter_mut().zip(batch.input()).zip(&*alpha) {
            *s = x * alpha;
        }
    }

    #[inline(always)]
    fn respond(&mut self, net: &Network<R>, batch: &Batch<R>) {
        self.forward.run(net, batch);
    }

    #[inline(always)]
    fn activity(&self) -> &Layers<R> {
        &self.forward.activity
    }

    #[inline(always)]
    fn phases(&self) -> Phases<'_, R> {
        [Some(Phase::pass("forward", &self.forward)), None, None]
    }

    #[inline(always)]
    fn delta(&self) -> &Layers<R> {
        &self.surprise
    }

    #[inline(always)]
    fn target<'a>(&'a self, batch: &'a Batch<R>) -> &'a [R] {
        &self.target[..batch.target().len()]
    }
}

impl Rule for RescorlaWagner {
    const KIND: &'static str = "rescorla_wagner";
    const SOURCE: &'static str = include_str!("rescorla_wagner.rs");
    const OPTIMISED: bool = false;
    type Params = Params;
    type Learner<R: Real> = State<R>;

    fn needs(_: &Params) -> Vec<Need> {
        vec![
            Need::Feedforward,
            Need::TwoLayers,
            Need::LinearOutput,
            Need::NoBiases,
            Need::BinaryInputs,
        ]
    }

    fn complaint(params: &Params, context: &Context<'_>) -> Option<(&'static str, String)> {
        let PerCue::Each(alpha) = &params.alpha else { return None };
        let cues = context.input_names;
        let list = |names: &[&String]| {
            names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
        };
        let unknown: Vec<_> = alpha.keys().filter(|name| !cues.contains(name)).collect();
        let missing: Vec<_> = cues.iter().filter(|&name| !alpha.contains_key(name)).collect();
        if !unknown.is_empty() {
            let all = list(&cues.iter().collect::<Vec<_>>());
            return Some((
                "alpha",
                format!("the task has no cue {}; its cues are {all}", list(&unknown)),
            ));
        }
        (!missing.is_empty())
            .then(|| ("alpha", format!("the salience of cue {} is missing", list(&missing))))
    }

    fn claims() -> Vec<Claim> {
        vec![two_layers::rescorla_wagner_is_its_equation(), two_layers::rescorla_wagner_is_delta()]
    }

    fn group(params: &Params, setup: &Arc<Setup>, level: Level, runs: usize) -> Box<dyn Group> {
        crate::train::group::<Self>(params, setup, level, runs)
    }

    fn trace(params: &Params, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace {
        crate::train::trace::<Self>(params, setup, seed, updates)
    }

    fn build<R: Real>(params: &Params, context: &Context<'_>) -> State<R> {
        let cues = context.topology.layers[0].units;
        let alpha = match &params.alpha {
            PerCue::All(alpha) => vec![R::of(*alpha); cues],
            PerCue::Each(alpha) => context
                .input_names
                .iter()
                .map(|cue| R::of(alpha.get(cue).copied().unwrap_or(0.0)))
                .collect(),
        };
        let layers = || Layers::zeros(context.topology, context.patterns);
        let outcomes = context.topology.layers[context.topology.output()].units;
        State {
            alpha,
            beta: R::of(params.beta),
            beta_absent: R::of(params.beta_absent.unwrap_or(params.beta)),
            lambda: R::of(params.lambda),
            forward: Forward::new(context),
            surprise: layers(),
            rated: layers(),
            salient: layers(),
            one_by_one: context.patterns == 1,
            target: vec![R::zero(); outcomes * context.patterns],
        }
    }
}
