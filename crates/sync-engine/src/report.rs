//! What a run did, for people and machines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sync_core::cycle::CallReport;
use sync_core::{Counters, ImportError, ImportSummary, JobId, Outcome, SynchronizationId};

use crate::finding::{Finding, FindingTotal};
use crate::guard::GuardReason;
use crate::plan::Plan;

/// How a run ended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunOutcome {
    /// The cycle is finalized.
    Finalized,
    /// No run was cut off that could be carried on.
    NothingToResume,
    /// The input is not fit to be sent; this process has sent nothing.
    InputRejected,
    /// The input changed between the two readings; this process has finalized nothing.
    InputChanged,
    /// The guard stopped it before anything was removed.
    Guarded,
    /// A batch failed or was refused; this process has finalized nothing. Whether an earlier one may have, whose run was carried
    /// on, the message says.
    Failed,
    /// What the service did with a call is not known, or its job still runs; the state is kept.
    Uncertain,
    /// The job of a call is under way and was not waited for; the state is kept.
    Running,
    /// Stopped on request; the state is kept.
    Stopped,
    /// The credentials were not accepted, or do not suffice.
    Denied,
    /// The target cannot be reached.
    Unreachable,
    /// Something broke on our side; the state is kept.
    Broken,
}

impl RunOutcome {
    /// The exit code of the program.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Finalized | Self::NothingToResume => 0,
            Self::InputRejected | Self::InputChanged | Self::Failed => 1,
            Self::Guarded => 3,
            Self::Uncertain | Self::Running | Self::Stopped => 4,
            Self::Denied => 5,
            Self::Unreachable => 6,
            Self::Broken => 7,
        }
    }
}

/// Everything a run found and did.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The synchronization.
    pub synchronization_id: SynchronizationId,
    /// Number of the cycle under this state; 0 if none was begun.
    pub cycle: u64,
    /// How it ended.
    pub outcome: RunOutcome,
    /// The exit code that goes with the outcome.
    pub exit_code: u8,
    /// What happened and what is known to be true now, in sentences; then what to do next.
    pub message: Vec<String>,
    /// Whether [`Engine::resume`](crate::Engine::resume) can carry this cycle on.
    #[serde(default)]
    pub resumable: bool,
    /// What was found of an earlier run that was cut off, and what was done about it, in sentences.
    #[serde(default)]
    pub recovery: Vec<String>,
    /// What was read.
    pub input: InputReport,
    /// What was to change.
    pub plan: PlanCounts,
    /// The batches sent.
    pub batches: Vec<BatchReport>,
    /// The finalization, if it came to it.
    pub finalize: Option<FinalizeReport>,
    /// Why the guard stopped it, if it did.
    pub guard: Vec<GuardReason>,
    /// Counts per kind of resource over all jobs, by the service's words.
    pub summary: BTreeMap<String, Counters>,
    /// Whether the summaries of all jobs could be read.
    pub summary_complete: bool,
    /// Errors the jobs reported, at most [`MOST_ERRORS`].
    pub errors: Vec<ErrorReport>,
    /// What is wrong with the input.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub more_findings: u64,
    /// How many there are of each code in each input, where not all are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finding_totals: Vec<FindingTotal>,
    /// Seconds by phase.
    pub seconds: BTreeMap<String, f64>,
    /// Peak memory of the process, where the system tells.
    pub peak_memory_bytes: Option<u64>,
    /// The plan with its names.
    #[serde(skip)]
    pub details: Plan,
}

/// Errors kept of one run.
pub const MOST_ERRORS: usize = 1000;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InputReport {
    /// Names of the inputs.
    pub files: Vec<String>,
    /// Commands in them.
    pub commands: u64,
    /// Bytes in them.
    pub bytes: u64,
}

/// A plan in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanCounts {
    /// New resources.
    pub added: u64,
    /// Resources of which something else is said.
    pub changed: u64,
    /// Resources of which the same is said.
    pub same: u64,
    /// Resources the service may track and the source does not have.
    pub missing: u64,
}

