//! Fault rules.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use http::StatusCode;
use serde::Deserialize;

use super::json::read_json;
use crate::api::ApiError;
use crate::controls::Controls;
use crate::faults::{FaultError, FaultRule, FaultState};
use crate::server::Shared;

/// One rule or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Rules {
    Many(Vec<FaultRule>),
    One(Box<FaultRule>),
}

impl From<Rules> for Vec<FaultRule> {
    fn from(rules: Rules) -> Self {
        match rules {
            Rules::Many(rules) => rules,
            Rules::One(rule) => vec![*rule],
        }
    }
}

/// `GET /_emulator/faults`: the rules with how often each has counted and fired.
pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<Vec<FaultState>> {
    Json(Controls::of(&shared).faults())
}

/// `POST /_emulator/faults`: adds a rule or a list of rules.
pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<(StatusCode, Json<Vec<FaultState>>), ApiError> {
    let rules: Rules = read_json(request).await?;
    Controls::of(&shared).add_faults(rules.into()).map_err(unusable)?;
    Ok((StatusCode::CREATED, list(State(shared)).await))
}

/// `PUT /_emulator/faults`: puts a list of rules in the place of all others.
pub(super) async fn replace(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Json<Vec<FaultState>>, ApiError> {
    let rules: Vec<FaultRule> = read_json(request).await?;
    Controls::of(&shared).set_faults(rules).map_err(unusable)?;
    Ok(list(State(shared)).await)
}

/// `DELETE /_emulator/faults`: nothing goes wrong any more.
pub(super) async fn clear(State(shared): State<Arc<Shared>>) -> Result<StatusCode, ApiError> {
    Controls::of(&shared).set_faults(Vec::new()).map_err(unusable)?;
    Ok(StatusCode::NO_CONTENT)
}

fn unusable(error: FaultError) -> ApiError {
    ApiError::bad_request(format!("{error}."))
}
