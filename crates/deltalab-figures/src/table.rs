//! The CSV beside a figure: the numbers that are drawn, under the names of the other tables.

use deltalab_results::{Cell, Study};

use crate::error::Error;

/// A table. Every row begins with `cell,learner,` and the axes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Rows, in the order in which they were drawn.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table whose own columns are `columns`.
    pub fn new(study: &Study, columns: &[&str]) -> Self {
        let own = columns.iter().copied();
        let shared = ["cell", "learner"].into_iter().chain(study.axes.iter().map(String::as_str));
        Table { header: shared.chain(own).map(str::to_owned).collect(), rows: Vec::new() }
    }

    /// Adds a row of a cell.
    pub fn push<const N: usize>(&mut self, study: &Study, cell: &Cell, values: [String; N]) {
        let axis = |i: usize| cell.axes.get(i).cloned().flatten().unwrap_or_default();
        let mut row = vec![cell.id.clone(), cell.learner.clone()];
        row.extend((0..study.axes.len()).map(axis));
        row.extend(values);
        self.rows.push(row);
    }

    /// The table as CSV: UTF-8, LF.
    pub fn csv(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::Any(b'\n'))
            .from_writer(&mut bytes);
        writer.write_record(&self.header)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.flush().map_err(csv::Error::from)?;
        drop(writer);
        Ok(bytes)
    }
}
