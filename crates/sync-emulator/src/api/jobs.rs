//! Looking at jobs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::ApiError;
use super::params::{Params, Segment, uuid};
use crate::controls::Controls;
use crate::jobs::JobFilter;
use crate::profile::HiddenJob;
use crate::server::Shared;

/// `GET /jobs/{jobId}`
pub(super) async fn get(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<Json<Value>, ApiError> {
    let id = uuid("jobId", &id)?;
    if shared.blocking(move |shared| Ok(shared.context.jobs.is_hidden(id))).await? {
        return Err(match shared.context.readings.hidden_job {
            HiddenJob::NotFound => unknown(),
            HiddenJob::ServerError => ApiError::hidden(),
        });
    }
    Controls::of(&shared).look_at(id).await;
    let job = shared.blocking(move |shared| shared.context.jobs.get(id)?.ok_or_else(unknown)).await?;
    Ok(Json(job.json(shared.context.readings.job_result_field)))
}

/// `GET /jobs`: the newest first unless `sortOrder` says otherwise; sorted by creation whatever `sortField` says.
pub(super) async fn find(State(shared): State<Arc<Shared>>, params: Params) -> Result<Json<Value>, ApiError> {
    let window = params.window(&shared.context.readings)?;
    let ascending = match params.one("sortOrder").unwrap_or("DESC") {
        "ASC" => true,
        "DESC" => false,
        _ => return Err(ApiError::bad_request("sortOrder is one of ASC, DESC.")),
    };
    let filter = JobFilter {
        name: params.name_match()?,
        states: params.all("states")?,
        results: params.all("results")?,
        types: params.all("types")?,
        created_by: params.uuid("createdBy")?,
        ascending,
    };
    let (total, jobs) =
        shared.blocking(move |shared| Ok(shared.context.jobs.find(&filter, window.offset, window.limit)?)).await?;
    let field = shared.context.readings.job_result_field;
    let results: Vec<Value> = jobs.iter().map(|job| job.json(field)).collect();
    let total = params.total(total)?;
    Ok(Json(json!({"total": total, "offset": window.offset, "limit": window.limit, "results": results})))
}

pub(super) fn unknown() -> ApiError {
    ApiError::not_found("There is no such job.")
}
