//! The end of a cycle: what becomes of the missing resources.

use rusqlite::{OptionalExtension, params};

use super::Cycle;
use crate::catalog::{Kind, Number, Store, TypeNumber};
use crate::jobs::{Category, Context, ErrorEntry, ErrorType, Finalization, Strategy, Tally};
use crate::profile::{FinalizeWithoutCycle, IgnoredMembers, MissingResources, RestoredStatus};

/// Missing resources taken at a time.
const CHUNK: usize = 500;

/// The order in which missing resources are removed: what hangs on others first, what holds others last.
pub(super) const ORDER: [Kind; 5] = [Kind::ComplexRelation, Kind::Mapping, Kind::Asset, Kind::Domain, Kind::Community];

/// How a finalization ended.
#[derive(Debug)]
pub(crate) enum Finalized {
    Done,
    /// It cannot be done; the caller rolls back.
    Refused(ErrorEntry),
    /// The server stops and the job has to run again, or the job is to be cancelled.
    Stopped,
}

/// Ends the open cycle of a synchronization within the open transaction.
pub(crate) fn finalize(
    context: &Context,
    store: &mut Store,
    synchronization: &str,
    finalization: Finalization,
    tally: &mut Tally,
) -> rusqlite::Result<Finalized> {
    let readings = &context.readings;
    let status = match (finalization.strategy, finalization.missing_status) {
        (Strategy::ChangeStatus, Some(id)) => match store.model.statuses.by_id(id) {
            Some(status) => Some(status),
            None => return Ok(refused(format!("Status '{id}' does not exist."))),
        },
        (Strategy::ChangeStatus, None) => {
            return Ok(refused("Changing the status of missing resources needs missingAssetStatusId.".to_owned()));
        }
        _ => None,
    };

    let known: Option<(i64, i64, bool)> = store
        .connection
        .prepare_cached("SELECT number, cycle, open FROM synchronization WHERE id = ?1")?
        .query_row([synchronization], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let is_open = known.is_some_and(|(_, _, open)| open);
    if !is_open {
        match readings.finalize_without_cycle {
            FinalizeWithoutCycle::AllMissing => {}
            FinalizeWithoutCycle::JobError => {
                return Ok(refused(format!("Synchronization '{synchronization}' has no open cycle.")));
            }
            FinalizeWithoutCycle::NoOp => return Ok(Finalized::Done),
        }
    }
    // An id that is not known has no members, so nothing can be missing.
    let Some((number, last, _)) = known else { return Ok(Finalized::Done) };
    let cycle = Cycle { synchronization: number, number: if is_open { last } else { last + 1 } };

    collect_missing(store, cycle)?;
    let stopped = match (finalization.strategy, status) {
        (Strategy::RemoveResources, _) => remove_missing(context, store, cycle, tally)?,
        (Strategy::ChangeStatus, Some(status)) => {
            restore(store, cycle, status, readings.restored_status, tally)?;
            mark_missing(context, store, cycle, status, tally)?
        }
        (Strategy::ChangeStatus, None) | (Strategy::Ignore, _) => {
            if readings.ignored_members == IgnoredMembers::Forgotten {
                forget_missing(store, cycle)?;
            }
            false
        }
    };
    if stopped {
        return Ok(Finalized::Stopped);
    }
    store
        .connection
        .prepare_cached("UPDATE synchronization SET cycle = ?2, open = 0, finalized = 1 WHERE number = ?1")?
        .execute(params![cycle.synchronization, cycle.number])?;
    Ok(Finalized::Done)
}

fn refused(message: String) -> Finalized {
    Finalized::Refused(ErrorEntry::of_job(ErrorType::Validation, message))
}

/// Puts the missing resources aside, so that they can be gone through kind by kind without reading all members again.
fn collect_missing(store: &Store, cycle: Cycle) -> rusqlite::Result<()> {
    store.connection.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS missing(
             kind INTEGER NOT NULL, resource INTEGER NOT NULL, PRIMARY KEY(kind, resource)) WITHOUT ROWID;
         DELETE FROM missing;",
    )?;
    store
        .connection
        .prepare_cached(
            "INSERT INTO missing SELECT kind, resource FROM member WHERE synchronization = ?1 AND seen < ?2",
        )?
        .execute(params![cycle.synchronization, cycle.number])?;
    Ok(())
}

fn missing(store: &Store, kind: Kind, after: Number) -> rusqlite::Result<Vec<Number>> {
    store
        .connection
        .prepare_cached("SELECT resource FROM missing WHERE kind = ?1 AND resource > ?2 ORDER BY resource LIMIT ?3")?
        .query_map(params![kind, after, CHUNK as i64], |row| row.get(0))?
        .collect()
}

