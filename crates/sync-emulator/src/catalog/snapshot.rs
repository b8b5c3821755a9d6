//! A whole catalogue as one file, and back.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::schema;
use super::store::BuildError;
use super::wipe::DATA;
use super::{Stamp, Store, UserNumber};

/// Tells snapshots from other databases of SQLite: `CSYS` in ASCII.
pub(crate) const APPLICATION_ID: i64 = 0x4353_5953;

/// What a snapshot holds beside the data.
const FRAME: [&str; 4] = ["counter", "model", "model_file", "user"];

/// Why a snapshot cannot be written or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The file is no snapshot of such a server.
    #[error("the file is not a snapshot of this server")]
    Foreign,
    /// The snapshot is of another version.
    #[error("the snapshot has layout {found}, this server reads layout {expected}")]
    Layout {
        /// The layout in the file.
        found: i64,
        /// The layout this server reads.
        expected: i64,
    },
    /// A database cannot be read or written.
    #[error("copying the data failed")]
    Database {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The operating model in it cannot be used.
    #[error("the operating model in the snapshot cannot be used")]
    Model(#[from] super::model::ModelError),
    /// The file itself cannot be read or written.
    #[error("the file cannot be used")]
    File(#[from] std::io::Error),
    /// The server goes down.
    #[error("the server is stopping")]
    Stopping,
}

impl From<rusqlite::Error> for SnapshotError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database { source: error.into() }
    }
}

impl From<BuildError> for SnapshotError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Database(error) => error.into(),
            BuildError::Model(error) => Self::Model(error),
        }
    }
}

/// Makes a snapshot visible from another database, as `snapshot`. Not within a transaction.
pub(crate) fn attach(connection: &Connection, path: &Path) -> Result<(), SnapshotError> {
    connection.execute("ATTACH DATABASE ?1 AS snapshot", [name_of(path)?])?;
    Ok(())
}

/// Lets go of it. Not within a transaction.
pub(crate) fn detach(connection: &Connection) {
    if let Err(error) = connection.execute("DETACH DATABASE snapshot", []) {
        tracing::warn!(%error, "cannot let go of a snapshot");
    }
}

/// The columns of a table, which the snapshot has as well.
pub(crate) fn columns(connection: &Connection, table: &str) -> Result<String, SnapshotError> {
    let columns: Vec<String> = connection
        .prepare("SELECT name FROM pragma_table_info(?1, 'main') ORDER BY cid")?
        .query_map([table], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    // Views and virtual tables have no pages of their own: what looks like a table and is none could do anything.
    let is_table = connection
        .query_row(
            "SELECT rootpage > 0 FROM snapshot.sqlite_schema WHERE type = 'table' AND name = ?1",
            [table],
            |row| row.get::<_, bool>(0),
        )
        .optional()?;
    if is_table != Some(true) {
        return Err(SnapshotError::Foreign);
    }
    let columns = columns.join(", ");
    match connection.prepare(&format!("SELECT {columns} FROM snapshot.{table}")) {
        Ok(_) => Ok(columns),
        Err(_) => Err(SnapshotError::Foreign),
    }
}

/// Puts the rows of a table of the snapshot in the place of those of the table of the same name and columns.
pub(crate) fn replace(connection: &Connection, table: &str) -> Result<(), SnapshotError> {
    let columns = columns(connection, table)?;
    connection.execute(&format!("DELETE FROM main.{table}"), [])?;
    connection.execute(&format!("INSERT INTO main.{table}({columns}) SELECT {columns} FROM snapshot.{table}"), [])?;
    Ok(())
}

fn name_of(path: &Path) -> Result<&str, std::io::Error> {
    path.to_str().ok_or_else(|| std::io::Error::other("the path is not UTF-8"))
}

/// Refuses what is no snapshot of this layout.
pub(crate) fn check(path: &Path) -> Result<(), SnapshotError> {
    let snapshot = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let number = |pragma: &str| snapshot.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0));
    // A file that is no database at all shows itself at the first look into it.
    if !matches!(number("application_id"), Ok(APPLICATION_ID)) {
        return Err(SnapshotError::Foreign);
    }
    match number("user_version")? {
        schema::VERSION => Ok(()),
        found => Err(SnapshotError::Layout { found, expected: schema::VERSION }),
    }
}

impl Store {
    /// Writes everything that is committed into a new file.
    pub(crate) fn export(&self, path: &Path) -> Result<(), SnapshotError> {
        self.connection.execute("VACUUM INTO ?1", [name_of(path)?])?;
        Connection::open(path)?.pragma_update(None, "application_id", APPLICATION_ID)?;
        Ok(())
    }

    /// Becomes what a snapshot holds, operating model included. After an error everything is as it was.
    pub(crate) fn import(&mut self, path: &Path, at: i64) -> Result<(), SnapshotError> {
        check(path)?;
        self.connection.pragma_update(None, "trusted_schema", false)?;
        attach(&self.connection, path)?;
        let imported = self.replace_all(at);
        if imported.is_err() {
            self.roll_back()?;
            self.take_over()?;
        }
        detach(&self.connection);
        imported
    }

    fn replace_all(&mut self, at: i64) -> Result<(), SnapshotError> {
        self.begin(Stamp { at, by: UserNumber(0) })?;
        for table in DATA.into_iter().chain(FRAME) {
            replace(&self.connection, table)?;
        }
        self.take_over()?;
        Ok(self.commit()?)
    }
}
