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
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::disk::{self, Survive};
use crate::error::Line;
use crate::lock::{Lock, is_at};
use crate::{Error, Record, Study};

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
    _lock: Lock,
}

impl Journal {
    /// Opens `<shard>.journal` in the folder `parts`, creating both if need be, and cuts off a torn tail.
    ///
    /// # Errors
    /// [`Error::Write`], and [`Error::InUse`] when another process (or this one) has it open.
    pub fn open(parts: &Path, shard: &str) -> Result<Journal, Error> {
        fs::create_dir_all(parts).map_err(Error::write(parts))?;
        let path = journal_path(parts, shard);
        let lock = Lock::take(&path)?;
        let mut file = open_to_append(&path).map_err(Error::write(&path))?;
        let length = cut_torn_tail(&mut file).map_err(Error::write(&path))?;
        Ok(Journal { file, path, length, _lock: lock })
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

    /// Rewrites the journals of the folder as this one, in the order of [`in_order`], and removes the others, so that the
    /// bytes of a finished folder do not depend on threads, shards or interruptions. Damaged lines go.
    ///
    /// # Errors
    /// [`Error::InUse`] when another journal is open, [`Error::Write`], those of [`load`]; then the journals are what they
    /// were.
    pub fn compact(&mut self, study: &Study) -> Result<Loaded, Error> {
        let paths = journal_files(self.parts())?;
        let others = self.lock_others(&paths)?;
        let open = |path| Ok((path, File::open(path).map_err(Error::read(path))?));
        let mut files =
            paths.iter().map(|path| open(path.as_path())).collect::<Result<Vec<_>, _>>()?;
        let Loaded { records, damaged } = load_files(&mut files)?;
        let records = in_order(records, study);
        let lines: String = records.iter().map(encode).collect();
        disk::write_whole(&self.path, lines.as_bytes(), Survive::Machine)?;
        for (path, _) in &others {
            fs::remove_file(path).map_err(Error::write(path))?;
        }
        self.file = open_to_append(&self.path).map_err(Error::write(&self.path))?;
        self.length = lines.len() as u64;
        Ok(Loaded { records, damaged })
    }

    /// Discards every run of the folder: empties this journal and removes the others.
    ///
    /// # Errors
    /// [`Error::InUse`] when another journal is open (then nothing is discarded), [`Error::Write`].
    pub fn discard(&mut self) -> Result<(), Error> {
        let files = journal_files(self.parts())?;
        for (path, _) in &self.lock_others(&files)? {
            fs::remove_file(path).map_err(Error::write(path))?;
        }
        self.file.set_len(0).map_err(Error::write(&self.path))?;
        self.length = 0;
        Ok(())
    }

    fn parts(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// The journals but this one, locked.
    fn lock_others<'a>(&self, files: &'a [PathBuf]) -> Result<Vec<(&'a Path, Lock)>, Error> {
        let others = files.iter().filter(|path| **path != self.path);
        others.map(|path| Ok((path.as_path(), Lock::take(path)?))).collect()
    }
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
/// the same result is taken once. Nothing is locked: when the journals are rewritten meanwhile, they are read again.
///
/// # Errors
/// [`Error::Read`], and [`Error::Conflict`] when one run has two different results.
pub fn load(parts: &Path) -> Result<Loaded, Error> {
    loop {
        let paths = journal_files(parts)?;
        let mut files = Vec::new();
        for path in &paths {
            match File::open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => break, // rewritten just now
                file => files.push((path.as_path(), file.map_err(Error::read(path))?)),
            }
        }
        let loaded = load_files(&mut files);
        // Rewriting puts the new journal there before it removes the old ones: whoever read all of them, and sees that they
        // still are the ones that were read, has seen every run.
        let stayed = files.iter().all(|(path, file)| is_at(file, path));
        if stayed && files.len() == paths.len() && journal_files(parts)? == paths {
            return loaded;
        }
    }
}

/// [`Journal::compact`] of the journal of `shard`, which is opened and closed.
///
/// # Errors
/// Those of [`Journal::open`] and [`Journal::compact`].
pub fn compact(parts: &Path, shard: &str, study: &Study) -> Result<Loaded, Error> {
    Journal::open(parts, shard)?.compact(study)
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

fn open_to_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(path)
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

fn load_files(files: &mut [(&Path, File)]) -> Result<Loaded, Error> {
    let mut loaded = Loaded::default();
    let mut seen = HashMap::new(); // run -> place among the records, and where it stands
    for (path, file) in files {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::read(path))?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        for (index, line) in bytes[..whole].split_inclusive(|&byte| byte == b'\n').enumerate() {
            let at = |path: &Path, index| Line { file: path.to_owned(), line: index + 1 };
            let record = match decode(&line[..line.len() - 1]) {
                Ok(record) => record,
                Err(why) => {
                    loaded.damaged.push(Damaged { at: at(path, index), why });
                    continue;
                }
            };
            match seen.entry((record.cell.clone(), record.seed)) {
                Entry::Vacant(run) => {
                    run.insert((loaded.records.len(), *path, index));
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

fn json(record: &Record) -> String {
    serde_json::to_string(record).expect("a record holds only what JSON can")
}

fn encode(record: &Record) -> String {
    let json = json(record);
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()))
}

fn decode(line: &[u8]) -> Result<Record, Damage> {
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
