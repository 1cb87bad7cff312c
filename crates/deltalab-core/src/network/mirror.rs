//! What detecting mirror symmetry makes of the weights from the inputs into the first hidden layer: three numbers.
//!
//! Inputs i and i' = N + 1 − i mirror each other; w_ji is the weight into hidden unit j. The middle input of an odd row has no
//! other and is left out.
//!
//! * Antisymmetry: −2 Σ w_ji w_ji' / Σ (w_ji² + w_ji'²), over units and pairs. 1: w_ji = −w_ji' throughout, so that a
//!   symmetric row cancels; 0: unrelated; −1: w_ji = w_ji'. Where all weights are 0: 1.
//! * Twins: the least cosine of the weights of any two units. −1: one is the other with all signs turned. A unit whose
//!   weights are all 0 has cosine 0 with every other.
//! * Ratio: a_jp = |w_ji − w_ji'| / 2 for the p-th pair, in ascending order; a_jk / a_j1, mean over units. With 1 : 2 : 4, or
//!   2 : 3 : 4, no row that is not symmetric cancels: no sum of ± some of these is 0.
//! * Source: the three properties are those that Rumelhart, Hinton & Williams 1986, Nature 323, 533–536, fig. 1, describe; the
//!   numbers for them are ours.

use super::{Network, Topology};
use crate::real::{Elem, Real};

impl Topology {
    /// Pairs of inputs that mirror each other; 0 where no hidden layer of two units or more receives two inputs or more.
    pub fn mirrored_pairs(&self) -> usize {
        let (inputs, hidden) = (self.layers[0].units, self.layers[1].units);
        if self.output() == 1 || hidden < 2 { 0 } else { inputs / 2 }
    }
}

impl<R: Real> Network<R> {
    /// The weights into unit j of the first hidden layer, in one lane.
    fn hidden_weights(&self, lane: usize) -> Vec<Vec<f64>> {
        let path = self.topology.paths.iter().position(|path| (path.to, path.from) == (1, 0));
        let Some(w) = path.map(|path| &self.values.weights[path]) else { return Vec::new() };
        let unit = |j| (0..w.ncols()).map(|i| w[(j, i)].lanes()[lane].to_f64()).collect();
        (0..w.nrows()).map(unit).collect()
    }

    /// Antisymmetry of one lane, in f64. Sums run over units, then pairs from the outside in.
    pub fn mirror_antisymmetry(&self, lane: usize) -> f64 {
        let [mut products, mut squares] = [0.0; 2];
        for unit in self.hidden_weights(lane) {
            for (a, b) in pairs(&unit) {
                products += 2.0 * (a * b);
                squares += a * a + b * b;
            }
        }
        if squares == 0.0 { 1.0 } else { -products / squares }
    }

    /// The least cosine of two units of one lane, in f64. Sums run over inputs, ascending.
    pub fn twin_cosine(&self, lane: usize) -> f64 {
        let units = self.hidden_weights(lane);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b);
        let mut least = 1.0_f64;
        for (j, a) in units.iter().enumerate() {
            for b in &units[..j] {
                let lengths = dot(a, a).sqrt() * dot(b, b).sqrt();
                let cosine = if lengths == 0.0 { 0.0 } else { dot(a, b) / lengths };
                least = if cosine < least || cosine.is_nan() { cosine } else { least };
            }
        }
        least
    }

    /// The ratio a_k / a_1 of one lane, in f64, for k from 1: mean over units in their order. Infinite where a pair cancels.
    pub fn mirror_ratio(&self, k: usize, lane: usize) -> f64 {
        let units = self.hidden_weights(lane);
        let count = units.len() as f64;
        let sum = units.into_iter().fold(0.0, |sum, unit| {
            let mut halves: Vec<f64> = pairs(&unit).map(|(a, b)| ((a - b) / 2.0).abs()).collect();
            halves.sort_by(f64::total_cmp);
            sum + halves[k - 1] / halves[0]
        });
        sum / count
    }
}

/// The weights from inputs that mirror each other, from the outside in.
fn pairs(unit: &[f64]) -> impl Iterator<Item = (f64, f64)> + '_ {
    let half = unit.len() / 2;
    unit[..half].iter().copied().zip(unit.iter().rev().copied())
}
