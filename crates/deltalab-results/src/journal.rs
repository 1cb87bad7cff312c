//! The journal of finished runs, `parts/<shard>.journal`: append-only, one line for each run.
//!
//! ```text
//! crc32 of the JSON, 8 hexadecimal digits, one space, a Record as JSON, line feed
//! 3f2a9c01 {"cell":"5b1e0c88a2d4","seed":0,"status":"solved","epochs":212,…}
//! ```
//!
//! A line is appended by a single write. When the process is killed in the middle of one, the file ends without a line
//! feed; such a torn tail was never a finished run, and opening the journal cuts it off. Any other line whose checksum
//! fails is *damaged*: it is named and set aside, and its run counts as missing. Appending survives the death of the
//! process at any instant; [`compact`] survives that of the machine too.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::disk::{self, Hold, Survive};
use crate::error::Line;
use crate::{Error, Record, Status, Study};

const EXTENSION: &str = "journal";

/// A journal that is open for appending. It is locked: a second process that opens it is refused.
///
/// ```
/// # use deltalab_results::{Error, Journal, Record, Status, journal};
/// # fn main() -> Result<(), Error> {
/// # let place = tempfile::tempdir().unwrap();
/// # let parts = place.path();
/// # let record = Record { cell: "5b1e0c88a2d4".into(), seed: 0, status: Status::Solved, epochs: 212,
/// #     solved_epoch: Some(212), finals: vec![], curves: vec![], pattern_updates: 848 };
/// let mut journal = Journal::open(parts, "all")?;
/// journal.append(&record)?;
/// assert_eq!(journal::load(parts)?.records, [record]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Journal {
    /// Opens `<shard>.journal` in the folder `parts`, creating both if need be, and cuts off a torn tail.
    ///
    /// # Errors
    /// [`Error::Write`], and [`Error::InUse`] when another process (or this one) has it open.
    pub fn open(parts: &Path, shard: &str) -> Result<Journal, Error> {
        fs::create_dir_all(parts).map_err(Error::write(parts))?;
        let _folder = disk::hold(parts, Hold::Alone); // so that `compact` does not replace the file meanwhile
        let path = journal_path(parts, shard);
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(Error::write(&path))?;
        lock(&file, &path)?;
        let length = cut_torn_tail(&mut file).map_err(Error::write(&path))?;
        Ok(Journal { file, path, length })
    }

    /// Appends one finished run. When this returns, the run survives the death of the process.
    ///
    /// # Errors
    /// [`Error::Write`], for instance when the disk is full; what was written of the line is then taken back.
    pub fn append(&mut self, record: &Record) -> Result<(), Error> {
        let line = encode(record);
        if let Err(source) = self.file.write_all(line.as_bytes()) {
            let _ = self.file.set_len(self.length); // else the next line would continue this one
            return Err(Error::Write { path: self.path.clone(), source });
        }
        self.length += line.len() as u64;
        Ok(())
    }
}

/// Whether a process on this machine has `<shard>.journal` open; `false` where nobody can tell.
pub fn in_use(parts: &Path, shard: &str) -> bool {
    File::open(journal_path(parts, shard))
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Why a journal line could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It does not begin with eight hexadecimal digits and a space, or is not UTF-8.
    Form,
    /// The checksum of its JSON is another than the one it gives.
    Checksum {
        /// What the line says.
        given: u32,
        /// What its JSON has.
        found: u32,
    },
    /// The checksum holds, but the JSON is no [`Record`] (perhaps of another version).
    Record {
        /// Where, and what was expected.
        reason: String,
    },
}

/// A journal line that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The line.
    pub at: Line,
    /// What is wrong with it.
    pub why: Damage,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: ", self.at)?;
        match &self.why {
            Damage::Form => write!(f, "not a journal line"),
            Damage::Checksum { given, found } => {
                write!(f, "damaged: its checksum is {found:08x}, not {given:08x}")
            }
            Damage::Record { reason } => write!(f, "not a record: {reason}"),
        }
    }
}

/// What the journals of a folder hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Every finished run, once; in the order of the files' names, then of their lines.
    pub records: Vec<Record>,
    /// The lines that could not be used; their runs count as missing.
    pub damaged: Vec<Damaged>,
}

