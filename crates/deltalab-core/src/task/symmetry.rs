//! # Mirror symmetry: 1 if the row of bits equals its mirror image
//!
//! t = 1 if x_i = x_(N+1−i) for every i, else 0 (with N odd, the middle bit does not matter)
//!
//! * Patterns: all 2^N rows of N bits, in counting order; 2^⌈N/2⌉ of them are symmetric (8 of 64 for N = 6). N inputs, 1 output.
//! * Known outcome: with two hidden units the weights become antisymmetric about the middle, in the ratio 1 : 2 : 4 (or, we
//!   find, 2 : 3 : 4).
//! * Source: Rumelhart, Hinton & Williams 1986, Nature 323, 533–536, fig. 1.

use super::binary::{BitRow, binary_params, counting};
use super::shared::shared;
use super::{Named, Sample, Task};
use crate::params::Must;
use crate::random::Streams;

binary_params! {
    /// `kind = "symmetry"`.
    pub struct Symmetry {
        /// Number N of input bits.
        pub bits: u32 = 6, Must::Integer(2, 16);
    }
}

impl Symmetry {
    fn rows(&self) -> Vec<BitRow> {
        let symmetric = |bits: &[bool]| bits.iter().eq(bits.iter().rev());
        counting(self.bits).map(|bits| (bits.clone(), vec![symmetric(&bits)])).collect()
    }
}

impl Task for Symmetry {
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

impl Named for Symmetry {
    const KIND: &'static str = "symmetry";
    const SOURCE: &'static str = include_str!("symmetry.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_of_sixty_four_rows_of_six_bits_are_symmetric() {
        for (bits, total, expected) in [(6, 64, 8), (2, 4, 2), (3, 8, 4), (7, 128, 16)] {
            let rows = Symmetry { bits, ..Default::default() }.rows();
            let symmetric = rows.iter().filter(|(_, target)| target[0]).count();
            assert_eq!((rows.len(), symmetric), (total, expected), "{bits} bits");
        }
        let rows = Symmetry::default().rows();
        assert!(rows[0b110011].1[0] && rows[0b010010].1[0] && !rows[0b110010].1[0]);
    }
}
