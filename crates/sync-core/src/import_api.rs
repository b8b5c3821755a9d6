//! What the service offers beside the calls of a cycle: plain imports, uploaded files, administration.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::profile::ServerVersion;
use crate::transport::{RelationsAction, TransportError};
use crate::{FileId, Job, JobId, Page, Payload, SynchronizationId};

/// What an import does about bad commands, or that it only pretends.
///
/// The service does not support a simulation together with `continueOnError`, so there is no such mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// The first bad command rolls everything back.
    #[default]
    AllOrNothing,
    /// Bad commands are skipped.
    ContinueOnError,
    /// Nothing is kept; the summary says what would have been done.
    Simulation,
}

impl ImportMode {
    /// Whether bad commands are skipped.
    pub fn continues_on_error(self) -> bool {
        self == Self::ContinueOnError
    }

    /// Whether nothing is kept.
    pub fn is_simulation(self) -> bool {
        self == Self::Simulation
    }
}

/// Imports a file without any synchronization: `POST /import/{format}-job`. Nothing is ever removed by it.
///
/// Only here is there a simulation: on synchronizations the service ignores it and does the real thing, so their
/// requests have none.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportRequest {
    /// The file.
    pub payload: Payload,
    /// What happens at bad commands, or that nothing happens at all. Always sent: the service's default for
    /// `continueOnError` changed in 2026.07.
    pub mode: ImportMode,
    /// How relations are set. Always sent with JSON; the other formats have no such field.
    pub relations_action: RelationsAction,
    /// Whether the service notifies the user of the job. Default no, as in the service.
    pub send_notification: bool,
}

impl ImportRequest {
    /// An import that rolls back as a whole on the first bad command and replaces relations.
    pub fn new(payload: Payload) -> Self {
        let (mode, relations_action) = (ImportMode::default(), RelationsAction::default());
        Self { payload, mode, relations_action, send_notification: false }
    }

    /// Sets what happens at bad commands.
    #[must_use]
    pub fn with_mode(mut self, mode: ImportMode) -> Self {
        self.mode = mode;
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

/// A file that the service keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileInfo {
    /// The file's id.
    pub id: FileId,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Its content type, as the service sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

impl FileInfo {
    /// A file of which nothing is known but its id.
    pub fn new(id: FileId) -> Self {
        Self { id, name: None, size: None, content_type: None }
    }
}

/// An entry of the list of synchronizations. The service shows their ids alone, and not all it may have are ones that
/// it takes for batches; hence a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SynchronizationInfo {
    /// The id.
    pub synchronization_id: String,
}

impl SynchronizationInfo {
    /// An entry.
    pub fn new(synchronization_id: impl Into<String>) -> Self {
        Self { synchronization_id: synchronization_id.into() }
    }
}

/// What the service says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServerInfo {
    /// Its version, if it can be read.
    pub version: Option<ServerVersion>,
    /// Its build.
    pub build: Option<String>,
}

impl ServerInfo {
    /// What is known.
    pub fn new(version: Option<ServerVersion>, build: Option<String>) -> Self {
        Self { version, build }
    }
}

/// Longest message of a cancellation, in characters: the limit of the Job API v1.
pub const MAX_CANCEL_MESSAGE: usize = 128;

/// The calls beside those of a cycle, one attempt each, with the same errors as [`crate::Transport`].
///
/// # Cancellation
/// Dropping the future of a call that changes something leaves open whether the service did it.
#[async_trait]
pub trait ImportApi: Send + Sync {
    /// Sends an import; answers with the job that will do the work.
    ///
    /// # Errors
    /// [`TransportError`]; its delivery says whether the service may have accepted the import.
    async fn submit_import(&self, request: &ImportRequest) -> Result<Job, TransportError>;

    /// Uploads the payload's bytes as a file of the service's: `POST /files`. [`Payload::stored_as`] makes a payload of
    /// it that submits can name. How long the service keeps such a file is not documented.
    ///
    /// # Errors
    /// [`TransportError`]. Repeating it is harmless, but leaves a file nobody knows of if the first upload arrived.
    async fn upload_file(&self, payload: &Payload) -> Result<FileInfo, TransportError>;

