//! What a job is asked to do: everything that has to survive until it is executed.

use serde::{Deserialize, Serialize};
use sync_core::{PayloadFormat, TableParameters};
use uuid::Uuid;

use super::JobState;

/// One accepted request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobRequest {
    pub(crate) operation: Operation,
    /// Name of the file with the commands in the folder for uploads.
    pub(crate) upload: Option<String>,
    #[serde(default = "json")]
    pub(crate) format: PayloadFormat,
    /// How the file is to be read, if it is no JSON.
    #[serde(default)]
    pub(crate) table: Option<TableParameters>,
    pub(crate) continue_on_error: bool,
    pub(crate) relations: CharacteristicsAction,
    #[serde(default)]
    pub(crate) attributes: CharacteristicsAction,
    pub(crate) finalization: Option<Finalization>,
    /// Whether nothing of the work is kept.
    #[serde(default)]
    pub(crate) simulation: bool,
    /// The stored file that goes with the job.
    #[serde(default)]
    pub(crate) delete_file: Option<Uuid>,
    /// What is wrong with the request, where that is told by the job.
    #[serde(default)]
    pub(crate) fault: Option<String>,
    /// How the job fails, if a fault rule says that it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<JobFailure>,
}

/// A failure that was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobFailure {
    /// The sentence in the list of errors.
    pub(crate) message: String,
    /// Whether the work is done, and stays, all the same.
    pub(crate) is_done: bool,
}

fn json() -> PayloadFormat {
    PayloadFormat::Json
}

impl JobRequest {
    /// Whether the stored file goes: after an import that succeeded, after a synchronization however it ended.
    pub(crate) fn deletes_file(&self, state: JobState) -> Option<Uuid> {
        self.delete_file.filter(|_| self.operation != Operation::Import || state == JobState::Completed)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Operation {
    /// Import that is no part of a synchronization.
    Import,
    /// Import that starts or continues a cycle.
    Batch,
    /// End of a cycle.
    Finalize,
    /// Both in one job.
    Full,
}

impl Operation {
    /// The name its job has. How the service names them is not documented.
    pub(crate) fn job_name(self) -> &'static str {
        match self {
            Self::Import => "Import",
            Self::Batch => "Import synchronization batch",
            Self::Finalize => "Finalize synchronization",
            Self::Full => "Synchronize",
        }
    }
}

/// What a list of relations or attributes means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum CharacteristicsAction {
    /// The list becomes the complete set.
    #[default]
    Replace,
    /// What is missing is added, nothing is taken away.
    AddOrIgnore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finalization {
    pub(crate) strategy: Strategy,
    pub(crate) missing_status: Option<Uuid>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Strategy {
    RemoveResources,
    ChangeStatus,
    Ignore,
}
