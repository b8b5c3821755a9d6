//! The contract between the core and whatever carries its calls.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::job::{ImportError, ImportSummary, Job, Page};
use crate::{Finalization, JobId, Payload, SynchronizationId, UserId};

/// How relations of a type that a command names are set; JSON batches only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RelationsAction {
    /// The set becomes exactly what the command lists.
    #[default]
    Replace,
    /// What is missing is added, nothing is removed.
    AddOrIgnore,
}

impl RelationsAction {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "REPLACE",
            Self::AddOrIgnore => "ADD_OR_IGNORE",
        }
    }
}

/// Starts or continues a cycle: `POST /import/synchronize/{id}/batch/{format}-job`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchRequest {
    /// Which synchronization.
    pub synchronization: SynchronizationId,
    /// The file.
    pub payload: Payload,
    /// Whether bad commands are skipped (`true`) or roll the whole batch back (`false`). Always sent: the service's
    /// default changed from `false` to `true` in 2026.07.
    pub continue_on_error: bool,
    /// How relations are set. Always sent with JSON; the other formats have no such field.
    pub relations_action: RelationsAction,
    /// Whether the service notifies the user of the job. Default no, as in the service.
    pub send_notification: bool,
}

impl BatchRequest {
    /// A batch that rolls back as a whole on the first bad command and replaces relations.
    pub fn new(synchronization: SynchronizationId, payload: Payload) -> Self {
        let relations_action = RelationsAction::default();
        Self { synchronization, payload, continue_on_error: false, relations_action, send_notification: false }
    }

    /// Sets whether bad commands are skipped.
    #[must_use]
    pub fn with_continue_on_error(mut self, continue_on_error: bool) -> Self {
        self.continue_on_error = continue_on_error;
        self
    }

    /// Sets how relations are set.
    #[must_use]
    pub fn with_relations_action(mut self, relations_action: RelationsAction) -> Self {
        self.relations_action = relations_action;
        self
    }

    /// Sets whether the service notifies the user of the job.
    #[must_use]
    pub fn with_send_notification(mut self, send_notification: bool) -> Self {
        self.send_notification = send_notification;
        self
    }
}

/// Ends the cycle: `POST /import/synchronize/{id}/finalize/job`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FinalizeRequest {
    /// Which synchronization.
    pub synchronization: SynchronizationId,
    /// What happens to missing resources. Always sent: the service's default removes them.
    pub finalization: Finalization,
    /// Whether the service notifies the user of the job. Default no, as in the service.
    pub send_notification: bool,
}

impl FinalizeRequest {
    /// A finalization.
    pub fn new(synchronization: SynchronizationId, finalization: Finalization) -> Self {
        Self { synchronization, finalization, send_notification: false }
    }

    /// Sets whether the service notifies the user of the job.
    #[must_use]
    pub fn with_send_notification(mut self, send_notification: bool) -> Self {
        self.send_notification = send_notification;
        self
    }
}

/// A whole cycle in one call: `POST /import/synchronize/{id}/{format}-job`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FullRequest {
    /// Which synchronization.
    pub synchronization: SynchronizationId,
    /// The file; the service means it for fewer than 50 000 resources.
    pub payload: Payload,
    /// Whether bad commands are skipped. Always sent, as with batches.
    pub continue_on_error: bool,
    /// What happens to missing resources. Always sent.
    pub finalization: Finalization,
    /// Whether the service notifies the user of the job. Default no, as in the service.
    pub send_notification: bool,
}

impl FullRequest {
    /// A whole cycle that rolls back on the first bad command.
    pub fn new(synchronization: SynchronizationId, payload: Payload, finalization: Finalization) -> Self {
        Self { synchronization, payload, continue_on_error: false, finalization, send_notification: false }
    }

    /// Sets whether bad commands are skipped.
    #[must_use]
    pub fn with_continue_on_error(mut self, continue_on_error: bool) -> Self {
        self.continue_on_error = continue_on_error;
        self
    }

    /// Sets whether the service notifies the user of the job.
    #[must_use]
    pub fn with_send_notification(mut self, send_notification: bool) -> Self {
        self.send_notification = send_notification;
        self
    }
}

