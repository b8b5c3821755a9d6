//! A state store that fails where it is told to.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use sync_core::JobId;
use sync_core::SynchronizationId;
use sync_core::command::ResourceKind;
use sync_core::journal::Entry;
use sync_engine::Member;
use sync_engine::store::{
    Differences, KnownMember, ManifestSwap, SqliteStore, Standing, StateKey, StateLock, StateStore, StoreError,
    StoreErrorKind,
};

/// A good store, of which some writes fail.
#[derive(Debug)]
pub(crate) struct BrokenStore {
    store: SqliteStore,
    /// Entries that are still appended before appending fails.
    entries: AtomicUsize,
    /// Whether what was noted as missing can be read.
    reads_missing: bool,
    /// Whether a cycle can be begun.
    begins: bool,
}

impl BrokenStore {
    /// After so many entries no further one can be written.
    pub(crate) fn after_entries(store: SqliteStore, entries: usize) -> Self {
        Self { store, entries: entries.into(), reads_missing: true, begins: true }
    }

    /// What was noted as missing cannot be read.
    pub(crate) fn without_missing(store: SqliteStore) -> Self {
        Self { store, entries: usize::MAX.into(), reads_missing: false, begins: true }
    }

    /// No cycle can be begun.
    pub(crate) fn without_beginning(store: SqliteStore) -> Self {
        Self { store, entries: usize::MAX.into(), reads_missing: true, begins: false }
    }
}

fn broken(kind: StoreErrorKind) -> StoreError {
    StoreError::new(kind, "state").with_source(io::Error::other("the disk is gone"))
}

impl StateStore for BrokenStore {
    fn append(&self, key: &StateKey, entry: &Entry, swap: Option<&ManifestSwap>) -> Result<(), StoreError> {
        let left = self.entries.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        left.map_err(|_| broken(StoreErrorKind::Write))?;
        self.store.append(key, entry, swap)
    }

    fn noted_missing(&self, key: &StateKey) -> Result<Vec<(ResourceKind, u64)>, StoreError> {
        if !self.reads_missing {
            return Err(broken(StoreErrorKind::Read));
        }
        self.store.noted_missing(key)
    }

    fn lock(&self, key: &StateKey) -> Result<StateLock, StoreError> {
        self.store.lock(key)
    }

    fn holder(&self, key: &StateKey) -> Result<Option<String>, StoreError> {
        self.store.holder(key)
    }

    fn standing(&self, key: &StateKey) -> Result<Standing, StoreError> {
        self.store.standing(key)
    }

    fn journal(&self, key: &StateKey, cycle: u64) -> Result<Vec<Entry>, StoreError> {
        self.store.journal(key, cycle)
    }

    fn visit_members(
        &self,
        key: &StateKey,
        visit: &mut dyn FnMut(&KnownMember) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        self.store.visit_members(key, visit)
    }

    fn begin(&self, key: &StateKey, asked: &str, differences: &mut Differences<'_>) -> Result<u64, StoreError> {
        if !self.begins {
            return Err(broken(StoreErrorKind::Write));
        }
        self.store.begin(key, asked, differences)
    }

    fn holders(&self, key: &StateKey, member: &Member) -> Result<Vec<SynchronizationId>, StoreError> {
        self.store.holders(key, member)
    }

    fn knows_job(&self, key: &StateKey, job: &JobId) -> Result<bool, StoreError> {
        self.store.knows_job(key, job)
    }

    fn distrust(&self, key: &StateKey) -> Result<(), StoreError> {
        self.store.distrust(key)
    }

    fn forget(&self, key: &StateKey) -> Result<(), StoreError> {
        self.store.forget(key)
    }

    fn list(&self) -> Result<Vec<StateKey>, StoreError> {
        self.store.list()
    }
}
