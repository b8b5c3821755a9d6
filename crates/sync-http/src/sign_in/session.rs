//! Sessions of the service: page "Authentication sessions" of the core API.

use bytes::Bytes;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};
use sync_core::transport::{Operation, TransportError};

use crate::answer::Answer;
use crate::call::Call;
use crate::scrub::Scrubber;
use crate::sign_in::Secret;
use crate::sign_in::ticket::Ticket;
use crate::wire::{Ask, Wire};

/// Whether writes with the cookie need it is not documented; sent whenever the service gave one.
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");
const SESSION: &str = "JSESSIONID";
const CURRENT: &str = "/auth/sessions/current";
const HEARTBEAT: &str = "/auth/sessions/heartbeat";

/// Who opens sessions.
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: Secret,
}

#[derive(Serialize)]
struct LoginRequest<'a> {
    username: &'a str,
    password: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SessionAnswer {
    csrf_token: Option<String>,
}

impl Login {
    /// Opens a session; the one before ends.
    pub(super) async fn sign_in(&self, wire: &Wire) -> Result<Ticket, TransportError> {
        let password = self.password.expose();
        let body = serde_json::to_vec(&LoginRequest { username: &self.username, password }).unwrap_or_default();
        let json = HeaderValue::from_static("application/json");
        let ask = Ask::api(Method::POST, "/auth/sessions").with_body(json, Bytes::from(body));
        let call = Call::new(Operation::SignIn);
        let stranger = Ticket::new(Scrubber::new(vec![password.to_owned()]));
        call.run(async {
            let answer = wire.ask(&call, &ask, &stranger).await?;
            self.ticket(&answer).ok_or_else(|| answer.faulty("without a session's cookie"))
        })
        .await
    }

    fn ticket(&self, answer: &Answer) -> Option<Ticket> {
        let cookies = cookies(answer.headers())?;
        // Older documents have no body here.
        let csrf = answer.object::<SessionAnswer>().unwrap_or_default().csrf_token;
        let mut secrets = vec![self.password.expose().to_owned()];
        // The others only lead to the right machine.
        secrets.extend(cookies.iter().filter(|(name, _)| name == SESSION).map(|(_, value)| value.clone()));
        secrets.extend(csrf.clone());
        let line: Vec<String> = cookies.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = HeaderValue::try_from(line.join("; ")).ok()?;
        let ticket = Ticket::new(Scrubber::new(secrets)).with_idle_time().with_header(COOKIE, cookie);
        match csrf.map(HeaderValue::try_from) {
            Some(Ok(csrf)) => Some(ticket.with_header(CSRF, csrf)),
            Some(Err(_)) => None,
            None => Some(ticket),
        }
    }
}

/// The cookies of an answer, the session's among them. All of them: those of a load balancer lead back to the session.
fn cookies(headers: &HeaderMap) -> Option<Vec<(String, String)>> {
    let set = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| {
        let (name, value) = cookie.to_str().ok()?.split(';').next()?.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        (!name.is_empty() && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    });
    let cookies: Vec<_> = set.collect();
    cookies.iter().any(|(name, _)| name == SESSION).then_some(cookies)
}

/// Asks whether the session is open, which keeps it open.
pub(super) async fn heartbeat(wire: &Wire, ticket: &Ticket) -> Result<(), TransportError> {
    let call = Call::new(Operation::SignIn);
    call.run(async { wire.ask(&call, &Ask::api(Method::GET, HEARTBEAT), ticket).await.map(drop) }).await
}

/// Closes the session.
pub(super) async fn sign_out(wire: &Wire, ticket: &Ticket) -> Result<(), TransportError> {
    let call = Call::new(Operation::SignOut);
    call.run(async { wire.ask(&call, &Ask::api(Method::DELETE, CURRENT), ticket).await.map(drop) }).await
}
