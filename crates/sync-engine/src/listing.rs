//! The target's list of jobs, back to one of ours.

use sync_core::transport::{JobQuery, TransportError};
use sync_core::{Job, Page, Transport};

use crate::store::{StateKey, StateStore, StoreError};

/// Pages of jobs looked through.
const MOST_PAGES: u64 = 10;

/// How a look through the list ended.
pub(crate) enum Listed<V> {
    /// At our job: there is nothing of note after it.
    Back,
    /// At a job that the judge has a word on.
    Told(V),
    /// Without our job.
    Lost,
}

/// Why the list could not be looked through.
pub(crate) enum ListError {
    Transport(TransportError),
    Store(StoreError),
}

/// Shows `judge` the jobs of the same user that were started after `ours`, the latest first, and of which this state knows
/// nothing.
pub(crate) async fn jobs_since<V>(
    transport: &dyn Transport,
    store: &dyn StateStore,
    key: &StateKey,
    ours: &Job,
    mut judge: impl FnMut(&Job) -> Option<V>,
) -> Result<Listed<V>, ListError> {
    let query = match &ours.created_by {
        Some(user) => JobQuery::default().with_created_by(user.clone()),
        None => JobQuery::default(),
    };
    for page in 0..MOST_PAGES {
        let jobs = transport.jobs(&query, page * u64::from(Page::<Job>::MAX_LIMIT)).await;
        let jobs = jobs.map_err(ListError::Transport)?.results;
        for job in &jobs {
            if job.id == ours.id {
                return Ok(Listed::Back);
            }
            if store.knows_job(key, &job.id).map_err(ListError::Store)? {
                continue;
            }
            if let Some(told) = judge(job) {
                return Ok(Listed::Told(told));
            }
        }
        if jobs.len() < Page::<Job>::MAX_LIMIT as usize {
            break;
        }
    }
    Ok(Listed::Lost)
}
