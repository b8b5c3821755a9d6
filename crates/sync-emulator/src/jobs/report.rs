//! How a job ended, in full.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Category, JobResult, JobState, Tally};
use crate::catalog::{Store, model::Model};

/// When an error was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorType {
    Validation,
    Runtime,
}

impl ErrorType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Validation => "VALIDATION",
            Self::Runtime => "RUNTIME",
        }
    }
}

/// One failed command, or something wrong with the whole job.
#[derive(Debug, Clone)]
pub(crate) struct ErrorEntry {
    pub(crate) error_type: ErrorType,
    pub(crate) category: Option<Category>,
    pub(crate) message: String,
    /// Positions in the file, in the base that clients see, and the identifier as text.
    pub(crate) command: Option<(Vec<u64>, Option<String>)>,
}

impl ErrorEntry {
    /// Something wrong with the whole job.
    pub(crate) fn of_job(error_type: ErrorType, message: impl Into<String>) -> Self {
        Self { error_type, category: None, message: message.into(), command: None }
    }

    fn json(&self) -> Value {
        let mut entry = json!({"errorType": self.error_type.as_str(), "errorMessage": self.message});
        if let Some(category) = self.category {
            entry["resourceType"] = category.as_str().into();
        }
        if let Some((indices, identifier)) = &self.command {
            entry["command"] = json!({"indices": indices});
            if let Some(identifier) = identifier {
                entry["command"]["identifier"] = identifier.as_str().into();
            }
        }
        entry
    }
}

/// State, result, counts and errors of a job that is over.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) state: JobState,
    pub(crate) result: JobResult,
    pub(crate) message: String,
    pub(crate) tally: Tally,
    /// Errors that are listed; bounded by the threshold of failed commands.
    pub(crate) errors: Vec<ErrorEntry>,
    /// Errors that are counted.
    pub(crate) error_count: u64,
}

impl Report {
    /// A job that stopped and of whose work nothing is left but what the tally says.
    pub(crate) fn failure(error: ErrorEntry, tally: Tally) -> Self {
        Self {
            state: JobState::Error,
            result: JobResult::Failure,
            message: "The job failed and was rolled back.".to_owned(),
            tally,
            errors: vec![error],
            error_count: 1,
        }
    }

    fn summary(&self, model: &Model, sample: bool) -> Value {
        json!({
            "resourceTypes": self.tally.json(model, sample),
            "errorsCount": self.error_count,
            "importJobState": self.result.import_state(),
        })
    }

    /// Writes the report into the open transaction, so that a job and its report are there together or not at all.
    pub(crate) fn write(&self, store: &Store, job: Uuid, sample: bool) -> rusqlite::Result<()> {
        let summary = self.summary(&store.model, sample).to_string();
        store
            .connection
            .prepare_cached("INSERT OR REPLACE INTO outcome VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(rusqlite::params![job.as_bytes(), self.state, self.result, self.message, summary])?;
        store.connection.prepare_cached("DELETE FROM job_error WHERE job = ?1")?.execute([job.as_bytes()])?;
        let mut insert = store.connection.prepare_cached("INSERT INTO job_error VALUES (?1, ?2, ?3)")?;
        for (position, error) in self.errors.iter().enumerate() {
            insert.execute(rusqlite::params![job.as_bytes(), position as i64, error.json().to_string()])?;
        }
        Ok(())
    }
}
