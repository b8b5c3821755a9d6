//! The transport: one request for each call of the contract.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
#[cfg(feature = "conformance")]
use bytes::Bytes;
use http::Method;
#[cfg(feature = "conformance")]
use http::header;
use serde::Deserialize;
use sync_core::transport::{
    BatchRequest, Delivery, FinalizeRequest, FullRequest, JobQuery, Operation, TransportError, TransportErrorKind,
};
use sync_core::{ImportError, ImportSummary, Job, JobId, Page, SynchronizationId, Transport, UserId};

use crate::answer::Answer;
use crate::builder::HttpTransportBuilder;
use crate::call::{Call, unsendable};
use crate::form::{Form, FormError};
use crate::jobs::Shapes;
#[cfg(feature = "conformance")]
use crate::scrub::Scrubber;
#[cfg(feature = "conformance")]
use crate::service::Body;
use crate::service::HttpService;
use crate::sign_in::Authorization;
#[cfg(feature = "conformance")]
use crate::sign_in::Ticket;
use crate::wire::{Ask, Wire};
use crate::{ConnectError, ConnectOptions, Credentials};

/// The Import API over HTTP: one request a call, nothing repeated, nothing awaited but the answer.
///
/// Cheap to share behind an [`Arc`], and cheap to clone; calls may run at the same time, and clones sign in together.
/// Memory of a call: about 1 MiB of the payload (blocks of 256 KiB), and the answer, of which at most 1 MiB (a job, a
/// summary) or 16 MiB (a page) is read.
///
/// # Signing in
/// Sessions and OAuth tokens are got when the first call needs them. A 401 proves that nothing was done, so they are then
/// renewed once and the call repeated, its payload opened again; that is the only thing that is ever repeated.
///
/// # What the errors say
/// - Not sent: the target was not reached, nobody answered the sign-in, the payload could not be opened or its first
///   block not be read, or the request cannot be expressed.
/// - Unknown: the connection broke or fell silent; the service answered 408, 5xx, or a success without a usable body;
///   or the **payload broke off on the way**. The service then never saw a whole request and should discard it, but
///   bytes left, and the fields stand before the file: that nothing acted on them is likely, not proven.
/// - Answered: any other status. A sign-in that was refused counts as 401, because another try may lock the user out.
///
/// # Cancellation
/// Dropping the future of a call closes its connection, and the thread that reads the payload ends at its next block.
/// Whether a submit arrived is then unknown.
///
/// # Traces
/// One span `sync_http.call` for each call, with the fields `operation`, `synchronization`, `job` or `file`, and, once
/// there was an answer, `status`; signing in is a span of its own within.
#[derive(Clone)]
pub struct HttpTransport {
    wire: Wire,
    authorization: Arc<Authorization>,
    pub(crate) shapes: Arc<Shapes>,
}

