//! When jobs end.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ControlError, Controls};
use crate::jobs::{Held, JobProgress};

/// Longest wait for jobs within a request that looks at one: a large import goes on while the request is answered.
const PATIENCE: Duration = Duration::from_secs(10);

/// A job that was accepted and is held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeldJob {
    /// Its id.
    pub id: Uuid,
    /// The synchronization it is about.
    pub synchronization: String,
    /// What it waits for.
    pub progress: JobProgress,
    /// Whether it shows as RUNNING; otherwise another job comes first.
    pub running: bool,
}

impl From<Held> for HeldJob {
    fn from(held: Held) -> Self {
        let Held { id, synchronization, progress, is_running: running } = held;
        Self { id, synchronization, progress, running }
    }
}

/// When jobs end.
impl Controls {
    /// When jobs end that are accepted from now on.
    pub fn job_progress(&self) -> JobProgress {
        self.line().progress()
    }

    /// Sets when jobs end that are accepted from now on.
    pub fn set_job_progress(&self, progress: JobProgress) {
        self.line().set_progress(progress);
    }

    /// Jobs that are held back, in the order of their acceptance. Nothing of their work is done.
    pub async fn held_jobs(&self) -> Vec<HeldJob> {
        self.line().settled().await;
        self.line().held().into_iter().map(HeldJob::from).collect()
    }

    /// Lets a job go, and waits until the worker has done what it could: the job is over, unless an earlier one of its
    /// synchronization is still held back.
    ///
    /// # Errors
    /// [`ControlError::NotHeld`].
    pub async fn release(&self, job: Uuid) -> Result<(), ControlError> {
        if !self.line().release(job) {
            return Err(ControlError::NotHeld { id: job.to_string() });
        }
        self.line().settled().await;
        Ok(())
    }

    /// Lets all jobs go that are held back now, and waits for their ends; how many there were.
    pub async fn release_all(&self) -> usize {
        let released = self.line().held().into_iter().filter(|held| self.line().release(held.id)).count();
        self.line().settled().await;
        released
    }

    /// A client looks at a job, which may be what the job waits for.
    pub(crate) async fn look_at(&self, job: Uuid) {
        let line = self.line();
        if !line.is_held(job) {
            return;
        }
        // Whether it runs yet is decided by the worker: waiting for that makes looks count the same in each run.
        if tokio::time::timeout(PATIENCE, line.settled()).await.is_ok() && line.looked_at(job) {
            let _ = tokio::time::timeout(PATIENCE, line.settled()).await;
        }
    }
}
