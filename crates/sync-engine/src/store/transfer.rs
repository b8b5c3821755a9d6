//! Taking a state elsewhere: a copy in one file, and a state made from such a copy.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params};
use tempfile::NamedTempFile;

use super::schema::{Layout, PRESENT, Schema};
use super::sqlite::{Fallible, SqliteStore, unfit};
use super::{StoreError, StoreErrorKind};

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
        // Its error would keep the copy.
        copy.persist_noclobber(&file).map_err(|failed| failed.error)?;
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
        Self::import_as(folder.into(), file, PRESENT)
    }

    fn import_as(folder: PathBuf, file: &Path, schema: Schema) -> Result<Self, StoreError> {
        let (source, layout) = open_to_read(file, schema)
            .map_err(|error| StoreError::new(StoreErrorKind::Open, file).with_source(error))?;
        if !matches!(layout, Layout::Present | Layout::Older) {
            return Err(unfit(layout, schema, file));
        }
        let store = Self::open_as(folder, schema)?;
        let taken = match layout {
            Layout::Older => migrated(&source, store.folder(), schema).and_then(|copy| store.take_in(copy.path())),
            _ => store.take_in(file),
        };
        match taken {
            Ok(true) => Ok(store),
            Ok(false) => Err(StoreError::new(StoreErrorKind::Occupied, store.folder())),
            Err(error) => Err(StoreError::new(StoreErrorKind::Write, store.folder()).with_source(error)),
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
            for table in tables(&transaction)? {
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
fn open_to_read(file: &Path, schema: Schema) -> Fallible<(Connection, Layout)> {
    // SQLite's own message for a file that is not there says less.
    File::open(file)?;
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match schema.layout(&connection) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => Ok((connection, Layout::Foreign)),
        layout => Ok((connection, layout?)),
    }
}

/// A copy in the present layout, deleted when dropped.
fn migrated(source: &Connection, folder: &Path, schema: Schema) -> Fallible<NamedTempFile> {
    let copy = NamedTempFile::new_in(folder)?;
    vacuum_into(source, copy.path())?;
    schema.migrate(&mut Connection::open(copy.path())?)?;
    Ok(copy)
}

/// Our tables, those with references after those they refer to.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut names = connection.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY rowid")?;
    names.query_map([], |row| row.get(0))?.collect()
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

#[cfg(test)]
mod tests {
    use sync_core::SynchronizationId;

    use super::*;
    use crate::store::schema::LATER;
    use crate::store::{StateKey, StateStore};

    fn begin(store: &SqliteStore) -> StateKey {
        let key = StateKey::new("there", SynchronizationId::new("harbour").unwrap());
        store.begin(&key, "{}", &mut |_| Ok(())).unwrap();
        key
    }

    #[test]
    fn export_of_an_older_layout_is_migrated_on_its_way_in_and_not_changed_itself() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("export.db");
        let old = SqliteStore::open(folder.path().join("old")).unwrap();
        let key = begin(&old);
        old.export(&file).unwrap();
        let before = std::fs::read(&file).unwrap();

        let new = SqliteStore::import_as(folder.path().join("new"), &file, LATER).unwrap();
        assert_eq!(new.standing(&key).unwrap().cycle, 1);
        let tallied: i64 = new.connection().query_row("SELECT cycles FROM tally", [], |row| row.get(0)).unwrap();
        assert_eq!(tallied, 1);
        assert_eq!(std::fs::read(&file).unwrap(), before);
        let names = std::fs::read_dir(folder.path().join("new")).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.filter(|name| name.to_string_lossy().starts_with(".tmp")).count(), 0);
    }

    #[test]
    fn folder_of_an_older_layout_is_migrated_when_opened_and_refused_by_older_versions_then() {
        let folder = tempfile::tempdir().unwrap();
        let key = begin(&SqliteStore::open(folder.path()).unwrap());
        let new = SqliteStore::open_as(folder.path().to_owned(), LATER).unwrap();
        assert_eq!(new.standing(&key).unwrap().cycle, 1);
        let newer = StoreErrorKind::Newer { found: LATER.version(), known: PRESENT.version() };
        assert_eq!(SqliteStore::open(folder.path()).unwrap_err().kind(), &newer);
    }
}
