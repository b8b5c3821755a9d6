//! Errors in the shape that the service's APIs share.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::jobs::QueueError;

/// An answer other than success.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: Cow<'static, str>,
    message: String,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalidRequest", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "notFound", message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "authenticationFailed", "User name and password are missing or wrong.")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "methodNotAllowed", "This path has no such method.")
    }

    pub(crate) fn unsupported_media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupportedMediaType", "The body has to be multipart/form-data.")
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
        Self { status, code, message }
    }

    /// 500 without a word in the log.
    pub(crate) fn hidden() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "unexpectedError", "An unexpected error happened in the server.")
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
            QueueError::Full(_) | QueueError::Stopping => Self::unavailable(format!("No job is accepted: {error}.")),
            QueueError::Database(_) | QueueError::Request(_) => Self::internal(&error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({
            "statusCode": self.status.as_u16(),
            "titleMessage": self.status.canonical_reason().unwrap_or("Error"),
            "userMessage": self.message,
            "helpMessage": "The documentation of this server lists what it takes.",
            "errorCode": self.code,
        });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"emulator\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
