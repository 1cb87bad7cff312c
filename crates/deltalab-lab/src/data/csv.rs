//! # A CSV file of your own
//!
//! One pattern per row. A spec says which columns are inputs and which are targets, by the names in the header or by number
//! (from 1). Input cells are numbers. A target column of numbers is one output unit; a target column of text is a class: one
//! output unit per class, in alphabetical order, 1 for the class of the row and 0 for the others.
//!
//! * File: UTF-8, cells separated by `separator`, quoted as usual where they hold one; blanks around a cell do not count.
//! * Units: as in the file; with `standardise` the network sees (x − mean) / standard deviation over the training patterns.
//! * Test: `test_fraction` of the rows, chosen by the run's seed.

use super::loaded::{FileTask, HoldOut, Inputs, Loaded, digest, pin, read};
use super::{DataError, Fault};
use crate::diagnostic::nearest;
use deltalab_core::params::{Interval, Must};
use deltalab_core::task::Patterns;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

const COLUMN: Must = Must::OneOf(&[Must::Text, Must::Integer(1, 1_000_000)]);

/// Most targets that the classes of one column make, each row having one for every class.
const MOST_TARGETS: usize = 100_000_000;

deltalab_core::params! {
    /// What `kind = "csv"` takes.
    pub struct Csv {
        /// The file, relative to the spec's folder.
        pub file: String, Must::Text;
        /// Input columns: names, or numbers from 1. Empty: every column that is no target.
        pub inputs: Vec<Column> = Vec::new(), Must::List(&COLUMN);
        /// Target columns: names, or numbers from 1.
        pub targets: Vec<Column>, Must::List(&COLUMN);
        /// How target cells become output units: `"auto"` takes a column without any number as classes, `"one_hot"` takes
        /// every target column as classes (labels such as 0 to 9), `"number"` none.
        pub target_coding: TargetCoding = TargetCoding::Auto, Must::Choice(&["auto", "one_hot", "number"]);
        /// Whether the first line holds the names of the columns.
        pub header: bool = true, Must::Bool;
        /// What stands between cells.
        pub separator: String = ",".to_string(), Must::Choice(&[",", ";", "\t"]);
        /// Share of the rows that is held out for the test, chosen by the run's seed.
        pub test_fraction: f64 = 0.0, Must::Number(Interval::BELOW_ONE);
        /// Whether inputs are standardised to mean 0 and standard deviation 1 over the training patterns.
        pub standardise: bool = false, Must::Bool;
        /// SHA-256 of the file. Empty: whatever the file holds; it is filled in, and part of the cell's identity.
        pub sha256: String = String::new(), Must::Text;
    }
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// By number, from 1.
    Number(u64),
    /// By its name in the header.
    Name(String),
}

/// How target cells become output units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetCoding {
    /// Classes where no cell of the column is a number.
    #[default]
    Auto,
    /// Every target column holds classes.
    OneHot,
    /// Every target column holds numbers.
    Number,
}

impl FileTask for Csv {
    const KIND: &'static str = "csv";
    const SOURCE: &'static str = include_str!("csv.rs");

    fn load(mut self, folder: &Path) -> Result<(Self, Loaded), Fault> {
        let bytes = read(folder, &self.file).map_err(Fault::of("file"))?;
        pin(&mut self.sha256, digest(&[&bytes]))?;
        let cells = Cells::read(&self, &bytes).map_err(Fault::of("file"))?;
        let targets = cells.columns(&self.targets).map_err(Fault::of("targets"))?;
        let inputs = match self.inputs.is_empty() {
            true => (0..cells.width).filter(|column| !targets.contains(column)).collect(),
            false => cells.columns(&self.inputs).map_err(Fault::of("inputs"))?,
        };
        cells.each_once(&inputs, &targets).map_err(Fault::of("inputs"))?;
        let inputs =
            inputs.iter().map(|&column| cells.numbers(column)).collect::<Result<Vec<_>, _>>();
        let inputs = inputs.map_err(Fault::of("inputs"))?;
        let outputs = targets.iter().map(|&column| cells.target(column, self.target_coding));
        let outputs =
            outputs.collect::<Result<Vec<_>, _>>().map_err(Fault::of("targets"))?.concat();
        let rows = cells.rows.len();
        let patterns = Patterns {
            inputs: DMatrix::from_fn(inputs.len(), rows, |i, p| inputs[i].1[p]),
            targets: DMatrix::from_fn(outputs.len(), rows, |k, p| outputs[k].1[p]),
        };
        let task = Loaded {
            patterns: Arc::new(patterns),
            input_names: inputs.into_iter().map(|(name, _)| name).collect(),
            output_names: outputs.into_iter().map(|(name, _)| name).collect(),
            hold_out: HoldOut::Fraction(self.test_fraction),
            inputs: if self.standardise { Inputs::Standardised } else { Inputs::AsRead },
        };
        Ok((self, task))
    }
}

/// A unit's name and its value in every row.
type Unit = (String, Vec<f64>);

/// The cells of a file, as text.
struct Cells<'a> {
    file: &'a str,
    names: Option<Vec<String>>,
    width: usize,
    /// Line and cells of each row.
    rows: Vec<(u64, csv::StringRecord)>,
}

