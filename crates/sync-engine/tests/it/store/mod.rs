//! The state store in a SQLite file.

mod files;
mod processes;
mod transfer;

use std::error::Error;
use std::path::Path;

use sync_core::command::ResourceKind;
use sync_core::cycle::{Call, Event};
use sync_core::journal::Entry;
use sync_core::{BatchNumber, Digest, JobId};
use sync_engine::Member;
use sync_engine::store::{
    Change, Difference, KnownMember, ManifestSwap, SqliteStore, Standing, StateKey, StateStore, StoreError,
};
use sync_formats::Parts;
use tempfile::TempDir;

mod conformance {
    use super::*;

    fn fresh() -> impl Fn() -> SqliteStore {
        let folder = folder();
        move || open(folder.path())
    }

    sync_engine::store_conformance!(fresh());
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder).expect("the state can be opened")
}

fn harbour() -> StateKey {
    StateKey::new("https://catalogue.example.com", "harbour".parse().expect("the id is good"))
}

fn added(numbers: std::ops::Range<u32>) -> Vec<Difference> {
    let member = |n| {
        let identity = format!(r#"{{"name":"member {n}"}}"#);
        Member::new(ResourceKind::Asset, identity.as_bytes(), Digest::from_bytes([7; 16]), &Parts::default(), u64::MAX)
    };
    let mut added: Vec<_> = numbers.map(|n| Difference { change: Change::Added, member: member(n) }).collect();
    added.sort_by_key(|difference| difference.member.key());
    added
}

/// A cycle of which the journal has an entry with this job, and a baseline.
fn cycle(store: &SqliteStore, key: &StateKey, numbers: std::ops::Range<u32>, job: &str) {
    let added = added(numbers);
    store.begin(key, "{}", &mut |take| added.iter().try_for_each(take)).expect("a cycle can begin");
    let event =
        Event::Accepted { call: Call::Batch(BatchNumber::FIRST), job: JobId::new(job).expect("the id is good") };
    let swap = ManifestSwap::default();
    store.append(key, &Entry { at: 1, event }, Some(&swap)).expect("an entry can be appended");
}

/// Everything a store says about a synchronization.
fn everything(store: &SqliteStore, key: &StateKey) -> (Standing, Vec<KnownMember>, Vec<(ResourceKind, u64)>) {
    let mut members = Vec::new();
    let visited = store.visit_members(key, &mut |known| {
        members.push(known.clone());
        Ok(())
    });
    visited.expect("the manifest can be read");
    let noted = store.noted_missing(key).expect("the notes can be read");
    (store.standing(key).expect("the standing can be read"), members, noted)
}

/// An error and its causes.
fn chain(error: &StoreError) -> String {
    let first: &dyn Error = error;
    let chain = std::iter::successors(Some(first), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
