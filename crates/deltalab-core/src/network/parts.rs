//! Which paths each sum of the substrate runs over: found once per network, so that no pass has to search.

use super::Topology;
use super::product::View;
use crate::real::Real;
use nalgebra::DMatrix;

/// One path's part in the sums of a layer: Σ_k w_jk q_k, over the units k of the layer at its other end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Units of this layer: the sums.
    units: usize,
    /// The layer at the other end, whose quantities q are summed.
    pub layer: usize,
    /// How many units that layer has: the terms of a sum.
    pub terms: usize,
    /// The path whose weights these are: this one, or the one that it answers.
    weights: usize,
    /// Whether its matrix is terms x units.
    turned: bool,
}

impl Part {
    /// Its weights, units x terms.
    #[inline(always)]
    pub fn view<'a, R: Real>(&self, weights: &'a [DMatrix<R>]) -> View<'a, R> {
        let weights = weights[self.weights].as_slice();
        match self.turned {
            false => View::new(weights, (self.units, self.terms)),
            true => View::new(weights, (self.terms, self.units)).transpose(),
        }
    }
}

/// The sums of every layer.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    /// By receiving layer, the paths that lead there: what net inputs are summed over, in this order.
    pub arriving: Vec<Vec<Part>>,
    /// By sending layer, the paths that leave it, turned round: what errors are summed over on their way back.
    pub leaving: Vec<Vec<Part>>,
}

impl Parts {
    /// The parts of a network of this shape.
    pub fn new(topology: &Topology) -> Self {
        let units = |layer: usize| topology.layers[layer].units;
        // A path's matrix is receiving x sending; the one that answers another shares its matrix, turned round.
        let part = |here: usize, there: usize, n: usize, back: bool| {
            let path = &topology.paths[n];
            let (weights, turned) = match (path.shared, path.reciprocal_of) {
                (true, Some(owner)) => (owner, !back),
                _ => (n, back),
            };
            Part { units: units(here), layer: there, terms: units(there), weights, turned }
        };
        let all = || topology.paths.iter().enumerate();
        let layers = || 0..topology.layers.len();
        let arriving = layers().map(|layer| {
            let paths = all().filter(|(_, path)| path.to == layer);
            paths.map(|(n, path)| part(layer, path.from, n, false)).collect()
        });
        let leaving = layers().map(|layer| {
            let paths = all().filter(|(_, path)| path.from == layer);
            paths.map(|(n, path)| part(layer, path.to, n, true)).collect()
        });
        Self { arriving: arriving.collect(), leaving: leaving.collect() }
    }
}
