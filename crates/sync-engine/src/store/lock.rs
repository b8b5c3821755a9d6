//! Locks as files of the operating system, which frees them when their process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

/// Bytes read of what a holder says of itself.
const HOLDER_BYTES: u64 = 200;

/// Who holds a lock, as far as they said.
#[derive(Debug)]
pub(super) struct Holder(pub(super) String);

/// How often a lock that is held is tried again, and how soon: somebody may merely be [looking](look) at it.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the lock of a file until the returned file is dropped or the process dies; makes the file if need be.
///
/// The file stays when the lock is freed: deleting it would let two others hold locks of two files of one name.
pub(super) fn take(path: &Path) -> io::Result<Result<File, Holder>> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    for tries in 1.. {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if tries < TRIES => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Ok(Err(holder(&file))),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    let since = humantime::format_rfc3339_seconds(SystemTime::now());
    let host = gethostname::gethostname();
    write!(file, "process {} on {}, since {since}", std::process::id(), host.display())?;
    Ok(Ok(file))
}

/// Who holds the lock of a file, if anybody does. Holds it for a moment itself where nobody does.
pub(super) fn look(path: &Path) -> io::Result<Option<Holder>> {
    let file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(holder(&file))),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Waits for the lock of a file and takes it, as [`take`] does.
pub(super) fn wait(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    file.lock()?;
    Ok(file)
}

/// What the holder wrote. Some systems let nobody else read a locked file, and the holder may not have written yet.
fn holder(file: &File) -> Holder {
    let mut said = Vec::new();
    let _ = file.take(HOLDER_BYTES).read_to_end(&mut said);
    match String::from_utf8_lossy(&said).trim() {
        "" => Holder("a process that did not say which".to_owned()),
        said => Holder(said.to_owned()),
    }
}