fn remove_missing(context: &Context, store: &mut Store, cycle: Cycle, tally: &mut Tally) -> rusqlite::Result<bool> {
    for kind in ORDER {
        if !removes(context, kind) {
            continue;
        }
        let mut after = Number(0);
        loop {
            let chunk = missing(store, kind, after)?;
            let Some(last) = chunk.last() else { break };
            after = *last;
            for resource in chunk {
                if context.has_to_stop() {
                    return Ok(true);
                }
                store.remove(kind, resource, tally)?;
            }
        }
    }
    forget_missing(store, cycle)?;
    Ok(false)
}

fn removes(context: &Context, kind: Kind) -> bool {
    let readings = &context.readings;
    let reading = match kind {
        Kind::Community | Kind::Domain => readings.missing_domains_and_communities,
        Kind::ComplexRelation => readings.missing_complex_relations,
        Kind::Mapping => readings.missing_mappings,
        Kind::Asset | Kind::Attribute | Kind::Relation => MissingResources::Removed,
    };
    reading == MissingResources::Removed
}

/// Missing resources are tracked no more, nor are their commands remembered.
fn forget_missing(store: &Store, cycle: Cycle) -> rusqlite::Result<()> {
    let key = params![cycle.synchronization, cycle.number];
    store
        .connection
        .prepare_cached(
            "DELETE FROM command_cache WHERE synchronization = ?1 AND identity IN
             (SELECT identity FROM member WHERE synchronization = ?1 AND seen < ?2)",
        )?
        .execute(key)?;
    store.connection.prepare_cached("DELETE FROM member WHERE synchronization = ?1 AND seen < ?2")?.execute(key)?;
    Ok(())
}

/// Gives missing assets the status and remembers the one they had. Only assets have a status.
fn mark_missing(
    context: &Context,
    store: &mut Store,
    cycle: Cycle,
    status: TypeNumber,
    tally: &mut Tally,
) -> rusqlite::Result<bool> {
    let mut after = Number(0);
    loop {
        let chunk = missing(store, Kind::Asset, after)?;
        let Some(last) = chunk.last() else { return Ok(false) };
        after = *last;
        for resource in chunk {
            if context.has_to_stop() {
                return Ok(true);
            }
            let Some(asset) = store.asset(resource)? else { continue };
            // The first mark knows the status to go back to; a later cycle in which the asset is still missing does not.
            store
                .connection
                .prepare_cached(
                    "UPDATE member SET previous = iif(marked IS NULL, ?4, previous), marked = ?3
                     WHERE synchronization = ?1 AND resource = ?2",
                )?
                .execute(params![cycle.synchronization, resource, status, asset.status])?;
            if asset.status != status {
                store.set_status(resource, status)?;
                tally.updated(Category::Asset);
                tally.asset_type(asset.asset_type).updated += 1;
            }
        }
    }
}

/// Assets that were missing, are seen again and still have the status of missing ones get a better one.
fn restore(
    store: &mut Store,
    cycle: Cycle,
    status: TypeNumber,
    reading: RestoredStatus,
    tally: &mut Tally,
) -> rusqlite::Result<()> {
    let mut after = Number(0);
    loop {
        let chunk: Vec<(Number, TypeNumber)> = store
            .connection
            .prepare_cached(
                "SELECT resource, previous FROM member INDEXED BY member_marked
                 WHERE synchronization = ?1 AND marked = ?2 AND seen = ?3 AND resource > ?4
                 ORDER BY resource LIMIT ?5",
            )?
            .query_map(params![cycle.synchronization, status, cycle.number, after, CHUNK as i64], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        let Some((last, _)) = chunk.last() else { return Ok(()) };
        after = *last;
        for (resource, previous) in chunk {
            store
                .connection
                .prepare_cached(
                    "UPDATE member SET marked = NULL, previous = NULL WHERE synchronization = ?1 AND resource = ?2",
                )?
                .execute(params![cycle.synchronization, resource])?;
            let Some(asset) = store.asset(resource)? else { continue };
            if asset.status != status {
                continue;
            }
            let restored = match reading {
                RestoredStatus::Default => store.default_status(asset.asset_type, asset.domain)?,
                RestoredStatus::Previous => previous,
            };
            if restored != status {
                store.set_status(resource, restored)?;
                tally.updated(Category::Asset);
                tally.asset_type(asset.asset_type).updated += 1;
            }
        }
    }
}
