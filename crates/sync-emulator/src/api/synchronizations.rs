//! Administration of synchronizations.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use super::ApiError;
use super::params::{Params, Segment};
use crate::catalog::Store;
use crate::profile::{IdExistsFrom, UnknownSynchronization};
use crate::server::Shared;
use crate::tracking;

/// `GET /import/synchronize`
pub(super) async fn list(State(shared): State<Arc<Shared>>, params: Params) -> Result<Json<Value>, ApiError> {
    let window = params.window(&shared.context.readings)?;
    let reading = shared.context.readings.id_exists_from;
    let (total, ids) = shared
        .read(move |shared, reader| {
            let finalized_only = reading == IdExistsFrom::Finalized;
            if reading != IdExistsFrom::Accepted {
                return tracking::list(reader.connection, finalized_only, window.offset, window.limit);
            }
            // Ids that only a waiting job knows come last.
            let (known, mut ids) = tracking::list(reader.connection, false, window.offset, window.limit)?;
            let mut pending = Vec::new();
            for id in shared.context.jobs.pending_synchronizations()? {
                if !tracking::exists(reader.connection, &id, false)? {
                    pending.push(id);
                }
            }
            let total = known + pending.len() as i64;
            let skip = usize::try_from(window.offset - known).unwrap_or(0);
            let room = usize::try_from(window.limit).unwrap_or(0).saturating_sub(ids.len());
            ids.extend(pending.into_iter().skip(skip).take(room));
            Ok((total, ids))
        })
        .await?;
    let results: Vec<Value> = ids.into_iter().map(|id| json!({"synchronizationId": id})).collect();
    let total = params.total(total)?;
    Ok(Json(json!({"total": total, "offset": window.offset, "limit": window.limit, "results": results})))
}

/// `GET /import/synchronize/exists/{sid}`: a bare boolean.
pub(super) async fn exists(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<Json<bool>, ApiError> {
    let reading = shared.context.readings.id_exists_from;
    let exists = shared
        .read(move |shared, reader| {
            let known = tracking::exists(reader.connection, &id, reading == IdExistsFrom::Finalized)?;
            Ok(known || (reading == IdExistsFrom::Accepted && shared.context.jobs.is_pending(&id)?))
        })
        .await?;
    Ok(Json(exists))
}

/// `DELETE /import/synchronize/{sid}/evict`. Comes after its jobs accepted before.
pub(super) async fn evict(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<StatusCode, ApiError> {
    let known = shared.write(Some(&id.clone()), move |store| known_then(store, &id, tracking::evict)).await?;
    answer(&shared, known)
}

/// `DELETE /import/synchronize/{sid}`. Comes after its jobs accepted before.
pub(super) async fn remove(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<StatusCode, ApiError> {
    let known = shared.write(Some(&id.clone()), move |store| known_then(store, &id, tracking::remove)).await?;
    answer(&shared, known)
}

/// Does something to a synchronization; tells whether it was known.
fn known_then(
    store: &Store,
    id: &str,
    act: impl FnOnce(&Store, &str) -> rusqlite::Result<()>,
) -> rusqlite::Result<bool> {
    let known = tracking::exists(&store.connection, id, false)?;
    act(store, id)?;
    Ok(known)
}

fn answer(shared: &Shared, known: bool) -> Result<StatusCode, ApiError> {
    if !known && shared.context.readings.unknown_synchronization == UnknownSynchronization::NotFound {
        return Err(ApiError::not_found("There is no such synchronization."));
    }
    Ok(StatusCode::NO_CONTENT)
}
