//! What the server says about itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, header};
use serde_json::{Value, json};
use sync_core::ServerVersion;

use crate::profile::Profile;
use crate::server::Shared;

/// `GET /application/info`: the version that the server stands in for.
pub(super) async fn info(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Json<Value> {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost");
    // The first version of the profile, or the last one before it.
    let (major, minor) = if shared.profile == Profile::BeforeV2026_07 { (2026, 6) } else { (2026, 7) };
    let text = format!("{}.0", ServerVersion::new(major, minor));
    Json(json!({
        "baseUrl": format!("http://{host}"),
        "version": {"major": major, "minor": minor, "fullVersion": text, "displayVersion": text},
        "buildNumber": "emulator",
        "solutions": [],
    }))
}
