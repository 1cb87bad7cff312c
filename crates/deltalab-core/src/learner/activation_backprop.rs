//! # Backpropagation to activations: y⁺ = y + λδ
//!
//! The error gradient moves the activities, and the weights learn from the difference. What use is y⁺, which no other unit
//! has seen? Iterating lets the others see it:
//!
//! | quantity | equation, n from 0 |
//! |---|---|
//! | minus | y⁽⁰⁾ = y⁻, the forward pass |
//! | net input | η⁽ⁿ⁺¹⁾ = W y⁽ⁿ⁾ + b, every layer driven by the last iteration's activities |
//! | gradient | δ⁽ⁿ⁺¹⁾, from the error at f(η⁽ⁿ⁺¹⁾) of the output, carried back with the derivatives at η⁽ⁿ⁺¹⁾ |
//! | activity | y⁽ⁿ⁺¹⁾ = f(η⁽ⁿ⁺¹⁾) + λδ⁽ⁿ⁺¹⁾ in hidden and output layers, inputs as they are |
//! | direction | Δw_ij / ε = s_i d_j, Δb_j / ε = d_j |
//!
//! | `difference` | d_j | `sender` | s_i |
//! |---|---|---|---|
//! | `"phases"` | (y_j⁽ⁿ⁾ − y_j⁻) / λ | `"minus"` | x_i⁻ |
//! | `"local"` | (y_j⁽ⁿ⁾ − f(η_j⁽ⁿ⁾)) / λ | `"midpoint"` | ½ (x_i⁻ + x_i⁽ⁿ⁾) |
//! | | | `"plus"` | x_i⁽ⁿ⁾ |
//!
//! * Symbols: x sending, y receiving activity, `units x patterns`; λ in activity per unit of δ. ε is the optimiser's.
//! * `iterations` = n; 1 is the one nudge. `"stable"` goes on until no activity changes by `tolerance` or more, at most
//!   `max_iterations`; not settling is counted (metric `settled`). The iteration converges where its Jacobian has a spectral
//!   radius below 1, so for small λ.
//! * Source: the question is O'Reilly's (Computational Cognitive Neuroscience, error backpropagation); the iteration is ours.
//! * Needs: a feedforward network, activation functions with a derivative.
//! * Equal to: one nudge with sender minus is backprop for every λ; midpoint adds ½ λ δ_i δ_j, plus λ δ_i δ_j. Iterated,
//!   `"local"` → backprop as λ → 0; `"phases"` does so for n = 1 and for the first hidden layer, not above it.

use super::{Batch, Context, Forward, Learner, Need, Phase, Phases, Rule};
use crate::equality::{Claim, nudge};
use crate::network::{ErrorFunction, Layers, Network, Parameters, Steps, unless_rest};
use crate::params::{Interval, Must};
use crate::real::{Level, Real};
use crate::train::{Group, Setup, Trace};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The rule.
#[derive(Debug)]
pub struct ActivationBackprop;

crate::params! {
    /// What a spec may set.
    pub struct Params {
        /// λ: how far the gradient moves the activities.
        pub lambda: f64 = 1.0, Must::Number(Interval::POSITIVE);
        /// Which activity of the sending unit the change takes.
        pub sender: Sender = Sender::Minus, Must::Choice(&["minus", "midpoint", "plus"]);
        /// Which difference of the receiving unit's activities the change takes.
        pub difference: Difference = Difference::Phases, Must::Choice(&["phases", "local"]);
        /// How often the activities are moved: a number, or `"stable"`.
        pub iterations: Iterations = Iterations::Number(1),
            Must::OneOf(&[Must::Integer(1, 1_000_000_000), Must::Choice(&["stable"])]);
        /// For `"stable"`: the largest change of an activity that counts as none.
        pub tolerance: f64 = 1e-6, Must::Number(Interval::NOT_NEGATIVE);
        /// For `"stable"`: iterations after which it ends, settled or not.
        pub max_iterations: u64 = 1000, Must::Integer(1, 1_000_000_000);
    }
}

/// Activity of the sending unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// x⁻.
    Minus,
    /// ½ (x⁻ + x⁺).
    Midpoint,
    /// x⁺.
    Plus,
}

