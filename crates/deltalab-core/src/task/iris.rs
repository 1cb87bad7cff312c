//! # Iris: three species of iris by four lengths
//!
//! * Patterns: 150 flowers, 50 of each species, in the order setosa, versicolor, virginica. 4 inputs: sepal length and width,
//!   petal length and width, in cm. 3 outputs, one per species, targets 0 and 1.
//! * Setosa is linearly separable from the others, these are not from each other.
//! * Source: Fisher 1936, Annals of Eugenics 7, 179–188; UCI Machine Learning Repository, doi 10.24432/C56C76, CC BY 4.0.
//!   Fisher's own numbers: UCI's file differs in two flowers.

use super::data_table::{Preparation, lines, one_hot_table};
use super::{Named, Patterns, Sample, Task};
use crate::params::{Interval, Must};
use crate::random::Streams;
use std::sync::{Arc, OnceLock};

crate::params! {
    /// `kind = "iris"`.
    pub struct Iris {
        /// Share of the patterns that is held out for the test, drawn anew for each seed.
        pub test_fraction: f64 = 0.2, Must::Number(Interval::BELOW_ONE);
        /// Whether each input is scaled to mean 0 and variance 1 over the training patterns.
        pub standardise: bool = true, Must::Bool;
    }
}

const TEXT: &str = include_str!("../../data/iris.csv");
const PATTERNS: usize = 150;
const _: () = assert!(lines(TEXT) == PATTERNS);
const CLASSES: [&str; 3] = ["setosa", "versicolor", "virginica"];
const INPUTS: [&str; 4] = ["sepal_length", "sepal_width", "petal_length", "petal_width"];

impl Iris {
    fn patterns() -> &'static Arc<Patterns> {
        static READ: OnceLock<Arc<Patterns>> = OnceLock::new();
        READ.get_or_init(|| Arc::new(one_hot_table(TEXT, 4, CLASSES.len())))
    }

    fn preparation(&self) -> Preparation {
        Preparation { test_fraction: self.test_fraction, standardise: self.standardise }
    }
}

impl Task for Iris {
    fn sizes(&self) -> (usize, usize) {
        (4, CLASSES.len())
    }

    fn sample(&self, streams: &Streams) -> Sample {
        self.preparation().sample(Self::patterns(), streams)
    }

    fn input_names(&self) -> Vec<String> {
        INPUTS.map(String::from).to_vec()
    }

    fn output_names(&self) -> Vec<String> {
        CLASSES.map(String::from).to_vec()
    }

    fn train_patterns(&self) -> usize {
        self.preparation().train_patterns(PATTERNS)
    }

    fn has_test(&self) -> bool {
        self.train_patterns() < PATTERNS
    }
}

impl Named for Iris {
    const KIND: &'static str = "iris";
    const SOURCE: &'static str = include_str!("iris.rs");
}

#[cfg(test)]
mod tests {
    use super::super::data_table::checks::{class_counts, range};
    use super::*;

    #[test]
    fn the_published_flowers() {
        let patterns = Iris::patterns();
        assert_eq!(class_counts(patterns), [50, 50, 50]);
        // least, greatest and mean of each measurement in the data set's description (means: two decimals, 3.057 cut to 3.05)
        let published = [(4.3, 7.9, 5.84), (2.0, 4.4, 3.05), (1.0, 6.9, 3.76), (0.1, 2.5, 1.20)];
        for (input, (least, greatest, mean)) in published.into_iter().enumerate() {
            let found = range(patterns, input);
            assert_eq!((found.0, found.1), (least, greatest), "{}", INPUTS[input]);
            assert!((found.2 - mean).abs() < 0.0075, "{}: {}", INPUTS[input], found.2);
        }
        // the two flowers in which UCI's file has slips
        assert_eq!(patterns.inputs.column(34).as_slice(), [4.9, 3.1, 1.5, 0.2]);
        assert_eq!(patterns.inputs.column(37).as_slice(), [4.9, 3.6, 1.4, 0.1]);
    }

    #[test]
    fn training_inputs_are_standardised_and_the_patterns_are_shared() {
        let [a, b] = [0, 1].map(|seed| Iris::default().sample(&Streams::new(0, seed)));
        assert!(Arc::ptr_eq(&a.patterns, &b.patterns));
        assert_ne!(a.test, b.test);
        let scaling = a.standardise.expect("it is the default");
        for i in 0..4 {
            let x = |p: &u32| {
                (a.patterns.inputs[(i, *p as usize)] - scaling.mean[i]) * scaling.scale[i]
            };
            let mean = a.train.iter().map(x).sum::<f64>() / 120.0;
            let variance = a.train.iter().map(|p| x(p) * x(p)).sum::<f64>() / 120.0;
            // 120 sums of numbers near 1, each rounded to 1e-16
            assert!(
                mean.abs() < 1e-14 && (variance - 1.0).abs() < 1e-14,
                "input {i}: {mean} {variance}"
            );
        }
    }
}
