//! What can be wrong with a data file: file, line, column, what was expected, what stands there.

use crate::diagnostic::{quoted, reason};

/// What is wrong with a task's files, and the key of the task that is to blame.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// A key of the task, such as `targets`.
    pub key: &'static str,
    /// What is wrong.
    pub error: Box<DataError>,
}

impl Fault {
    /// Blames a key for an error: `map_err(Fault::of("targets"))`.
    pub(super) fn of(key: &'static str) -> impl Fn(DataError) -> Self {
        move |error| Self { key, error: Box::new(error) }
    }
}

/// A data file is not as it must be. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DataError {
    /// The file cannot be read.
    #[error("cannot read {file}: {}", reason(*kind))]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        kind: std::io::ErrorKind,
    },
    /// The file is not text.
    #[error("{file}:{line}: not UTF-8 text; expected a CSV file")]
    NotText {
        /// The file.
        file: String,
        /// Line.
        line: u64,
    },
    /// No row of data.
    #[error("{file}: no row of data; expected at least one{}", if *header { " below the header" } else { "" })]
    Empty {
        /// The file.
        file: String,
        /// Whether the first line was read as a header.
        header: bool,
    },
    /// No pixel at all.
    #[error("{file}: no image; expected at least one pixel of one image")]
    NoImage {
        /// The file.
        file: String,
    },
    /// A row with more or fewer cells than the first.
    #[error("{file}:{line}: {got} cells; expected {expected}, as in the first line")]
    Ragged {
        /// The file.
        file: String,
        /// Line.
        line: u64,
        /// Cells of the first line.
        expected: usize,
        /// Cells of this line.
        got: usize,
    },
    /// A cell that is no number.
    #[error("{file}:{line}, column {column}: expected a number, got {}", if cell.is_empty() { "an empty cell".to_string() } else { format!("{cell:?}") })]
    NotANumber {
        /// The file.
        file: String,
        /// Line.
        line: u64,
        /// Name of the column in quotes, or its number.
        column: String,
        /// The cell.
        cell: String,
    },
    /// A number that is not finite.
    #[error("{file}:{line}, column {column}: expected a finite number, got {cell:?}")]
    NotFinite {
        /// The file.
        file: String,
        /// Line.
        line: u64,
        /// Name of the column in quotes, or its number.
        column: String,
        /// The cell.
        cell: String,
    },
    /// A column name that the header does not have.
    #[error("{file}: no column {name:?}; expected {}{}", quoted(.columns, "or"), .nearest.as_ref().map(|near| format!(" (did you mean {near:?}?)")).unwrap_or_default())]
    NoColumn {
        /// The file.
        file: String,
        /// The name asked for.
        name: String,
        /// Names of the header.
        columns: Vec<String>,
        /// The most similar of them.
        nearest: Option<String>,
    },
    /// A column number beyond the last.
    #[error("{file}: no column {number}; expected a number from 1 to {columns}")]
    NoColumnNumber {
        /// The file.
        file: String,
        /// The number asked for.
        number: u64,
        /// Number of columns.
        columns: usize,
    },
    /// A column name for a file without a header.
    #[error(
        "{file}: columns have no names without a header; expected numbers from 1 to {columns}, got {name:?}"
    )]
    NoNames {
        /// The file.
        file: String,
        /// The name asked for.
        name: String,
        /// Number of columns.
        columns: usize,
    },
    /// A column that is asked for twice.
    #[error("{file}: column {column} stands twice among inputs and targets")]
    DoubleColumn {
        /// The file.
        file: String,
        /// Name of the column in quotes, or its number.
        column: String,
    },
    /// Every column is a target.
    #[error("{file}: no column is left for the inputs")]
    NoInputs {
        /// The file.
        file: String,
    },
    /// A target column with a single class.
    #[error("{file}, column {column}: expected at least two classes, got only {class:?}")]
    OneClass {
        /// The file.
        file: String,
        /// Name of the column in quotes, or its number.
        column: String,
        /// The class.
        class: String,
    },
    /// A column of so many classes that it is none.
    #[error("{file}: column {column} has {classes} classes in {rows} rows, which are as many output units, {} numbers in all, more than {limit}; is it a name of each row?", classes * rows)]
    ManyClasses {
        /// The file.
        file: String,
        /// Name of the column in quotes, or its number.
        column: String,
        /// How many classes.
        classes: usize,
        /// How many rows.
        rows: usize,
        /// Most targets.
        limit: usize,
    },
    /// A gzip file.
    #[error("{file} is compressed; unpack it first (gunzip {file})")]
    Compressed {
        /// The file.
        file: String,
    },
    /// Not an IDX file of the right shape.
    #[error(
        "{file}: expected an IDX file of unsigned bytes with {dimensions} dimensions, got {got}"
    )]
    NotIdx {
        /// The file.
        file: String,
        /// Dimensions expected: 3 for images, 1 for labels.
        dimensions: u8,
        /// What the header says.
        got: String,
    },
    /// An IDX file that ends too early or too late.
    #[error("{file}: the header promises {expected} bytes of data, the file holds {got}")]
    WrongLength {
        /// The file.
        file: String,
        /// Bytes promised.
        expected: u128,
        /// Bytes held.
        got: usize,
    },
    /// Images and labels of different number or size.
    #[error("{file}: {got}, but {other} has {expected}")]
    Mismatch {
        /// The file.
        file: String,
        /// What it has.
        got: String,
        /// The file that it must fit.
        other: String,
        /// What that has.
        expected: String,
    },
    /// A key that makes no sense without another.
    #[error("{key} is given without {other}; give both or none")]
    Half {
        /// The key given.
        key: &'static str,
        /// The key missing.
        other: &'static str,
    },
    /// The file is not the one that the spec pins.
    #[error("the file has SHA-256 {got}; the spec says {expected}")]
    Changed {
        /// SHA-256 in the spec.
        expected: String,
        /// SHA-256 of the file.
        got: String,
    },
}
