//! Tickets for calls: got when first needed, renewed when due or refused, one sign-in at a time.

use std::sync::Arc;
use std::time::Duration;

use sync_core::transport::{Delivery, Operation, TransportError, TransportErrorKind};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::ConnectError;
use crate::sign_in::session::{self, Login};
use crate::sign_in::ticket::Ticket;
use crate::sign_in::{Credentials, OAuthClient, credentials};
use crate::wire::Wire;

/// Most times within [`FIGHT`] that a session is opened again after it was refused.
const SESSIONS: usize = 3;
/// Two who end each other's sessions do so with every call; a session that merely runs out lasts longer.
const FIGHT: Duration = Duration::from_secs(10 * 60);
/// A session that was not used for so long is asked about before an upload: rather a small request in vain than a large
/// one.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// How long a renewal may keep calls waiting while the ticket of before still lasts.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the ticket of before is used after a renewal did not succeed.
const PAUSE: Duration = Duration::from_secs(20);

/// Gives tickets. One for all clones of a transport.
pub(crate) struct Authorization {
    way: Way,
    /// Locked while somebody signs in, so that the others wait for the same ticket.
    state: Mutex<State>,
}

enum Way {
    Fixed(Arc<Ticket>),
    Session(Login),
    OAuth(OAuthClient),
}

#[derive(Default)]
struct State {
    ticket: Option<Arc<Ticket>>,
    /// When sessions were found ended, the latest last.
    ended: Vec<Instant>,
    /// Before this the ticket is used as long as it lasts, also if it is due.
    renew_from: Option<Instant>,
}

impl Authorization {
    pub(crate) fn new(credentials: Option<&Credentials>) -> Result<Self, ConnectError> {
        let way = match credentials {
            None => Way::Fixed(Arc::default()),
            Some(Credentials::Basic { username, password }) => {
                Way::Fixed(Arc::new(credentials::basic_ticket(username, password)?))
            }
            Some(Credentials::Bearer(token)) => Way::Fixed(Arc::new(credentials::bearer_ticket(token)?)),
            Some(Credentials::Session { username, password }) => {
                Way::Session(Login { username: username.clone(), password: password.clone() })
            }
            Some(Credentials::OAuth(client)) => Way::OAuth(client.clone()),
        };
        Ok(Self { way, state: Mutex::default() })
    }

    /// The ticket for a call, got first if there is none that lasts.
    pub(crate) async fn ticket(&self, wire: &Wire, operation: Operation) -> Result<Arc<Ticket>, TransportError> {
        if let Way::Fixed(ticket) = &self.way {
            return Ok(ticket.clone());
        }
        let mut state = self.state.lock().await;
        match state.ticket.clone() {
            Some(ticket) if !ticket.is_due() => Ok(ticket),
            Some(ticket) if !ticket.is_expired() => Ok(self.renewed_early(&mut state, ticket, wire, operation).await),
            _ => self.sign_in(&mut state, wire, operation).await,
        }
    }

