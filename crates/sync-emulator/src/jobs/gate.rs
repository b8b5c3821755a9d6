//! Jobs that wait until somebody lets them through: for tests that decide themselves when work is done.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Before the worker. Open by default: jobs pass at once.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    /// Jobs that may pass.
    permits: u64,
    at_work: bool,
    ended: u64,
    /// Nobody is held up any more.
    stopping: bool,
}

impl Gate {
    pub(crate) fn closed() -> Self {
        let gate = Self::default();
        gate.state().closed = true;
        gate
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the permit to work on one job; `false` if the server stops.
    pub(super) fn pass(&self) -> bool {
        let mut state = self.state();
        while state.closed && state.permits == 0 && !state.stopping {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopping {
            return false;
        }
        state.permits = state.permits.saturating_sub(1);
        state.at_work = true;
        true
    }

    /// The job that passed last is over.
    pub(super) fn leave(&self) {
        let mut state = self.state();
        state.at_work = false;
        state.ended += 1;
        drop(state);
        self.changed.notify_all();
    }

    /// Lets so many jobs through and waits until they are over, or `is_empty` says that there are no more. Tells how many
    /// there were.
    pub(crate) fn let_through(&self, jobs: u64, is_empty: impl Fn() -> bool) -> u64 {
        let mut state = self.state();
        let before = state.ended;
        state.permits += jobs;
        self.changed.notify_all();
        while state.at_work || (state.permits > 0 && !is_empty()) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.permits = 0;
        state.ended - before
    }

    /// Holds nobody up any more.
    pub(crate) fn stop(&self) {
        self.state().stopping = true;
        self.changed.notify_all();
    }
}
