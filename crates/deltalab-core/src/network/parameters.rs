//! A number for every weight and bias: the weights themselves, a direction, an optimiser's memory.

use super::Topology;
use crate::real::{Elem, Real};
use nalgebra::DMatrix;

/// One matrix per path, receiving x sending, and one list of biases per layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters<R> {
    /// By path; 0 x 0 for a path that shares another's weights.
    pub weights: Vec<DMatrix<R>>,
    /// By layer; empty where it learns none.
    pub biases: Vec<Vec<R>>,
}

impl<R: Real> Parameters<R> {
    /// All zero.
    pub fn zeros(topology: &Topology) -> Self {
        let units = |layer: usize| topology.layers[layer].units;
        let weights = topology.paths.iter().map(|path| match path.shared {
            true => DMatrix::from_element(0, 0, R::zero()),
            false => DMatrix::from_element(units(path.to), units(path.from), R::zero()),
        });
        let biases = topology
            .layers
            .iter()
            .map(|layer| vec![R::zero(); if layer.bias { layer.units } else { 0 }]);
        Self { weights: weights.collect(), biases: biases.collect() }
    }

    /// Every weight matrix, then every list of biases, as slices.
    #[inline(always)]
    pub fn slices_mut(&mut self) -> impl Iterator<Item = &mut [R]> {
        let weights = self.weights.iter_mut().map(|w| w.as_mut_slice());
        weights.chain(self.biases.iter_mut().map(Vec::as_mut_slice))
    }

    /// Every weight matrix, then every list of biases, as slices.
    #[inline(always)]
    pub fn slices(&self) -> impl Iterator<Item = &[R]> {
        self.weights.iter().map(|w| w.as_slice()).chain(self.biases.iter().map(Vec::as_slice))
    }

    /// self + other, entry by entry.
    #[inline(always)]
    pub fn add(&mut self, other: &Self) {
        for (a, b) in self.slices_mut().zip(other.slices()) {
            for (a, &b) in a.iter_mut().zip(b) {
                *a += b;
            }
        }
    }

    /// self − other, entry by entry.
    #[inline(always)]
    pub fn subtract(&mut self, other: &Self) {
        for (a, b) in self.slices_mut().zip(other.slices()) {
            for (a, &b) in a.iter_mut().zip(b) {
                *a -= b;
            }
        }
    }

    /// self · factor, entry by entry.
    #[inline(always)]
    pub fn scale(&mut self, factor: R) {
        for a in self.slices_mut() {
            for a in a {
                *a *= factor;
            }
        }
    }

    /// Every bias 0.
    #[inline(always)]
    pub fn clear_biases(&mut self) {
        for b in &mut self.biases {
            b.fill(R::zero());
        }
    }

    /// One lane, widened to f64.
    pub fn lane(&self, lane: usize) -> Parameters<f64> {
        let widen = |x: &R| x.lanes()[lane].to_f64();
        Parameters {
            weights: self.weights.iter().map(|w| w.map(|x| widen(&x))).collect(),
            biases: self.biases.iter().map(|b| b.iter().map(widen).collect()).collect(),
        }
    }

    /// Sets one lane to `value` everywhere.
    pub fn fill_lane(&mut self, lane: usize, value: R::Elem) {
        for x in self.slices_mut().flatten() {
            x.lanes_mut()[lane] = value;
        }
    }
}
