//! The layout of a state file, and how an older one becomes the present one.
//!
//! To change the layout, append a step to [`STEPS`]: SQL that makes the last layout into the next one, data included.
//! Steps that were released are never edited, since files exist that were made by them. A new file takes all steps one
//! after the other, so that it cannot differ from a migrated one. Then teach the queries, and add a file of the layout
//! before to the tests below if the step does more than add something.

use rusqlite::{Connection, TransactionBehavior};

/// Marks a SQLite file as ours: `CSst`, in the file's `application_id`.
const APPLICATION: i32 = i32::from_be_bytes(*b"CSst");

/// The layout this version writes.
pub(super) const VERSION: i64 = STEPS.len() as i64;

/// Steps from each layout to the next; the first makes an empty file into layout 1.
const STEPS: &[&str] = &["
CREATE TABLE synchronization (
    pk          INTEGER PRIMARY KEY,
    target      TEXT NOT NULL,
    id          TEXT NOT NULL,
    cycle       INTEGER NOT NULL DEFAULT 0,  -- last one begun
    finalized   INTEGER NOT NULL DEFAULT 0,  -- last one finalized; 0: no baseline
    forgotten   INTEGER NOT NULL DEFAULT 0,  -- last one begun before the manifest was forgotten; it gives no baseline
    known       INTEGER NOT NULL DEFAULT 0,  -- rows in member
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
"];

/// What a file is to this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Of the present layout.
    Present,
    /// Empty or of an older layout.
    Older,
    /// Of a layout this version does not know.
    Newer(i64),
    /// Not a state file.
    Foreign,
}

/// What a file is to this version. Only reads.
pub(super) fn layout(connection: &Connection) -> rusqlite::Result<Layout> {
    layout_by(connection, STEPS)
}

/// Brings an older file to the present layout; leaves everything else as it is. The answer says what the file is then.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<Layout> {
    migrate_by(connection, STEPS)
}

fn layout_by(connection: &Connection, steps: &[&str]) -> rusqlite::Result<Layout> {
    let (version, application) = (number(connection, "user_version")?, number(connection, "application_id")?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let is_empty = version == 0 && application == 0 && tables == 0;
    let is_ours = version > 0 && application == i64::from(APPLICATION);
    let present = steps.len() as i64;
    Ok(match version {
        _ if !is_empty && !is_ours => Layout::Foreign,
        version if version > present => Layout::Newer(version),
        version if version < present => Layout::Older,
        _ => Layout::Present,
    })
}

fn migrate_by(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<Layout> {
    // Looked at before a lock is taken: opening a state must not wait for the long write of another run.
    match layout_by(connection, steps)? {
        Layout::Older => {}
        other => return Ok(other),
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been first.
    match layout_by(&transaction, steps)? {
        Layout::Older => {}
        other => return Ok(other),
    }
    let found = number(&transaction, "user_version")? as usize;
    for step in &steps[found..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", steps.len() as i64)?;
    transaction.commit()?;
    Ok(Layout::Present)
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Layouts of a time to come: a column more, then a table that is filled from what there is.
    const LATER: [&str; 2] = [
        "ALTER TABLE synchronization ADD COLUMN note TEXT",
        "CREATE TABLE tally (sync INTEGER PRIMARY KEY, cycles INTEGER NOT NULL) STRICT;
         INSERT INTO tally SELECT pk, cycle FROM synchronization",
    ];

    fn later() -> Vec<&'static str> {
        [STEPS, &LATER].concat()
    }

    fn present() -> Connection {
        let mut file = Connection::open_in_memory().unwrap();
        assert_eq!(migrate(&mut file).unwrap(), Layout::Present);
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
        assert_eq!(layout_by(&old, &later()).unwrap(), Layout::Older);
        assert_eq!(migrate_by(&mut old, &later()).unwrap(), Layout::Present);
        let cycles: i64 = old.query_row("SELECT cycles FROM tally", [], |row| row.get(0)).unwrap();
        assert_eq!(cycles, 7);

        let mut new = Connection::open_in_memory().unwrap();
        migrate_by(&mut new, &later()).unwrap();
        assert_eq!(shape(&old), shape(&new), "a new file does not differ from a migrated one");
    }

    #[test]
    fn file_of_each_layout_before_can_be_migrated() {
        for made_by in 0..STEPS.len() {
            let mut old = Connection::open_in_memory().unwrap();
            migrate_by(&mut old, &STEPS[..made_by]).unwrap();
            assert_eq!(migrate(&mut old).unwrap(), Layout::Present, "layout {made_by}");
            assert_eq!(shape(&old), shape(&present()), "layout {made_by}");
        }
    }

    #[test]
    fn present_file_is_left_alone() {
        let mut file = present();
        let before = shape(&file);
        assert_eq!(migrate(&mut file).unwrap(), Layout::Present);
        assert_eq!(shape(&file), before);
    }

    #[test]
    fn file_of_a_newer_layout_is_left_alone() {
        let mut newer = present();
        migrate_by(&mut newer, &later()).unwrap();
        let before = shape(&newer);
        assert_eq!(migrate(&mut newer).unwrap(), Layout::Newer(VERSION + 2));
        assert_eq!(shape(&newer), before);
    }

    #[test]
    fn failed_step_leaves_the_file_as_it_was() {
        let mut file = present();
        let before = shape(&file);
        let steps = [STEPS, &LATER, &["CREATE TABLE member (pk INTEGER)"]].concat();
        assert!(migrate_by(&mut file, &steps).is_err(), "there is such a table");
        assert_eq!(shape(&file), before);
        assert_eq!(layout(&file).unwrap(), Layout::Present);
    }

    #[test]
    fn database_of_somebody_else_is_foreign() {
        for theirs in ["CREATE TABLE member (x)", "PRAGMA user_version = 1", "PRAGMA application_id = 5"] {
            let mut file = Connection::open_in_memory().unwrap();
            file.execute_batch(theirs).unwrap();
            assert_eq!(migrate(&mut file).unwrap(), Layout::Foreign, "{theirs}");
        }
    }
}
