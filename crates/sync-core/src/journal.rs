//! What must be durable before and after each step of a cycle.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::JobId;
use crate::clock::Millis;
use crate::cycle::Event;
use crate::transport::BoxError;

/// One event of a cycle and when it happened. A journal is a list of these; replayed in order they give the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in milliseconds since the Unix epoch.
    pub at: Millis,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// Keeps the events of one cycle.
///
/// The cycle's driver appends an event before it acts on it: the intent to send is durable before the first byte
/// leaves, an answer before the next step is taken. An implementation must have the entry on durable storage when
/// [`Journal::append`] returns.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Appends one entry, durably.
    ///
    /// # Errors
    /// [`JournalError`]; the cycle then stops before anything further is sent.
    ///
    /// # Cancellation
    /// A dropped future leaves the entry either whole or absent.
    async fn append(&self, entry: &Entry) -> Result<(), JournalError>;

    /// Whether somebody's records say which call started this job: this cycle's, an earlier one's, or those of another
    /// synchronization on the same target. Such a job is no candidate where the job of a lost call is looked for.
    ///
    /// # Errors
    /// [`JournalError`] if the records cannot be read; the cycle then stops.
    async fn knows_job(&self, job: &JobId) -> Result<bool, JournalError>;
}

/// An entry that could not be made durable, or records that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the journal could not be used; nothing further was sent")]
pub struct JournalError {
    #[source]
    source: BoxError,
}

impl JournalError {
    /// Wraps the cause.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self { source: source.into() }
    }
}
