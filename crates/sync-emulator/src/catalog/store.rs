//! The database file: opening it, numbering, transactions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use uuid::Uuid;

use super::model::{Model, ModelError, ModelFile};
use super::names::NameCache;
use super::schema;
use super::{Ids, Number, UserNumber};
use crate::chance::{Purpose, uuid};
use crate::profile::NameCase;

/// Statements kept ready per connection; the importer alone uses about eighty.
const PREPARED_STATEMENTS: usize = 160;
/// Page cache of the writer and of each reader, in KiB.
const WRITER_CACHE_KIB: i64 = 96 * 1024;
const READER_CACHE_KIB: i64 = 4 * 1024;

/// Where the databases lie and how much a crash may cost.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    /// Folder of the databases and of the uploads.
    pub(crate) folder: PathBuf,
    /// Whether every commit has to survive a power failure.
    pub(crate) durable: bool,
}

impl Storage {
    fn catalog(&self) -> PathBuf {
        self.folder.join("catalog.sqlite")
    }

    /// Sets what every connection has in common.
    pub(crate) fn prepare(&self, connection: &Connection, cache_kib: i64) -> rusqlite::Result<()> {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", if self.durable { "FULL" } else { "OFF" })?;
        connection.pragma_update(None, "cache_size", -cache_kib)?;
        connection.pragma_update(None, "temp_store", "FILE")?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
        Ok(())
    }
}

/// Why a catalogue cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("cannot open the database {path}", path = path.display())]
    Database { path: PathBuf, source: rusqlite::Error },
    #[error("the database {path} has layout {found}, this program writes layout {expected}", path = path.display())]
    Layout { path: PathBuf, found: i64, expected: i64 },
    #[error("cannot use the operating model")]
    Model(#[from] ModelError),
}

/// When and by whom something is changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    /// Milliseconds since 1970, UTC.
    pub(crate) at: i64,
    pub(crate) by: UserNumber,
}

/// The catalogue with the right to write; there is one in the whole server.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) connection: Connection,
    pub(crate) ids: Ids,
    pub(crate) model: Arc<Model>,
    pub(super) stamp: Stamp,
    pub(super) names: NameCache,
    /// How names are compared.
    pub(super) name_case: NameCase,
    next: i64,
}

/// Opens or creates the catalogue; `files` are added to the packaged operating model, later ones win. `seed` tells the
/// ids of a new catalogue from those of others.
pub(crate) fn open_writer(
    storage: &Storage,
    files: &[ModelFile],
    name_case: NameCase,
    seed: u64,
) -> Result<Store, OpenError> {
    let path = storage.catalog();
    let database = |source| OpenError::Database { path: path.clone(), source };
    let mut connection = Connection::open(&path).map_err(database)?;
    storage.prepare(&connection, WRITER_CACHE_KIB).map_err(database)?;
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(database)?;
    if found == 0 {
        create(&mut connection, uuid(seed, Purpose::Database, 0).as_u64_pair().1).map_err(database)?;
    } else if found != schema::VERSION {
        return Err(OpenError::Layout { path, found, expected: schema::VERSION });
    }
    connection.execute_batch(schema::name_indexes(name_case)).map_err(database)?;

    let (next, seed): (i64, i64) = connection
        .query_row("SELECT next, seed FROM counter", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(database)?;
    let kept: Option<String> =
        connection.query_row("SELECT content FROM model_file", [], |row| row.get(0)).optional().map_err(database)?;
    let file = match kept {
        Some(content) => {
            let mut file = ModelFile::from_slice(content.as_bytes())?;
            files.iter().for_each(|addition| file.add(addition));
            file
        }
        None => ModelFile::of_new_server(files)?,
    };
    let transaction = connection.transaction().map_err(database)?;
    let model = build_model(&transaction, &file).map_err(|error| error.at(&path))?;
    keep_model(&transaction, &file).map_err(database)?;
    transaction.commit().map_err(database)?;

    Ok(Store {
        connection,
        ids: Ids::new(seed as u64),
        model: Arc::new(model),
        stamp: Stamp { at: 0, by: UserNumber(0) },
        names: NameCache::default(),
        name_case,
        next,
    })
}

fn create(connection: &mut Connection, seed: u64) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(schema::TABLES)?;
    transaction.execute("INSERT INTO counter(next, seed) VALUES (1, ?1)", [seed as i64])?;
    transaction.pragma_update(None, "user_version", schema::VERSION)?;
    transaction.commit()
}

/// Why the operating model in a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl BuildError {
    fn at(self, path: &Path) -> OpenError {
        match self {
            Self::Database(source) => OpenError::Database { path: path.to_owned(), source },
            Self::Model(error) => OpenError::Model(error),
        }
    }
}

