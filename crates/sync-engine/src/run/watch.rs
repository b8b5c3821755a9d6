//! From the cycle's observer to the run's sink.

use std::sync::Arc;

use sync_core::Job;
use sync_core::cycle::{Call, CycleState, Event, Observer};
use sync_core::journal::Entry;

use crate::event::{Progress, ProgressSink};

/// Passes what the cycle tells on to the run's sink.
pub(super) struct Watch(pub(super) Arc<dyn ProgressSink>);

impl Observer for Watch {
    fn recorded(&self, entry: &Entry, state: &CycleState) {
        match &entry.event {
            Event::BatchReady { batch, digest, .. } => {
                self.0.progress(Progress::Sending { call: Call::Batch(*batch), digest: Some(*digest) });
            }
            Event::Halved { batch } => {
                let bytes = state.batch(*batch).map_or(0, |batch| batch.bytes());
                self.0.progress(Progress::Halved { call: Call::Batch(*batch), bytes });
            }
            Event::Lost { call } => self.0.progress(Progress::Searching { call: *call }),
            Event::Sighted { call, candidate } => {
                self.0.progress(Progress::Sighted { call: *call, job: candidate });
            }
            Event::FinalizeOrdered => self.0.progress(Progress::Sending { call: Call::Finalize, digest: None }),
            Event::Judged { call, outcome, .. } => {
                self.0.progress(Progress::Ended { call: *call, outcome: *outcome });
            }
            _ => {}
        }
    }

    fn job(&self, call: Call, job: &Job) {
        self.0.progress(Progress::Job { call, job });
    }
}
