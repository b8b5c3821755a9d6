//! The store in one SQLite file of a state folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sync_core::Digest;
use sync_core::command::ResourceKind;
use sync_core::journal::Entry;
use sync_core::transport::BoxError;
use sync_formats::Identity;

use super::{
    Change, Difference, KnownMember, ManifestSwap, Standing, StateKey, StateLock, StateStore, StoreError,
    StoreErrorKind, schema, slug,
};
use crate::member::{Member, kind_from_byte, kind_to_byte};

/// SQLite's page cache, in KiB.
const CACHE_KIB: i64 = 8 * 1024;

/// Keeps state in `state.db` of a folder, locks as files beside it.
///
/// Writes go through a write-ahead log with full synchronisation: what was appended survives a power cut. Memory: 8 MiB
/// of page cache.
#[derive(Debug)]
pub struct SqliteStore {
    folder: PathBuf,
    connection: Mutex<Connection>,
}

type Fallible<T> = Result<T, BoxError>;

impl SqliteStore {
    /// Opens the state of a folder, creating what is not there.
    ///
    /// # Errors
    /// [`StoreError`] if the folder cannot be made or written, or was written by a newer version.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        let opened =
            open(&folder).map_err(|error| StoreError::new(StoreErrorKind::Open, &folder).with_source(error))?;
        match opened {
            Ok(connection) => Ok(Self { folder, connection: Mutex::new(connection) }),
            Err(found) => Err(StoreError::new(StoreErrorKind::Newer { found, known: schema::VERSION }, folder)),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere cannot leave a transaction half done: it was rolled back when it was dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Fallible<T>) -> Result<T, StoreError> {
        read(&self.connection()).map_err(|error| StoreError::new(StoreErrorKind::Read, &self.folder).with_source(error))
    }

    fn write<T>(&self, write: impl FnOnce(&Transaction<'_>) -> Fallible<T>) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let written = || -> Fallible<T> {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let value = write(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        written().map_err(|error| StoreError::new(StoreErrorKind::Write, &self.folder).with_source(error))
    }
}

fn open(folder: &Path) -> Fallible<Result<Connection, i64>> {
    fs::create_dir_all(folder.join("locks"))?;
    let mut connection = Connection::open(folder.join("state.db"))?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(schema::migrate(&mut connection)?.map(|()| connection))
}

impl StateStore for SqliteStore {
    fn lock(&self, key: &StateKey) -> Result<StateLock, StoreError> {
        let path = self.folder.join("locks").join(slug(key));
        let locked = || -> io::Result<Result<File, String>> {
            let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Ok(()) => {
                    file.set_len(0)?;
                    file.rewind()?;
                    write!(file, "process {}", std::process::id())?;
                    Ok(Ok(file))
                }
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    (&file).take(200).read_to_string(&mut holder)?;
                    Ok(Err(holder))
                }
                Err(TryLockError::Error(error)) => Err(error),
            }
        };
        match locked() {
            Ok(Ok(file)) => Ok(StateLock::new(file)),
            Ok(Err(holder)) => Err(StoreError::new(StoreErrorKind::Locked { holder }, &self.folder)),
            Err(error) => Err(StoreError::new(StoreErrorKind::Open, &self.folder).with_source(error)),
        }
    }

    fn standing(&self, key: &StateKey) -> Result<Standing, StoreError> {
        self.read(|connection| {
            let found = connection
                .prepare_cached(
                    "SELECT pk, cycle, finalized, known FROM synchronization WHERE target = ?1 AND id = ?2",
                )?
                .query_row(params![key.target(), key.synchronization().as_str()], |row| {
                    let number = |index| row.get::<_, i64>(index).map(|number| number as u64);
                    Ok((row.get::<_, i64>(0)?, number(1)?, number(2)?, number(3)?))
                })
                .optional()?;
            let Some((pk, cycle, finalized, known)) = found else { return Ok(Standing::default()) };
            let journal = connection
                .prepare_cached("SELECT entry FROM journal WHERE sync = ?1 AND cycle = ?2 ORDER BY seq")?
                .query_map(params![pk, cycle as i64], |row| row.get::<_, String>(0))?
                .map(|entry| Ok(serde_json::from_str(&entry?)?))
                .collect::<Fallible<Vec<Entry>>>()?;
            Ok(Standing { cycle, journal, finalized, known })
        })
    }

    fn visit_members(
        &self,
        key: &StateKey,
        visit: &mut dyn FnMut(KnownMember) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        self.read(|connection| {
            let Some(pk) = find(connection, key)? else { return Ok(()) };
            let mut members = connection.prepare_cached(
                "SELECT key, kind, identity, content, cycle, missing_since FROM member WHERE sync = ?1 ORDER BY key",
            )?;
            let mut rows = members.query(params![pk])?;
            while let Some(row) = rows.next()? {
                visit(known_member(row)?)?;
            }
            Ok(())
        })
    }

    fn begin(
        &self,
        key: &StateKey,
        differences: &mut dyn Iterator<Item = io::Result<Difference>>,
    ) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let pk = find_or_create(transaction, key)?;
            transaction.execute("DELETE FROM difference WHERE sync = ?1", params![pk])?;
            let cycle: i64 = transaction.query_row(
                "UPDATE synchronization SET cycle = cycle + 1 WHERE pk = ?1 RETURNING cycle",
                params![pk],
                |row| row.get(0),
            )?;
            let mut new = 0i64;
            {
                let mut add = transaction.prepare_cached(
                    "INSERT INTO member (sync, key, kind, identity, content, cycle) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO NOTHING",
                )?;
                let mut again = transaction.prepare_cached(
                    "UPDATE member SET content = ?3, cycle = ?4, missing_since = NULL WHERE sync = ?1 AND key = ?2",
                )?;
                let mut note = transaction.prepare_cached(
                    "INSERT INTO difference (sync, key, kind, missing, content) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?;
                for difference in differences {
                    let Difference { change, member } = difference?;
                    let (member_key, content) = (member.key.as_bytes(), member.content.as_bytes());
                    let kind = kind_to_byte(member.identity.kind());
                    if change == Change::Added {
                        let added =
                            add.execute(params![pk, member_key, kind, member.identity.key(), content, cycle])?;
                        new += added as i64;
                        if added == 0 {
                            again.execute(params![pk, member_key, content, cycle])?;
                        }
                    } else {
                        let missing = change == Change::Missing;
                        note.execute(params![pk, member_key, kind, missing, content])?;
                    }
                }
            }
            transaction.execute("UPDATE synchronization SET known = known + ?2 WHERE pk = ?1", params![pk, new])?;
            Ok(cycle as u64)
        })
    }

    fn append(&self, key: &StateKey, entry: &Entry, swap: Option<&ManifestSwap>) -> Result<(), StoreError> {
        self.write(|transaction| {
            let pk = find_or_create(transaction, key)?;
            transaction
                .prepare_cached(
                    "INSERT INTO journal (sync, cycle, seq, entry)
                     SELECT s.pk, s.cycle, 1 + coalesce((SELECT max(seq) FROM journal j
                                                         WHERE j.sync = s.pk AND j.cycle = s.cycle), 0), ?2
                     FROM synchronization s WHERE s.pk = ?1",
                )?
                .execute(params![pk, serde_json::to_string(entry)?])?;
            match swap {
                Some(swap) => swap_manifest(transaction, pk, swap),
                None => Ok(()),
            }
        })
    }

    fn noted_missing(&self, key: &StateKey) -> Result<Vec<(ResourceKind, u64)>, StoreError> {
        self.read(|connection| {
            let Some(pk) = find(connection, key)? else { return Ok(Vec::new()) };
            connection
                .prepare_cached(
                    "SELECT kind, count(*) FROM difference WHERE sync = ?1 AND missing GROUP BY kind ORDER BY kind",
                )?
                .query_map(params![pk], |row| Ok((row.get::<_, u8>(0)?, row.get::<_, i64>(1)?)))?
                .map(|row| {
                    let (kind, count) = row?;
                    Ok((kind_from_byte(kind).ok_or("an unknown kind of resource")?, count as u64))
                })
                .collect()
        })
    }
}

