//! Whole files or none: a reader, or a run that was killed, never sees half of one.
//!
//! A file is written under a temporary name in its own folder, `.NAME.tmp`, and renamed. The temporary name is always the
//! same, so that what a killed process leaves behind is overwritten by the next one and never piles up.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::Error;

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
    let temporary = temporary_name(path);
    if fs::read(path).is_ok_and(|old| old == bytes) {
        let _ = fs::remove_file(&temporary); // what a killed process may have left
        return Ok(Written::Already);
    }
    let write = || -> io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        if survive == Survive::Machine {
            file.sync_all()?;
        }
        drop(file);
        fs::rename(&temporary, path)?;
        if survive == Survive::Machine
            && let Some(folder) = path.parent()
            && let Ok(folder) = File::open(folder)
        {
            let _ = folder.sync_all(); // makes the rename last; not every file system can
        }
        Ok(())
    };
    write().map_err(|source| {
        let _ = fs::remove_file(&temporary);
        Error::Write { path: path.to_owned(), source }
    })?;
    Ok(Written::Now)
}

pub(crate) fn temporary_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp"))
}

/// How a folder is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// With other readers.
    Shared,
    /// Alone.
    Alone,
}

/// Waits for the folder and holds it until the value is dropped, or the process dies. Where the system cannot lock
/// folders (some network file systems, Windows) this does nothing.
pub(crate) fn hold(folder: &Path, how: Hold) -> Option<File> {
    let file = File::open(folder).ok()?;
    match how {
        Hold::Shared => file.lock_shared().ok()?,
        Hold::Alone => file.lock().ok()?,
    }
    Some(file)
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
