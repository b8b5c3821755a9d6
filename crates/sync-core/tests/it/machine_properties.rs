//! What no sequence of events may lead to.
//!
//! A history is a list of numbers, so that proptest can shrink it. It is played by a driver that mostly does its work,
//! sometimes is stopped or crashes, and sometimes reports nonsense, against a server that answers anything. A `Watch`
//! keeps its own, simpler account of what was sent and learnt, and checks each step of the machine against it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroU8;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sync_core::cycle::{
    Action, Call, CycleMode, CycleSettings, CycleState, Event, ExchangeState, Patience, Phase, step,
};
use sync_core::journal::Entry;
use sync_core::{Finalization, Outcome};

use crate::support::*;

/// One turn of a history: what to do, and two numbers to choose by.
type Turn = (u8, u8, u8);

const QUIET: Duration = Duration::from_secs(60);

/// What the watch knows of one call of the present attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    /// Told to be sent, no answer yet.
    Sent,
    /// Proven not accepted.
    NotAccepted,
    /// Accepted, its job not judged.
    Running,
    /// May have been accepted, since this time.
    Uncertain(u64),
    /// May have been accepted, but no copy is at work any more.
    Quiet,
    /// Judged.
    Ended(Outcome),
}

impl Known {
    fn may_run(self) -> bool {
        matches!(self, Self::Sent | Self::Running | Self::Uncertain(_))
    }

    fn is_uncertain(self) -> bool {
        matches!(self, Self::Uncertain(_))
    }
}

/// An account of a history, kept beside the machine.
#[derive(Debug, Default)]
struct Watch {
    settings: Option<CycleSettings>,
    calls: BTreeMap<Call, Known>,
    /// Batches announced in this attempt, and how failed ones were settled.
    ready: u32,
    repaired: Vec<u32>,
    forgiven: Vec<u32>,
    repair_due: bool,
    /// Commands of halved batches that have not come again yet, at least.
    owed: u64,
    source_ended: bool,
    permitted: bool,
    stopped: bool,
}

impl Watch {
    fn single(&self) -> bool {
        self.settings.as_ref().is_some_and(|settings| settings.mode == CycleMode::SingleCall)
    }

    fn known(&self, n: u32) -> Option<Known> {
        self.calls.get(&batch(n)).copied()
    }

    /// Whether finalizing may be permitted: the source ended and every batch is settled.
    fn complete(&self) -> bool {
        let settled = |n| {
            let good = self.known(n) == Some(Known::Ended(Outcome::Succeeded));
            good || self.repaired.contains(&n) || self.forgiven.contains(&n)
        };
        self.source_ended && self.ready > 0 && (self.single() || (1..=self.ready).all(settled))
    }

    fn anew(&mut self) {
        *self = Self { settings: self.settings.take(), ..Self::default() };
    }

