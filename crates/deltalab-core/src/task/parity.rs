//! # Parity: 1 if an odd number of inputs are on
//!
//! t = x₁ ⊕ x₂ ⊕ … ⊕ x_N
//!
//! * Patterns: all 2^N rows of N bits, in counting order (first input most significant). N inputs, 1 output.
//! * N = 2 is exclusive or. A net without a hidden layer cannot learn it; one hidden layer of N units is enough.
//! * Source: Minsky & Papert 1969, Perceptrons; as a test of backprop, Rumelhart, Hinton & Williams 1986, in Parallel
//!   Distributed Processing, volume 1, chapter 8.

use super::binary::{BitRow, binary_params, counting};
use super::shared::shared;
use super::{Named, Sample, Task};
use crate::params::Must;
use crate::random::Streams;

binary_params! {
    /// `kind = "parity"`.
    pub struct Parity {
        /// Number N of input bits.
        pub bits: u32 = 4, Must::Integer(1, 16);
    }
}

impl Parity {
    fn rows(&self) -> Vec<BitRow> {
        let odd = |bits: &[bool]| bits.iter().filter(|&&bit| bit).count() % 2 == 1;
        counting(self.bits).map(|bits| (bits.clone(), vec![odd(&bits)])).collect()
    }
}

impl Task for Parity {
    fn sizes(&self) -> (usize, usize) {
        (self.bits as usize, 1)
    }

    fn sample(&self, _: &Streams) -> Sample {
        Sample::all(shared(self, || self.coding().patterns(&self.rows())))
    }

    fn train_patterns(&self) -> usize {
        1 << self.bits
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        self.coding().complaint()
    }
}

impl Named for Parity {
    const KIND: &'static str = "parity";
    const SOURCE: &'static str = include_str!("parity.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flipping_any_one_input_flips_the_target() {
        let rows = Parity { bits: 5, ..Default::default() }.rows();
        for (p, (_, target)) in rows.iter().enumerate() {
            for place in 0..5 {
                assert_ne!(*target, rows[p ^ 1 << place].1, "row {p}, place {place}");
            }
        }
        assert_eq!(rows[0].1, [false]);
    }

    #[test]
    fn two_bits_are_exclusive_or() {
        let parity = Parity { bits: 2, ..Default::default() }.sample(&Streams::new(0, 0));
        assert_eq!(parity, super::super::Xor::default().sample(&Streams::new(0, 0)));
    }
}