/// Carries calls to the service, one attempt each.
///
/// Nothing is retried and nothing is waited for in here: how often and when to try again is decided by the cycle's
/// state machine from [`TransportError::delivery`]. The one thing a transport does by itself is to renew its
/// credentials once after a 401, because a 401 proves that nothing was done.
///
/// # Cancellation
/// Dropping the future of a submit after bytes were sent leaves open whether the service accepted it: the same as
/// [`Delivery::Unknown`].
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a batch; answers with the job that will do the work.
    ///
    /// # Errors
    /// [`TransportError`]; its delivery says whether the service may have accepted the batch.
    async fn submit_batch(&self, request: &BatchRequest) -> Result<Job, TransportError>;

    /// Sends a finalization; answers with the job that will do the work.
    ///
    /// # Errors
    /// [`TransportError`]; unless its delivery proves that nothing was accepted, a second call may end an empty cycle
    /// and treat everything as missing.
    async fn submit_finalize(&self, request: &FinalizeRequest) -> Result<Job, TransportError>;

    /// Sends a whole cycle; answers with the job that will do the work.
    ///
    /// # Errors
    /// [`TransportError`], as for a finalization.
    async fn submit_full(&self, request: &FullRequest) -> Result<Job, TransportError>;

    /// Reads a job.
    ///
    /// # Errors
    /// [`TransportError`]; a job just created may answer 404 or 500 for some seconds.
    async fn job(&self, id: &JobId) -> Result<Job, TransportError>;

    /// Reads the summary of an ended job.
    ///
    /// # Errors
    /// [`TransportError`]; 400 while the job has not ended, 404 for an unknown job.
    async fn summary(&self, id: &JobId) -> Result<ImportSummary, TransportError>;

    /// Reads one page of the errors of an ended job: up to [`Page::MAX_LIMIT`] rows from `offset`.
    ///
    /// # Errors
    /// [`TransportError`], as for the summary.
    async fn errors(&self, id: &JobId, offset: u64) -> Result<Page<ImportError>, TransportError>;

    /// Asks whether the service knows a synchronization: `GET /import/synchronize/exists/{id}`.
    ///
    /// # Errors
    /// [`TransportError`].
    async fn exists(&self, id: &SynchronizationId) -> Result<bool, TransportError>;

    /// Has the service forget a synchronization: `DELETE /import/synchronize/{id}`. Resources stay as they are; what it
    /// tracked for this id is tracked no more, so the next cycle cannot remove anything.
    ///
    /// # Errors
    /// [`TransportError`]. Repeating it is harmless as long as no new cycle has begun under this id. What the service
    /// answers for an id it does not know is not documented: 404 counts as done.
    async fn forget(&self, id: &SynchronizationId) -> Result<(), TransportError>;

    /// Lists jobs, the newest first: up to [`Page::MAX_LIMIT`] rows from `offset`.
    ///
    /// # Errors
    /// [`TransportError`]; not every instance offers this.
    async fn jobs(&self, query: &JobQuery, offset: u64) -> Result<Page<Job>, TransportError>;

    /// Asks who we are to the service: the user that its jobs name as their creator when they are ours.
    ///
    /// `None` where the service does not say: not every way of signing in has a session to ask about.
    ///
    /// # Errors
    /// [`TransportError`], when no usable answer came.
    async fn own_user(&self) -> Result<Option<UserId>, TransportError>;
}

/// Which jobs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobQuery {
    /// Those of one user, by id; default everybody's, as far as the caller may see them.
    pub created_by: Option<String>,
}

impl JobQuery {
    /// Asks for the jobs of one user, by id.
    #[must_use]
    pub fn with_created_by(mut self, user: impl Into<String>) -> Self {
        self.created_by = Some(user.into());
        self
    }
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn submit_batch(&self, request: &BatchRequest) -> Result<Job, TransportError> {
        (**self).submit_batch(request).await
    }
    async fn submit_finalize(&self, request: &FinalizeRequest) -> Result<Job, TransportError> {
        (**self).submit_finalize(request).await
    }
    async fn submit_full(&self, request: &FullRequest) -> Result<Job, TransportError> {
        (**self).submit_full(request).await
    }
    async fn job(&self, id: &JobId) -> Result<Job, TransportError> {
        (**self).job(id).await
    }
    async fn summary(&self, id: &JobId) -> Result<ImportSummary, TransportError> {
        (**self).summary(id).await
    }
    async fn errors(&self, id: &JobId, offset: u64) -> Result<Page<ImportError>, TransportError> {
        (**self).errors(id, offset).await
    }
    async fn exists(&self, id: &SynchronizationId) -> Result<bool, TransportError> {
        (**self).exists(id).await
    }
    async fn forget(&self, id: &SynchronizationId) -> Result<(), TransportError> {
        (**self).forget(id).await
    }
    async fn jobs(&self, query: &JobQuery, offset: u64) -> Result<Page<Job>, TransportError> {
        (**self).jobs(query, offset).await
    }
    async fn own_user(&self) -> Result<Option<UserId>, TransportError> {
        (**self).own_user().await
    }
}

