//! # Pattern associator: three sets of four patterns that tell learning rules apart
//!
//! | `set`          | → 1 0      | → 0 1      | what it shows |
//! |----------------|------------|------------|---------------|
//! | `"easy"`       | 1000, 0100 | 0010, 0001 | Hebbian learning is enough |
//! | `"hard"`       | 1110, 0111 | 0101, 0110 | Hebbian learning fails, the delta rule learns it |
//! | `"impossible"` | 1010, 0101 | 1100, 0011 | every input is on equally often for both outputs: needs a hidden layer |
//!
//! * Patterns: 4, in the order of the row of the table. 4 inputs, 2 outputs. The inputs of one set are linearly independent
//!   (easy, hard) or not (impossible: the best linear answer is 0.5 everywhere, SSE 2).
//! * Source: O'Reilly, Munakata et al., Computational Cognitive Neuroscience, simulation `pat_assoc` (chapter 4). The
//!   criterion there: every output within 0.5 of its target for all patterns, five epochs in a row.

use super::shared::shared;
use super::{Named, Patterns, Sample, Task};
use crate::params::Must;
use crate::random::Streams;
use serde::{Deserialize, Serialize};

/// A row of the table above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    /// One input unit for each pattern.
    Easy,
    /// Overlapping patterns, linearly separable.
    Hard,
    /// Overlapping patterns, not linearly separable.
    Impossible,
}

crate::params! {
    /// `kind = "pattern_associator"`.
    pub struct PatternAssociator {
        /// Which set of patterns.
        pub set: Set = Set::Easy, Must::Choice(&["easy", "hard", "impossible"]);
    }
}

type Row = ([f64; 4], [f64; 2]);
const LEFT: [f64; 2] = [1.0, 0.0];
const RIGHT: [f64; 2] = [0.0, 1.0];

const EASY: [Row; 4] = [
    ([1.0, 0.0, 0.0, 0.0], LEFT),
    ([0.0, 1.0, 0.0, 0.0], LEFT),
    ([0.0, 0.0, 1.0, 0.0], RIGHT),
    ([0.0, 0.0, 0.0, 1.0], RIGHT),
];
const HARD: [Row; 4] = [
    ([1.0, 1.0, 1.0, 0.0], LEFT),
    ([0.0, 1.0, 1.0, 1.0], LEFT),
    ([0.0, 1.0, 0.0, 1.0], RIGHT),
    ([0.0, 1.0, 1.0, 0.0], RIGHT),
];
const IMPOSSIBLE: [Row; 4] = [
    ([1.0, 0.0, 1.0, 0.0], LEFT),
    ([0.0, 1.0, 0.0, 1.0], LEFT),
    ([1.0, 1.0, 0.0, 0.0], RIGHT),
    ([0.0, 0.0, 1.0, 1.0], RIGHT),
];

impl Task for PatternAssociator {
    fn sizes(&self) -> (usize, usize) {
        (4, 2)
    }

    fn sample(&self, _: &Streams) -> Sample {
        Sample::all(shared(self, || {
            Patterns::from_rows(match self.set {
                Set::Easy => &EASY,
                Set::Hard => &HARD,
                Set::Impossible => &IMPOSSIBLE,
            })
        }))
    }

    fn output_names(&self) -> Vec<String> {
        ["left", "right"].map(String::from).to_vec()
    }

    fn train_patterns(&self) -> usize {
        4
    }
}

impl Named for PatternAssociator {
    const KIND: &'static str = "pattern_associator";
    const SOURCE: &'static str = include_str!("pattern_associator.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mistakes of output k in `passes` passes, learning rate 1 from zero weights, and the first pass without one.
    fn perceptron(set: Set, k: usize, passes: usize) -> (usize, Option<usize>, [f64; 5]) {
        let patterns = PatternAssociator { set }.sample(&Streams::new(0, 0)).patterns;
        let (mut w, mut mistakes, mut clean) = ([0.0; 5], 0, None);
        for pass in 1..=passes {
            let before = mistakes;
            for p in 0..4 {
                let x: Vec<f64> = patterns.inputs.column(p).iter().copied().chain([1.0]).collect();
                let net: f64 = w.iter().zip(&x).map(|(w, x)| w * x).sum();
                let error = patterns.targets[(k, p)] - if net > 0.0 { 1.0 } else { 0.0 };
                w.iter_mut().zip(&x).for_each(|(w, x)| *w += error * x);
                mistakes += usize::from(error != 0.0);
            }
            clean = clean.or((mistakes == before).then_some(pass));
        }
        (mistakes, clean, w)
    }

    /// The counts depend on every bit and on the order of the rows; they were found by another program.
    #[test]
    fn the_perceptron_makes_the_known_mistakes() {
        let counts = |set, passes| {
            [0, 1].map(|k| perceptron(set, k, passes)).map(|(mistakes, clean, _)| (mistakes, clean))
        };
        assert_eq!(counts(Set::Easy, 100), [(4, Some(3)), (4, Some(4))]);
        assert_eq!(counts(Set::Hard, 100), [(22, Some(10)), (20, Some(10))]);
        assert_eq!(counts(Set::Impossible, 2000), [(7999, None), (7997, None)]);
        assert_eq!(perceptron(Set::Hard, 0, 100).2, [3.0, -2.0, 3.0, 2.0, -2.0]);
        assert_eq!(perceptron(Set::Hard, 1, 100).2, [-3.0, 2.0, -3.0, -1.0, 2.0]);
    }

    #[test]
    fn in_the_impossible_set_every_input_is_on_equally_often_for_both_outputs() {
        let patterns =
            PatternAssociator { set: Set::Impossible }.sample(&Streams::new(0, 0)).patterns;
        let together = &patterns.inputs * patterns.targets.transpose();
        assert!((0..4).all(|i| together[(i, 0)] == together[(i, 1)]), "{together}");
    }
}