/// The manifest becomes that of the current cycle: changed members get their new content, missing ones leave if their
/// removal is confirmed and are marked otherwise.
fn swap_manifest(transaction: &Transaction<'_>, pk: i64, swap: &ManifestSwap) -> Fallible<()> {
    transaction.execute(
        "UPDATE member SET content = d.content, missing_since = NULL,
                           cycle = (SELECT cycle FROM synchronization WHERE pk = ?1)
         FROM difference d WHERE member.sync = ?1 AND d.sync = ?1 AND d.key = member.key AND NOT d.missing",
        params![pk],
    )?;
    for kind in ResourceKind::ALL {
        if swap.removed.contains(&kind) {
            let gone = transaction.execute(
                "DELETE FROM member WHERE sync = ?1 AND key IN
                     (SELECT key FROM difference WHERE sync = ?1 AND missing AND kind = ?2)",
                params![pk, kind_to_byte(kind)],
            )?;
            transaction
                .execute("UPDATE synchronization SET known = known - ?2 WHERE pk = ?1", params![pk, gone as i64])?;
        } else {
            transaction.execute(
                "UPDATE member SET missing_since = (SELECT cycle FROM synchronization WHERE pk = ?1)
                 WHERE sync = ?1 AND missing_since IS NULL AND key IN
                     (SELECT key FROM difference WHERE sync = ?1 AND missing AND kind = ?2)",
                params![pk, kind_to_byte(kind)],
            )?;
        }
    }
    transaction.execute("DELETE FROM difference WHERE sync = ?1", params![pk])?;
    transaction.execute("UPDATE synchronization SET finalized = cycle WHERE pk = ?1", params![pk])?;
    Ok(())
}

fn find(connection: &Connection, key: &StateKey) -> Fallible<Option<i64>> {
    let pk = connection
        .prepare_cached("SELECT pk FROM synchronization WHERE target = ?1 AND id = ?2")?
        .query_row(params![key.target(), key.synchronization().as_str()], |row| row.get(0))
        .optional()?;
    Ok(pk)
}

fn find_or_create(transaction: &Transaction<'_>, key: &StateKey) -> Fallible<i64> {
    if let Some(pk) = find(transaction, key)? {
        return Ok(pk);
    }
    transaction.execute(
        "INSERT INTO synchronization (target, id) VALUES (?1, ?2)",
        params![key.target(), key.synchronization().as_str()],
    )?;
    Ok(transaction.last_insert_rowid())
}

fn known_member(row: &Row<'_>) -> Fallible<KnownMember> {
    let kind = kind_from_byte(row.get(1)?).ok_or("an unknown kind of resource")?;
    Ok(KnownMember {
        member: Member {
            key: Digest::from_bytes(row.get(0)?),
            identity: Identity::from_parts(kind, row.get::<_, String>(2)?),
            content: Digest::from_bytes(row.get(3)?),
        },
        cycle: row.get::<_, i64>(4)? as u64,
        missing_since: row.get::<_, Option<i64>>(5)?.map(|cycle| cycle as u64),
    })
}