/// Comfort for callers of a [`Transport`].
#[async_trait]
pub trait TransportExt: Transport {
    /// Reads all pages of a job's errors, at most `max` entries.
    ///
    /// Pages until a short one, since totals are not to be trusted.
    ///
    /// # Errors
    /// [`TransportError`] of the first page that cannot be read.
    async fn all_errors(&self, id: &JobId, max: usize) -> Result<Vec<ImportError>, TransportError> {
        let mut all = Vec::new();
        loop {
            let page = self.errors(id, all.len() as u64).await?;
            let rows = page.results.len();
            all.extend(page.results);
            if all.len() >= max || rows < Page::<ImportError>::MAX_LIMIT as usize {
                all.truncate(max);
                return Ok(all);
            }
        }
    }
}

impl<T: Transport + ?Sized> TransportExt for T {}

/// What is known about a call that did not succeed: whether the service may have acted on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// No byte of the request left: the service cannot have acted.
    NotSent,
    /// Bytes left and no usable answer came back, or one (408, 5xx, a success without a job id) that proves nothing.
    Unknown,
    /// The service refused: it answered with a status from 300 to 499, other than 408.
    Answered,
}

/// Whether an answer with this status proves that the service did not act: a redirect or a refusal, but not 408, which
/// tells of a request that arrived in part.
pub(crate) fn proves_refusal(status: u16) -> bool {
    matches!(status, 300..=499) && status != 408
}

/// Which call a [`TransportError`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// Sending a batch.
    SubmitBatch,
    /// Sending a finalization.
    SubmitFinalize,
    /// Sending a whole cycle.
    SubmitFull,
    /// Reading a job.
    ReadJob,
    /// Reading a summary.
    ReadSummary,
    /// Reading a page of errors.
    ReadErrors,
    /// Asking whether a synchronization is known.
    ReadSynchronization,
    /// Having a synchronization forgotten.
    Forget,
    /// Listing jobs.
    FindJobs,
    /// Reading resources of the catalogue.
    ReadCatalogue,
    /// Asking who we are.
    ReadOwnUser,
    /// Sending an import.
    SubmitImport,
    /// Uploading a file.
    UploadFile,
    /// Asking about an uploaded file.
    ReadFile,
    /// Deleting an uploaded file.
    DeleteFile,
    /// Listing synchronizations.
    ListSynchronizations,
    /// Having the cache of a synchronization dropped.
    Evict,
    /// Canceling a job.
    CancelJob,
    /// Asking which version the service is.
    ReadServer,
    /// Signing in.
    SignIn,
    /// Signing out.
    SignOut,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SubmitBatch => "sending a batch",
            Self::SubmitFinalize => "sending the finalization",
            Self::SubmitFull => "sending the whole synchronization",
            Self::ReadJob => "reading a job",
            Self::ReadSummary => "reading a job's summary",
            Self::ReadErrors => "reading a job's errors",
            Self::ReadSynchronization => "asking whether the synchronization is known",
            Self::Forget => "having the synchronization forgotten",
            Self::FindJobs => "listing jobs",
            Self::ReadCatalogue => "reading the catalogue",
            Self::ReadOwnUser => "asking who we are",
            Self::SubmitImport => "sending an import",
            Self::UploadFile => "uploading a file",
            Self::ReadFile => "asking about a file",
            Self::DeleteFile => "deleting a file",
            Self::ListSynchronizations => "listing synchronizations",
            Self::Evict => "having the synchronization's cache dropped",
            Self::CancelJob => "canceling a job",
            Self::ReadServer => "asking which version the service is",
            Self::SignIn => "signing in",
            Self::SignOut => "signing out",
        })
    }
}

/// What kind of failure a [`TransportError`] is, named for what the caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The target cannot be reached: name not resolved, refused, TLS not agreed.
    Unreachable,
    /// The connection broke or fell silent after bytes were sent.
    Broken,
    /// 401: the credentials are not accepted.
    Unauthenticated,
    /// 403: the user may not do this.
    Forbidden,
    /// 404: no such job, file or path.
    NotFound,
    /// 413: the file is larger than the service takes; a smaller one may do.
    TooLarge,
    /// 429: too many requests, to be tried again later.
    Busy,
    /// Any other answer below 500: the request was not acceptable.
    Refused,
    /// 5xx, or a success whose body is not what it should be.
    Faulty,
    /// The payload could not be read on our side.
    Payload,
}

