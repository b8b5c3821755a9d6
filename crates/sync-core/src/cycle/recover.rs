//! Going on with a cycle that was cut off: first what was sent is brought to a known end, then it is decided how.

use super::crew::Crew;
use super::driver::{CallReport, Driver};
use super::event::{Call, Event};
use super::halt::Halt;
use super::settings::Patience;
use super::state::{BatchState, CycleState, Phase};
use super::typed::{Batching, Cycle, Finalized, Open, Sealed};
use crate::{BatchNumber, Payload};

/// A cycle that was cut off and is at rest now: no call of it is at work any more, nor can one that was lost be.
///
/// Made by [`look_after`]. Dropped, it leaves the cycle stopped, to be looked after again.
#[derive(Debug)]
pub struct Interrupted {
    driver: Driver,
}

/// A cycle that goes on, where it stands.
#[derive(Debug)]
pub enum GoesOn {
    /// Nothing was sent yet.
    Open(Cycle<Open>),
    /// Batches were sent; more may follow.
    Batching(Cycle<Batching>),
    /// The source had ended.
    Sealed(Cycle<Sealed>),
}

/// Looks after what a cycle that was cut off has under way, without sending anything: jobs it started are looked up and
/// polled until they have ended, calls whose answer was lost are searched among the jobs of the service and given the
/// quiet period.
///
/// `state` comes from the journal. `patience`, if given, holds from now on instead of the one the cycle was begun with.
///
/// # Errors
/// [`Halt`] if a job or the list of jobs cannot be read for as long as an outage may take, somebody asks to stop, the
/// crew leaves where a job is under way, or the journal cannot be used.
///
/// # Cancellation
/// A dropped future leaves the cycle stopped, to be looked after again.
pub async fn look_after(crew: Crew, state: CycleState, patience: Option<Patience>) -> Result<Interrupted, Halt> {
    let mut driver = Driver::new(crew, state);
    if !matches!(driver.state().phase(), Phase::Idle | Phase::Finalized) {
        driver.settle(patience).await?;
    }
    Ok(Interrupted { driver })
}

/// Makes the way free for the next cycle: [looks after](look_after) this one, and then gives it up unless it is finalized
/// after all.
///
/// Returns the state to begin the next cycle from.
///
/// # Errors
/// [`Halt`], as for [`look_after`].
///
/// # Cancellation
/// A dropped future leaves the cycle stopped, to be cleared up again.
pub async fn clear_up(crew: Crew, state: CycleState, patience: Option<Patience>) -> Result<CycleState, Halt> {
    let interrupted = look_after(crew, state, patience).await?;
    match interrupted.state().phase() {
        Phase::Idle => Ok(CycleState::idle()),
        _ if interrupted.is_finalized() => Ok(interrupted.accept().await?.state().clone()),
        _ => interrupted.give_up().await,
    }
}

impl GoesOn {
    /// Where the cycle stands.
    pub fn state(&self) -> &CycleState {
        match self {
            Self::Open(cycle) => cycle.state(),
            Self::Batching(cycle) => cycle.state(),
            Self::Sealed(cycle) => cycle.state(),
        }
    }
}

impl Interrupted {
    /// Where the cycle stands.
    pub fn state(&self) -> &CycleState {
        self.driver.state()
    }

    /// The calls whose jobs were seen to their end here, in order.
    pub fn reports(&self) -> &[CallReport] {
        self.driver.reports()
    }

    /// Whether the finalization succeeded after all: there is nothing left to send.
    pub fn is_finalized(&self) -> bool {
        let outcome = self.state().finalize().and_then(|exchange| exchange.outcome());
        outcome.is_some_and(|outcome| outcome.is_success())
    }

    /// Whether a finalization of this attempt may have been accepted without success: the server's cycle may be open or
    /// closed, so that nothing but the whole cycle may be sent.
    pub fn must_replay(&self) -> bool {
        !self.is_finalized() && self.state().finalize().is_some_and(|exchange| !exchange.never_accepted())
    }

    /// Whether [`Interrupted::replay`] is allowed: not any more once as many finalizations as
    /// [`Patience::max_attempts`] says may have been accepted.
    pub fn may_replay(&self) -> bool {
        self.state().may_replay()
    }

