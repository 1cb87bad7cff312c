//! # Addition: the sum of two binary numbers
//!
//! s = a + b
//!
//! * Patterns: all 4^N pairs of N-bit numbers in counting order, a before b, each most significant bit first (N = 2: 16).
//!   2N inputs, N + 1 outputs (the sum, its carry first).
//! * Source: Rumelhart, Hinton & Williams 1986, in Parallel Distributed Processing, volume 1, chapter 8 (N = 2).

use super::binary::{BitRow, binary_params, to_bits};
use super::shared::shared;
use super::{Named, Sample, Task};
use crate::params::Must;
use crate::random::Streams;

binary_params! {
    /// `kind = "addition"`.
    pub struct Addition {
        /// Number N of bits of each of the two numbers.
        pub bits: u32 = 2, Must::Integer(1, 8);
    }
}

impl Addition {
    fn rows(&self) -> Vec<BitRow> {
        let pairs =
            (0..1 << self.bits).flat_map(|a: u32| (0..1 << self.bits).map(move |b: u32| (a, b)));
        pairs
            .map(|(a, b)| {
                let input = [to_bits(a, self.bits), to_bits(b, self.bits)].concat();
                (input, to_bits(a + b, self.bits + 1))
            })
            .collect()
    }
}

impl Task for Addition {
    fn sizes(&self) -> (usize, usize) {
        (2 * self.bits as usize, self.bits as usize + 1)
    }

    fn sample(&self, _: &Streams) -> Sample {
        Sample::all(shared(self, || self.coding().patterns(&self.rows())))
    }

    fn train_patterns(&self) -> usize {
        1 << (2 * self.bits)
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        self.coding().complaint()
    }
}

impl Named for Addition {
    const KIND: &'static str = "addition";
    const SOURCE: &'static str = include_str!("addition.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_the_sum_of_the_two_inputs() {
        let value = |bits: &[bool]| bits.iter().fold(0, |value, &bit| 2 * value + u32::from(bit));
        for (bits, total) in [(1, 4), (2, 16), (4, 256)] {
            let rows = Addition { bits, ..Default::default() }.rows();
            assert_eq!(rows.len(), total);
            for (input, target) in rows {
                let (a, b) = input.split_at(bits as usize);
                assert_eq!(value(a) + value(b), value(&target));
            }
        }
    }

    #[test]
    fn three_and_one_carry() {
        let (input, target) = &Addition::default().rows()[0b1101];
        assert_eq!(
            (&input[..], &target[..]),
            (&[true, true, false, true][..], &[true, false, false][..])
        );
    }
}