/// The operating model of a file, with the numbers that its entries have in this database.
fn build_model(connection: &Connection, file: &ModelFile) -> Result<Model, BuildError> {
    let mut failed = None;
    let model = Model::new(file, |kind, key| match register(connection, kind, key) {
        Ok(number) => number,
        Err(error) => {
            failed = Some(error);
            super::TypeNumber(0)
        }
    });
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(model?),
    }
}

/// The number of an entry of the operating model, the same in every run.
fn register(connection: &Connection, kind: &str, key: &str) -> rusqlite::Result<super::TypeNumber> {
    connection
        .prepare_cached("INSERT INTO model(kind, key) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![kind, key])?;
    connection
        .prepare_cached("SELECT number FROM model WHERE kind = ?1 AND key = ?2")?
        .query_row(params![kind, key], |row| row.get(0))
}

fn keep_model(connection: &Connection, file: &ModelFile) -> rusqlite::Result<()> {
    let content = serde_json::to_string(file).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection.execute("DELETE FROM model_file", [])?;
    connection.execute("INSERT INTO model_file(content) VALUES (?1)", [content])?;
    Ok(())
}

/// Opens the catalogue for reading; never waits for the writer.
pub(crate) fn open_reader(storage: &Storage) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(storage.catalog(), flags)?;
    storage.prepare(&connection, READER_CACHE_KIB)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

impl Store {
    /// Takes over ids, numbers and operating model as the database has them now: its content was replaced.
    pub(super) fn take_over(&mut self) -> Result<(), BuildError> {
        let (next, seed): (i64, i64) =
            self.connection.query_row("SELECT next, seed FROM counter", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let content: String = self.connection.query_row("SELECT content FROM model_file", [], |row| row.get(0))?;
        self.model = Arc::new(build_model(&self.connection, &ModelFile::from_slice(content.as_bytes())?)?);
        self.next = next;
        self.ids = Ids::new(seed as u64);
        self.names.clear();
        Ok(())
    }

    /// Names that were looked up are looked up anew.
    pub(super) fn forget_names(&mut self) {
        self.names.clear();
    }

    /// Numbers begin again.
    pub(super) fn number_anew(&mut self) {
        self.next = 1;
    }

    /// The number of a user, who is remembered even if a later start does not know them any more.
    pub(crate) fn register_user(&self, id: Uuid, name: &str) -> rusqlite::Result<UserNumber> {
        self.connection
            .prepare_cached("INSERT INTO user(id, name) VALUES (?1, ?2) ON CONFLICT(id) DO UPDATE SET name = ?2")?
            .execute(params![id.as_bytes(), name])?;
        self.connection
            .prepare_cached("SELECT number FROM user WHERE id = ?1")?
            .query_row([id.as_bytes()], |row| row.get(0))
    }

    /// Begins a transaction whose changes carry this time and user.
    pub(crate) fn begin(&mut self, stamp: Stamp) -> rusqlite::Result<()> {
        self.stamp = stamp;
        self.execute("BEGIN IMMEDIATE")
    }

    /// Time and user of the open transaction.
    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Makes everything since [`Self::begin`] last.
    pub(crate) fn commit(&mut self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("UPDATE counter SET next = ?1")?.execute([self.next])?;
        self.execute("COMMIT")
    }

    /// Undoes everything since [`Self::begin`]; without a transaction nothing happens.
    pub(crate) fn roll_back(&mut self) -> rusqlite::Result<()> {
        self.names.clear();
        if self.connection.is_autocommit() { Ok(()) } else { self.execute("ROLLBACK") }
    }

    /// Begins a part of a transaction that can be undone alone.
    pub(crate) fn save_point(&mut self) -> rusqlite::Result<()> {
        self.execute("SAVEPOINT command")
    }

    /// Keeps what was done since the save point.
    pub(crate) fn release(&mut self) -> rusqlite::Result<()> {
        self.execute("RELEASE command")
    }

    /// Undoes what was done since the save point.
    pub(crate) fn roll_back_to_save_point(&mut self) -> rusqlite::Result<()> {
        self.names.clear();
        self.execute("ROLLBACK TO command")?;
        self.execute("RELEASE command")
    }

    /// A fresh number for a resource.
    pub(super) fn number(&mut self) -> Number {
        let number = Number(self.next);
        self.next += 1;
        number
    }

    /// The number the next new resource gets: what exists already has a lower one.
    pub(crate) fn next_number(&self) -> Number {
        Number(self.next)
    }

    /// Everything is in the main file afterwards, as far as readers allow.
    pub(crate) fn checkpoint(&self) -> rusqlite::Result<()> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }
}

/// The folder with the files that hold uploads until their jobs are over.
pub(crate) fn uploads(folder: &Path) -> PathBuf {
    folder.join("uploads")
}

/// The folder with the files that are stored on their own.
pub(crate) fn files(folder: &Path) -> PathBuf {
    folder.join("files")
}
