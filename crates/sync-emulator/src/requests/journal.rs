//! The newest requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;

use super::call::Notes;
use super::{RequestOutcome, RequestRecord};
use crate::clock::Clock;
use crate::faults::{FiredRule, Operation};

/// Most requests that are kept (ours); older ones are forgotten.
const KEPT: usize = 10_000;

/// What is known of a request when it comes in.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) operation: Operation,
    pub(crate) synchronization: Option<String>,
    pub(crate) content_length: Option<u64>,
    pub(crate) rule: Option<FiredRule>,
}

/// The newest requests of a server.
#[derive(Debug, Default)]
pub(crate) struct Journal(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Numbers go up by one from each to the next.
    records: VecDeque<RequestRecord>,
    last: u64,
}

fn lock(inner: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Journal {
    /// Writes down that a request came in.
    pub(crate) fn begin(&self, clock: &Clock, arrived: Arrived) -> Entry {
        let at = clock.now();
        let mut inner = lock(&self.0);
        inner.last += 1;
        let number = inner.last;
        if inner.records.len() >= KEPT {
            inner.records.pop_front();
        }
        let Arrived { method, path, query, operation, synchronization, content_length, rule } = arrived;
        inner.records.push_back(RequestRecord {
            number,
            at,
            method,
            path,
            query,
            operation,
            synchronization,
            content_length,
            fields: Default::default(),
            file_bytes: None,
            job: None,
            outcome: RequestOutcome::Pending,
            status: None,
            milliseconds: None,
            rule,
        });
        Entry { journal: self.0.clone(), number, at, notes: Notes::default(), is_over: false }
    }

    /// Those after a number, the oldest first.
    pub(crate) fn after(&self, number: u64) -> Vec<RequestRecord> {
        lock(&self.0).records.iter().filter(|record| record.number > number).cloned().collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).records.clear();
    }
}

/// A request that is being worked on. If it is dropped, its client has gone away.
#[derive(Debug)]
pub(crate) struct Entry {
    journal: Arc<Mutex<Inner>>,
    number: u64,
    at: i64,
    notes: Notes,
    is_over: bool,
}

impl Entry {
    /// Where the work leaves what it finds out.
    pub(crate) fn notes(&self) -> Notes {
        self.notes.clone()
    }

    pub(crate) fn answered(mut self, clock: &Clock, status: StatusCode) {
        self.end(RequestOutcome::Answered, Some(status.as_u16()), Some(clock));
    }

    pub(crate) fn cut(mut self, clock: &Clock) {
        self.end(RequestOutcome::Cut, None, Some(clock));
    }

    fn end(&mut self, outcome: RequestOutcome, status: Option<u16>, clock: Option<&Clock>) {
        self.is_over = true;
        let mut inner = lock(&self.journal);
        let Some(first) = inner.records.front().map(|record| record.number) else { return };
        let place = self.number.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        let Some(record) = place.and_then(|place| inner.records.get_mut(place)) else { return };
        record.outcome = outcome;
        record.status = status;
        record.milliseconds = clock.map(|clock| clock.now().saturating_sub(self.at));
        self.notes.fill(record);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if !self.is_over {
            self.end(RequestOutcome::Abandoned, None, None);
        }
    }
}