/// A cause of any type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// One attempt that did not succeed.
///
/// The message says what was attempted and what the service answered; causes stand in the source chain. Never holds
/// credentials.
#[derive(Debug)]
pub struct TransportError(Box<Parts>);

#[derive(Debug)]
struct Parts {
    operation: Operation,
    kind: TransportErrorKind,
    delivery: Delivery,
    status: Option<u16>,
    message: Option<String>,
    body: Option<String>,
    retry_after: Option<Duration>,
    source: Option<BoxError>,
}

impl TransportError {
    /// A failure without an answer.
    pub fn new(operation: Operation, kind: TransportErrorKind, delivery: Delivery) -> Self {
        Self(Box::new(Parts {
            operation,
            kind,
            delivery,
            status: None,
            message: None,
            body: None,
            retry_after: None,
            source: None,
        }))
    }

    /// An answer that is not a success; kind and delivery follow from the status.
    pub fn answered(operation: Operation, status: u16) -> Self {
        let (kind, delivery) = match status {
            401 => (TransportErrorKind::Unauthenticated, Delivery::Answered),
            403 => (TransportErrorKind::Forbidden, Delivery::Answered),
            404 => (TransportErrorKind::NotFound, Delivery::Answered),
            408 => (TransportErrorKind::Broken, Delivery::Unknown),
            413 => (TransportErrorKind::TooLarge, Delivery::Answered),
            429 => (TransportErrorKind::Busy, Delivery::Answered),
            _ if proves_refusal(status) => (TransportErrorKind::Refused, Delivery::Answered),
            _ => (TransportErrorKind::Faulty, Delivery::Unknown),
        };
        let mut error = Self::new(operation, kind, delivery);
        error.0.status = Some(status);
        error
    }

    /// Adds a sentence: the service's own, or ours where it said nothing.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Adds the start of the answer's body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<String>) -> Self {
        self.0.body = Some(body.into());
        self
    }

    /// Adds how long the service asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What was attempted.
    pub fn operation(&self) -> Operation {
        self.0.operation
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> TransportErrorKind {
        self.0.kind
    }

    /// Whether the service may have acted.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The service's own sentence, or ours where it said nothing.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The start of the answer's body, at most some kilobytes.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// What to do about it, where that is known: about a request that was too large.
    pub fn hint(&self) -> Option<&'static str> {
        match (self.0.kind, self.0.operation) {
            (TransportErrorKind::TooLarge, Operation::SubmitBatch) => Some("send it in smaller batches"),
            (TransportErrorKind::TooLarge, Operation::SubmitFull) => {
                Some("send it as batches and a finalization: a single call cannot be cut, as it finalizes by itself")
            }
            (TransportErrorKind::TooLarge, _) => Some("cut the file into smaller ones"),
            _ => None,
        }
    }

    /// Whether the credentials do not suffice, which no waiting changes.
    pub fn is_denied(&self) -> bool {
        matches!(self.0.kind, TransportErrorKind::Unauthenticated | TransportErrorKind::Forbidden)
    }

    /// Whether the target has no such thing, or not for us.
    pub fn is_absent(&self) -> bool {
        use TransportErrorKind as K;
        matches!(self.0.kind, K::NotFound | K::Forbidden | K::Refused)
    }

    /// Whether the target gave no answer to what it was asked: it could not be reached, broke off, was busy or stumbled.
    pub fn says_nothing(&self) -> bool {
        use TransportErrorKind as K;
        matches!(self.0.kind, K::Unreachable | K::Broken | K::Busy | K::Faulty)
    }

    /// How long the service asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed", self.0.operation)?;
        match (self.0.status, self.0.kind) {
            (Some(status), _) => write!(f, ": the service answered {status}")?,
            (None, TransportErrorKind::Unreachable) => f.write_str(": the target cannot be reached")?,
            (None, TransportErrorKind::Broken) => f.write_str(": the connection broke before an answer came")?,
            (None, TransportErrorKind::Payload) => f.write_str(": the payload could not be read")?,
            (None, _) => {}
        }
        match &self.0.message {
            Some(message) => write!(f, " ({message})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
