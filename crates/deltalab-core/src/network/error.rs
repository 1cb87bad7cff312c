//! Error functions, and the error gradient δ = −∂E/∂η at the output (for SSE, −½ ∂SSE/∂η).
//!
//! | name | E, summed over output units and patterns | δ_k at the output |
//! |---|---|---|
//! | `sse` | Σ_k (t_k − z_k)² | (t_k − z_k) f'(η_k); softmax: z_k [(t_k − z_k) − Σ_l z_l (t_l − z_l)] |
//! | `cross_entropy`, logistic | −Σ_k [t_k ln z_k + (1 − t_k) ln(1 − z_k)] | t_k − z_k |
//! | `cross_entropy`, softmax | −Σ_k t_k ln z_k | t_k − z_k Σ_l t_l |
//!
//! The factor of 2 in the gradient of SSE is left to the learning rate, as everywhere in the field. A term t ln z is 0 where
//! t = 0, and ln is taken of at least the smallest normal number, so that a saturated unit has a large error, not an infinite
//! one. With a `tolerance`, a unit within it of its target counts as right: its term is left out of E, and δ is the gradient
//! of what remains (t − z counts as 0 for that unit; for softmax with cross-entropy its t does, also in Σ_l t_l).

use super::{Activation, Layer};
use crate::params::{Described, Interval, Kind, Must};
use crate::real::{Along, Elem, Kernel, Lanes, Pack, Real, along, math};
use serde::{Deserialize, Serialize};

/// An error function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ErrorFunction {
    /// Σ_k (t_k − z_k)².
    Sse(Tolerance),
    /// −Σ_k t_k ln z_k, and for logistic outputs −Σ_k (1 − t_k) ln(1 − z_k) too.
    CrossEntropy(Tolerance),
}

crate::params! {
    /// What an error function takes.
    pub struct Tolerance {
        /// Distance from its target within which a unit counts as right, in units of activity. Default: none.
        pub tolerance: Option<f64> = None, Must::Number(Interval::NOT_NEGATIVE);
    }
}

/// Every error function, with its documentation.
pub const ERRORS: &[Kind] = &[
    Kind {
        name: "sse",
        doc: "Sum squared error: E = Σ_k (t_k − z_k)², δ_k = (t_k − z_k) f'(η_k); the factor of 2 is left to the learning rate",
        fields: Tolerance::FIELDS,
    },
    Kind {
        name: "cross_entropy",
        doc: "Cross-entropy: E = −Σ_k [t_k ln z_k + (1 − t_k) ln(1 − z_k)] for logistic outputs, −Σ_k t_k ln z_k for softmax; δ_k = t_k − z_k",
        fields: Tolerance::FIELDS,
    },
];

impl Default for ErrorFunction {
    fn default() -> Self {
        Self::Sse(Tolerance::default())
    }
}

impl ErrorFunction {
    /// Name in a spec, and of the metric that it is.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sse(_) => "sse",
            Self::CrossEntropy(_) => "cross_entropy",
        }
    }

    /// Whether units can count as right before they are.
    pub(crate) fn has_tolerance(&self) -> bool {
        let (Self::Sse(t) | Self::CrossEntropy(t)) = self;
        t.tolerance.is_some()
    }

    /// The tolerance, or −1 where there is none: no distance is within it.
    #[inline(always)]
    fn tolerance<R: Real>(&self) -> R {
        let (Self::Sse(t) | Self::CrossEntropy(t)) = self;
        R::of(t.tolerance.unwrap_or(-1.0))
    }

    /// Whether δ at these outputs is known: cross-entropy wants logistic or softmax ones.
    pub fn fits(&self, output: &Activation) -> bool {
        match self {
            Self::Sse(_) => !matches!(output, Activation::Threshold),
            Self::CrossEntropy(_) => matches!(output, Activation::Logistic | Activation::Softmax),
        }
    }

    /// δ ← −∂E/∂η (−½ ∂SSE/∂η) at an output layer of these net inputs, outputs and targets, all `units x patterns`.
    #[inline(always)]
    pub fn delta<R: Real>(
        &self,
        layer: &Layer,
        net: &[R],
        output: &[R],
        target: &[R],
        delta: &mut [R],
    ) {
        R::enter(Delta { error: self, layer, net, response: output, output, target, delta });
    }

    /// The same where the output z has not quite come to rest at f(η): t − z from z, derivatives from η and `response` = f(η).
    #[inline(always)]
    pub fn delta_at<R: Real>(
        &self,
        layer: &Layer,
        (net, response): (&[R], &[R]),
        output: &[R],
        target: &[R],
        delta: &mut [R],
    ) {
        R::enter(Delta { error: self, layer, net, response, output, target, delta });
    }

    /// t − z of every unit and pattern, 0 within the tolerance.
    #[inline(always)]
    pub fn differences<R: Real>(&self, output: &[R], target: &[R], differences: &mut [R]) {
        let tolerance = self.tolerance();
        for ((d, &z), &t) in differences.iter_mut().zip(output).zip(target) {
            *d = difference(tolerance, t, z);
        }
    }

    /// E of some patterns, summed in the order of units, then of patterns.
    #[inline(always)]
    pub fn of<R: Real>(&self, layer: &Layer, output: &[R], target: &[R]) -> R {
        let mut sum = R::zero();
        R::enter(Sum { error: self, layer, output, target, sum: &mut sum });
        sum
    }
}

