//! Whether a cycle that was cut off is still the one the target has open.

use sync_core::cycle::CycleState;
use sync_core::journal::Entry;
use sync_core::transport::TransportErrorKind;
use sync_core::{Job, JobId, Transport};

use crate::baseline::{BaselineError, unanswered};
use crate::listing::{ListError, Listed, jobs_since};
use crate::store::{StateKey, StateStore};

/// Why it cannot be told that the target's open cycle is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The target lists no jobs, or not for us.
    NoList,
    /// Its first job is not among those listed.
    Gone(JobId),
    /// Somebody's job is among those listed since the cycle began.
    Stranger(JobId),
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoList => f.write_str("the target does not list the jobs since it began"),
            Self::Gone(job) => write!(f, "the target knows nothing any more of job {job}, with which it began"),
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
) -> Result<Option<Doubt>, BaselineError> {
    // As long as no batch was accepted there is nothing that somebody could have ended.
    let Some(first) = state.batches().iter().find_map(|batch| batch.exchange()?.job()) else { return Ok(None) };
    let mut lost = unanswered(journal, true);
    let batch = match transport.job(first).await {
        Ok(batch) => batch,
        Err(error) if error.kind() == TransportErrorKind::NotFound => return Ok(Some(Doubt::Gone(first.clone()))),
        Err(error) => return Err(BaselineError::Transport(error)),
    };
    let is_alike = |job: &Job| match &batch.name {
        // But for the file, which is another batch's.
        Some(name) => job.is_called_like(name),
        None => job.name.is_none(),
    };
    let stranger = |job: &Job| {
        if lost == 0 || !is_alike(job) {
            return Some(job.id.clone());
        }
        lost -= 1;
        None
    };
    match jobs_since(transport, store, key, &batch, stranger).await {
        Ok(Listed::Back) => Ok(None),
        Ok(Listed::Told(job)) => Ok(Some(Doubt::Stranger(job))),
        Ok(Listed::Lost) => Ok(Some(Doubt::Gone(first.clone()))),
        Err(ListError::Transport(error)) if error.is_absent() => Ok(Some(Doubt::NoList)),
        Err(ListError::Transport(error)) => Err(BaselineError::Transport(error)),
        Err(ListError::Store(error)) => Err(error.into()),
    }
}