impl HttpTransport {
    /// A transport to `url` (see [`HttpTransport::builder`]); connects to nothing yet.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn new(url: &str, credentials: Credentials, options: ConnectOptions) -> Result<Self, ConnectError> {
        Self::builder(url).credentials(credentials).options(options).build()
    }

    /// A transport over any service: a server's router in simulations, a recorder or a source of faults in tests.
    ///
    /// The URL obeys the same rules; use `http://localhost` where there is no network.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn over(service: Arc<dyn HttpService>, url: &str, credentials: Credentials) -> Result<Self, ConnectError> {
        Self::builder(url).credentials(credentials).service(service).build()
    }

    /// Begins a transport to `url`: `https://HOST`, with a port or a path prefix if need be, with or without the API's
    /// own `/rest/2.0` at its end. `http://` only to this machine, unless
    /// [allowed](ConnectOptions::allow_plain_http).
    pub fn builder(url: impl Into<String>) -> HttpTransportBuilder {
        HttpTransportBuilder::new(url.into())
    }

    pub(crate) fn assemble(wire: Wire, authorization: Authorization, shapes: Shapes) -> Self {
        Self { wire, authorization: Arc::new(authorization), shapes: Arc::new(shapes) }
    }

    /// Asks for the session, so that it does not run out while nothing else is asked. Does nothing for other ways of
    /// signing in, or before the first call.
    ///
    /// Not needed for what the transport itself does: before an upload it looks after a session that was not used for
    /// 5 minutes.
    ///
    /// # Errors
    /// [`TransportError`]; 401 if the session has ended. The next call opens another one.
    pub async fn keep_alive(&self) -> Result<(), TransportError> {
        self.authorization.keep_alive(&self.wire).await
    }

    /// Closes the session, if there is one: the service then need not wait for it to run out. A later call would open
    /// another one. Does nothing for other ways of signing in.
    ///
    /// # Errors
    /// [`TransportError`]; nothing is lost by passing it over.
    pub async fn close(&self) -> Result<(), TransportError> {
        self.authorization.sign_out(&self.wire).await
    }

    /// Asks with a ticket, and with another one if the first was refused.
    pub(crate) async fn ask(&self, call: &Call<'_>, ask: &Ask) -> Result<Answer, TransportError> {
        let operation = call.operation();
        let ticket = match ask.is_upload() {
            true => self.authorization.sure_ticket(&self.wire, operation).await?,
            false => self.authorization.ticket(&self.wire, operation).await?,
        };
        let refused = match self.wire.ask(call, ask, &ticket).await {
            Err(error) if error.status() == Some(401) => error,
            answered => return answered,
        };
        let Some(ticket) = self.authorization.renewed(&ticket, &self.wire, operation).await? else {
            return Err(refused);
        };
        let answered = self.wire.ask(call, ask, &ticket).await;
        if answered.as_ref().is_err_and(|error| error.status() == Some(401)) {
            self.authorization.refused_again(&ticket).await;
        }
        answered
    }

    pub(crate) async fn submit(
        &self,
        call: Call<'_>,
        path: String,
        form: Result<Form, FormError>,
    ) -> Result<Job, TransportError> {
        call.run(async {
            let form = form.map_err(|error| unsendable(call.operation(), error))?;
            self.ask(&call, &Ask::api(Method::POST, path).with_form(form)).await?.submitted_job()
        })
        .await
    }

    pub(crate) async fn read<T>(
        &self,
        call: Call<'_>,
        ask: Ask,
        decode: impl FnOnce(&Answer) -> Result<T, TransportError>,
    ) -> Result<T, TransportError> {
        call.run(async { decode(&self.ask(&call, &ask).await?) }).await
    }

    /// One request to any path of the host, signed like all others, and its answer as it comes, with what keeps secrets
    /// out of it when it is shown.
    #[cfg(feature = "conformance")]
    pub(crate) async fn call_raw(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Bytes,
    ) -> Result<(http::Response<Body>, Scrubber), TransportError> {
        let operation = Operation::ReadCatalogue;
        let call = async |ticket: &Ticket| {
            let mut request = self.wire.head(method.clone(), path, ticket);
            if let Some(content_type) = content_type {
                request = request.header(header::CONTENT_TYPE, content_type).header(header::CONTENT_LENGTH, body.len());
            }
            let response = self.wire.call(operation, request.body(body.clone().into())).await?;
            Ok((response, ticket.scrubber().clone()))
        };
        let ticket = self.authorization.ticket(&self.wire, operation).await?;
        let answered = call(&ticket).await?;
        if answered.0.status() != http::StatusCode::UNAUTHORIZED {
            return Ok(answered);
        }
        match self.authorization.renewed(&ticket, &self.wire, operation).await? {
            Some(ticket) => call(&ticket).await,
            None => Ok(answered),
        }
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn submit_batch(&self, request: &BatchRequest) -> Result<Job, TransportError> {
        let id = &request.synchronization;
        let format = request.payload.format().as_str();
        let path = format!("/import/synchronize/{}/batch/{format}-job", id.path_segment());
        self.submit(Call::synchronization(Operation::SubmitBatch, id), path, Form::batch(request)).await
    }

    async fn submit_finalize(&self, request: &FinalizeRequest) -> Result<Job, TransportError> {
        let id = &request.synchronization;
        let path = format!("/import/synchronize/{}/finalize/job", id.path_segment());
        self.submit(Call::synchronization(Operation::SubmitFinalize, id), path, Ok(Form::finalize(request))).await
    }

    async fn submit_full(&self, request: &FullRequest) -> Result<Job, TransportError> {
        let id = &request.synchronization;
        let format = request.payload.format().as_str();
        let path = format!("/import/synchronize/{}/{format}-job", id.path_segment());
        self.submit(Call::synchronization(Operation::SubmitFull, id), path, Form::full(request)).await
    }

    async fn job(&self, id: &JobId) -> Result<Job, TransportError> {
        self.get_job(id).await
    }

    async fn summary(&self, id: &JobId) -> Result<ImportSummary, TransportError> {
        let ask = Ask::get(format!("/import/results/{id}/summary"));
        self.read(Call::job(Operation::ReadSummary, id), ask, Answer::object).await
    }

    async fn errors(&self, id: &JobId, offset: u64) -> Result<Page<ImportError>, TransportError> {
        let limit = Page::<ImportError>::MAX_LIMIT;
        let ask = Ask::get(format!("/import/results/{id}/errors?offset={offset}&limit={limit}&countLimit=-1"));
        self.read(Call::job(Operation::ReadErrors, id), ask.for_page(), Answer::object).await
    }

    async fn exists(&self, id: &SynchronizationId) -> Result<bool, TransportError> {
        let ask = Ask::get(format!("/import/synchronize/exists/{}", id.path_segment()));
        self.read(Call::synchronization(Operation::ReadSynchronization, id), ask, Answer::json).await
    }

    async fn forget(&self, id: &SynchronizationId) -> Result<(), TransportError> {
        let call = Call::synchronization(Operation::Forget, id);
        let ask = Ask::api(Method::DELETE, format!("/import/synchronize/{}", id.path_segment()));
        unless_missing(self.read(call, ask, |_| Ok(())).await)
    }

    async fn jobs(&self, query: &JobQuery, offset: u64) -> Result<Page<Job>, TransportError> {
        self.find_jobs(query, offset).await
    }

    /// By the call for the current user, and where that does not say, by the session call.
    async fn own_user(&self) -> Result<Option<UserId>, TransportError> {
        #[derive(Deserialize)]
        struct Session {
            user: User,
        }
        #[derive(Deserialize)]
        struct User {
            id: UserId,
        }
        let session = |answer: &Answer| Ok(answer.object::<Session>().ok().map(|session| session.user.id));
        let user = |answer: &Answer| Ok(answer.object::<User>().ok().map(|user| user.id));
        let call = || Call::new(Operation::ReadOwnUser);
        match unless_refused(self.read(call(), Ask::get("/users/current"), user).await)? {
            Some(user) => Ok(Some(user)),
            None => unless_refused(self.read(call(), Ask::get("/auth/sessions/current?include=user"), session).await),
        }
    }
}

/// What was answered; nothing where the service has no answer to this. That it does not know us is one.
fn unless_refused<T>(answered: Result<Option<T>, TransportError>) -> Result<Option<T>, TransportError> {
    use TransportErrorKind::{Busy, Unauthenticated};
    match answered {
        Err(error) if error.delivery() == Delivery::Answered && !matches!(error.kind(), Busy | Unauthenticated) => {
            Ok(None)
        }
        answered => answered,
    }
}

/// What is not there need not be removed.
pub(crate) fn unless_missing(answered: Result<(), TransportError>) -> Result<(), TransportError> {
    match answered {
        Err(error) if error.kind() == TransportErrorKind::NotFound => Ok(()),
        answered => answered,
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("base", &self.wire.base.to_string()).finish_non_exhaustive()
    }
}
