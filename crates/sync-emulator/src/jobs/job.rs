//! A job as the outside sees it.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::profile::JobResultField;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name { $($variant,)* }

        impl $name {
            pub(crate) fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }

            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                Self::parse(value.as_str()?).ok_or(rusqlite::types::FromSqlError::InvalidType)
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
    /// Where a job stands.
    JobState {
        Waiting = "WAITING",
        Running = "RUNNING",
        Canceling = "CANCELING",
        Completed = "COMPLETED",
        Canceled = "CANCELED",
        Error = "ERROR",
    }
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
        matches!(self, Self::Completed | Self::Canceled | Self::Error)
    }

    /// What the newer jobs API calls it; its words are known from a tool description alone.
    pub(crate) fn newer_word(self) -> &'static str {
        match self {
            Self::Canceling => "RUNNING",
            Self::Canceled => "DELETED",
            Self::Error => "FAILED",
            other => other.as_str(),
        }
    }

    /// The states behind a word of the newer jobs API.
    pub(crate) fn of_newer_word(word: &str) -> Option<&'static [Self]> {
        Some(match word {
            "WAITING" => &[Self::Waiting],
            "RUNNING" => &[Self::Running, Self::Canceling],
            "COMPLETED" => &[Self::Completed],
            "FAILED" => &[Self::Error],
            "DELETED" => &[Self::Canceled],
            _ => return None,
        })
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
    /// The shape of `/rest/2.0/jobs`: times in milliseconds.
    pub(crate) fn json(&self, result: JobResultField) -> Value {
        let mut job = json!({
            "id": self.id,
            "resourceType": "Job",
            "name": self.name,
            "type": JOB_TYPE,
            "state": self.state.as_str(),
            "progressPercentage": self.progress,
            "cancelable": !self.state.is_terminal(),
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
        self.add_optional(&mut job, Value::from);
        job
    }

    /// The shape of `/rest/jobs/v1/jobs`: times as text, other words for states, `user` instead of `userId`.
    pub(crate) fn newer_json(&self) -> Value {
        let mut job = json!({
            "id": self.id,
            "name": self.name,
            "type": JOB_TYPE,
            "state": self.state.newer_word(),
            "result": self.result.as_str(),
            "progressPercentage": self.progress,
            "selfManaged": false,
            "createdOn": date_time(self.created_on),
            "createdBy": self.user,
            "lastModifiedOn": date_time(self.modified_on),
            "lastModifiedBy": self.user,
            "user": self.user,
        });
        self.add_optional(&mut job, |at| Value::from(date_time(at)));
        job
    }

    fn add_optional(&self, job: &mut Value, time: impl Fn(i64) -> Value) {
        let optional = [
            ("message", self.message.clone().map(Value::from)),
            ("startDate", self.started_on.map(&time)),
            ("endDate", self.ended_on.map(&time)),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                job[name] = value;
            }
        }
    }
}

/// `2026-07-01T12:00:00.000Z`
fn date_time(millis: i64) -> String {
    let since = Duration::from_millis(millis.max(0).unsigned_abs());
    humantime::format_rfc3339_millis(UNIX_EPOCH + since).to_string()
}
