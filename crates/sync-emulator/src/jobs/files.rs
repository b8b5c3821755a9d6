//! Stored files, which jobs can be given by their id.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Jobs;
use crate::chance::{Purpose, uuid};

pub(super) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS file(
    id BLOB PRIMARY KEY, name TEXT NOT NULL, content_type TEXT NOT NULL, size INTEGER NOT NULL,
    created_on INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file_number(number INTEGER PRIMARY KEY AUTOINCREMENT);
";

/// What is known of a stored file; its content lies in the folder for files under its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredFile {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) size: u64,
    pub(crate) created_on: i64,
}

impl StoredFile {
    pub(crate) fn json(&self) -> Value {
        let extension = self.name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
        json!({
            "id": self.id,
            "name": self.name,
            "contentType": self.content_type,
            "size": self.size,
            "extension": extension,
        })
    }
}

impl Jobs {
    /// An id that no file has had.
    pub(crate) fn new_file_id(&self) -> rusqlite::Result<Uuid> {
        let inner = self.inner();
        // The row itself says nothing: its number is never given out again.
        inner.connection.prepare_cached("INSERT INTO file_number DEFAULT VALUES")?.execute([])?;
        let number = inner.connection.last_insert_rowid();
        inner.connection.prepare_cached("DELETE FROM file_number")?.execute([])?;
        Ok(uuid(self.seed, Purpose::File, number.unsigned_abs()))
    }

    /// Notes files whose content is in place.
    pub(crate) fn store_files(&self, files: &[StoredFile]) -> rusqlite::Result<()> {
        let inner = self.inner();
        let transaction = inner.connection.unchecked_transaction()?;
        for file in files {
            transaction.prepare_cached("INSERT INTO file VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
                file.id.as_bytes(),
                file.name,
                file.content_type,
                file.size as i64,
                file.created_on
            ])?;
        }
        transaction.commit()
    }

    pub(crate) fn file(&self, id: Uuid) -> rusqlite::Result<Option<StoredFile>> {
        self.inner()
            .connection
            .prepare_cached("SELECT id, name, content_type, size, created_on FROM file WHERE id = ?1")?
            .query_row([id.as_bytes()], file_row)
            .optional()
    }

    /// Forgets a file; tells whether there was one.
    pub(crate) fn forget_file(&self, id: Uuid) -> rusqlite::Result<bool> {
        forget(&self.inner().connection, id)
    }

    /// Forgets all files stored before this time and tells which.
    pub(crate) fn forget_files_before(&self, time: i64) -> rusqlite::Result<Vec<Uuid>> {
        self.inner()
            .connection
            .prepare_cached("DELETE FROM file WHERE created_on < ?1 RETURNING id")?
            .query_map([time], |row| row.get(0).map(Uuid::from_bytes))?
            .collect()
    }

    /// Names of the contents that are in use.
    pub(crate) fn file_names(&self) -> rusqlite::Result<HashSet<String>> {
        self.inner()
            .connection
            .prepare("SELECT id FROM file")?
            .query_map([], |row| row.get(0).map(|id| Uuid::from_bytes(id).to_string()))?
            .collect()
    }
}

fn file_row(row: &Row<'_>) -> rusqlite::Result<StoredFile> {
    Ok(StoredFile {
        id: Uuid::from_bytes(row.get(0)?),
        name: row.get(1)?,
        content_type: row.get(2)?,
        size: row.get::<_, i64>(3)?.unsigned_abs(),
        created_on: row.get(4)?,
    })
}

/// Forgets a file; tells whether there was one.
pub(super) fn forget(connection: &Connection, id: Uuid) -> rusqlite::Result<bool> {
    Ok(connection.prepare_cached("DELETE FROM file WHERE id = ?1")?.execute([id.as_bytes()])? > 0)
}
