//! Where the weights of each run stand: in a part, or in a finished file.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::part::{self, EXTENSION, Label};
use super::safetensors::Header;
use super::{Shape, Which};
use crate::{Error, Folder};

pub(super) const FINISHED: &str = "safetensors";
pub(super) const FORMAT: &str = "deltalab-weights/1";

/// The runs of which folders have weights.
#[derive(Debug, Default)]
pub struct Index {
    pub(super) files: Vec<PathBuf>,
    pub(super) runs: HashMap<(String, u64), Kept>,
    /// Stretches of parts that could not be read; the runs there are trained again.
    pub damaged: Vec<(PathBuf, u64)>,
}

/// Where the weights of a run stand.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub which: Which,
    pub epochs: Box<[u64]>,
    pub shapes: Arc<[Shape]>,
    /// Place in `files`.
    pub file: usize,
    /// Where each tensor's numbers begin there.
    pub at: Box<[u64]>,
}

impl Index {
    /// Looks what the parts and the finished files of folders hold.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn of(folders: &[&Folder]) -> Result<Index, Error> {
        let mut index = Index::default();
        for folder in folders {
            for path in files(&folder.weights(), FINISHED)? {
                index.finished(&path).map_err(Error::read(&path))?;
            }
            for path in files(&folder.parts(), EXTENSION)? {
                index.part(&path).map_err(Error::read(&path))?;
            }
        }
        Ok(index)
    }

    /// Whether these weights of a run are there.
    pub fn has(&self, cell: &str, seed: u64, which: Which) -> bool {
        self.runs.get(&(cell.to_owned(), seed)).is_some_and(|kept| kept.which == which)
    }

    fn part(&mut self, path: &Path) -> io::Result<()> {
        let file = self.files.len();
        let mut last: Arc<[Shape]> = Arc::new([]);
        let walk = part::frames(path, |label, numbers| {
            let Label { cell, seed, weights: which, epochs, tensors } = label;
            if *last != *tensors {
                last = tensors.into();
            }
            let (mut at, moments) = (numbers, epochs.len() as u64);
            let place = |shape: &Shape| {
                at += shape.bytes() * moments;
                at - shape.bytes() * moments
            };
            let at = last.iter().map(place).collect();
            let shapes = last.clone();
            let kept = Kept { which, epochs: epochs.into(), shapes, file, at };
            self.runs.insert((cell, seed), kept); // what came later was asked for later
        })?;
        if walk.damaged > 0 {
            self.damaged.push((path.to_owned(), walk.damaged));
        }
        self.files.push(path.to_owned());
        Ok(())
    }

    fn finished(&mut self, path: &Path) -> io::Result<()> {
        let Some((header, numbers)) = Header::read(path)? else { return Ok(()) };
        let (which, cell) =
            match (header.word("format"), header.word("weights"), header.word("cell")) {
                (Some(FORMAT), Some("final"), Some(cell)) => (Which::Final, cell),
                (Some(FORMAT), Some("curve"), Some(cell)) => (Which::Curve, cell),
                _ => return Ok(()),
            };
        let [seed, epoch, tensors @ ..] = &header.entries[..] else { return Ok(()) };
        let moments = seed.shape.first().copied().unwrap_or(0);
        let alike = |entry: &super::safetensors::Entry| entry.shape.first() == Some(&moments);
        if !header.entries.iter().all(alike) || [&*seed.name, &*epoch.name] != ["seed", "epoch"] {
            return Ok(());
        }
        let shapes: Arc<[Shape]> = (tensors.iter())
            .map(|entry| Shape {
                name: entry.name.clone(),
                dtype: entry.dtype,
                extent: entry.shape[1..].to_vec(),
            })
            .collect();
        let [seeds, epochs] = {
            let bytes = read_from(path, numbers, epoch.data_offsets.1)?;
            let all: Vec<u64> =
                bytes.as_chunks().0.iter().map(|&n| u64::from_le_bytes(n)).collect();
            let (seeds, epochs) = all.split_at(moments.min(all.len()));
            [seeds.to_vec(), epochs.to_vec()]
        };
        let file = self.files.len();
        let mut row = 0;
        for run in seeds.chunk_by(|a, b| a == b) {
            let place = |(entry, shape): (&super::safetensors::Entry, &Shape)| {
                numbers + entry.data_offsets.0 + row as u64 * shape.bytes()
            };
            let kept = Kept {
                which,
                epochs: epochs[row..row + run.len()].into(),
                shapes: shapes.clone(),
                file,
                at: tensors.iter().zip(&*shapes).map(place).collect(),
            };
            self.runs.insert((cell.to_owned(), run[0]), kept);
            row += run.len();
        }
        self.files.push(path.to_owned());
        Ok(())
    }
}

fn read_from(path: &Path, start: u64, length: u64) -> io::Result<Vec<u8>> {
    use io::{Read, Seek, SeekFrom};
    let mut file = fs::File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The files of a kind in a folder, by name; none in a folder that is not there.
pub(super) fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::read(folder)(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::read(folder))?.path();
        if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
