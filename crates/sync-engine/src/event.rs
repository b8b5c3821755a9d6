//! What happens during a run, typed, for whoever shows it.

use std::fmt;

use serde::Serialize;
use sync_core::cycle::Call;
use sync_core::{Digest, Job, JobId, Outcome};

use crate::plan::Plan;

/// Something that happened during a run.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "progress", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The inputs are being read and checked; nothing is sent.
    Reading,
    /// An earlier cycle that was cut off is being cleared up.
    ClearingUp,
    /// What a cycle that was cut off has under way is being looked after, so that it can be carried on.
    LookingAfter,
    /// The answer to a call was lost: its job is sought, and the call given the quiet period.
    Searching {
        /// Which call.
        call: Call,
    },
    /// A job was found that may be that of a lost call and has to end first.
    Sighted {
        /// Which call.
        call: Call,
        /// The job.
        job: &'a JobId,
    },
    /// The inputs were read through.
    Read {
        /// Commands in all inputs.
        commands: u64,
        /// Bytes of all inputs.
        bytes: u64,
        /// Batches they make.
        batches: usize,
    },
    /// The plan is made.
    Planned {
        /// The plan.
        #[serde(skip)]
        plan: &'a Plan,
    },
    /// A call is about to be sent.
    Sending {
        /// Which call.
        call: Call,
        /// Digest of its bytes, for a batch.
        digest: Option<Digest>,
    },
    /// A batch was too large for the target, which has done nothing of it; it comes again in smaller ones.
    Halved {
        /// Which call.
        call: Call,
        /// Bytes it had.
        bytes: u64,
    },
    /// A job was read.
    Job {
        /// Which call.
        call: Call,
        /// The job.
        job: &'a Job,
    },
    /// A call has ended.
    Ended {
        /// Which call.
        call: Call,
        /// How.
        outcome: Outcome,
    },
}

/// Is told what happens during a run. Must return quickly; called from several threads, one at a time.
pub trait ProgressSink: Send + Sync {
    /// Something happened.
    fn progress(&self, progress: Progress<'_>);
}

/// Shows nothing.
impl ProgressSink for () {
    fn progress(&self, _: Progress<'_>) {}
}

impl fmt::Debug for dyn ProgressSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProgressSink")
    }
}
