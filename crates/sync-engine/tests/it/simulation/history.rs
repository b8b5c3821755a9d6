//! One history: several cycles, what goes wrong in them, and what has to hold afterwards.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sync_core::Finalization;
use sync_core::clock::Clock;
use sync_core::cycle::{CycleState, Phase};
use sync_core::guard::GuardLimits;
use sync_emulator::Readings;
use sync_engine::RunOutcome;
use sync_engine::store::StateStore;

use super::bugs::Bug;
use super::chance::Chance;
use super::process::{Asked, Fate, key, process, stranger};
use super::setup::Setup;
use super::sources::Source;
use super::state::Death;
use super::world::{ID, World};

/// Processes of one cycle that meet with something; after these nothing goes wrong any more.
const TROUBLED: u32 = 6;
/// Processes of one cycle, at most.
const MOST: u32 = 16;

/// How a cycle came to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Finalized,
    /// The guard said no.
    Guarded,
    /// A batch failed.
    Failed,
}

/// What came up in a history that broke no rule.
pub(super) type Tally = BTreeMap<&'static str, u64>;

struct History {
    world: Arc<World>,
    twin: Arc<World>,
    bug: Option<Bug>,
    source: Source,
    files: u32,
    /// Finalizations that were executed before this cycle.
    executed: u64,
    /// Whether the catalogue has to be that of the undisturbed runs.
    is_comparable: bool,
    /// Whether the guard has stopped what it would not have stopped undisturbed.
    stands: bool,
}

/// Plays the history of a seed; an error tells the rule that was broken, and the whole story if that `is_told`.
pub(super) async fn play(seed: u64, bug: Option<Bug>, is_told: bool) -> Result<Tally, String> {
    let chance = Chance::new(seed);
    let setup = Setup::by(&chance);
    let mut history = History::new(seed, chance, setup, bug).await;
    let played = history.play().await;
    let told = |wrong| format!("{wrong}\n{:#?}\n{}", history.world.setup, history.world.log());
    played.map(|()| history.world.tally()).map_err(|wrong| if is_told { told(wrong) } else { wrong })
}

/// Everything that happens in the history of a seed.
pub(super) async fn story(seed: u64) -> String {
    let chance = Chance::new(seed);
    let setup = Setup::by(&chance);
    let mut history = History::new(seed, chance, setup, None).await;
    let played = history.play().await;
    // Jobs and folders are called otherwise each time.
    let is_id = |word: &&str| word.len() != 36 || word.matches('-').count() != 4;
    let log = history.world.log();
    format!("{played:?}\n{}", log.split(' ').filter(is_id).collect::<Vec<_>>().join(" "))
}

/// A cycle in which one thing befalls the first process, in a world where nothing else goes wrong; it is carried on, and the
/// catalogue is that of undisturbed runs. Tells whether it befell it.
pub(super) async fn one_blow(death: Option<Death>, full_at: Option<u64>) -> Result<bool, String> {
    let chance = Chance::new(7);
    let mut setup = Setup::by(&chance).undisturbed();
    setup.finalization = Finalization::RemoveResources;
    setup.limits = GuardLimits::default().with_allow_removals(Some(u64::MAX));
    setup.readings = Readings::default();
    setup.batch_commands = 6;
    let mut history = History::new(1, chance, setup, None).await;
    history.cycle().await?;
    let mut edited = history.source.edited(&history.world.chance, 2);
    edited.is_bad = false;
    let file = history.write(&edited);
    let fate = Fate::blow(death, full_at);
    let struck = process(&history.world, &Asked::Run { file: file.clone() }, &edited, fate).await;
    history.rules_hold()?;
    match struck.as_ref().map(|report| report.outcome) {
        Some(RunOutcome::Finalized) => return Ok(false),
        None | Some(RunOutcome::Broken) => {}
        Some(_) => return Err(format!("a full disk ends otherwise: {struck:?}")),
    }
    let mut report = process(&history.world, &Asked::Resume, &edited, Fate::default()).await;
    let begun = history.standing() > 1;
    if report.as_ref().is_some_and(|report| report.outcome == RunOutcome::NothingToResume) && !begun {
        report = process(&history.world, &Asked::Run { file }, &edited, Fate::default()).await;
    }
    history.rules_hold()?;
    match report.as_ref().map(|report| report.outcome) {
        Some(RunOutcome::Finalized) => {}
        Some(RunOutcome::NothingToResume) if history.is_finalized_since(1) => {}
        _ => return Err(format!("it is not carried on: {report:?}")),
    }
    history.rest(Rest::Finalized, &edited).await?;
    Ok(true)
}

