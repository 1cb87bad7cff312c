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

mod line;
mod order;
mod read;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub use line::{Damage, Damaged};
pub use order::in_order;
pub use read::{Finished, Loaded, load, load_several, scan};

use crate::disk::{self, Survive};
use crate::lock::Lock;
use crate::{Error, Record, Study};
use line::{decode, encode};
use read::{Source, each_run, journal_files};

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
    /// bytes of a finished folder do not depend on threads, shards or interruptions. Damaged lines go. The records that it
    /// gives have no curves, since those of a million runs are many: [`Journal::read`] gives them one by one.
    ///
    /// # Errors
    /// [`Error::InUse`] when another journal is open, [`Error::Write`], those of [`load`]; then the journals are what they
    /// were.
    pub fn compact(&mut self, study: &Study) -> Result<Loaded, Error> {
        let paths = journal_files(self.parts())?;
        let others = self.lock_others(&paths)?;
        let open = |path: &PathBuf| Source::open(path);
        let mut files = paths.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let mut runs = Vec::new();
        let damaged = each_run(&mut files, |run: Record, at| {
            runs.push((Record { curves: Vec::new(), ..run }.trimmed(), at));
        })?;
        order::sort(&mut runs, study, |(record, _)| record);
        let mut line = Vec::new();
        let mut length = 0;
        disk::write_stream(&self.path, Survive::Machine, |out| {
            for (_, at) in &runs {
                files[at.file].read_again(at, &mut line)?;
                out.write_all(&line)?;
                length += line.len() as u64;
            }
            Ok(())
        })?;
        for (path, _) in &others {
            fs::remove_file(path).map_err(Error::write(path))?;
        }
        self.file = open_to_append(&self.path).map_err(Error::write(&self.path))?;
        self.length = length;
        Ok(Loaded { records: runs.into_iter().map(|(record, _)| record).collect(), damaged })
    }

    /// Reads the runs of this journal one after the other, curves and all.
    ///
    /// # Errors
    /// [`Error::Read`]; each line has its own.
    pub fn read(&self) -> Result<impl Iterator<Item = io::Result<Record>> + use<>, Error> {
        let file = File::open(&self.path).map_err(Error::read(&self.path))?;
        Ok(BufReader::with_capacity(1 << 16, file).split(b'\n').map(|line| {
            let damage = |why: Damage| io::Error::new(ErrorKind::InvalidData, why.to_string());
            decode(&line?).map_err(damage)
        }))
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

/// Whether a process on this machine has `<shard>.journal` open; `false` where nobody can tell.
pub fn in_use(parts: &Path, shard: &str) -> bool {
    Lock::is_held(&journal_path(parts, shard))
}

/// [`Journal::compact`] of the journal of `shard`, which is opened and closed.
///
/// # Errors
/// Those of [`Journal::open`] and [`Journal::compact`].
pub fn compact(parts: &Path, shard: &str, study: &Study) -> Result<Loaded, Error> {
    Journal::open(parts, shard)?.compact(study)
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
