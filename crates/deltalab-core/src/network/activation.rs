//! Activation functions y = f(η) and their derivatives.
//!
//! | name | f(η) | f'(η), from η and y = f(η) |
//! |---|---|---|
//! | `linear` | η | 1 |
//! | `logistic` | 1 / (1 + e^−η) | y (1 − y) |
//! | `tanh` | tanh η | 1 − y² |
//! | `relu` | max(0, η) | 1 where η > 0, else 0 |
//! | `leaky_relu` | η where η > 0, else slope · η | 1 where η > 0, else slope |
//! | `softplus` | ln(1 + e^η) | 1 / (1 + e^−η) |
//! | `gelu` | ½ η (1 + tanh u), u = √(2/π) (η + 0.044715 η³) | ½ (1 + tanh u) + ½ η (1 − tanh² u) √(2/π) (1 + 3 · 0.044715 η²) |
//! | `threshold` | 1 where η > 0, else 0 | none: refused where a derivative is needed |
//! | `softmax` | e^η_k / Σ_l e^η_l over the layer | the Jacobian z_k (1[k = l] − z_l); output layer only |
//!
//! Sources: softplus Dugas et al. 2001; ReLU Nair & Hinton 2010; leaky ReLU Maas et al. 2013; GELU Hendrycks & Gimpel
//! 2016 (their tanh form); f'(0) of ReLU is 0, of leaky ReLU `slope`.

use crate::params::{Described, Interval, Kind, Must};
use crate::real::{Along, Elem, Kernel, Lanes, Pack, Real, along, math};
use serde::{Deserialize, Serialize};

/// An activation function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Activation {
    /// η.
    Linear,
    /// 1 / (1 + e^−η).
    Logistic,
    /// tanh η.
    Tanh,
    /// max(0, η).
    Relu,
    /// η where positive, else slope · η.
    LeakyRelu(LeakyRelu),
    /// ln(1 + e^η).
    Softplus,
    /// ½ η (1 + tanh(√(2/π) (η + 0.044715 η³))).
    Gelu,
    /// 1 where η > 0, else 0.
    Threshold,
    /// e^η over its sum in the layer.
    Softmax,
}

crate::params! {
    /// What `leaky_relu` takes.
    pub struct LeakyRelu {
        /// Slope for net inputs below 0. A pure number.
        pub slope: f64 = 0.01, Must::Number(Interval::FINITE);
    }
}

/// Every activation function, with its documentation.
pub const ACTIVATIONS: &[Kind] = &[
    Kind { name: "linear", doc: "Linear: f(η) = η", fields: &[] },
    Kind {
        name: "logistic",
        doc: "Logistic: f(η) = 1 / (1 + e^−η), f' = y (1 − y), range 0 to 1",
        fields: &[],
    },
    Kind {
        name: "tanh",
        doc: "Hyperbolic tangent: f(η) = tanh η, f' = 1 − y², range −1 to 1",
        fields: &[],
    },
    Kind {
        name: "relu",
        doc: "Rectified linear: f(η) = max(0, η); f'(0) is 0 (Nair & Hinton 2010)",
        fields: &[],
    },
    Kind {
        name: "leaky_relu",
        doc: "Leaky rectified linear: f(η) = η where η > 0, else slope · η (Maas et al. 2013)",
        fields: LeakyRelu::FIELDS,
    },
    Kind {
        name: "softplus",
        doc: "Softplus: f(η) = ln(1 + e^η), f' = logistic (Dugas et al. 2001)",
        fields: &[],
    },
    Kind {
        name: "gelu",
        doc: "Gaussian error linear unit, tanh form: f(η) = ½ η (1 + tanh(√(2/π) (η + 0.044715 η³))) (Hendrycks & Gimpel 2016)",
        fields: &[],
    },
    Kind {
        name: "threshold",
        doc: "Threshold: f(η) = 1 where η > 0, else 0; it has no derivative, so only rules that need none can use it",
        fields: &[],
    },
    Kind {
        name: "softmax",
        doc: "Softmax: f(η)_k = e^η_k / Σ_l e^η_l over the layer; output layer only",
        fields: &[],
    },
];

