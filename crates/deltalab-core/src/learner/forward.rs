//! The forward pass that every feedforward rule starts from.

use super::{Batch, Context};
use crate::network::{Layers, Network};
use crate::real::Real;

/// Net inputs η and activities y of every layer.
#[derive(Clone, Debug)]
pub struct Forward<R> {
    /// η, `units x patterns`; the input layer's is not used.
    pub net: Layers<R>,
    /// y, `units x patterns`; the input layer's is the clamped input x.
    pub activity: Layers<R>,
}

impl<R: Real> Forward<R> {
    /// Room for the largest batch.
    pub fn new(context: &Context<'_>) -> Self {
        let zeros = || Layers::zeros(context.topology, context.patterns);
        Self { net: zeros(), activity: zeros() }
    }

    /// Clamps the input and lets activity flow up: η_j = Σ_i x_i w_ij + b_j, y_j = f(η_j).
    #[inline(always)]
    pub fn run(&mut self, net: &Network<R>, batch: &Batch<R>) {
        self.activity.of_mut(0, batch.patterns).copy_from_slice(batch.input());
        net.forward(&mut self.net, &mut self.activity, batch.patterns);
    }
}
