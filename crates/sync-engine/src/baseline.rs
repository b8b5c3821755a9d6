//! Whether this state still fits what the target says: lost, foreign, older than the target, or the target was reset.

use sync_core::cycle::{Action, CycleState, Event, step};
use sync_core::journal::Entry;
use sync_core::transport::{TransportError, TransportErrorKind};
use sync_core::{Job, JobId, Transport};

use crate::guard::{GuardReason, GuardReasonKind};
use crate::listing::{ListError, Listed, jobs_since};
use crate::store::{Standing, StateKey, StateStore, StoreError};

/// What the target says about our state.
pub(crate) enum Baseline {
    /// Nothing speaks against it.
    Good,
    /// The target tracks nothing for this synchronization any more: what we know of it is void.
    Reset,
    /// What finalizing would touch cannot be counted.
    Unfit(GuardReason),
}

/// Why a baseline could not be looked at.
pub(crate) enum BaselineError {
    Transport(TransportError),
    Store(StoreError),
}

impl From<StoreError> for BaselineError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A cycle that ignores what is missing would not do: the target goes on tracking what this state has never heard of.
const WAY_OUT: &str = "have the target forget this synchronization (collibra-sync sync forget), then run one full cycle: \
                       nothing is removed, and this state knows from then on what the target tracks; what left the source \
                       before stays in the catalogue";

/// Looks at what the target knows. Reads only.
pub(crate) async fn look(
    transport: &dyn Transport,
    store: &dyn StateStore,
    key: &StateKey,
    standing: &Standing,
) -> Result<Baseline, BaselineError> {
    let id = key.synchronization();
    let known = transport.exists(id).await.map_err(BaselineError::Transport)?;
    match (known, standing.has_baseline()) {
        // Of a cycle that was never finalized the target may keep more than it tells of.
        (false, _) if standing.finalized > 0 || standing.distrusted => Ok(Baseline::Reset),
        (false, _) => Ok(Baseline::Good),
        (true, false) => {
            let message = format!(
                "the target knows the synchronization {id} and this state does not: what finalizing would touch cannot \
                 be counted"
            );
            Ok(Baseline::Unfit(GuardReason::new(GuardReasonKind::NoBaseline, message).with_advice(WAY_OUT)))
        }
        (true, true) => match &standing.last_job {
            Some(last) => behind(transport, store, key, last, &standing.journal, None).await,
            // It may be a call of ours that was lost which made the target know it.
            None if unanswered(&standing.journal, false) > 0 => Ok(Baseline::Good),
            None => Ok(unfit(format!("the target knows the synchronization {id}, though no job of this state did"))),
        },
    }
}

/// Looks again before the finalization: whether somebody else worked on the target since this cycle sent its first batch.
/// Another cycle of the same id would have closed this one, and all that was sent before would count as missing.
pub(crate) async fn look_again(
    transport: &dyn Transport,
    store: &dyn StateStore,
    key: &StateKey,
    journal: &[Entry],
    finalized: &[Entry],
) -> Result<Baseline, BaselineError> {
    // Of this cycle only batches are known by name; what a finalization is called, the last one tells.
    let last = finalized.iter().rev().find_map(|entry| job_of(&entry.event));
    match journal.iter().find_map(|entry| job_of(&entry.event)) {
        Some(first) => behind(transport, store, key, first, journal, last).await,
        None => Ok(Baseline::Good),
    }
}

/// Whether jobs like ours were started since our last one by somebody this state does not know of: then the state is an
/// older copy, or another folder works on the target with the same user.
async fn behind(
    transport: &dyn Transport,
    store: &dyn StateStore,
    key: &StateKey,
    last: &JobId,
    journal: &[Entry],
    also: Option<&JobId>,
) -> Result<Baseline, BaselineError> {
    let ours = match transport.job(last).await {
        Ok(job) => job,
        Err(error) if error.kind() == TransportErrorKind::NotFound => {
            let message = format!("the target does not know job {last}, the last one of this state");
            return Ok(unfit(message));
        }
        Err(error) => return Err(BaselineError::Transport(error)),
    };
    let names = names_of_ours(transport, &ours, journal, also).await;
    let mut excused = unanswered(journal, false);
    let stranger = |job: &Job| {
        let alike = job.name.is_none() || names.iter().any(|name| job.is_called_like(name));
        if alike && excused == 0 {
            return Some(job.id.clone());
        }
        excused -= usize::from(alike);
        None
    };
    match jobs_since(transport, store, key, &ours, stranger).await {
        Ok(Listed::Back) => Ok(Baseline::Good),
        Ok(Listed::Told(job)) => Ok(unfit(format!(
            "the target did job {job} after {last}, and this state knows nothing of it: the state is an older copy, or \
             somebody else works with the same user"
        ))),
        Ok(Listed::Lost) => {
            Ok(unfit(format!("job {last}, the last one of this state, is not among the jobs the target lists")))
        }
        Err(ListError::Transport(error)) if error.is_absent() => {
            tracing::warn!(%error, "this target lists no jobs: an older copy of the state cannot be told");
            Ok(Baseline::Good)
        }
        Err(ListError::Transport(error)) => Err(BaselineError::Transport(error)),
        Err(ListError::Store(error)) => Err(error.into()),
    }
}

fn unfit(message: String) -> Baseline {
    Baseline::Unfit(GuardReason::new(GuardReasonKind::StateBehind, message).with_advice(WAY_OUT))
}

/// What jobs like ours are called: those of the last cycle's finalization and of its first batch.
async fn names_of_ours(transport: &dyn Transport, last: &Job, journal: &[Entry], also: Option<&JobId>) -> Vec<String> {
    let mut names: Vec<String> = last.name.iter().cloned().collect();
    let first = journal.iter().find_map(|entry| job_of(&entry.event));
    for other in [first, also].into_iter().flatten().filter(|other| **other != last.id) {
        names.extend(transport.job(other).await.ok().and_then(|job| job.name));
    }
    names
}

/// How many sends of a cycle may have started a job that no answer told us of. `last_attempt` counts those of the last
/// attempt alone.
pub(crate) fn unanswered(journal: &[Entry], last_attempt: bool) -> usize {
    let mut state = CycleState::idle();
    let (mut sent, mut answered) = (0usize, 0);
    for entry in journal {
        // What does not replay was found out before.
        let Ok((next, actions)) = step(&state, entry) else { break };
        state = next;
        if last_attempt && entry.event == Event::Replay {
            (sent, answered) = (0, 0);
        }
        sent += actions.iter().filter(|action| matches!(action, Action::Submit { .. })).count();
        answered += usize::from(matches!(
            entry.event,
            Event::Accepted { .. } | Event::Found { .. } | Event::NotSent { .. } | Event::Refused { .. }
        ));
    }
    sent.saturating_sub(answered)
}

fn job_of(event: &Event) -> Option<&JobId> {
    match event {
        Event::Accepted { job, .. } | Event::Found { job, .. } => Some(job),
        _ => None,
    }
}
