//! JSON bodies.

use axum::body::to_bytes;
use axum::extract::Request;
use serde::de::DeserializeOwned;

use crate::api::ApiError;

/// Largest body, in bytes (ours).
const BYTES: usize = 4 * 1024 * 1024;

/// A JSON body, whatever content type it has: `curl --data` gives it another one.
pub(super) async fn read_json<T: DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    let bytes = to_bytes(request.into_body(), BYTES)
        .await
        .map_err(|_| ApiError::bad_request(format!("The body cannot be read or has more than {BYTES} bytes.")))?;
    serde_json::from_slice(&bytes).map_err(|error| ApiError::bad_request(format!("The body cannot be used: {error}.")))
}
