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

impl<R: Real> State<R> {
    /// δ of every hidden layer, from that of the output down.
    #[inline(always)]
    fn carry_down(&mut self, net: &Network<R>, patterns: usize) {
        let Self { forward, delta, .. } = self;
        let (layers, output) = (&net.topology.layers, net.topology.output());
        for layer in (1..output).rev() {
            let (eta, y) = (forward.net.of(layer, patterns), forward.activity.of(layer, patterns));
            let shape = &layers[layer];
            net.backward(layer, delta, patterns);
            let delta = delta.of_mut(layer, patterns);
            shape.activation.scale_by_derivative(shape.units, eta, y, delta);
        }
    }

    /// ∂z_k/∂w of every weight and bias, summed over the patterns of the last batch: the direction for an error of 1 at
    /// output unit k alone.
    #[inline(always)]
    pub(crate) fn output_gradient(
        &mut self,
        net: &Network<R>,
        unit: usize,
        patterns: usize,
        gradient: &mut Parameters<R>,
    ) {
        let output = net.topology.output();
        let shape = &net.topology.layers[output];
        let delta = self.delta.of_mut(output, patterns);
        delta.fill(R::zero());
        for delta in delta.chunks_exact_mut(shape.units) {
            delta[unit] = R::one();
        }
        let eta = self.forward.net.of(output, patterns);
        let y = self.forward.activity.of(output, patterns);
        shape.activation.scale_by_derivative(shape.units, eta, y, delta);
        self.carry_down(net, patterns);
        net.outer_products(&self.delta, &self.forward.activity, gradient, patterns);
    }
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
        let (output, patterns) = (net.topology.output(), batch.patterns);
        let (eta, y) = (forward.net.of(output, patterns), forward.activity.of(output, patterns));
        let delta = delta.of_mut(output, patterns);
        error.delta(&net.topology.layers[output], eta, y, batch.target(), delta);
        self.carry_down(net, patterns);
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

    fn is_gradient(_: &Params, _: &Context<'_>) -> bool {
        true
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Initial, NetworkParams, Topology};
    use crate::random::{Purpose, Streams};

    /// Σ_p Σ_k (t_k − z_k) ∂z_k/∂w is the direction: the rows of the Jacobian, weighed with the errors.
    #[test]
    fn output_gradients_weighed_with_the_errors_are_the_direction() {
        for output in [Activation::Linear, Activation::Logistic, Activation::Softmax] {
            let params = NetworkParams {
                hidden: vec![3, 2],
                activation: Activation::Tanh,
                output_activation: Some(output.clone()),
                shortcuts: true,
                ..NetworkParams::default()
            };
            let topology = Arc::new(Topology::feedforward(&params, 2, 4).expect("it fits"));
            let streams = Streams::new(0, 1);
            let mut net = Network::<f64>::new(topology.clone());
            net.set_lane(0, &Initial::draw(&params, &topology, &streams));
            let error = ErrorFunction::default();
            let context =
                Context { topology: &topology, error: &error, input_names: &[], patterns: 5 };
            let mut learner = Backprop::build::<f64>(&Params {}, &context);
            let mut batch = Batch::zeros(2, 4, 5);
            let mut noise = streams.stream(Purpose::Noise, "test");
            for p in 0..5 {
                let (x, t) = batch.pattern_mut(p);
                x.iter_mut().chain(t).for_each(|number| *number = noise.normal());
            }
            let mut direction = Parameters::zeros(&topology);
            learner.direction(&net, &batch, &mut direction);
            let mut one = Batch::zeros(2, 4, 1);
            let mut row = Parameters::zeros(&topology);
            let mut sum = Parameters::zeros(&topology);
            for p in 0..5 {
                let (x, _) = one.pattern_mut(0);
                x.copy_from_slice(&batch.input()[2 * p..2 * p + 2]);
                learner.respond(&net, &one);
                let z = learner.activity().of(topology.output(), 1).to_vec();
                for k in 0..4 {
                    learner.output_gradient(&net, k, 1, &mut row);
                    row.scale(batch.target()[4 * p + k] - z[k]);
                    sum.add(&row);
                }
            }
            for (sum, c) in sum.slices().flatten().zip(direction.slices().flatten()) {
                // 20 terms of size 1 in another order: rounding.
                assert!((sum - c).abs() < 1e-14, "{output:?}: {sum} for {c}");
            }
        }
    }
}
