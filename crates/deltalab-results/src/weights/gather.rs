//! From the parts to `weights/<cell>.safetensors`, as streams: however many runs, memory stays flat.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::index::{FINISHED, FORMAT, Index, Kept, files};
use super::part::{self, EXTENSION, Label};
use super::safetensors::{Dtype, Header};
use crate::study::Cell;
use crate::{Error, Folder, Study, disk};

/// Weights that no cell of the study asks for.
const OTHERS: &str = "others";

/// Makes the file of each cell of the study, of the runs that `from` has (usually `folder` alone; several are merged), the runs
/// in the order of the study's seeds. Weights that the study does not ask for, of other seeds or cells, go to
/// `parts/others.weights`, for a later spec; so the files are the same whatever came before. All other parts of `folder` are
/// removed. Nobody may append to a part meanwhile.
///
/// Every file is written beside its place first and then moved there, the others before the rest: whatever instant the process
/// dies at, the weights of a run stand somewhere.
///
/// # Errors
/// [`Error::Read`] and [`Error::Write`].
pub fn gather(from: &[&Folder], folder: &Folder, study: &Study) -> Result<(), Error> {
    let (index, parts) = (Index::of(from)?, folder.parts());
    let old = [files(&parts, EXTENSION)?, files(&folder.weights(), FINISHED)?].concat();
    let mut asked = HashSet::new();
    let mut staged = Vec::new();
    for cell in study.cells.iter().filter(|cell| !cell.weights.is_none() && !cell.id.is_empty()) {
        let runs = study.seeds.iter().filter_map(|&seed| {
            let (run, kept) = index.runs.get_key_value(&(cell.id.clone(), seed))?;
            (kept.which == cell.weights).then_some((run, kept))
        });
        let runs: Vec<(&(String, u64), &Kept)> = runs.collect();
        if !runs.is_empty() {
            asked.extend(runs.iter().map(|(run, _)| *run));
            fs::create_dir_all(folder.weights()).map_err(Error::write(&folder.weights()))?;
            let path = folder.weights().join(format!("{}.{FINISHED}", cell.id));
            staged.push(stage(&path, |to| write_cell(&index, cell, &runs, to))?);
        }
    }
    let mut others: Vec<_> = index.runs.iter().filter(|(run, _)| !asked.contains(run)).collect();
    others.sort_by_key(|(run, _)| *run);
    if !others.is_empty() {
        let path = part::path(&parts, OTHERS);
        staged.insert(0, stage(&path, |to| write_others(&index, &others, to))?);
    }
    for path in &staged {
        fs::rename(disk::temporary_name(path), path).map_err(Error::write(path))?;
    }
    for path in old.iter().filter(|path| !staged.contains(path)) {
        fs::remove_file(path).map_err(Error::write(path))?;
    }
    let _ = fs::remove_dir(folder.weights()); // if it is empty
    Ok(())
}

/// Writes a file beside its place.
fn stage(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Fault>,
) -> Result<PathBuf, Error> {
    let temporary = disk::temporary_name(path);
    let written = || -> Result<(), Fault> {
        let mut to = BufWriter::with_capacity(1 << 18, File::create(&temporary)?);
        write(&mut to)?;
        to.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(())
    };
    written().map_err(|fault| {
        let _ = fs::remove_file(&temporary);
        match fault {
            Fault::Reading(path, source) => Error::Read { path, source },
            Fault::Writing(source) => Error::Write { path: path.to_owned(), source },
        }
    })?;
    Ok(path.to_owned())
}

/// Copying from one file to another fails on one side or the other.
enum Fault {
    Reading(PathBuf, io::Error),
    Writing(io::Error),
}

impl From<io::Error> for Fault {
    fn from(source: io::Error) -> Self {
        Self::Writing(source)
    }
}

/// The file of a cell. Moments of runs that are of another shape than the first run's, which a change of the program alone could
/// make, are left out; their runs count as missing the next time.
fn write_cell(
    index: &Index,
    cell: &Cell,
    runs: &[(&(String, u64), &Kept)],
    to: &mut impl Write,
) -> Result<(), Fault> {
    let shapes = runs[0].1.shapes.clone();
    let alike = |(_, kept): &&(&(String, u64), &Kept)| kept.shapes == shapes;
    let moments: usize = runs.iter().filter(alike).map(|(_, kept)| kept.epochs.len()).sum();
    let word = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let mut header = Header {
        metadata: vec![
            word("cell", &cell.id),
            word("format", FORMAT),
            word("learner", &cell.learner),
            word("weights", cell.weights.name()),
        ],
        entries: Vec::new(),
    };
    header.push("seed", Dtype::U64, vec![moments]);
    header.push("epoch", Dtype::U64, vec![moments]);
    for shape in &*shapes {
        header.push(&shape.name, shape.dtype, [&[moments], &shape.extent[..]].concat());
    }
    to.write_all(&header.encode())?;
    for ((_, seed), kept) in runs.iter().filter(alike) {
        for _ in &*kept.epochs {
            to.write_all(&seed.to_le_bytes())?;
        }
    }
    for epoch in runs.iter().filter(alike).flat_map(|(_, kept)| &*kept.epochs) {
        to.write_all(&epoch.to_le_bytes())?;
    }
    let mut from = Sources { index, open: None };
    for tensor in 0..shapes.len() {
        for (_, kept) in runs.iter().filter(alike) {
            from.copy(kept, tensor, to)?;
        }
    }
    Ok(())
}

fn write_others(
    index: &Index,
    runs: &[(&(String, u64), &Kept)],
    to: &mut impl Write,
) -> Result<(), Fault> {
    let mut from = Sources { index, open: None };
    for ((cell, seed), kept) in runs {
        let label = Label {
            cell: cell.clone(),
            seed: *seed,
            weights: kept.which,
            epochs: kept.epochs.to_vec(),
            tensors: kept.shapes.to_vec(),
        };
        let mut numbers = Vec::new();
        for tensor in 0..kept.shapes.len() {
            from.copy(kept, tensor, &mut numbers)?;
        }
        to.write_all(&part::encode(&label, &numbers))?;
    }
    Ok(())
}

/// The files that numbers are copied from, one of them open.
struct Sources<'a> {
    index: &'a Index,
    open: Option<(usize, File)>,
}

impl Sources<'_> {
    /// Copies a tensor of a run.
    fn copy(&mut self, kept: &Kept, tensor: usize, to: &mut impl Write) -> Result<(), Fault> {
        let length = kept.shapes[tensor].bytes() * kept.epochs.len() as u64;
        let path = &self.index.files[kept.file];
        let reading = |source| Fault::Reading(path.clone(), source);
        if self.open.as_ref().is_none_or(|(file, _)| *file != kept.file) {
            self.open = Some((kept.file, File::open(path).map_err(reading)?));
        }
        let Some((_, file)) = &mut self.open else { return Ok(()) };
        file.seek(SeekFrom::Start(kept.at[tensor])).map_err(reading)?;
        // by pieces, so that an error of reading is told from one of writing
        let mut piece = [0; 1 << 14];
        let mut left = length as usize;
        while left > 0 {
            let piece = &mut piece[..left.min(1 << 14)];
            file.read_exact(piece).map_err(reading)?;
            to.write_all(piece)?;
            left -= piece.len();
        }
        Ok(())
    }
}
