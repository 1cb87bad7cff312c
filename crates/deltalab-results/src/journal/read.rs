//! Reading journals line by line: no file is ever held whole, however many runs there are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::EXTENSION;
use super::line::{Damaged, decode};
use crate::error::Line;
use crate::lock::is_at;
use crate::{Error, Record, Status};

/// What the journals of a folder hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Every finished run, once; in the order of the files' names, then of their lines.
    pub records: Vec<Record>,
    /// The lines that could not be used; their runs count as missing.
    pub damaged: Vec<Damaged>,
}

/// Reads every journal in the folder `parts`; a folder that does not exist holds none. A run that stands there twice with
/// the same result is taken once. Nothing is locked: when the journals are rewritten meanwhile, they are read again.
///
/// # Errors
/// [`Error::Read`], and [`Error::Conflict`] when one run has two different results.
pub fn load(parts: &Path) -> Result<Loaded, Error> {
    load_several(&[parts.to_owned()])
}

/// Reads every journal of several folders, as if they were one.
///
/// # Errors
/// Those of [`load`].
pub fn load_several(parts: &[PathBuf]) -> Result<Loaded, Error> {
    at_one_time(parts, |files| {
        let mut records = Vec::new();
        let damaged = each_run(files, |record: Record, _| records.push(record.trimmed()))?;
        Ok(Loaded { records, damaged })
    })
}

/// A finished run without what came out: all that a look at the progress needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Seen")]
pub struct Finished {
    /// Id of its cell.
    pub cell: String,
    /// Its run seed.
    pub seed: u64,
    /// How it ended.
    pub status: Status,
}

/// What must stand on a line for [`load`] to take it too, else a run would count as finished that nobody can read.
#[derive(Deserialize)]
#[expect(dead_code, reason = "what is passed over must be there")]
struct Seen {
    cell: String,
    seed: u64,
    status: Status,
    epochs: IgnoredAny,
    finals: IgnoredAny,
    curves: IgnoredAny,
    pattern_updates: IgnoredAny,
}

impl From<Seen> for Finished {
    fn from(Seen { cell, seed, status, .. }: Seen) -> Self {
        Self { cell, seed, status }
    }
}

/// Reads which runs are finished, in a tenth of the time that [`load`] takes: numbers and curves are passed over, though the
/// checksums are held against them.
///
/// # Errors
/// Those of [`load`].
pub fn scan(parts: &Path) -> Result<(Vec<Finished>, Vec<Damaged>), Error> {
    let scanned = at_one_time(&[parts.to_owned()], |files| {
        let mut finished = Vec::new();
        let damaged = each_run(files, |run: Finished, _| finished.push(run))?;
        Ok((finished, damaged))
    });
    match scanned {
        // of two results one may be none when all of it is read
        Err(Error::Conflict { .. }) => {
            let Loaded { records, damaged } = load(parts)?;
            let run = |Record { cell, seed, status, .. }: Record| Finished { cell, seed, status };
            Ok((records.into_iter().map(run).collect(), damaged))
        }
        scanned => scanned,
    }
}

/// A journal that is open for reading.
pub(super) struct Source {
    path: PathBuf,
    file: File,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::read(path))?;
        Ok(Self { path: path.to_owned(), file })
    }

    fn line(&self, index: usize) -> Line {
        Line { file: self.path.clone(), line: index + 1 }
    }

    /// Reads a line once more, with its line feed.
    pub(super) fn read_again(&mut self, at: &At, line: &mut Vec<u8>) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at.offset))?;
        line.resize(at.length, 0);
        self.file.read_exact(line)
    }
}

/// Where a run stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    /// Place of the file among those that are read.
    pub file: usize,
    line: usize,
    offset: u64,
    length: usize,
}

/// What names a run.
pub(super) trait Run: DeserializeOwned {
    fn cell(&self) -> &str;
    fn seed(&self) -> u64;
}

impl Run for Record {
    fn cell(&self) -> &str {
        &self.cell
    }

    fn seed(&self) -> u64 {
        self.seed
    }
}

impl Run for Finished {
    fn cell(&self) -> &str {
        &self.cell
    }

    fn seed(&self) -> u64 {
        self.seed
    }
}

/// Hands on every run of the journals, once, with the place where it stands; gives the lines that could not be used.
///
/// # Errors
/// [`Error::Read`], and [`Error::Conflict`] when one run has two different results.
pub(super) fn each_run<T: Run>(
    files: &mut [Source],
    mut keep: impl FnMut(T, At),
) -> Result<Vec<Damaged>, Error> {
    let mut damaged = Vec::new();
    let mut cells: HashMap<String, u32> = HashMap::new();
    let mut seen: HashMap<(u32, u64), At> = HashMap::new();
    for file in 0..files.len() {
        let path = files[file].path.clone();
        let reader = files[file].file.try_clone().map_err(Error::read(&path))?;
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let mut text = Vec::new();
        let (mut offset, mut index) = (0, 0);
        loop {
            text.clear();
            reader.read_until(b'\n', &mut text).map_err(Error::read(&path))?;
            let Some(line) = text.strip_suffix(b"\n") else { break }; // a torn tail was never a finished run
            let at = At { file, line: index, offset, length: text.len() };
            (offset, index) = (offset + text.len() as u64, index + 1);
            let run: T = match decode(line) {
                Ok(run) => run,
                Err(why) => {
                    damaged.push(Damaged { at: files[file].line(at.line), why });
                    continue;
                }
            };
            let cell = match cells.get(run.cell()) {
                Some(&cell) => cell,
                None => {
                    let next = cells.len() as u32;
                    cells.insert(run.cell().to_owned(), next);
                    next
                }
            };
            match seen.entry((cell, run.seed())) {
                Entry::Vacant(place) => {
                    place.insert(at);
                    keep(run, at);
                }
                Entry::Occupied(first) => {
                    // as text, since NaN is not equal to itself
                    let first = *first.get();
                    let mut known = Vec::new();
                    let before = &mut Source::open(&files[first.file].path)?;
                    before.read_again(&first, &mut known).map_err(Error::read(&before.path))?;
                    if known != text {
                        return Err(Error::Conflict {
                            cell: run.cell().to_owned(),
                            seed: run.seed(),
                            first: files[first.file].line(first.line),
                            second: files[file].line(at.line),
                        });
                    }
                }
            }
        }
    }
    Ok(damaged)
}

/// Reads all journals of some folders as they stood at one time. Nothing is locked: rewriting puts the new journal there
/// before it removes the old ones, so whoever read all of them, and sees that they still are the ones that were read, has seen
/// every run; else they are read again.
fn at_one_time<T>(
    folders: &[PathBuf],
    mut read: impl FnMut(&mut [Source]) -> Result<T, Error>,
) -> Result<T, Error> {
    let names = || -> Result<Vec<PathBuf>, Error> {
        let files: Result<Vec<_>, _> = folders.iter().map(|parts| journal_files(parts)).collect();
        Ok(files?.concat())
    };
    loop {
        let paths = names()?;
        let mut files = Vec::new();
        for path in &paths {
            match Source::open(path) {
                Err(Error::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    break;
                } // rewritten just now
                source => files.push(source?),
            }
        }
        let found = read(&mut files);
        let stayed = files.iter().all(|source| is_at(&source.file, &source.path));
        if stayed && files.len() == paths.len() && names()? == paths {
            return found;
        }
    }
}

pub(super) fn journal_files(parts: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(parts) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::read(parts)(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::read(parts))?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
