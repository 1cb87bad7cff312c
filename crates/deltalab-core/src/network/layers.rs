//! A quantity of every unit, layer by layer: activities, net inputs, deltas.

use super::Topology;
use crate::real::Real;
use nalgebra::DMatrix;

/// One matrix per layer, `units x patterns`. Room for the largest batch; smaller ones use the first columns.
#[derive(Clone, Debug)]
pub struct Layers<R> {
    matrices: Vec<DMatrix<R>>,
}

impl<R: Real> Layers<R> {
    /// All zero, with room for `patterns` patterns.
    pub fn zeros(topology: &Topology, patterns: usize) -> Self {
        let zeros = |units| DMatrix::from_element(units, patterns, R::zero());
        Self { matrices: topology.layers.iter().map(|layer| zeros(layer.units)).collect() }
    }

    /// The first `patterns` patterns of a layer, column by column.
    #[inline(always)]
    pub fn of(&self, layer: usize, patterns: usize) -> &[R] {
        let matrix = &self.matrices[layer];
        &matrix.as_slice()[..matrix.nrows() * patterns]
    }

    /// The first `patterns` patterns of a layer, to be written.
    #[inline(always)]
    pub fn of_mut(&mut self, layer: usize, patterns: usize) -> &mut [R] {
        let matrix = &mut self.matrices[layer];
        let units = matrix.nrows();
        &mut matrix.as_mut_slice()[..units * patterns]
    }

    /// self ← (high − low) · factor in every layer, input included.
    #[inline(always)]
    pub fn set_difference(&mut self, high: &Self, low: &Self, factor: R, patterns: usize) {
        for layer in 0..self.matrices.len() {
            let (high, low) = (high.of(layer, patterns), low.of(layer, patterns));
            for ((d, &h), &l) in self.of_mut(layer, patterns).iter_mut().zip(high).zip(low) {
                *d = (h - l) * factor;
            }
        }
    }

    /// self ← ½ (a + b) in every layer, input included.
    #[inline(always)]
    pub fn set_midpoint(&mut self, a: &Self, b: &Self, patterns: usize) {
        for layer in 0..self.matrices.len() {
            let (a, b) = (a.of(layer, patterns), b.of(layer, patterns));
            for ((m, &a), &b) in self.of_mut(layer, patterns).iter_mut().zip(a).zip(b) {
                *m = R::of(0.5) * (a + b);
            }
        }
    }

    /// A layer to be written, and the layers above it to be read.
    #[inline(always)]
    pub fn split(&mut self, layer: usize, patterns: usize) -> (&mut [R], Above<'_, R>) {
        let (low, high) = self.matrices.split_at_mut(layer + 1);
        let matrix = &mut low[layer];
        let units = matrix.nrows();
        (&mut matrix.as_mut_slice()[..units * patterns], Above { matrices: high, first: layer + 1 })
    }
}

/// The layers above one, to be read.
#[derive(Debug)]
pub struct Above<'a, R> {
    matrices: &'a [DMatrix<R>],
    first: usize,
}

impl<R: Real> Above<'_, R> {
    /// The first `patterns` patterns of a layer, counted as in the network.
    #[inline(always)]
    pub fn of(&self, layer: usize, patterns: usize) -> &[R] {
        let matrix = &self.matrices[layer - self.first];
        &matrix.as_slice()[..matrix.nrows() * patterns]
    }
}
