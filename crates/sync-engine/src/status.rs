//! Where the synchronizations of a state stand, without asking any target.

use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sync_core::clock::Millis;
use sync_core::cycle::{CycleState, Event, Phase};
use sync_core::journal::Entry;
use sync_core::{Finalization, SynchronizationId};

use crate::run::replay;
use crate::store::{JOURNALS_KEPT, Standing, StateKey, StateStore, StoreError};

/// Where one synchronization stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SynchronizationStatus {
    /// The target.
    pub target: String,
    /// The synchronization.
    pub synchronization_id: SynchronizationId,
    /// Where the last cycle stands, in a sentence.
    pub message: String,
    /// Whether [`Engine::resume`](crate::Engine::resume) has something to carry on.
    pub resumable: bool,
    /// Who works on it at this moment, in their own words.
    pub held_by: Option<String>,
    /// Resources the target may track for it.
    pub known: u64,
    /// The last cycles, the newest first.
    pub cycles: Vec<CycleStatus>,
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CycleStatus {
    /// Its number.
    pub cycle: u64,
    /// Where it stands.
    pub phase: CyclePhase,
    /// When it began, as RFC 3339 in UTC; `None` if nothing was recorded of it.
    pub begun: Option<String>,
    /// When something was last recorded of it.
    pub last: Option<String>,
    /// How often it was begun.
    pub attempt: u32,
    /// Batches of the last attempt.
    pub batches: usize,
    /// Commands in them.
    pub commands: u64,
    /// What happens to missing resources.
    pub on_missing: Option<Finalization>,
}

/// Where a cycle stands, as far as the state says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CyclePhase {
    /// Noted, but nothing of it was recorded.
    Noted,
    /// Given up; a later one absorbed it.
    GivenUp,
    /// It has this phase of the state machine.
    #[serde(untagged)]
    In(Phase),
}

impl std::fmt::Display for CyclePhase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Noted => f.write_str("noted"),
            Self::GivenUp => f.write_str("given up"),
            Self::In(phase) => phase.fmt(f),
        }
    }
}

/// Where each synchronization of a state stands, or one of them, with at most `cycles` cycles each. Blocking; asks no
/// target and changes nothing. Memory: one journal.
///
/// # Errors
/// [`StoreError`] if the state cannot be read.
pub fn status(
    store: &dyn StateStore,
    id: Option<&SynchronizationId>,
    cycles: u64,
) -> Result<Vec<SynchronizationStatus>, StoreError> {
    let keys = store.list()?.into_iter().filter(|key| id.is_none_or(|id| id == key.synchronization()));
    keys.map(|key| one(store, &key, cycles)).collect()
}

fn one(store: &dyn StateStore, key: &StateKey, cycles: u64) -> Result<SynchronizationStatus, StoreError> {
    let standing = store.standing(key)?;
    let held_by = store.holder(key)?;
    let state = replay(&standing)?;
    let first = standing.cycle.saturating_sub(cycles.min(JOURNALS_KEPT)) + 1;
    let listed = (first..=standing.cycle).rev().map(|cycle| {
        let journal = if cycle == standing.cycle { standing.journal.clone() } else { store.journal(key, cycle)? };
        Ok(cycle_of(cycle, &journal))
    });
    let cycles: Vec<CycleStatus> = listed.collect::<Result<_, StoreError>>()?;
    let open = !matches!(state.phase(), Phase::Idle | Phase::Finalized) || standing.journal.is_empty();
    Ok(SynchronizationStatus {
        target: key.target().to_owned(),
        synchronization_id: key.synchronization().clone(),
        message: sentence(&standing, &state, open, held_by.is_some()),
        resumable: open && held_by.is_none(),
        held_by,
        known: standing.known,
        cycles,
    })
}

fn sentence(standing: &Standing, state: &CycleState, open: bool, held: bool) -> String {
    let cycle = standing.cycle;
    match (open, held, state.phase()) {
        (true, true, _) => format!("a run works on cycle {cycle}"),
        (true, false, _) => format!("{}; resume goes on", crate::run::where_it_stood(cycle, state)),
        (false, _, Phase::Finalized) => format!("cycle {cycle} is finalized"),
        (false, _, _) => format!("cycle {cycle} was given up; the next run absorbs it"),
    }
}

fn cycle_of(cycle: u64, journal: &[Entry]) -> CycleStatus {
    // A journal that does not replay is told of by whoever needs it; what can be read of it is shown here.
    let state = CycleState::replay(journal).unwrap_or_default();
    let begun = journal.iter().find_map(|entry| match &entry.event {
        Event::Begun { settings } => Some(settings.finalization),
        _ => None,
    });
    // What was given up is shown as it stood then.
    let given_up = journal.last().is_some_and(|entry| entry.event == Event::GivenUp);
    let stood = match journal.split_last() {
        Some((_, before)) if given_up => CycleState::replay(before).unwrap_or_default(),
        _ => state,
    };
    let phase = match stood.phase() {
        _ if given_up => CyclePhase::GivenUp,
        Phase::Idle => CyclePhase::Noted,
        phase => CyclePhase::In(phase),
    };
    CycleStatus {
        cycle,
        phase,
        begun: journal.first().map(|entry| time(entry.at)),
        last: journal.last().map(|entry| time(entry.at)),
        attempt: stood.attempt(),
        batches: stood.batches().len(),
        commands: stood.batches().iter().map(|batch| u64::from(batch.commands())).sum(),
        on_missing: stood.finalization().or(begun),
    }
}

fn time(at: Millis) -> String {
    /// The last second that has four digits for its year.
    const LATEST: Millis = 253_402_300_799_000;
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(at.min(LATEST))).to_string()
}
