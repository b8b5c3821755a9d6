//! What must outlive a run: journal, manifest, lock and history of each synchronization.

mod error;
mod schema;
mod sqlite;

use std::any::Any;
use std::fmt;
use std::io;

use sync_core::command::ResourceKind;
use sync_core::journal::Entry;
use sync_core::{Digest, SynchronizationId};

use crate::member::Member;

pub use error::{StoreError, StoreErrorKind};
pub use sqlite::SqliteStore;

/// Which synchronization on which target: what a state entry belongs to.
///
/// The same id on another target is another synchronization; its state must not be mixed up with this one's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateKey {
    target: String,
    synchronization: SynchronizationId,
}

impl StateKey {
    /// `target` names the service: its URL, or the folder of an embedded one. It must never hold credentials.
    pub fn new(target: impl Into<String>, synchronization: SynchronizationId) -> Self {
        Self { target: target.into(), synchronization }
    }

    /// Name of the service.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The synchronization.
    pub fn synchronization(&self) -> &SynchronizationId {
        &self.synchronization
    }
}

/// Where a synchronization stands, as far as this store knows.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Standing {
    /// Number of the last cycle begun; 0 if there was none.
    pub cycle: u64,
    /// The journal of that cycle.
    pub journal: Vec<Entry>,
    /// Number of the last cycle finalized; 0 if there was none. Without one there is no baseline.
    pub finalized: u64,
    /// Members in the manifest.
    pub known: u64,
}

impl Standing {
    /// Whether the manifest is an upper bound of what the service tracks.
    pub fn has_baseline(&self) -> bool {
        self.finalized > 0
    }
}

/// A resource the service may track.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownMember {
    /// Who, and what was last said.
    pub member: Member,
    /// The cycle in which it was last sent; above the last finalized one it was never confirmed.
    pub cycle: u64,
    /// The cycle since which the source does not have it and the service was told to leave it, if any.
    pub missing_since: Option<u64>,
}

/// How a source differs from the manifest in one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// The manifest does not have it, or has it only from a cycle that never ended.
    Added,
    /// The commands differ.
    Changed,
    /// The source does not have it.
    Missing,
}

/// A resource in which source and manifest differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How.
    pub change: Change,
    /// Who; for a missing one as the manifest has it.
    pub member: Member,
}

/// What becomes of the missing members when a cycle is finalized.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ManifestSwap {
    /// Kinds whose missing members are confirmed as removed and leave the manifest. Those of other kinds stay.
    pub removed: Vec<ResourceKind>,
}

/// Keeps the state of synchronizations.
///
/// One store serves many synchronizations; per synchronization one run at a time works on it, which [`StateStore::lock`]
/// sees to. Everything is blocking and durable when it returns.
pub trait StateStore: Send + Sync + fmt::Debug {
    /// Takes the lock of a synchronization until the returned value is dropped or the process dies.
    ///
    /// # Errors
    /// [`StoreErrorKind::Locked`] if another run holds it.
    fn lock(&self, key: &StateKey) -> Result<StateLock, StoreError>;

    /// Where the synchronization stands.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn standing(&self, key: &StateKey) -> Result<Standing, StoreError>;

    /// Visits the manifest in the order of the members' keys. An error of `visit` ends it and comes back.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn visit_members(
        &self,
        key: &StateKey,
        visit: &mut dyn FnMut(KnownMember) -> io::Result<()>,
    ) -> Result<(), StoreError>;

    /// Begins a cycle before anything of it is sent, in one transaction: added members enter the manifest, since from
    /// now on the service may track them; changed and missing ones are noted for the cycle's end. Returns the cycle's
    /// number.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be written; nothing has changed then.
    fn begin(
        &self,
        key: &StateKey,
        differences: &mut dyn Iterator<Item = io::Result<Difference>>,
    ) -> Result<u64, StoreError>;

    /// Appends an entry to the journal of the current cycle. With a swap the manifest becomes that of the finalized
    /// cycle in the same transaction.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be written; nothing has changed then.
    fn append(&self, key: &StateKey, entry: &Entry, swap: Option<&ManifestSwap>) -> Result<(), StoreError>;

    /// How many members of each kind the current cycle noted as missing.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn noted_missing(&self, key: &StateKey) -> Result<Vec<(ResourceKind, u64)>, StoreError>;
}

/// Holds the lock of a synchronization until dropped.
pub struct StateLock(#[expect(dead_code, reason = "held for its drop")] Box<dyn Any + Send>);

impl StateLock {
    /// Wraps whatever frees the lock when dropped.
    pub fn new(held: impl Any + Send) -> Self {
        Self(Box::new(held))
    }
}

impl fmt::Debug for StateLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateLock")
    }
}

/// A short name for files that belong to one synchronization.
fn slug(key: &StateKey) -> String {
    let mut builder = sync_formats::DigestBuilder::new();
    builder.update(key.target.as_bytes());
    builder.update(&[0]);
    builder.update(key.synchronization.as_str().as_bytes());
    let digest: Digest = builder.finish();
    digest.to_string()
}