/// An activation function of single units. Methods rather than closures, which would not be inlined into the lanes' code.
trait Curve: Copy {
    /// f(η).
    fn value<R: Real>(self, eta: R) -> R;
    /// f'(η), with y = f(η) at hand.
    fn derivative<R: Real>(self, eta: R, y: R) -> R;
}

#[derive(Clone, Copy)]
struct Logistic;
impl Curve for Logistic {
    #[inline(always)]
    fn value<R: Real>(self, eta: R) -> R {
        math::logistic(eta)
    }
    #[inline(always)]
    fn derivative<R: Real>(self, _: R, y: R) -> R {
        y * (R::one() - y)
    }
}

#[derive(Clone, Copy)]
struct Tanh;
impl Curve for Tanh {
    #[inline(always)]
    fn value<R: Real>(self, eta: R) -> R {
        math::tanh(eta)
    }
    #[inline(always)]
    fn derivative<R: Real>(self, _: R, y: R) -> R {
        R::one() - y * y
    }
}

#[derive(Clone, Copy)]
struct Relu;
impl Curve for Relu {
    #[inline(always)]
    fn value<R: Real>(self, eta: R) -> R {
        R::select(R::zero().gt(eta), R::zero(), eta)
    }
    #[inline(always)]
    fn derivative<R: Real>(self, eta: R, _: R) -> R {
        R::select(eta.gt(R::zero()), R::one(), R::zero())
    }
}

impl Curve for &LeakyRelu {
    #[inline(always)]
    fn value<R: Real>(self, eta: R) -> R {
        R::select(eta.gt(R::zero()), eta, R::of(self.slope) * eta)
    }
    #[inline(always)]
    fn derivative<R: Real>(self, eta: R, _: R) -> R {
        R::select(eta.gt(R::zero()), R::one(), R::of(self.slope))
    }
}

#[derive(Clone, Copy)]
struct Softplus;
impl Curve for Softplus {
    #[inline(always)]
    fn value<R: Real>(self, eta: R) -> R {
        math::softplus(eta)
    }
    #[inline(always)]
    fn derivative<R: Real>(self, eta: R, _: R) -> R {
        math::logistic(eta)
    }
}

#[derive(Clone, Copy)]
struct Gelu;
impl Gelu {
    /// √(2/π).
    const SCALE: f64 = 0.797_884_560_802_865_4;
    const CUBIC: f64 = 0.044_715;

    #[inline(always)]
    fn tanh<R: Real>(eta: R) -> R {
        math::tanh(R::of(Self::SCALE) * (eta + R::of(Self::CUBIC) * (eta * eta * eta)))
    }
}
impl Curve for Gelu {
    #[inline(always)]
    fn value<R: Real>(self, eta: R) -> R {
        R::of(0.5) * eta * (R::one() + Self::tanh(eta))
    }
    #[inline(always)]
    fn derivative<R: Real>(self, eta: R, _: R) -> R {
        let (half, one, t) = (R::of(0.5), R::one(), Self::tanh(eta));
        let du = R::of(Self::SCALE) * (one + R::of(3.0 * Self::CUBIC) * (eta * eta));
        half * (one + t) + half * eta * (one - t * t) * du
    }
}

#[derive(Clone, Copy)]
struct Threshold;
impl Curve for Threshold {
    /// NaN stays NaN, so that a diverged net is seen.
    #[inline(always)]
    fn value<R: Real>(self, eta: R) -> R {
        let zero = R::zero();
        R::select(eta.gt(zero), R::one(), R::select(zero.ge(eta), zero, eta))
    }
    /// It has none: 1 leaves δ as it is.
    #[inline(always)]
    fn derivative<R: Real>(self, _: R, _: R) -> R {
        R::one()
    }
}

