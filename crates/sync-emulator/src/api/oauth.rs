//! Tokens for clients: the OAuth 2 grant `client_credentials`, errors as in RFC 6749 section 5.2.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::ApiError;
use super::auth::refuse_when_stopping;
use super::body::{is_of_type, read_small};
use crate::access::pair;
use crate::server::Shared;

/// Why there is no token.
#[derive(Debug)]
struct TokenError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    /// Whether the client tried to sign in by HTTP Basic.
    is_basic: bool,
}

impl TokenError {
    fn new(error: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description, is_basic: false }
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let body = json!({"error": self.error, "error_description": self.description});
        let mut response = (self.status, Json(body)).into_response();
        if self.is_basic {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"oauth\""));
        }
        response
    }
}

/// `POST /rest/oauth/v2/token`: `grant_type=client_credentials`, id and secret in the `Authorization` header
/// (`client_secret_basic`) or in the body (`client_secret_post`).
pub(super) async fn token(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, ApiError> {
    refuse_when_stopping(&shared)?;
    let mut response = match issue(&shared, request).await {
        Ok(token) => Json(token).into_response(),
        Err(error) => error.into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn issue(shared: &Shared, request: Request) -> Result<Value, TokenError> {
    if !is_of_type(&request, "application/x-www-form-urlencoded") {
        return Err(TokenError::new("invalid_request", "the body has to be application/x-www-form-urlencoded"));
    }
    let basic = basic(request.headers())?;
    let body = read_small(request).await.map_err(|_| TokenError::new("invalid_request", "the body cannot be read"))?;
    let mut fields = HashMap::new();
    for (name, value) in form_urlencoded::parse(&body) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(TokenError::new("invalid_request", "a parameter is given twice"));
        }
    }
    match fields.get("grant_type").map(String::as_str) {
        None => return Err(TokenError::new("invalid_request", "grant_type is missing")),
        Some("client_credentials") => {}
        Some(_) => return Err(TokenError::new("unsupported_grant_type", "the only grant is client_credentials")),
    }
    let is_basic = basic.is_some();
    let posted = fields.remove("client_secret");
    if is_basic && posted.is_some() {
        return Err(TokenError::new("invalid_request", "the client signs in in two ways"));
    }
    let shown = basic.or_else(|| Some((fields.remove("client_id")?, posted?)));
    let issued = shown.and_then(|(id, secret)| shared.authority.issue(&id, &secret, shared.context.now()));
    let Some((token, seconds)) = issued else {
        let description = "the client is unknown or its secret is wrong";
        return Err(TokenError { status: StatusCode::UNAUTHORIZED, error: "invalid_client", description, is_basic });
    };
    let mut answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": seconds});
    if let Some(scope) = fields.remove("scope") {
        answer["scope"] = scope.into();
    }
    Ok(answer)
}

/// Id and secret from the header; each was form-urlencoded before they were joined (RFC 6749 section 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, TokenError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let proof = value.to_str().ok().and_then(|value| value.trim().split_once(' '));
    let proof = proof.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic")).map(|(_, proof)| proof.trim());
    let (id, secret) = proof.and_then(pair).ok_or(TokenError {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_client",
        description: "the Authorization header is not that of HTTP Basic",
        is_basic: true,
    })?;
    Ok(Some((decoded(&id), decoded(&secret))))
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
