//! What follows from an event in a state. Pure: nothing is awaited, read or written here.

use super::event::{Action, Call, Event};
use super::exchange::Exchange;
use super::state::{BatchState, CycleState, Permit, Phase, Progress, Settlement};
use crate::clock::Millis;
use crate::journal::Entry;
use crate::{BatchNumber, Finalization, Outcome};

/// Decides what follows from `entry` in `state`. Performs nothing itself.
///
/// The rules are those of a client that must survive a service which deletes what it is not told about, offers no
/// preview and cannot be asked about a lost answer:
///
/// * a finalization needs a permit; a permit needs a source that ended properly, every batch settled and the guard's yes;
/// * per attempt at most one finalization is sent that may have been accepted; after that only the whole cycle is
///   sent again, as a new attempt, and only when no copy can still be at work;
/// * while a call may have been accepted and it is not known what became of it, nothing else is sent; a batch is then
///   sent again, the same bytes, only when no copy can still be at work;
/// * a failed batch never leads to a finalization that touches missing resources, unless it was repaired;
/// * a batch that was refused as too large comes again in smaller ones, all of it, before the source has ended.
///
/// # Errors
/// [`StepError`] for an event that makes no sense in this state; the state is then unchanged and nothing may be done.
pub fn step(state: &CycleState, entry: &Entry) -> Result<(CycleState, Vec<Action>), StepError> {
    let phase = state.phase();
    let refuse = |reason| StepError { phase, event: entry.event.name(), reason };

    if let Event::Begun { settings } = &entry.event {
        return match phase {
            Phase::Idle | Phase::Finalized => {
                settings.check().map_err(refuse)?;
                let progress = Progress::new((**settings).clone());
                Ok((CycleState { progress: Some(Box::new(progress)) }, vec![]))
            }
            _ => Err(refuse("an earlier cycle is still open")),
        };
    }
    let Some(progress) = &state.progress else {
        return Err(refuse("no cycle has begun"));
    };
    let mut progress = progress.clone();
    let actions = progress.step(entry).map_err(refuse)?;
    if entry.event == Event::GivenUp {
        return Ok((CycleState::idle(), actions));
    }
    Ok((CycleState { progress: Some(progress) }, actions))
}

impl CycleState {
    /// Replays a journal from the beginning.
    ///
    /// # Errors
    /// [`StepError`] if the entries are not those of a cycle.
    pub fn replay<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Result<Self, StepError> {
        entries.into_iter().try_fold(Self::idle(), |state, entry| Ok(step(&state, entry)?.0))
    }
}

/// An event that makes no sense in the state it met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event {event} cannot follow in phase {phase:?}: {reason}")]
pub struct StepError {
    phase: Phase,
    event: &'static str,
    reason: &'static str,
}

impl StepError {
    /// The phase it met.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The event's name.
    pub fn event(&self) -> &'static str {
        self.event
    }
}

/// Whether an event only tells what became of a call: welcome even after a stop, when nothing is sent any more.
fn observes(event: &Event) -> bool {
    matches!(
        event,
        Event::Accepted { .. }
            | Event::Found { .. }
            | Event::NotFound { .. }
            | Event::Sighted { .. }
            | Event::SearchUnavailable { .. }
            | Event::JobRunning { .. }
            | Event::JobEnded { .. }
            | Event::JobUnreadable { .. }
            | Event::JobGone { .. }
            | Event::Judged { .. }
    )
}

type Step = Result<Vec<Action>, &'static str>;

impl Progress {
    fn step(&mut self, entry: &Entry) -> Step {
        match &entry.event {
            Event::Begun { .. } => Err("a cycle begins only once"),
            Event::BatchReady { batch, digest, commands, bytes } => {
                let state =
                    BatchState { digest: *digest, commands: *commands, bytes: *bytes, exchange: None, settled: None };
                self.batch_ready(*batch, state, entry.at)
            }
            Event::Accepted { call, .. }
            | Event::NotSent { call }
            | Event::Refused { call, .. }
            | Event::Lost { call }
            | Event::PauseOver { call }
            | Event::JobRunning { call }
            | Event::JobEnded { call }
            | Event::JobUnreadable { call, .. }
            | Event::JobGone { call }
            | Event::Judged { call, .. }
            | Event::Found { call, .. }
            | Event::NotFound { call }
            | Event::Sighted { call, .. }
            | Event::SearchUnavailable { call } => self.exchanged(*call, entry),
            Event::Ambiguous { call } => self.ambiguous(*call, entry.at),
            Event::Repaired { batch } => self.repaired(*batch),
            Event::Halved { batch } => self.halved(*batch),
            Event::ErrorsAccepted { batch } => self.errors_accepted(*batch),
            Event::SourceEnded => self.source_ended(),
            Event::Permitted { numbers, reason } => self.permitted(Permit { numbers: *numbers, reason: *reason }),
            Event::FinalizeOrdered => self.finalize_ordered(entry.at),
            Event::Left { call } => self.left(*call),
            Event::Replay => self.replay(),
            Event::Stopped => self.stopped(entry.at),
            Event::PatienceSet { patience } => {
                self.settings.patience = **patience;
                Ok(vec![])
            }
            Event::Resumed => self.resumed(entry),
            Event::GivenUp => self.given_up(),
        }
    }

