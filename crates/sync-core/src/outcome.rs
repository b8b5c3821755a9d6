//! One honest word for how a job ended: state, result and summary judged together.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::job::{ImportState, ImportSummary, Job, JobResult, JobState};

/// How a job ended, and what it left committed.
///
/// `COMPLETED` alone is not success: a completed job may have committed everything, a part or nothing. The table
/// behind [`Outcome::judge`] is that of the page "Job results"; rows it does not have are read as failures until the
/// summary shows otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Everything executed and committed.
    Succeeded,
    /// Some or all commands failed; the good ones are committed.
    CompletedWithErrors,
    /// Stopped at the threshold of failed commands; the good ones before it are committed, the rest was never looked at.
    Aborted,
    /// Failed in one transaction: nothing is committed.
    RolledBack,
    /// Broke down while committing in small steps: some of it may be committed.
    BrokenOff,
    /// Canceled: what is committed is not documented.
    Canceled,
    /// Ended, but neither result nor summary says how. To be treated as failed.
    Undetermined,
}

/// What a job left in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Committed {
    /// Everything.
    Everything,
    /// The good commands, possibly none.
    Part,
    /// Nothing.
    Nothing,
    /// Not known.
    Unknown,
}

impl Outcome {
    /// Judges a job by everything that is known of it; `None` while it has not ended.
    ///
    /// `continue_on_error` is what was sent with the job. A finalization has none and counts as `true`: what a failed one
    /// has done is not documented. Where result and summary disagree, the worse of the two holds.
    ///
    /// ```
    /// use sync_core::{Job, JobResult, JobState, Outcome};
    ///
    /// let job = Job::new("1".parse()?).with_state(JobState::Completed).with_result(JobResult::CompletedWithError);
    /// assert_eq!(Outcome::judge(true, &job, None), Some(Outcome::CompletedWithErrors));
    /// # Ok::<(), sync_core::IdError>(())
    /// ```
    pub fn judge(continue_on_error: bool, job: &Job, summary: Option<&ImportSummary>) -> Option<Self> {
        let failed = if continue_on_error { Self::BrokenOff } else { Self::RolledBack };
        let by_result = match (job.state.as_ref()?, job.result.as_ref()) {
            (JobState::Canceled | JobState::Deleted, _) => return Some(Self::Canceled),
            (JobState::Error | JobState::Failed, _) => return Some(failed),
            (JobState::Completed, Some(JobResult::Success)) => Self::Succeeded,
            (JobState::Completed, Some(JobResult::CompletedWithError)) => Self::CompletedWithErrors,
            (JobState::Completed, Some(JobResult::Aborted)) => Self::Aborted,
            (JobState::Completed, Some(JobResult::Failure)) => failed,
            (JobState::Completed, _) => Self::Undetermined,
            _ => return None,
        };
        let by_summary = summary.and_then(|summary| Self::by_summary(failed, summary));
        let together = match (by_result, by_summary) {
            (Self::Undetermined, Some(by_summary)) => by_summary,
            (by_result, Some(by_summary)) => by_result.worse(by_summary),
            (by_result, None) => by_result,
        };
        let errors = summary.and_then(|summary| summary.errors_count).unwrap_or(0);
        Some(if errors > 0 { together.worse(Self::CompletedWithErrors) } else { together })
    }

    fn by_summary(failed: Self, summary: &ImportSummary) -> Option<Self> {
        match summary.import_job_state.as_ref()? {
            ImportState::Completed => Some(Self::Succeeded),
            ImportState::CompletedWithErrors => Some(Self::CompletedWithErrors),
            ImportState::Aborted => Some(Self::Aborted),
            ImportState::Failed => Some(failed),
            _ => None,
        }
    }

    fn worse(self, other: Self) -> Self {
        let badness = |outcome| match outcome {
            Self::Succeeded => 0,
            Self::CompletedWithErrors => 1,
            Self::Aborted => 2,
            Self::RolledBack => 3,
            Self::BrokenOff => 4,
            Self::Canceled => 5,
            Self::Undetermined => 6,
        };
        if badness(other) > badness(self) { other } else { self }
    }

    /// Whether everything was done.
    pub fn is_success(self) -> bool {
        self == Self::Succeeded
    }

    /// What the job left in the catalogue.
    pub fn committed(self) -> Committed {
        match self {
            Self::Succeeded => Committed::Everything,
            Self::CompletedWithErrors | Self::Aborted => Committed::Part,
            Self::RolledBack => Committed::Nothing,
            Self::BrokenOff | Self::Canceled | Self::Undetermined => Committed::Unknown,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::CompletedWithErrors => "completed with errors (the good commands are committed)",
            Self::Aborted => "stopped at the threshold of failed commands (the good ones before it are committed)",
            Self::RolledBack => "failed (nothing is committed)",
            Self::BrokenOff => "broke off (some of it may be committed)",
            Self::Canceled => "was canceled (what is committed is not known)",
            Self::Undetermined => "ended without saying how (to be treated as failed)",
        })
    }
}
