//! # Wine: three cultivars by a chemical analysis
//!
//! * Patterns: 178 wines, 59, 71 and 48 of each cultivar, in this order. 13 inputs, each in its own unit (alcohol in % to
//!   proline in mg/l), so standardise them. 3 outputs, one per cultivar, targets 0 and 1.
//! * The classes are linearly separable.
//! * Source: Aeberhard & Forina 1992, UCI Machine Learning Repository, doi 10.24432/C5PC7J, CC BY 4.0.

use super::data_table::{Preparation, lines, one_hot_table};
use super::{Named, Patterns, Sample, Task};
use crate::params::{Interval, Must};
use crate::random::Streams;
use std::sync::{Arc, OnceLock};

crate::params! {
    /// `kind = "wine"`.
    pub struct Wine {
        /// Share of the patterns that is held out for the test, drawn anew for each seed.
        pub test_fraction: f64 = 0.2, Must::Number(Interval::BELOW_ONE);
        /// Whether each input is scaled to mean 0 and variance 1 over the training patterns.
        pub standardise: bool = true, Must::Bool;
    }
}

const TEXT: &str = include_str!("../../data/wine.csv");
const PATTERNS: usize = 178;
const _: () = assert!(lines(TEXT) == PATTERNS);
const CLASSES: [&str; 3] = ["cultivar_0", "cultivar_1", "cultivar_2"];
#[rustfmt::skip]
const INPUTS: [&str; 13] = [
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
    "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315", "proline",
];

impl Wine {
    fn patterns() -> &'static Arc<Patterns> {
        static READ: OnceLock<Arc<Patterns>> = OnceLock::new();
        READ.get_or_init(|| Arc::new(one_hot_table(TEXT, 13, CLASSES.len())))
    }

    fn preparation(&self) -> Preparation {
        Preparation { test_fraction: self.test_fraction, standardise: self.standardise }
    }
}

impl Task for Wine {
    fn sizes(&self) -> (usize, usize) {
        (13, CLASSES.len())
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

impl Named for Wine {
    const KIND: &'static str = "wine";
    const SOURCE: &'static str = include_str!("wine.rs");
}

#[cfg(test)]
mod tests {
    use super::super::data_table::checks::{class_counts, range};
    use super::*;

    #[test]
    fn the_published_wines() {
        let patterns = Wine::patterns();
        assert_eq!(class_counts(patterns), [59, 71, 48]);
        // least and greatest as in the data set's description, which rounds some of them
        let published = [
            (1, 0.74, 5.80),
            (2, 1.36, 3.23),
            (4, 70.0, 162.0),
            (6, 0.34, 5.08),
            (12, 278.0, 1680.0),
        ];
        for (input, least, greatest) in published {
            let found = range(patterns, input);
            assert_eq!((found.0, found.1), (least, greatest), "{}", INPUTS[input]);
        }
        let (.., mean) = range(patterns, 12);
        assert!((mean - 746.0).abs() < 1.0, "{mean}"); // printed as 746
    }
}
