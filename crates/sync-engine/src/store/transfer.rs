//! Taking a state elsewhere: a copy in one file, and a state made from such a copy.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};
use tempfile::NamedTempFile;

use super::schema::{self, Layout};
use super::sqlite::{Fallible, SqliteStore, of_layout};
use super::{StoreError, StoreErrorKind};

/// Those with references after those they refer to.
const TABLES: [&str; 4] = ["synchronization", "member", "difference", "journal"];

impl SqliteStore {
    /// Writes everything this store knows into one new file, as it is at one moment; runs under way are not held up.
    ///
    /// The file is there whole or not at all, durable, and readable by its owner alone. Whatever happens to the original
    /// afterwards makes the copy an older one: the next run with it finds out from the target, if the target lists jobs.
    /// Memory: 16 MiB; the folder of `file` needs room for the state.
    ///
    /// # Errors
    /// [`StoreErrorKind::Write`] if there is such a file, or it cannot be written.
    pub fn export(&self, file: &Path) -> Result<(), StoreError> {
        self.export_to(file).map_err(|error| StoreError::new(StoreErrorKind::Write, file).with_source(error))
    }

    fn export_to(&self, file: &Path) -> Fallible<()> {
        let file = std::path::absolute(file)?;
        let folder = file.parent().ok_or("a folder is not a file")?;
        let copy = NamedTempFile::new_in(folder)?;
        vacuum_into(&self.connection(), copy.path())?;
        copy.as_file().sync_all()?;
        copy.persist_noclobber(&file)?;
        sync_folder(folder)?;
        Ok(())
    }

    /// Opens a folder that holds no state yet and takes in what [`SqliteStore::export`] wrote into `file`, in one
    /// transaction. A file of an older layout is brought to the present one on the way and not changed itself.
    ///
    /// Memory: 16 MiB; `folder` needs room for up to three times the state for a moment.
    ///
    /// # Errors
    /// [`StoreErrorKind::Occupied`] if the folder holds a state, [`StoreErrorKind::Foreign`] or
    /// [`StoreErrorKind::Newer`] if the file cannot be taken in, [`StoreErrorKind::Open`] if it cannot be read at all.
    pub fn import(folder: impl Into<PathBuf>, file: &Path) -> Result<Self, StoreError> {
        let folder = folder.into();
        let unreadable = |error| StoreError::new(StoreErrorKind::Open, file).with_source(error);
        let source = open_to_read(file).map_err(unreadable)?;
        let layout = match schema::layout(&source) {
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => Layout::Foreign,
            layout => layout.map_err(|error| unreadable(error.into()))?,
        };
        let is_empty = source.query_row("SELECT count(*) FROM sqlite_schema", [], |row| Ok(row.get::<_, i64>(0)? == 0));
        match layout {
            Layout::Older if is_empty.unwrap_or(true) => return Err(of_layout(Layout::Foreign, file)),
            Layout::Present | Layout::Older => {}
            other => return Err(of_layout(other, file)),
        }

        let store = Self::open(folder)?;
        let failed = |error| StoreError::new(StoreErrorKind::Write, store.folder()).with_source(error);
        let taken = match layout {
            Layout::Older => migrated(&source, store.folder()).and_then(|copy| store.take_in(copy.path())),
            _ => store.take_in(file),
        };
        match taken {
            Ok(true) => Ok(store),
            Ok(false) => Err(StoreError::new(StoreErrorKind::Occupied, store.folder())),
            Err(error) => Err(failed(error)),
        }
    }

    /// Copies all rows of a file of the present layout; `false` if there are rows already.
    fn take_in(&self, file: &Path) -> Fallible<bool> {
        let mut connection = self.connection();
        connection.execute("ATTACH ?1 AS imported", params![text(&std::path::absolute(file)?)?])?;
        let copy = |connection: &mut Connection| -> Fallible<bool> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if transaction.prepare("SELECT 1 FROM main.synchronization")?.exists([])? {
                return Ok(false);
            }
            for table in TABLES {
                transaction.execute(&format!("INSERT INTO main.{table} SELECT * FROM imported.{table}"), [])?;
            }
            transaction.commit()?;
            Ok(true)
        };
        let copied = copy(&mut connection);
        connection.execute("DETACH imported", [])?;
        copied
    }
}

/// An export is never changed by looking at it.
fn open_to_read(file: &Path) -> Fallible<Connection> {
    // SQLite's own message for a file that is not there says less.
    File::open(file)?;
    Ok(Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

/// A copy in the present layout, deleted when dropped.
fn migrated(source: &Connection, folder: &Path) -> Fallible<NamedTempFile> {
    let copy = NamedTempFile::new_in(folder)?;
    vacuum_into(source, copy.path())?;
    schema::migrate(&mut Connection::open(copy.path())?)?;
    Ok(copy)
}

fn vacuum_into(connection: &Connection, file: &Path) -> Fallible<()> {
    connection.execute("VACUUM INTO ?1", params![text(&std::path::absolute(file)?)?])?;
    Ok(())
}

fn text(path: &Path) -> Fallible<&str> {
    Ok(path.to_str().ok_or("the path is not UTF-8")?)
}

/// A new name in a folder outlives a power cut once the folder is synchronised, where a system knows that.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
