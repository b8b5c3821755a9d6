//! When jobs end.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::json::read_json;
use super::state::failed;
use crate::api::{ApiError, Segment, uuid};
use crate::controls::{ControlError, Controls};
use crate::jobs::JobProgress;
use crate::server::Shared;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Progress {
    progress: JobProgress,
}

/// `GET /_emulator/jobs`: how jobs go on that are accepted from now on, and those that are held back.
pub(super) async fn held(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let controls = Controls::of(&shared);
    Json(json!({"progress": controls.job_progress(), "held": controls.held_jobs().await}))
}

/// `PUT /_emulator/jobs` with `{"progress": "by-hand"}`: how jobs go on that are accepted from now on.
pub(super) async fn set_progress(State(shared): State<Arc<Shared>>, request: Request) -> Result<Json<Value>, ApiError> {
    let Progress { progress } = read_json(request).await?;
    Controls::of(&shared).set_job_progress(progress);
    Ok(held(State(shared)).await)
}

/// `POST /_emulator/jobs/{jobId}/release`: answers once the job is over, unless another one comes first.
pub(super) async fn release(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<StatusCode, ApiError> {
    let id = uuid("jobId", &id)?;
    match Controls::of(&shared).release(id).await {
        Err(ControlError::NotHeld { .. }) => Err(ApiError::not_found("No such job is held back.")),
        Err(error) => Err(failed(&error)),
        Ok(()) => Ok(StatusCode::NO_CONTENT),
    }
}

/// `POST /_emulator/jobs/release`: lets all go that are held back now.
pub(super) async fn release_all(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let released = Controls::of(&shared).release_all().await;
    Json(json!({"released": released}))
}
