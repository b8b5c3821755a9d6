//! A cycle as its caller holds it: a type for each phase, so that what must not be done cannot be written down.

use std::marker::PhantomData;

use super::crew::Crew;
use super::driver::{CallReport, Driver};
use super::event::{Call, Event};
use super::halt::{Halt, HaltReason};
use super::settings::{CycleMode, CycleSettings};
use super::state::{CycleState, Permit, Phase};
use crate::guard::GuardPass;
use crate::{BatchNumber, Finalization, Payload};

/// Nothing was sent yet.
#[derive(Debug)]
pub enum Open {}

/// At least one batch was accepted; more may follow.
#[derive(Debug)]
pub enum Batching {}

/// Every batch succeeded and the source ended properly.
#[derive(Debug)]
pub enum Sealed {}

/// The finalization succeeded.
#[derive(Debug)]
pub enum Finalized {}

/// One cycle of a synchronization, in a phase.
///
/// An open cycle takes batches, a batching one can be sealed, only a sealed one can be finalized, and only with a
/// permit that the guard's yes has bought:
///
/// ```compile_fail
/// # use sync_core::cycle::{Batching, Cycle};
/// # use sync_core::guard::GuardPass;
/// async fn hasty(cycle: Cycle<Batching>, pass: GuardPass) {
///     let permit = cycle.permit(&pass); // no such method before the cycle is sealed
/// }
/// ```
///
/// Every method that talks to the service records its intent in the journal first. Whenever something comes back that
/// this straight way cannot go on with, it ends in a [`Halt`] that says where the cycle stands.
///
/// # Cancellation
/// A dropped future leaves the journal at the last recorded event. What was being sent may have been accepted.
#[derive(Debug)]
pub struct Cycle<P> {
    driver: Driver,
    phase: PhantomData<fn() -> P>,
}

impl<P> Cycle<P> {
    /// Where the cycle stands.
    pub fn state(&self) -> &CycleState {
        self.driver.state()
    }

    /// The calls that have ended, in order.
    pub fn reports(&self) -> &[CallReport] {
        self.driver.reports()
    }

    pub(super) fn of(driver: Driver) -> Self {
        Self { driver, phase: PhantomData }
    }

    fn becomes<Q>(self) -> Cycle<Q> {
        Cycle::of(self.driver)
    }

    async fn take_batch(mut self, payload: Payload, commands: u32) -> Result<Cycle<Batching>, Halt> {
        let (call, _) = self.send(payload, commands).await?;
        self.sent(call)
    }

    async fn offer_batch(mut self, payload: Payload, commands: u32) -> Result<Offered, Halt> {
        let (call, number) = self.send(payload, commands).await?;
        match self.driver.halve(number).await? {
            true => Ok(Offered::TooLarge(self.becomes())),
            false => self.sent(call).map(Offered::Taken),
        }
    }

    async fn send(&mut self, payload: Payload, commands: u32) -> Result<(Call, BatchNumber), Halt> {
        self.driver.heed_stop().await?;
        let batches = u32::try_from(self.state().batches().len()).ok().and_then(|len| BatchNumber::new(len + 1));
        let number = batches.unwrap_or(BatchNumber::FIRST);
        let single = self.state().settings().is_some_and(|settings| settings.mode == CycleMode::SingleCall);
        let call = if single { Call::Finalize } else { Call::Batch(number) };
        let (digest, bytes) = (payload.digest(), payload.len());
        self.driver.keep(call, payload);
        self.driver.drive(Event::BatchReady { batch: number, digest, commands, bytes }).await?;
        Ok((call, number))
    }

    fn sent(mut self, call: Call) -> Result<Cycle<Batching>, Halt> {
        match self.state().phase() {
            Phase::Batching => Ok(self.becomes()),
            _ => Err(self.driver.failed(call)),
        }
    }
}

/// What became of a batch that its sender can cut further.
#[derive(Debug)]
#[must_use = "a batch that was too large has to come again"]
pub enum Offered {
    /// Its job has ended well.
    Taken(Cycle<Batching>),
    /// The service refused it as too large (413) and did nothing of it. Its commands have to come again in the batches that
    /// follow, in their order; until all have come, the cycle cannot be sealed.
    TooLarge(Cycle<Batching>),
}

