//! What the caller knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::AUTHORIZATION;

use crate::ConnectError;
use crate::scrub::Scrubber;
use crate::sign_in::ticket::Ticket;
use crate::sign_in::{OAuthClient, Secret};

/// How to sign in. What comes of it is sent with every request, and never to another host: redirects are not followed.
///
/// The service's own guide prefers tokens for services; Basic serves for tests and on premises; a session is the last
/// resort, as each new one ends the one before.
///
/// ```
/// use sync_http::Credentials;
///
/// let credentials = Credentials::Basic { username: "importer".into(), password: "hunter2".into() };
/// assert_eq!(format!("{credentials:?}"), r#"Basic { username: "importer", password: Secret(***) }"#);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credentials {
    /// HTTP Basic (RFC 7617), in UTF-8; every operation of the service takes it.
    Basic {
        /// The user; no colon, no control characters.
        username: String,
        /// The password; no control characters.
        password: Secret,
    },
    /// A bearer token (RFC 6750), such as a JWT from the company's identity provider. Must outlive the run: it is not
    /// renewed.
    Bearer(Secret),
    /// A session of the service (`POST /auth/sessions`): a cookie, and a token against forged requests beside it.
    ///
    /// Signing in ends the session that the same user had, so two workers with one account end each other's. A session
    /// that was ended is opened anew; the fourth time within 10 minutes is an error that says so.
    Session {
        /// The user.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A client registered with the service, which gets itself tokens (OAuth 2, `client_credentials`).
    OAuth(OAuthClient),
}

/// The ticket of HTTP Basic.
pub(super) fn basic_ticket(username: &str, password: &Secret) -> Result<Ticket, ConnectError> {
    if username.contains(|c: char| c == ':' || c.is_control()) {
        return Err(ConnectError::Username);
    }
    if password.expose().contains(char::is_control) {
        return Err(ConnectError::Password);
    }
    let encoded = STANDARD.encode(format!("{username}:{}", password.expose()));
    let header = HeaderValue::try_from(format!("Basic {encoded}")).map_err(|_| ConnectError::Password)?;
    let scrubber = Scrubber::new(vec![password.expose().to_owned(), encoded]);
    Ok(Ticket::new(scrubber).with_header(AUTHORIZATION, header))
}

/// The ticket of a token that somebody else got.
pub(super) fn bearer_ticket(token: &Secret) -> Result<Ticket, ConnectError> {
    let header = bearer(token.expose()).ok_or(ConnectError::Token)?;
    Ok(Ticket::new(Scrubber::new(vec![token.expose().to_owned()])).with_header(AUTHORIZATION, header))
}

/// The value of `Authorization`, if a header can carry the token.
pub(super) fn bearer(token: &str) -> Option<HeaderValue> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    HeaderValue::try_from(format!("Bearer {token}")).ok()
}
