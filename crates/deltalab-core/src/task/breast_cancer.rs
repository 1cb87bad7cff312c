//! # Breast cancer (Wisconsin, diagnostic): malignant or benign, by the cell nuclei in an image
//!
//! * Patterns: 569 breast masses, 212 malignant, 357 benign. 30 inputs: ten measurements of the nuclei, each as mean,
//!   standard error and worst (mean of the three largest), in their own units, so standardise them. 2 outputs (malignant,
//!   benign), targets 0 and 1.
//! * Source: Street, Wolberg & Mangasarian 1993; UCI Machine Learning Repository, doi 10.24432/C5DW2B, CC BY 4.0.

use super::data_table::{Preparation, lines, one_hot_table};
use super::{Named, Patterns, Sample, Task};
use crate::params::{Interval, Must};
use crate::random::Streams;
use std::sync::{Arc, OnceLock};

crate::params! {
    /// `kind = "breast_cancer"`.
    pub struct BreastCancer {
        /// Share of the patterns that is held out for the test, drawn anew for each seed.
        pub test_fraction: f64 = 0.2, Must::Number(Interval::BELOW_ONE);
        /// Whether each input is scaled to mean 0 and variance 1 over the training patterns.
        pub standardise: bool = true, Must::Bool;
    }
}

const TEXT: &str = include_str!("../../data/breast_cancer.csv");
const PATTERNS: usize = 569;
const _: () = assert!(lines(TEXT) == PATTERNS);
const CLASSES: [&str; 2] = ["malignant", "benign"];
#[rustfmt::skip]
const MEASURES: [&str; 10] = [
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points", "symmetry",
    "fractal_dimension",
];

impl BreastCancer {
    fn patterns() -> &'static Arc<Patterns> {
        static READ: OnceLock<Arc<Patterns>> = OnceLock::new();
        READ.get_or_init(|| Arc::new(one_hot_table(TEXT, 30, CLASSES.len())))
    }

    fn preparation(&self) -> Preparation {
        Preparation { test_fraction: self.test_fraction, standardise: self.standardise }
    }
}

impl Task for BreastCancer {
    fn sizes(&self) -> (usize, usize) {
        (30, CLASSES.len())
    }

    fn sample(&self, streams: &Streams) -> Sample {
        self.preparation().sample(Self::patterns(), streams)
    }

    fn input_names(&self) -> Vec<String> {
        let of = |what: &str| MEASURES.map(|measure| format!("{what}_{measure}"));
        [of("mean"), of("error"), of("worst")].concat()
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

impl Named for BreastCancer {
    const KIND: &'static str = "breast_cancer";
    const SOURCE: &'static str = include_str!("breast_cancer.rs");
}

#[cfg(test)]
mod tests {
    use super::super::data_table::checks::{class_counts, range};
    use super::*;

    #[test]
    fn the_published_masses() {
        let patterns = BreastCancer::patterns();
        assert_eq!(class_counts(patterns), [212, 357]);
        // least and greatest as in the data set's description: mean radius and area, error of the area, worst radius and area
        let published = [
            (0, 6.981, 28.11),
            (3, 143.5, 2501.0),
            (13, 6.802, 542.2),
            (20, 7.93, 36.04),
            (23, 185.2, 4254.0),
        ];
        for (input, least, greatest) in published {
            let found = range(patterns, input);
            assert_eq!(
                (found.0, found.1),
                (least, greatest),
                "{}",
                BreastCancer::default().input_names()[input]
            );
        }
        assert_eq!(BreastCancer::default().input_names().len(), 30);
        assert_eq!(BreastCancer::default().input_names()[23], "worst_area");
    }
}
