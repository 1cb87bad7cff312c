//! # Almeida–Pineda: recurrent backpropagation
//!
//! The exact gradient at the state that a net with cycles settles to:
//!
//! | quantity | equation |
//! |---|---|
//! | activities | settle y = f(η), η_j = Σ_i w_ij y_i + b_j |
//! | errors | settle v_i = f'(η_i) Σ_j w_ij v_j + e_i, over every path that i sends on |
//! | e at the output | SSE (t_k − z_k) f'(η_k); cross-entropy t_k − z_k; 0 elsewhere |
//! | direction | Δw_ij / ε = v_j y_i, Δb_j / ε = v_j; where two paths share a weight, v_j y_i + v_i y_j |
//!
//! * Symbols: y activity, `units x patterns`; v already holds f'. Errors start at 0 and move by `backward.dt` a step.
//! * A state that did not settle promises nothing: phases that met their step limit are counted (metric `settled`).
//! * Source: Almeida 1987; Pineda 1987, Physical Review Letters 59, 2229–2232.
//! * Needs: activation functions with a derivative; a net with or without cycles.
//! * Equal to: backprop on a net without cycles; −½ times the gradient of SSE at the fixed point. The errors converge when
//!   the activities, linearised at the fixed point, do.

use super::{Batch, Context, Learner, Need, Phase, Phases, Rule};
use crate::equality::{Claim, fixed_point};
use crate::network::{
    Backward, Clamp, Connectivity, ErrorFunction, Layers, Network, Parameters, Paths, SettleErrors,
    Settled, Settling, Steps,
};
use crate::params::Must;
use crate::real::{Level, Real};
use crate::train::{Group, Setup, Trace};
use std::sync::Arc;

/// The rule.
#[derive(Debug)]
pub struct AlmeidaPineda;

crate::params! {
    /// What a spec may set.
    pub struct Params {
        /// Settling of the activities.
        pub settling: Settling = Settling::default(), Must::Table(Settling::FIELDS);
        /// Settling of the errors.
        pub backward: Backward = Backward::default(), Must::Table(Backward::FIELDS);
    }
}

/// Almeida–Pineda at work.
#[derive(Debug)]
pub struct State<R> {
    params: Params,
    error: ErrorFunction,
    state: Settled<R>,
    output_error: Vec<R>, // e
    v: Layers<R>,
    sum: Layers<R>,
    backward: Steps<R>,
    exchanged: Parameters<R>,
}

impl<R: Real> Learner<R> for State<R> {
    #[inline(always)]
    fn direction(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &mut Parameters<R>) {
        self.respond(net, batch);
        let Self { params, error, state, output_error, v, sum, backward, exchanged } = self;
        let (output, patterns) = (net.topology.output(), batch.patterns);
        for layer in 1..=output {
            state.respond(net, layer, patterns);
        }
        let shape = &net.topology.layers[output];
        let e = &mut output_error[..shape.units * patterns];
        let at = (state.net.of(output, patterns), state.response(output, patterns));
        error.delta_at(shape, at, state.activity.of(output, patterns), batch.target(), e);
        let (network, settling) = (net, &params.backward);
        R::enter(SettleErrors {
            network,
            state,
            error: e,
            v,
            sum,
            steps: backward,
            settling,
            patterns,
        });
        net.outer_products(v, &state.activity, direction, patterns);
        if net.topology.symmetric && !net.topology.is_feedforward() {
            net.outer_products_of(Paths::Tied, &state.activity, v, exchanged, patterns);
            exchanged.clear_biases();
            direction.add(exchanged);
        }
    }

    #[inline(always)]
    fn respond(&mut self, net: &Network<R>, batch: &Batch<R>) {
        self.state.start(net, &self.params.settling, batch.input(), batch.patterns);
        self.state.settle(net, &self.params.settling, Clamp::Input, batch.patterns);
    }

    #[inline(always)]
    fn activity(&self) -> &Layers<R> {
        &self.state.activity
    }

    #[inline(always)]
    fn phases(&self) -> Phases<'_, R> {
        let backward = Phase { name: "backward", steps: Some(&self.backward), state: None };
        [Some(Phase::settled("minus", &self.state)), Some(backward), None]
    }

    #[inline(always)]
    fn delta(&self) -> &Layers<R> {
        &self.v
    }
}

impl Rule for AlmeidaPineda {
    const KIND: &'static str = "almeida_pineda";
    const SOURCE: &'static str = include_str!("almeida_pineda.rs");
    const CONNECTIVITY: Connectivity = Connectivity::Bidirectional;
    type Params = Params;
    type Learner<R: Real> = State<R>;

    fn needs(_: &Params) -> Vec<Need> {
        vec![Need::Derivatives, Need::ErrorGradient]
    }

    fn claims() -> Vec<Claim> {
        vec![
            fixed_point::without_cycles_it_is_backprop(),
            fixed_point::with_cycles_it_is_the_gradient(),
            fixed_point::v_solves_its_equation_at_any_state(),
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
        let outputs = context.topology.layers[context.topology.output()].units;
        State {
            params: params.clone(),
            error: context.error.clone(),
            state: Settled::new(context.topology, context.patterns),
            output_error: vec![R::zero(); outputs * context.patterns],
            v: layers(),
            sum: layers(),
            backward: Steps::new(context.patterns),
            exchanged: Parameters::zeros(context.topology),
        }
    }
}
