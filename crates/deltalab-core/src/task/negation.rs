//! # Negation: copy the bits, or complement them when the flag is on
//!
//! t_k = x_k ⊕ flag
//!
//! * Patterns: all 2^(N+1) rows in counting order, the bits first, the flag last (N = 3: 16). N + 1 inputs, N outputs.
//! * Source: Rumelhart, Hinton & Williams 1986, in Parallel Distributed Processing, volume 1, chapter 8 (N = 3).

use super::binary::{BitRow, binary_params, counting};
use super::shared::shared;
use super::{Named, Sample, Task};
use crate::params::Must;
use crate::random::Streams;

binary_params! {
    /// `kind = "negation"`.
    pub struct Negation {
        /// Number N of bits beside the flag.
        pub bits: u32 = 3, Must::Integer(1, 15);
    }
}

impl Negation {
    fn rows(&self) -> Vec<BitRow> {
        let target = |input: &[bool]| {
            let (bits, flag) = input.split_at(self.bits as usize);
            bits.iter().map(|bit| bit ^ flag[0]).collect()
        };
        counting(self.bits + 1).map(|input| (input.clone(), target(&input))).collect()
    }
}

impl Task for Negation {
    fn sizes(&self) -> (usize, usize) {
        (self.bits as usize + 1, self.bits as usize)
    }

    fn sample(&self, _: &Streams) -> Sample {
        Sample::all(shared(self, || self.coding().patterns(&self.rows())))
    }

    fn train_patterns(&self) -> usize {
        1 << (self.bits + 1)
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        self.coding().complaint()
    }
}

impl Named for Negation {
    const KIND: &'static str = "negation";
    const SOURCE: &'static str = include_str!("negation.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_complements_every_bit() {
        let rows = Negation::default().rows();
        assert_eq!(rows.len(), 16);
        for pair in rows.chunks(2) {
            let [(plain, copied), (_, complemented)] = pair else {
                panic!("an odd number of rows")
            };
            assert_eq!(plain[..3], copied[..]);
            assert!(copied.iter().zip(complemented).all(|(a, b)| a != b));
        }
    }
}
