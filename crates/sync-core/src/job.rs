//! What the service says about a job, its summary and its errors.
//!
//! Shapes: Import API and core OpenAPI documents, page "Job results". Every member but the job's id is optional when
//! reading, because the documents disagree about which are there.

use serde::{Deserialize, Serialize};

use crate::JobId;
use crate::clock::Millis;
use crate::command::ResourceKind;
use crate::wire::wire_enum;

wire_enum! {
    /// Where a job stands. Says nothing about success: see [`crate::Outcome`].
    JobState {
        /// Accepted, not begun.
        Waiting = "WAITING",
        /// At work.
        Running = "RUNNING",
        /// Told to stop, not stopped yet.
        Canceling = "CANCELING",
        /// Ended by itself; what it committed is for the result to say.
        Completed = "COMPLETED",
        /// Stopped on request.
        Canceled = "CANCELED",
        /// Broke off.
        Error = "ERROR",
        /// Broke off, in the words of the newer Job API.
        Failed = "FAILED",
        /// Stopped on request, in the words of the newer Job API.
        Deleted = "DELETED",
    }
}

impl JobState {
    /// Whether the job will not change any more. Unknown words count as not terminal.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed | Self::Canceled | Self::Error | Self::Failed | Self::Deleted)
    }
}

wire_enum! {
    /// How a job ended.
    JobResult {
        /// Not ended yet.
        NotSet = "NOT_SET",
        /// Everything executed and committed.
        Success = "SUCCESS",
        /// Some or all commands failed, fewer than the threshold; the good ones are committed.
        CompletedWithError = "COMPLETED_WITH_ERROR",
        /// Failed.
        Failure = "FAILURE",
        /// Stopped at the threshold of failed commands; the good ones before it are committed.
        Aborted = "ABORTED",
    }
}

/// A job as the service shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Job {
    /// The job's id.
    pub id: JobId,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<JobState>,
    /// How it ended; absent from older models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<JobResult>,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Message of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Type, for example `IMPORT`; the words are not documented.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub job_type: Option<String>,
    /// 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_percentage: Option<f64>,
    /// Id of the user who started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// When it was created: milliseconds since 1970-01-01 in UTC by the service's clock.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "moment")]
    pub created_on: Option<Millis>,
}

impl Job {
    /// A job of which nothing is known but its id.
    pub fn new(id: JobId) -> Self {
        Self {
            id,
            state: None,
            result: None,
            name: None,
            message: None,
            job_type: None,
            progress_percentage: None,
            created_by: None,
            created_on: None,
        }
    }

    /// Sets the state.
    #[must_use]
    pub fn with_state(mut self, state: JobState) -> Self {
        self.state = Some(state);
        self
    }

    /// Sets the result.
    #[must_use]
    pub fn with_result(mut self, result: JobResult) -> Self {
        self.result = Some(result);
        self
    }

    /// Whether the job is called `name`, but for files, numbers and ids: words with a digit or a dot do not count, as a
    /// service may say in the name of a job which file it is about. A job without a name is called like none.
    pub fn is_called_like(&self, name: &str) -> bool {
        fn fixed(name: &str) -> impl Iterator<Item = &str> {
            name.split_whitespace().filter(|word| !word.contains(|c: char| c.is_ascii_digit() || c == '.'))
        }
        self.name.as_ref().is_some_and(|own| fixed(own).eq(fixed(name)))
    }

    /// Whether the job will not change any more.
    pub fn is_terminal(&self) -> bool {
        self.state.as_ref().is_some_and(JobState::is_terminal)
    }
}

wire_enum! {
    /// How an import ended, in the spelling of summaries (job results spell two of them differently).
    ImportState {
        /// Everything executed and committed.
        Completed = "COMPLETED",
        /// Some commands failed.
        CompletedWithErrors = "COMPLETED_WITH_ERRORS",
        /// Failed.
        Failed = "FAILED",
        /// Stopped at the threshold of failed commands.
        Aborted = "ABORTED",
    }
}

/// What an import job did, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ImportSummary {
    /// Counts by kind of resource; kinds nothing happened to are left out.
    #[serde(deserialize_with = "null_as_default")]
    pub resource_types: Vec<ResourceCounts>,
    /// Failed commands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors_count: Option<u64>,
    /// How the import ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_job_state: Option<ImportState>,
}

impl ImportSummary {
    /// Counts of one kind, for example `ASSET`; zeros if the summary has none.
    pub fn counts(&self, resource_type: &str) -> Counters {
        let mut of_kind = self.resource_types.iter().filter(|counts| counts.resource_type == resource_type);
        of_kind.next().map(|counts| counts.counters).unwrap_or_default()
    }

