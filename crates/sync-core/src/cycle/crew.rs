//! Who works on a cycle: transport, journal, clock, and whoever watches or wants to stop it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::event::Call;
use super::state::CycleState;
use crate::JobId;
use crate::clock::Clock;
use crate::job::Job;
use crate::journal::{Entry, Journal};
use crate::transport::Transport;

/// Is told what happens, for progress and traces. Must return quickly and cannot change anything.
pub trait Observer: Send + Sync {
    /// An entry was recorded and led to `state`.
    fn recorded(&self, entry: &Entry, state: &CycleState) {
        let _ = (entry, state);
    }

    /// A job was read.
    fn job(&self, call: Call, job: &Job) {
        let _ = (call, job);
    }
}

/// Watches nothing.
impl Observer for () {}

/// Asks a cycle to stop at its next safe point. Cheap to clone; all clones are one.
///
/// ```
/// let stop = sync_core::cycle::StopSignal::default();
/// let other = stop.clone();
/// other.stop();
/// assert!(stop.is_stopped());
/// ```
#[derive(Debug, Clone, Default)]
pub struct StopSignal(Arc<AtomicBool>);

impl StopSignal {
    /// Asks to stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Everything a cycle needs from outside.
#[derive(Clone)]
pub struct Crew {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) stop: StopSignal,
    pub(super) earlier: Option<JobId>,
    pub(super) leaving: bool,
}

impl Crew {
    /// A crew without an observer.
    pub fn new(transport: Arc<dyn Transport>, journal: Arc<dyn Journal>, clock: Arc<dyn Clock>) -> Self {
        Self {
            transport,
            journal,
            clock,
            observer: Arc::new(()),
            stop: StopSignal::default(),
            earlier: None,
            leaving: false,
        }
    }

    /// Sets who is told what happens.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Sets a job of an earlier cycle of this synchronization: it tells which user we are where the service does not say,
    /// and that what is listed after it is older than the cycle. Default none.
    #[must_use]
    pub fn with_earlier_job(mut self, job: Option<JobId>) -> Self {
        self.earlier = job;
        self
    }

    /// Sets whether to leave as soon as the job of a call is under way, with [`super::HaltReason::Left`], instead of waiting
    /// for it. Whoever [looks after](super::look_after) the cycle later goes on from there. Default no.
    #[must_use]
    pub fn leaving(mut self, leaving: bool) -> Self {
        self.leaving = leaving;
        self
    }

    /// Sets the signal that asks to stop.
    #[must_use]
    pub fn with_stop(mut self, stop: StopSignal) -> Self {
        self.stop = stop;
        self
    }
}

impl fmt::Debug for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crew").field("stop", &self.stop).finish_non_exhaustive()
    }
}
