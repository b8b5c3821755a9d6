//! Who we are to the service.
//!
//! Both kinds are static: after a 401 there is nothing to renew, so a 401 goes straight to the caller. Credentials that
//! expire (OAuth tokens) will sit here: their renewal belongs in [`Authorization`], asked for by the transport once
//! after a 401, which proves that nothing was done.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use crate::ConnectError;
use crate::scrub::Scrubber;

/// A password or a token. Never shown: `Debug` and `Display` give `***`.
///
/// ```
/// use sync_http::Secret;
///
/// let secret = Secret::new("hunter2");
/// assert_eq!(format!("{secret} {secret:?}"), "*** Secret(***)");
/// ```
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Keeps a text from being shown. Taken as it is: a line end read from a file has to be removed before.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// What is sent as `Authorization` with every request, and never to another host: redirects are not followed.
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
}

/// Credentials made ready: the header to send and the texts never to show.
#[derive(Clone)]
pub(crate) struct Authorization {
    header: Option<HeaderValue>,
    scrubber: Scrubber,
}

impl Authorization {
    pub(crate) fn new(credentials: Option<&Credentials>) -> Result<Self, ConnectError> {
        let (header, secrets) = match credentials {
            None => return Ok(Self { header: None, scrubber: Scrubber::default() }),
            Some(Credentials::Basic { username, password }) => {
                if username.contains(|c: char| c == ':' || c.is_control()) {
                    return Err(ConnectError::Username);
                }
                if password.0.contains(char::is_control) {
                    return Err(ConnectError::Password);
                }
                let encoded = STANDARD.encode(format!("{username}:{}", password.0));
                let header = HeaderValue::try_from(format!("Basic {encoded}")).map_err(|_| ConnectError::Password)?;
                (header, vec![password.0.to_string(), encoded])
            }
            Some(Credentials::Bearer(token)) => {
                if token.0.is_empty() || !token.0.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err(ConnectError::Token);
                }
                let header = HeaderValue::try_from(format!("Bearer {}", token.0)).map_err(|_| ConnectError::Token)?;
                (header, vec![token.0.to_string()])
            }
        };
        let mut header = header;
        header.set_sensitive(true);
        Ok(Self { header: Some(header), scrubber: Scrubber::new(secrets) })
    }

    /// The value of `Authorization`, marked sensitive.
    pub(crate) fn header(&self) -> Option<&HeaderValue> {
        self.header.as_ref()
    }

    /// Removes the secrets from what the service says.
    pub(crate) fn scrubber(&self) -> &Scrubber {
        &self.scrubber
    }
}