    /// Another ticket for one that lasts a little longer, which is good enough where there is no other: it is asked for
    /// early enough that there will be another chance. Credentials that are refused are not tried again before they have
    /// to be.
    async fn renewed_early(
        &self,
        state: &mut State,
        lasting: Arc<Ticket>,
        wire: &Wire,
        operation: Operation,
    ) -> Arc<Ticket> {
        if state.renew_from.is_some_and(|time| Instant::now() < time) {
            return lasting;
        }
        let signed_in = tokio::time::timeout(PATIENCE, self.sign_in(state, wire, operation)).await;
        let error = match signed_in {
            Ok(Ok(ticket)) => return ticket,
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        let is_refused = error.as_ref().is_some_and(|error| error.status() == Some(401));
        state.renew_from = if is_refused { lasting.expires_at() } else { Instant::now().checked_add(PAUSE) };
        tracing::debug!(error = error.as_ref().map(tracing::field::display), "the token cannot be renewed yet");
        lasting
    }

    /// As [`Self::ticket`], for a call that is expensive to repeat.
    pub(crate) async fn sure_ticket(&self, wire: &Wire, operation: Operation) -> Result<Arc<Ticket>, TransportError> {
        let ticket = self.ticket(wire, operation).await?;
        if ticket.idle().is_none_or(|idle| idle < IDLE) {
            return Ok(ticket);
        }
        match session::heartbeat(wire, &ticket).await {
            Err(error) if error.status() == Some(401) => {
                Ok(self.renewed(&ticket, wire, operation).await?.unwrap_or(ticket))
            }
            // Whatever else is wrong will show at the call itself.
            _ => Ok(ticket),
        }
    }

    /// Another ticket after `refused` was refused; `None` if there is nothing to renew.
    pub(crate) async fn renewed(
        &self,
        refused: &Arc<Ticket>,
        wire: &Wire,
        operation: Operation,
    ) -> Result<Option<Arc<Ticket>>, TransportError> {
        if let Way::Fixed(_) = self.way {
            return Ok(None);
        }
        let mut state = self.state.lock().await;
        self.drop_ticket(&mut state, refused);
        match &state.ticket {
            Some(ticket) => Ok(Some(ticket.clone())),
            None => self.sign_in(&mut state, wire, operation).await.map(Some),
        }
    }

    /// Forgets a ticket that was refused although it was new. It was the call that was refused then, not the session: the
    /// end of the one before does not count.
    pub(crate) async fn refused_again(&self, refused: &Arc<Ticket>) {
        let mut state = self.state.lock().await;
        if state.ticket.as_ref().is_some_and(|current| Arc::ptr_eq(current, refused)) {
            state.ticket = None;
            state.ended.pop();
        }
    }

    /// Asks for the session, if there is one, so that it does not run out.
    pub(crate) async fn keep_alive(&self, wire: &Wire) -> Result<(), TransportError> {
        match (&self.way, self.current().await) {
            (Way::Session(_), Some(ticket)) => session::heartbeat(wire, &ticket).await,
            _ => Ok(()),
        }
    }

    /// Closes the session, if there is one.
    pub(crate) async fn sign_out(&self, wire: &Wire) -> Result<(), TransportError> {
        let ticket = self.state.lock().await.ticket.take();
        match (&self.way, ticket) {
            (Way::Session(_), Some(ticket)) => match session::sign_out(wire, &ticket).await {
                // Somebody else has ended it.
                Err(error) if error.status() == Some(401) => Ok(()),
                signed_out => signed_out,
            },
            _ => Ok(()),
        }
    }

    async fn current(&self) -> Option<Arc<Ticket>> {
        self.state.lock().await.ticket.clone()
    }

    /// Forgets this ticket, unless another has taken its place.
    fn drop_ticket(&self, state: &mut State, refused: &Arc<Ticket>) {
        if state.ticket.as_ref().is_some_and(|current| Arc::ptr_eq(current, refused)) {
            state.ticket = None;
            state.ended.retain(|ended| ended.elapsed() < FIGHT);
            state.ended.push(Instant::now());
        }
    }

    async fn sign_in(
        &self,
        state: &mut State,
        wire: &Wire,
        operation: Operation,
    ) -> Result<Arc<Ticket>, TransportError> {
        let signed_in = match &self.way {
            Way::Fixed(ticket) => return Ok(ticket.clone()),
            Way::Session(login) => {
                if state.ended.iter().filter(|ended| ended.elapsed() < FIGHT).count() > SESSIONS {
                    return Err(fight(operation));
                }
                login.sign_in(wire).await
            }
            Way::OAuth(client) => client.sign_in(wire).await,
        };
        let ticket = Arc::new(signed_in.map_err(|error| not_signed_in(operation, error))?);
        tracing::debug!("signed in");
        state.ticket = Some(ticket.clone());
        state.renew_from = None;
        Ok(ticket)
    }
}

/// Sessions end as fast as they are opened.
fn fight(operation: Operation) -> TransportError {
    let minutes = FIGHT.as_secs() / 60;
    TransportError::answered(operation, 401).with_message(format!(
        "the session was ended {SESSIONS} times within {minutes} minutes and opened again, most likely because somebody \
         else signs in as the same user: give each worker a user of its own, or sign in with basic or a token"
    ))
}

/// The call was not sent, for want of a ticket. Refused credentials are the service's answer to it all the same: another
/// try with them can lock the user out.
fn not_signed_in(operation: Operation, error: TransportError) -> TransportError {
    let not_sent = match (error.kind(), error.delivery()) {
        (TransportErrorKind::Busy, _) => TransportError::answered(operation, 429).with_retry_after(error.retry_after()),
        (_, Delivery::Answered) => TransportError::answered(operation, 401),
        (kind, _) => TransportError::new(operation, kind, Delivery::NotSent).with_retry_after(error.retry_after()),
    };
    not_sent.with_message("signing in did not succeed").with_source(error)
}
