//! A job as the outside sees it.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::profile::JobResultField;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name { $($variant,)* }

        impl $name {
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                match value.as_str()? {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(rusqlite::types::FromSqlError::InvalidType),
                }
            }
        }

        impl rusqlite::types::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }
    };
}
words! {
    /// Where a job stands. CANCELING and CANCELED come with the call that cancels.
    JobState { Waiting = "WAITING", Running = "RUNNING", Completed = "COMPLETED", Error = "ERROR", }
}
words! {
    /// How a job ended.
    JobResult {
        NotSet = "NOT_SET",
        Success = "SUCCESS",
        CompletedWithError = "COMPLETED_WITH_ERROR",
        Failure = "FAILURE",
        Aborted = "ABORTED",
    }
}

impl JobState {
    pub(crate) fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Error)
    }
}

impl JobResult {
    /// The summary spells the same thing differently.
    pub(crate) fn import_state(self) -> &'static str {
        match self {
            Self::NotSet | Self::Success => "COMPLETED",
            Self::CompletedWithError => "COMPLETED_WITH_ERRORS",
            Self::Failure => "FAILED",
            Self::Aborted => "ABORTED",
        }
    }
}

/// A row of the list of jobs.
#[derive(Debug, Clone)]
pub(crate) struct JobRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) state: JobState,
    pub(crate) result: JobResult,
    pub(crate) message: Option<String>,
    pub(crate) progress: f64,
    pub(crate) created_on: i64,
    pub(crate) modified_on: i64,
    pub(crate) started_on: Option<i64>,
    pub(crate) ended_on: Option<i64>,
    pub(crate) user: Uuid,
}

/// The kind of job; what the service says for synchronizations is not documented.
pub(crate) const JOB_TYPE: &str = "IMPORT";

impl JobRow {
    pub(crate) fn json(&self, result: JobResultField) -> Value {
        let mut job = json!({
            "id": self.id,
            "resourceType": "Job",
            "name": self.name,
            "type": JOB_TYPE,
            "state": self.state.as_str(),
            "progressPercentage": self.progress,
            "cancelable": false,
            "visibility": 0,
            "system": false,
            "createdOn": self.created_on,
            "createdBy": self.user,
            "lastModifiedOn": self.modified_on,
            "lastModifiedBy": self.user,
            "userId": self.user,
        });
        if result == JobResultField::Included {
            job["result"] = self.result.as_str().into();
        }
        let optional = [
            ("message", self.message.clone().map(Value::from)),
            ("startDate", self.started_on.map(Value::from)),
            ("endDate", self.ended_on.map(Value::from)),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                job[name] = value;
            }
        }
        job
    }
}

/// Which jobs a list shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct JobFilter {
    /// A LIKE pattern or, for exact matches, the name itself.
    pub(crate) name: Option<crate::catalog::read::NameMatch>,
    pub(crate) states: Vec<String>,
    pub(crate) results: Vec<String>,
    pub(crate) types: Vec<String>,
    pub(crate) created_by: Option<Uuid>,
    pub(crate) ascending: bool,
}
