//! OAuth 2 client credentials: page "OAuth 2.0 authorization" of the service, RFC 6749 section 4.4.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method};
use serde::Deserialize;
use sync_core::transport::{Operation, TransportError};
use tokio::time::Instant;
use url::form_urlencoded;

use crate::call::Call;
use crate::scrub::Scrubber;
use crate::sign_in::Secret;
use crate::sign_in::credentials::bearer;
use crate::sign_in::ticket::Ticket;
use crate::wire::{Ask, Wire};

const TOKEN: &str = "/rest/oauth/v2/token";
/// Longest time before its end at which a token is renewed.
const MARGIN: Duration = Duration::from_secs(60);

/// A client registered with the service as an integration application. It acts as a system user of its own.
///
/// ```
/// use sync_http::{ClientAuthentication, OAuthClient};
///
/// let client = OAuthClient::new("urn:collibra:client:17", "hunter2");
/// assert_eq!(client.authentication, ClientAuthentication::Basic);
/// assert!(!format!("{client:?}").contains("hunter2"));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OAuthClient {
    /// The client's id.
    pub id: String,
    /// The client's secret.
    pub secret: Secret,
    /// How the client says who it is. Default Basic.
    pub authentication: ClientAuthentication,
}

/// How a client says who it is when it asks for a token (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClientAuthentication {
    /// `client_secret_basic`: id and secret, each form-encoded, as HTTP Basic.
    #[default]
    Basic,
    /// `client_secret_post`: id and secret as fields of the form.
    Post,
}

impl OAuthClient {
    /// A client that says who it is by HTTP Basic.
    pub fn new(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { id: id.into(), secret: secret.into(), authentication: ClientAuthentication::default() }
    }

    /// Sets how the client says who it is.
    #[must_use]
    pub fn with_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.authentication = authentication;
        self
    }

    fn form(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if self.authentication == ClientAuthentication::Post {
            form.append_pair("client_id", &self.id).append_pair("client_secret", self.secret.expose());
        }
        form.finish()
    }

    /// Gets a token.
    pub(super) async fn sign_in(&self, wire: &Wire) -> Result<Ticket, TransportError> {
        let secret = self.secret.expose();
        let (id, encoded) = (encoded(&self.id), encoded(secret));
        let pair = STANDARD.encode(format!("{id}:{encoded}"));
        let mut secrets = vec![secret.to_owned(), encoded, pair.clone()];
        let mut stranger = Ticket::new(Scrubber::new(secrets.clone()));
        if self.authentication == ClientAuthentication::Basic {
            let basic = HeaderValue::try_from(format!("Basic {pair}")).expect("base64 is ASCII");
            stranger = stranger.with_header(AUTHORIZATION, basic);
        }
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let ask = Ask::root(Method::POST, TOKEN).with_body(kind, Bytes::from(self.form()));
        let call = Call::new(Operation::SignIn);
        call.run(async {
            let asked = Instant::now();
            let answer = wire.ask(&call, &ask, &stranger).await?;
            let token: TokenAnswer = answer.object()?;
            if !token.token_type.eq_ignore_ascii_case("bearer") {
                return Err(answer.faulty("with a token that is no bearer token"));
            }
            let header =
                bearer(&token.access_token).ok_or_else(|| answer.faulty("with a token no header can carry"))?;
            secrets.push(token.access_token);
            let ticket = Ticket::new(Scrubber::new(secrets)).with_header(AUTHORIZATION, header);
            Ok(match token.expires_in.as_ref().and_then(seconds) {
                Some(lifetime) => ticket.with_lifetime(asked, lifetime, MARGIN.min(lifetime / 5)),
                None => ticket,
            })
        })
        .await
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default = "bearer_type")]
    token_type: String,
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
}

fn bearer_type() -> String {
    "Bearer".to_owned()
}

/// A number of seconds, also where somebody quoted it.
fn seconds(value: &serde_json::Value) -> Option<Duration> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// As a field of a form: ids look like `urn:…`, and a colon would end them early in HTTP Basic.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