    fn batch_ready(&mut self, batch: BatchNumber, mut state: BatchState, at: Millis) -> Step {
        if !matches!(self.phase, Phase::Open | Phase::Batching) {
            return Err("a batch follows only while the cycle is open and nothing is uncertain or failed");
        }
        if self.source_ended {
            return Err("the source has already ended");
        }
        if batch.index() != self.batches.len() {
            return Err("batches are numbered one after another");
        }
        if state.commands == 0 {
            return Err("an empty batch would open a cycle in which everything is missing");
        }
        self.owed = self.owed.saturating_sub(u64::from(state.commands));
        let actions = if self.is_single_call() {
            if !self.batches.is_empty() {
                return Err("a single call takes everything in one file");
            }
            vec![]
        } else {
            if self.live_batches() >= usize::from(self.settings.lanes.get()) {
                return Err("as many batches as allowed are in flight");
            }
            let (exchange, submit) = Exchange::begin(Call::Batch(batch), at);
            state.exchange = Some(exchange);
            vec![submit]
        };
        self.batches.push(state);
        self.repair_due = false;
        self.left = false;
        self.phase = self.derive_phase();
        Ok(actions)
    }

    /// An event about one call: the exchange decides, the phase follows.
    fn exchanged(&mut self, call: Call, entry: &Entry) -> Step {
        let stopped = self.phase == Phase::Abandoned;
        if stopped && !observes(&entry.event) {
            let late = matches!(entry.event, Event::NotSent { .. } | Event::Refused { .. } | Event::Lost { .. });
            // An answer that comes after the stop: to stay uncertain costs a search, nothing more.
            return match self.exchange_mut(call) {
                Some(exchange) if late && exchange.is_uncertain() => Ok(vec![]),
                _ => Err("the cycle was stopped"),
            };
        }
        let sought = self.sought();
        let settings = self.settings.clone();
        let exchange = self.exchange_mut(call).ok_or("this call was never to be sent")?;
        let mut actions =
            exchange.step(call, &settings, entry.at, &entry.event).ok_or("this call does not stand so")?;
        if stopped {
            return Ok(actions);
        }
        actions.extend(self.release());
        self.left &= !actions.iter().any(|action| matches!(action, Action::Submit { .. }));
        self.phase = self.derive_phase();
        if self.phase == Phase::Sealed && call == Call::Finalize {
            // Refused: the cycle is still open, but the permit was for parameters that did not do.
            self.permit = None;
        }
        if self.sought() != sought {
            actions.extend(self.search());
        }
        Ok(actions)
    }

    /// Sends what waits for certainty, once there is certainty about every call.
    fn release(&mut self) -> Vec<Action> {
        if self.is_uncertain() {
            return vec![];
        }
        let settings = self.settings.clone();
        self.calls_mut().filter_map(|(call, exchange)| exchange.release(call, &settings)).collect()
    }

    /// The call to look for: the first uncertain one, as soon as nothing else is at work.
    fn sought(&self) -> Option<Call> {
        if self.calls().any(|(_, exchange)| exchange.is_at_work()) {
            return None;
        }
        self.calls().find(|(_, exchange)| exchange.is_uncertain()).map(|(call, _)| call)
    }

    fn search(&self) -> Option<Action> {
        let call = self.sought()?;
        Some(Action::Search { call, after: self.settings.patience.poll })
    }

    fn ambiguous(&mut self, call: Call, at: Millis) -> Step {
        if self.phase == Phase::Abandoned {
            return Err("the cycle was stopped");
        }
        let unknown = self.exchange_mut(call).is_some_and(|exchange| exchange.is_unknown());
        match call {
            _ if !unknown => Err("this call is not uncertain"),
            Call::Batch(_) => self.stopped(at),
            Call::Finalize => Ok(vec![]),
        }
    }

    fn repaired(&mut self, number: BatchNumber) -> Step {
        if !matches!(self.phase, Phase::BatchFailed) {
            return Err("no batch has failed");
        }
        let batch = self.batches.get_mut(number.index()).filter(|batch| batch.is_failed());
        let batch = batch.ok_or("this batch has not failed")?;
        batch.settled = Some(Settlement::Repaired);
        if self.owed > 0 {
            // It may be a part of what is owed, which the other parts do not bring.
            self.owed += u64::from(batch.commands);
        }
        self.repair_due = true;
        self.source_ended = false;
        self.phase = self.derive_phase();
        Ok(vec![])
    }

    fn halved(&mut self, number: BatchNumber) -> Step {
        if !matches!(self.phase, Phase::BatchFailed) {
            return Err("no batch has failed");
        }
        let batch = self.batches.get_mut(number.index()).filter(|batch| batch.is_failed());
        let batch = batch.ok_or("this batch has not failed")?;
        if !batch.is_too_large() {
            return Err("only a batch that was refused as too large is halved");
        }
        if batch.commands < 2 {
            return Err("a single command cannot be halved");
        }
        batch.settled = Some(Settlement::Halved);
        self.owed += u64::from(batch.commands);
        self.source_ended = false;
        self.phase = self.derive_phase();
        Ok(vec![])
    }