impl History {
    async fn new(seed: u64, chance: Chance, setup: Setup, bug: Option<Bug>) -> Self {
        let source = Source::first(&chance);
        let twin = World::new(Chance::new(seed ^ 1), setup.undisturbed()).await;
        let world = World::new(chance, setup).await;
        Self { world, twin, bug, source, files: 0, executed: 0, is_comparable: true, stands: false }
    }

    async fn play(&mut self) -> Result<(), String> {
        for version in 2..2 + self.world.setup.cycles {
            self.cycle().await?;
            self.source = self.source.edited(&self.world.chance, version);
        }
        self.close().await
    }

    fn write(&mut self, source: &Source) -> PathBuf {
        self.files += 1;
        let file = self.world.path().join(format!("source-{}.json", self.files));
        self.world.write(source, &file);
        file
    }

    fn rules_hold(&self) -> Result<(), String> {
        match self.world.violations().as_slice() {
            [] => Ok(()),
            wrong => Err(wrong.join("; ")),
        }
    }

    /// One cycle, with as many processes as it takes.
    async fn cycle(&mut self) -> Result<(), String> {
        let mut source = self.source.clone();
        let mut file = self.write(&source);
        let mut asked = Asked::Run { file: file.clone() };
        let before = self.standing();
        self.executed = self.world.executed();
        let mut last = String::new();
        for number in 0..MOST {
            let mut fate = if number < TROUBLED { Fate::by(&self.world) } else { Fate::default() };
            fate.bug = self.bug;
            // Somebody comes back after a while: at once at first, later with more patience.
            let away = if number < TROUBLED { self.world.chance.below(60) } else { 120 };
            self.world.sleep(Duration::from_secs(away * u64::from(number.min(1)))).await;
            let is_visited = self.world.setup.has_stranger && number > 0 && number < TROUBLED;
            if is_visited && self.may_be_taken_over() && self.world.chance.happens(30) {
                // What he ignores he may make the target forget.
                self.is_comparable = false;
                stranger(&self.world, &source).await;
                self.rules_hold()?;
            }
            let report = process(&self.world, &asked, &source, fate).await;
            self.rules_hold()?;
            let world = Arc::clone(&self.world);
            let chance = &world.chance;
            let Some(report) = report else {
                asked = Asked::Resume;
                if !self.world.setup.always_resumes && chance.happens(50) {
                    asked = Asked::Run { file: file.clone() };
                    if chance.happens(40) {
                        // What was cut off is never carried on: the next run absorbs it.
                        self.is_comparable = false;
                        source = source.edited(chance, 100 + number);
                        self.source = source.clone();
                        file = match chance.happens(50) {
                            true => self.write(&source),
                            // The same file says something else: what was cut off cannot be carried on with it.
                            false => {
                                world.write(&source, &file);
                                file
                            }
                        };
                        asked = if chance.happens(50) { Asked::Resume } else { Asked::Run { file: file.clone() } };
                    }
                }
                continue;
            };
            last = format!("{:?} after {:?}: {:?}", report.outcome, report.recovery, report.message);
            asked = match report.outcome {
                RunOutcome::Finalized => return self.rest(Rest::Finalized, &source).await,
                RunOutcome::NothingToResume if self.is_finalized_since(before) => {
                    return self.rest(Rest::Finalized, &source).await;
                }
                RunOutcome::Guarded => return self.rest(Rest::Guarded, &source).await,
                // What was carried on was begun with another source, a bad one.
                RunOutcome::Failed if self.recorded().is_some_and(|recorded| recorded.is_bad && recorded != source) => {
                    Asked::Run { file: file.clone() }
                }
                RunOutcome::Failed if source.is_bad => return self.rest(Rest::Failed, &source).await,
                RunOutcome::NothingToResume | RunOutcome::InputChanged => Asked::Run { file: file.clone() },
                // Finalizations that failed as often as allowed are not replayed any more.
                RunOutcome::Uncertain if !report.resumable => {
                    self.world.count("exhausted");
                    Asked::Run { file: file.clone() }
                }
                _ => Asked::Resume,
            };
        }
        Err(format!("a cycle does not come to rest: {last}"))
    }

    fn standing(&self) -> u64 {
        self.world.eyes.standing(&key(ID)).expect("the state can be read").cycle
    }

    /// Whether somebody else may end the cycle: one that was left on purpose relies on the list of jobs to hear of it.
    fn may_be_taken_over(&self) -> bool {
        let journal = self.world.eyes.standing(&key(ID)).expect("the state can be read").journal;
        let was_left = CycleState::replay(&journal).is_ok_and(|state| state.was_left());
        !self.world.is_busy(ID) && (self.world.setup.lists_jobs || !was_left)
    }