/// y ← f(η), element by element; the units of a lone run go through its registers.
#[inline(always)]
fn map<R: Real>(curve: impl Curve, net: &[R], activity: &mut [R]) {
    if !R::IN_ROWS {
        for (y, &eta) in activity.iter_mut().zip(net) {
            *y = curve.value(eta);
        }
        return;
    }
    let length = net.len().min(activity.len());
    let mut work = Map { curve, net: R::numbers(net), activity: R::numbers_mut(activity) };
    along::<R::Row>(0, length, &mut work);
}

/// δ ← δ · f'(η), element by element.
#[inline(always)]
fn scale<R: Real>(curve: impl Curve, net: &[R], activity: &[R], delta: &mut [R]) {
    if !R::IN_ROWS {
        for ((d, &eta), &y) in delta.iter_mut().zip(net).zip(activity) {
            *d *= curve.derivative(eta, y);
        }
        return;
    }
    let length = net.len().min(activity.len()).min(delta.len());
    let (net, activity) = (R::numbers(net), R::numbers(activity));
    along::<R::Row>(0, length, &mut Scale { curve, net, activity, delta: R::numbers_mut(delta) });
}

/// [`map`] of one register.
struct Map<'a, C, E> {
    curve: C,
    net: &'a [E],
    activity: &'a mut [E],
}

impl<C: Curve, E: Elem> Along<E> for Map<'_, C, E> {
    #[inline(always)]
    fn register<P: Pack<Elem = E>>(&mut self, at: usize, count: usize) {
        let here = at..at + count;
        let eta = Lanes::<P, 1>::from_row(&self.net[here.clone()]);
        self.curve.value(eta).to_row(&mut self.activity[here]);
    }
}

/// [`scale`] of one register.
struct Scale<'a, C, E> {
    curve: C,
    net: &'a [E],
    activity: &'a [E],
    delta: &'a mut [E],
}

impl<C: Curve, E: Elem> Along<E> for Scale<'_, C, E> {
    #[inline(always)]
    fn register<P: Pack<Elem = E>>(&mut self, at: usize, count: usize) {
        let here = at..at + count;
        let eta = Lanes::<P, 1>::from_row(&self.net[here.clone()]);
        let y = Lanes::<P, 1>::from_row(&self.activity[here.clone()]);
        let delta = Lanes::<P, 1>::from_row(&self.delta[here.clone()]);
        (delta * self.curve.derivative(eta, y)).to_row(&mut self.delta[here]);
    }
}

