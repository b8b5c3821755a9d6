//! Errors in the shape that the service's APIs share.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::access::Refusal;
use crate::jobs::QueueError;

/// After how many seconds a full queue is worth another try (ours).
const RETRY_SECONDS: u32 = 5;

/// An answer other than success.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: Cow<'static, str>,
    message: String,
    /// What the client can sign in with, where that is what is missing.
    challenge: Option<&'static str>,
    /// Seconds after which it is worth another try.
    retry_after: Option<u32>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), challenge: None, retry_after: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalidRequest", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "notFound", message)
    }

    pub(crate) fn unauthorized(refusal: Refusal) -> Self {
        const BASIC: &str = "Basic realm=\"emulator\", charset=\"UTF-8\"";
        let (message, challenge) = match refusal {
            Refusal::Nothing => ("Nobody has signed in.", BASIC),
            Refusal::Password => ("User name or password is wrong.", BASIC),
            Refusal::Token => ("The token is not valid, or not any more.", "Bearer error=\"invalid_token\""),
            Refusal::Session => ("The session has ended.", BASIC),
        };
        let error = Self::new(StatusCode::UNAUTHORIZED, "authenticationFailed", message);
        Self { challenge: Some(challenge), ..error }
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "authorizationFailed", message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    pub(crate) fn gone(message: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, "gone", message)
    }

    /// Refused before anything was done.
    pub(crate) fn too_many(message: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "tooManyRequests", message)
    }

    pub(crate) fn request_timeout(message: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "requestTimeout", message)
    }

    /// Tells after how many seconds another try is worth it.
    pub(crate) fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "methodNotAllowed", "This path has no such method.")
    }

    pub(crate) fn unsupported_media_type(wanted: &str) -> Self {
        let message = format!("The body has to be {wanted}.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupportedMediaType", message)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("The body is larger than the {limit} bytes that are allowed.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "payloadTooLarge", message)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "serviceUnavailable", message)
    }

    /// Something went wrong on our side: the log has the reason, the client a sentence.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, source = ?error.source(), "a request failed");
        Self::hidden()
    }

    /// What a fault rule wants to be answered.
    pub(crate) fn of_rule(status: StatusCode, code: Option<String>, message: Option<String>) -> Self {
        let usual = match status.as_u16() {
            400 => "invalidRequest",
            401 => "authenticationFailed",
            403 => "authorizationFailed",
            404 => "notFound",
            429 => "tooManyRequests",
            503 => "serviceUnavailable",
            _ => "unexpectedError",
        };
        let code = code.map_or(Cow::Borrowed(usual), Cow::Owned);
        let message = message.unwrap_or_else(|| "This answer was ordered by a fault rule.".to_owned());
        Self { status, code, message, challenge: None, retry_after: None }
    }

    /// 500 without a word in the log.
    pub(crate) fn hidden() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "unexpectedError", "An unexpected error happened in the server.")
    }
}

impl ApiError {
    fn body(&self) -> Value {
        json!({
            "statusCode": self.status.as_u16(),
            "titleMessage": self.status.canonical_reason().unwrap_or("Error"),
            "userMessage": self.message,
            "helpMessage": "The documentation of this server lists what it takes.",
            "errorCode": self.code,
        })
    }

    /// The whole answer as it goes over the wire, for connections on which HTTP has not begun. It is the last one.
    pub(crate) fn http_text(&self) -> String {
        let body = self.body().to_string();
        let retry_after = self.retry_after.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
        format!(
            "HTTP/1.1 {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{retry_after}\
             connection: close\r\n\r\n{body}",
            self.status,
            body.len()
        )
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Full(_) => Self::too_many(format!("No job is accepted: {error}.")).retry_after(RETRY_SECONDS),
            QueueError::Stopping => Self::unavailable(format!("No job is accepted: {error}.")),
            QueueError::Database(_) | QueueError::Request(_) => Self::internal(&error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if self.status == StatusCode::REQUEST_TIMEOUT {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