/// Reads every journal in the folder `parts`; a folder that does not exist holds none. A run that stands there twice with
/// the same result is taken once.
///
/// # Errors
/// [`Error::Read`], and [`Error::Conflict`] when one run has two different results.
pub fn load(parts: &Path) -> Result<Loaded, Error> {
    let _folder = disk::hold(parts, Hold::Shared);
    load_files(&journal_files(parts)?)
}

/// Reads every journal of several folders, as if they were one.
///
/// # Errors
/// Those of [`load`].
pub fn load_several(parts: &[PathBuf]) -> Result<Loaded, Error> {
    let _folders: Vec<_> = parts.iter().map(|parts| disk::hold(parts, Hold::Shared)).collect();
    let mut files = Vec::new();
    for parts in parts {
        files.extend(journal_files(parts)?);
    }
    load_files(&files)
}

/// A finished run without what came out: all that a look at the progress needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Finished {
    /// Id of its cell.
    pub cell: String,
    /// Its run seed.
    pub seed: u64,
    /// How it ended.
    pub status: Status,
}

/// Reads which runs are finished, in a tenth of the time that [`load`] takes: numbers and curves are passed over, though the
/// checksums are held against them.
///
/// # Errors
/// Those of [`load`].
pub fn scan(parts: &Path) -> Result<(Vec<Finished>, Vec<Damaged>), Error> {
    let _folder = disk::hold(parts, Hold::Shared);
    let files = journal_files(parts)?;
    let mut finished = Vec::new();
    let mut damaged = Vec::new();
    let mut seen = HashMap::new(); // run -> checksum, and where it stands
    for path in &files {
        let bytes = fs::read(path).map_err(Error::read(path))?;
        for (index, line) in whole_lines(&bytes).enumerate() {
            let at = |path: &PathBuf, index| Line { file: path.clone(), line: index + 1 };
            let run: Finished = match decode(line) {
                Ok(run) => run,
                Err(why) => {
                    damaged.push(Damaged { at: at(path, index), why });
                    continue;
                }
            };
            let checksum = &line[..8];
            match seen.entry((run.cell.clone(), run.seed)) {
                Entry::Vacant(place) => {
                    place.insert((checksum.to_owned(), path, index));
                    finished.push(run);
                }
                Entry::Occupied(known) => {
                    let (first_checksum, first, line) = known.get();
                    if first_checksum != checksum {
                        let Finished { cell, seed, .. } = run;
                        let (first, second) = (at(first, *line), at(path, index));
                        return Err(Error::Conflict { cell, seed, first, second });
                    }
                }
            }
        }
    }
    Ok((finished, damaged))
}

/// Rewrites the journals in `parts` as the one `<shard>.journal`, in the order of [`in_order`], and removes the others, so
/// that the bytes of a finished folder do not depend on threads, shards or interruptions. Damaged lines go. Drop every
/// [`Journal`] of the folder first.
///
/// # Errors
/// Those of [`load`] and [`Journal::open`]; then the journals are what they were.
pub fn compact(parts: &Path, shard: &str, study: &Study) -> Result<Loaded, Error> {
    fs::create_dir_all(parts).map_err(Error::write(parts))?;
    let _folder = disk::hold(parts, Hold::Alone);
    let files = journal_files(parts)?;
    let mut locked = Vec::new();
    for path in &files {
        let file = File::open(path).map_err(Error::read(path))?;
        lock(&file, path)?;
        locked.push(file);
    }
    let Loaded { records, damaged } = load_files(&files)?;
    let records = in_order(records, study);
    let lines: String = records.iter().map(encode).collect();
    let target = journal_path(parts, shard);
    disk::write_whole(&target, lines.as_bytes(), Survive::Machine)?;
    drop(locked); // some systems do not remove a file that is open
    for path in files.iter().filter(|path| **path != target) {
        fs::remove_file(path).map_err(Error::write(path))?;
    }
    Ok(Loaded { records, damaged })
}

/// The canonical order: the runs of the study, by cell in the order of the plan, then by seed in the order of the study;
/// then those of its tuning, by search, trial and seed; after them any others, by cell id and seed.
pub fn in_order(mut records: Vec<Record>, study: &Study) -> Vec<Record> {
    let compared = Places::new(study.cells.iter().map(|cell| &*cell.id), &study.seeds);
    let tuning = study.tuning.iter();
    let trials = tuning.clone().flat_map(|tuning| tuning.trials()).map(|trial| &*trial.id);
    let seeds: Vec<u64> = tuning.flat_map(|tuning| tuning.seeds.iter().copied()).collect();
    let tuned = Places::new(trials, &seeds);
    records.sort_by_cached_key(|record| {
        let place = |places: &Places| places.of(record);
        match (place(&compared), place(&tuned)) {
            (Some((cell, seed)), _) => (0, cell, seed, String::new(), 0),
            (None, Some((trial, seed))) => (1, trial, seed, String::new(), 0),
            _ => (2, 0, 0, record.cell.clone(), record.seed),
        }
    });
    records
}

