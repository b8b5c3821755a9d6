//! One process: a run, or one that carries it on, until it ends or dies.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sync_core::clock::Clock;
use sync_core::cycle::Patience;
use sync_core::guard::GuardLimits;
use sync_engine::store::{SqliteStore, StateKey, StateStore};
use sync_engine::{Engine, Input, Report, ResumeOptions, RunOptions, RunOutcome};
use sync_formats::BatchLimits;
use sync_http::{Credentials, HttpService, HttpTransport};

use super::bugs::Bug;
use super::sources::Source;
use super::state::{Death, Life, Moment, State};
use super::wire::{Stranger, Visitor, Wire};
use super::world::{ID, World};

/// What a process is to do.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    Run { file: PathBuf },
    Resume,
}

/// What befalls a process.
#[derive(Debug, Clone, Default)]
pub(super) struct Fate {
    faults: u64,
    death: Option<Death>,
    full_at: Option<u64>,
    expires_at: Option<u64>,
    visit: Option<(u64, Visit)>,
    no_wait: bool,
    /// How many commands a batch has, if not as many as usual.
    batch: Option<u32>,
    pub(super) bug: Option<Bug>,
}

#[derive(Debug, Clone, Copy)]
enum Visit {
    /// A second worker for the same synchronization.
    Second,
    /// A worker for another one, with the same user and the same state.
    Neighbour,
}

impl Fate {
    /// One blow, and nothing beside it.
    pub(super) fn blow(death: Option<Death>, full_at: Option<u64>) -> Self {
        Self { death, full_at, ..Self::default() }
    }

    /// None; with one batch for everything, where all of it is taken.
    pub(super) fn undisturbed(source: &Source) -> Self {
        Self { batch: (!source.is_bad).then_some(1000), ..Self::default() }
    }

    /// Some fate.
    pub(super) fn by(world: &World) -> Self {
        let chance = &world.chance;
        let moment = || chance.one(&[Moment::Before, Moment::After]);
        let mut fate = Self { faults: world.setup.faults, ..Self::default() };
        match chance.below(100) {
            0..=24 => fate.death = Some(Death::AtWrite(chance.below(45), moment())),
            25..=44 => fate.death = Some(Death::AtRequest(chance.below(45), moment())),
            45..=49 => fate.full_at = Some(chance.below(40)),
            50..=54 => fate.expires_at = Some(chance.below(40)),
            _ => {}
        }
        if chance.happens(15) {
            fate.visit = Some((chance.below(25), chance.one(&[Visit::Second, Visit::Neighbour])));
        }
        fate.no_wait = chance.happens(8);
        fate
    }
}

pub(super) fn key(id: &str) -> StateKey {
    StateKey::new("simulation", id.parse().expect("a good id"))
}

/// Runs a process to its end, and gives its report; `None` if it died. `source` is what it reads.
pub(super) async fn process(world: &Arc<World>, asked: &Asked, source: &Source, fate: Fate) -> Option<Report> {
    let verb = match asked {
        Asked::Run { file } => format!("run {:?}", file.file_name().unwrap_or_default()),
        Asked::Resume => "resume".to_owned(),
    };
    world.note(format_args!("{verb} with {:?}: {fate:?}", source.things()));
    let life = Life::new(fate.death);
    let store = State::new(world.open_state(), Arc::clone(&life), fate.full_at, fate.bug == Some(Bug::ForgetsJobs));
    let visitor: Option<Arc<dyn Visitor>> = fate.visit.map(|(at, visit)| {
        let visitor = Caller { world: Arc::clone(world), at, visit, source: source.clone() };
        Arc::new(visitor) as Arc<dyn Visitor>
    });
    let mut wire = Wire::new(world, &life, key(ID));
    (wire.faults, wire.expires_at, wire.bug, wire.visitor) = (fate.faults, fate.expires_at, fate.bug, visitor);
    let engine = Engine::new(Arc::new(store), Arc::new(transport(wire)), world.state())
        .with_clock(Arc::clone(world) as Arc<dyn Clock>);
    let mut patience = Patience::default().with_poll(world.setup.poll);
    if fate.bug == Some(Bug::SendsBesideRunningCopy) {
        patience = patience.with_quiet_period(Duration::ZERO);
    }
    let report = match asked {
        Asked::Run { file } => {
            let input = Input::file(file, None).expect("the source is there");
            let limits = match fate.bug {
                Some(Bug::SkipsGuard) => GuardLimits::default().with_allow_removals(Some(u64::MAX)),
                _ => world.setup.limits.clone(),
            };
            let options = RunOptions::new(key(ID))
                .with_finalization(world.setup.finalization)
                .with_guard(limits)
                .with_batches(BatchLimits::default().with_commands(fate.batch.unwrap_or(world.setup.batch_commands)))
                .with_continue_on_error(world.setup.continue_on_error)
                .with_patience(patience)
                .with_no_wait(fate.no_wait);
            engine.run(vec![input], options).await
        }
        Asked::Resume => {
            let options = ResumeOptions::new(key(ID)).with_patience(patience).with_no_wait(fate.no_wait);
            engine.resume(options).await
        }
    };
    let died = life.is_over();
    life.end();
    if died {
        world.note("dies");
        world.count("died");
    } else {
        world.note(format_args!("ends {:?}: {:?} {:?}", report.outcome, report.recovery, report.message));
        world.count(word(report.outcome));
        for sentence in &report.recovery {
            for (part, what) in TOLD {
                if sentence.contains(part) {
                    world.count(what);
                }
            }
        }
    }
    (!died).then_some(report)
}

