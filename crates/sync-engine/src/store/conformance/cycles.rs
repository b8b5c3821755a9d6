//! Cases about cycles, their journals, and synchronizations beside each other.

use std::time::Duration;

use sync_core::command::ResourceKind;
use sync_core::cycle::{CycleSettings, Event};
use sync_core::{BatchNumber, Digest, Outcome};

use super::support::*;
use crate::store::{JOURNALS_KEPT, Standing, StateKey};

/// Nothing is known of it, and asking makes nothing known.
pub fn synchronization_never_heard_of_stands_at_nothing(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    store.forget(&harbour()).expect("there is nothing to forget");
    assert_eq!(standing(store, &harbour()), Standing::default());
    assert!(!standing(store, &harbour()).has_baseline());
    assert_eq!(store.journal(&harbour(), 0).expect("there is no journal to read"), []);
    assert_eq!(store.journal(&harbour(), 1).expect("there is no journal to read"), []);
    assert_eq!(members(store, &harbour()), []);
    assert_eq!(noted(store, &harbour()), []);
    assert_eq!(store.holders(&harbour(), &member(0, 1)).expect("nobody holds it"), []);
    assert!(!store.knows_job(&harbour(), &job_id("17")).expect("no job is known"));
    assert_eq!(store.list().expect("there is nothing to list"), []);
}

/// That of the last cycle, whatever becomes of it.
pub fn what_a_cycle_is_asked_comes_back(open: &Open<'_>) {
    let store = open();
    assert_eq!(standing(store.as_ref(), &harbour()).asked, None);
    begin(store.as_ref(), &harbour(), []);
    finalize(store.as_ref(), &harbour(), &[]);
    assert_eq!(standing(open().as_ref(), &harbour()).asked.as_deref(), Some(ASKED));
    for asked in ["", "not JSON: {\u{1f6a2}", "{}"] {
        store.begin(&harbour(), asked, &mut |_| Ok(())).expect("a cycle can begin");
        assert_eq!(standing(open().as_ref(), &harbour()).asked.as_deref(), Some(asked));
    }
    let failed = store.begin(&harbour(), "never", &mut |_| Err(std::io::Error::other("too bad")));
    kind_of(failed);
    assert_eq!(standing(store.as_ref(), &harbour()).asked.as_deref(), Some("{}"));
}

/// From 1, whether they end or not.
pub fn cycles_count_on(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    assert_eq!(begin(store, &harbour(), []), 1);
    assert_eq!(begin(store, &harbour(), []), 2);
    finalize(store, &harbour(), &[]);
    let Standing { cycle, finalized, .. } = standing(store, &harbour());
    assert_eq!((cycle, finalized), (2, 2));
    assert_eq!(begin(store, &harbour(), []), 3);
    let Standing { cycle, finalized, .. } = standing(store, &harbour());
    assert_eq!((cycle, finalized), (3, 2), "a cycle that did not end takes no baseline away");
}

/// With everything that is in them.
pub fn entries_come_back_as_they_were_and_in_order(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    let settings = CycleSettings::new(harbour().synchronization().clone());
    let (batch, digest) = (BatchNumber::FIRST, Digest::from_bytes([0xA5; 16]));
    let journal = [
        entry(0, Event::Begun { settings: Box::new(settings) }),
        entry(u64::from(u32::MAX), Event::BatchReady { batch, digest, commands: 1, bytes: u64::MAX }),
        entry(3, Event::Refused { call: BATCH, status: 429, retry_after: Some(Duration::from_millis(1500)) }),
        entry(3, Event::PauseOver { call: BATCH }),
        accepted("17"),
        entry(5, Event::JobRunning { call: BATCH }),
        entry(5, Event::JobRunning { call: BATCH }),
        entry(6, Event::Judged { call: BATCH, outcome: Outcome::Undetermined, summary: Some(Box::default()) }),
    ];
    let cycle = begin(store, &harbour(), []);
    for entry in &journal {
        append(store, &harbour(), entry);
    }
    assert_eq!(standing(store, &harbour()).journal, journal);
    assert_eq!(begin(store, &harbour(), []), cycle + 1);
    assert_eq!(standing(store, &harbour()).journal, [], "a new cycle has a new journal");
    assert_eq!(store.journal(&harbour(), cycle).expect("the journal can be read"), journal, "the old one stays");
}

/// There is no journal it could belong to.
pub fn entry_without_a_cycle_is_refused(open: &Open<'_>) {
    let store = open();
    store.append(&harbour(), &accepted("17"), None).expect_err("no cycle has begun");
    assert_eq!(standing(store.as_ref(), &harbour()), Standing::default());
    assert_eq!(store.list().expect("there is nothing to list"), []);
}

/// Of each synchronization by itself; older ones go.
pub fn journals_of_the_last_cycles_are_kept(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    let rare = key(harbour().target(), "rare");
    begin(store, &rare, []);
    append(store, &rare, &accepted("rare"));
    let cycles = JOURNALS_KEPT + 2;
    for number in 1..=cycles {
        begin(store, &harbour(), []);
        append(store, &harbour(), &accepted(&format!("job-{number}")));
    }
    for number in 1..=cycles {
        let journal = store.journal(&harbour(), number).expect("the journal can be read");
        let is_kept = number + JOURNALS_KEPT > cycles;
        assert_eq!(journal.len(), usize::from(is_kept), "cycle {number} of {cycles}");
        assert_eq!(
            store.knows_job(&harbour(), &job_id(&format!("job-{number}"))).expect("jobs can be looked up"),
            is_kept
        );
    }
    assert_eq!(standing(store, &rare).journal.len(), 1);
    assert!(store.knows_job(&harbour(), &job_id("rare")).expect("jobs can be looked up"));
}

