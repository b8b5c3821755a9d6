//! What a job is asked to do: everything that has to survive until it is executed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One accepted request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobRequest {
    pub(crate) operation: Operation,
    /// Name of the file with the commands in the folder for uploads.
    pub(crate) upload: Option<String>,
    pub(crate) continue_on_error: bool,
    pub(crate) relations: RelationsAction,
    pub(crate) finalization: Option<Finalization>,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Operation {
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
            Self::Batch => "Import synchronization batch",
            Self::Finalize => "Finalize synchronization",
            Self::Full => "Synchronize",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RelationsAction {
    /// The list becomes the complete set.
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
