//! Binary patterns: rows of a truth table in counting order, and the numbers that stand for a 0 and a 1.

use super::Patterns;
use nalgebra::DMatrix;

/// [`params!`](crate::params!) with the four keys that every binary task has, declared in this one place, and `coding()`.
macro_rules! binary_params {
    ($(#[$meta:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $crate::params! {
            $(#[$meta])*
            pub struct $name {
                $($own)*
                /// What stands for a 0 in the inputs.
                pub low: f64 = 0.0, $crate::params::Must::Number($crate::params::Interval::FINITE);
                /// What stands for a 1 in the inputs.
                pub high: f64 = 1.0, $crate::params::Must::Number($crate::params::Interval::FINITE);
                /// What stands for a 0 in the targets.
                pub target_low: f64 = 0.0, $crate::params::Must::Number($crate::params::Interval::FINITE);
                /// What stands for a 1 in the targets.
                pub target_high: f64 = 1.0, $crate::params::Must::Number($crate::params::Interval::FINITE);
            }
        }

        impl $name {
            fn coding(&self) -> $crate::task::binary::Coding {
                let &Self { low, high, target_low, target_high, .. } = self;
                $crate::task::binary::Coding { low, high, target_low, target_high }
            }
        }
    };
}
pub(super) use binary_params;

/// Bits of the inputs and bits of the targets.
pub(super) type BitRow = (Vec<bool>, Vec<bool>);

/// What stands for a 0 (`low`) and a 1 (`high`) in the inputs, and in the targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coding {
    pub low: f64,
    pub high: f64,
    pub target_low: f64,
    pub target_high: f64,
}

impl Coding {
    /// The rows as patterns, in the same order.
    pub fn patterns(&self, rows: &[BitRow]) -> Patterns {
        let (inputs, targets) =
            rows.first().map_or((0, 0), |(input, target)| (input.len(), target.len()));
        let code = |bit, low, high| if bit { high } else { low };
        Patterns {
            inputs: DMatrix::from_fn(inputs, rows.len(), |i, p| {
                code(rows[p].0[i], self.low, self.high)
            }),
            targets: DMatrix::from_fn(targets, rows.len(), |k, p| {
                code(rows[p].1[k], self.target_low, self.target_high)
            }),
        }
    }

    /// A coding in which a 0 and a 1 look the same teaches nothing.
    pub fn complaint(&self) -> Option<(&'static str, String)> {
        let same = |key: &'static str, low: f64, high: f64| {
            (low == high)
                .then(|| (key, format!("{low} would stand for both 0 and 1: the two must differ")))
        };
        same("high", self.low, self.high)
            .or_else(|| same("target_high", self.target_low, self.target_high))
    }
}

/// All rows of so many bits in counting order, the most significant bit first: 00, 01, 10, 11.
pub(super) fn counting(bits: u32) -> impl Iterator<Item = Vec<bool>> {
    (0..1_u32 << bits).map(move |number| to_bits(number, bits))
}

/// The lowest `bits` bits of a number, the most significant first.
pub(super) fn to_bits(number: u32, bits: u32) -> Vec<bool> {
    (0..bits).rev().map(|place| number >> place & 1 == 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_count_upwards_with_the_most_significant_bit_first() {
        let rows: Vec<_> = counting(2).collect();
        assert_eq!(rows, [[false, false], [false, true], [true, false], [true, true]]);
        assert_eq!(to_bits(6, 4), [false, true, true, false]);
    }

    #[test]
    fn inputs_and_targets_have_their_own_coding() {
        let coding = Coding { low: -1.0, high: 1.0, target_low: 0.1, target_high: 0.9 };
        let patterns =
            coding.patterns(&[(vec![false, true], vec![true]), (vec![true, true], vec![false])]);
        assert_eq!(patterns.inputs.as_slice(), [-1.0, 1.0, 1.0, 1.0]);
        assert_eq!(patterns.targets.as_slice(), [0.9, 0.1]);
    }

    #[test]
    fn a_coding_must_tell_0_from_1() {
        let coding = Coding { low: 0.0, high: 1.0, target_low: 0.5, target_high: 0.5 };
        assert_eq!(coding.complaint().map(|(key, _)| key), Some("target_high"));
        assert_eq!(Coding { target_high: 0.6, ..coding }.complaint(), None);
    }
}
