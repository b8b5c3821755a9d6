//! Random histories against a model small enough to be seen to be right.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use sync_core::Digest;
use sync_core::command::ResourceKind;
use sync_core::journal::Entry;

use super::support::*;
use crate::store::{Change, Difference, KnownMember, ManifestSwap, Standing, StateKey, StateStore};

/// Something that happens to one of three synchronizations.
#[derive(Debug, Clone)]
enum Deed {
    /// A cycle begins with a source: what is said of which members.
    Begin { source: BTreeMap<u64, u8>, end: End },
    /// An entry is appended.
    Append { job: Option<u8> },
    /// The service finalizes, and confirms removals of these kinds.
    Finalize { removed: Vec<ResourceKind> },
    /// The service and then the store forget.
    Forget,
    /// The process ends and another one begins.
    Reopen,
}

/// How the beginning of a cycle ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    /// Well.
    Well,
    /// The differences fail after so many.
    Fails(usize),
    /// The process dies after so many.
    Dies(usize),
}

fn deeds() -> impl Strategy<Value = Vec<(usize, Deed)>> {
    let end =
        prop_oneof![6 => Just(End::Well), 1 => (0..6usize).prop_map(End::Fails), 1 => (0..6usize).prop_map(End::Dies)];
    let source = btree_map(0..15u64, 1..4u8, 0..15);
    let deed = prop_oneof![
        4 => (source, end).prop_map(|(source, end)| Deed::Begin { source, end }),
        2 => proptest::option::of(0..20u8).prop_map(|job| Deed::Append { job }),
        4 => subsequence(ResourceKind::ALL.to_vec(), 0..=5).prop_map(|removed| Deed::Finalize { removed }),
        1 => Just(Deed::Forget),
        1 => Just(Deed::Reopen),
    ];
    vec((select(vec![0, 0, 0, 1, 2]), deed), 0..40)
}

/// What a store should hold for one synchronization, and what the service tracks for it.
#[derive(Debug, Clone, Default)]
struct Model {
    cycle: u64,
    finalized: u64,
    forgotten: u64,
    members: BTreeMap<Digest, KnownMember>,
    notes: BTreeMap<Digest, Difference>,
    journals: BTreeMap<u64, Vec<Entry>>,
    last_job: Option<u8>,
    tracked: BTreeSet<Digest>,
}

impl Model {
    /// How a source differs, as a plan says it.
    fn compare(&self, source: &BTreeMap<u64, u8>) -> Vec<Difference> {
        let mut differences = BTreeMap::new();
        for (n, said) in source {
            let member = member(*n, *said);
            let change = match self.members.get(&member.key()) {
                None => Change::Added,
                Some(known) if known.cycle > self.finalized => Change::Added,
                Some(known) if known.missing_since.is_none() && known.member.content() == member.content() => continue,
                Some(_) => Change::Changed,
            };
            differences.insert(member.key(), Difference { change, member });
        }
        let named: BTreeSet<Digest> = source.iter().map(|(n, said)| member(*n, *said).key()).collect();
        for (key, known) in self.members.iter().filter(|(key, _)| !named.contains(key)) {
            differences.insert(*key, Difference { change: Change::Missing, member: known.member.clone() });
        }
        differences.into_values().collect()
    }

    fn begin(&mut self, source: &BTreeMap<u64, u8>, differences: &[Difference]) {
        self.cycle += 1;
        self.notes.clear();
        for difference in differences {
            let Difference { change, member } = difference;
            if *change == Change::Added {
                self.members.insert(member.key(), KnownMember::new(member.clone(), self.cycle, None));
            } else {
                self.notes.insert(member.key(), difference.clone());
            }
        }
        // Some of it is sent at once, in this open cycle, which may never end.
        self.tracked.extend(
            source.iter().filter(|(n, said)| (**n + u64::from(**said)) % 3 > 0).map(|(n, _)| member(*n, 0).key()),
        );
    }

    fn append(&mut self, entry: Entry) {
        self.journals.entry(self.cycle).or_default().push(entry);
    }

    fn finalize(&mut self, removed: &[ResourceKind]) {
        let cycle = self.cycle;
        for (key, Difference { change, member }) in std::mem::take(&mut self.notes) {
            let Some(known) = self.members.get_mut(&key) else { continue };
            if change == Change::Changed {
                *known = KnownMember::new(member, cycle, None);
            } else if removed.contains(&member.kind()) {
                self.members.remove(&key);
                self.tracked.remove(&key);
            } else {
                known.missing_since.get_or_insert(cycle);
            }
        }
        if cycle > self.forgotten {
            self.finalized = cycle;
        }
    }

    fn forget(&mut self) {
        self.members.clear();
        self.notes.clear();
        self.tracked.clear();
        self.finalized = 0;
        self.forgotten = self.cycle;
    }