/// Accepted or found, by any synchronization of the same target, byte for byte.
pub fn jobs_of_kept_journals_are_known(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    let elsewhere = key("https://other.example.com", "harbour");
    let beside = key(harbour().target(), "beside");
    for key in [&harbour(), &beside, &elsewhere] {
        begin(store, key, []);
    }
    append(store, &harbour(), &accepted("a-17"));
    append(store, &beside, &entry(2, Event::Found { call: BATCH, job: job_id("b-18") }));
    append(store, &elsewhere, &accepted("c-19"));
    append(store, &harbour(), &entry(3, Event::JobRunning { call: BATCH }));
    for (job, known) in [("a-17", true), ("b-18", true), ("c-19", false), ("A-17", false), ("a-1", false)] {
        assert_eq!(store.knows_job(&harbour(), &job_id(job)).expect("jobs can be looked up"), known, "job {job}");
    }
    begin(store, &harbour(), []);
    assert!(store.knows_job(&harbour(), &job_id("a-17")).expect("jobs can be looked up"), "from an earlier cycle too");
}

/// Whichever cycle that was, and of this synchronization alone.
pub fn last_job_is_that_of_the_newest_journal_with_one(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    let other = key(harbour().target(), "other");
    begin(store, &harbour(), []);
    assert_eq!(standing(store, &harbour()).last_job, None);
    append(store, &harbour(), &accepted("z-1"));
    append(store, &harbour(), &accepted("a-2"));
    append(store, &harbour(), &entry(3, Event::JobEnded { call: BATCH }));
    begin(store, &other, []);
    append(store, &other, &accepted("zz-3"));
    assert_eq!(standing(store, &harbour()).last_job, Some(job_id("a-2")));
    begin(store, &harbour(), []);
    append(store, &harbour(), &entry(4, Event::Lost { call: BATCH }));
    assert_eq!(standing(store, &harbour()).last_job, Some(job_id("a-2")), "no later one is known");
}

/// Manifest, notes, journal and numbers, also while the first one is open.
pub fn what_was_written_is_there_for_the_next_to_open(open: &Open<'_>) {
    let store = open();
    cycle(store.as_ref(), &harbour(), added(0..10));
    begin(store.as_ref(), &harbour(), changed([1], 2).into_iter().chain(missing([2, 7])));
    append(store.as_ref(), &harbour(), &accepted("17"));
    let there = |store: &dyn crate::store::StateStore| {
        (standing(store, &harbour()), members(store, &harbour()), noted(store, &harbour()), store.list().ok())
    };
    let before = there(store.as_ref());
    assert_eq!(there(open().as_ref()), before);
    drop(store);
    assert_eq!(there(open().as_ref()), before);
}

/// Each has its own cycles, manifest, notes, and forgets alone.
pub fn synchronizations_do_not_touch_each_other(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    let keys = [harbour(), key(harbour().target(), "harbour-2"), key("https://other.example.com", "harbour")];
    for (n, key) in (0..).zip(&keys) {
        for _ in 0..n {
            begin(store, key, []);
        }
        cycle(store, key, added(0..5 + n));
        begin(store, key, missing(0..=n));
        append(store, key, &accepted(&format!("job-{n}")));
    }
    let check = |n: u64, key: &StateKey| {
        let Standing { cycle, journal, finalized, .. } = standing(store, key);
        assert_eq!((cycle, finalized, journal.len()), (n + 2, n + 1, 1));
        assert_eq!(numbers(store, key), Vec::from_iter(0..5 + n));
        assert_eq!(noted(store, key).len() as u64, n + 1);
    };
    for (n, key) in (0..).zip(&keys) {
        check(n, key);
    }
    finalize(store, &keys[1], &ResourceKind::ALL);
    assert_eq!(numbers(store, &keys[1]), [2, 3, 4, 5]);
    store.forget(&keys[1]).expect("it can be forgotten");
    check(0, &keys[0]);
    check(2, &keys[2]);
}

/// Each in a store of its own and all in one, as processes and threads do.
pub fn runs_at_once_do_not_fail_each_other(open: &Open<'_>) {
    const CYCLES: u64 = 5;
    let shared = open();
    let own: Vec<_> = (0..3).map(|_| open()).collect();
    std::thread::scope(|scope| {
        let stores = own.iter().map(Box::as_ref).chain([shared.as_ref(), shared.as_ref()]);
        for (n, store) in stores.enumerate() {
            scope.spawn(move || {
                let key = key("https://catalogue.example.com", &format!("run-{n}"));
                let _lock = store.lock(&key).expect("nobody else works on it");
                for cycle in 0..CYCLES {
                    begin(store, &key, added(cycle * 100..cycle * 100 + 100));
                    append(store, &key, &accepted("17"));
                    finalize(store, &key, &[]);
                }
            });
        }
    });
    let keys = shared.list().expect("synchronizations can be listed");
    assert_eq!(keys.len(), 5);
    for key in keys {
        assert_eq!(standing(shared.as_ref(), &key).finalized, CYCLES);
        assert_eq!(numbers(shared.as_ref(), &key), Vec::from_iter(0..CYCLES * 100));
    }
}

/// By target, then by id, byte by byte.
pub fn list_is_in_order(open: &Open<'_>) {
    let store = open();
    let mut keys =
        [key("b", "x"), key("a", "x"), key("a", "X"), key("a", "10"), key("a", "9"), key("a b", "1"), key("ä", "x")];
    for key in &keys {
        begin(store.as_ref(), key, []);
    }
    keys.sort();
    assert_eq!(store.list().expect("synchronizations can be listed"), keys);
}
