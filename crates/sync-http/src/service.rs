//! The seam below the transport: one HTTP request in, one HTTP response out.

use std::sync::Arc;

use async_trait::async_trait;
use sync_core::transport::{BoxError, Delivery, TransportErrorKind};

/// The body of requests and responses on both sides of the seam.
///
/// Any [`http_body::Body`] of bytes becomes one with [`Body::wrap`], and a `Body` is itself an [`http_body::Body`]; so
/// a server's router can be put below the seam without a socket: hand it the request, wrap what it answers.
///
/// ```
/// use sync_http::Body;
///
/// let answered = http_body_util::Full::new(bytes::Bytes::from_static(b"{}"));
/// let body: Body = Body::wrap(answered);
/// assert_eq!(http_body::Body::size_hint(&body).exact(), Some(2));
/// ```
pub use reqwest::Body;

/// Carries one HTTP request: a network client in life, a server's router in simulations.
///
/// Requests come complete: absolute URI, `Authorization`, `Content-Type`, `Content-Length`; bodies of submits are
/// streams of known length that cannot be read twice. One request, one attempt: nothing is repeated, no redirect is
/// followed. Any status is an answer; only the lack of one is an error.
///
/// # Cancellation
/// Dropping the future ends the attempt and drops the request's body, which ends the reading of the payload.
#[async_trait]
pub trait HttpService: Send + Sync {
    /// Sends the request and waits for the head of the response.
    ///
    /// # Errors
    /// [`ServiceError`], when no response came; its delivery says whether any byte of the request left. Failures while
    /// the response's body is read come out of that body and count as broken.
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError>;
}

#[async_trait]
impl<T: HttpService + ?Sized> HttpService for Arc<T> {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        (**self).call(request).await
    }
}

/// A request that got no response.
#[derive(Debug, thiserror::Error)]
#[error("no answer to the HTTP request")]
pub struct ServiceError {
    delivery: Delivery,
    kind: TransportErrorKind,
    source: BoxError,
}

impl ServiceError {
    /// Nothing was sent, because the target could not be reached: name, connection, TLS.
    pub fn unreachable(source: impl Into<BoxError>) -> Self {
        Self { delivery: Delivery::NotSent, kind: TransportErrorKind::Unreachable, source: source.into() }
    }

    /// The connection broke or fell silent; the request may have arrived.
    pub fn broken(source: impl Into<BoxError>) -> Self {
        Self { delivery: Delivery::Unknown, kind: TransportErrorKind::Broken, source: source.into() }
    }

    /// Whether the request may have arrived.
    pub fn delivery(&self) -> Delivery {
        self.delivery
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The cause alone, for an error that says the rest itself.
    pub(crate) fn into_source(self) -> BoxError {
        self.source
    }
}
