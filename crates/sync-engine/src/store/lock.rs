//! Locks as files of the operating system, which frees them when their process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// Bytes read of what a holder says of itself.
const HOLDER_BYTES: u64 = 200;

/// Who holds a lock, as far as they said.
#[derive(Debug)]
pub(super) struct Holder(pub(super) String);

/// Takes the lock of a file until the returned file is dropped or the process dies; makes the file if need be.
///
/// The file stays when the lock is freed: deleting it would let two others hold locks of two files of one name.
pub(super) fn take(path: &Path) -> io::Result<Result<File, Holder>> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "process {}", std::process::id())?;
            Ok(Ok(file))
        }
        Err(TryLockError::WouldBlock) => Ok(Err(holder(&file))),
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
