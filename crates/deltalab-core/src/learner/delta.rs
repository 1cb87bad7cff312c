//! # Delta rule (Widrow–Hoff, LMS)
//!
//! Two layers; the change of a weight is the error at its receiving unit times the activity of its sending unit:
//!
//! | `derivative` | Δw_ij / ε | Δb_j / ε |
//! |---|---|---|
//! | `false` | (t_j − y_j) x_i | t_j − y_j |
//! | `true` | (t_j − y_j) f'(η_j) x_i | (t_j − y_j) f'(η_j) |
//!
//! * Symbols: x input, y = f(η) output, t target; all `units x patterns`. ε is the optimiser's. Within the `tolerance` of
//!   `train.error`, t − y counts as 0.
//! * Source: Widrow & Hoff 1960; Rumelhart & McClelland 1986, PDP volume 1.
//! * Needs: a network without hidden layers; `derivative = true` also output units that each have a derivative.
//! * Equal to: backprop on this network where the output is linear (SSE), or logistic, or softmax with targets that sum to 1
//!   (cross-entropy); with `derivative = true`, backprop with SSE for any output. Linear, without biases and with inputs 0 or
//!   1, Rescorla–Wagner with α = 1 and β = ε.

use super::{Batch, Context, Forward, Learner, Need, Phase, Phases, Rule};
use crate::equality::{Claim, two_layers};
use crate::network::{Activation, ErrorFunction, Layers, Network, Parameters};
use crate::params::Must;
use crate::real::{Level, Real};
use crate::train::{Group, Setup, Trace};
use std::sync::Arc;

/// The rule.
#[derive(Debug)]
pub struct Delta;

crate::params! {
    /// What a spec may set.
    #[derive(Copy)]
    pub struct Params {
        /// Whether the error is multiplied by f'(η).
        pub derivative: bool = false, Must::Bool;
    }
}

/// The delta rule at work.
#[derive(Debug)]
pub struct State<R> {
    params: Params,
    error: ErrorFunction,
    forward: Forward<R>,
    delta: Layers<R>, // t − y, times f' if asked for
}

impl<R: Real> Learner<R> for State<R> {
    #[inline(always)]
    fn direction(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &mut Parameters<R>) {
        self.meet(net, batch);
        net.outer_products(&self.delta, &self.forward.activity, direction, batch.patterns);
    }

    #[inline(always)]
    fn factors(&self) -> Option<(&Layers<R>, &Layers<R>)> {
        Some((&self.delta, &self.forward.activity))
    }

    #[inline(always)]
    fn meet(&mut self, net: &Network<R>, batch: &Batch<R>) {
        let Self { params, error, forward, delta } = self;
        forward.run(net, batch);
        let (output, patterns) = (net.topology.output(), batch.patterns);
        let (eta, y) = (forward.net.of(output, patterns), forward.activity.of(output, patterns));
        let d = delta.of_mut(output, patterns);
        error.differences(y, batch.target(), d);
        if params.derivative {
            let shape = &net.topology.layers[output];
            shape.activation.scale_by_derivative(shape.units, eta, y, d);
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
        &self.delta
    }
}

impl Rule for Delta {
    const KIND: &'static str = "delta";
    const SOURCE: &'static str = include_str!("delta.rs");
    type Params = Params;
    type Learner<R: Real> = State<R>;

    fn needs(params: &Params) -> Vec<Need> {
        match params.derivative {
            true => vec![Need::Feedforward, Need::TwoLayers, Need::OutputDerivative],
            false => vec![Need::Feedforward, Need::TwoLayers],
        }
    }

    fn forms() -> Vec<Params> {
        [false, true].map(|derivative| Params { derivative }).to_vec()
    }

    fn claims() -> Vec<Claim> {
        vec![
            two_layers::delta_is_error_times_input(),
            two_layers::linear_delta_is_backprop(),
            two_layers::logistic_delta_is_backprop_of_cross_entropy(),
            two_layers::softmax_delta_is_backprop_of_cross_entropy(),
            two_layers::delta_with_derivative_is_backprop(),
            two_layers::rescorla_wagner_is_delta(),
        ]
    }

    fn is_gradient(params: &Params, context: &Context<'_>) -> bool {
        let output = &context.topology.layers[context.topology.output()].activation;
        match (context.error, params.derivative) {
            (ErrorFunction::Sse(_), true) => true,
            (ErrorFunction::Sse(_), false) => *output == Activation::Linear,
            // Softmax only where targets sum to 1, which a network does not show.
            (ErrorFunction::CrossEntropy(_), false) => *output == Activation::Logistic,
            (ErrorFunction::CrossEntropy(_), true) => false,
        }
    }

    fn group(params: &Params, setup: &Arc<Setup>, level: Level, runs: usize) -> Box<dyn Group> {
        crate::train::group::<Self>(params, setup, level, runs)
    }

    fn trace(params: &Params, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace {
        crate::train::trace::<Self>(params, setup, seed, updates)
    }

    fn build<R: Real>(params: &Params, context: &Context<'_>) -> State<R> {
        let delta = Layers::zeros(context.topology, context.patterns);
        State {
            params: *params,
            error: context.error.clone(),
            forward: Forward::new(context),
            delta,
        }
    }
}