    fn check(&self, store: &dyn StateStore, key: &StateKey) -> Result<(), TestCaseError> {
        let Standing { cycle, journal, last_job, finalized, known, .. } = standing(store, key);
        prop_assert_eq!((cycle, finalized, known), (self.cycle, self.finalized, self.members.len() as u64));
        prop_assert_eq!(journal, self.journals.get(&self.cycle).cloned().unwrap_or_default());
        prop_assert_eq!(last_job, self.last_job.map(job));
        for (cycle, journal) in &self.journals {
            prop_assert_eq!(&store.journal(key, *cycle).expect("the journal can be read"), journal);
        }
        let stored = members(store, key);
        prop_assert_eq!(stored.len(), self.members.len());
        for (stored, model) in stored.iter().zip(self.members.values()) {
            let (a, b) = (&stored.member, &model.member);
            prop_assert_eq!((a.key(), a.kind(), a.identity_key()), (b.key(), b.kind(), b.identity_key()));
            prop_assert_eq!((a.content(), a.parts()), (b.content(), b.parts()));
            prop_assert_eq!((stored.cycle, stored.missing_since), (model.cycle, model.missing_since));
        }
        let mut missing: BTreeMap<ResourceKind, u64> = BTreeMap::new();
        for note in self.notes.values().filter(|note| note.change == Change::Missing) {
            *missing.entry(note.member.kind()).or_default() += 1;
        }
        prop_assert_eq!(noted(store, key), Vec::from_iter(missing));
        for tracked in &self.tracked {
            prop_assert!(self.members.contains_key(tracked), "the manifest is an upper bound");
        }
        Ok(())
    }
}

fn job(number: u8) -> sync_core::JobId {
    job_id(&format!("job-{number}"))
}

/// Members, notes, journals and numbers after each deed; failures and deaths in the middle of a beginning change nothing;
/// and whatever the service came to track is in the manifest.
pub fn random_histories_go_as_the_model_says(open: &Open<'_>) {
    let number = Cell::new(0);
    let histories = Config { cases: 64, failure_persistence: None, ..Config::default() };
    let tested = TestRunner::new(histories).run(&(deeds(),), |(deeds,)| {
        number.set(number.get() + 1);
        history(open, number.get(), deeds)
    });
    if let Err(failure) = tested {
        panic!("{failure}");
    }
}

/// One history, of synchronizations that no other history has.
fn history(open: &Open<'_>, number: u32, deeds: Vec<(usize, Deed)>) -> Result<(), TestCaseError> {
    let mut store = open();
    let keys = [
        key(&format!("target {number}"), "harbour"),
        key(&format!("target {number}"), "quay"),
        key(&format!("other target {number}"), "harbour"),
    ];
    let mut models = [(); 3].map(|()| Model::default());
    for (at, (which, deed)) in (0..).zip(deeds) {
        let (key, model) = (&keys[which], &mut models[which]);
        match deed {
            Deed::Begin { source, end } => {
                let differences = model.compare(&source);
                if end == End::Well {
                    let cycle = begin(store.as_ref(), key, differences.clone());
                    model.begin(&source, &differences);
                    prop_assert_eq!(cycle, model.cycle);
                } else {
                    store = begin_badly(open, store, key, &differences, end);
                }
            }
            Deed::Append { job: None } if model.cycle > 0 => {
                let entry = entry(at, sync_core::cycle::Event::SourceEnded);
                append(store.as_ref(), key, &entry);
                model.append(entry);
            }
            Deed::Append { job: Some(number) } if model.cycle > 0 => {
                let entry = accepted(job(number).as_str());
                append(store.as_ref(), key, &entry);
                model.append(entry);
                model.last_job = Some(number);
            }
            Deed::Finalize { removed } if model.cycle > 0 => {
                let entry = entry(at, sync_core::cycle::Event::SourceEnded);
                let swap = ManifestSwap { removed: removed.clone() };
                store.append(key, &entry, Some(&swap)).expect("an entry can be appended");
                model.append(entry);
                model.finalize(&removed);
            }
            Deed::Append { .. } | Deed::Finalize { .. } => {}
            Deed::Forget => {
                store.forget(key).expect("it can be forgotten");
                model.forget();
            }
            Deed::Reopen => store = open(),
        }
        for (key, model) in keys.iter().zip(&models) {
            model.check(store.as_ref(), key)?;
        }
    }
    for n in 0..15 {
        let member = member(n, 0);
        let is_held = models[1].members.contains_key(&member.key());
        let holders = store.holders(&keys[0], &member).expect("holders can be looked up");
        prop_assert_eq!(holders, Vec::from_iter(is_held.then(|| keys[1].synchronization().clone())));
    }
    Ok(())
}

/// A beginning that does not come to its end. Who dies takes the store along; it is opened again.
fn begin_badly(
    open: &Open<'_>,
    store: Box<dyn StateStore>,
    key: &StateKey,
    differences: &[Difference],
    end: End,
) -> Box<dyn StateStore> {
    let (End::Fails(after) | End::Dies(after)) = end else { return store };
    let some = &differences[..after.min(differences.len())];
    let last =
        || if end == End::Fails(after) { Err(io::Error::other("too bad")) } else { resume_unwind(Box::new("dead")) };
    let begun = catch_unwind(AssertUnwindSafe(|| try_begin(store.as_ref(), key, some.to_vec(), last)));
    match begun {
        Ok(failed) => {
            failed.expect_err("the differences failed");
            store
        }
        Err(_) => {
            drop(store);
            open()
        }
    }
}
