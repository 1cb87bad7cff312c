//! # Two-bit logic: exclusive or, and, or
//!
//! Patterns 00, 01, 10, 11 in this order; 2 inputs, 1 output.
//!
//! | `kind`  | targets | a net without a hidden layer |
//! |---------|---------|------------------------------|
//! | `"xor"` | 0 1 1 0 | cannot learn it: the classes are not linearly separable |
//! | `"and"` | 0 0 0 1 | can |
//! | `"or"`  | 0 1 1 1 | can |
//!
//! * Source: Minsky & Papert 1969, Perceptrons; as a test of backprop, Rumelhart, Hinton & Williams 1986, in Parallel
//!   Distributed Processing, volume 1, chapter 8.

use super::binary::{BitRow, Coding, binary_params, counting};
use super::shared::shared;
use super::{Named, Patterns, Sample, Task};
use crate::random::Streams;

binary_params! {
    /// `kind = "xor"`: on if exactly one input is on.
    pub struct Xor {}
}

binary_params! {
    /// `kind = "and"`: on if both inputs are on.
    pub struct And {}
}

binary_params! {
    /// `kind = "or"`: on if any input is on.
    pub struct Or {}
}

fn patterns(coding: Coding, target: fn(bool, bool) -> bool) -> Patterns {
    let rows: Vec<BitRow> =
        counting(2).map(|bits| (bits.clone(), vec![target(bits[0], bits[1])])).collect();
    coding.patterns(&rows)
}

impl Task for Xor {
    fn sizes(&self) -> (usize, usize) {
        (2, 1)
    }

    fn sample(&self, _: &Streams) -> Sample {
        Sample::all(shared(self, || patterns(self.coding(), |a, b| a != b)))
    }

    fn train_patterns(&self) -> usize {
        4
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        self.coding().complaint()
    }
}

impl Task for And {
    fn sizes(&self) -> (usize, usize) {
        (2, 1)
    }

    fn sample(&self, _: &Streams) -> Sample {
        Sample::all(shared(self, || patterns(self.coding(), |a, b| a && b)))
    }

    fn train_patterns(&self) -> usize {
        4
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        self.coding().complaint()
    }
}

impl Task for Or {
    fn sizes(&self) -> (usize, usize) {
        (2, 1)
    }

    fn sample(&self, _: &Streams) -> Sample {
        Sample::all(shared(self, || patterns(self.coding(), |a, b| a || b)))
    }

    fn train_patterns(&self) -> usize {
        4
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        self.coding().complaint()
    }
}

impl Named for Xor {
    const KIND: &'static str = "xor";
    const SOURCE: &'static str = "# Exclusive or: on if exactly one of two inputs is on

        * Patterns: 00 → 0, 01 → 1, 10 → 1, 11 → 0, in this order. 2 inputs, 1 output.
        * A net without a hidden layer cannot learn it: the classes are not linearly separable.
        * Source: Minsky & Papert 1969, Perceptrons; as a test of backprop, Rumelhart, Hinton & Williams 1986, in Parallel
        Distributed Processing, volume 1, chapter 8.";
}

impl Named for And {
    const KIND: &'static str = "and";
    const SOURCE: &'static str = "# And: on if both inputs are on

        * Patterns: 00 → 0, 01 → 0, 10 → 0, 11 → 1, in this order. 2 inputs, 1 output.
        * Linearly separable: a net without a hidden layer learns it.";
}

impl Named for Or {
    const KIND: &'static str = "or";
    const SOURCE: &'static str = "# Or: on if any of two inputs is on

        * Patterns: 00 → 0, 01 → 1, 10 → 1, 11 → 1, in this order. 2 inputs, 1 output.
        * Linearly separable: a net without a hidden layer learns it.";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(task: &impl Task) -> Vec<f64> {
        task.sample(&Streams::new(0, 0)).patterns.targets.as_slice().to_vec()
    }

    #[test]
    fn the_rows_of_the_truth_tables() {
        assert_eq!(targets(&Xor::default()), [0.0, 1.0, 1.0, 0.0]);
        assert_eq!(targets(&And::default()), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(targets(&Or::default()), [0.0, 1.0, 1.0, 1.0]);
        let inputs = Xor::default().sample(&Streams::new(0, 0)).patterns.inputs.clone();
        assert_eq!(inputs.as_slice(), [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn low_and_high_are_the_inputs_coding_alone() {
        let task = Xor { low: -1.0, ..Default::default() };
        assert_eq!(targets(&task), targets(&Xor::default()));
        assert_eq!(task.sample(&Streams::new(0, 0)).patterns.inputs[(0, 0)], -1.0);
    }
}
