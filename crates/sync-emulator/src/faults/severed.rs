//! Connections that end without an answer.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

/// Marks a response that must not reach the client: its connection ends instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severed {
    /// Nobody gets in.
    Refused,
    BeforeReading,
    InUpload,
    AfterWork,
    Restart,
}

impl IntoResponse for Severed {
    /// What a client sees that has no connection to lose.
    fn into_response(self) -> Response {
        let mut response = (StatusCode::BAD_GATEWAY, "the connection was closed without an answer").into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A request within the process that got no answer, because a fault rule closed its connection.
///
/// Over a socket the client sees the connection end. Whether the server has done anything about the request is as
/// unknown as it would be there; only one that was [refused](Self::is_refused) certainly was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection was closed {when}", when = match .0 {
    Severed::Refused => "before anything was sent",
    Severed::BeforeReading => "before the request was read",
    Severed::InUpload => "in the middle of the request",
    Severed::AfterWork => "instead of an answer",
    Severed::Restart => "by a restart of the server",
})]
pub struct ConnectionLost(pub(crate) Severed);

impl ConnectionLost {
    /// Whether there was no connection to begin with: nothing was sent.
    pub fn is_refused(&self) -> bool {
        self.0 == Severed::Refused
    }
}
