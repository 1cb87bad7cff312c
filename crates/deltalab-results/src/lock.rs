//! One writer for each journal: the lock file `parts/.<shard>.lock`, which says who holds it.
//!
//! ```text
//! process id, " on ", host name where the system tells it, line feed
//! 4711 on node7
//! ```
//!
//! The file is locked with `flock`, which over NFS is a lock of the server's and holds between hosts. Such a lock dies with
//! its owner, however the owner dies; the file that a killed process leaves behind locks nothing, and the next owner takes it
//! over. On a file system without locks the mere presence of the file counts, unless it was written on this host by a process
//! that is gone.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::Error;

/// A process that holds a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its id.
    pub process: u32,
    /// Its host; empty where the system did not tell.
    pub host: String,
}

impl Holder {
    /// This process.
    pub fn current() -> Self {
        // Linux; elsewhere shells may export it
        let host = fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = host.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
        Self { process: std::process::id(), host: host.trim().to_owned() }
    }

    fn parse(text: &str) -> Option<Self> {
        let line = text.lines().next()?;
        let (process, host) = line.split_once(" on ").unwrap_or((line, ""));
        Some(Self { process: process.parse().ok()?, host: host.to_owned() })
    }

    /// Whether it is known to have ended: a process of this host that the system no longer lists.
    fn is_gone(&self) -> bool {
        let here = !self.host.is_empty() && self.host == Self::current().host;
        let processes = Path::new("/proc/self");
        here && processes.exists() && !Path::new("/proc").join(self.process.to_string()).exists()
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "process {}", self.process)?;
        if self.host.is_empty() { Ok(()) } else { write!(f, " on {}", self.host) }
    }
}

/// A lock, held until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock of a journal, without waiting.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::Write`].
    pub fn take(journal: &Path) -> Result<Self, Error> {
        let path = lock_path(journal);
        let taken = attempt(&path, File::try_lock).map_err(Error::write(&path))?;
        taken.map_err(|Held { holder, locked }| {
            let leftover = (!locked).then(|| path.clone());
            Error::InUse { path: journal.to_owned(), holder, leftover }
        })
    }

    /// Whether somebody holds the lock of a journal; `false` where the system cannot tell.
    pub fn is_held(journal: &Path) -> bool {
        File::open(lock_path(journal))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // still locked: whoever waits for this file looks for it anew
    }
}

/// Somebody else has it.
struct Held {
    holder: Option<Holder>,
    /// Whether the system says so, or only the file's presence.
    locked: bool,
}

/// `try_lock` is the system's; a test has one that knows no locks.
fn attempt(
    path: &Path,
    try_lock: fn(&File) -> Result<(), TryLockError>,
) -> io::Result<Result<Lock, Held>> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    loop {
        let (mut file, new) = match options.clone().create_new(true).open(path) {
            Ok(file) => (file, true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => match options.open(path) {
                Ok(file) => (file, false),
                Err(error) if error.kind() == ErrorKind::NotFound => continue, // just given back
                Err(error) => return Err(error),
            },
            Err(error) => return Err(error),
        };
        let holder = |file: &mut File| {
            let mut text = String::new();
            file.read_to_string(&mut text).ok().and_then(|_| Holder::parse(&text))
        };
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Ok(Err(Held { holder: holder(&mut file), locked: true }));
            }
            Err(TryLockError::Error(_)) if new => {}
            Err(TryLockError::Error(_)) => match holder(&mut file) {
                Some(holder) if holder.is_gone() => {
                    remove(path)?;
                    continue;
                }
                holder => return Ok(Err(Held { holder, locked: false })),
            },
        }
        if !is_at(&file, path) {
            continue; // its last owner has removed it
        }
        file.set_len(0)?;
        let Holder { process, host } = Holder::current();
        file.write_all(format!("{process} on {host}\n").as_bytes())?;
        return Ok(Ok(Lock { path: path.to_owned(), _file: file }));
    }
}

fn lock_path(journal: &Path) -> PathBuf {
    let shard = journal.file_stem().unwrap_or_default().to_string_lossy();
    journal.with_file_name(format!(".{shard}.lock"))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether an open file is the one that has this name now.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let named = fs::metadata(path).map(place).ok();
        named.is_some() && named == file.metadata().map(place).ok()
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists() // an open file keeps its name there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_locks(_: &File) -> Result<(), TryLockError> {
        Err(TryLockError::Error(ErrorKind::Unsupported.into()))
    }

    #[test]
    fn the_second_is_told_who_the_first_is_and_nothing_is_left_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("1-of-2.journal");
        let lock = Lock::take(&journal).unwrap();
        let error = Lock::take(&journal).unwrap_err();
        let Error::InUse { path, holder, leftover } = &error else { panic!("{error}") };
        assert_eq!((path, holder, leftover), (&journal, &Some(Holder::current()), &None));
        let told = format!("{}: {} is writing to it", journal.display(), Holder::current());
        assert_eq!(error.to_string(), told);
        drop(Lock::take(&folder.path().join("2-of-2.journal")).unwrap()); // another shard is free
        drop(lock);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        drop(Lock::take(&journal).unwrap());
    }

    #[test]
    fn a_file_that_a_killed_process_left_locks_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("all.journal");
        fs::write(lock_path(&journal), "4711 on another host, longer than ours is likely to be\n")
            .unwrap();
        let lock = Lock::take(&journal).unwrap();
        let text = fs::read_to_string(lock_path(&journal)).unwrap();
        assert_eq!(Holder::parse(&text), Some(Holder::current()));
        drop(lock);
    }

    #[test]
    fn where_the_system_has_no_locks_the_file_counts_until_its_writer_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".all.lock");
        let lock = attempt(&path, no_locks).unwrap().ok().unwrap();
        let held = |told: &str| {
            fs::write(&path, told).unwrap();
            attempt(&path, no_locks).unwrap().err().map(|held| (held.holder, held.locked))
        };
        let Holder { process, host } = Holder::current();
        assert_eq!(held(&format!("{process} on {host}\n")), Some((Some(Holder::current()), false)));
        assert!(held(&format!("{process} on {host}x\n")).is_some(), "nobody knows, from here");
        assert_eq!(held("half a li"), Some((None, false)));
        if cfg!(target_os = "linux") {
            let gone = std::process::Command::new("true").spawn().unwrap();
            let id = gone.id();
            gone.wait_with_output().unwrap();
            assert_eq!(held(&format!("{id} on {host}\n")), None);
        }
        drop(lock);
        assert!(!path.exists());
    }
}
