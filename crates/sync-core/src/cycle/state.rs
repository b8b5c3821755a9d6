//! Where a cycle stands: a phase of the whole and a state per batch.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::event::Call;
use super::exchange::{Exchange, ExchangeState};
use super::settings::{CycleMode, CycleSettings};
use crate::guard::{GuardNumbers, PassReason};
use crate::{BatchNumber, Digest, Finalization};

/// The phase of a cycle. The three that people speak of are open, batching and finalized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// No cycle of ours is under way.
    Idle,
    /// Begun, nothing sent. The server may have an older cycle open, which this one would continue.
    Open,
    /// At least one batch was sent, or is about to be; none is uncertain or failed. The server's cycle is open.
    Batching,
    /// A batch may or may not have been accepted. No batch and no finalization may be sent.
    BatchUnknown,
    /// A batch failed or was refused, wholly or in part. Its resources would count as missing: no finalization.
    BatchFailed,
    /// The source ended and every batch is settled; the server's cycle is open and complete. May be finalized with a
    /// permit.
    Sealed,
    /// The finalization was sent, or is about to be. The server's cycle may be open or closed.
    Finalizing,
    /// The finalization succeeded: the server's cycle is closed.
    Finalized,
    /// The finalization may or may not have been accepted. It may never be sent alone again.
    FinalizeUnknown,
    /// The finalization's job failed: whether the server's cycle is open or closed is not known.
    FinalizeFailed,
    /// Stopped in between. The server's cycle stays open; nothing is removed until somebody finalizes.
    Abandoned,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "idle",
            Self::Open => "open",
            Self::Batching => "batching",
            Self::BatchUnknown => "batch unknown",
            Self::BatchFailed => "batch failed",
            Self::Sealed => "sealed",
            Self::Finalizing => "finalizing",
            Self::Finalized => "finalized",
            Self::FinalizeUnknown => "finalize unknown",
            Self::FinalizeFailed => "finalize failed",
            Self::Abandoned => "abandoned",
        })
    }
}

/// One batch of a cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchState {
    pub(super) digest: Digest,
    pub(super) commands: u32,
    pub(super) bytes: u64,
    /// `None` in a single-call cycle, where batches are not sent by themselves.
    pub(super) exchange: Option<Exchange>,
    /// How a failed batch was dealt with.
    pub(super) settled: Option<Settlement>,
}

/// How a failed batch was dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// What it failed to bring comes in further batches.
    Repaired,
    /// It was too large, and its commands come again in smaller batches.
    Halved,
    /// Somebody decided to go on without it.
    Accepted,
}

impl BatchState {
    /// Digest of the bytes sent.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Commands in it.
    pub fn commands(&self) -> u32 {
        self.commands
    }

    /// Bytes sent.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Its call and job; `None` in a single-call cycle.
    pub fn exchange(&self) -> Option<&Exchange> {
        self.exchange.as_ref()
    }

    /// How it was dealt with if it failed.
    pub fn settlement(&self) -> Option<Settlement> {
        self.settled
    }

    /// Whether what it was to bring comes again in further batches: it was too large, or failed and is repaired.
    pub fn comes_again(&self) -> bool {
        matches!(self.settled, Some(Settlement::Repaired | Settlement::Halved))
    }

    /// Whether it was too large and its commands come again in smaller batches.
    pub fn is_halved(&self) -> bool {
        self.settled == Some(Settlement::Halved)
    }

    /// Whether the service refused it as too large (413): nothing of it was done.
    pub fn is_too_large(&self) -> bool {
        let state = self.exchange.as_ref().map(Exchange::state);
        matches!(state, Some(ExchangeState::Refused { status: Some(413) }))
    }

    pub(super) fn is_settled(&self) -> bool {
        match &self.exchange {
            None => true,
            Some(exchange) => exchange.outcome().is_some_and(|outcome| outcome.is_success()) || self.settled.is_some(),
        }
    }

    /// Ended badly or refused, and nobody has dealt with it.
    pub(super) fn is_failed(&self) -> bool {
        self.exchange.as_ref().is_some_and(|exchange| !exchange.is_live() && !exchange.is_unknown())
            && !self.is_settled()
    }
}

