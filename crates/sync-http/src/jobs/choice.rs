//! Which shape an instance has.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sync_core::transport::{Operation, TransportError};
use sync_core::{Job, JobId};
use tokio::time::Instant;

use super::walk::Walk;

/// How long a job just created may answer 404 in the shape it has; longer, and it may be at home in the other.
const GRACE: Duration = Duration::from_secs(10);
/// Most jobs to remember as missing.
const MISSING: usize = 1000;

/// Which of the service's two ways to look at jobs is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum JobsApi {
    /// The core API 2.0, and the Job API v1 as soon as the service shows that it has moved: by 410, by 404 for a list or
    /// a cancellation, or by 404 for a job over more than 10 s, if v1 then has what was asked for. The default.
    #[default]
    Auto,
    /// The core API 2.0 alone.
    V2,
    /// The Job API v1 alone.
    V1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    V2,
    V1,
}

/// What is known of an instance's shapes. One for all clones of a transport.
#[derive(Default)]
pub(crate) struct Shapes {
    setting: JobsApi,
    get_is_v1: AtomicBool,
    find_is_v1: AtomicBool,
    cancel_is_v1: AtomicBool,
    /// Since when jobs are missing in the old shape.
    missing: Mutex<HashMap<JobId, Instant>>,
    walk: Mutex<Option<Walk>>,
}

impl Shapes {
    pub(crate) fn new(setting: JobsApi) -> Self {
        Self { setting, ..Self::default() }
    }

    pub(super) fn of(&self, operation: Operation) -> Shape {
        let is_v1 = match self.setting {
            JobsApi::V2 => false,
            JobsApi::V1 => true,
            // Where jobs are no longer read, they are not listed or canceled either.
            JobsApi::Auto => self.get_is_v1.load(Ordering::Relaxed) || self.flag(operation).load(Ordering::Relaxed),
        };
        if is_v1 { Shape::V1 } else { Shape::V2 }
    }

    fn flag(&self, operation: Operation) -> &AtomicBool {
        match operation {
            Operation::FindJobs => &self.find_is_v1,
            Operation::CancelJob => &self.cancel_is_v1,
            _ => &self.get_is_v1,
        }
    }

    /// Whether this answer may mean that the old shape is gone.
    pub(super) fn may_be_gone(&self, error: &TransportError) -> bool {
        self.setting == JobsApi::Auto && matches!(error.status(), Some(404 | 405 | 410))
    }

    /// Whether this answer about a job may mean that the old shape is gone. A 404 means that only when it lasts: jobs
    /// just created have it.
    pub(super) fn may_be_elsewhere(&self, id: &JobId, error: &TransportError) -> bool {
        if self.setting != JobsApi::Auto {
            return false;
        }
        match error.status() {
            Some(410) => true,
            Some(404) => {
                let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
                if missing.len() >= MISSING && !missing.contains_key(id) {
                    missing.clear();
                }
                missing.entry(id.clone()).or_insert_with(Instant::now).elapsed() >= GRACE
            }
            _ => false,
        }
    }

    /// Notes what the old shape said of a job.
    pub(super) fn seen(&self, id: &JobId, answer: &Result<Job, TransportError>) {
        if answer.is_ok() {
            self.missing.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        }
    }

    /// Decides after the new shape was tried because of `old`: it is the one if it had what was asked for. If not, the
    /// old one's answer counts, except that 410 leaves no way back.
    pub(super) fn tried_v1<T>(
        &self,
        operation: Operation,
        old: TransportError,
        new: Result<T, TransportError>,
    ) -> Result<T, TransportError> {
        match new {
            Ok(found) => {
                tracing::info!(?operation, "this instance has jobs at the Job API v1");
                self.flag(operation).store(true, Ordering::Relaxed);
                Ok(found)
            }
            Err(new) if old.status() == Some(410) => Err(new),
            Err(_) => Err(old),
        }
    }

    pub(super) fn take_walk(&self) -> Option<Walk> {
        self.walk.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn keep_walk(&self, walk: Walk) {
        *self.walk.lock().unwrap_or_else(PoisonError::into_inner) = Some(walk);
    }
}
