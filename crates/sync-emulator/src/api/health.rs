//! Whether the server is up.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::ApiError;
use crate::server::Shared;

/// `GET /_emulator/health`; needs no signing in.
pub(super) async fn health(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, ApiError> {
    if shared.context.is_stopping() {
        return Err(ApiError::unavailable("The server is stopping."));
    }
    Ok(Json(json!({"status": "UP", "profile": shared.profile.as_str()})))
}