/// What is said of recoveries, and what it is counted as.
const TOLD: [(&str, &str); 6] = [
    ("goes on with the next one", "went on"),
    ("goes on with the finalization", "went on with the finalization"),
    ("is sent again: what its finalization", "replayed after a finalization"),
    ("is sent again: the target", "replayed in doubt"),
    ("had gone through", "finalization had gone through"),
    ("was found", "job found"),
];

fn word(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Finalized => "finalized",
        RunOutcome::NothingToResume => "nothing to resume",
        RunOutcome::InputChanged => "input changed",
        RunOutcome::Guarded => "guarded",
        RunOutcome::Failed => "failed",
        RunOutcome::Uncertain => "uncertain",
        RunOutcome::Running => "left running",
        RunOutcome::Denied => "denied",
        RunOutcome::Unreachable => "unreachable",
        RunOutcome::Broken => "broken",
        _ => "other",
    }
}

fn transport(service: impl HttpService + 'static) -> HttpTransport {
    let credentials = Credentials::Basic { username: "admin".to_owned(), password: "admin".into() };
    HttpTransport::over(Arc::new(service), "http://localhost", credentials).expect("a good target")
}

/// Somebody runs the same synchronization with a state folder of his own, while nobody of ours is at work: he brings the
/// source, leaves alone what is missing, and ends whatever cycle the target had open.
pub(super) async fn stranger(world: &Arc<World>, source: &Source) {
    let state = world.path().join("stranger");
    let store = SqliteStore::open(&state).expect("a state folder");
    let file = world.path().join("stranger.json");
    std::fs::write(&file, source.text()).expect("a source is written");
    let service = Stranger { world: Arc::clone(world), source: source.clone() };
    let engine = Engine::new(Arc::new(store), Arc::new(transport(service)), state)
        .with_clock(Arc::clone(world) as Arc<dyn Clock>);
    let input = Input::file(&file, None).expect("the source is there");
    let report = engine.run(vec![input], RunOptions::new(key(ID))).await;
    world.note(format_args!("a stranger ends {:?}", report.outcome));
    if report.outcome == RunOutcome::Finalized {
        world.count("a stranger has taken over");
    }
}

/// Somebody who comes along while a request of another process is under way.
struct Caller {
    world: Arc<World>,
    at: u64,
    visit: Visit,
    source: Source,
}

#[async_trait]
impl Visitor for Caller {
    async fn visit(&self, request: u64) {
        // Once nothing more is to be sent the lock is free, and whoever comes may come in.
        let is_held = self.world.eyes.holder(&key(ID)).expect("the state can be read").is_some();
        if request != self.at || !is_held {
            return;
        }
        let (id, text) = match self.visit {
            Visit::Second => (ID, self.source.text()),
            Visit::Neighbour => ("neighbour", NEIGHBOUR.to_owned()),
        };
        let file = self.world.path().join(format!("{id}-visit.json"));
        std::fs::write(&file, text).expect("a source is written");
        let wire = Wire::new(&self.world, &Life::new(None), key(id));
        let engine = Engine::new(Arc::new(self.world.open_state()), Arc::new(transport(wire)), self.world.state())
            .with_clock(Arc::clone(&self.world) as Arc<dyn Clock>);
        let input = Input::file(&file, None).expect("the source is there");
        let report = Box::pin(engine.run(vec![input], RunOptions::new(key(id)))).await;
        match self.visit {
            Visit::Second => {
                self.world.count("second worker");
                let refused = report.outcome == RunOutcome::Uncertain
                    && report.message.iter().any(|sentence| sentence.contains("another run works on"));
                if !refused {
                    self.world.wrong(format!("a second worker was let in: {:?}", report.message));
                }
            }
            Visit::Neighbour if report.outcome == RunOutcome::Finalized => self.world.count("neighbour came through"),
            Visit::Neighbour => self.world.count("neighbour did not come through"),
        }
    }
}

/// What the neighbour has.
const NEIGHBOUR: &str = concat!(
    r#"[{"resourceType":"Community","identifier":{"name":"Neighbour"}},"#,
    r#"{"resourceType":"Domain","identifier":{"name":"yard","community":{"name":"Neighbour"}},"type":{"name":"Physical Data Dictionary"}},"#,
    r#"{"resourceType":"Asset","identifier":{"name":"shed","domain":{"name":"yard","community":{"name":"Neighbour"}}},"type":{"name":"Table"}}]"#
);
