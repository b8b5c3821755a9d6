//! A state store whose process can die at any write, or whose disk can fill up.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sync_core::command::ResourceKind;
use sync_core::cycle::Event;
use sync_core::journal::Entry;
use sync_core::{JobId, SynchronizationId};
use sync_engine::Member;
use sync_engine::store::{
    Differences, KnownMember, ManifestSwap, SqliteStore, Standing, StateKey, StateLock, StateStore, StoreError,
    StoreErrorKind,
};

/// Before or after the effect of what a process does last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Before,
    After,
}

/// When a process dies: at a write to its state or at a request, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    AtWrite(u64, Moment),
    AtRequest(u64, Moment),
}

/// The life of one process. What is dead does nothing any more: no request leaves it, no write reaches the disk.
#[derive(Debug)]
pub(super) struct Life {
    death: Option<Death>,
    dead: AtomicBool,
    /// A write has failed, and the process knows it.
    failed: AtomicBool,
    writes: AtomicU64,
    requests: AtomicU64,
}

impl Life {
    pub(super) fn new(death: Option<Death>) -> Arc<Self> {
        let (dead, failed) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { death, dead, failed, writes: AtomicU64::new(0), requests: AtomicU64::new(0) })
    }

    pub(super) fn is_over(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    pub(super) fn end(&self) {
        self.dead.store(true, Ordering::Relaxed);
    }

    /// Whether a write has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Requests so far.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The number of the next request.
    pub(super) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Dies here, if this is the moment.
    pub(super) fn dies_at(&self, death: Death) -> bool {
        if self.death == Some(death) {
            self.end();
        }
        self.is_over()
    }
}

/// A store as one process sees it.
pub(super) struct State {
    inner: SqliteStore,
    life: Arc<Life>,
    /// The write from which on the disk is full.
    full_at: Option<u64>,
    /// Drops the answers to submits from the journal: a bug.
    forgets_jobs: bool,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("life", &self.life).finish_non_exhaustive()
    }
}

impl State {
    pub(super) fn new(inner: SqliteStore, life: Arc<Life>, full_at: Option<u64>, forgets_jobs: bool) -> Self {
        Self { inner, life, full_at, forgets_jobs }
    }

    fn read<T>(&self, read: impl FnOnce(&SqliteStore) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.life.is_over() { Err(dead()) } else { read(&self.inner) }
    }

    fn write<T>(&self, write: impl FnOnce(&SqliteStore) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.life.is_over() {
            return Err(dead());
        }
        let number = self.life.writes.fetch_add(1, Ordering::Relaxed);
        if self.life.dies_at(Death::AtWrite(number, Moment::Before)) {
            return Err(dead());
        }
        if self.full_at.is_some_and(|full| number >= full) {
            self.life.failed.store(true, Ordering::Relaxed);
            return Err(StoreError::new(StoreErrorKind::Write, "").with_source("no space left on device"));
        }
        let written = write(&self.inner);
        if self.life.dies_at(Death::AtWrite(number, Moment::After)) { Err(dead()) } else { written }
    }
}

fn dead() -> StoreError {
    StoreError::new(StoreErrorKind::Write, "").with_source("the process is dead")
}

impl StateStore for State {
    fn lock(&self, key: &StateKey) -> Result<StateLock, StoreError> {
        self.read(|store| store.lock(key))
    }

    fn holder(&self, key: &StateKey) -> Result<Option<String>, StoreError> {
        self.read(|store| store.holder(key))
    }

    fn standing(&self, key: &StateKey) -> Result<Standing, StoreError> {
        self.read(|store| store.standing(key))
    }

    fn journal(&self, key: &StateKey, cycle: u64) -> Result<Vec<Entry>, StoreError> {
        self.read(|store| store.journal(key, cycle))
    }

    fn visit_members(
        &self,
        key: &StateKey,
        visit: &mut dyn FnMut(&KnownMember) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        self.read(|store| store.visit_members(key, visit))
    }

    fn begin(&self, key: &StateKey, asked: &str, differences: &mut Differences<'_>) -> Result<u64, StoreError> {
        self.write(|store| store.begin(key, asked, differences))
    }

    fn append(&self, key: &StateKey, entry: &Entry, swap: Option<&ManifestSwap>) -> Result<(), StoreError> {
        self.write(|store| match &entry.event {
            Event::Accepted { .. } if self.forgets_jobs => Ok(()),
            _ => store.append(key, entry, swap),
        })
    }

    fn noted_missing(&self, key: &StateKey) -> Result<Vec<(ResourceKind, u64)>, StoreError> {
        self.read(|store| store.noted_missing(key))
    }

    fn holders(&self, key: &StateKey, member: &Member) -> Result<Vec<SynchronizationId>, StoreError> {
        self.read(|store| store.holders(key, member))
    }

    fn knows_job(&self, key: &StateKey, job: &JobId) -> Result<bool, StoreError> {
        self.read(|store| store.knows_job(key, job))
    }

    fn distrust(&self, key: &StateKey) -> Result<(), StoreError> {
        self.write(|store| store.distrust(key))
    }

    fn forget(&self, key: &StateKey) -> Result<(), StoreError> {
        self.write(|store| store.forget(key))
    }

    fn list(&self) -> Result<Vec<StateKey>, StoreError> {
        self.read(|store| store.list())
    }
}