/// Places of cells and of seeds in a plan, the first where one stands twice.
struct Places<'a> {
    cells: HashMap<&'a str, usize>,
    seeds: HashMap<u64, usize>,
}

impl<'a> Places<'a> {
    fn new(cells: impl Iterator<Item = &'a str>, seeds: &[u64]) -> Self {
        let mut places = Places { cells: HashMap::new(), seeds: HashMap::new() };
        for (place, cell) in cells.enumerate() {
            places.cells.entry(cell).or_insert(place);
        }
        for (place, &seed) in seeds.iter().enumerate() {
            places.seeds.entry(seed).or_insert(place);
        }
        places
    }

    fn of(&self, record: &Record) -> Option<(usize, usize)> {
        Some((*self.cells.get(&*record.cell)?, *self.seeds.get(&record.seed)?))
    }
}

fn journal_path(parts: &Path, shard: &str) -> PathBuf {
    parts.join(format!("{shard}.{EXTENSION}"))
}

fn lock(file: &File, path: &Path) -> Result<(), Error> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Error::InUse { path: path.to_owned() }),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()), // some network file systems have no locks
    }
}

/// Cuts the file after its last line feed; its length then.
fn cut_torn_tail(file: &mut File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    let mut block = [0; 4096];
    let mut keep = 0;
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let bytes = &mut block[..(end - start) as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(bytes)?;
        if let Some(last) = bytes.iter().rposition(|&byte| byte == b'\n') {
            keep = start + last as u64 + 1;
            break;
        }
        end = start;
    }
    file.set_len(keep)?;
    Ok(keep)
}

fn journal_files(parts: &Path) -> Result<Vec<PathBuf>, Error> {
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

fn load_files(files: &[PathBuf]) -> Result<Loaded, Error> {
    let mut loaded = Loaded::default();
    let mut seen = HashMap::new(); // run -> place among the records, and where it stands
    for path in files {
        let bytes = fs::read(path).map_err(Error::read(path))?;
        for (index, line) in whole_lines(&bytes).enumerate() {
            let at = |path: &PathBuf, index| Line { file: path.clone(), line: index + 1 };
            let record: Record = match decode(line) {
                Ok(record) => record,
                Err(why) => {
                    loaded.damaged.push(Damaged { at: at(path, index), why });
                    continue;
                }
            };
            match seen.entry((record.cell.clone(), record.seed)) {
                Entry::Vacant(run) => {
                    run.insert((loaded.records.len(), path, index));
                    loaded.records.push(record);
                }
                Entry::Occupied(run) => {
                    let &(place, first, line) = run.get();
                    // as text, since NaN is not equal to itself
                    if json(&loaded.records[place]) != json(&record) {
                        let Record { cell, seed, .. } = record;
                        let (first, second) = (at(first, line), at(path, index));
                        return Err(Error::Conflict { cell, seed, first, second });
                    }
                }
            }
        }
    }
    Ok(loaded)
}

/// The lines that end in a line feed, without it.
fn whole_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
    bytes[..whole].split_inclusive(|&byte| byte == b'\n').map(|line| &line[..line.len() - 1])
}

fn json(record: &Record) -> String {
    serde_json::to_string(record).expect("a record holds only what JSON can")
}

fn encode(record: &Record) -> String {
    let json = json(record);
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()))
}

fn decode<T: DeserializeOwned>(line: &[u8]) -> Result<T, Damage> {
    let text = str::from_utf8(line).map_err(|_| Damage::Form)?;
    let (checksum, json) = text.split_once(' ').ok_or(Damage::Form)?;
    if checksum.len() != 8 || !checksum.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(Damage::Form);
    }
    let given = u32::from_str_radix(checksum, 16).map_err(|_| Damage::Form)?;
    let found = crc32fast::hash(json.as_bytes());
    if given != found {
        return Err(Damage::Checksum { given, found });
    }
    serde_json::from_str(json).map_err(|error| Damage::Record { reason: error.to_string() })
}
