//! One server, its jobs, and time that passes only when somebody waits.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::BodyExt;
use serde_json::Value;
use sync_core::clock::{Clock, Millis};
use sync_core::guard::{GuardNumbers, GuardVerdict, judge};
use sync_emulator::{Controls, Emulator, EmulatorBuilder, JobOrder, JobProgress};
use sync_engine::store::{SqliteStore, StateKey, StateStore};
use sync_http::Body;
use tempfile::TempDir;

use super::chance::Chance;
use super::setup::Setup;
use super::sources::Source;
use crate::support::{Answering, Thing, answering};

/// The synchronization under test.
pub(super) const ID: &str = "harbour";

/// When histories begin: some day.
const EPOCH: Millis = 1_700_000_000_000;

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Batch,
    Finalize,
}

/// One call that was issued.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    pub(super) synchronization: String,
    pub(super) kind: Kind,
    /// Cycle and attempt.
    pub(super) of: (u64, u32),
    /// The source it belongs to.
    pub(super) source: Option<Source>,
    /// The strategy, for a finalization.
    pub(super) strategy: Option<String>,
    /// What the guard's permit is for.
    pub(super) permit: Option<GuardNumbers>,
}

/// An accepted job that has not ended.
#[derive(Debug, Clone)]
struct Pending {
    issue: Issue,
    due: Millis,
}

/// A request that somebody on the way holds back.
struct Late {
    due: Millis,
    request: http::Request<Body>,
    issue: Issue,
}

#[derive(Default)]
struct Server {
    emulator: Option<Emulator>,
    answering: Option<Answering>,
    /// When it comes back, while it is down.
    up_at: Millis,
}

#[derive(Default)]
struct Happenings {
    /// What the source had that was finalized last, whoever did.
    finalized: BTreeSet<Thing>,
    /// Finalizations of the synchronization that were executed.
    executed: u64,
    pending: Vec<Pending>,
    late: Vec<Late>,
    /// Finalizations accepted of each attempt at each cycle.
    finalizations: BTreeMap<(String, u64, u32), u32>,
    wrong: Vec<String>,
    tally: BTreeMap<&'static str, u64>,
    /// What happened, with the seconds since the beginning.
    log: Vec<String>,
}

/// What a catalogue has of the universe.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Catalogue {
    /// What each asset says, and its status.
    pub(super) assets: BTreeMap<Thing, (String, String)>,
    pub(super) containers: BTreeSet<Thing>,
}

impl Catalogue {
    pub(super) fn things(&self) -> BTreeSet<Thing> {
        self.assets.keys().chain(&self.containers).copied().collect()
    }
}

pub(super) struct World {
    pub(super) chance: Chance,
    pub(super) setup: Setup,
    now: AtomicU64,
    folder: TempDir,
    server: Mutex<Server>,
    happenings: Mutex<Happenings>,
    /// Every source that was ever written, by its digest.
    sources: Mutex<BTreeMap<String, Source>>,
    /// A look at the state from outside.
    pub(super) eyes: SqliteStore,
}

