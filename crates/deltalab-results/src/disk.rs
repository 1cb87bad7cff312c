//! Whole files or none: a reader, or a run that was killed, never sees half of one.
//!
//! A file is written under a temporary name in its own folder, `.NAME.tmp`, and renamed. The temporary name is always the
//! same, so that what a killed process leaves behind is overwritten by the next one and never piles up. Two processes that
//! write the same file, two shards say, take turns: the temporary file is locked.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::lock::is_at;

/// Whether a file had to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It was missing or different.
    Now,
    /// It held these bytes already, and was left alone.
    Already,
}

/// How much a file must survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Survive {
    /// The death of this process at any instant.
    Process,
    /// The death of the machine too (`fsync`).
    Machine,
}

/// Writes `bytes` to `path`, whole or not at all; its folder must exist.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], survive: Survive) -> Result<Written, Error> {
    write_whole_by(path, bytes, &temporary_name(path), survive)
}

/// The same by way of a temporary file of one's own, on the same file system.
pub(crate) fn write_whole_by(
    path: &Path,
    bytes: &[u8],
    temporary: &Path,
    survive: Survive,
) -> Result<Written, Error> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        remove_leftover(temporary);
        return Ok(Written::Already);
    }
    write_by(path, temporary, survive, |out| out.write_all(bytes))
}

/// Writes what `write` writes to `path`, whole or not at all, and holds none of it; the folder must exist.
pub(crate) fn write_stream(
    path: &Path,
    survive: Survive,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Written, Error> {
    write_by(path, &temporary_name(path), survive, write)
}

fn write_by(
    path: &Path,
    temporary: &Path,
    survive: Survive,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Written, Error> {
    let whole = || -> io::Result<Written> {
        let file = alone(temporary)?;
        let rename = || -> io::Result<Written> {
            file.set_len(0)?;
            let mut out = BufWriter::with_capacity(BUFFER, &file);
            write(&mut out)?;
            out.flush()?;
            if same(path, temporary)? {
                fs::remove_file(temporary)?;
                return Ok(Written::Already);
            }
            if survive == Survive::Machine {
                file.sync_all()?;
            }
            fs::rename(temporary, path)?;
            Ok(Written::Now)
        };
        let written = rename().inspect_err(|_| _ = fs::remove_file(temporary))?;
        if survive == Survive::Machine
            && let Some(folder) = path.parent()
            && let Ok(folder) = File::open(folder)
        {
            let _ = folder.sync_all(); // makes the rename last; not every file system can
        }
        Ok(written)
    };
    whole().map_err(Error::write(path))
}

/// Bytes that are read or written at once.
const BUFFER: usize = 1 << 16;

/// Whether the file at `old` (which may not be there) holds the same bytes as the one at `new`.
fn same(old: &Path, new: &Path) -> io::Result<bool> {
    let Ok(old) = File::open(old) else { return Ok(false) };
    let new = File::open(new)?;
    if old.metadata()?.len() != new.metadata()?.len() {
        return Ok(false);
    }
    let [mut old, mut new] = [old, new].map(|file| BufReader::with_capacity(BUFFER, file));
    loop {
        // a folder in the place of the old file opens, and cannot be read
        let (Ok(a), b) = (old.fill_buf(), new.fill_buf()?) else { return Ok(false) };
        let length = a.len().min(b.len());
        if length == 0 {
            return Ok(a.len() == b.len());
        }
        if a[..length] != b[..length] {
            return Ok(false);
        }
        old.consume(length);
        new.consume(length);
    }
}

/// Removes the temporary file that a killed process may have left. Only who has locked it may: it could be another's by now, who
/// has just made it anew under this name.
fn remove_leftover(temporary: &Path) {
    let Ok(left) = OpenOptions::new().write(true).open(temporary) else { return };
    if left.try_lock().is_ok() && is_at(&left, temporary) {
        let _ = fs::remove_file(temporary);
    }
}

/// Opens the temporary file once nobody else is writing to it. Where the file system has no locks, nobody is waited for.
fn alone(temporary: &Path) -> io::Result<File> {
    loop {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).open(temporary)?;
        if file.lock().is_err() || is_at(&file, temporary) {
            return Ok(file);
        } // else it has got its own name meanwhile
    }
}

pub(crate) fn temporary_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_are_left_alone_and_leftovers_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        assert_eq!(write_whole(&path, b"a\n", Survive::Process).unwrap(), Written::Now);
        fs::write(temporary_name(&path), b"half of someth").unwrap();
        assert_eq!(write_whole(&path, b"a\n", Survive::Process).unwrap(), Written::Already);
        fs::write(temporary_name(&path), b"half of something longer").unwrap();
        assert_eq!(write_whole(&path, b"b\n", Survive::Machine).unwrap(), Written::Now);
        assert_eq!(fs::read(&path).unwrap(), b"b\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_leftover_is_left_to_whoever_is_writing_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let temporary = folder.path().join(".runs.csv.tmp");
        let writer = alone(&temporary).unwrap();
        remove_leftover(&temporary);
        assert!(is_at(&writer, &temporary));
        drop(writer);
        remove_leftover(&temporary);
        assert!(!temporary.exists());
    }

    #[test]
    fn writers_of_one_file_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.json");
        let texts = [vec![b'a'; 100_000], vec![b'b'; 150_000]];
        std::thread::scope(|scope| {
            for text in texts.iter().cycle().take(4) {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..300 {
                        write_whole(path, text, Survive::Process).unwrap();
                        assert!([100_000, 150_000].contains(&fs::read(path).unwrap().len()));
                    }
                });
            }
        });
        assert!(texts.contains(&fs::read(&path).unwrap()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_stream_is_written_whole_or_not_at_all_and_equal_bytes_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        let long = [b'x'; 3 * BUFFER + 1];
        let write = |last: u8, ends: bool| {
            write_stream(&path, Survive::Process, |out| {
                out.write_all(&long)?;
                out.write_all(&[last])?;
                if ends { Ok(()) } else { Err(io::Error::other("no more rows")) }
            })
        };
        assert_eq!(write(b'a', true).unwrap(), Written::Now);
        assert_eq!(write(b'a', true).unwrap(), Written::Already);
        assert!(write(b'b', false).is_err());
        assert_eq!(fs::read(&path).unwrap().last(), Some(&b'a'), "what was there is kept");
        assert_eq!(write(b'b', true).unwrap(), Written::Now);
        assert_eq!(fs::read(&path).unwrap().last(), Some(&b'b'), "equal up to the last byte");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_name_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join("file"), b"").unwrap();
        let error = write_whole(&taken, b"bytes", Survive::Process).unwrap_err();
        assert!(matches!(&error, Error::Write { path, .. } if *path == taken), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }
}