/// Difference of the receiving unit's activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Between the phases.
    Phases,
    /// Within the last iteration.
    Local,
}

/// How often the activities are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Iterations {
    /// So often.
    Number(u64),
    /// Until they stop.
    Stable(Stable),
}

/// The word `"stable"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stable {
    /// `"stable"`.
    Stable,
}

/// Activation backprop at work.
#[derive(Debug)]
pub struct State<R> {
    params: Params,
    error: ErrorFunction,
    minus: Forward<R>,
    plus: Forward<R>,    // η⁽ⁿ⁾ and y⁽ⁿ⁾
    response: Layers<R>, // f(η⁽ⁿ⁾)
    delta: Layers<R>,    // δ⁽ⁿ⁾
    /// η, f(η) and δ of the next iteration.
    next: [Layers<R>; 3],
    steps: Steps<R>,
    difference: Layers<R>,
    midpoint: Layers<R>,
}

impl<R: Real> State<R> {
    /// The next iteration; each pattern and lane stops by itself. Says whether any moved by the tolerance or more.
    #[inline(always)]
    fn iterate(&mut self, net: &Network<R>, batch: &Batch<R>, tolerance: R) -> bool {
        let Self {
            params,
            error,
            plus,
            response,
            delta,
            next: [next_net, next_response, next_delta],
            steps,
            ..
        } = self;
        let (layers, output, patterns) =
            (&net.topology.layers, net.topology.output(), batch.patterns);
        net.drive(&plus.activity, next_net, next_response, patterns);
        for layer in (1..=output).rev() {
            let shape = &layers[layer];
            let (eta, f) = (next_net.of(layer, patterns), next_response.of(layer, patterns));
            if layer == output {
                error.delta(shape, eta, f, batch.target(), next_delta.of_mut(layer, patterns));
            } else {
                net.backward(layer, next_delta, patterns);
                shape.activation.scale_by_derivative(
                    shape.units,
                    eta,
                    f,
                    next_delta.of_mut(layer, patterns),
                );
            }
        }
        let lambda = R::of(params.lambda);
        let mut goes_on = false;
        for pattern in 0..patterns {
            let moving = steps.moving[pattern].gt(R::zero());
            let mut restless = R::zero();
            for (layer, shape) in layers.iter().enumerate().skip(1) {
                for unit in pattern * shape.units..(pattern + 1) * shape.units {
                    let eta = next_net.of(layer, patterns)[unit];
                    let (f, d) = (
                        next_response.of(layer, patterns)[unit],
                        next_delta.of(layer, patterns)[unit],
                    );
                    let (y, new) = (plus.activity.of(layer, patterns)[unit], f + lambda * d);
                    restless = unless_rest(tolerance, new - y, restless);
                    plus.activity.of_mut(layer, patterns)[unit] = R::select(moving, new, y);
                    keep(moving, eta, &mut plus.net.of_mut(layer, patterns)[unit]);
                    keep(moving, f, &mut response.of_mut(layer, patterns)[unit]);
                    keep(moving, d, &mut delta.of_mut(layer, patterns)[unit]);
                }
            }
            goes_on |= steps.count(pattern, restless);
        }
        goes_on
    }
}

/// Takes the new value over where a pattern still moves.
#[inline(always)]
fn keep<R: Real>(moving: R::Mask, new: R, old: &mut R) {
    *old = R::select(moving, new, *old);
}

