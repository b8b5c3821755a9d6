//! The transport: one request for each call of the contract.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::{Method, Request};
use sync_core::transport::{
    BatchRequest, Delivery, FinalizeRequest, FullRequest, JobQuery, Operation, TransportError, TransportErrorKind,
};
use sync_core::{ImportError, ImportSummary, Job, JobId, Page, SynchronizationId, Transport};
use tracing::{Instrument, Span, field};

use crate::answer::Answer;
use crate::base_url::BaseUrl;
use crate::credentials::Authorization;
use crate::form::{Encoded, Form, FormError};
#[cfg(feature = "conformance")]
use crate::scrub::Scrubber;
#[cfg(feature = "conformance")]
use crate::service::ServiceError;
use crate::service::{Body, HttpService};
use crate::{ConnectError, ConnectOptions, Credentials, ReqwestService};

/// Most bytes of a job or a summary.
const JOB_LIMIT: usize = 1024 * 1024;
/// Most bytes of a page of errors.
const ERRORS_LIMIT: usize = 16 * 1024 * 1024;

/// The Import API over HTTP: one request a call, nothing repeated, nothing awaited but the answer.
///
/// Cheap to share behind an [`Arc`]; calls may run at the same time. Memory of a call: about 1 MiB of the payload
/// (blocks of 256 KiB), and the answer, of which at most 1 MiB (a job, a summary) or 16 MiB (a page of errors) is read.
///
/// # What the errors say
/// - Not sent: the target was not reached, the payload could not be opened or its first block not be read, or the
///   request cannot be expressed.
/// - Unknown: the connection broke or fell silent; the service answered 408, 5xx, or a success without a usable body;
///   or the **payload broke off on the way**. The service then never saw a whole request and should discard it, but
///   bytes left, and the fields stand before the file: that nothing acted on them is likely, not proven.
/// - Answered: any other status.
///
/// # Cancellation
/// Dropping the future of a call closes its connection, and the thread that reads the payload ends at its next block.
/// Whether a submit arrived is then unknown.
///
/// # Traces
/// One span `sync_http.call` for each call, with the fields `operation`, `synchronization` or `job`, and, once there
/// was an answer, `status`.
#[derive(Clone)]
pub struct HttpTransport {
    service: Arc<dyn HttpService>,
    base: BaseUrl,
    authorization: Authorization,
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
        HttpTransportBuilder { url: url.into(), credentials: None, options: ConnectOptions::default(), service: None }
    }

    async fn submit(&self, call: Call<'_>, path: String, form: Form) -> Result<Job, TransportError> {
        let operation = call.operation;
        call.run(async {
            let Encoded { content_type, length, body, fate } =
                form.encode().await.map_err(|error| unsendable(operation, error))?;
            let request = self
                .request(Method::POST, &path)
                .header(CONTENT_TYPE, content_type)
                .header(CONTENT_LENGTH, length)
                .body(body);
            let exchanged = self.exchange(&call, request, JOB_LIMIT).await;
            let Some(fate) = fate else { return exchanged?.submitted_job() };
            let failure = fate.take_failure();
            match exchanged {
                Ok(answer) if fate.is_complete() => answer.submitted_job(),
                Err(error) if failure.is_none() || error.status().is_some() => Err(error),
                // The payload broke off, or the service answered before it had everything.
                _ => Err(broken_off(operation, failure)),
            }
        })
        .await
    }

    async fn read<T>(
        &self,
        call: Call<'_>,
        path: String,
        limit: usize,
        decode: impl FnOnce(&Answer) -> Result<T, TransportError>,
    ) -> Result<T, TransportError> {
        call.run(async {
            let request = self.request(Method::GET, &path).body(Body::default());
            decode(&self.exchange(&call, request, limit).await?)
        })
        .await
    }

    /// Reads something of the catalogue, at most `limit` bytes.
    pub(crate) async fn read_catalogue<T>(
        &self,
        path: String,
        limit: usize,
        decode: impl FnOnce(&Answer) -> Result<T, TransportError>,
    ) -> Result<T, TransportError> {
        self.read(Call::new(Operation::ReadCatalogue, None, None), path, limit, decode).await
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        self.request_to(method, format!("{}{path}", self.base))
    }

    fn request_to(&self, method: Method, url: String) -> http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("collibra-sync/", env!("CARGO_PKG_VERSION")));
        match self.authorization.header() {
            Some(value) => request.header(AUTHORIZATION, value),
            None => request,
        }
    }

    /// One request to any path of the host, signed like all others, and its answer as it comes, with what keeps secrets
    /// out of it when it is shown.
    #[cfg(feature = "conformance")]
    pub(crate) async fn call_raw(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Result<(http::Response<Body>, Scrubber), ServiceError> {
        let mut request = self.request_to(method, format!("{}{path}", self.base.root()));
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type).header(CONTENT_LENGTH, body.len());
        }
        let response = self.service.call(request.body(body.into()).map_err(ServiceError::unreachable)?).await?;
        Ok((response, self.authorization.scrubber().clone()))
    }

    async fn exchange(
        &self,
        call: &Call<'_>,
        request: http::Result<Request<Body>>,
        limit: usize,
    ) -> Result<Answer, TransportError> {
        let operation = call.operation;
        let request = request.map_err(|error| refused(operation).with_source(error))?;
        let response = self.service.call(request).await.map_err(|error| {
            let (kind, delivery) = (error.kind(), error.delivery());
            TransportError::new(operation, kind, delivery).with_source(error.into_source())
        })?;
        call.span.record("status", response.status().as_u16());
        Answer::read(operation, response, limit, self.authorization.scrubber().clone()).await
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
        self.submit(Call::synchronization(Operation::SubmitFinalize, id), path, Form::finalize(request)).await
    }

    async fn submit_full(&self, request: &FullRequest) -> Result<Job, TransportError> {
        let id = &request.synchronization;
        let format = request.payload.format().as_str();
        let path = format!("/import/synchronize/{}/{format}-job", id.path_segment());
        self.submit(Call::synchronization(Operation::SubmitFull, id), path, Form::full(request)).await
    }

    async fn job(&self, id: &JobId) -> Result<Job, TransportError> {
        let path = format!("/jobs/{id}");
        self.read(Call::job(Operation::ReadJob, id), path, JOB_LIMIT, |answer| answer.job(id)).await
    }

    async fn summary(&self, id: &JobId) -> Result<ImportSummary, TransportError> {
        let path = format!("/import/results/{id}/summary");
        self.read(Call::job(Operation::ReadSummary, id), path, JOB_LIMIT, Answer::object).await
    }

    async fn errors(&self, id: &JobId, offset: u64) -> Result<Page<ImportError>, TransportError> {
        let limit = Page::<ImportError>::MAX_LIMIT;
        let path = format!("/import/results/{id}/errors?offset={offset}&limit={limit}&countLimit=-1");
        self.read(Call::job(Operation::ReadErrors, id), path, ERRORS_LIMIT, Answer::object).await
    }

    async fn exists(&self, id: &SynchronizationId) -> Result<bool, TransportError> {
        let path = format!("/import/synchronize/exists/{}", id.path_segment());
        self.read(Call::synchronization(Operation::ReadSynchronization, id), path, JOB_LIMIT, Answer::json).await
    }

    async fn forget(&self, id: &SynchronizationId) -> Result<(), TransportError> {
        let call = Call::synchronization(Operation::Forget, id);
        let forgotten = call.run(async {
            let request = self.request(Method::DELETE, &format!("/import/synchronize/{}", id.path_segment()));
            self.exchange(&call, request.body(Body::default()), JOB_LIMIT).await
        });
        match forgotten.await {
            Err(error) if error.kind() == TransportErrorKind::NotFound => Ok(()),
            forgotten => forgotten.map(drop),
        }
    }

    async fn jobs(&self, query: &JobQuery, offset: u64) -> Result<Page<Job>, TransportError> {
        let limit = Page::<Job>::MAX_LIMIT;
        let mut path = format!("/jobs?offset={offset}&limit={limit}&sortField=CREATED_ON&sortOrder=DESC");
        if let Some(user) = &query.created_by {
            path.push_str("&createdBy=");
            path.extend(url::form_urlencoded::byte_serialize(user.as_bytes()));
        }
        self.read(Call::new(Operation::FindJobs, None, None), path, ERRORS_LIMIT, Answer::object).await
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("base", &self.base.to_string()).finish_non_exhaustive()
    }
}