impl From<&Plan> for PlanCounts {
    fn from(plan: &Plan) -> Self {
        Self { added: plan.added.total, changed: plan.changed.total, same: plan.same, missing: plan.missing.total }
    }
}

/// One batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchReport {
    /// Its number.
    pub number: u32,
    /// Commands in it.
    pub commands: u32,
    /// Bytes sent.
    pub bytes: u64,
    /// The job, once there was one.
    pub job_id: Option<JobId>,
    /// The job's state as last read.
    pub state: Option<String>,
    /// The job's result as last read.
    pub result: Option<String>,
    /// The verdict.
    pub outcome: Option<Outcome>,
    /// Whether it was too large for the target, which did nothing of it, and came again in the batches after it.
    #[serde(default)]
    pub halved: bool,
    /// From the intent to send to the verdict.
    pub seconds: Option<f64>,
}

/// The finalization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FinalizeReport {
    /// The strategy as sent.
    pub strategy: String,
    /// The job, once there was one.
    pub job_id: Option<JobId>,
    /// The job's state as last read.
    pub state: Option<String>,
    /// The job's result as last read.
    pub result: Option<String>,
    /// Resources removed, if the summary could be read: those that have commands, not what hung on them.
    pub removed: Option<u64>,
}

/// One error a job reported, joined to the source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorReport {
    /// The service's sentence.
    pub message: String,
    /// `VALIDATION` or `RUNTIME`.
    pub error_type: Option<String>,
    /// Kind of resource concerned.
    pub resource_type: Option<String>,
    /// The batch; `None` for the finalization.
    pub batch: Option<u32>,
    /// Position in the uploaded file as the service gave it.
    pub index: Option<u64>,
    /// The input.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u64>,
    /// The row of a table.
    pub row: Option<u64>,
    /// What people call the cell that says which resource is meant: `column 3`, or `Tables!C17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// The command's identifier as the service or the source has it.
    pub identity: Option<String>,
}

impl ErrorReport {
    pub(crate) fn of(batch: Option<u32>, error: ImportError) -> Self {
        let command = error.command.unwrap_or_default();
        Self {
            message: error.error_message.unwrap_or_else(|| "the service gave no message".to_owned()),
            error_type: error.error_type.map(|kind| kind.to_string()),
            resource_type: error.resource_type,
            batch,
            index: command.indices.first().copied(),
            identity: command.identifier,
            ..Self::default()
        }
    }
}

impl Report {
    pub(crate) fn new(synchronization_id: SynchronizationId) -> Self {
        Self {
            synchronization_id,
            cycle: 0,
            outcome: RunOutcome::Broken,
            exit_code: RunOutcome::Broken.exit_code(),
            message: Vec::new(),
            resumable: false,
            recovery: Vec::new(),
            input: InputReport::default(),
            plan: PlanCounts::default(),
            batches: Vec::new(),
            finalize: None,
            guard: Vec::new(),
            summary: BTreeMap::new(),
            summary_complete: false,
            errors: Vec::new(),
            findings: Vec::new(),
            more_findings: 0,
            finding_totals: Vec::new(),
            seconds: BTreeMap::new(),
            peak_memory_bytes: None,
            details: Plan::default(),
        }
    }

    pub(crate) fn end(&mut self, outcome: RunOutcome, message: Vec<String>) {
        self.outcome = outcome;
        self.exit_code = outcome.exit_code();
        self.message = message;
    }

    /// Adds what one job did to the counts.
    pub(crate) fn count(&mut self, summary: &ImportSummary) {
        for counts in &summary.resource_types {
            let sum = self.summary.entry(counts.resource_type.clone()).or_default();
            *sum = *sum + counts.counters;
        }
    }
}

/// State and result of a call's job as words.
pub(crate) fn words(report: &CallReport) -> (Option<String>, Option<String>) {
    let state = report.job.state.as_ref().map(ToString::to_string);
    (state, report.job.result.as_ref().map(ToString::to_string))
}
