//! Signing in with a session, and who is signed in.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ApiError;
use super::auth::refuse_when_stopping;
use super::body::read_json;
use super::params::Params;
use crate::access::{Account, COOKIE, Visitor};
use crate::server::Shared;

#[derive(Deserialize)]
struct Login {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
}

/// `POST /auth/sessions`: needs no signing in. Ends the session that the user had.
pub(super) async fn log_in(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, ApiError> {
    refuse_when_stopping(&shared)?;
    let login: Login = read_json(request).await?;
    let session = shared
        .authority
        .log_in(&login.username, &login.password, shared.context.now())
        .map_err(ApiError::unauthorized)?;
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly", session.cookie);
    let mut response = Json(json!({"csrfToken": session.csrf_token})).into_response();
    let cookie = HeaderValue::try_from(cookie).map_err(|error| ApiError::internal(&error))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `GET /auth/sessions/current`: whoever is signed in, in whatever way. `include` takes `csrfToken` and `user`, several
/// times or separated by commas; without it there is the token alone, as in the older core document.
pub(super) async fn current(Extension(visitor): Extension<Visitor>, params: Params) -> Result<Json<Value>, ApiError> {
    let included = params.all("include")?;
    let mut wanted: Vec<&str> = included.iter().flat_map(|list| list.split(',')).map(str::trim).collect();
    if wanted.is_empty() {
        wanted.push("csrfToken");
    }
    let mut session = json!({});
    for member in wanted {
        match member {
            "csrfToken" => {
                // Signing in with every request needs no such token; the member is there all the same.
                let token = visitor.session.as_ref().map(|session| session.csrf_token.clone());
                session["csrfToken"] = token.unwrap_or_else(|| visitor.account.id.to_string()).into();
            }
            "user" => session["user"] = shown(&visitor.account),
            _ => return Err(ApiError::bad_request("include takes csrfToken and user.")),
        }
    }
    Ok(Json(session))
}

/// `GET /auth/sessions/heartbeat`: 200 to whoever is signed in, which keeps a session open.
pub(super) async fn heartbeat() -> StatusCode {
    StatusCode::OK
}

/// `DELETE /auth/sessions/current`
pub(super) async fn log_out(
    State(shared): State<Arc<Shared>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, ApiError> {
    if let Some(session) = &visitor.session {
        shared.authority.log_out(session);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let cookie = HeaderValue::try_from(format!("{COOKIE}=; Path=/; Max-Age=0"));
    response.headers_mut().insert(header::SET_COOKIE, cookie.map_err(|error| ApiError::internal(&error))?);
    Ok(response)
}

/// `GET /users/current`
pub(super) async fn user(Extension(visitor): Extension<Visitor>) -> Json<Value> {
    Json(shown(&visitor.account))
}

fn shown(account: &Account) -> Value {
    json!({
        "id": account.id,
        "resourceType": "User",
        "system": false,
        "userName": &*account.name,
        "firstName": &*account.name,
        "lastName": "",
        "activated": true,
        "enabled": true,
        "guestUser": false,
        "ldapUser": false,
        "userSource": "INTERNAL",
    })
}
