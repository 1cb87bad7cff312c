//! Schedules: the factor of the learning rate at each epoch, from 1 on.
//!
//! | name | factor at epoch n |
//! |---|---|
//! | `constant` | 1 |
//! | `steps` | product of `factors` whose epoch in `at` is ≤ n |
//! | `exponential` | `decay`^(n − 1) |
//! | `inverse_time` | 1 / (1 + `decay` (n − 1)) (Robbins & Monro 1951) |
//! | `linear` | from 1 at epoch 1 to `last` at epoch `epochs`, then `last` |

use crate::params::{Described, Interval, Kind, Must};
use serde::{Deserialize, Serialize};

/// A schedule of the learning rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Schedule {
    /// Always 1.
    #[default]
    Constant,
    /// Steps at given epochs.
    Steps(Steps),
    /// A constant factor per epoch.
    Exponential(Exponential),
    /// 1 / (1 + decay (n − 1)).
    InverseTime(InverseTime),
    /// A straight line, then flat.
    Linear(Linear),
}

crate::params! {
    /// What `steps` takes.
    pub struct Steps {
        /// Epochs from which each factor holds, ascending.
        pub at: Vec<u64>, Must::List(&Must::Integer(1, u64::MAX));
        /// A factor for each of them; they multiply.
        pub factors: Vec<f64>, Must::List(&Must::Number(Interval::POSITIVE));
    }
}
crate::params! {
    /// What `exponential` takes.
    pub struct Exponential {
        /// Factor per epoch.
        pub decay: f64 = 0.99, Must::Number(Interval::POSITIVE_UNIT);
    }
}
crate::params! {
    /// What `inverse_time` takes.
    pub struct InverseTime {
        /// Growth of the denominator per epoch.
        pub decay: f64 = 0.01, Must::Number(Interval::NOT_NEGATIVE);
    }
}
crate::params! {
    /// What `linear` takes.
    pub struct Linear {
        /// Epoch at which `last` is reached.
        pub epochs: u64 = 100, Must::Integer(2, u64::MAX);
        /// Last factor.
        pub last: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
    }
}

/// Every schedule, with its documentation.
pub const SCHEDULES: &[Kind] = &[
    Kind { name: "constant", doc: "Constant: the learning rate stays", fields: &[] },
    Kind {
        name: "steps",
        doc: "Steps: from each epoch in `at`, the learning rate is multiplied by its factor",
        fields: Steps::FIELDS,
    },
    Kind {
        name: "exponential",
        doc: "Exponential: decay^(n − 1) at epoch n",
        fields: Exponential::FIELDS,
    },
    Kind {
        name: "inverse_time",
        doc: "Inverse time: 1 / (1 + decay (n − 1)) at epoch n (Robbins & Monro 1951)",
        fields: InverseTime::FIELDS,
    },
    Kind {
        name: "linear",
        doc: "Linear: from 1 at epoch 1 to `last` at epoch `epochs`, then `last`",
        fields: Linear::FIELDS,
    },
];

impl Schedule {
    /// Factor of the learning rate at an epoch, counted from 1.
    ///
    /// ```
    /// use deltalab_core::optimiser::schedule::{Schedule, Steps};
    /// let halved = Schedule::Steps(Steps { at: vec![10, 20], factors: vec![0.5, 0.5] });
    /// assert_eq!([1, 10, 20].map(|epoch| halved.factor(epoch)), [1.0, 0.5, 0.25]);
    /// ```
    pub fn factor(&self, epoch: u64) -> f64 {
        let passed = epoch.saturating_sub(1);
        match self {
            Self::Constant => 1.0,
            Self::Steps(p) => {
                p.at.iter()
                    .zip(&p.factors)
                    .filter(|&(&at, _)| epoch >= at)
                    .map(|(_, factor)| factor)
                    .product()
            }
            Self::Exponential(p) => power(p.decay, passed),
            Self::InverseTime(p) => 1.0 / (1.0 + p.decay * passed as f64),
            Self::Linear(p) => {
                let share = (passed as f64 / (p.epochs - 1) as f64).min(1.0);
                1.0 + (p.last - 1.0) * share
            }
        }
    }

    /// Whether the factor is always 1.
    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Constant)
    }

    /// What is wrong beyond the limits of each key, if anything: the key and one sentence.
    pub fn complaint(&self) -> Option<(&'static str, String)> {
        let Self::Steps(p) = self else { return None };
        if p.at.len() != p.factors.len() {
            let (at, factors) = (p.at.len(), p.factors.len());
            return Some((
                "factors",
                format!("expected one factor for each epoch in `at` ({at}); got {factors}"),
            ));
        }
        let ascending = p.at.is_sorted_by(|a, b| a < b);
        (!ascending).then(|| ("at", "expected ascending epochs".to_string()))
    }
}

/// xⁿ by repeated squaring: the same bits on every machine, which `powi` does not promise.
fn power(mut x: f64, mut n: u64) -> f64 {
    let mut product = 1.0;
    while n > 0 {
        if n & 1 == 1 {
            product *= x;
        }
        x *= x;
        n >>= 1;
    }
    product
}