    /// Asks about an uploaded file: `GET /files/{id}/info`.
    ///
    /// # Errors
    /// [`TransportError`]; 404 for an unknown file.
    async fn file_info(&self, id: &FileId) -> Result<FileInfo, TransportError>;

    /// Deletes an uploaded file: `DELETE /files/{id}`. One that is not there counts as deleted.
    ///
    /// # Errors
    /// [`TransportError`]. Repeating it is harmless.
    async fn delete_file(&self, id: &FileId) -> Result<(), TransportError>;

    /// Lists the synchronizations that the service knows: up to [`Page::MAX_LIMIT`] rows from `offset`, in no
    /// documented order.
    ///
    /// # Errors
    /// [`TransportError`].
    async fn synchronizations(&self, offset: u64) -> Result<Page<SynchronizationInfo>, TransportError>;

    /// Has the service drop what it remembers of a synchronization's commands: `DELETE /import/synchronize/{id}/evict`.
    /// The next cycle executes all of them again; what is tracked stays, so removals are still noticed.
    ///
    /// # Errors
    /// [`TransportError`]; what is answered for an unknown id is not documented. Repeating it is harmless.
    async fn evict(&self, id: &SynchronizationId) -> Result<(), TransportError>;

    /// Asks for a job to be canceled, with a message of at most [`MAX_CANCEL_MESSAGE`] characters for those who look at
    /// it. The answer comes before the job has stopped: look at it until it is terminal.
    ///
    /// # Errors
    /// [`TransportError`]; users may cancel their own jobs, administrators all. Repeating it is harmless.
    async fn cancel(&self, id: &JobId, message: Option<&str>) -> Result<(), TransportError>;

    /// Asks which version the service is: `GET /application/info`.
    ///
    /// # Errors
    /// [`TransportError`].
    async fn server(&self) -> Result<ServerInfo, TransportError>;
}

#[async_trait]
impl<T: ImportApi + ?Sized> ImportApi for Arc<T> {
    async fn submit_import(&self, request: &ImportRequest) -> Result<Job, TransportError> {
        (**self).submit_import(request).await
    }
    async fn upload_file(&self, payload: &Payload) -> Result<FileInfo, TransportError> {
        (**self).upload_file(payload).await
    }
    async fn file_info(&self, id: &FileId) -> Result<FileInfo, TransportError> {
        (**self).file_info(id).await
    }
    async fn delete_file(&self, id: &FileId) -> Result<(), TransportError> {
        (**self).delete_file(id).await
    }
    async fn synchronizations(&self, offset: u64) -> Result<Page<SynchronizationInfo>, TransportError> {
        (**self).synchronizations(offset).await
    }
    async fn evict(&self, id: &SynchronizationId) -> Result<(), TransportError> {
        (**self).evict(id).await
    }
    async fn cancel(&self, id: &JobId, message: Option<&str>) -> Result<(), TransportError> {
        (**self).cancel(id, message).await
    }
    async fn server(&self) -> Result<ServerInfo, TransportError> {
        (**self).server().await
    }
}

/// Comfort for callers of an [`ImportApi`].
#[async_trait]
pub trait ImportApiExt: ImportApi {
    /// Lists all synchronizations, each once, at most `max`.
    ///
    /// The service gives no order, may give shorter pages than asked for and need not count: a list ends with a page
    /// without anything new, or with a short one while the total does not speak of more.
    ///
    /// # Errors
    /// [`TransportError`] of the first page that cannot be read.
    async fn all_synchronizations(&self, max: usize) -> Result<Vec<SynchronizationInfo>, TransportError> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        let mut offset = 0;
        loop {
            let page = self.synchronizations(offset).await?;
            let rows = page.results.len() as u64;
            let known = all.len();
            offset += rows;
            all.extend(page.results.into_iter().filter(|info| seen.insert(info.clone())));
            let is_short = rows < u64::from(Page::<SynchronizationInfo>::MAX_LIMIT);
            let speaks_of_more = u64::try_from(page.total).is_ok_and(|total| total > offset);
            if all.len() >= max || all.len() == known || (is_short && !speaks_of_more) {
                all.truncate(max);
                return Ok(all);
            }
        }
    }
}

impl<T: ImportApi + ?Sized> ImportApiExt for T {}
