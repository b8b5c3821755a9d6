//! A target that accepts everything and does nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use sync_core::transport::{
    BatchRequest, FinalizeRequest, FullRequest, JobQuery, Operation, Transport, TransportError,
};
use sync_core::{ImportError, ImportSummary, Job, JobId, JobResult, JobState, Page, SynchronizationId, UserId};

#[derive(Debug, Default)]
pub(crate) struct Accepting {
    jobs: AtomicU64,
}

fn done(id: JobId) -> Job {
    Job::new(id).with_state(JobState::Completed).with_result(JobResult::Success)
}

impl Accepting {
    fn accept(&self) -> Job {
        let number = self.jobs.fetch_add(1, Ordering::Relaxed);
        done(JobId::new(number.to_string()).expect("a number is a good id"))
    }
}

#[async_trait]
impl Transport for Accepting {
    async fn submit_batch(&self, _: &BatchRequest) -> Result<Job, TransportError> {
        Ok(self.accept())
    }

    async fn submit_finalize(&self, _: &FinalizeRequest) -> Result<Job, TransportError> {
        Ok(self.accept())
    }

    async fn submit_full(&self, _: &FullRequest) -> Result<Job, TransportError> {
        Ok(self.accept())
    }

    async fn job(&self, id: &JobId) -> Result<Job, TransportError> {
        Ok(done(id.clone()))
    }

    async fn summary(&self, _: &JobId) -> Result<ImportSummary, TransportError> {
        Ok(ImportSummary::default())
    }

    async fn errors(&self, _: &JobId, _: u64) -> Result<Page<ImportError>, TransportError> {
        Ok(Page::new(0, 0, 0, Vec::new()))
    }

    async fn exists(&self, _: &SynchronizationId) -> Result<bool, TransportError> {
        Ok(false)
    }

    async fn forget(&self, _: &SynchronizationId) -> Result<(), TransportError> {
        Ok(())
    }

    async fn jobs(&self, _: &JobQuery, _: u64) -> Result<Page<Job>, TransportError> {
        Err(TransportError::answered(Operation::FindJobs, 404))
    }

    async fn own_user(&self) -> Result<Option<UserId>, TransportError> {
        Ok(None)
    }
}