struct Delta<'a, R> {
    error: &'a ErrorFunction,
    layer: &'a Layer,
    net: &'a [R],
    response: &'a [R],
    output: &'a [R],
    target: &'a [R],
    delta: &'a mut [R],
}

impl<R: Real> Kernel for Delta<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self {
            error,
            layer: Layer { activation, units, .. },
            net,
            response,
            output,
            target,
            delta,
        } = self;
        let units = *units;
        let tolerance = error.tolerance();
        error.differences(output, target, delta);
        match (error, activation) {
            (ErrorFunction::Sse(_), _) => {
                activation.multiply_derivative(units, net, response, delta)
            }
            (ErrorFunction::CrossEntropy(_), Activation::Softmax) => {
                let rows = delta.chunks_exact_mut(units).zip(output.chunks_exact(units));
                for ((d, z), t) in rows.zip(target.chunks_exact(units)) {
                    let mut total = R::zero();
                    for (&t, &z) in t.iter().zip(z) {
                        total += wanted(tolerance, t, z);
                    }
                    for ((d, &z), &t) in d.iter_mut().zip(z).zip(t) {
                        *d = wanted(tolerance, t, z) - z * total;
                    }
                }
            }
            (ErrorFunction::CrossEntropy(_), _) => {}
        }
    }
}

struct Sum<'a, R> {
    error: &'a ErrorFunction,
    layer: &'a Layer,
    output: &'a [R],
    target: &'a [R],
    sum: &'a mut R,
}

impl<R: Real> Kernel for Sum<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { error, layer, output, target, sum } = self;
        let terms = Terms { error, both: layer.activation != Activation::Softmax };
        if !R::IN_ROWS {
            for (&z, &t) in output.iter().zip(target) {
                *sum += terms.of(t, z);
            }
        } else {
            let length = output.len().min(target.len());
            let (output, target) = (R::numbers(output), R::numbers(target));
            let mut total = TotalAlong { terms, output, target, sum: sum.lanes()[0] };
            along::<R::Row>(0, length, &mut total);
            sum.lanes_mut()[0] = total.sum;
        }
    }
}

/// What each output adds to E.
struct Terms<'a> {
    error: &'a ErrorFunction,
    /// Whether an output is a probability of its own, of which 1 − z is the other half.
    both: bool,
}

impl Terms<'_> {
    #[inline(always)]
    fn of<R: Real>(&self, t: R, z: R) -> R {
        let tolerance = self.error.tolerance();
        match self.error {
            ErrorFunction::Sse(_) => {
                let d = difference(tolerance, t, z);
                d * d
            }
            ErrorFunction::CrossEntropy(_) => {
                let mut e = information(t, z);
                if self.both {
                    e += information(R::one() - t, R::one() - z);
                }
                R::select(tolerance.ge((t - z).abs()), R::zero(), e)
            }
        }
    }
}

/// E of a lone run: the terms register by register, their sum one by one.
struct TotalAlong<'a, E> {
    terms: Terms<'a>,
    output: &'a [E],
    target: &'a [E],
    sum: E,
}

impl<E: Elem> Along<E> for TotalAlong<'_, E> {
    #[inline(always)]
    fn register<P: Pack<Elem = E>>(&mut self, at: usize, count: usize) {
        let here = at..at + count;
        let z = Lanes::<P, 1>::from_row(&self.output[here.clone()]);
        let t = Lanes::<P, 1>::from_row(&self.target[here.clone()]);
        for &term in &self.terms.of(t, z).lanes()[..count] {
            self.sum += term;
        }
    }
}

/// t − z, or 0 within the tolerance.
#[inline(always)]
fn difference<R: Real>(tolerance: R, target: R, output: R) -> R {
    let d = target - output;
    R::select(tolerance.ge(d.abs()), R::zero(), d)
}

/// t, or 0 within the tolerance: the targets of the terms that the cross-entropy of softmax has.
#[inline(always)]
fn wanted<R: Real>(tolerance: R, target: R, output: R) -> R {
    R::select(tolerance.ge((target - output).abs()), R::zero(), target)
}

/// −t ln z; 0 where t = 0.
#[inline(always)]
fn information<R: Real>(t: R, z: R) -> R {
    let floor = R::of(<R::Elem as Elem>::TINY);
    let term = -(t * math::ln(z.at_least(floor)));
    let zero = R::zero();
    let absent = zero.ge(t.abs());
    // 0 · z is 0, and NaN where z is NaN: a diverged output is seen even where it does not count.
    R::select(absent, (zero * z).abs(), term)
}
