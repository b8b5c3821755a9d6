//! What happens to a cycle, as plain data: the entries of its journal.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::settings::{CycleSettings, Patience};
use crate::guard::{GuardNumbers, PassReason};
use crate::{BatchNumber, Digest, ImportSummary, JobId, Outcome};

/// One submit of a cycle and the job it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// A batch.
    Batch(BatchNumber),
    /// The finalization; in a single-call cycle the whole call.
    Finalize,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch(batch) => write!(f, "batch {batch}"),
            Self::Finalize => f.write_str("the finalization"),
        }
    }
}

/// Something that happened. The driver records it durably and only then does what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A cycle begins: the input was read through and is complete, nobody else works on this synchronization.
    Begun {
        /// What holds to the cycle's end.
        settings: Box<CycleSettings>,
    },
    /// A batch is ready; recorded, this is the intent to send it.
    BatchReady {
        /// Its number, the next one.
        batch: BatchNumber,
        /// Digest of the bytes to be sent.
        digest: Digest,
        /// Commands in it.
        commands: u32,
        /// Bytes to be sent.
        bytes: u64,
    },
    /// The service took a call and answered with a job.
    Accepted {
        /// Which call.
        call: Call,
        /// The job.
        job: JobId,
    },
    /// A call was proven not to have left.
    NotSent {
        /// Which call.
        call: Call,
    },
    /// The service refused a call: nothing was started. A status that does not prove that (408, 5xx, a success) makes the
    /// call uncertain, as [`Event::Lost`] does.
    Refused {
        /// Which call.
        call: Call,
        /// HTTP status.
        status: u16,
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },
    /// No usable answer: the service may or may not have taken the call.
    Lost {
        /// Which call.
        call: Call,
    },
    /// A pause is over; recorded, this is the intent to send again. While another call is uncertain the call is held back
    /// and sent as soon as that is cleared up.
    PauseOver {
        /// Which call.
        call: Call,
    },
    /// A job was read and is still at work.
    JobRunning {
        /// Which call.
        call: Call,
    },
    /// A job was read and has ended.
    JobEnded {
        /// Which call.
        call: Call,
    },
    /// A job could not be read.
    JobUnreadable {
        /// Which call.
        call: Call,
        /// Whether the service says there is no such job, or stumbles as it may for a job just created.
        missing: bool,
    },
    /// The service does not know a job any more, nor will it: noted when a cycle that was cut off is cleared up.
    JobGone {
        /// Which call.
        call: Call,
    },
    /// State, result and summary of an ended job were judged.
    Judged {
        /// Which call.
        call: Call,
        /// The verdict.
        outcome: Outcome,
        /// The summary it was judged by, if it could be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<Box<ImportSummary>>,
    },
    /// A search found exactly one job that can be the lost call.
    Found {
        /// Which call.
        call: Call,
        /// The job.
        job: JobId,
    },
    /// A search found no job that can be the lost call, and none still at work.
    NotFound {
        /// Which call.
        call: Call,
    },
    /// A search found a job that may be the lost call but need not be, and that has to be out of the way first.
    Sighted {
        /// Which call.
        call: Call,
        /// The job. Nobody's yet, so that its name here is not that of a call's job.
        candidate: JobId,
    },
    /// The service offers no search for jobs.
    SearchUnavailable {
        /// Which call.
        call: Call,
    },
    /// A search found several jobs that could be the lost call. For a batch this stops the cycle as [`Event::Stopped`] does.
    Ambiguous {
        /// Which call.
        call: Call,
    },
    /// A failed batch was repaired: what it failed to bring comes in further batches.
    Repaired {
        /// The failed batch.
        batch: BatchNumber,
    },
    /// A batch was refused as too large (413): its commands come again in smaller batches, which are those that follow.
    Halved {
        /// The batch.
        batch: BatchNumber,
    },
    /// Somebody decided to go on without the commands a batch failed to bring; missing resources are then left alone.
    ErrorsAccepted {
        /// The batch.
        batch: BatchNumber,
    },
    /// The source ended properly; no further batch will come.
    SourceEnded,
    /// The guard said yes: the permit to finalize.
    Permitted {
        /// What was counted.
        numbers: GuardNumbers,
        /// Why it was said.
        reason: PassReason,
    },
    /// The permit is used; recorded, this is the intent to finalize.
    FinalizeOrdered,
    /// Work was left to the service on purpose, without waiting for the job of a call. Nothing changes by it.
    Left {
        /// Which call.
        call: Call,
    },
    /// The whole cycle is sent again, as a new attempt.
    Replay,
    /// Somebody asked to stop. Nothing is sent any more; a call that was being sent becomes uncertain, and what becomes
    /// known of it or of a job is still taken.
    Stopped,
    /// How often and how long to try is set anew, for the rest of the cycle.
    PatienceSet {
        /// From now on.
        patience: Box<Patience>,
    },
    /// Work goes on after a stop or a crash.
    Resumed,
    /// The cycle is left open for good; the next full cycle absorbs it.
    GivenUp,
}

impl Event {
    /// The event's name, as in a journal.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Begun { .. } => "begun",
            Self::BatchReady { .. } => "batch_ready",
            Self::Accepted { .. } => "accepted",
            Self::NotSent { .. } => "not_sent",
            Self::Refused { .. } => "refused",
            Self::Lost { .. } => "lost",
            Self::PauseOver { .. } => "pause_over",
            Self::JobRunning { .. } => "job_running",
            Self::JobEnded { .. } => "job_ended",
            Self::JobUnreadable { .. } => "job_unreadable",
            Self::JobGone { .. } => "job_gone",
            Self::Judged { .. } => "judged",
            Self::Found { .. } => "found",
            Self::NotFound { .. } => "not_found",
            Self::Sighted { .. } => "sighted",
            Self::SearchUnavailable { .. } => "search_unavailable",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Repaired { .. } => "repaired",
            Self::Halved { .. } => "halved",
            Self::ErrorsAccepted { .. } => "errors_accepted",
            Self::SourceEnded => "source_ended",
            Self::Permitted { .. } => "permitted",
            Self::FinalizeOrdered => "finalize_ordered",
            Self::Left { .. } => "left",
            Self::Replay => "replay",
            Self::Stopped => "stopped",
            Self::PatienceSet { .. } => "patience_set",
            Self::Resumed => "resumed",
            Self::GivenUp => "given_up",
        }
    }
}

/// What the driver has to do next. Each action ends in an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Send the call, once.
    Submit {
        /// Which call.
        call: Call,
    },
    /// Wait, then report [`Event::PauseOver`].
    Pause {
        /// Which call.
        call: Call,
        /// How long.
        delay: Duration,
    },
    /// Wait, then look at the job once.
    Poll {
        /// Which call.
        call: Call,
        /// The job.
        job: JobId,
        /// How long to wait first.
        after: Duration,
    },
    /// Read the ended job and its summary and judge them.
    Judge {
        /// Which call.
        call: Call,
        /// The job.
        job: JobId,
    },
    /// Wait, then look for a job that can be the lost call.
    Search {
        /// Which call.
        call: Call,
        /// How long to wait first.
        after: Duration,
    },
    /// Stop here with the state saved: the job cannot be read for so long that somebody should look.
    Leave {
        /// Which call.
        call: Call,
        /// The job, which may well be at work.
        job: JobId,
    },
}
