//! The server's time.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::json::read_json;
use crate::api::ApiError;
use crate::controls::Controls;
use crate::jobs::span;
use crate::server::Shared;

/// One of three things to do with the clock.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Change {
    /// `500ms`, `90s`, `5m`, `2h`.
    Advance(String),
    /// Milliseconds since 1970.
    Set(i64),
    FollowSystem(bool),
}

/// `GET /_emulator/clock`
pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let controls = Controls::of(&shared);
    Json(json!({"now": controls.now(), "virtual": controls.is_clock_virtual()}))
}

/// `POST /_emulator/clock` with `{"advance": "2h"}`, `{"set": 1700000000000}` or `{"followSystem": true}`. Answers once the
/// jobs have ended that are due by then.
pub(super) async fn change(State(shared): State<Arc<Shared>>, request: Request) -> Result<Json<Value>, ApiError> {
    let controls = Controls::of(&shared);
    match read_json::<Change>(request).await? {
        Change::Advance(text) => {
            let by =
                span(&text).ok_or_else(|| ApiError::bad_request("advance is a time such as 500ms, 90s, 5m or 2h."))?;
            controls.advance(by).await;
        }
        Change::Set(at) => controls.set_time(at).await,
        Change::FollowSystem(true) => controls.follow_system_time().await,
        Change::FollowSystem(false) => controls.set_time(controls.now()).await,
    }
    Ok(show(State(shared)).await)
}