    /// Takes an event that the machine took.
    fn learn(&mut self, entry: &Entry) {
        let at = entry.at;
        match &entry.event {
            Event::Begun { settings } => {
                self.anew();
                self.settings = Some((**settings).clone());
            }
            Event::BatchReady { commands, .. } => {
                self.owed = self.owed.saturating_sub(u64::from(*commands));
                self.ready += 1;
                self.repair_due = false;
            }
            Event::Accepted { call, .. } | Event::Found { call, .. } => {
                self.calls.insert(*call, Known::Running);
            }
            Event::NotSent { call } if !self.stopped => {
                self.calls.insert(*call, Known::NotAccepted);
            }
            Event::Refused { call, status, .. } if !self.stopped => {
                let proven = matches!(status, 300..=407 | 409..=499);
                self.calls.insert(*call, if proven { Known::NotAccepted } else { Known::Uncertain(at) });
                if *call == Call::Finalize && *status != 429 {
                    self.permitted = false;
                }
            }
            Event::Lost { call } if !self.stopped => {
                self.calls.insert(*call, Known::Uncertain(at));
            }
            Event::NotFound { call } | Event::SearchUnavailable { call } => {
                if let Some(Known::Uncertain(since)) = self.calls.get(call).copied()
                    && at - since >= QUIET.as_millis() as u64
                {
                    self.calls.insert(*call, Known::Quiet);
                }
            }
            Event::Judged { call, outcome, .. } => {
                self.calls.insert(*call, Known::Ended(*outcome));
            }
            Event::Repaired { batch } => {
                self.repaired.push(batch.get());
                self.repair_due = true;
                self.source_ended = false;
            }
            Event::Halved { batch } => {
                assert_eq!(
                    self.known(batch.get()),
                    Some(Known::NotAccepted),
                    "halved although it may have been accepted"
                );
                self.repaired.push(batch.get());
                self.owed += u64::from(COMMANDS);
                self.source_ended = false;
            }
            Event::ErrorsAccepted { batch } => {
                assert_eq!(self.known(batch.get()), Some(Known::Ended(Outcome::CompletedWithErrors)));
                self.forgiven.push(batch.get());
                self.permitted = false;
            }
            Event::SourceEnded => {
                assert!(!self.repair_due, "the source ended before the repair came");
                assert_eq!(self.owed, 0, "the source ended before the halves came");
                self.source_ended = true;
            }
            Event::Permitted { numbers, .. } => {
                assert!(self.complete(), "a permit before the source ended with every batch settled");
                assert!(self.forgiven.is_empty() || numbers.finalization == Finalization::Ignore);
                self.permitted = true;
            }
            Event::Replay => {
                assert!(!self.calls.values().any(|known| known.may_run()), "a replay beside a call that may run");
                self.anew();
            }
            Event::Ambiguous { call: Call::Batch(_) } | Event::Stopped => {
                self.cut_off(at);
                self.stopped = true;
            }
            Event::Resumed => {
                self.cut_off(at);
                self.stopped = false;
                self.permitted = self.permitted && self.calls.get(&Call::Finalize).is_some_and(|known| known.may_run());
            }
            Event::GivenUp => {
                assert!(!self.calls.values().any(|known| known.may_run()), "given up beside a call that may run");
                *self = Self::default();
            }
            _ => {}
        }
    }

    /// What was being sent when work ended may have been accepted.
    fn cut_off(&mut self, at: u64) {
        for known in self.calls.values_mut().filter(|known| **known == Known::Sent) {
            *known = Known::Uncertain(at);
        }
    }

    /// Checks what the machine wants to have sent.
    fn submit(&mut self, call: Call, state: &CycleState) {
        assert!(!self.stopped, "{call} is sent after a stop");
        let finalize = self.calls.get(&Call::Finalize).copied();
        let proven = matches!(finalize, None | Some(Known::NotAccepted));
        match call {
            Call::Batch(number) => {
                assert!(number.get() <= self.ready, "{call} was never ready");
                assert!(proven, "{call} is sent although a finalization may have been accepted");
                let uncertain = self.calls.values().any(|known| known.is_uncertain());
                assert!(!uncertain, "{call} is sent while a call is uncertain");
                let known = self.known(number.get());
                assert!(
                    matches!(known, None | Some(Known::NotAccepted | Known::Quiet)),
                    "{call} is sent twice: {known:?}"
                );
            }
            Call::Finalize => {
                assert!(self.permitted, "finalized without the permit");
                assert!(self.complete(), "finalized before the source ended with every batch settled");
                assert!(proven, "a second finalization although one may have been accepted: {finalize:?}");
                let running = self.calls.iter().any(|(call, known)| *call != Call::Finalize && known.may_run());
                assert!(!running, "finalized beside a batch that may run");
                if state.finalization() != Some(Finalization::Ignore) {
                    assert!(self.forgiven.is_empty(), "finalized destructively although errors were accepted");
                    let blind = self.settings.as_ref().is_some_and(|settings| settings.continue_on_error);
                    assert!(!(self.single() && blind), "a single call that skips commands finalizes destructively");
                }
            }
        }
        self.calls.insert(call, Known::Sent);
        let lanes = self.settings.as_ref().map_or(0, |settings| usize::from(settings.lanes.get()));
        let in_flight = self.calls.iter().filter(|(call, known)| **call != Call::Finalize && known.may_run()).count();
        assert!(in_flight <= lanes, "{in_flight} batches in flight on {lanes} lanes");
    }
}

