//! Files that are stored on their own, for jobs to come.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;
use tokio_util::io::ReaderStream;

use super::ApiError;
use super::form::Form;
use super::params::{Params, Segment, uuid};
use super::upload::{sync_folder, unwritable};
use crate::jobs::StoredFile;
use crate::server::Shared;

/// Bytes read at a time.
const READ_BYTES: usize = 256 * 1024;
/// Name and type of a file that comes without (ours).
const NAME: &str = "file";
const TYPE: &str = "application/octet-stream";

/// `POST /files`: one part named `file`, or several.
pub(super) async fn add(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, ApiError> {
    let form = Form::read(&shared, request).await?;
    if form.files.is_empty() {
        return Err(ApiError::bad_request("The body needs a part named file."));
    }
    let stored = shared.blocking(move |shared| {
        let mut stored = Vec::with_capacity(form.files.len());
        for upload in form.files {
            let file = StoredFile {
                id: shared.context.jobs.new_file_id()?,
                name: upload.file_name.clone().unwrap_or_else(|| NAME.to_owned()),
                content_type: upload.content_type.clone().unwrap_or_else(|| TYPE.to_owned()),
                size: upload.size,
                created_on: shared.context.now(),
            };
            let path = shared.context.files.join(file.id.to_string());
            upload.move_to(&path).map_err(|error| unwritable(&path, &error))?;
            stored.push(file);
        }
        sync_folder(shared, &shared.context.files)?;
        shared.context.jobs.store_files(&stored)?;
        Ok(stored)
    });
    let stored = stored.await?.iter().map(StoredFile::json).collect::<Value>();
    Ok((StatusCode::CREATED, Json(stored)).into_response())
}

/// `GET /files/{fileId}`: the content.
pub(super) async fn content(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<Response, ApiError> {
    let file = find(&shared, &id).await?;
    let path = shared.context.files.join(file.id.to_string());
    let opened = tokio::fs::File::open(&path).await.map_err(|error| unwritable(&path, &error))?;
    let mut response = Body::from_stream(ReaderStream::with_capacity(opened, READ_BYTES)).into_response();
    let content_type = HeaderValue::from_str(&file.content_type).unwrap_or(HeaderValue::from_static(TYPE));
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(file.size));
    Ok(response)
}

/// `GET /files/{fileId}/info`
pub(super) async fn info(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<Json<Value>, ApiError> {
    Ok(Json(find(&shared, &id).await?.json()))
}

/// `DELETE /files/{fileId}`. Jobs that were given the file keep it.
pub(super) async fn remove(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<StatusCode, ApiError> {
    let id = uuid("fileId", &id)?;
    let removed = shared.blocking(move |shared| {
        if !shared.context.jobs.forget_file(id)? {
            return Err(unknown());
        }
        shared.context.remove_stored(id);
        Ok(StatusCode::NO_CONTENT)
    });
    removed.await
}

/// `DELETE /files/bulk`: files older than `timeToLive`, in milliseconds; without it all of them.
pub(super) async fn remove_old(State(shared): State<Arc<Shared>>, params: Params) -> Result<StatusCode, ApiError> {
    let lifetime = params.whole("timeToLive", 0)?;
    let removed = shared.blocking(move |shared| {
        // What was stored in this very millisecond is older than nothing at all.
        let before = shared.context.now().saturating_sub(lifetime).saturating_add(i64::from(lifetime == 0));
        for id in shared.context.jobs.forget_files_before(before)? {
            shared.context.remove_stored(id);
        }
        Ok(StatusCode::NO_CONTENT)
    });
    removed.await
}

async fn find(shared: &Arc<Shared>, id: &str) -> Result<StoredFile, ApiError> {
    let id = uuid("fileId", id)?;
    shared.blocking(move |shared| shared.context.jobs.file(id)?.ok_or_else(unknown)).await
}

fn unknown() -> ApiError {
    ApiError::not_found("There is no such file.")
}
