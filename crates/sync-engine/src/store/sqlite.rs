//! The store in one SQLite file of a state folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use sync_core::command::ResourceKind;
use sync_core::journal::Entry;
use sync_core::transport::BoxError;
use sync_core::{Digest, JobId, SynchronizationId};

use super::lock::{self, Holder};
use super::schema::{Layout, PRESENT, Schema};
use super::{
    Change, Difference, Differences, JOURNALS_KEPT, KnownMember, ManifestSwap, Standing, StateKey, StateLock,
    StateStore, StoreError, StoreErrorKind, slug,
};
use crate::member::{Member, kind_from_byte, kind_to_byte};

/// SQLite's page cache, in KiB.
const CACHE_KIB: i64 = 8 * 1024;

/// Size the write-ahead log is cut back to after a large transaction; about what it has between small ones.
const LOG_BYTES: i64 = 4 * 1024 * 1024;

/// How long to wait for another process that writes: beginning a cycle of ten million new members takes minutes on a
/// slow disk.
const PATIENCE: Duration = Duration::from_secs(300);

/// Keeps state in `state.db` of a folder, locks as files beside it. The folder must be on a disk of this machine: over
/// network file systems neither SQLite's write-ahead log nor file locks can be relied on.
///
/// Writes go through that log with full synchronisation: what was written when a call returns survives a power cut, and
/// a call that did not return has changed nothing. Several processes may use one folder; their writes wait for each
/// other, up to five minutes. Memory: 8 MiB of page cache whatever the size of the manifest, plus one journal.
#[derive(Debug)]
pub struct SqliteStore {
    folder: PathBuf,
    connection: Mutex<Connection>,
}

pub(super) type Fallible<T> = Result<T, BoxError>;