impl World {
    pub(super) async fn new(chance: Chance, setup: Setup) -> Arc<Self> {
        // In memory where there is such a place: a history writes a thousand times.
        let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).expect("a temporary folder");
        let eyes = SqliteStore::open(folder.path().join("state")).expect("a state folder");
        let world = Self {
            chance,
            setup,
            now: AtomicU64::new(EPOCH),
            folder,
            server: Mutex::default(),
            happenings: Mutex::default(),
            sources: Mutex::default(),
            eyes,
        };
        world.start_server().await;
        Arc::new(world)
    }

    /// Writes a source into a file.
    pub(super) fn write(&self, source: &Source, file: &Path) {
        std::fs::write(file, source.text()).expect("a source is written");
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.insert(source.digest(), source.clone());
    }

    /// The source that the last cycle of a synchronization was begun with, as the state has it.
    pub(super) fn recorded_source(&self, key: &StateKey) -> Option<Source> {
        let asked = self.eyes.standing(key).expect("the state can be read").asked?;
        let asked: Value = serde_json::from_str(&asked).expect("what was asked is JSON");
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.get(asked["source"].as_str()?).cloned()
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn state(&self) -> PathBuf {
        self.path().join("state")
    }

    pub(super) fn open_state(&self) -> SqliteStore {
        SqliteStore::open(self.state()).expect("a state folder")
    }

    fn happenings(&self) -> MutexGuard<'_, Happenings> {
        self.happenings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn time(&self) -> Millis {
        self.now.load(Ordering::Relaxed)
    }

    /// Notes that something came up.
    pub(super) fn count(&self, what: &'static str) {
        *self.happenings().tally.entry(what).or_default() += 1;
    }

    /// What the source had that was finalized last.
    pub(super) fn finalized_things(&self) -> BTreeSet<Thing> {
        self.happenings().finalized.clone()
    }

    /// Finalizations that were executed so far.
    pub(super) fn executed(&self) -> u64 {
        self.happenings().executed
    }

    pub(super) fn tally(&self) -> BTreeMap<&'static str, u64> {
        self.happenings().tally.clone()
    }

    /// Notes what happened, for whoever looks at this history alone.
    pub(super) fn note(&self, what: impl std::fmt::Display) {
        let seconds = (self.time() - EPOCH) as f64 / 1000.0;
        self.happenings().log.push(format!("{seconds:10.1}  {what}"));
    }

    pub(super) fn log(&self) -> String {
        self.happenings().log.join("\n")
    }

    /// Notes that a rule was broken.
    pub(super) fn wrong(&self, what: String) {
        self.happenings().wrong.push(what);
    }

    pub(super) fn violations(&self) -> Vec<String> {
        self.happenings().wrong.clone()
    }

    fn builder(&self) -> EmulatorBuilder {
        Emulator::builder()
            .data_dir(self.path().join("data"))
            .readings(self.setup.readings.clone())
            .profile(self.setup.profile)
            .virtual_clock(self.time() as i64)
            .job_progress(JobProgress::ByHand)
    }

    async fn start_server(&self) {
        let emulator = self.builder().start().await.expect("the server starts");
        let answering = answering(&emulator);
        self.note("server starts");
        let mut server = self.server();
        *server = Server { emulator: Some(emulator), answering: Some(answering), up_at: 0 };
    }

    /// The server dies, and comes back after a while. Where jobs cannot be looked for it does its work first: what nobody
    /// can see must not outlast the quiet period.
    pub(super) async fn kill_server(&self, down: Duration) {
        while !self.setup.lists_jobs
            && self.answering().is_some()
            && let Some((place, _)) = self.head()
        {
            self.work(place).await;
        }
        let mut server = self.server();
        if server.emulator.is_none() {
            return;
        }
        server.answering = None;
        server.up_at = self.time() + down.as_millis() as u64;
        drop(server.emulator.take());
        drop(server);
        self.count("server killed");
        self.note(format_args!("server dies, for {} s", down.as_secs()));
    }

    /// Who answers, unless the server is down.
    pub(super) fn answering(&self) -> Option<Answering> {
        self.server().answering.clone()
    }

    /// Whether a call of this synchronization is at work, waits, or is still on its way.
    pub(super) fn is_busy(&self, synchronization: &str) -> bool {
        let happenings = self.happenings();
        let pending = happenings.pending.iter().map(|pending| &pending.issue);
        let late = happenings.late.iter().map(|late| &late.issue);
        pending.chain(late).any(|issue| issue.synchronization == synchronization)
    }

    /// Holds a request back for a while.
    pub(super) fn hold_back(&self, request: http::Request<Body>, issue: Issue, delay: Duration) {
        let due = self.time() + delay.as_millis() as u64;
        self.happenings().late.push(Late { due, request, issue });
        self.count("request held back");
    }

    /// Has the server answer a submit; `None` if it is down.
    pub(super) async fn deliver(&self, request: http::Request<Body>, issue: &Issue) -> Option<http::Response<Body>> {
        let answer = self.answering()?(request).await;
        if answer.status().is_success() {
            self.accepted(issue);
        }
        Some(answer)
    }

    fn accepted(&self, issue: &Issue) {
        let takes = self.setup.job_time(&self.chance);
        let due = self.time() + takes.as_millis() as u64;
        self.note(format_args!("{:?} of {:?} accepted, takes {:.1} s", issue.kind, issue.of, takes.as_secs_f64()));
        let mut happenings = self.happenings();
        happenings.pending.push(Pending { issue: issue.clone(), due });
        if issue.kind == Kind::Finalize {
            let of = (issue.synchronization.clone(), issue.of.0, issue.of.1);
            let times = happenings.finalizations.entry(of).or_default();
            *times += 1;
            if *times > 1 {
                let what =
                    format!("{} finalizations accepted of attempt {} at cycle {}", times, issue.of.1, issue.of.0);
                happenings.wrong.push(what);
            }
        }
    }

    /// The job the server does next.
    fn head(&self) -> Option<(usize, Millis)> {
        let happenings = self.happenings();
        let racing = self.setup.readings.job_order == JobOrder::Racing;
        let place = happenings.pending.iter().position(|pending| racing && pending.issue.kind == Kind::Finalize);
        let place = place.unwrap_or(0);
        happenings.pending.get(place).map(|pending| (place, pending.due))
    }

    /// Lets time pass, with everything that happens meanwhile.
    async fn pass(&self, until: Millis) {
        loop {
            let (is_down, up_at) = {
                let server = self.server();
                (server.emulator.is_none(), server.up_at)
            };
            if is_down && up_at <= until {
                self.move_on(up_at).await;
                self.start_server().await;
                continue;
            }
            let late = {
                let mut happenings = self.happenings();
                let due = happenings.late.iter().position(|late| late.due <= until);
                due.map(|place| happenings.late.swap_remove(place))
            };
            if let Some(late) = late {
                self.move_on(late.due).await;
                self.deliver(late.request, &late.issue).await;
                continue;
            }
            match self.head() {
                Some((place, due)) if !is_down && due <= until => {
                    self.move_on(due).await;
                    self.work(place).await;
                }
                _ => break,
            }
        }
        self.move_on(until).await;
    }

    /// It is this time now, or later.
    async fn move_on(&self, time: Millis) {
        let before = self.now.fetch_max(time, Ordering::Relaxed);
        if before < time
            && let Some(controls) = self.controls()
        {
            controls.set_time(self.time() as i64).await;
        }
    }

    fn controls(&self) -> Option<Controls> {
        self.server().emulator.as_ref().map(Emulator::controls)
    }

    /// Everything that is under way comes to its end.
    pub(super) async fn settle(&self) {
        let horizon = Duration::from_secs(24 * 3600).as_millis() as u64;
        self.pass(self.time() + horizon).await;
    }

    /// The server does its next job.
    async fn work(&self, place: usize) {
        let pending = self.happenings().pending.remove(place);
        // What the twin's finalizations do is judged by what they leave.
        let is_judged = pending.issue.kind == Kind::Finalize && !self.setup.is_calm;
        let before = if is_judged { self.catalogue().await } else { None };
        let controls = self.controls().expect("the server is up");
        // The server holds what is pending, in the same order.
        let held = controls.held_jobs().await;
        controls.release(held[place].id).await.expect("the server has the job that is pending");
        self.note(format_args!("{:?} of {:?} done", pending.issue.kind, pending.issue.of));
        if let Some(before) = before {
            let after = self.catalogue().await.expect("the server has just done a job");
            self.finalized(&pending.issue, &before, &after);
        }
    }

    /// Checks what a finalization did.
    fn finalized(&self, issue: &Issue, before: &Catalogue, after: &Catalogue) {
        self.count("finalization executed");
        let gone: BTreeSet<Thing> = before.things().difference(&after.things()).copied().collect();
        self.note(format_args!("the finalization removes {gone:?}"));
        let source = issue.source.as_ref().map(Source::things).unwrap_or_default();
        self.is_brought(issue, before);
        if issue.synchronization == ID {
            let mut happenings = self.happenings();
            happenings.finalized.clone_from(&source);
            happenings.executed += 1;
        }
        let lost: Vec<_> = gone.intersection(&source).collect();
        if !lost.is_empty() {
            self.wrong(format!("a finalization removed {lost:?}, which its source has"));
        }
        let marked = after.assets.iter().filter(|(thing, (_, status))| {
            self.setup.is_missing_status(status) && before.assets.get(thing).is_some_and(|(_, was)| was != status)
        });
        let marked: BTreeSet<Thing> = marked.map(|(thing, _)| *thing).collect();
        let wrongly: Vec<_> = marked.intersection(&source).collect();
        if !wrongly.is_empty() {
            self.wrong(format!("a finalization marked {wrongly:?} as missing, which its source has"));
        }
        let touched = gone.len() + marked.len();
        if touched == 0 {
            return;
        }
        self.count(if gone.is_empty() { "marked as missing" } else { "removed" });
        let Some(permit) = issue.permit else {
            self.wrong(format!("{touched} resources were removed or marked without a permit"));
            return;
        };
        if touched as u64 > permit.missing {
            self.wrong(format!("{touched} resources were removed or marked, the permit was for {}", permit.missing));
        }
        let numbers = GuardNumbers { missing: touched as u64, ..permit };
        if let GuardVerdict::Stop(stop) = judge(&self.setup.limits, numbers) {
            self.wrong(format!("the guard was not heard: {stop}"));
        }
    }

    /// A finalization is for a source of which everything has been brought.
    fn is_brought(&self, issue: &Issue, catalogue: &Catalogue) {
        let Some(source) = &issue.source else { return };
        let there = catalogue.things();
        let absent: Vec<_> = source.things().difference(&there).copied().collect();
        let said = |thing| catalogue.assets.get(thing).map(|(said, _)| said.as_str());
        let assets = source.assets();
        let stale = assets.iter().filter(|(thing, version)| said(thing) != Some(&format!("version {version}")));
        let stale: Vec<_> = stale.map(|(thing, _)| *thing).collect();
        if source.is_bad || !absent.is_empty() || !stale.is_empty() {
            let what = if source.is_bad { "with a command that nobody took" } else { "that was not brought" };
            self.wrong(format!("a source {what} is finalized; absent {absent:?}, not as it says {stale:?}"));
        }
    }

    async fn ask(&self, path: &str) -> Option<Value> {
        ask(&self.answering()?, path).await
    }

    /// What the catalogue has; `None` while the server is down.
    pub(super) async fn catalogue(&self) -> Option<Catalogue> {
        let assets = self.ask("/assets?limit=1000").await?;
        let attributes = self.ask("/attributes?limit=1000").await?;
        let domains = self.ask("/domains?limit=1000").await?;
        let communities = self.ask("/communities?limit=1000").await?;
        Some(catalogue_of(&assets, &attributes, &domains, &communities))
    }
}

