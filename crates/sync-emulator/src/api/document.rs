//! The operations as an OpenAPI document.

use axum::response::IntoResponse;
use http::header;

/// Written by hand; a test compares it with the routes.
const DOCUMENT: &str = include_str!("../../openapi.json");

/// `GET /_emulator/openapi.json`; needs no signing in.
pub(super) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT)
}