/// The permit to finalize: which attempt it is for and what the guard had counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    pub(super) numbers: GuardNumbers,
    pub(super) reason: PassReason,
}

impl Permit {
    /// What was counted.
    pub fn numbers(&self) -> GuardNumbers {
        self.numbers
    }

    /// Why it was given.
    pub fn reason(&self) -> PassReason {
        self.reason
    }
}

/// The whole state of a cycle as plain data. Changed by [`super::step`] only.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CycleState {
    pub(super) progress: Option<Box<Progress>>,
}

/// What a cycle that has begun consists of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) settings: CycleSettings,
    pub(super) phase: Phase,
    pub(super) attempt: u32,
    /// Finalizations of earlier attempts that may have been accepted.
    pub(super) finalizations: u32,
    pub(super) batches: Vec<BatchState>,
    pub(super) source_ended: bool,
    /// A repair was promised and no batch has come since.
    pub(super) repair_due: bool,
    /// Commands of batches that were too large and have not come again yet.
    #[serde(default)]
    pub(super) owed: u64,
    pub(super) finalization: Finalization,
    pub(super) permit: Option<Permit>,
    pub(super) finalize: Option<Exchange>,
    /// Work was left to the service on purpose, and nothing was sent since.
    pub(super) left: bool,
}

impl CycleState {
    /// No cycle under way.
    pub fn idle() -> Self {
        Self::default()
    }

    /// The phase.
    pub fn phase(&self) -> Phase {
        self.progress.as_ref().map_or(Phase::Idle, |progress| progress.phase)
    }

    /// What was fixed when the cycle began.
    pub fn settings(&self) -> Option<&CycleSettings> {
        self.progress.as_ref().map(|progress| &progress.settings)
    }

    /// Which attempt at the cycle this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.progress.as_ref().map_or(0, |progress| progress.attempt)
    }

    /// The batches of this attempt, in order of their numbers.
    pub fn batches(&self) -> &[BatchState] {
        self.progress.as_ref().map_or(&[], |progress| &progress.batches)
    }

    /// Commands of batches that were too large and have not come again yet. The next batches count as parts of those,
    /// whatever is in them: whoever submits sees to it that nothing else comes first.
    pub fn owed_commands(&self) -> u64 {
        self.progress.as_ref().map_or(0, |progress| progress.owed)
    }

    /// One batch of this attempt.
    pub fn batch(&self, number: BatchNumber) -> Option<&BatchState> {
        self.batches().get(number.index())
    }

    /// The finalization's call and job (in a single-call cycle those of the whole call), once ordered.
    pub fn finalize(&self) -> Option<&Exchange> {
        self.progress.as_ref()?.finalize.as_ref()
    }

    /// The permit, while there is one.
    pub fn permit(&self) -> Option<Permit> {
        self.progress.as_ref()?.permit
    }

    /// What finalization will do: as begun, or leave alone if errors were accepted since.
    pub fn finalization(&self) -> Option<Finalization> {
        self.progress.as_ref().map(|progress| progress.finalization)
    }

    /// The calls the service may be working on, with what is known of each.
    pub(super) fn calls_under_way(&self) -> Vec<(Call, ExchangeState)> {
        let calls = self.progress.iter().flat_map(|progress| progress.calls());
        let under_way = calls.filter(|(_, exchange)| exchange.may_run());
        under_way.map(|(call, exchange)| (call, exchange.state().clone())).collect()
    }

    /// Whether work was last left to the service on purpose, see [`super::Crew::leaving`], and nothing was sent since. What
    /// was left so is nobody else's to end, while a cycle that was cut off may have been ended by somebody who took over.
    pub fn was_left(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.left)
    }

    /// Whether the service may have accepted a finalization of the cycle, in this attempt or in one before: what it does to
    /// missing resources may be done then, wholly or in part. `false` proves that the cycle has removed nothing.
    pub fn may_have_finalized(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.finalizations_spent() > 0)
    }

    /// Whether fewer finalizations of the cycle than allowed may have been accepted so far.
    pub(super) fn may_replay(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.may_replay())
    }

    /// A call's exchange, if it was ever to be sent.
    pub fn exchange(&self, call: Call) -> Option<&Exchange> {
        match call {
            Call::Batch(number) => self.batch(number)?.exchange(),
            Call::Finalize => self.finalize(),
        }
    }
}