    /// Counts of all kinds together.
    pub fn total(&self) -> Counters {
        self.resource_types.iter().fold(Counters::default(), |sum, kind| sum + kind.counters)
    }

    /// Whether these counts show that `missing` resources of a kind were removed, all of them.
    ///
    /// The counts are of everything that went, and some kinds go along with others: a mapping with what it points at, an
    /// asset with its domain. Where those went, an equal number proves nothing.
    pub fn confirms_removal(&self, kind: ResourceKind, missing: u64) -> bool {
        let went = |kind: ResourceKind| self.counts(kind.category()).removed > 0;
        let alone = match kind {
            ResourceKind::Community => true,
            ResourceKind::Domain => !went(ResourceKind::Community),
            ResourceKind::Asset => !went(ResourceKind::Domain) && !went(ResourceKind::Community),
            ResourceKind::Mapping | ResourceKind::ComplexRelation => {
                !went(ResourceKind::Asset) && !went(ResourceKind::Domain) && !went(ResourceKind::Community)
            }
        };
        alone && self.counts(kind.category()).removed == missing
    }

    /// Adds the counts of another job of the same cycle.
    pub fn add(&mut self, other: &Self) {
        for counts in &other.resource_types {
            match self.resource_types.iter_mut().find(|mine| mine.resource_type == counts.resource_type) {
                Some(mine) => mine.counters = mine.counters + counts.counters,
                None => self.resource_types.push(counts.clone()),
            }
        }
        self.errors_count = Some(self.errors_count.unwrap_or(0).saturating_add(other.errors_count.unwrap_or(0)));
    }
}

/// Counts of one kind of resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ResourceCounts {
    /// `COMMUNITY`, `DOMAIN`, `ASSET`, `ATTRIBUTE`, `RELATION`, `COMPLEX_RELATION`, `MAPPING`, `RESPONSIBILITY`.
    pub resource_type: String,
    /// The counts.
    #[serde(deserialize_with = "null_as_default")]
    pub counters: Counters,
}

impl ResourceCounts {
    /// Counts of one kind.
    pub fn new(resource_type: impl Into<String>, counters: Counters) -> Self {
        Self { resource_type: resource_type.into(), counters }
    }
}

/// Added, updated and removed resources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Created.
    pub added: u64,
    /// Changed.
    pub updated: u64,
    /// Removed.
    pub removed: u64,
}

impl std::ops::Add for Counters {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            added: self.added.saturating_add(other.added),
            updated: self.updated.saturating_add(other.updated),
            removed: self.removed.saturating_add(other.removed),
        }
    }
}

wire_enum! {
    /// When an error was found.
    ImportErrorType {
        /// While checking.
        Validation = "VALIDATION",
        /// While executing.
        Runtime = "RUNTIME",
    }
}

/// One failed command, as the service tells it: a sentence, not a code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ImportError {
    /// When it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_type: Option<ImportErrorType>,
    /// Kind of resource concerned, as in a summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Which command; absent for errors of the whole job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandReference>,
}

/// Points at a command of the uploaded file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CommandReference {
    /// Positions in the file; several because neighbouring commands are merged. Whether they count from 0 or from 1 is
    /// not documented.
    #[serde(deserialize_with = "null_as_default")]
    pub indices: Vec<u64>,
    /// The command's identifier as text; its form is not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
}

/// One page of a list under `/rest/2.0`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// Number of all entries; not to be trusted when counting was limited.
    #[serde(default)]
    pub total: i64,
    /// First row of this page.
    #[serde(default)]
    pub offset: i64,
    /// Most rows a page has.
    #[serde(default)]
    pub limit: i64,
    /// The rows.
    #[serde(default = "Vec::new")]
    pub results: Vec<T>,
}

impl<T> Page<T> {
    /// Largest page the service gives.
    pub const MAX_LIMIT: u32 = 1000;

    /// A page of rows.
    pub fn new(total: i64, offset: i64, limit: i64, results: Vec<T>) -> Self {
        Self { total, offset, limit, results }
    }
}

/// `null` where a list or an object should be, as the guide's own sample has it.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A moment as a number, in milliseconds or, as some of the documents' examples have it, in seconds; anything else is
/// passed over, as no moment is worth losing a job for.
fn moment<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Millis>, D::Error> {
    /// Smaller numbers are seconds: as milliseconds they would lie before 1974.
    const SECONDS_BELOW: u64 = 100_000_000_000;
    let number = serde_json::Value::deserialize(deserializer)?.as_u64();
    Ok(number.map(|number| if number < SECONDS_BELOW { number * 1000 } else { number }))
}
