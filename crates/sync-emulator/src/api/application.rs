//! What the server says about itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, header};
use serde_json::{Value, json};

use crate::server::Shared;

/// `GET /application/info`: the version that the server stands in for.
pub(super) async fn info(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Json<Value> {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost");
    let version = shared.profile.version();
    let [major, minor] = [0, 1].map(|part| version.split('.').nth(part).and_then(|part| part.parse::<u32>().ok()));
    Json(json!({
        "baseUrl": format!("http://{host}"),
        "version": {"major": major, "minor": minor, "fullVersion": version, "displayVersion": version},
        "buildNumber": "emulator",
        "solutions": [],
    }))
}