/// A machine, its driver and the watch.
struct World {
    state: CycleState,
    at: u64,
    journal: Vec<Entry>,
    /// What the driver has yet to do.
    pending: Vec<Action>,
    /// The driver has given up until somebody resumes.
    halted: bool,
    watch: Watch,
    /// Nonsense was taken somewhere: pending actions need not fit any more.
    faithful: bool,
    seen: BTreeMap<String, u32>,
}

impl World {
    fn new() -> Self {
        Self {
            state: CycleState::idle(),
            at: 1_000_000,
            journal: Vec::new(),
            pending: Vec::new(),
            halted: false,
            watch: Watch::default(),
            faithful: true,
            seen: BTreeMap::new(),
        }
    }

    fn take(&mut self, event: Event) -> bool {
        let entry = Entry { at: self.at, event };
        let before = self.state.clone();
        match step(&self.state, &entry) {
            Err(_) => {
                assert_eq!(self.state, before, "a refused event left a trace");
                self.count("refused");
                false
            }
            Ok((state, actions)) => {
                self.state = state;
                self.watch.learn(&entry);
                for action in &actions {
                    match action {
                        Action::Submit { call } => self.watch.submit(*call, &self.state),
                        Action::Leave { .. } => self.halted = true,
                        _ => {}
                    }
                }
                match entry.event {
                    Event::Replay | Event::GivenUp | Event::Begun { .. } => self.pending.clear(),
                    Event::Stopped => self.see_to_the_end(),
                    Event::Resumed => {
                        self.pending.clear();
                        self.halted = false;
                    }
                    Event::Ambiguous { .. } => self.halted = true,
                    _ => {}
                }
                self.pending.extend(actions.into_iter().filter(|action| !matches!(action, Action::Leave { .. })));
                self.count(entry.event.name());
                self.count(&format!("{:?}", self.state.phase()));
                self.journal.push(entry);
                self.check();
                true
            }
        }
    }

    /// After a stop nothing is sent, but what became of what was sent is still looked for.
    fn see_to_the_end(&mut self) {
        self.pending.retain(|action| matches!(action, Action::Poll { .. } | Action::Judge { .. }));
        let uncertain = self.watch.calls.iter().filter(|(_, known)| known.is_uncertain());
        let searches = uncertain.map(|(call, _)| Action::Search { call: *call, after: Duration::from_secs(1) });
        self.pending.extend(searches);
    }

    fn count(&mut self, what: &str) {
        *self.seen.entry(what.to_owned()).or_default() += 1;
    }

    /// What holds after every step.
    fn check(&self) {
        if !self.watch.forgiven.is_empty() {
            assert_eq!(
                self.state.finalization(),
                Some(Finalization::Ignore),
                "accepted errors, destructive finalization"
            );
        }
        let phase = self.state.phase();
        if self.halted || !self.faithful || matches!(phase, Phase::Idle | Phase::Abandoned) {
            return;
        }
        let batches = (1..=self.watch.ready).filter_map(|n| self.state.exchange(batch(n)));
        let waits = batches.chain(self.state.finalize()).any(|exchange| {
            !matches!(
                exchange.state(),
                ExchangeState::Ended { .. }
                    | ExchangeState::Refused { .. }
                    | ExchangeState::Unknown { quiet: true, .. }
            )
        });
        assert!(!waits || !self.pending.is_empty(), "stuck in {phase:?}: nothing left to do, yet a call is not over");
        assert!(phase != Phase::BatchUnknown || waits, "stuck in {phase:?}: nothing to wait for");
    }

    /// The driver does one thing it was told to.
    fn work(&mut self, which: u8, luck: u8) {
        let action = self.pending.remove(usize::from(which) % self.pending.len());
        let event = match action {
            Action::Submit { call } => match luck {
                0..=169 => accepted(call),
                170..=184 => Event::NotSent { call },
                185..=199 => Event::Refused { call, status: 429, retry_after: Some(Duration::from_secs(3)) },
                200..=204 => refused(call, 400),
                205..=209 => refused(call, 413),
                210..=219 => refused(call, 503),
                _ => Event::Lost { call },
            },
            Action::Pause { call, delay } => {
                self.at += delay.as_millis() as u64;
                Event::PauseOver { call }
            }
            Action::Poll { call, after, .. } => {
                self.at += after.as_millis() as u64;
                match luck {
                    0..=59 => Event::JobRunning { call },
                    60..=69 => Event::JobUnreadable { call, missing: luck.is_multiple_of(2) },
                    _ => Event::JobEnded { call },
                }
            }
            Action::Judge { call, .. } => judged(call, outcome(luck)),
            Action::Search { call, after } => {
                self.at += after.as_millis() as u64;
                match luck {
                    0..=59 => Event::Found { call, job: job("found") },
                    60..=79 => Event::Sighted { call, candidate: job("perhaps") },
                    80..=159 => Event::NotFound { call },
                    160..=239 => Event::SearchUnavailable { call },
                    _ => Event::Ambiguous { call },
                }
            }
            other => panic!("the driver does not know {other:?}"),
        };
        self.take(event);
    }