    fn errors_accepted(&mut self, number: BatchNumber) -> Step {
        if !matches!(self.phase, Phase::BatchFailed) {
            return Err("no batch has failed");
        }
        let batch = self.batches.get_mut(number.index()).filter(|batch| batch.is_failed());
        let batch = batch.ok_or("this batch has not failed")?;
        let outcome = batch.exchange.as_ref().and_then(Exchange::outcome);
        if outcome != Some(Outcome::CompletedWithErrors) {
            return Err("only single failed commands can be accepted, not a batch that was not looked at as a whole");
        }
        batch.settled = Some(Settlement::Accepted);
        // What failed may count as missing: nothing that is missing may be touched in this cycle.
        self.finalization = Finalization::Ignore;
        self.permit = None;
        self.phase = self.derive_phase();
        Ok(vec![])
    }

    fn source_ended(&mut self) -> Step {
        match self.phase {
            Phase::Open => return Err("a source without commands would end in everything missing"),
            _ if self.repair_due => return Err("the repair of a failed batch has not come yet"),
            _ if self.owed > 0 => return Err("a part of a batch that was too large has not come yet"),
            Phase::Batching | Phase::BatchUnknown | Phase::BatchFailed if !self.source_ended => {}
            _ => return Err("the source has already ended"),
        }
        self.source_ended = true;
        self.phase = self.derive_phase();
        Ok(vec![])
    }

    fn permitted(&mut self, permit: Permit) -> Step {
        if self.phase != Phase::Sealed {
            return Err("only a sealed cycle can get the permit");
        }
        if permit.numbers.finalization != self.finalization {
            return Err("the guard was asked about another finalization");
        }
        self.permit = Some(permit);
        Ok(vec![])
    }

    fn finalize_ordered(&mut self, at: Millis) -> Step {
        if self.phase != Phase::Sealed {
            return Err("only a sealed cycle can be finalized");
        }
        if self.permit.is_none() {
            return Err("finalizing needs the permit");
        }
        let (exchange, submit) = Exchange::begin(Call::Finalize, at);
        self.finalize = Some(exchange);
        self.left = false;
        self.phase = Phase::Finalizing;
        Ok(vec![submit])
    }

    fn replay(&mut self) -> Step {
        match self.derive_phase() {
            Phase::Finalized => return Err("the cycle is finalized"),
            Phase::Open if self.attempt == 1 && self.batches.is_empty() => return Err("nothing was sent yet"),
            _ => {}
        }
        if self.may_run() {
            return Err("a call of this attempt may still be under way");
        }
        if !self.may_replay() {
            return Err("as many finalizations as allowed may have been accepted");
        }
        *self = self.again();
        Ok(vec![])
    }

    fn left(&mut self, call: Call) -> Step {
        if !self.exchange_mut(call).is_some_and(|exchange| exchange.is_polling()) {
            return Err("no job of this call is under way");
        }
        // After a stop it is not known by whom and why the work was interrupted.
        self.left |= self.phase != Phase::Abandoned;
        Ok(vec![])
    }

    fn stopped(&mut self, at: Millis) -> Step {
        match self.phase {
            Phase::Finalized | Phase::Abandoned => Err("there is nothing to stop"),
            _ => {
                self.calls_mut().for_each(|(_, exchange)| exchange.interrupt(at));
                self.phase = Phase::Abandoned;
                Ok(vec![])
            }
        }
    }

    fn resumed(&mut self, entry: &Entry) -> Step {
        if self.phase == Phase::Finalized {
            return Err("the cycle is finalized");
        }
        let settings = self.settings.clone();
        let mut actions: Vec<Action> =
            self.calls_mut().filter_map(|(call, exchange)| exchange.resume(call, &settings, entry.at)).collect();
        // The world may have moved on: the guard is asked again.
        if self.finalize.as_ref().is_none_or(Exchange::never_accepted) {
            self.permit = None;
            if self.finalize.take().is_some() {
                actions.retain(|action| !matches!(action, Action::Pause { call: Call::Finalize, .. }));
            }
        }
        actions.extend(self.release());
        self.left &= !actions.iter().any(|action| matches!(action, Action::Submit { .. }));
        self.phase = self.derive_phase();
        actions.extend(self.search());
        Ok(actions)
    }

    fn given_up(&mut self) -> Step {
        if self.phase != Phase::Abandoned {
            return Err("only a stopped cycle can be given up");
        }
        if self.may_run() {
            return Err("a call of this cycle may still be under way");
        }
        if self.derive_phase() == Phase::Finalized {
            return Err("the finalization succeeded after all");
        }
        Ok(vec![])
    }

    fn exchange_mut(&mut self, call: Call) -> Option<&mut Exchange> {
        match call {
            Call::Batch(number) => self.batches.get_mut(number.index())?.exchange.as_mut(),
            Call::Finalize => self.finalize.as_mut(),
        }
    }
}
