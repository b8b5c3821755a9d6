//! The journal of requests.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::{ApiError, Params};
use crate::controls::Controls;
use crate::requests::RequestRecord;
use crate::server::Shared;

/// `GET /_emulator/requests`: the oldest first; `after` (a number), `operation` and `synchronization` narrow it down.
pub(super) async fn list(State(shared): State<Arc<Shared>>, params: Params) -> Result<Json<Value>, ApiError> {
    let after = match params.one("after").map(str::parse) {
        None => 0,
        Some(Ok(number)) => number,
        Some(Err(_)) => return Err(ApiError::bad_request("after has to be a whole number.")),
    };
    let operation = match params.one("operation").map(|word| serde_json::from_value(word.into())) {
        None => None,
        Some(Ok(operation)) => Some(operation),
        Some(Err(_)) => return Err(ApiError::bad_request("There is no such operation.")),
    };
    let synchronization = params.one("synchronization");
    let is_meant = |record: &RequestRecord| {
        operation.is_none_or(|operation| record.operation == operation)
            && synchronization.is_none_or(|id| record.synchronization.as_deref() == Some(id))
    };
    let results: Vec<RequestRecord> =
        Controls::of(&shared).requests_after(after).into_iter().filter(is_meant).collect();
    Ok(Json(json!({"total": results.len(), "results": results})))
}

/// `DELETE /_emulator/requests`: forgets them.
pub(super) async fn clear(State(shared): State<Arc<Shared>>) -> StatusCode {
    Controls::of(&shared).clear_requests();
    StatusCode::NO_CONTENT
}