impl<R: Real> Learner<R> for State<R> {
    #[inline(always)]
    fn direction(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &mut Parameters<R>) {
        let patterns = batch.patterns;
        self.minus.run(net, batch);
        for layer in 0..net.topology.layers.len() {
            let y = self.minus.activity.of(layer, patterns);
            self.plus.activity.of_mut(layer, patterns).copy_from_slice(y);
        }
        self.steps.begin(patterns);
        // A fixed number of iterations is one that nothing stops: no change is below −1.
        let (most, tolerance) = match self.params.iterations {
            Iterations::Number(n) => (n, R::of(-1.0)),
            Iterations::Stable(_) => (self.params.max_iterations, R::of(self.params.tolerance)),
        };
        let mut n = 0;
        while n < most && self.iterate(net, batch, tolerance) {
            n += 1;
        }
        if let Iterations::Number(_) = self.params.iterations {
            self.steps.settled[..patterns].fill(R::one()); // as many as were asked for
        }
        let Self { params, minus, plus, response, difference, midpoint, .. } = self;
        let base = match params.difference {
            Difference::Phases => &minus.activity,
            Difference::Local => response,
        };
        for layer in 1..net.topology.layers.len() {
            let (y, base) = (plus.activity.of(layer, patterns), base.of(layer, patterns));
            for ((d, &y), &base) in difference.of_mut(layer, patterns).iter_mut().zip(y).zip(base) {
                *d = (y - base) / R::of(params.lambda);
            }
        }
        let sender = match params.sender {
            Sender::Minus => &minus.activity,
            Sender::Plus => &plus.activity,
            Sender::Midpoint => {
                midpoint.set_midpoint(&minus.activity, &plus.activity, patterns);
                midpoint
            }
        };
        net.outer_products(difference, sender, direction, patterns);
    }

    #[inline(always)]
    fn respond(&mut self, net: &Network<R>, batch: &Batch<R>) {
        self.minus.run(net, batch);
    }

    #[inline(always)]
    fn activity(&self) -> &Layers<R> {
        &self.minus.activity
    }

    #[inline(always)]
    fn phases(&self) -> Phases<'_, R> {
        let plus = Phase {
            name: "plus",
            steps: Some(&self.steps),
            state: Some((&self.plus.net, &self.plus.activity)),
        };
        [Some(Phase::pass("minus", &self.minus)), Some(plus), None]
    }

    #[inline(always)]
    fn delta(&self) -> &Layers<R> {
        &self.delta
    }
}

impl Rule for ActivationBackprop {
    const KIND: &'static str = "activation_backprop";
    const SOURCE: &'static str = include_str!("activation_backprop.rs");
    type Params = Params;
    type Learner<R: Real> = State<R>;

    fn needs(_: &Params) -> Vec<Need> {
        vec![Need::Feedforward, Need::Derivatives, Need::ErrorGradient]
    }

    fn forms() -> Vec<Params> {
        let stable = Iterations::Stable(Stable::Stable);
        let mut all = Vec::new();
        for sender in [Sender::Minus, Sender::Midpoint, Sender::Plus] {
            for difference in [Difference::Phases, Difference::Local] {
                for iterations in [Iterations::Number(1), Iterations::Number(3), stable] {
                    // So few that a net whose iteration does not converge stays finite.
                    let max_iterations = 20;
                    all.push(Params {
                        sender,
                        difference,
                        iterations,
                        max_iterations,
                        ..Params::default()
                    });
                }
            }
        }
        all
    }

    fn claims() -> Vec<Claim> {
        vec![
            nudge::one_nudge_is_backprop(),
            nudge::other_senders_add_delta_times_delta(),
            nudge::every_sender_tends_to_backprop(),
            nudge::iterated_local_tends_to_backprop(),
            nudge::iterated_phases_tend_to_what_is_pushed_up(),
            nudge::iterating_changes_nothing_without_a_hidden_layer(),
            nudge::stable_is_an_implicit_gradient_step(),
        ]
    }

    fn group(params: &Params, setup: &Arc<Setup>, level: Level, runs: usize) -> Box<dyn Group> {
        crate::train::group::<Self>(params, setup, level, runs)
    }

    fn trace(params: &Params, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace {
        crate::train::trace::<Self>(params, setup, seed, updates)
    }

    fn build<R: Real>(params: &Params, context: &Context<'_>) -> State<R> {
        let layers = || Layers::zeros(context.topology, context.patterns);
        State {
            params: params.clone(),
            error: context.error.clone(),
            minus: Forward::new(context),
            plus: Forward::new(context),
            response: layers(),
            delta: layers(),
            next: [layers(), layers(), layers()],
            steps: Steps::new(context.patterns),
            difference: layers(),
            midpoint: layers(),
        }
    }
}