    /// What the last cycle was begun with.
    fn recorded(&self) -> Option<Source> {
        self.world.recorded_source(&key(ID))
    }

    /// Whether the last cycle is a newer one than that, and finalized.
    fn is_finalized_since(&self, cycle: u64) -> bool {
        let standing = self.world.eyes.standing(&key(ID)).expect("the state can be read");
        let phase = CycleState::replay(&standing.journal).map(|state| state.phase());
        standing.cycle > cycle && phase == Ok(Phase::Finalized)
    }

    /// A cycle has come to rest: the undisturbed twin does the same, and both have the same catalogue.
    async fn rest(&mut self, rest: Rest, source: &Source) -> Result<(), String> {
        self.world.settle().await;
        self.rules_hold()?;
        // What was carried on may have been begun with another source than the last one.
        let recorded = self.recorded().filter(|_| rest == Rest::Finalized);
        let source = recorded.as_ref().unwrap_or(source);
        let catalogue = self.world.catalogue().await.ok_or("the server is down at rest")?;
        let lost: Vec<_> = self.world.finalized_things().difference(&catalogue.things()).copied().collect();
        if !lost.is_empty() {
            return Err(format!("{lost:?} of the last finalized source are gone"));
        }
        if !self.is_comparable || self.stands {
            return Ok(());
        }
        let file = self.write(source);
        let mut twin = None;
        // A finalization that may have gone through is followed by another whole cycle, and that removes what an open cycle
        // of an earlier source still had kept.
        for _ in 0..(self.world.executed() - self.executed).clamp(1, 2) {
            twin = process(&self.twin, &Asked::Run { file: file.clone() }, source, Fate::undisturbed(source)).await;
        }
        let twin = twin.map(|report| (report.outcome, report.message));
        let expected = match twin.as_ref().map(|(outcome, _)| *outcome) {
            Some(RunOutcome::Finalized) => Rest::Finalized,
            Some(RunOutcome::Guarded) => Rest::Guarded,
            Some(RunOutcome::Failed) => Rest::Failed,
            _ => return Err(format!("the undisturbed run ends otherwise: {twin:?}")),
        };
        if rest == Rest::Guarded && expected != Rest::Guarded {
            // To stand at the guard with nothing lost is allowed; from here on the two go different ways.
            self.world.count("stands at the guard");
            self.stands = true;
            return Ok(());
        }
        if rest != expected {
            return Err(format!("the cycle came to rest as {rest:?}, undisturbed as {expected:?}"));
        }
        let undisturbed = self.twin.catalogue().await.ok_or("the twin is down")?;
        if catalogue != undisturbed {
            return Err(format!(
                "the catalogue differs from that of the undisturbed runs\nit is     {catalogue:?}\nit should be {undisturbed:?}"
            ));
        }
        self.world.count("equal to undisturbed");
        Ok(())
    }

    /// After two cycles with which nothing goes wrong, the catalogue is what the source says, whatever was before. Where it
    /// was that of undisturbed runs all the time, this is looked at now and then only.
    async fn close(&mut self) -> Result<(), String> {
        if self.is_comparable && !self.stands && self.world.chance.happens(75) {
            return Ok(());
        }
        self.world.settle().await;
        let mut source = self.source.clone();
        source.is_bad = false;
        for _ in 0..2 {
            let file = self.write(&source);
            let report = process(&self.world, &Asked::Run { file }, &source, Fate::default()).await;
            self.rules_hold()?;
            match report.as_ref().map(|report| report.outcome) {
                Some(RunOutcome::Finalized) => {}
                Some(RunOutcome::Guarded) => return Ok(()),
                _ => return Err(format!("an untroubled run does not go through: {report:?}")),
            }
        }
        self.world.settle().await;
        self.rules_hold()?;
        let catalogue = self.world.catalogue().await.ok_or("the server is down at rest")?;
        for (asset, version) in source.assets() {
            let said = catalogue.assets.get(&asset).map(|(said, _)| said.clone());
            if said != Some(format!("version {version}")) {
                return Err(format!("{asset:?} says {said:?}, the source says version {version}"));
            }
        }
        let removes = self.world.setup.finalization == Finalization::RemoveResources;
        let consents = self.world.setup.limits == GuardLimits::default().with_allow_removals(Some(u64::MAX));
        // What a stranger ignored the target may have forgotten.
        if removes && consents && !self.world.setup.has_stranger {
            let extra: Vec<_> = catalogue.assets.keys().filter(|asset| !source.assets().contains_key(asset)).collect();
            if !extra.is_empty() {
                return Err(format!("{extra:?} are left over"));
            }
        }
        Ok(())
    }
}