/// One call: what it is about and where it is traced.
struct Call<'a> {
    operation: Operation,
    job: Option<&'a JobId>,
    span: Span,
}

impl<'a> Call<'a> {
    fn synchronization(operation: Operation, id: &'a SynchronizationId) -> Self {
        Self::new(operation, Some(id), None)
    }

    fn job(operation: Operation, id: &'a JobId) -> Self {
        Self::new(operation, None, Some(id))
    }

    fn new(operation: Operation, synchronization: Option<&SynchronizationId>, job: Option<&'a JobId>) -> Self {
        let span = tracing::info_span!(
            "sync_http.call",
            ?operation,
            synchronization = synchronization.map(field::display),
            job = job.map(field::display),
            status = field::Empty,
        );
        Self { operation, job, span }
    }

    /// Runs the call in its span, unless its path would lead elsewhere: dots alone are a path step even when
    /// percent-encoded (URL standard, "double-dot path segment"). Synchronization ids of dots do not exist.
    async fn run<T>(&self, work: impl Future<Output = Result<T, TransportError>>) -> Result<T, TransportError> {
        async {
            if let Some("." | "..") = self.job.map(JobId::as_str) {
                let message = "a job id of dots alone cannot travel as a path segment";
                return Err(refused(self.operation).with_message(message));
            }
            work.await.inspect_err(|error| {
                tracing::debug!(kind = ?error.kind(), delivery = ?error.delivery(), "the call did not succeed");
            })
        }
        .instrument(self.span.clone())
        .await
    }
}

