//! # Digits: handwritten digits of 8 x 8 pixels
//!
//! * Patterns: 1797 images by 13 people, about 180 of each digit. 64 inputs, the pixels row by row: the file's 0 … 16 (how
//!   many of 4 x 4 finer pixels are inked) divided by 16, so 0 … 1. 10 outputs, one per digit, targets 0 and 1.
//! * `standardise = true` scales each pixel instead to mean 0 and variance 1; pixels that are never inked stay as they are.
//! * Source: Alpaydin & Kaynak 1998, UCI Machine Learning Repository, doi 10.24432/C50P49 (its test set), CC BY 4.0.

use super::data_table::Preparation;
use super::{Named, Patterns, Sample, Task};
use crate::params::{Interval, Must};
use crate::random::Streams;
use nalgebra::DMatrix;
use std::sync::{Arc, OnceLock};

crate::params! {
    /// `kind = "digits"`.
    pub struct Digits {
        /// Share of the images that is held out for the test, drawn anew for each seed.
        pub test_fraction: f64 = 0.2, Must::Number(Interval::BELOW_ONE);
        /// Whether each pixel is scaled to mean 0 and variance 1 over the training images.
        pub standardise: bool = false, Must::Bool;
    }
}

/// Per image 64 pixels as a digit of base 17, a blank, the digit, an end of line.
const TEXT: &str = include_str!("../../data/digits.txt");
const PATTERNS: usize = 1797;
const PIXELS: usize = 64;
const LINE: usize = PIXELS + 3;
const _: () = assert!(TEXT.len() == PATTERNS * LINE);

impl Digits {
    fn patterns() -> &'static Arc<Patterns> {
        static READ: OnceLock<Arc<Patterns>> = OnceLock::new();
        READ.get_or_init(|| {
            let lines = TEXT.as_bytes();
            let value = |p: usize, at: usize| f64::from(digit(lines[p * LINE + at]));
            let inputs = DMatrix::from_fn(PIXELS, PATTERNS, |i, p| value(p, i) / 16.0);
            let class = |p| value(p, PIXELS + 1) as usize;
            let targets =
                DMatrix::from_fn(10, PATTERNS, |k, p| if class(p) == k { 1.0 } else { 0.0 });
            Arc::new(Patterns { inputs, targets })
        })
    }

    fn preparation(&self) -> Preparation {
        Preparation { test_fraction: self.test_fraction, standardise: self.standardise }
    }
}

/// The value of `0` … `9`, `a` … `g`.
fn digit(byte: u8) -> u32 {
    char::from(byte).to_digit(17).unwrap_or_else(|| panic!("embedded data, byte {byte}"))
}

impl Task for Digits {
    fn sizes(&self) -> (usize, usize) {
        (PIXELS, 10)
    }

    fn sample(&self, streams: &Streams) -> Sample {
        self.preparation().sample(Self::patterns(), streams)
    }

    fn output_names(&self) -> Vec<String> {
        (0..10).map(|class| class.to_string()).collect()
    }

    fn train_patterns(&self) -> usize {
        self.preparation().train_patterns(PATTERNS)
    }

    fn has_test(&self) -> bool {
        self.train_patterns() < PATTERNS
    }
}

impl Named for Digits {
    const KIND: &'static str = "digits";
    const SOURCE: &'static str = include_str!("digits.rs");
}

#[cfg(test)]
mod tests {
    use super::super::data_table::checks::class_counts;
    use super::*;

    #[test]
    fn the_published_images() {
        let patterns = Digits::patterns();
        assert_eq!(class_counts(patterns), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!((patterns.inputs.min(), patterns.inputs.max()), (0.0, 1.0));
        // the sum of all pixels of the original file
        assert_eq!(patterns.inputs.sum() * 16.0, 561_718.0);
        // row 2 of the first image, a zero
        let row: Vec<f64> =
            patterns.inputs.column(0).rows(16, 8).iter().map(|x| x * 16.0).collect();
        assert_eq!(row, [0.0, 3.0, 15.0, 2.0, 0.0, 11.0, 8.0, 0.0]);
    }

    #[test]
    fn every_line_of_the_data_ends_where_it_should() {
        assert!(TEXT.lines().all(|line| line.len() == LINE - 1 && line.as_bytes()[PIXELS] == b' '));
        assert_eq!(TEXT.lines().count(), PATTERNS);
    }

    #[test]
    fn a_fifth_is_held_out_by_default() {
        let sample = Digits::default().sample(&Streams::new(0, 0));
        assert_eq!((sample.train.len(), sample.test.len()), (1438, 359));
        assert_eq!(sample.standardise, None);
    }

    #[test]
    fn pixels_that_are_never_inked_keep_scale_1() {
        let sample = Digits { standardise: true, ..Default::default() }.sample(&Streams::new(0, 0));
        let scaling = sample.standardise.expect("it was asked for");
        assert_eq!((scaling.mean[0], scaling.scale[0]), (0.0, 1.0));
        assert!(scaling.scale.iter().all(|scale| scale.is_finite() && *scale > 0.0));
    }
}
