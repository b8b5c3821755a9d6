//! Administration: which synchronizations are known, forgetting their hashes, forgetting them.

use rusqlite::{Connection, OptionalExtension, params};

use crate::catalog::Store;

/// Condition for the ids that count as existing.
fn condition(finalized_only: bool) -> &'static str {
    if finalized_only { "finalized = 1" } else { "1" }
}

pub(crate) fn exists(connection: &Connection, id: &str, finalized_only: bool) -> rusqlite::Result<bool> {
    let sql = format!("SELECT 1 FROM synchronization WHERE id = ?1 AND {}", condition(finalized_only));
    Ok(connection.prepare_cached(&sql)?.query_row([id], |_| Ok(())).optional()?.is_some())
}

/// One page of known ids in the order of their bytes, and the number of all.
pub(crate) fn list(
    connection: &Connection,
    finalized_only: bool,
    offset: i64,
    limit: i64,
) -> rusqlite::Result<(i64, Vec<String>)> {
    let condition = condition(finalized_only);
    let total =
        connection
            .query_row(&format!("SELECT count(*) FROM synchronization WHERE {condition}"), [], |row| row.get(0))?;
    let sql = format!("SELECT id FROM synchronization WHERE {condition} ORDER BY id LIMIT ?1 OFFSET ?2");
    let ids = connection
        .prepare_cached(&sql)?
        .query_map(params![limit, offset], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok((total, ids))
}

/// Forgets the hashes: every command is executed again, tracking stays.
pub(crate) fn evict(store: &Store, id: &str) -> rusqlite::Result<()> {
    store
        .connection
        .execute(
            "DELETE FROM command_cache WHERE synchronization = (SELECT number FROM synchronization WHERE id = ?1)",
            [id],
        )
        .map(drop)
}

/// Forgets everything about a synchronization; the resources stay. Within an open transaction.
pub(crate) fn remove(store: &Store, id: &str) -> rusqlite::Result<()> {
    for table in ["command_cache", "member"] {
        let sql =
            format!("DELETE FROM {table} WHERE synchronization = (SELECT number FROM synchronization WHERE id = ?1)");
        store.connection.execute(&sql, [id])?;
    }
    store.connection.execute("DELETE FROM synchronization WHERE id = ?1", [id]).map(drop)
}
