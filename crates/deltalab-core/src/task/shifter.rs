//! # Shifter: by how much was the first row rotated to give the second?
//!
//! V2_i = V1_(i−s mod N), s = −1, 0 or +1; the target is one of three units: shifted left (s = −1), not shifted, right (+1)
//!
//! * Patterns: all 2^N rows V1 in counting order, each with the three shifts in the order −1, 0, +1 (N = 8: 768).
//!   2N inputs (V1, then V2), 3 outputs.
//! * Some cases are *ambiguous*: another shift of the same V1 gives the same V2, so no learner can get them right except by
//!   chance. All three where V1 is all 0 or all 1 (6 cases), and −1 against +1 where V1 alternates (N even: 4 more). N = 8
//!   has 10 of 768. `ambiguous = "drop"` leaves them out.
//! * Source: Hinton & Sejnowski 1986, in Parallel Distributed Processing, volume 1, chapter 7.

use super::binary::{BitRow, binary_params, counting};
use super::shared::shared;
use super::{Named, Sample, Task};
use crate::params::Must;
use crate::random::Streams;
use serde::{Deserialize, Serialize};

/// What happens to the cases in which two shifts look the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ambiguous {
    /// They are patterns like all others.
    Keep,
    /// They are left out.
    Drop,
}

binary_params! {
    /// `kind = "shifter"`.
    pub struct Shifter {
        /// Number N of bits of each of the two rows.
        pub bits: u32 = 8, Must::Integer(3, 12);
        /// Whether the ambiguous cases are among the patterns.
        pub ambiguous: Ambiguous = Ambiguous::Keep, Must::Choice(&["keep", "drop"]);
    }
}

impl Shifter {
    fn rows(&self) -> Vec<BitRow> {
        counting(self.bits).flat_map(|v1| self.cases(&v1)).collect()
    }

    /// The three shifts of one row, without the ambiguous ones if so asked.
    fn cases(&self, v1: &[bool]) -> Vec<BitRow> {
        let mut shifted = [v1.to_vec(), v1.to_vec(), v1.to_vec()];
        shifted[0].rotate_left(1);
        shifted[2].rotate_right(1);
        let unique =
            |shift: usize| (0..3).all(|other| other == shift || shifted[other] != shifted[shift]);
        (0..3)
            .filter(|&shift| self.ambiguous == Ambiguous::Keep || unique(shift))
            .map(|shift| ([v1, &shifted[shift]].concat(), (0..3).map(|k| k == shift).collect()))
            .collect()
    }
}

impl Task for Shifter {
    fn sizes(&self) -> (usize, usize) {
        (2 * self.bits as usize, 3)
    }

    fn sample(&self, _: &Streams) -> Sample {
        Sample::all(shared(self, || self.coding().patterns(&self.rows())))
    }

    fn train_patterns(&self) -> usize {
        let all = 3 << self.bits;
        match self.ambiguous {
            Ambiguous::Keep => all,
            Ambiguous::Drop if self.bits.is_multiple_of(2) => all - 10,
            Ambiguous::Drop => all - 6,
        }
    }

    fn output_names(&self) -> Vec<String> {
        ["left", "none", "right"].map(String::from).to_vec()
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        self.coding().complaint()
    }
}

impl Named for Shifter {
    const KIND: &'static str = "shifter";
    const SOURCE: &'static str = include_str!("shifter.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifter(bits: u32, ambiguous: Ambiguous) -> Vec<BitRow> {
        Shifter { bits, ambiguous, ..Default::default() }.rows()
    }

    #[test]
    fn eight_bits_have_768_cases_of_which_10_are_ambiguous() {
        for (bits, all, ambiguous) in [(8, 768, 10), (3, 24, 6), (4, 48, 10), (7, 384, 6)] {
            let task = Shifter { bits, ambiguous: Ambiguous::Drop, ..Default::default() };
            assert_eq!(shifter(bits, Ambiguous::Keep).len(), all, "{bits} bits");
            assert_eq!(task.rows().len(), all - ambiguous, "{bits} bits");
            assert_eq!(task.train_patterns(), all - ambiguous, "{bits} bits");
        }
    }

    #[test]
    fn without_the_ambiguous_cases_the_inputs_decide_the_target() {
        let mut inputs: Vec<_> =
            shifter(6, Ambiguous::Drop).into_iter().map(|(input, _)| input).collect();
        let cases = inputs.len();
        inputs.sort_unstable();
        inputs.dedup();
        assert_eq!(inputs.len(), cases);
    }

    #[test]
    fn a_single_bit_moves_left_stays_or_moves_right() {
        let rows = shifter(3, Ambiguous::Keep); // V1 = 010 is row 2
        let v2: Vec<_> = rows[6..9].iter().map(|(input, _)| &input[3..]).collect();
        assert_eq!(v2, [[true, false, false], [false, true, false], [false, false, true]]);
        assert_eq!(rows[6].1, [true, false, false]);
    }
}
