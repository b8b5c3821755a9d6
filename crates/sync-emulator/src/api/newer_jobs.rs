//! The same jobs in the shape of `/rest/jobs/v1`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::{Extension, Json};
use http::StatusCode;
use serde_json::{Value, json};

use super::ApiError;
use super::jobs::{cancel_job, check_offered, filter, find_one, read_message};
use super::params::{Params, Segment};
use crate::access::Visitor;
use crate::jobs::{Cursor, JobFilter, JobResult, JobState};
use crate::profile::JobsApi;
use crate::server::Shared;

/// `GET /rest/jobs/v1/jobs/{jobId}`
pub(super) async fn get(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<Json<Value>, ApiError> {
    check_offered(&shared, JobsApi::NewerOnly)?;
    Ok(Json(find_one(&shared, &id).await?.newer_json()))
}

/// `GET /rest/jobs/v1/jobs`: pages of `pageSize`, each with the cursor of the next; the last one has none.
pub(super) async fn find(State(shared): State<Arc<Shared>>, params: Params) -> Result<Json<Value>, ApiError> {
    check_offered(&shared, JobsApi::NewerOnly)?;
    let size = params.page_size(&shared.context.readings)?;
    let states = params.words("state", JobState::of_newer_word)?.concat();
    let results = params.words("result", JobResult::parse)?;
    let mut filter = JobFilter { created_by: params.uuid("user")?, ..filter(&params, states, results, "type")? };
    if let Some(text) = params.one("cursor") {
        let cursor = Cursor::parse(text, &filter);
        filter.after = Some(cursor.ok_or_else(|| ApiError::bad_request("cursor is none of this list."))?);
    }
    let (jobs, next) = shared.blocking(move |shared| Ok(shared.context.jobs.page(&filter, size)?)).await?;
    let mut page = json!({"results": jobs.iter().map(|job| job.newer_json()).collect::<Value>()});
    if let Some(next) = next {
        page["nextCursor"] = next.text().into();
    }
    Ok(Json(page))
}

/// `DELETE /rest/jobs/v1/jobs/{jobId}`: has the job stopped. The message is a parameter, or in the body as of old.
pub(super) async fn cancel(
    State(shared): State<Arc<Shared>>,
    Extension(visitor): Extension<Visitor>,
    Segment(id): Segment,
    params: Params,
    request: Request,
) -> Result<StatusCode, ApiError> {
    check_offered(&shared, JobsApi::NewerOnly)?;
    let message = match params.one("message") {
        Some(message) => Some(message.to_owned()),
        None => read_message(request).await?,
    };
    cancel_job(&shared, visitor.account, &id, message).await?;
    Ok(StatusCode::NO_CONTENT)
}
