//! Nobody gets past here without having signed in.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;

use super::ApiError;
use crate::profile::CsrfToken;
use crate::server::Shared;

/// Header that proves a request with a session's cookie was meant.
const CSRF_HEADER: &str = "x-csrf-token";

/// Refuses strangers, and everybody once the server stops.
pub(super) async fn authenticate(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    refuse_when_stopping(&shared)?;
    let visitor = shared.authority.identify(request.headers(), shared.context.now()).map_err(ApiError::unauthorized)?;
    if let Some(session) = &visitor.session
        && shared.context.readings.csrf_token == CsrfToken::Required
        && !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
    {
        let shown = request.headers().get(CSRF_HEADER).map(|value| value.as_bytes());
        if shown != Some(session.csrf_token.as_bytes()) {
            return Err(ApiError::forbidden("A session that changes something has to show its csrfToken."));
        }
    }
    request.extensions_mut().insert(visitor);
    Ok(next.run(request).await)
}

/// For what needs no signing in.
pub(super) fn refuse_when_stopping(shared: &Shared) -> Result<(), ApiError> {
    if shared.context.is_stopping() {
        return Err(ApiError::unavailable("The server is stopping."));
    }
    Ok(())
}
