//! What must outlive a run: journal, manifest, lock and history of each synchronization.

#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod lock;
mod schema;
mod sqlite;
mod transfer;

use std::any::Any;
use std::fmt;
use std::io;

use sync_core::command::ResourceKind;
use sync_core::journal::Entry;
use sync_core::{Digest, JobId, SynchronizationId};

use crate::member::Member;

pub use error::{StoreError, StoreErrorKind};
pub use sqlite::SqliteStore;

/// How many cycles of a synchronization, with the current one, keep their journals.
pub const JOURNALS_KEPT: u64 = 100;

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
    /// What that cycle was asked to do, as it was given to [`StateStore::begin`]; `None` for a cycle of an older version.
    pub asked: Option<String>,
    /// The last job a cycle of this synchronization is known to have started, as far as journals are kept.
    pub last_job: Option<JobId>,
    /// Number of the last cycle finalized; 0 if there was none.
    pub finalized: u64,
    /// Members in the manifest.
    pub known: u64,
    /// Whether a cycle was begun since the manifest was last forgotten.
    pub begun: bool,
    /// Whether the service may track more than the manifest has, see [`StateStore::distrust`].
    pub distrusted: bool,
}

impl Standing {
    /// Whether the manifest is an upper bound of what the service tracks. It is from the first cycle on, finalized or not:
    /// what a cycle brings enters the manifest before it is sent.
    pub fn has_baseline(&self) -> bool {
        self.begun && !self.distrusted
    }
}

/// A resource the service may track.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownMember {
    /// Who, and what was last said.
    pub member: Member,
    /// The cycle in which that was said; above the last finalized one it was never confirmed.
    pub cycle: u64,
    /// The first cycle finalized without it whose removal of it was not confirmed; `None` if the last one had it.
    pub missing_since: Option<u64>,
}

impl KnownMember {
    /// A member of a manifest, for stores.
    pub fn new(member: Member, cycle: u64, missing_since: Option<u64>) -> Self {
        Self { member, cycle, missing_since }
    }
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

/// Gives differences to whoever it is handed, by key, each key once; an error of the taker ends it and comes back.
pub type Differences<'a> = dyn FnMut(&mut dyn FnMut(&Difference) -> io::Result<()>) -> io::Result<()> + 'a;

/// What becomes of the missing members when a cycle is finalized.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ManifestSwap {
    /// Kinds whose missing members are confirmed as removed and leave the manifest. Those of other kinds stay.
    pub removed: Vec<ResourceKind>,
}

/// Keeps the state of synchronizations.
///
/// A *manifest* is an upper bound of what the service may track for a synchronization: a member enters before anything
/// about it is sent and leaves only when its removal is confirmed. A *journal* holds the events of one cycle.
///
/// One store serves many synchronizations, none of which touches another's state; per synchronization one run at a time
/// works on it, which [`StateStore::lock`] sees to. Everything is blocking, durable when it returns, and without effect
/// when it fails or its process dies before.
///
/// Members are told apart by their keys; a member that was stored comes back without its [`Member::place`]. While a
/// store hands out members or takes differences, it must not be called: it may wait for itself.
///
/// The feature `conformance` has tests for implementations: `sync_engine::store_conformance!`.
pub trait StateStore: Send + Sync + fmt::Debug {
    /// Takes the lock of a synchronization until the returned value is dropped or the process dies. It holds back others
    /// that ask for it and nobody else.
    ///
    /// # Errors
    /// [`StoreErrorKind::Locked`] if another run holds it.
    fn lock(&self, key: &StateKey) -> Result<StateLock, StoreError>;

    /// Who holds the lock of a synchronization at this moment, in their own words; `None` if nobody does.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn holder(&self, key: &StateKey) -> Result<Option<String>, StoreError>;

    /// Where the synchronization stands; [`Standing::default`] for one that is not known.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn standing(&self, key: &StateKey) -> Result<Standing, StoreError>;

    /// The journal of a cycle; empty if there is none. The last [`JOURNALS_KEPT`] cycles have theirs.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn journal(&self, key: &StateKey, cycle: u64) -> Result<Vec<Entry>, StoreError>;

    /// Visits the manifest in the order of the members' keys.
    ///
    /// # Errors
    /// [`StoreErrorKind::Interrupted`] with the error of `visit`, which ends it; another one if the store cannot be read.
    fn visit_members(
        &self,
        key: &StateKey,
        visit: &mut dyn FnMut(&KnownMember) -> io::Result<()>,
    ) -> Result<(), StoreError>;

    /// Begins a cycle before anything of it is sent, in one transaction, and returns its number: one more than the last.
    ///
    /// `asked` says what the cycle is asked to do, for whoever has to carry it on; it replaces that of the last cycle.
    ///
    /// Added members enter the manifest, since from now on the service may track them; those it had from a cycle that
    /// never ended are now of this one. Changed and missing ones are noted for the cycle's end and stay as they are
    /// until then; what an earlier cycle noted is dropped. Journals of the last [`JOURNALS_KEPT`] cycles, with this one,
    /// are kept and older ones deleted.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be written or `differences` fails; nothing has changed then.
    fn begin(&self, key: &StateKey, asked: &str, differences: &mut Differences<'_>) -> Result<u64, StoreError>;

    /// Appends an entry to the journal of the current cycle.
    ///
    /// With a swap the manifest becomes that of the finalized cycle in the same transaction: changed members get their
    /// new content; missing ones leave if they are of a kind confirmed as removed, and are marked as missing since this
    /// cycle otherwise, unless they were marked before. What was noted is used up. The cycle is then the last one
    /// finalized, unless the manifest was forgotten since it began.
    ///
    /// # Errors
    /// [`StoreError`] if no cycle has begun or the store cannot be written; nothing has changed then.
    fn append(&self, key: &StateKey, entry: &Entry, swap: Option<&ManifestSwap>) -> Result<(), StoreError>;

    /// How many members of each kind the current cycle noted as missing, in the order of kinds, those with none left out.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn noted_missing(&self, key: &StateKey) -> Result<Vec<(ResourceKind, u64)>, StoreError>;

    /// Which other synchronizations of the same target have this member in their manifest too, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn holders(&self, key: &StateKey, member: &Member) -> Result<Vec<SynchronizationId>, StoreError>;

    /// Whether a job was started by any cycle on the same target this store has a journal of, of whatever synchronization. One
    /// service under two names is two targets.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn knows_job(&self, key: &StateKey, job: &JobId) -> Result<bool, StoreError>;

    /// Notes that the service may track more than the manifest has, and will go on doing so: cycles under this state give no
    /// baseline until the synchronization is forgotten on both sides.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be written; nothing has changed then.
    fn distrust(&self, key: &StateKey) -> Result<(), StoreError>;

    /// Forgets manifest, baseline and distrust of a synchronization; its cycles keep counting and its journals stay. A cycle that
    /// has begun before gives no baseline any more, however it ends. For when the service tracks nothing for it and has
    /// nothing of it left to do.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be written; nothing has changed then.
    fn forget(&self, key: &StateKey) -> Result<(), StoreError>;

    /// The synchronizations this store knows, in order: those a cycle was ever begun of.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn list(&self) -> Result<Vec<StateKey>, StoreError>;
}

/// Holds the lock of a synchronization until dropped.
pub struct StateLock(#[expect(dead_code, reason = "held for its drop")] Box<dyn Any + Send + Sync>);

impl StateLock {
    /// Wraps whatever frees the lock when dropped.
    pub fn new(held: impl Any + Send + Sync) -> Self {
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
