//! The open cycle while its commands come in.

use rusqlite::{OptionalExtension, params};

use crate::catalog::{Kind, Number, Store};
use crate::importer::Digest16;

/// An open cycle of one synchronization.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cycle {
    pub(super) synchronization: i64,
    pub(super) number: i64,
}

impl Cycle {
    /// Continues the open cycle or begins one; an id that was never used is known from here on.
    pub(crate) fn open(store: &Store, id: &str) -> rusqlite::Result<Self> {
        store
            .connection
            .prepare_cached(
                "INSERT INTO synchronization(id, cycle, open, finalized) VALUES (?1, 1, 1, 0)
                 ON CONFLICT(id) DO UPDATE SET cycle = cycle + (1 - open), open = 1",
            )?
            .execute([id])?;
        store
            .connection
            .prepare_cached("SELECT number, cycle FROM synchronization WHERE id = ?1")?
            .query_row([id], |row| Ok(Self { synchronization: row.get(0)?, number: row.get(1)? }))
    }

    /// The resource of a command that says what it said last time, if it still exists: the command need not be executed.
    pub(crate) fn unchanged(
        &self,
        store: &Store,
        identity: Digest16,
        hash: Digest16,
    ) -> rusqlite::Result<Option<(Kind, Number)>> {
        let known: Option<(Kind, Number)> = store
            .connection
            .prepare_cached(
                "SELECT kind, resource FROM command_cache WHERE synchronization = ?1 AND identity = ?2 AND hash = ?3",
            )?
            .query_row(params![self.synchronization, identity, hash], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match known {
            Some((kind, resource)) if store.exists(kind, resource)? => Ok(known),
            _ => Ok(None),
        }
    }

    /// Notes that the cycle has a command about this resource.
    pub(crate) fn see(&self, store: &Store, kind: Kind, resource: Number, identity: Digest16) -> rusqlite::Result<()> {
        let updated = store
            .connection
            .prepare_cached("UPDATE member SET seen = ?3 WHERE synchronization = ?1 AND resource = ?2")?
            .execute(params![self.synchronization, resource, self.number])?;
        if updated == 0 {
            store
                .connection
                .prepare_cached(
                    "INSERT INTO member(synchronization, resource, kind, seen, identity) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![self.synchronization, resource, kind, self.number, identity])?;
        }
        Ok(())
    }

    /// Keeps the hash of an executed command.
    pub(crate) fn remember(
        &self,
        store: &Store,
        identity: Digest16,
        hash: Digest16,
        kind: Kind,
        resource: Number,
    ) -> rusqlite::Result<()> {
        store
            .connection
            .prepare_cached("INSERT OR REPLACE INTO command_cache VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![self.synchronization, identity, hash, kind, resource])?;
        Ok(())
    }
}
