//! The layout of a state file, and how an older one becomes the present one.
//!
//! To change the layout, append a step to [`PRESENT`]: SQL that makes the last layout into the next one, data included.
//! Steps that were released are never edited, since files exist that were made by them. A new file takes all steps one
//! after the other, so that it cannot differ from a migrated one, and has no rows. Then teach the queries, and test the
//! step with a file of the layout before it if it does more than add something.

use rusqlite::{Connection, TransactionBehavior};

/// Marks a SQLite file as ours: `CSst`, in the file's `application_id`.
const APPLICATION: i32 = i32::from_be_bytes(*b"CSst");

/// Steps from each layout to the next; the first makes an empty file into layout 1. Their number is the layout they
/// lead to, kept in the file's `user_version`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema(&'static [&'static str]);

/// The layout this version writes.
pub(super) const PRESENT: Schema = Schema(&[
    "
CREATE TABLE synchronization (
    pk          INTEGER PRIMARY KEY,
    target      TEXT NOT NULL,
    id          TEXT NOT NULL,
    cycle       INTEGER NOT NULL DEFAULT 0,  -- last one begun
    finalized   INTEGER NOT NULL DEFAULT 0,  -- last one finalized; 0: no baseline
    forgotten   INTEGER NOT NULL DEFAULT 0,  -- last one begun before the manifest was forgotten; it gives no baseline
    known       INTEGER NOT NULL DEFAULT 0,  -- rows in member
    distrusted  INTEGER NOT NULL DEFAULT 0,  -- the service may track more than member has
    UNIQUE (target, id)
) STRICT;

-- What the service may track at most, clustered by key so that a sorted source is merged and appended.
CREATE TABLE member (
    sync          INTEGER NOT NULL,  -- no REFERENCES: looked up for each of millions of rows
    key           BLOB NOT NULL,     -- digest of the identity
    kind          INTEGER NOT NULL,
    identity      TEXT NOT NULL,     -- canonical JSON of the identifier
    content       BLOB NOT NULL,     -- digest of what was last said
    parts         BLOB NOT NULL,     -- short digests of the members of what was last said
    cycle         INTEGER NOT NULL,  -- in which it was last said
    missing_since INTEGER,
    PRIMARY KEY (sync, key)
) STRICT, WITHOUT ROWID;

-- In what the current cycle differs from the manifest, besides the members it added.
CREATE TABLE difference (
    sync    INTEGER NOT NULL,
    key     BLOB NOT NULL,
    kind    INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    content BLOB NOT NULL,
    parts   BLOB NOT NULL,
    PRIMARY KEY (sync, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    sync  INTEGER NOT NULL REFERENCES synchronization,
    cycle INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    entry TEXT NOT NULL,             -- JSON
    PRIMARY KEY (sync, cycle, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX journal_job ON journal (json_extract(entry, '$.job')) WHERE json_extract(entry, '$.job') IS NOT NULL;
",
    "
ALTER TABLE synchronization ADD COLUMN asked TEXT;  -- what the last cycle begun was asked to do, JSON
",
]);

/// What a file is to this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Of the present layout.
    Present,
    /// Nothing yet.
    Empty,
    /// Of an older layout.
    Older,
    /// Of a layout this version does not know.
    Newer(i64),
    /// Not a state file.
    Foreign,
}

impl Schema {
    /// The layout it leads to.
    pub(super) fn version(self) -> i64 {
        self.0.len() as i64
    }

    /// What a file is. Only reads.
    pub(super) fn layout(self, connection: &Connection) -> rusqlite::Result<Layout> {
        // In one statement, as another process may be migrating the file.
        let (version, application, tables) = connection.query_row(
            "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
             FROM pragma_user_version, pragma_application_id",
            [],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)),
        )?;
        let is_ours = version > 0 && application == i64::from(APPLICATION);
        Ok(match version {
            0 if application == 0 && tables == 0 => Layout::Empty,
            _ if !is_ours => Layout::Foreign,
            version if version < self.version() => Layout::Older,
            version if version > self.version() => Layout::Newer(version),
            _ => Layout::Present,
        })
    }

    /// Brings an empty or older file to this layout; leaves everything else as it is. The answer says what the file is
    /// then.
    pub(super) fn migrate(self, connection: &mut Connection) -> rusqlite::Result<Layout> {
        // Looked at before a lock is taken: opening a state must not wait for the long write of another run.
        let layout = self.layout(connection)?;
        if !layout.wants_migration() {
            return Ok(layout);
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been first.
        let layout = self.layout(&transaction)?;
        if !layout.wants_migration() {
            return Ok(layout);
        }
        let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        for step in &self.0[found as usize..] {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", self.version())?;
        transaction.commit()?;
        Ok(Layout::Present)
    }
}

impl Layout {
    fn wants_migration(self) -> bool {
        matches!(self, Self::Empty | Self::Older)
    }
}

/// A layout of a time to come: a column more, then a table that is filled from what there is.
#[cfg(test)]
pub(super) const LATER: Schema = Schema(&[
    PRESENT.0[0],
    PRESENT.0[1],
    "ALTER TABLE synchronization ADD COLUMN note TEXT",
    "CREATE TABLE tally (sync INTEGER PRIMARY KEY, cycles INTEGER NOT NULL) STRICT;
     INSERT INTO tally SELECT pk, cycle FROM synchronization",
]);

#[cfg(test)]
mod tests {
    use super::*;

    fn present() -> Connection {
        let mut file = Connection::open_in_memory().unwrap();
        assert_eq!(PRESENT.migrate(&mut file).unwrap(), Layout::Present);
        file.execute("INSERT INTO synchronization (target, id, cycle) VALUES ('there', 'harbour', 7)", []).unwrap();
        file
    }

    /// Everything that makes up a layout.
    fn shape(file: &Connection) -> Vec<String> {
        let mut shape = file.prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name").unwrap();
        shape.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn older_file_becomes_the_present_one_and_keeps_what_it_holds() {
        let mut old = present();
        assert_eq!(LATER.layout(&old).unwrap(), Layout::Older);
        assert_eq!(LATER.migrate(&mut old).unwrap(), Layout::Present);
        let cycles: i64 = old.query_row("SELECT cycles FROM tally", [], |row| row.get(0)).unwrap();
        assert_eq!(cycles, 7);

        let mut new = Connection::open_in_memory().unwrap();
        LATER.migrate(&mut new).unwrap();
        assert_eq!(shape(&old), shape(&new), "a new file does not differ from a migrated one");
    }

    #[test]
    fn file_of_each_layout_before_can_be_migrated() {
        for steps in 1..PRESENT.0.len() {
            let mut old = Connection::open_in_memory().unwrap();
            Schema(&PRESENT.0[..steps]).migrate(&mut old).unwrap();
            assert_eq!(PRESENT.migrate(&mut old).unwrap(), Layout::Present, "layout {steps}");
            assert_eq!(shape(&old), shape(&present()), "layout {steps}");
        }
    }

    #[test]
    fn present_file_is_left_alone() {
        let mut file = present();
        let before = shape(&file);
        assert_eq!(PRESENT.migrate(&mut file).unwrap(), Layout::Present);
        assert_eq!(shape(&file), before);
    }

    #[test]
    fn file_of_a_newer_layout_is_left_alone() {
        let mut newer = present();
        LATER.migrate(&mut newer).unwrap();
        let before = shape(&newer);
        assert_eq!(PRESENT.migrate(&mut newer).unwrap(), Layout::Newer(LATER.version()));
        assert_eq!(shape(&newer), before);
    }

    #[test]
    fn failed_step_leaves_the_file_as_it_was() {
        let mut file = present();
        let before = shape(&file);
        const BROKEN: Schema =
            Schema(&[PRESENT.0[0], PRESENT.0[1], "CREATE TABLE further (x)", "CREATE TABLE member (x)"]);
        assert!(BROKEN.migrate(&mut file).is_err(), "there is a table member");
        assert_eq!(shape(&file), before);
        assert_eq!(PRESENT.layout(&file).unwrap(), Layout::Present);
    }

    #[test]
    fn database_of_somebody_else_is_foreign() {
        for theirs in ["CREATE TABLE member (x)", "PRAGMA user_version = 1", "PRAGMA application_id = 5"] {
            let mut file = Connection::open_in_memory().unwrap();
            file.execute_batch(theirs).unwrap();
            assert_eq!(PRESENT.migrate(&mut file).unwrap(), Layout::Foreign, "{theirs}");
        }
    }
}
