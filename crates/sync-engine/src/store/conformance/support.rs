//! What the cases are written with.

use std::io;

use sync_core::command::ResourceKind;
use sync_core::cycle::{Call, Event};
use sync_core::journal::Entry;
use sync_core::{BatchNumber, Digest, JobId, SynchronizationId};
use sync_formats::Parts;

use crate::member::Member;
use crate::store::{
    Change, Difference, KnownMember, ManifestSwap, Standing, StateKey, StateStore, StoreError, StoreErrorKind,
};

/// Opens the one state of a case once more.
pub type Open<'o> = dyn Fn() -> Box<dyn StateStore> + 'o;

/// What the cycles of the cases are asked to do.
pub(super) const ASKED: &str = r#"{"inputs": ["harbour.json"]}"#;

pub(super) const BATCH: Call = Call::Batch(BatchNumber::FIRST);

pub(super) fn key(target: &str, id: &str) -> StateKey {
    StateKey::new(target, SynchronizationId::new(id).expect("the ids of the cases are good"))
}

pub(super) fn harbour() -> StateKey {
    key("https://catalogue.example.com", "harbour")
}

/// Member number `n`, of one of the five kinds in turn, of which `said` is said.
pub(super) fn member(n: u64, said: u8) -> Member {
    let kind = ResourceKind::ALL[n as usize % ResourceKind::ALL.len()];
    let parts = Parts::from_bytes([0, said, 1, 2, 3, 4, said, said, said, said]);
    Member::new(kind, format!(r#"{{"name":"member {n}"}}"#).as_bytes(), content(said), &parts, n)
}

pub(super) fn content(said: u8) -> Digest {
    Digest::from_bytes([said; 16])
}

pub(super) fn added(numbers: impl IntoIterator<Item = u64>) -> Vec<Difference> {
    differences(Change::Added, numbers, 1)
}

pub(super) fn changed(numbers: impl IntoIterator<Item = u64>, said: u8) -> Vec<Difference> {
    differences(Change::Changed, numbers, said)
}

pub(super) fn missing(numbers: impl IntoIterator<Item = u64>) -> Vec<Difference> {
    differences(Change::Missing, numbers, 1)
}

fn differences(change: Change, numbers: impl IntoIterator<Item = u64>, said: u8) -> Vec<Difference> {
    numbers.into_iter().map(|n| Difference { change, member: member(n, said) }).collect()
}

/// Begins a cycle with these differences, given by key.
pub(super) fn begin(store: &dyn StateStore, key: &StateKey, differences: impl IntoIterator<Item = Difference>) -> u64 {
    try_begin(store, key, differences, || Ok(())).expect("a cycle can begin")
}

/// As [`begin`], but `last` decides how the giving of differences ends.
pub(super) fn try_begin(
    store: &dyn StateStore,
    key: &StateKey,
    differences: impl IntoIterator<Item = Difference>,
    last: impl Fn() -> io::Result<()>,
) -> Result<u64, StoreError> {
    let mut differences: Vec<_> = differences.into_iter().collect();
    differences.sort_by_key(|difference| difference.member.key());
    store.begin(key, ASKED, &mut |take| {
        differences.iter().try_for_each(&mut *take)?;
        last()
    })
}

/// Ends the current cycle; the missing members of these kinds are confirmed as removed.
pub(super) fn finalize(store: &dyn StateStore, key: &StateKey, removed: &[ResourceKind]) {
    let swap = ManifestSwap { removed: removed.to_vec() };
    store.append(key, &entry(9, Event::SourceEnded), Some(&swap)).expect("an entry can be appended");
}

/// A whole cycle that confirms no removal.
pub(super) fn cycle(store: &dyn StateStore, key: &StateKey, differences: impl IntoIterator<Item = Difference>) -> u64 {
    let cycle = begin(store, key, differences);
    finalize(store, key, &[]);
    cycle
}

pub(super) fn entry(at: u64, event: Event) -> Entry {
    Entry { at, event }
}

pub(super) fn accepted(job: &str) -> Entry {
    entry(1, Event::Accepted { call: BATCH, job: job_id(job) })
}

pub(super) fn job_id(job: &str) -> JobId {
    JobId::new(job).expect("the job ids of the cases are good")
}

pub(super) fn append(store: &dyn StateStore, key: &StateKey, entry: &Entry) {
    store.append(key, entry, None).expect("an entry can be appended");
}

pub(super) fn standing(store: &dyn StateStore, key: &StateKey) -> Standing {
    store.standing(key).expect("the standing can be read")
}

pub(super) fn members(store: &dyn StateStore, key: &StateKey) -> Vec<KnownMember> {
    let mut members = Vec::new();
    let visited = store.visit_members(key, &mut |known| {
        members.push(known.clone());
        Ok(())
    });
    visited.expect("the manifest can be read");
    members
}

/// The member with this number, which must be in the manifest.
pub(super) fn find(store: &dyn StateStore, key: &StateKey, n: u64) -> KnownMember {
    let wanted = member(n, 0).key();
    let found = members(store, key).into_iter().find(|known| known.member.key() == wanted);
    found.unwrap_or_else(|| panic!("the manifest has member {n}"))
}

/// What a manifest has, as numbers of members.
pub(super) fn numbers(store: &dyn StateStore, key: &StateKey) -> Vec<u64> {
    let number = |known: &KnownMember| {
        let identity = known.member.identity_key().to_owned();
        let digits: String = identity.chars().filter(char::is_ascii_digit).collect();
        digits.parse().expect("the members of the cases have numbers")
    };
    let mut numbers: Vec<u64> = members(store, key).iter().map(number).collect();
    numbers.sort_unstable();
    assert_eq!(standing(store, key).known, numbers.len() as u64, "as many members are known as there are");
    numbers
}

pub(super) fn noted(store: &dyn StateStore, key: &StateKey) -> Vec<(ResourceKind, u64)> {
    store.noted_missing(key).expect("the notes can be read")
}

pub(super) fn kind_of<T: std::fmt::Debug>(result: Result<T, StoreError>) -> StoreErrorKind {
    result.expect_err("this must fail").kind().clone()
}
