//! How a rule's direction lies to the exact gradient of the same net, update by update.
//!
//! The exact gradient is backprop's where activity flows up only, and Almeida–Pineda's at the fixed point (settled to a much
//! smaller tolerance than usual) where it does not. For a layer, the direction is that of all weights and biases into it.
//!
//! * angle: that whose cosine is the mean over the updates of an epoch of a·b / (|a| |b|), in degrees; updates where either
//!   is 0 do not count. Rounding hides angles below about 10⁻⁶ degrees (f64).
//! * ratio: √(Σ |a|² / Σ |b|²) over the updates of an epoch, a the rule's direction, b the gradient's.

use super::setup::{Over, Precision, Setup};
use crate::learner::{AlmeidaPineda, Backprop, Batch, Learner, Rule, learner};
use crate::metric::Metric;
use crate::network::{Backward, Network, Parameters, Settling};
use crate::real::{Elem, Mask, Real};

/// Sums over the updates of an epoch, for the whole net and for each layer.
pub(super) struct Alignment<R: Real> {
    gradient: Box<dyn Learner<R>>,
    exact: Parameters<R>,
    /// First the whole net, then the layers above the input.
    sums: Vec<Sums<R>>,
}

/// Sums for one part of the net.
#[derive(Clone, Copy, Debug)]
struct Sums<R> {
    /// Of cosines, and how many there were.
    cosines: R,
    counted: R,
    /// Of squared lengths: the rule's and the gradient's.
    squares: [R; 2],
    /// a·b, |a|² and |b|² of this update.
    now: [R; 3],
}

impl<R: Real> Alignment<R> {
    /// Scratch for the gradient, allocated here, once.
    pub fn new(setup: &Setup) -> Self {
        let context = setup.context();
        let gradient = match setup.topology.is_feedforward() {
            true => learner::<R, Backprop>(&Default::default(), &context),
            false => {
                let tolerance = match setup.precision {
                    Precision::F64 => 1e-10,
                    Precision::F32 => 1e-5,
                };
                type Params = <AlmeidaPineda as Rule>::Params;
                let params = Params {
                    settling: Settling { max_steps: 2000, tolerance, ..Settling::default() },
                    backward: Backward { max_steps: 2000, tolerance, ..Backward::default() },
                };
                learner::<R, AlmeidaPineda>(&params, &context)
            }
        };
        let zero = R::zero();
        let empty = Sums { cosines: zero, counted: zero, squares: [zero; 2], now: [zero; 3] };
        let exact = Parameters::zeros(&setup.topology);
        Self { gradient, exact, sums: vec![empty; setup.topology.layers.len()] }
    }

    /// Starts an epoch.
    #[inline(always)]
    pub fn clear(&mut self) {
        for sums in &mut self.sums {
            [sums.cosines, sums.counted] = [R::zero(); 2];
            sums.squares = [R::zero(); 2];
        }
    }

    /// Adds the update of a batch, before it is made.
    #[inline(always)]
    pub fn add(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &Parameters<R>) {
        self.gradient.direction(net, batch, &mut self.exact);
        for sums in &mut self.sums {
            sums.now = [R::zero(); 3];
        }
        for (n, path) in net.topology.paths.iter().enumerate() {
            let (a, b) = (direction.weights[n].as_slice(), self.exact.weights[n].as_slice());
            self.sums[path.to].take(a, b);
        }
        for layer in 1..self.sums.len() {
            self.sums[layer].take(&direction.biases[layer], &self.exact.biases[layer]);
            let now = self.sums[layer].now;
            for k in 0..3 {
                self.sums[0].now[k] += now[k];
            }
        }
        for sums in &mut self.sums {
            sums.close();
        }
    }

    /// A metric of one lane.
    pub fn value(&self, metric: Metric, over: Over, lane: usize) -> f64 {
        let sums = match over {
            Over::Layer(layer) => &self.sums[layer],
            _ => &self.sums[0],
        };
        let at = |x: R| x.lanes()[lane].to_f64();
        match metric {
            Metric::GradientAngle => degrees(at(sums.cosines) / at(sums.counted)),
            _ => (at(sums.squares[0]) / at(sums.squares[1])).sqrt(),
        }
    }
}

impl<R: Real> Sums<R> {
    #[inline(always)]
    fn take(&mut self, a: &[R], b: &[R]) {
        let [mut dot, mut aa, mut bb] = self.now;
        for (&a, &b) in a.iter().zip(b) {
            dot += a * b;
            aa += a * a;
            bb += b * b;
        }
        self.now = [dot, aa, bb];
    }

    #[inline(always)]
    fn close(&mut self) {
        let [dot, aa, bb] = self.now;
        let counts = aa.gt(R::zero()).and(bb.gt(R::zero()));
        let cosine = dot / (aa.sqrt() * bb.sqrt());
        self.cosines += R::select(counts, cosine, R::zero());
        self.counted += R::select(counts, R::one(), R::zero());
        self.squares[0] += aa;
        self.squares[1] += bb;
    }
}

/// The angle of a cosine, from 0 to 180 degrees: 2 atan √((1 − c)/(1 + c)). Rounding may leave c a little outside ±1.
fn degrees(cosine: f64) -> f64 {
    let c = cosine.clamp(-1.0, 1.0);
    let half = if c > 0.0 {
        arctangent(((1.0 - c) / (1.0 + c)).sqrt())
    } else {
        core::f64::consts::FRAC_PI_2 - arctangent(((1.0 + c) / (1.0 - c)).sqrt())
    };
    2.0 * half * (180.0 / core::f64::consts::PI)
}

/// atan x for 0 ≤ x ≤ 1: the angle is halved four times, tan(θ/2) = tan θ / (1 + √(1 + tan² θ)), then Gregory's series.
fn arctangent(mut x: f64) -> f64 {
    for _ in 0..4 {
        x /= 1.0 + (1.0 + x * x).sqrt();
    }
    let z = x * x; // at most 0.0025
    let mut sum = 0.0;
    for n in (0..7).rev() {
        sum = 1.0 / f64::from(2 * n + 1) - z * sum;
    }
    16.0 * x * sum
}

#[cfg(test)]
mod tests {
    use super::degrees;

    #[test]
    fn degrees_are_those_of_the_arc_cosine() {
        for step in 0..=2000 {
            let c = f64::from(step) / 1000.0 - 1.0;
            // acos is steep at ±1: rounding of c counts there by 1/√(1 − c²).
            let tolerance = 1e-13 / (1.0 - c * c).max(1e-3).sqrt();
            assert!((degrees(c) - c.acos().to_degrees()).abs() < tolerance.max(5e-14), "at {c}");
        }
        assert_eq!([1.0, -1.0, 1.0 + 1e-15].map(degrees), [0.0, 180.0, 0.0]);
        assert!(degrees(f64::NAN).is_nan());
    }
}
