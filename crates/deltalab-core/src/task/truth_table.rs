//! # Truth table: any table of one's own, row by row
//!
//! `rows = ["00 0", "01 1", "10 1", "11 0"]`
//!
//! * A row is a string, inputs and targets as digits with a blank or `->` between the two; or, for any numbers, a list of
//!   two lists: `rows = [[[-1, 0.5], [1]], [[1, 0.5], [0]]]`. With `->` there may be blanks anywhere: `"0 1 -> 1"`.
//! * Patterns: the rows in their order. As many inputs and outputs as the first row has; every other row must have the same.

use super::shared::shared;
use super::{Named, Patterns, Sample, Task};
use crate::params::{Interval, Must};
use crate::random::Streams;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

const NUMBERS: Must = Must::List(&Must::Number(Interval::FINITE));

crate::params! {
    /// `kind = "truth_table"`.
    pub struct TruthTable {
        /// The rows: `"01 1"`, or `[[0, 1], [1]]`.
        pub rows: Vec<Row>, Must::List(&Must::OneOf(&[Must::Text, Must::List(&NUMBERS)]));
    }
}

/// A row as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Row {
    /// `"01 1"` or `"0 1 -> 1"`: a digit for each input, then for each target.
    Digits(String),
    /// `[[0, 1], [1]]`: the inputs and the targets.
    Numbers(Vec<Vec<f64>>),
}

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq)]
enum RowError {
    /// Not in two parts.
    Parts(usize),
    /// A character that is no digit.
    NotADigit(char),
    /// No input, or no target.
    Empty(&'static str),
    /// More or fewer inputs or targets than the first row.
    Ragged { what: &'static str, found: usize, first_row: usize },
}

impl std::fmt::Display for RowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Parts(found) => write!(
                f,
                "expected two parts, inputs and targets, as in \"01 1\", \"0 1 -> 1\" or [[0, 1], [1]]; found {found}"
            ),
            Self::NotADigit(found) => {
                write!(
                    f,
                    "expected digits, as in \"01 1\"; found {found:?} (other numbers are written [[-1, 0.5], [1]])"
                )
            }
            Self::Empty(what) => write!(f, "expected at least one {what}"),
            Self::Ragged { what, found, first_row } => {
                let plural = if *found == 1 { "" } else { "s" };
                write!(f, "{found} {what}{plural}, but row 1 has {first_row}")
            }
        }
    }
}

type Numbers = (Vec<f64>, Vec<f64>);

impl Row {
    fn numbers(&self) -> Result<Numbers, RowError> {
        let (inputs, targets) = match self {
            Self::Digits(text) => {
                let parts: Vec<&str> = match text.contains("->") {
                    true => text.split("->").collect(),
                    false => text.split_whitespace().collect(),
                };
                let [inputs, targets] = parts[..] else { return Err(RowError::Parts(parts.len())) };
                (digits(inputs)?, digits(targets)?)
            }
            Self::Numbers(parts) => {
                let [inputs, targets] = &parts[..] else {
                    return Err(RowError::Parts(parts.len()));
                };
                (inputs.clone(), targets.clone())
            }
        };
        match (inputs.is_empty(), targets.is_empty()) {
            (true, _) => Err(RowError::Empty("input")),
            (_, true) => Err(RowError::Empty("target")),
            _ => Ok((inputs, targets)),
        }
    }
}

fn digits(text: &str) -> Result<Vec<f64>, RowError> {
    let digit = |c: char| c.to_digit(10).map(f64::from).ok_or(RowError::NotADigit(c));
    text.chars().filter(|c| !c.is_whitespace()).map(digit).collect()
}

impl TruthTable {
    /// The rows as numbers, or the number of the first bad row (from 1) and what is wrong with it.
    fn numbers(&self) -> Result<Vec<Numbers>, (usize, RowError)> {
        let mut rows: Vec<Numbers> = Vec::with_capacity(self.rows.len());
        for (row, written) in (1..).zip(&self.rows) {
            let numbers = written.numbers().map_err(|error| (row, error))?;
            let first = rows.first().unwrap_or(&numbers);
            let same = |what, found: usize, first_row: usize| match found == first_row {
                true => Ok(()),
                false => Err((row, RowError::Ragged { what, found, first_row })),
            };
            same("input", numbers.0.len(), first.0.len())?;
            same("target", numbers.1.len(), first.1.len())?;
            rows.push(numbers);
        }
        Ok(rows)
    }
}