    /// Batches whose bytes [`Interrupted::go_on`] needs: they were proven not accepted, or lost and nowhere to be found.
    pub fn unsent(&self) -> Vec<BatchNumber> {
        self.batches(|batch| {
            batch.exchange().is_some_and(|exchange| exchange.outcome().is_none())
                && !batch.is_failed()
                && !batch.is_settled()
        })
    }

    /// Batches that failed or were refused: what they failed to bring has to come in further batches.
    pub fn failed(&self) -> Vec<BatchNumber> {
        self.batches(BatchState::is_failed)
    }

    fn batches(&self, which: impl Fn(&BatchState) -> bool) -> Vec<BatchNumber> {
        let numbers = std::iter::successors(Some(BatchNumber::FIRST), |number| Some(number.next()));
        numbers.zip(self.state().batches()).filter(|(_, batch)| which(batch)).map(|(number, _)| number).collect()
    }

    /// Takes the cycle as finalized.
    ///
    /// # Errors
    /// [`Halt`] if it is not, or the journal cannot be written.
    pub async fn accept(mut self) -> Result<Cycle<Finalized>, Halt> {
        match self.state().phase() {
            Phase::Finalized => {}
            _ if self.is_finalized() => drop(self.driver.record(Event::Resumed).await?),
            // Refused, with the reason: this is no way to a finalized cycle.
            _ => drop(self.driver.record(Event::FinalizeOrdered).await?),
        }
        Ok(Cycle::of(self.driver))
    }

    /// Goes on where the cycle stands: lost batches are sent again, the same bytes, and failed ones are noted as to be
    /// repaired, or as halved if they were too large. Right only while nobody else may have ended the server's cycle since its first batch; otherwise
    /// [`Interrupted::replay`] is.
    ///
    /// `payloads` has those of the [unsent](Interrupted::unsent) batches; the caller has proven by their digests that they
    /// are the same. What [failed](Interrupted::failed) has to be submitted next, and so has a batch that is refused as
    /// [too large](BatchState::is_too_large) here: smaller, if it can be.
    ///
    /// # Errors
    /// [`Halt`] if a finalization may have been accepted, or a batch is lost again, refused for another reason or fails.
    pub async fn go_on(mut self, payloads: impl IntoIterator<Item = (BatchNumber, Payload)>) -> Result<GoesOn, Halt> {
        for (number, payload) in payloads {
            self.driver.keep(Call::Batch(number), payload);
        }
        let (unsent, mut failed) = (self.unsent(), self.failed());
        self.driver.drive(Event::Resumed).await?;
        failed
            .extend(unsent.iter().filter(|number| self.state().batch(**number).is_some_and(BatchState::is_too_large)));
        for number in failed {
            if !self.driver.halve(number).await? {
                self.driver.record(Event::Repaired { batch: number }).await?;
            }
        }
        if let Some(number) = unsent.into_iter().find(|number| !self.is_brought(*number)) {
            return Err(self.driver.failed(Call::Batch(number)));
        }
        match self.state().phase() {
            Phase::Open => Ok(GoesOn::Open(Cycle::of(self.driver))),
            Phase::Batching => Ok(GoesOn::Batching(Cycle::of(self.driver))),
            Phase::Sealed => Ok(GoesOn::Sealed(Cycle::of(self.driver))),
            _ => Err(self.driver.failed(Call::Finalize)),
        }
    }

    fn is_brought(&self, number: BatchNumber) -> bool {
        self.state().batch(number).is_some_and(|batch| batch.is_settled())
    }

    /// Sends the whole cycle again, from its first batch, as a new attempt. Right whatever became of the server's cycle:
    /// an open one is continued, a closed one followed by another with nothing missing.
    ///
    /// # Errors
    /// [`Halt`] if as many finalizations as allowed may have been accepted, or the journal cannot be written.
    pub async fn replay(mut self) -> Result<Cycle<Open>, Halt> {
        let fresh = self.state().attempt() == 1 && self.state().batches().is_empty();
        let event = if fresh { Event::Resumed } else { Event::Replay };
        self.driver.record(event).await?;
        Ok(Cycle::of(self.driver))
    }

    /// Gives the cycle up: it stays open on the server, nothing is removed, and the next full cycle absorbs it.
    ///
    /// Returns the state to begin the next cycle from.
    ///
    /// # Errors
    /// [`Halt`] if it is finalized, or the journal cannot be written.
    pub async fn give_up(mut self) -> Result<CycleState, Halt> {
        self.driver.record(Event::GivenUp).await?;
        Ok(self.driver.into_state())
    }
}