fn refused(operation: Operation) -> TransportError {
    TransportError::new(operation, TransportErrorKind::Refused, Delivery::NotSent)
}

fn unsendable(operation: Operation, error: FormError) -> TransportError {
    match error {
        FormError::Payload(source) => {
            TransportError::new(operation, TransportErrorKind::Payload, Delivery::NotSent).with_source(source)
        }
        FormError::Encoder(source) => refused(operation).with_source(source),
        error => refused(operation).with_message(error.to_string()),
    }
}

/// The service did not get the whole request, so no answer to it is a success.
fn broken_off(operation: Operation, failure: Option<std::io::Error>) -> TransportError {
    match failure {
        Some(source) => {
            TransportError::new(operation, TransportErrorKind::Payload, Delivery::Unknown).with_source(source)
        }
        None => TransportError::new(operation, TransportErrorKind::Faulty, Delivery::Unknown)
            .with_message("the service answered with a success before it had the whole request"),
    }
}

/// Collects what a transport needs; see [`HttpTransport::builder`].
pub struct HttpTransportBuilder {
    url: String,
    credentials: Option<Credentials>,
    options: ConnectOptions,
    service: Option<Arc<dyn HttpService>>,
}

impl HttpTransportBuilder {
    /// Sets the credentials. Default: none, no `Authorization` is sent.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets the limits of the connection.
    #[must_use]
    pub fn options(mut self, options: ConnectOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets what carries the requests. Default: [`ReqwestService`] with the options. Another service keeps its own
    /// time limits.
    #[must_use]
    pub fn service(mut self, service: Arc<dyn HttpService>) -> Self {
        self.service = Some(service);
        self
    }

    /// Checks URL and credentials and sets up the client.
    ///
    /// # Errors
    /// [`ConnectError`] names what is wrong and the way out.
    pub fn build(self) -> Result<HttpTransport, ConnectError> {
        let base = BaseUrl::parse(&self.url, &self.options)?;
        let authorization = Authorization::new(self.credentials.as_ref())?;
        let service = match self.service {
            Some(service) => service,
            None if base.is_https() && cfg!(not(feature = "tls")) => return Err(ConnectError::NoTls),
            None => Arc::new(ReqwestService::new(self.options)?),
        };
        Ok(HttpTransport { service, base, authorization })
    }
}

impl fmt::Debug for HttpTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the URL: it is not checked yet and may hold a password.
        f.debug_struct("HttpTransportBuilder")
            .field("credentials", &self.credentials)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
