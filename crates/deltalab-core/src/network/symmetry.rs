//! How symmetric a network's weights are: s = 2 Σ w_ij w_ji / Σ (w_ij² + w_ji²), over pairs of units that can send to each
//! other.
//!
//! * 1: w_ij = w_ji throughout; 0: one direction says nothing of the other; −1: w_ij = −w_ji throughout. With S and A the
//!   symmetric and the antisymmetric part of the weights, s = (|S|² − |A|²) / (|S|² + |A|²).
//! * Why not the cosine c of W and Vᵀ: it is 1 also where they differ in length. s = c · 2 |W| |V| / (|W|² + |V|²).
//! * Pairs: a path and the one that answers it, or a lateral path and itself. A path from the input has no answer and does
//!   not count.
//! * A weight that is masked is 0, and its partner still counts. Where all weights of a pair are 0, s = 1: they are the same.
//! * Weights that serve both directions are exactly symmetric: s = 1.

use super::{Network, Topology};
use crate::real::{Elem, Real};

impl Topology {
    /// The paths that stand for a reciprocal pair, in order: the upward one of each pair, and every lateral one.
    pub fn reciprocal(&self) -> impl Iterator<Item = usize> {
        let upward = |&path: &usize| self.paths[path].from <= self.paths[path].to;
        (0..self.paths.len()).filter(upward).filter(|&path| self.answer(path).is_some())
    }

    /// The path in the other direction: itself for a lateral one.
    fn answer(&self, path: usize) -> Option<usize> {
        let (to, from) = (self.paths[path].to, self.paths[path].from);
        self.paths.iter().position(|other| (other.to, other.from) == (from, to))
    }
}

impl<R: Real> Network<R> {
    /// s of one lane, in f64: of the pair that a path stands for ([`Topology::reciprocal`]), or of all pairs.
    ///
    /// Sums run over paths, then sending units, then receiving units, each ascending.
    pub fn symmetry(&self, path: Option<usize>, lane: usize) -> f64 {
        let [mut products, mut squares] = [0.0; 2];
        for up in self.topology.reciprocal().filter(|&up| path.is_none_or(|path| path == up)) {
            let down = self.topology.answer(up).unwrap_or(up);
            let w = &self.values.weights[up];
            let v = if self.topology.paths[down].shared {
                None
            } else {
                Some(&self.values.weights[down])
            };
            for i in 0..w.ncols() {
                // Within a layer, each pair of units once.
                for j in if up == down { i + 1 } else { 0 }..w.nrows() {
                    let at = |x: R| x.lanes()[lane].to_f64();
                    let a = at(w[(j, i)]);
                    let b = v.map_or(a, |v| at(v[(i, j)]));
                    products += 2.0 * (a * b);
                    squares += a * a + b * b;
                }
            }
        }
        if squares == 0.0 { 1.0 } else { products / squares }
    }
}