    /// Whoever owns the driver decides what comes next.
    fn decide(&mut self, what: u8, luck: u8) {
        let next = self.watch.ready + 1;
        let failed = number(u32::from(what) % self.watch.ready.max(1) + 1);
        match self.state.phase() {
            Phase::Idle | Phase::Finalized => drop(self.take(begin(what, luck))),
            Phase::Open => drop(self.take(ready(next))),
            Phase::Batching if luck < 190 && next < 9 && self.take(ready(next)) => {}
            Phase::Batching => drop(self.take(Event::SourceEnded)),
            Phase::BatchFailed if luck >= 20 && self.take(Event::Halved { batch: failed }) => {}
            Phase::BatchFailed if luck < 100 => drop(self.take(Event::ErrorsAccepted { batch: failed })),
            Phase::BatchFailed if luck < 240 => drop(self.take(Event::Repaired { batch: failed })),
            Phase::Sealed => {
                // Mostly asked for and used, sometimes not asked for (again), sometimes not used.
                if luck >= 40 {
                    self.take(permitted(self.state.finalization().unwrap_or_default()));
                }
                if luck < 230 {
                    self.take(Event::FinalizeOrdered);
                }
            }
            Phase::Abandoned if luck < 60 => {}
            Phase::Abandoned if luck < 90 => drop(self.take(Event::GivenUp)),
            Phase::Abandoned if luck >= 240 => drop(self.take(Event::Replay)),
            Phase::Abandoned => drop(self.take(Event::Resumed)),
            Phase::FinalizeUnknown | Phase::FinalizeFailed | Phase::BatchFailed => drop(self.take(Event::Replay)),
            _ if self.halted => drop(self.take(Event::Resumed)),
            _ => {}
        }
    }

    /// The process dies and is started again: what it was doing is forgotten, what is recorded is not.
    fn crash(&mut self) {
        self.pending.clear();
        self.state = replayed(&self.journal);
        self.take(Event::Resumed);
    }

    fn turn(&mut self, (what, which, luck): Turn) {
        match what {
            0..=139 if !self.pending.is_empty() && !self.halted => self.work(which, luck),
            0..=209 => self.decide(which, luck),
            210..=224 => self.at += u64::from(which) * 500,
            225..=229 => drop(self.take(Event::Stopped)),
            230..=234 => self.crash(),
            _ => {
                if self.take(nonsense(which, luck)) {
                    self.faithful = false;
                }
            }
        }
    }
}

fn outcome(luck: u8) -> Outcome {
    match luck {
        0..=179 => Outcome::Succeeded,
        180..=219 => Outcome::CompletedWithErrors,
        _ => BAD[usize::from(luck) % BAD.len()],
    }
}

fn begin(what: u8, luck: u8) -> Event {
    let finalization =
        [Finalization::RemoveResources, Finalization::Ignore, Finalization::ChangeStatus(Default::default())];
    let settings = settings()
        .with_lanes(NonZeroU8::new(what % 3 + 1).unwrap_or(NonZeroU8::MIN))
        .with_mode(if luck.is_multiple_of(5) { CycleMode::SingleCall } else { CycleMode::Batches })
        .with_continue_on_error(luck.is_multiple_of(2))
        .with_finalization(finalization[usize::from(luck) % 3])
        .with_patience(Patience::default().with_quiet_period(QUIET).with_max_tries(u32::from(what % 4) + 1))
        .with_seed(u64::from(luck));
    Event::Begun { settings: Box::new(settings) }
}