impl<'a> Cells<'a> {
    fn read(params: &'a Csv, bytes: &[u8]) -> Result<Self, DataError> {
        let file = params.file.as_str();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true) // ragged rows are reported here, with both numbers
            .trim(csv::Trim::All)
            .delimiter(params.separator.as_bytes().first().copied().unwrap_or(b','))
            .from_reader(bytes);
        let mut rows = Vec::new();
        let mut end = 0;
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                DataError::NotText { file: file.to_string(), line }
            })?;
            let line = record.position().map_or(end, csv::Position::line);
            end = line + 1;
            rows.push((line, record));
        }
        let width = rows.first().map_or(0, |(_, first)| first.len());
        if let Some((line, row)) = rows.iter().find(|(_, row)| row.len() != width) {
            return Err(DataError::Ragged {
                file: file.to_string(),
                line: *line,
                expected: width,
                got: row.len(),
            });
        }
        let names = match params.header && !rows.is_empty() {
            true => Some(rows.remove(0).1.iter().map(str::to_string).collect()),
            false => None,
        };
        if rows.is_empty() {
            return Err(DataError::Empty { file: file.to_string(), header: params.header });
        }
        Ok(Self { file, names, width, rows })
    }

    fn columns(&self, asked: &[Column]) -> Result<Vec<usize>, DataError> {
        let file = || self.file.to_string();
        let find = |column: &Column| match (column, &self.names) {
            (Column::Number(number), _) => match usize::try_from(*number) {
                Ok(number) if (1..=self.width).contains(&number) => Ok(number - 1),
                _ => Err(DataError::NoColumnNumber {
                    file: file(),
                    number: *number,
                    columns: self.width,
                }),
            },
            (Column::Name(name), None) => {
                Err(DataError::NoNames { file: file(), name: name.clone(), columns: self.width })
            }
            (Column::Name(name), Some(names)) => {
                names.iter().position(|known| known == name).ok_or_else(|| {
                    let nearest = nearest(name, names.iter().map(String::as_str));
                    DataError::NoColumn {
                        file: file(),
                        name: name.clone(),
                        columns: names.clone(),
                        nearest,
                    }
                })
            }
        };
        asked.iter().map(find).collect()
    }

    fn each_once(&self, inputs: &[usize], targets: &[usize]) -> Result<(), DataError> {
        if inputs.is_empty() {
            return Err(DataError::NoInputs { file: self.file.to_string() });
        }
        let mut seen = BTreeSet::new();
        match inputs.iter().chain(targets).find(|column| !seen.insert(**column)) {
            Some(&column) => Err(DataError::DoubleColumn {
                file: self.file.to_string(),
                column: self.shown(column),
            }),
            None => Ok(()),
        }
    }

    /// The column's name in quotes, or its number.
    fn shown(&self, column: usize) -> String {
        self.names
            .as_ref()
            .map_or_else(|| (column + 1).to_string(), |names| format!("{:?}", names[column]))
    }

    /// The column's name, or `column N`.
    fn name(&self, column: usize) -> String {
        self.names
            .as_ref()
            .map_or_else(|| format!("column {}", column + 1), |names| names[column].clone())
    }

    fn numbers(&self, column: usize) -> Result<Unit, DataError> {
        let number = |(line, row): &(u64, csv::StringRecord)| {
            let (file, column, cell) =
                (self.file.to_string(), self.shown(column), row[column].to_string());
            match cell.parse::<f64>() {
                Ok(x) if x.is_finite() => Ok(x),
                Ok(_) => Err(DataError::NotFinite { file, line: *line, column, cell }),
                Err(_) => Err(DataError::NotANumber { file, line: *line, column, cell }),
            }
        };
        Ok((self.name(column), self.rows.iter().map(number).collect::<Result<_, _>>()?))
    }

    fn target(&self, column: usize, coding: TargetCoding) -> Result<Vec<Unit>, DataError> {
        let cells = || self.rows.iter().map(|(_, row)| &row[column]);
        let has_number = || cells().any(|cell| cell.parse::<f64>().is_ok() || cell.is_empty());
        if coding == TargetCoding::Number || (coding == TargetCoding::Auto && has_number()) {
            return Ok(vec![self.numbers(column)?]);
        }
        let classes: BTreeSet<&str> = cells().collect();
        if let (1, Some(class)) = (classes.len(), classes.first()) {
            let class = (*class).to_string();
            return Err(DataError::OneClass {
                file: self.file.to_string(),
                column: self.shown(column),
                class,
            });
        }
        if classes.len() * self.rows.len() > MOST_TARGETS {
            return Err(DataError::ManyClasses {
                file: self.file.to_string(),
                column: self.shown(column),
                classes: classes.len(),
                rows: self.rows.len(),
                limit: MOST_TARGETS,
            });
        }
        let unit = |class: &&str| {
            (
                (*class).to_string(),
                cells().map(|cell| f64::from(u8::from(cell == *class))).collect(),
            )
        };
        Ok(classes.iter().map(unit).collect())
    }
}
