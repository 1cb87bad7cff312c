//! # Backpropagation of error
//!
//! Activity flows up, the error gradient δ flows down the same weights:
//!
//! | quantity | equation |
//! |---|---|
//! | net input, activity | η_j = Σ_i x_i w_ij + b_j, y_j = f(η_j) |
//! | output gradient, SSE | δ_k = (t_k − z_k) f'(η_k) |
//! | output gradient, cross-entropy | δ_k = t_k − z_k |
//! | hidden gradient | δ_j = (Σ_k δ_k w_jk) f'(η_j) |
//! | direction | Δw_ij / ε = δ_j x_i, Δb_j / ε = δ_j, summed over the patterns of a batch |
//!
//! * Symbols: x sending, y receiving activity, z output, t target; all `units x patterns`. ε is the optimiser's.
//! * δ = −½ ∂SSE/∂η: the factor of 2 is left to the learning rate. With cross-entropy δ = −∂CE/∂η.
//! * Source: Rumelhart, Hinton & Williams 1986, Nature 323, 533–536.
//! * Needs: a feedforward network of any depth, activation functions with a derivative.
//! * Equal to: −½ times the gradient of SSE (finite differences, automatic differentiation); without hidden layers and with
//!   linear output, the delta rule; with logistic output and cross-entropy, the delta rule on a logistic output.

use super::{Batch, Context, Forward, Learner, Need, Phase, Phases, Rule};
use crate::equality::{Claim, gradient, two_layers};
use crate::network::{ErrorFunction, Layers, Network, Parameters};
use crate::real::{Level, Real};
use crate::train::{Group, Setup, Trace};
use std::sync::Arc;

/// The rule.
#[derive(Debug)]
pub struct Backprop;

crate::params! {
    /// Backprop has no parameters of its own.
    #[derive(Copy)]
    pub struct Params {}
}

/// Backprop at work.
#[derive(Debug)]
pub struct State<R> {
    error: ErrorFunction,
    forward: Forward<R>,
    delta: Layers<R>,
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
        let Self { error, forward, delta } = self;
        forward.run(net, batch);
        let (layers, output, patterns) =
            (&net.topology.layers, net.topology.output(), batch.patterns);
        for layer in (1..=output).rev() {
            let (eta, y) = (forward.net.of(layer, patterns), forward.activity.of(layer, patterns));
            let shape = &layers[layer];
            if layer == output {
                let delta = delta.of_mut(layer, patterns);
                error.delta(shape, eta, y, batch.target(), delta);
            } else {
                net.backward(layer, delta, patterns);
                shape.activation.scale_by_derivative(
                    shape.units,
                    eta,
                    y,
                    delta.of_mut(layer, patterns),
                );
            }
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

impl Rule for Backprop {
    const KIND: &'static str = "backprop";
    const SOURCE: &'static str = include_str!("backprop.rs");
    type Params = Params;
    type Learner<R: Real> = State<R>;

    fn needs(_: &Params) -> Vec<Need> {
        vec![Need::Feedforward, Need::Derivatives, Need::ErrorGradient]
    }

    fn claims() -> Vec<Claim> {
        vec![
            gradient::by_central_differences::<Self>(),
            two_layers::linear_delta_is_backprop(),
            two_layers::logistic_delta_is_backprop_of_cross_entropy(),
        ]
    }

    fn group(params: &Params, setup: &Arc<Setup>, level: Level, runs: usize) -> Box<dyn Group> {
        crate::train::group::<Self>(params, setup, level, runs)
    }

    fn trace(params: &Params, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace {
        crate::train::trace::<Self>(params, setup, seed, updates)
    }

    fn build<R: Real>(_: &Params, context: &Context<'_>) -> State<R> {
        let delta = Layers::zeros(context.topology, context.patterns);
        State { error: context.error.clone(), forward: Forward::new(context), delta }
    }
}