impl Activation {
    /// Name in a spec.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Logistic => "logistic",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::LeakyRelu(_) => "leaky_relu",
            Self::Softplus => "softplus",
            Self::Gelu => "gelu",
            Self::Threshold => "threshold",
            Self::Softmax => "softmax",
        }
    }

    /// Whether each unit has a derivative of its own (not so for threshold and softmax).
    pub fn is_differentiable(&self) -> bool {
        !matches!(self, Self::Threshold | Self::Softmax)
    }

    /// y ← f(η) for a layer of `units`, patterns side by side (`units x patterns`, column by column).
    /// Compiled once for all passes.
    #[inline(always)]
    pub(super) fn apply<R: Real>(&self, units: usize, net: &[R], activity: &mut [R]) {
        R::enter(Respond { activation: self, units, net, activity });
    }

    #[inline(always)]
    fn respond<R: Real>(&self, units: usize, net: &[R], activity: &mut [R]) {
        match self {
            Self::Linear => activity.copy_from_slice(net),
            Self::Logistic => map(Logistic, net, activity),
            Self::Tanh => map(Tanh, net, activity),
            Self::Relu => map(Relu, net, activity),
            Self::LeakyRelu(leaky) => map(leaky, net, activity),
            Self::Softplus => map(Softplus, net, activity),
            Self::Gelu => map(Gelu, net, activity),
            Self::Threshold => map(Threshold, net, activity),
            Self::Softmax => {
                for (eta, y) in net.chunks_exact(units).zip(activity.chunks_exact_mut(units)) {
                    softmax(eta, y);
                }
            }
        }
    }

    /// δ ← δ · f'(η), with y = f(η) at hand, for a layer of `units`; for softmax δ_k ← z_k (δ_k − Σ_l z_l δ_l), its Jacobian.
    /// Threshold leaves δ as it is: it has no derivative.
    #[inline(always)]
    pub fn scale_by_derivative<R: Real>(
        &self,
        units: usize,
        net: &[R],
        activity: &[R],
        delta: &mut [R],
    ) {
        R::enter(ScaleByDerivative { activation: self, units, net, activity, delta });
    }

    /// [`scale_by_derivative`](Self::scale_by_derivative), inside a kernel.
    #[inline(always)]
    pub(super) fn multiply_derivative<R: Real>(
        &self,
        units: usize,
        net: &[R],
        activity: &[R],
        delta: &mut [R],
    ) {
        match self {
            Self::Linear | Self::Threshold => {}
            Self::Logistic => scale(Logistic, net, activity, delta),
            Self::Tanh => scale(Tanh, net, activity, delta),
            Self::Relu => scale(Relu, net, activity, delta),
            Self::LeakyRelu(leaky) => scale(leaky, net, activity, delta),
            Self::Softplus => scale(Softplus, net, activity, delta),
            Self::Gelu => scale(Gelu, net, activity, delta),
            Self::Softmax => {
                for (d, z) in delta.chunks_exact_mut(units).zip(activity.chunks_exact(units)) {
                    let mut along = R::zero(); // Σ_l z_l δ_l
                    for (&d, &z) in d.iter().zip(z) {
                        along += z * d;
                    }
                    for (d, &z) in d.iter_mut().zip(z) {
                        *d = z * (*d - along);
                    }
                }
            }
        }
    }
}

struct Respond<'a, R> {
    activation: &'a Activation,
    units: usize,
    net: &'a [R],
    activity: &'a mut [R],
}

impl<R: Real> Kernel for Respond<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        self.activation.respond(self.units, self.net, self.activity);
    }
}

struct ScaleByDerivative<'a, R> {
    activation: &'a Activation,
    units: usize,
    net: &'a [R],
    activity: &'a [R],
    delta: &'a mut [R],
}

impl<R: Real> Kernel for ScaleByDerivative<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        self.activation.multiply_derivative(self.units, self.net, self.activity, self.delta);
    }
}

/// e^(η − max) of one register.
struct Exponentials<'a, E> {
    net: &'a [E],
    largest: E,
    activity: &'a mut [E],
}

impl<E: Elem> Along<E> for Exponentials<'_, E> {
    #[inline(always)]
    fn register<P: Pack<Elem = E>>(&mut self, at: usize, count: usize) {
        let here = at..at + count;
        let eta = Lanes::<P, 1>::from_row(&self.net[here.clone()]);
        math::exp(eta - Lanes::splat(self.largest)).to_row(&mut self.activity[here]);
    }
}

/// e^(η − max) over its sum, both in the order of the units.
#[inline(always)]
fn softmax<R: Real>(net: &[R], activity: &mut [R]) {
    let mut largest = net[0];
    for &eta in &net[1..] {
        largest = R::select(eta.gt(largest), eta, largest);
    }
    if !R::IN_ROWS {
        for (y, &eta) in activity.iter_mut().zip(net) {
            *y = math::exp(eta - largest);
        }
    } else {
        let (length, largest) = (net.len().min(activity.len()), largest.lanes()[0]);
        let (net, activity) = (R::numbers(net), R::numbers_mut(activity));
        along::<R::Row>(0, length, &mut Exponentials { net, largest, activity });
    }
    let mut sum = R::zero();
    for &y in &*activity {
        sum += y;
    }
    for y in activity {
        *y /= sum;
    }
}