impl Cycle<Open> {
    /// Begins a cycle.
    ///
    /// `state` is where the synchronization stood: idle, or finalized. The caller sees to it that the input was read
    /// through and is complete, and that nobody else works on the synchronization.
    ///
    /// # Errors
    /// [`Halt`] if an earlier cycle is still open or the journal cannot be written.
    pub async fn begin(crew: Crew, state: CycleState, settings: CycleSettings) -> Result<Self, Halt> {
        let mut driver = Driver::new(crew, state);
        driver.record(Event::Begun { settings: Box::new(settings) }).await?;
        Ok(Self::of(driver))
    }

    /// Sends the first batch and waits until its job has ended well. In a single-call cycle the payload is kept until
    /// the cycle is finalized.
    ///
    /// # Errors
    /// [`Halt`] with the batch that failed, was refused, or may have been lost.
    pub async fn submit(self, payload: Payload, commands: u32) -> Result<Cycle<Batching>, Halt> {
        self.take_batch(payload, commands).await
    }

    /// Sends the first batch as [`Cycle::submit`](Self::submit) does; one that is too large and has more than one command is
    /// given back to be cut. In a single-call cycle nothing is cut.
    ///
    /// # Errors
    /// [`Halt`] with the batch that failed, was refused for another reason, or may have been lost.
    pub async fn offer(self, payload: Payload, commands: u32) -> Result<Offered, Halt> {
        self.offer_batch(payload, commands).await
    }
}

impl Cycle<Batching> {
    /// Sends one more batch and waits until its job has ended well.
    ///
    /// # Errors
    /// [`Halt`] with the batch that failed, was refused, or may have been lost.
    pub async fn submit(self, payload: Payload, commands: u32) -> Result<Self, Halt> {
        self.take_batch(payload, commands).await
    }

    /// Sends one more batch as [`Cycle::submit`](Self::submit) does; one that is too large and has more than one command is
    /// given back to be cut.
    ///
    /// # Errors
    /// [`Halt`] with the batch that failed, was refused for another reason, or may have been lost.
    pub async fn offer(self, payload: Payload, commands: u32) -> Result<Offered, Halt> {
        self.offer_batch(payload, commands).await
    }

    /// States that the source ended properly: no further batch will come.
    ///
    /// # Errors
    /// [`Halt`] if commands of a batch that was too large have not come again, or the journal cannot be written.
    pub async fn seal(mut self) -> Result<Cycle<Sealed>, Halt> {
        self.driver.record(Event::SourceEnded).await?;
        Ok(self.becomes())
    }
}

impl Cycle<Sealed> {
    /// What finalization will do; the guard has to be asked about just this.
    pub fn finalization(&self) -> Finalization {
        self.state().finalization().unwrap_or_default()
    }

    /// Turns the guard's yes into the permit, on record.
    ///
    /// # Errors
    /// [`Halt`] if the guard was asked about another finalization or the journal cannot be written.
    pub async fn permit(&mut self, pass: &GuardPass) -> Result<FinalizePermit, Halt> {
        self.driver.record(Event::Permitted { numbers: pass.numbers(), reason: pass.reason() }).await?;
        match self.state().permit() {
            Some(permit) => Ok(FinalizePermit(permit)),
            None => unreachable!("a step that takes the permit keeps it"),
        }
    }

    /// Finalizes, once, and waits until the job has ended well. In a single-call cycle this sends everything.
    ///
    /// # Errors
    /// [`Halt`] if it failed, was refused, or may have been lost. It is never sent a second time from here once it may
    /// have been accepted.
    pub async fn finalize(mut self, permit: FinalizePermit) -> Result<Cycle<Finalized>, Halt> {
        let FinalizePermit(_used_up) = permit;
        self.driver.heed_stop().await?;
        self.driver.drive(Event::FinalizeOrdered).await?;
        match self.state().phase() {
            Phase::Finalized => Ok(self.becomes()),
            _ => Err(self.driver.failed(Call::Finalize)),
        }
    }

    /// Stops here, on record: the cycle stays open on the server and nothing is removed.
    pub async fn stop(mut self) -> Halt {
        match self.driver.record(Event::Stopped).await {
            Ok(_) => self.driver.halt(HaltReason::Stopped),
            Err(halt) => halt,
        }
    }
}

/// The permit to finalize: made by [`Cycle::permit`] alone, used up by [`Cycle::finalize`].
///
/// The cycle keeps what was granted; this is the caller's half, so that finalizing without asking cannot be written down.
#[derive(Debug)]
pub struct FinalizePermit(Permit);

impl FinalizePermit {
    /// What the guard had counted, and why it said yes.
    pub fn granted(&self) -> Permit {
        self.0
    }
}
