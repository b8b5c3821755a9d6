//! What the server remembers.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use http_body::Body as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use super::json::read_json;
use crate::api::{ApiError, Segment};
use crate::catalog::SnapshotError;
use crate::controls::{ControlError, Controls};
use crate::jobs::span;
use crate::server::Shared;

/// The media type that is registered for databases of SQLite.
const SNAPSHOT: &str = "application/vnd.sqlite3";

/// `POST /_emulator/reset`
pub(super) async fn reset(State(shared): State<Arc<Shared>>) -> Result<StatusCode, ApiError> {
    Controls::of(&shared).reset().await.map_err(|error| failed(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /_emulator/reset/{synchronizationId}`
pub(super) async fn reset_synchronization(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment,
) -> Result<StatusCode, ApiError> {
    Controls::of(&shared).reset_synchronization(&id).await.map_err(|error| failed(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Restart {
    /// `500ms`, `90s`, `5m`, `2h`.
    down: String,
}

/// `POST /_emulator/restart` with `{"down": "2s"}`. The connection of this very request breaks too.
pub(super) async fn restart(State(shared): State<Arc<Shared>>, request: Request) -> Result<StatusCode, ApiError> {
    let Restart { down } = read_json(request).await?;
    let down = span(&down).ok_or_else(|| ApiError::bad_request("down is a time such as 500ms, 90s, 5m or 2h."))?;
    Controls::of(&shared).restart(down);
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /_emulator/model`: the operating model, as a file that seeds another server.
pub(super) async fn model(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, ApiError> {
    let model = Controls::of(&shared).model().await.map_err(|error| ApiError::internal(&error))?;
    Ok(Json(json!({"model": model})))
}

/// A file that goes when it is not needed any more.
struct Scratch(PathBuf);

impl Scratch {
    fn new(shared: &Shared) -> Self {
        // What a crash leaves there goes at the next start.
        Self(shared.context.uploads.join(format!("snapshot-{}", Uuid::new_v4())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.0.display(), "cannot delete a snapshot");
        }
    }
}

/// `GET /_emulator/export`: all that the server remembers, as one file.
pub(super) async fn export(State(shared): State<Arc<Shared>>) -> Result<Response, ApiError> {
    let scratch = Scratch::new(&shared);
    Controls::of(&shared).export(&scratch.0).await.map_err(|error| unusable(&error))?;
    let file = tokio::fs::File::open(&scratch.0).await.map_err(|error| ApiError::internal(&error))?;
    // An open file can be read though its name is gone.
    let body = Body::from_stream(ReaderStream::with_capacity(file, BLOCK_BYTES));
    Ok(([(header::CONTENT_TYPE, SNAPSHOT)], body).into_response())
}

/// Bytes of a file that are sent at a time.
const BLOCK_BYTES: usize = 256 * 1024;

/// `POST /_emulator/import` with a file of the export as its body.
pub(super) async fn import(State(shared): State<Arc<Shared>>, request: Request) -> Result<StatusCode, ApiError> {
    let file = Scratch::new(&shared);
    store(request.into_body(), &file.0, shared.body_limit).await?;
    Controls::of(&shared).import(&file.0).await.map_err(|error| unusable(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn store(mut body: Body, path: &Path, limit: usize) -> Result<(), ApiError> {
    let unwritable = |error: std::io::Error| ApiError::internal(&error);
    let mut file = tokio::fs::File::create_new(path).await.map_err(unwritable)?;
    let mut bytes = 0;
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| ApiError::bad_request("The body cannot be read."))?;
        let Some(data) = frame.data_ref() else { continue };
        bytes += data.len();
        if bytes > limit {
            return Err(ApiError::too_large(limit));
        }
        file.write_all(data).await.map_err(unwritable)?;
    }
    file.flush().await.map_err(unwritable)
}

/// A snapshot that cannot be used is the client's mistake, everything else is ours.
fn unusable(error: &SnapshotError) -> ApiError {
    match error {
        SnapshotError::Foreign | SnapshotError::Layout { .. } | SnapshotError::Model(_) => {
            ApiError::bad_request(format!("{error}."))
        }
        SnapshotError::Stopping => ApiError::unavailable("The server is stopping."),
        _ => ApiError::internal(error),
    }
}

pub(super) fn failed(error: &ControlError) -> ApiError {
    match error {
        ControlError::Stopping => ApiError::unavailable("The server is stopping."),
        _ => ApiError::internal(error),
    }
}
