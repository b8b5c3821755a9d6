//! Small bodies, read into memory.

use std::error::Error;

use axum::body::to_bytes;
use axum::extract::Request;
use bytes::Bytes;
use http::header;
use serde::de::DeserializeOwned;

use super::ApiError;
use crate::server::TooSlow;

/// Largest body that is read into memory, in bytes (ours).
const BYTES: usize = 64 * 1024;

/// The whole of a body that is known to be small.
pub(super) async fn read_small(request: Request) -> Result<Bytes, ApiError> {
    to_bytes(request.into_body(), BYTES).await.map_err(|error| match is_too_slow(&error) {
        true => too_slow(),
        false => ApiError::bad_request(format!("The body cannot be read or has more than {BYTES} bytes.")),
    })
}

/// Whether a body could not be read because its client takes too long.
pub(super) fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    has_cause::<TooSlow>(error)
}

/// Whether an error is of this type, or one of its causes.
pub(super) fn has_cause<T: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<T>() {
            return true;
        }
        next = error.source();
    }
    false
}

pub(super) fn too_slow() -> ApiError {
    ApiError::request_timeout("The body came in too slowly.")
}

/// Whether the body says that it has this media type.
pub(super) fn is_of_type(request: &Request, media_type: &str) -> bool {
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
}

/// A JSON body.
pub(super) async fn read_json<T: DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    if !is_of_type(&request, "application/json") {
        return Err(ApiError::unsupported_media_type("application/json"));
    }
    let bytes = read_small(request).await?;
    serde_json::from_slice(&bytes).map_err(|_| ApiError::bad_request("The body is not the JSON object it has to be."))
}
