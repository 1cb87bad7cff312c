//! Data sets that are part of the program: comma-separated measurements and, last in each line, the class from 0.
//!
//! The files and their licences are described in `data/README.md`. They are checked where the program is compiled (number
//! of lines) and by the tests (every cell).

use super::{Patterns, Sample, split, standardise, test_count};
use crate::random::{Purpose, Streams};
use nalgebra::DMatrix;
use std::sync::Arc;

/// Number of lines, for a check while compiling.
pub(super) const fn lines(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        count += (bytes[at] == b'\n') as usize;
        at += 1;
    }
    count
}

/// One pattern per line: `inputs` numbers, and targets that are 1 for the class of the line, 0 for the others.
///
/// # Panics
/// When `text` is not such a table: it comes with the program.
pub(super) fn one_hot_table(text: &str, inputs: usize, classes: usize) -> Patterns {
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let number = |cell: &str| {
        cell.parse::<f64>().unwrap_or_else(|error| panic!("embedded data, {cell:?}: {error}"))
    };
    let class = |row: &[&str]| -> usize {
        row[inputs].parse().unwrap_or_else(|error| panic!("class of {row:?}: {error}"))
    };
    Patterns {
        inputs: DMatrix::from_fn(inputs, rows.len(), |i, p| number(rows[p][i])),
        targets: DMatrix::from_fn(classes, rows.len(), |k, p| {
            if class(&rows[p]) == k { 1.0 } else { 0.0 }
        }),
    }
}

/// How a data set becomes the patterns of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Preparation {
    /// Share held out for the test.
    pub test_fraction: f64,
    /// Whether inputs get mean 0 and variance 1 over the training patterns.
    pub standardise: bool,
}

impl Preparation {
    /// Splits by the seed and standardises over the training patterns.
    pub fn sample(self, patterns: &Arc<Patterns>, streams: &Streams) -> Sample {
        let (train, test) =
            split(patterns.len(), self.test_fraction, streams.stream(Purpose::Split, ""));
        let standardise = self.standardise.then(|| standardise(patterns, &train));
        Sample { patterns: patterns.clone(), train, test, standardise }
    }

    /// Training patterns of `all`.
    pub fn train_patterns(self, all: usize) -> usize {
        all - test_count(all, self.test_fraction)
    }
}

#[cfg(test)]
pub(super) mod checks {
    use super::*;

    /// How many patterns each class has; every target is one-hot.
    pub fn class_counts(patterns: &Patterns) -> Vec<usize> {
        assert!(patterns.targets.column_iter().all(|target| target.sum() == 1.0));
        patterns.targets.row_iter().map(|class| class.sum() as usize).collect()
    }

    /// (least, greatest, mean) of an input over all patterns.
    pub fn range(patterns: &Patterns, input: usize) -> (f64, f64, f64) {
        let row = patterns.inputs.row(input);
        (row.min(), row.max(), row.sum() / row.len() as f64)
    }

    #[test]
    fn a_table_is_read_cell_by_cell() {
        let patterns = one_hot_table("1.5,-2,1\n3,4e-1,0\n", 2, 3);
        assert_eq!(patterns.inputs.as_slice(), [1.5, -2.0, 3.0, 0.4]);
        assert_eq!(patterns.targets.as_slice(), [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(lines("a\nb\n"), 2);
    }
}
