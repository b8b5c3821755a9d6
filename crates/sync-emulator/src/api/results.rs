//! What a finished job did.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rusqlite::{OptionalExtension, params};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::ApiError;
use super::jobs::unknown;
use super::params::{Params, Segment, uuid};
use crate::jobs::JobRow;
use crate::server::Shared;

/// `GET /import/results/{jobId}/summary`
pub(super) async fn summary(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment,
) -> Result<Json<Box<RawValue>>, ApiError> {
    let JobRow { id, result, .. } = finished(&shared, &id).await?;
    let summary = shared
        .read(move |_, reader| {
            reader
                .connection
                .prepare_cached("SELECT summary FROM outcome WHERE job = ?1")?
                .query_row([id.as_bytes()], |row| row.get::<_, String>(0))
                .optional()
        })
        .await?;
    // A job that was cancelled before its turn has left nothing in the catalogue.
    let nothing =
        || json!({"resourceTypes": [], "errorsCount": 0, "importJobState": result.import_state()}).to_string();
    let summary = summary.unwrap_or_else(nothing);
    RawValue::from_string(summary).map(Json).map_err(|error| ApiError::internal(&error))
}

/// `GET /import/results/{jobId}/errors`
pub(super) async fn errors(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment,
    query: Params,
) -> Result<Json<Value>, ApiError> {
    let JobRow { id, .. } = finished(&shared, &id).await?;
    let window = query.window(&shared.context.readings)?;
    let (total, entries) = shared
        .read(move |_, reader| {
            let total: i64 = reader
                .connection
                .prepare_cached("SELECT count(*) FROM job_error WHERE job = ?1")?
                .query_row([id.as_bytes()], |row| row.get(0))?;
            let entries = reader
                .connection
                .prepare_cached("SELECT entry FROM job_error WHERE job = ?1 ORDER BY position LIMIT ?2 OFFSET ?3")?
                .query_map(params![id.as_bytes(), window.limit, window.offset], |row| row.get::<_, String>(0))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            Ok((total, entries))
        })
        .await?;
    let results: Vec<Value> = entries.iter().filter_map(|entry| serde_json::from_str(entry).ok()).collect();
    let total = query.total(total)?;
    Ok(Json(json!({"total": total, "offset": window.offset, "limit": window.limit, "results": results})))
}

/// A job that is over: 404 if there is none, 400 if it still waits or runs.
async fn finished(shared: &Arc<Shared>, id: &str) -> Result<JobRow, ApiError> {
    let id = uuid("jobId", id)?;
    let job = shared.blocking(move |shared| Ok(shared.context.jobs.get(id)?)).await?.ok_or_else(unknown)?;
    if job.state.is_terminal() { Ok(job) } else { Err(ApiError::bad_request("The job is not finished yet.")) }
}