/// Any event at all about any call.
fn nonsense(which: u8, luck: u8) -> Event {
    let n = u32::from(luck) % 4;
    let call = if n == 0 { Call::Finalize } else { batch(n) };
    match which % 26 {
        0 => begin(luck, which),
        1 => ready(n + 1),
        2 => accepted(call),
        3 => Event::NotSent { call },
        4 => refused(call, 400 + u16::from(luck)),
        5 => Event::Lost { call },
        6 => Event::PauseOver { call },
        7 => Event::JobRunning { call },
        8 => Event::JobEnded { call },
        9 => Event::JobUnreadable { call, missing: luck.is_multiple_of(2) },
        10 => judged(call, outcome(luck)),
        11 => Event::Found { call, job: job("nonsense") },
        12 => Event::NotFound { call },
        13 => Event::SearchUnavailable { call },
        14 => Event::Ambiguous { call },
        15 => Event::Repaired { batch: number(n + 1) },
        16 => Event::ErrorsAccepted { batch: number(n + 1) },
        17 => Event::SourceEnded,
        18 => permitted(if n == 0 { Finalization::Ignore } else { Finalization::RemoveResources }),
        19 => Event::FinalizeOrdered,
        20 => Event::Replay,
        21 => Event::Sighted { call, candidate: job("nonsense") },
        22 => Event::Left { call },
        23 => Event::PatienceSet { patience: Box::new(Patience::default().with_quiet_period(QUIET)) },
        24 => Event::Halved { batch: number(n + 1) },
        _ => [Event::Stopped, Event::Resumed, Event::GivenUp][usize::from(luck) % 3].clone(),
    }
}

/// The state a journal leads to after a way through its text form.
fn replayed(journal: &[Entry]) -> CycleState {
    let through_text = journal.iter().map(|entry| {
        let line = serde_json::to_string(entry).expect("an entry is JSON");
        let read: Entry = serde_json::from_str(&line).expect("an entry is read back");
        assert_eq!(read, *entry, "{line}");
        read
    });
    let entries: Vec<Entry> = through_text.collect();
    CycleState::replay(&entries).expect("what was taken once is taken again")
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// Plays histories; afterwards each of `must_see` has to have come up, or they prove nothing.
fn play(cases: u32, turns: impl Strategy<Value = Vec<Turn>>, must_see: &[(&str, u32)]) {
    let seen = RefCell::new(BTreeMap::<String, u32>::new());
    let mut runner =
        TestRunner::new_with_rng(config(cases), proptest::test_runner::TestRng::deterministic_rng(Default::default()));
    let result = runner.run(&turns, |turns| {
        let mut world = World::new();
        turns.into_iter().for_each(|turn| world.turn(turn));
        assert_eq!(replayed(&world.journal), world.state, "the journal tells another story");
        let text = serde_json::to_string(&world.state).expect("a state is JSON");
        let read: CycleState = serde_json::from_str(&text).expect("a state is read back");
        assert_eq!(read, world.state, "{text}");
        for (what, times) in world.seen {
            *seen.borrow_mut().entry(what).or_default() += times;
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let seen = seen.into_inner();
    for (what, least) in must_see {
        let times = seen.get(*what).copied().unwrap_or(0);
        assert!(times >= *least, "{what} came up {times} times only: {seen:#?}");
    }
}

#[test]
fn no_guided_history_breaks_the_rules() {
    let turns = prop::collection::vec(any::<Turn>(), 0..160);
    play(
        2500,
        turns,
        &[
            ("Finalized", 300),
            ("Finalizing", 1000),
            ("FinalizeUnknown", 200),
            ("FinalizeFailed", 100),
            ("BatchUnknown", 1000),
            ("BatchFailed", 1000),
            ("Abandoned", 1000),
            ("Sealed", 1000),
            ("replay", 100),
            ("repaired", 100),
            ("halved", 100),
            ("errors_accepted", 100),
            ("given_up", 20),
            ("ambiguous", 20),
            ("sighted", 100),
            ("left", 20),
            ("refused", 1000),
        ],
    );
}

#[test]
fn no_sequence_of_random_events_breaks_the_rules() {
    let raw = (235..=255u8, any::<u8>(), any::<u8>());
    play(2500, prop::collection::vec(raw, 0..200), &[("refused", 1000), ("Finalizing", 1), ("Sealed", 20)]);
}