impl SqliteStore {
    /// Opens the state of a folder, creating what is not there. A state of an older layout is brought to the present one,
    /// after which older versions refuse it.
    ///
    /// # Errors
    /// [`StoreErrorKind::Open`] if the folder cannot be made or written, [`StoreErrorKind::Newer`] if it was written by a
    /// newer version, [`StoreErrorKind::Foreign`] if its `state.db` is something else.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::open_as(folder.into(), PRESENT)
    }

    pub(super) fn open_as(folder: PathBuf, schema: Schema) -> Result<Self, StoreError> {
        let opened = open(&folder, schema);
        match opened.map_err(|error| StoreError::new(StoreErrorKind::Open, &folder).with_source(error))? {
            Ok(connection) => Ok(Self { folder, connection: Mutex::new(connection) }),
            Err(layout) => Err(unfit(layout, schema, &folder)),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere cannot leave a transaction half done: it was rolled back when it was dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the state as it is at one moment, whatever other processes write meanwhile.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Fallible<T>) -> Result<T, StoreError> {
        let connection = self.connection();
        let snapshot = || -> Fallible<T> { read(&*connection.unchecked_transaction()?) };
        snapshot().map_err(|error| StoreError::new(StoreErrorKind::Read, &self.folder).with_source(error))
    }

    fn write<T>(&self, write: impl FnOnce(&Transaction<'_>) -> Fallible<T>) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let written = || -> Fallible<T> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = write(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        written().map_err(|error| StoreError::new(StoreErrorKind::Write, &self.folder).with_source(error))
    }
}

fn open(folder: &Path, schema: Schema) -> Fallible<Result<Connection, Layout>> {
    fs::create_dir_all(folder.join("locks"))?;
    // SQLite does not wait for another process that switches a new file to the log at the same moment; it says busy.
    let _lock = lock::wait(&folder.join("locks").join("open"))?;
    let mut connection = Connection::open(folder.join("state.db"))?;
    connection.busy_timeout(PATIENCE)?;
    // Before anything is changed about it.
    if let layout @ (Layout::Newer(_) | Layout::Foreign) = schema.layout(&connection)? {
        return Ok(Err(layout));
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    Ok(match schema.migrate(&mut connection)? {
        Layout::Present => Ok(connection),
        other => Err(other),
    })
}

/// Why a file at `place` cannot be used.
pub(super) fn unfit(layout: Layout, schema: Schema, place: &Path) -> StoreError {
    let kind = match layout {
        Layout::Newer(found) => StoreErrorKind::Newer { found, known: schema.version() },
        _ => StoreErrorKind::Foreign,
    };
    StoreError::new(kind, place)
}

impl StateStore for SqliteStore {
    fn lock(&self, key: &StateKey) -> Result<StateLock, StoreError> {
        match lock::take(&self.folder.join("locks").join(slug(key))) {
            Ok(Ok(file)) => Ok(StateLock::new(file)),
            Ok(Err(Holder(holder))) => Err(StoreError::new(StoreErrorKind::Locked { holder }, &self.folder)),
            Err(error) => Err(StoreError::new(StoreErrorKind::Open, &self.folder).with_source(error)),
        }
    }

    fn holder(&self, key: &StateKey) -> Result<Option<String>, StoreError> {
        match lock::look(&self.folder.join("locks").join(slug(key))) {
            Ok(found) => Ok(found.map(|Holder(holder)| holder)),
            Err(error) => Err(StoreError::new(StoreErrorKind::Read, &self.folder).with_source(error)),
        }
    }

    fn standing(&self, key: &StateKey) -> Result<Standing, StoreError> {
        self.read(|connection| {
            let Some(pk) = find(connection, key)? else { return Ok(Standing::default()) };
            let (cycle, finalized, known, begun, distrusted, asked) = connection
                .prepare_cached(
                    "SELECT cycle, finalized, known, cycle > forgotten, distrusted, asked FROM synchronization
                     WHERE pk = ?1",
                )?
                .query_row(params![pk], |row| {
                    Ok((number(row, 0)?, number(row, 1)?, number(row, 2)?, row.get(3)?, row.get(4)?, row.get(5)?))
                })?;
            // By cycle, not by the index over jobs: the last job is among the last entries.
            let last_job = connection
                .prepare_cached(&format!(
                    "SELECT {JOB_OF_ENTRY} FROM journal WHERE sync = ?1 AND +{JOB_OF_ENTRY} IS NOT NULL
                     ORDER BY cycle DESC, seq DESC LIMIT 1"
                ))?
                .query_row(params![pk], |row| row.get::<_, String>(0))
                .optional()?
                .map(JobId::new)
                .transpose()?;
            Ok(Standing {
                cycle,
                journal: journal(connection, pk, cycle)?,
                asked,
                last_job,
                finalized,
                known,
                begun,
                distrusted,
            })
        })
    }

    fn journal(&self, key: &StateKey, cycle: u64) -> Result<Vec<Entry>, StoreError> {
        self.read(|connection| match find(connection, key)? {
            Some(pk) => journal(connection, pk, cycle),
            None => Ok(Vec::new()),
        })
    }

    fn visit_members(
        &self,
        key: &StateKey,
        visit: &mut dyn FnMut(&KnownMember) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let mut stopped = None;
        self.read(|connection| {
            let Some(pk) = find(connection, key)? else { return Ok(()) };
            let mut members = connection.prepare_cached(
                "SELECT key, kind, identity, content, parts, cycle, missing_since FROM member
                 WHERE sync = ?1 ORDER BY key",
            )?;
            let mut rows = members.query(params![pk])?;
            let mut known = KnownMember::new(Member::blank(), 0, None);
            while let Some(row) = rows.next()? {
                read_known(row, &mut known)?;
                if let Err(error) = visit(&known) {
                    stopped = Some(error);
                    break;
                }
            }
            Ok(())
        })?;
        match stopped {
            Some(error) => Err(StoreError::new(StoreErrorKind::Interrupted, &self.folder).with_source(error)),
            None => Ok(()),
        }
    }

    fn begin(&self, key: &StateKey, asked: &str, differences: &mut Differences<'_>) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let pk = find_or_create(transaction, key)?;
            let cycle: i64 = transaction.query_row(
                "UPDATE synchronization SET cycle = cycle + 1, asked = ?2 WHERE pk = ?1 RETURNING cycle",
                params![pk, asked],
                |row| row.get(0),
            )?;
            transaction.execute("DELETE FROM difference WHERE sync = ?1", params![pk])?;
            transaction.execute(
                "DELETE FROM journal WHERE sync = ?1 AND cycle <= ?2",
                params![pk, cycle - JOURNALS_KEPT as i64],
            )?;
            let added = note(transaction, pk, cycle, differences)?;
            transaction.execute("UPDATE synchronization SET known = known + ?2 WHERE pk = ?1", params![pk, added])?;
            Ok(cycle as u64)
        })
    }

    fn append(&self, key: &StateKey, entry: &Entry, swap: Option<&ManifestSwap>) -> Result<(), StoreError> {
        self.write(|transaction| {
            let pk = find(transaction, key)?.ok_or("no cycle has begun")?;
            let appended = transaction
                .prepare_cached(
                    "INSERT INTO journal (sync, cycle, seq, entry)
                     SELECT s.pk, s.cycle, 1 + coalesce((SELECT max(seq) FROM journal j
                                                         WHERE j.sync = s.pk AND j.cycle = s.cycle), 0), ?2
                     FROM synchronization s WHERE s.pk = ?1",
                )?
                .execute(params![pk, serde_json::to_string(entry)?])?;
            debug_assert_eq!(appended, 1);
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
                .query_map(params![pk], |row| Ok((row.get::<_, u8>(0)?, number(row, 1)?)))?
                .map(|row| {
                    let (kind, count) = row?;
                    Ok((kind_from_byte(kind).ok_or(UNKNOWN_KIND)?, count))
                })
                .collect()
        })
    }

    fn holders(&self, key: &StateKey, member: &Member) -> Result<Vec<SynchronizationId>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT s.id FROM synchronization s JOIN member m ON m.sync = s.pk AND m.key = ?3
                     WHERE s.target = ?1 AND s.id <> ?2 ORDER BY s.id",
                )?
                .query_map(params![key.target(), key.synchronization().as_str(), member.key().as_bytes()], |row| {
                    row.get::<_, String>(0)
                })?
                .map(|id| Ok(SynchronizationId::new_unchecked_alphabet(id?)?))
                .collect()
        })
    }

    fn knows_job(&self, key: &StateKey, job: &JobId) -> Result<bool, StoreError> {
        self.read(|connection| {
            let mut known = connection.prepare_cached(&format!(
                "SELECT 1 FROM journal WHERE {JOB_OF_ENTRY} = ?1
                 AND sync IN (SELECT pk FROM synchronization WHERE target = ?2)"
            ))?;
            Ok(known.exists(params![job.as_str(), key.target()])?)
        })
    }

    fn distrust(&self, key: &StateKey) -> Result<(), StoreError> {
        self.write(|transaction| {
            let pk = find_or_create(transaction, key)?;
            transaction.execute("UPDATE synchronization SET distrusted = 1 WHERE pk = ?1", params![pk])?;
            Ok(())
        })
    }

    fn forget(&self, key: &StateKey) -> Result<(), StoreError> {
        self.write(|transaction| {
            let Some(pk) = find(transaction, key)? else { return Ok(()) };
            transaction.execute("DELETE FROM member WHERE sync = ?1", params![pk])?;
            transaction.execute("DELETE FROM difference WHERE sync = ?1", params![pk])?;
            transaction.execute(
                "UPDATE synchronization SET known = 0, finalized = 0, forgotten = cycle, distrusted = 0 WHERE pk = ?1",
                params![pk],
            )?;
            Ok(())
        })
    }

    fn list(&self) -> Result<Vec<StateKey>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT target, id FROM synchronization WHERE cycle > 0 ORDER BY target, id")?
                .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?
                .map(|row| {
                    let (target, id) = row?;
                    Ok(StateKey::new(target, SynchronizationId::new_unchecked_alphabet(id)?))
                })
                .collect()
        })
    }
}

