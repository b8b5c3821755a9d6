//! The layout of a state file, and how an older one becomes the present one.

use rusqlite::{Connection, Transaction};

/// The layout this version writes.
pub(super) const VERSION: i64 = 1;

/// Steps from each layout to the next; the first makes an empty file into layout 1.
const STEPS: [&str; VERSION as usize] = ["
CREATE TABLE synchronization (
    pk          INTEGER PRIMARY KEY,
    target      TEXT NOT NULL,
    id          TEXT NOT NULL,
    cycle       INTEGER NOT NULL DEFAULT 0,  -- last one begun
    finalized   INTEGER NOT NULL DEFAULT 0,  -- last one finalized; 0: no baseline
    known       INTEGER NOT NULL DEFAULT 0,  -- rows in member
    UNIQUE (target, id)
) STRICT;

-- What the service may track at most, clustered by key so that a sorted source is merged and appended.
CREATE TABLE member (
    sync          INTEGER NOT NULL REFERENCES synchronization,
    key           BLOB NOT NULL,     -- digest of the identity
    kind          INTEGER NOT NULL,
    identity      TEXT NOT NULL,     -- canonical JSON of the identifier
    content       BLOB NOT NULL,     -- digest of what was last said
    cycle         INTEGER NOT NULL,  -- in which it was last said
    missing_since INTEGER,
    PRIMARY KEY (sync, key)
) STRICT, WITHOUT ROWID;

-- In what the current cycle differs from the manifest, besides the members it added.
CREATE TABLE difference (
    sync    INTEGER NOT NULL REFERENCES synchronization,
    key     BLOB NOT NULL,
    kind    INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (sync, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    sync  INTEGER NOT NULL REFERENCES synchronization,
    cycle INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    entry TEXT NOT NULL,             -- JSON
    PRIMARY KEY (sync, cycle, seq)
) STRICT, WITHOUT ROWID;
"];

/// Brings the file to [`VERSION`]; `Err(found)` if it is of a newer one.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<Result<(), i64>> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    let Some(steps) = usize::try_from(found).ok().and_then(|found| STEPS.get(found..)) else {
        return Ok(Err(found));
    };
    for step in steps {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(Ok(()))
}

fn version(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    transaction.pragma_query_value(None, "user_version", |row| row.get(0))
}
