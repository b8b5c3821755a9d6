//! Whether a cycle that was cut off is still the one the target has open.

use sync_core::cycle::CycleState;
use sync_core::journal::Entry;
use sync_core::{Job, JobId, Transport};

use crate::baseline::unanswered;
use crate::listing::{ListError, Listed, jobs_since};
use crate::store::{StateKey, StateStore, StoreError};

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
    let stranger = |job: &Job| {
        if lost == 0 || job.name != batch.name {
            return Some(job.id.clone());
        }
        lost -= 1;
        None
    };
    match jobs_since(transport, store, key, &batch, stranger).await {
        Ok(Listed::Back) => Ok(None),
        Ok(Listed::Told(job)) => Ok(Some(Doubt::Stranger(job))),
        Ok(Listed::Lost) | Err(ListError::Transport(_)) => Ok(Some(Doubt::NoList)),
        Err(ListError::Store(error)) => Err(error),
    }
}