/// A job a call was accepted as, or found to be.
const JOB_OF_ENTRY: &str = "json_extract(entry, '$.job')";

/// What only a damaged file or a later version of ours holds.
const UNKNOWN_KIND: &str = "an unknown kind of resource";

/// Members added enter the manifest, everything else is noted. Returns by how much the manifest grew.
fn note(transaction: &Transaction<'_>, pk: i64, cycle: i64, differences: &mut Differences<'_>) -> Fallible<i64> {
    let mut add = transaction.prepare_cached(
        "INSERT INTO member (sync, key, kind, identity, content, parts, cycle)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    )?;
    let mut again = transaction.prepare_cached(
        "UPDATE member SET content = ?3, parts = ?4, cycle = ?5, missing_since = NULL WHERE sync = ?1 AND key = ?2",
    )?;
    let mut note = transaction.prepare_cached(
        "INSERT INTO difference (sync, key, kind, missing, content, parts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut grown = 0;
    differences(&mut |Difference { change, member }| {
        let (key, content) = (member.key(), member.content());
        let (key, content) = (key.as_bytes(), content.as_bytes());
        let (kind, parts) = (kind_to_byte(member.kind()), member.parts_bytes());
        if *change != Change::Added {
            let missing = *change == Change::Missing;
            return note.execute(params![pk, key, kind, missing, content, parts]).map(drop).map_err(taken);
        }
        let identity = member.identity_key();
        let added = add.execute(params![pk, key, kind, identity, content, parts, cycle]).map_err(taken)?;
        if added == 0 {
            again.execute(params![pk, key, content, parts, cycle]).map_err(taken)?;
        }
        grown += added as i64;
        Ok(())
    })?;
    Ok(grown)
}

/// The manifest becomes that of the current cycle: changed members get their new content, missing ones leave if their
/// removal is confirmed and are marked otherwise.
fn swap_manifest(transaction: &Transaction<'_>, pk: i64, swap: &ManifestSwap) -> Fallible<()> {
    transaction.execute(
        "UPDATE member SET content = d.content, parts = d.parts, missing_since = NULL,
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
    transaction
        .execute("UPDATE synchronization SET finalized = cycle WHERE pk = ?1 AND cycle > forgotten", params![pk])?;
    Ok(())
}

/// A refusal of the database on its way through whoever gives the differences.
fn taken(error: rusqlite::Error) -> io::Error {
    io::Error::other(error)
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

fn journal(connection: &Connection, pk: i64, cycle: u64) -> Fallible<Vec<Entry>> {
    connection
        .prepare_cached("SELECT entry FROM journal WHERE sync = ?1 AND cycle = ?2 ORDER BY seq")?
        .query_map(params![pk, cycle as i64], |row| row.get::<_, String>(0))?
        .map(|entry| Ok(serde_json::from_str(&entry?)?))
        .collect()
}

/// Counts and numbers of cycles, which SQLite keeps signed.
fn number(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(index).map(|number| number as u64)
}

fn read_known(row: &Row<'_>, known: &mut KnownMember) -> Fallible<()> {
    let kind = kind_from_byte(row.get(1)?).ok_or(UNKNOWN_KIND)?;
    let (key, content) = (Digest::from_bytes(row.get(0)?), Digest::from_bytes(row.get(3)?));
    let (identity, parts) = (row.get_ref(2)?.as_str()?, row.get_ref(4)?.as_blob()?);
    known.member.set(key, kind, identity.as_bytes(), content, parts, u64::MAX);
    known.cycle = number(row, 5)?;
    known.missing_since = row.get::<_, Option<i64>>(6)?.map(|cycle| cycle as u64);
    Ok(())
}
