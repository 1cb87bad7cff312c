//! # Encoder: give back which of N units is on, through a narrow hidden layer
//!
//! t = x, over the N unit vectors
//!
//! * Patterns: pattern p has unit p on. N inputs, N outputs. The hidden layer of the network is the code: N-M-N with
//!   M = log₂ N is the classic size (4-2-4, 8-3-8).
//! * Source: Ackley, Hinton & Sejnowski 1985, Cognitive Science 9, 147–169; for backprop, Rumelhart, Hinton & Williams 1986,
//!   in Parallel Distributed Processing, volume 1, chapter 8.

use super::binary::{BitRow, binary_params};
use super::shared::shared;
use super::{Named, Sample, Task};
use crate::params::Must;
use crate::random::Streams;

binary_params! {
    /// `kind = "encoder"`.
    pub struct Encoder {
        /// Number N of inputs, of outputs and of patterns.
        pub units: u32 = 8, Must::Integer(2, 1024);
    }
}

impl Encoder {
    fn rows(&self) -> Vec<BitRow> {
        let unit_vector = |p| (0..self.units).map(|i| i == p).collect::<Vec<_>>();
        (0..self.units).map(|p| (unit_vector(p), unit_vector(p))).collect()
    }
}

impl Task for Encoder {
    fn sizes(&self) -> (usize, usize) {
        (self.units as usize, self.units as usize)
    }

    fn sample(&self, _: &Streams) -> Sample {
        Sample::all(shared(self, || self.coding().patterns(&self.rows())))
    }

    fn train_patterns(&self) -> usize {
        self.units as usize
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        self.coding().complaint()
    }
}

impl Named for Encoder {
    const KIND: &'static str = "encoder";
    const SOURCE: &'static str = include_str!("encoder.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoder_is_the_identity() {
        let sample = Encoder { units: 5, ..Default::default() }.sample(&Streams::new(0, 0));
        assert_eq!(sample.patterns.inputs, nalgebra::DMatrix::identity(5, 5));
        assert_eq!(sample.patterns.targets, sample.patterns.inputs);
    }
}
