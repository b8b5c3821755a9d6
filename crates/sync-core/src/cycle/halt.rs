//! Why a cycle stopped before its end, and where it stands.

use std::fmt;

use super::driver::CallReport;
use super::event::Call;
use super::state::CycleState;
use super::step::StepError;
use crate::journal::JournalError;
use crate::transport::TransportError;
use crate::{JobId, Outcome};

/// A cycle that stopped before its end. The state is in the journal; nothing further was sent.
#[derive(Debug)]
pub struct Halt(Box<Parts>);

#[derive(Debug)]
struct Parts {
    reason: HaltReason,
    state: CycleState,
    reports: Vec<CallReport>,
}

/// Why a cycle stopped.
#[derive(Debug)]
#[non_exhaustive]
pub enum HaltReason {
    /// The service refused a call, or the target could not be reached as often as allowed: nothing was started by it.
    Refused {
        /// Which call.
        call: Call,
        /// The last failure.
        source: Option<TransportError>,
    },
    /// A job ended otherwise than well.
    JobFailed {
        /// Which call.
        call: Call,
        /// The verdict.
        outcome: Outcome,
    },
    /// No usable answer came: the service may or may not have accepted the call.
    AnswerLost {
        /// Which call.
        call: Call,
        /// What came instead.
        source: Option<TransportError>,
    },
    /// The job goes on for all that is known, but cannot be read.
    JobUnreadable {
        /// Which call.
        call: Call,
        /// The job.
        job: JobId,
        /// The last failure.
        source: Option<TransportError>,
    },
    /// The job of a call is under way, and waiting for it was not wanted.
    Left {
        /// Which call.
        call: Call,
        /// The job.
        job: JobId,
    },
    /// Somebody asked to stop.
    Stopped,
    /// The journal could not be used.
    Journal(JournalError),
    /// Something was asked for that the state does not allow.
    Step(StepError),
}

impl Halt {
    pub(super) fn new(reason: HaltReason, state: CycleState, reports: Vec<CallReport>) -> Self {
        Self(Box::new(Parts { reason, state, reports }))
    }

    /// Why it stopped.
    pub fn reason(&self) -> &HaltReason {
        &self.0.reason
    }

    /// Where the cycle stands.
    pub fn state(&self) -> &CycleState {
        &self.0.state
    }

    /// The calls that ended before.
    pub fn reports(&self) -> &[CallReport] {
        &self.0.reports
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.reason {
            HaltReason::Refused { call, .. } => write!(f, "{call} was not accepted"),
            HaltReason::JobFailed { call, outcome } => write!(f, "the job of {call} {outcome}"),
            HaltReason::AnswerLost { call, .. } => {
                write!(f, "no usable answer came to {call}: the service may or may not have accepted it")
            }
            HaltReason::JobUnreadable { call, job, .. } => {
                write!(f, "job {job} of {call} cannot be read; for all that is known it goes on")
            }
            HaltReason::Left { call, job } => write!(f, "job {job} of {call} is under way and was not waited for"),
            HaltReason::Stopped => f.write_str("stopped on request"),
            HaltReason::Journal(_) => f.write_str("the cycle cannot be recorded"),
            HaltReason::Step(_) => f.write_str("the cycle does not allow this step"),
        }
    }
}

impl std::error::Error for Halt {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.reason {
            HaltReason::Refused { source, .. }
            | HaltReason::AnswerLost { source, .. }
            | HaltReason::JobUnreadable { source, .. } => source.as_ref().map(|source| source as _),
            HaltReason::Journal(error) => Some(error),
            HaltReason::Step(error) => Some(error),
            HaltReason::JobFailed { .. } | HaltReason::Left { .. } | HaltReason::Stopped => None,
        }
    }
}
