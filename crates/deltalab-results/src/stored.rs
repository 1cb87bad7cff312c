//! Finished runs as a folder keeps them: from the journal, or, where results were stored without it, from the tables.
//!
//! | source | what it holds |
//! |---|---|
//! | `parts/` | every run, those of a tuning too, whole |
//! | `runs.csv` | status, epochs and final metrics of the runs that are compared |
//! | `curves.csv` | their curves |
//!
//! A number in a table is the shortest that reads back to the same bits, so a run read from there is the run that was written,
//! but for `pattern_updates`, which no table has (0 here).

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::journal::{self, Damaged, Loaded};
use crate::{Error, Folder, Record, Series, Status};

/// Where runs were read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The journal in `parts/`.
    Journal,
    /// `runs.csv` and `curves.csv`.
    Tables,
    /// `runs.csv` alone: the runs have no curves.
    RunsTable,
}

impl Source {
    /// The files, in words.
    pub fn name(self) -> &'static str {
        match self {
            Source::Journal => "parts/",
            Source::Tables => "runs.csv and curves.csv",
            Source::RunsTable => "runs.csv",
        }
    }
}

/// The finished runs of a folder.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The runs, in the order in which they stand there.
    pub records: Vec<Record>,
    /// Where they stand.
    pub source: Source,
    /// Journal lines that were set aside.
    pub damaged: Vec<Damaged>,
}

impl Folder {
    /// Reads the finished runs: from the journal if there is one, else from the tables.
    ///
    /// # Errors
    /// [`Error::NoRuns`] where neither is there, [`Error::Table`] for a table that is none of ours; those of [`journal::load`].
    pub fn stored(&self) -> Result<Stored, Error> {
        let Loaded { records, damaged } = journal::load(&self.parts())?;
        if !records.is_empty() || !damaged.is_empty() {
            return Ok(Stored { records, source: Source::Journal, damaged });
        }
        let Some(mut records) = read_runs(&self.path().join("runs.csv"))? else {
            return Err(Error::NoRuns { path: self.path().to_owned() });
        };
        let source = match read_curves(&self.path().join("curves.csv"), &mut records)? {
            true => Source::Tables,
            false => Source::RunsTable,
        };
        Ok(Stored { records, source, damaged })
    }
}

/// Columns of `runs.csv` between the axes and the final metrics.
const OWN: [&str; 4] = ["seed", "status", "epochs", "solved_epoch"];

/// The runs of a `runs.csv`, without curves; `None` if there is no such file.
fn read_runs(path: &Path) -> Result<Option<Vec<Record>>, Error> {
    let Some(mut rows) = Rows::open(path)? else { return Ok(None) };
    let place = rows.header.windows(OWN.len()).position(|columns| columns == OWN);
    let place = place.filter(|_| rows.header[0] == "cell").ok_or_else(|| rows.wrong("header"))?;
    let metrics = rows.header.split_off(place + OWN.len());
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let [seed, status, epochs, solved] = [0, 1, 2, 3].map(|column| &row[place + column]);
        let status = [Status::Solved, Status::Unsolved, Status::Diverged]
            .into_iter()
            .find(|known| known.name() == status)
            .ok_or_else(|| rows.wrong("status"))?;
        let mut finals = Vec::new();
        for (name, value) in metrics.iter().zip(row.iter().skip(place + OWN.len())) {
            if !value.is_empty() {
                finals.push((name.clone(), value.parse().map_err(|_| rows.wrong(name))?));
            }
        }
        let solved_epoch = match solved {
            "" => None,
            epoch => Some(epoch.parse().map_err(|_| rows.wrong("solved_epoch"))?),
        };
        records.push(Record {
            cell: row[0].to_owned(),
            seed: seed.parse().map_err(|_| rows.wrong("seed"))?,
            status,
            epochs: epochs.parse().map_err(|_| rows.wrong("epochs"))?,
            solved_epoch,
            finals,
            curves: Vec::new(),
            pattern_updates: 0,
        });
    }
    Ok(Some(records))
}

/// Gives runs their curves; whether there was a `curves.csv`.
fn read_curves(path: &Path, records: &mut [Record]) -> Result<bool, Error> {
    let Some(mut rows) = Rows::open(path)? else { return Ok(false) };
    if rows.header != ["cell", "seed", "epoch", "metric", "value"] {
        return Err(rows.wrong("header"));
    }
    let places: HashMap<(String, u64), usize> = (records.iter().enumerate())
        .map(|(place, record)| ((record.cell.clone(), record.seed), place))
        .collect();
    while let Some(row) = rows.next()? {
        let seed = row[1].parse().map_err(|_| rows.wrong("seed"))?;
        let epoch: u64 = row[2].parse().map_err(|_| rows.wrong("epoch"))?;
        let value: f64 = row[4].parse().map_err(|_| rows.wrong("value"))?;
        let Some(&place) = places.get(&(row[0].to_owned(), seed)) else {
            return Err(rows.wrong("cell and seed of no run in runs.csv"));
        };
        let curves = &mut records[place].curves;
        if curves.last().is_none_or(|series| series.metric != row[3]) {
            curves.push(Series {
                metric: row[3].to_owned(),
                epochs: Vec::new(),
                values: Vec::new(),
            });
        }
        if let Some(series) = curves.last_mut() {
            series.epochs.push(epoch);
            series.values.push(value);
        }
    }
    Ok(true)
}

/// A table, row by row.
struct Rows<'a> {
    path: &'a Path,
    header: Vec<String>,
    reader: csv::Reader<File>,
    line: u64,
}

impl<'a> Rows<'a> {
    fn open(path: &'a Path) -> Result<Option<Self>, Error> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(Error::read(path))?,
        };
        let mut reader = csv::Reader::from_reader(file);
        let header = reader.headers().map_err(|source| unreadable(path, source))?;
        let header = header.iter().map(str::to_owned).collect();
        Ok(Some(Rows { path, header, reader, line: 1 }))
    }

    fn next(&mut self) -> Result<Option<csv::StringRecord>, Error> {
        let mut row = csv::StringRecord::new();
        let there =
            self.reader.read_record(&mut row).map_err(|source| unreadable(self.path, source))?;
        self.line = row.position().map_or(self.line, csv::Position::line);
        Ok(there.then_some(row))
    }

    fn wrong(&self, column: &str) -> Error {
        let at = crate::Line { file: self.path.to_owned(), line: self.line as usize };
        Error::Table { at, column: column.to_owned() }
    }
}

fn unreadable(path: &Path, error: csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line) as usize;
    let path = path.to_owned();
    match error.into_kind() {
        csv::ErrorKind::Io(source) => Error::Read { path, source },
        _ => Error::Table { at: crate::Line { file: path, line }, column: "row".to_owned() },
    }
}