impl Progress {
    pub(super) fn new(settings: CycleSettings) -> Self {
        Self {
            finalization: settings.finalization,
            settings,
            phase: Phase::Open,
            attempt: 1,
            finalizations: 0,
            batches: Vec::new(),
            source_ended: false,
            repair_due: false,
            owed: 0,
            permit: None,
            finalize: None,
            left: false,
        }
    }

    /// The same cycle from its beginning.
    pub(super) fn again(&self) -> Self {
        Self {
            attempt: self.attempt + 1,
            finalizations: self.finalizations_spent(),
            ..Self::new(self.settings.clone())
        }
    }

    pub(super) fn may_replay(&self) -> bool {
        self.finalizations_spent() < self.settings.patience.max_attempts
    }

    /// Finalizations so far that may have been accepted, in all attempts.
    pub(super) fn finalizations_spent(&self) -> u32 {
        let this = self.finalize.as_ref().is_some_and(|exchange| !exchange.never_accepted());
        self.finalizations + u32::from(this)
    }

    pub(super) fn is_single_call(&self) -> bool {
        self.settings.mode == CycleMode::SingleCall
    }

    /// Every call that was ever to be sent in this attempt.
    pub(super) fn calls(&self) -> impl Iterator<Item = (Call, &Exchange)> {
        let batches = batch_calls().zip(&self.batches);
        let batches = batches.filter_map(|(call, batch)| Some((call, batch.exchange.as_ref()?)));
        batches.chain(self.finalize.as_ref().map(|exchange| (Call::Finalize, exchange)))
    }

    pub(super) fn calls_mut(&mut self) -> impl Iterator<Item = (Call, &mut Exchange)> {
        let batches = batch_calls().zip(&mut self.batches);
        let batches = batches.filter_map(|(call, batch)| Some((call, batch.exchange.as_mut()?)));
        batches.chain(self.finalize.as_mut().map(|exchange| (Call::Finalize, exchange)))
    }

    /// Whether a call may have been accepted and no quiet period says that it is over.
    pub(super) fn is_uncertain(&self) -> bool {
        self.calls().any(|(_, exchange)| exchange.is_uncertain())
    }

    /// Whether the service may be working on a call, or may yet begin to.
    pub(super) fn may_run(&self) -> bool {
        self.calls().any(|(_, exchange)| exchange.may_run())
    }

    pub(super) fn live_batches(&self) -> usize {
        self.batches.iter().filter(|batch| batch.exchange.as_ref().is_some_and(Exchange::is_live)).count()
    }

    /// The phase that follows from the batches and the finalization: written down nowhere else.
    pub(super) fn derive_phase(&self) -> Phase {
        use ExchangeState as S;
        if let Some(finalize) = &self.finalize {
            match &finalize.state {
                S::Unknown { .. } => return Phase::FinalizeUnknown,
                S::Ended { outcome, .. } if outcome.is_success() => return Phase::Finalized,
                S::Ended { .. } => return Phase::FinalizeFailed,
                S::Refused { .. } => {}
                _ => return Phase::Finalizing,
            }
        }
        if self.batches.is_empty() {
            return Phase::Open;
        }
        if self.batches.iter().any(|batch| batch.exchange.as_ref().is_some_and(Exchange::is_unknown)) {
            return Phase::BatchUnknown;
        }
        if self.batches.iter().any(BatchState::is_failed) {
            return Phase::BatchFailed;
        }
        let all_settled = self.batches.iter().all(BatchState::is_settled);
        if self.source_ended && all_settled { Phase::Sealed } else { Phase::Batching }
    }
}

/// The calls of the batches, in order of their numbers.
fn batch_calls() -> impl Iterator<Item = Call> {
    std::iter::successors(Some(BatchNumber::FIRST), |number| Some(number.next())).map(Call::Batch)
}
