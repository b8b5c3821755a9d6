//! Undoing what a synchronization has done.

use rusqlite::params;

use super::finalize::ORDER;
use super::synchronizations::remove;
use crate::catalog::{Kind, Number, Store};
use crate::jobs::Tally;

/// Resources taken at a time.
const CHUNK: i64 = 500;

/// Forgets a synchronization and removes the resources that it alone tracks, within the open transaction. A domain or a
/// community that still holds something else stays.
pub(crate) fn undo(store: &mut Store, id: &str) -> rusqlite::Result<()> {
    for kind in ORDER {
        // A community can go once those below it have gone, wherever in the list they stand.
        while remove_members(store, id, kind)? && kind == Kind::Community {}
    }
    remove(store, id)
}

/// Removes what can be removed of one kind; whether anything could.
fn remove_members(store: &mut Store, id: &str, kind: Kind) -> rusqlite::Result<bool> {
    let mut before = Number(i64::MAX);
    let mut removed = Tally::default();
    loop {
        let chunk: Vec<Number> = store
            .connection
            .prepare_cached(
                "SELECT resource FROM member
                 WHERE synchronization = (SELECT number FROM synchronization WHERE id = ?1)
                   AND kind = ?2 AND resource < ?3
                   AND NOT EXISTS (SELECT 1 FROM member AS other
                                   WHERE other.resource = member.resource
                                     AND other.synchronization <> member.synchronization)
                 ORDER BY resource DESC LIMIT ?4",
            )?
            .query_map(params![id, kind, before, CHUNK], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let Some(last) = chunk.last() else { return Ok(!removed.is_empty()) };
        before = *last;
        for resource in chunk {
            if !holds_something(store, kind, resource)? {
                store.remove(kind, resource, &mut removed)?;
            }
        }
    }
}

fn holds_something(store: &Store, kind: Kind, resource: Number) -> rusqlite::Result<bool> {
    let sql = match kind {
        Kind::Domain => "SELECT EXISTS(SELECT 1 FROM asset WHERE domain = ?1)",
        Kind::Community => {
            "SELECT EXISTS(SELECT 1 FROM domain WHERE community = ?1)
                 OR EXISTS(SELECT 1 FROM community WHERE parent = ?1)"
        }
        _ => return Ok(false),
    };
    store.connection.prepare_cached(sql)?.query_row([resource], |row| row.get(0))
}
