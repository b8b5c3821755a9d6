//! Whether a cycle that was cut off is still the one the target has open.

use sync_core::cycle::CycleState;
use sync_core::journal::Entry;
use sync_core::transport::{JobQuery, TransportError};
use sync_core::{Job, JobId, Page, Transport};

use crate::baseline::unanswered;
use crate::store::{StateKey, StateStore, StoreError};

/// Pages of jobs looked through.
const MOST_PAGES: u64 = 10;

/// Why it cannot be told that the target's open cycle is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The jobs of the cycle cannot be listed.
    NoList,
    /// Somebody's job is among those listed since the cycle began.
    Stranger(JobId),
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoList => f.write_str("the target does not list the jobs since it began"),
            Self::Stranger(job) => {
                write!(f, "the target has done job {job} since it began, of which this state knows nothing")
            }
        }
    }
}

/// Looks whether nobody can have ended the target's cycle since its first batch: then it may be carried on where it
/// stands. In doubt the whole cycle has to be sent again. Reads only.
pub(crate) async fn doubt(
    transport: &dyn Transport,
    store: &dyn StateStore,
    key: &StateKey,
    state: &CycleState,
    journal: &[Entry],
) -> Result<Option<Doubt>, StoreError> {
    // As long as no batch was accepted there is nothing that somebody could have ended.
    let Some(first) = state.batches().iter().find_map(|batch| batch.exchange()?.job()) else { return Ok(None) };
    let mut lost = unanswered(journal, true);
    let Ok(batch) = transport.job(first).await else { return Ok(Some(Doubt::NoList)) };
    let query = match &batch.created_by {
        Some(user) => JobQuery::default().with_created_by(user.clone()),
        None => JobQuery::default(),
    };
    for page in 0..MOST_PAGES {
        let Ok(jobs) = list(transport, &query, page).await else { return Ok(Some(Doubt::NoList)) };
        for job in &jobs {
            if job.id == *first {
                return Ok(None);
            }
            if store.knows_job(key, &job.id)? {
                continue;
            }
            if lost == 0 || job.name != batch.name {
                return Ok(Some(Doubt::Stranger(job.id.clone())));
            }
            lost -= 1;
        }
        if jobs.len() < Page::<Job>::MAX_LIMIT as usize {
            break;
        }
    }
    Ok(Some(Doubt::NoList))
}

async fn list(transport: &dyn Transport, query: &JobQuery, page: u64) -> Result<Vec<Job>, TransportError> {
    Ok(transport.jobs(query, page * u64::from(Page::<Job>::MAX_LIMIT)).await?.results)
}