/// Time that passes when somebody waits, and then at once.
#[async_trait]
impl Clock for World {
    fn now(&self) -> Millis {
        self.time()
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(self.time() + duration.as_millis() as u64).await;
    }
}

/// Reads something of the core API as `admin`.
pub(super) async fn ask(answering: &Answering, path: &str) -> Option<Value> {
    let request = http::Request::get(format!("http://localhost/rest/2.0{path}"))
        .header("Authorization", "Basic YWRtaW46YWRtaW4=")
        .body(Body::default())
        .expect("a good request");
    let answer = answering(request).await;
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    let body = answer.into_body().collect().await.ok()?.to_bytes();
    serde_json::from_slice(&body).ok()
}

pub(super) fn catalogue_of(assets: &Value, attributes: &Value, domains: &Value, communities: &Value) -> Catalogue {
    let rows = |page: &Value| page["results"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |name: &str, before: &str| name.strip_prefix(before)?.parse::<u8>().ok();
    let said: BTreeMap<String, String> =
        rows(attributes).iter().map(|row| (text(&row["asset"]["id"]), text(&row["value"]))).collect();
    let mut catalogue = Catalogue::default();
    for row in rows(assets) {
        let (name, domain) = (text(&row["name"]), text(&row["domain"]["name"]));
        if let (Some(asset), Some(domain)) = (number(&name, "asset "), number(&domain, "domain ")) {
            let says = said.get(&text(&row["id"])).cloned().unwrap_or_default();
            catalogue.assets.insert(Thing::Asset(domain, asset), (says, text(&row["status"]["name"])));
        }
    }
    for row in rows(domains) {
        catalogue.containers.extend(number(&text(&row["name"]), "domain ").map(Thing::Domain));
    }
    if rows(communities).iter().any(|row| row["name"] == "Harbour") {
        catalogue.containers.insert(Thing::Community);
    }
    catalogue
}
