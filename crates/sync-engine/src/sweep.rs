//! Copies of inputs that nobody needs any more, as a killed process leaves them.

use std::collections::BTreeSet;
use std::error::Error;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::input::SPOOL_PREFIX;
use crate::record::{RecordError, RunRecord};
use crate::store::StateStore;

/// Deletes the copies of inputs in `folder` that no process has open and no run that may be carried on is to read. What
/// cannot be deleted stays, and so does everything where it cannot be told what is needed.
pub(crate) fn sweep(folder: &Path, store: &dyn StateStore) {
    // Locked first: whoever had them open has noted by now whether they are still needed.
    let left = match left_behind(folder) {
        Ok(left) => left,
        Err(error) => return tracing::debug!(%error, "temporary files cannot be listed"),
    };
    if left.is_empty() {
        return;
    }
    let needed = match needed(store) {
        Ok(needed) => needed,
        Err(error) => return tracing::warn!(%error, "temporary files are kept"),
    };
    for (path, _lock) in left {
        // By the name alone: one folder may be reached by several paths.
        if path.file_name().is_none_or(|name| needed.contains(name)) {
            continue;
        }
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(%error, path = %path.display(), "a temporary file cannot be deleted");
        }
    }
}

/// Copies that nobody has open, locked.
fn left_behind(folder: &Path) -> io::Result<Vec<(PathBuf, File)>> {
    let mut left = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let is_copy = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(SPOOL_PREFIX.as_bytes()));
        if is_copy
            && let Ok(file) = File::options().read(true).write(true).open(&path)
            && file.try_lock().is_ok()
        {
            left.push((path, file));
        }
    }
    Ok(left)
}

/// The names of all files that runs in this state read; an error if some of them cannot be told.
fn needed(store: &dyn StateStore) -> Result<BTreeSet<OsString>, Box<dyn Error>> {
    let mut needed = BTreeSet::new();
    for key in store.list()? {
        match RunRecord::read(&store.standing(&key)?) {
            Ok(record) => {
                let names = record.inputs.iter().filter_map(|input| input.path.file_name());
                needed.extend(names.map(OsString::from));
            }
            Err(RecordError::Missing) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(needed)
}