impl Task for TruthTable {
    fn sizes(&self) -> (usize, usize) {
        let first = self.rows.first().and_then(|row| row.numbers().ok());
        first.map_or((0, 0), |(inputs, targets)| (inputs.len(), targets.len()))
    }

    fn sample(&self, _: &Streams) -> Sample {
        let (inputs, outputs) = self.sizes();
        Sample::all(shared(self, || {
            let rows = self.numbers().unwrap_or_default();
            Patterns {
                inputs: DMatrix::from_fn(inputs, rows.len(), |i, p| rows[p].0[i]),
                targets: DMatrix::from_fn(outputs, rows.len(), |k, p| rows[p].1[k]),
            }
        }))
    }

    fn train_patterns(&self) -> usize {
        self.rows.len()
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        if self.rows.is_empty() {
            return Some((
                "rows",
                "expected at least one row, as in rows = [\"00 0\", \"01 1\"]".to_string(),
            ));
        }
        self.numbers().err().map(|(row, error)| ("rows", format!("row {row}: {error}")))
    }
}

impl Named for TruthTable {
    const KIND: &'static str = "truth_table";
    const SOURCE: &'static str = include_str!("truth_table.rs");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn table(rows: &[&str]) -> TruthTable {
        TruthTable { rows: rows.iter().map(|row| Row::Digits(row.to_string())).collect() }
    }

    #[test]
    fn strings_and_lists_say_the_same() {
        let sample = |task: TruthTable| task.sample(&Streams::new(0, 0));
        let written = sample(table(&["00 0", "0 1 -> 1", "1 0->1", " 11  0 "]));
        assert_eq!(written, sample_of_xor());
        let numbers =
            [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]].into_iter().zip([0.0, 1.0, 1.0, 0.0]);
        let rows = numbers.map(|(x, t)| Row::Numbers(vec![x.to_vec(), vec![t]])).collect();
        assert_eq!(sample(TruthTable { rows }), written);
    }

    fn sample_of_xor() -> Sample {
        super::super::Xor::default().sample(&Streams::new(0, 0))
    }

    #[test]
    fn bad_rows_are_named_with_what_was_expected() {
        let complaint = |rows: &[&str]| {
            table(rows).complaint().map(|(_, sentence)| sentence).unwrap_or_default()
        };
        assert_eq!(complaint(&["00 0", "01 1"]), "");
        assert_eq!(complaint(&["00 0", "011 1"]), "row 2: 3 inputs, but row 1 has 2");
        assert_eq!(complaint(&["00 01", "01 1"]), "row 2: 1 target, but row 1 has 2");
        assert!(complaint(&["00 0", "0x 1"]).starts_with("row 2: expected digits"));
        assert!(complaint(&["0 0 0"]).starts_with("row 1: expected two parts"));
        assert!(complaint(&["001"]).ends_with("found 1"));
        assert_eq!(complaint(&["-> 1"]), "row 1: expected at least one input");
        assert!(complaint(&[]).starts_with("expected at least one row"));
        let three = TruthTable { rows: vec![Row::Numbers(vec![vec![1.0]; 3])] };
        assert!(
            three
                .complaint()
                .is_some_and(|(key, sentence)| key == "rows" && sentence.ends_with("found 3"))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..Default::default() })]

        #[test]
        fn any_text_is_a_table_or_a_complaint(rows in proptest::collection::vec("[01 >\\-]{0,8}", 0..5)) {
            let task = TruthTable { rows: rows.into_iter().map(Row::Digits).collect() };
            let sample = task.sample(&Streams::new(0, 0));
            prop_assert!(task.complaint().is_some() || sample.train.len() == task.train_patterns());
        }
    }
}
