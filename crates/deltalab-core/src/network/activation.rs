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
//! | `softmax` | e^η_k / Σ_l e^η_l over the layer | a Jacobian: output layer only, its δ stands in `error` |
//!
//! Sources: softplus Dugas et al. 2001; ReLU Nair & Hinton 2010; leaky ReLU Maas et al. 2013; GELU Hendrycks & Gimpel
//! 2016 (their tanh form); f'(0) of ReLU is 0, of leaky ReLU `slope`.

use crate::params::{Described, Interval, Kind, Must};
use crate::real::{Real, math};
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
    Kind { name: "logistic", doc: "Logistic: f(η) = 1 / (1 + e^−η), f' = y (1 − y), range 0 to 1", fields: &[] },
    Kind { name: "tanh", doc: "Hyperbolic tangent: f(η) = tanh η, f' = 1 − y², range −1 to 1", fields: &[] },
    Kind { name: "relu", doc: "Rectified linear: f(η) = max(0, η); f'(0) is 0 (Nair & Hinton 2010)", fields: &[] },
    Kind { name: "leaky_relu", doc: "Leaky rectified linear: f(η) = η where η > 0, else slope · η (Maas et al. 2013)", fields: LeakyRelu::FIELDS },
    Kind { name: "softplus", doc: "Softplus: f(η) = ln(1 + e^η), f' = logistic (Dugas et al. 2001)", fields: &[] },
    Kind { name: "gelu", doc: "Gaussian error linear unit, tanh form: f(η) = ½ η (1 + tanh(√(2/π) (η + 0.044715 η³))) (Hendrycks & Gimpel 2016)", fields: &[] },
    Kind { name: "threshold", doc: "Threshold: f(η) = 1 where η > 0, else 0; it has no derivative, so only rules that need none can use it", fields: &[] },
    Kind { name: "softmax", doc: "Softmax: f(η)_k = e^η_k / Σ_l e^η_l over the layer; output layer only", fields: &[] },
];

/// √(2/π) and the cubic coefficient of GELU's tanh form.
const GELU: (f64, f64) = (0.797_884_560_802_865_4, 0.044_715);

#[inline(always)]
fn gelu_tanh<R: Real>(eta: R) -> R {
    math::tanh(R::of(GELU.0) * (eta + R::of(GELU.1) * (eta * eta * eta)))
}

/// out ← f(in), element by element.
#[inline(always)]
fn map<R: Real>(from: &[R], to: &mut [R], f: impl Fn(R) -> R) {
    for (y, &eta) in to.iter_mut().zip(from) {
        *y = f(eta);
    }
}

/// δ ← δ · f', element by element.
#[inline(always)]
fn scale<R: Real>(net: &[R], activity: &[R], delta: &mut [R], derivative: impl Fn(R, R) -> R) {
    for ((d, &eta), &y) in delta.iter_mut().zip(net).zip(activity) {
        *d *= derivative(eta, y);
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
    #[inline(always)]
    pub fn apply<R: Real>(&self, units: usize, net: &[R], activity: &mut [R]) {
        let one = R::one();
        let zero = R::zero();
        match self {
            Self::Linear => activity.copy_from_slice(net),
            Self::Logistic => map(net, activity, |eta| math::logistic(eta)),
            Self::Tanh => map(net, activity, |eta| math::tanh(eta)),
            Self::Relu => map(net, activity, |eta| R::select(zero.gt(eta), zero, eta)),
            Self::LeakyRelu(LeakyRelu { slope }) => {
                let slope = R::of(*slope);
                map(net, activity, |eta| R::select(eta.gt(zero), eta, slope * eta));
            }
            Self::Softplus => map(net, activity, |eta| math::softplus(eta)),
            Self::Gelu => {
                map(net, activity, |eta| R::of(0.5) * eta * (one + gelu_tanh(eta)));
            }
            // NaN stays NaN, so that a diverged net is seen.
            Self::Threshold => map(net, activity, |eta| {
                R::select(eta.gt(zero), one, R::select(zero.ge(eta), zero, eta))
            }),
            Self::Softmax => {
                for (eta, y) in net.chunks_exact(units).zip(activity.chunks_exact_mut(units)) {
                    softmax(eta, y);
                }
            }
        }
    }

    /// δ ← δ · f'(η), with y = f(η) at hand. Softmax and threshold leave δ as it is: they have no derivative per unit.
    #[inline(always)]
    pub fn scale_by_derivative<R: Real>(&self, net: &[R], activity: &[R], delta: &mut [R]) {
        let one = R::one();
        let zero = R::zero();
        match self {
            Self::Linear | Self::Threshold | Self::Softmax => {}
            Self::Logistic => scale(net, activity, delta, |_, y| y * (one - y)),
            Self::Tanh => scale(net, activity, delta, |_, y| one - y * y),
            Self::Relu => {
                scale(net, activity, delta, |eta, _| R::select(eta.gt(zero), one, zero));
            }
            Self::LeakyRelu(LeakyRelu { slope }) => {
                let slope = R::of(*slope);
                scale(net, activity, delta, |eta, _| R::select(eta.gt(zero), one, slope));
            }
            Self::Softplus => scale(net, activity, delta, |eta, _| math::logistic(eta)),
            Self::Gelu => scale(net, activity, delta, |eta, _| {
                let (half, three) = (R::of(0.5), R::of(3.0));
                let t = gelu_tanh(eta);
                let du = R::of(GELU.0) * (one + three * R::of(GELU.1) * (eta * eta));
                half * (one + t) + half * eta * (one - t * t) * du
            }),
        }
    }
}

/// e^(η − max) over its sum, both in the order of the units.
#[inline(always)]
fn softmax<R: Real>(net: &[R], activity: &mut [R]) {
    let mut largest = net[0];
    for &eta in &net[1..] {
        largest = R::select(eta.gt(largest), eta, largest);
    }
    let mut sum = R::zero();
    for (y, &eta) in activity.iter_mut().zip(net) {
        *y = math::exp(eta - largest);
        sum += *y;
    }
    for y in activity {
        *y /= sum;
    }
}
