//! `parts/<shard>.weights`: the weights of finished runs, appended run by run.
//!
//! ```text
//! "dlweight"  crc32 of the rest (4 bytes)  length of the header (4)  length of the numbers (8)  header (JSON)  numbers
//! ```
//!
//! Whole numbers are little-endian; the numbers stand tensor after tensor, each moment after moment. A frame that was torn by
//! the death of the process, or whose checksum fails, is passed over; the next one is found by its first eight bytes.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Shape, Weights, Which};
use crate::Error;

pub(super) const EXTENSION: &str = "weights";
const MAGIC: &[u8; 8] = b"dlweight";
const PREFIX: u64 = 8 + 4 + 4 + 8;

/// What a frame says of its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Label {
    pub cell: String,
    pub seed: u64,
    pub weights: Which,
    pub epochs: Vec<u64>,
    pub tensors: Vec<Shape>,
}

/// A part that is open for appending. Whoever has the journal of the same name has it.
#[derive(Debug)]
pub struct Part {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Part {
    /// Opens `<shard>.weights` in the folder `parts`, which must exist, and cuts off a torn end.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn open(parts: &Path, shard: &str) -> Result<Part, Error> {
        let path = path(parts, shard);
        let open = || -> io::Result<(File, u64)> {
            let file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
            let length = frames(&path, |_, _| ())?.end;
            file.set_len(length)?;
            Ok((file, length))
        };
        let (file, length) = open().map_err(Error::write(&path))?;
        Ok(Part { file, path, length })
    }

    /// Appends the weights of a run. When this returns, they survive the death of the process.
    ///
    /// # Errors
    /// [`Error::Write`], for instance when the disk is full; what was written of them is then taken back.
    pub fn append(&mut self, weights: &Weights) -> Result<(), Error> {
        let label = Label {
            cell: weights.cell.clone(),
            seed: weights.seed,
            weights: weights.which,
            epochs: weights.epochs.clone(),
            tensors: weights.tensors.iter().map(|tensor| tensor.shape.clone()).collect(),
        };
        let numbers: Vec<&[u8]> = weights.tensors.iter().map(|tensor| &*tensor.bytes).collect();
        let frame = encode(&label, &numbers.concat());
        if let Err(source) = self.file.write_all(&frame) {
            let _ = self.file.set_len(self.length); // the next frame would be found without this; it would be slower
            return Err(Error::Write { path: self.path.clone(), source });
        }
        self.length += frame.len() as u64;
        Ok(())
    }
}

pub(super) fn path(parts: &Path, shard: &str) -> PathBuf {
    parts.join(format!("{shard}.{EXTENSION}"))
}

/// A whole frame.
pub(super) fn encode(label: &Label, numbers: &[u8]) -> Vec<u8> {
    let label = serde_json::to_vec(label).expect("a label has string keys");
    let mut frame = Vec::with_capacity(PREFIX as usize + label.len() + numbers.len());
    frame.extend(MAGIC);
    frame.extend([0; 4]);
    frame.extend((label.len() as u32).to_le_bytes());
    frame.extend((numbers.len() as u64).to_le_bytes());
    frame.extend(label);
    frame.extend(numbers);
    let checksum = crc32fast::hash(&frame[12..]);
    frame[8..12].copy_from_slice(&checksum.to_le_bytes());
    frame
}

/// What a walk over the frames of a file came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Walk {
    /// Where the last whole frame ends.
    pub end: u64,
    /// Stretches in between that are no frame.
    pub damaged: u64,
}

/// Walks over the whole frames of a file; `each` is told what a frame says and where its numbers begin. A file that is not
/// there has none.
pub(super) fn frames(path: &Path, mut each: impl FnMut(Label, u64)) -> io::Result<Walk> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Walk::default()),
        file => file?,
    };
    let whole = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut walk, mut at, mut passed_over) = (Walk::default(), 0, false);
    while at < whole {
        if let Some((label, numbers, end)) = frame(&mut reader, at, whole)? {
            each(label, numbers);
            walk.damaged += u64::from(passed_over);
            passed_over = false;
            (at, walk.end) = (end, end);
        } else {
            passed_over = true;
            let Some(next) = magic_from(&mut reader, at + 1)? else { break };
            at = next;
        }
    }
    Ok(walk)
}

/// The whole frame at a place: what it says, where its numbers begin and where it ends.
fn frame(
    reader: &mut BufReader<File>,
    at: u64,
    whole: u64,
) -> io::Result<Option<(Label, u64, u64)>> {
    if whole - at < PREFIX {
        return Ok(None);
    }
    reader.seek(SeekFrom::Start(at))?;
    let mut prefix = [0; PREFIX as usize];
    reader.read_exact(&mut prefix)?;
    let u32_at = |k: usize| u32::from_le_bytes([0, 1, 2, 3].map(|n| prefix[k + n]));
    let (checksum, label) = (u32_at(8), u64::from(u32_at(12)));
    let numbers = u64::from(u32_at(16)) | u64::from(u32_at(20)) << 32;
    let end = numbers.checked_add(label + PREFIX).and_then(|length| length.checked_add(at));
    let Some(end) = end.filter(|&end| end <= whole && prefix.starts_with(MAGIC)) else {
        return Ok(None);
    };
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&prefix[12..]);
    let mut text = vec![0; label as usize];
    reader.read_exact(&mut text)?;
    hasher.update(&text);
    let mut left = numbers;
    while left > 0 {
        let buffer = reader.fill_buf()?;
        let taken = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if taken == 0 {
            return Ok(None); // the file has become shorter meanwhile
        }
        hasher.update(&buffer[..taken]);
        reader.consume(taken);
        left -= taken as u64;
    }
    let label = serde_json::from_slice(&text).ok().filter(|label: &Label| {
        let moment = label.tensors.iter().map(Shape::bytes).fold(0, u64::saturating_add);
        hasher.finalize() == checksum
            && moment.checked_mul(label.epochs.len() as u64) == Some(numbers)
    });
    Ok(label.map(|label| (label, end - numbers, end)))
}

/// The next place from `at` on that looks like the beginning of a frame.
fn magic_from(reader: &mut BufReader<File>, mut at: u64) -> io::Result<Option<u64>> {
    let mut window = Vec::new();
    loop {
        reader.seek(SeekFrom::Start(at))?;
        window.clear();
        reader.by_ref().take(1 << 16).read_to_end(&mut window)?;
        if let Some(place) = window.windows(MAGIC.len()).position(|bytes| bytes == MAGIC) {
            return Ok(Some(at + place as u64));
        }
        if window.len() < MAGIC.len() {
            return Ok(None);
        }
        at += (window.len() - MAGIC.len() + 1) as u64;
    }
}
