//! A state machine under test, driven event by event.

use std::num::NonZeroU8;
use std::time::Duration;

use sync_core::cycle::{Action, Call, CycleSettings, CycleState, Event, Phase, StepError, step};
use sync_core::guard::{GuardNumbers, PassReason};
use sync_core::journal::Entry;
use sync_core::{BatchNumber, Digest, Finalization, JobId, Outcome};

/// Every verdict that is not a success.
pub(crate) const BAD: [Outcome; 6] = [
    Outcome::CompletedWithErrors,
    Outcome::Aborted,
    Outcome::RolledBack,
    Outcome::BrokenOff,
    Outcome::Canceled,
    Outcome::Undetermined,
];

pub(crate) fn settings() -> CycleSettings {
    CycleSettings::new("harbour".parse().expect("a valid id")).with_finalization(Finalization::RemoveResources)
}

pub(crate) fn lanes(lanes: u8) -> CycleSettings {
    settings().with_lanes(NonZeroU8::new(lanes).expect("at least one lane"))
}

pub(crate) fn number(n: u32) -> BatchNumber {
    BatchNumber::new(n).expect("batches count from 1")
}

pub(crate) fn batch(n: u32) -> Call {
    Call::Batch(number(n))
}

pub(crate) fn job(id: &str) -> JobId {
    id.parse().expect("a valid job id")
}

/// Commands of every batch that is [`ready`].
pub(crate) const COMMANDS: u32 = 10;

pub(crate) fn ready(n: u32) -> Event {
    Event::BatchReady { batch: number(n), digest: Digest::from_bytes([n as u8; 16]), commands: COMMANDS, bytes: 1000 }
}

pub(crate) fn accepted(call: Call) -> Event {
    Event::Accepted { call, job: job("job-1") }
}

pub(crate) fn refused(call: Call, status: u16) -> Event {
    Event::Refused { call, status, retry_after: None }
}

pub(crate) fn judged(call: Call, outcome: Outcome) -> Event {
    Event::Judged { call, outcome, summary: None }
}

pub(crate) fn permitted(finalization: Finalization) -> Event {
    let numbers = GuardNumbers { known: 400, missing: 3, finalization };
    Event::Permitted { numbers, reason: PassReason::WithinLimit }
}

pub(crate) fn submit(call: Call) -> Action {
    Action::Submit { call }
}

/// That a list of actions is one look at the job after a first, short wait.
#[track_caller]
pub(crate) fn assert_polls(actions: &[Action], call: Call) {
    assert!(matches!(actions, [Action::Poll { call: polled, .. }] if *polled == call), "{actions:?}");
}

#[track_caller]
pub(crate) fn assert_searches(actions: &[Action], call: Call) {
    assert!(matches!(actions, [Action::Search { call: searched, .. }] if *searched == call), "{actions:?}");
}

#[track_caller]
pub(crate) fn assert_pauses(actions: &[Action], call: Call) -> Duration {
    match actions {
        [Action::Pause { call: paused, delay }] if *paused == call => *delay,
        _ => panic!("{actions:?}"),
    }
}

/// A cycle with its journal and a clock that is moved by hand.
pub(crate) struct Machine {
    pub(crate) state: CycleState,
    pub(crate) at: u64,
    pub(crate) journal: Vec<Entry>,
}

impl Machine {
    pub(crate) fn idle() -> Self {
        Self { state: CycleState::idle(), at: 1_000_000, journal: Vec::new() }
    }

    pub(crate) fn begun(settings: CycleSettings) -> Self {
        let mut machine = Self::idle();
        assert_eq!(machine.take(Event::Begun { settings: Box::new(settings) }), []);
        machine
    }

    /// One batch sent, its job accepted.
    pub(crate) fn polling(settings: CycleSettings) -> Self {
        let mut machine = Self::begun(settings);
        machine.take(ready(1));
        machine.take(accepted(batch(1)));
        machine
    }

    /// One batch, whose job ended so.
    pub(crate) fn ended(settings: CycleSettings, outcome: Outcome) -> Self {
        let mut machine = Self::polling(settings);
        machine.end(batch(1), outcome);
        machine
    }

    pub(crate) fn sealed() -> Self {
        let mut machine = Self::ended(settings(), Outcome::Succeeded);
        machine.take(Event::SourceEnded);
        machine
    }

    /// The finalization is about to be sent.
    pub(crate) fn finalizing() -> Self {
        let mut machine = Self::sealed();
        machine.finalize();
        machine
    }

    /// The job of a call ends.
    pub(crate) fn end(&mut self, call: Call, outcome: Outcome) {
        self.take(Event::JobEnded { call });
        self.take(judged(call, outcome));
    }

    /// The guard says yes and the finalization is ordered.
    pub(crate) fn finalize(&mut self) {
        let finalization = self.state.finalization().expect("a cycle has begun");
        self.take(permitted(finalization));
        assert_eq!(self.take(Event::FinalizeOrdered), [Action::Submit { call: Call::Finalize }]);
    }

    pub(crate) fn phase(&self) -> Phase {
        self.state.phase()
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.at += seconds * 1000;
    }

    pub(crate) fn attempt(&mut self, event: Event) -> Result<Vec<Action>, StepError> {
        let entry = Entry { at: self.at, event };
        let (state, actions) = step(&self.state, &entry)?;
        self.state = state;
        self.journal.push(entry);
        Ok(actions)
    }

    /// An event that must be possible here.
    #[track_caller]
    pub(crate) fn take(&mut self, event: Event) -> Vec<Action> {
        let shown = format!("{event:?}");
        self.attempt(event).unwrap_or_else(|error| panic!("{shown}: {error}"))
    }

    /// An event that must not be possible here.
    #[track_caller]
    pub(crate) fn refuse(&mut self, event: Event) -> StepError {
        let shown = format!("{event:?}");
        match self.attempt(event) {
            Ok(actions) => panic!("{shown} was taken in {:?} and led to {actions:?}", self.phase()),
            Err(error) => error,
        }
    }
}
