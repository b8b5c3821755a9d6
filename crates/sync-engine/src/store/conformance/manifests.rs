//! Cases about manifests.

use std::error::Error;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sync_core::Digest;
use sync_core::command::ResourceKind;
use sync_formats::Parts;

use super::support::*;
use crate::member::Member;
use crate::store::{Change, Difference, Standing, StateKey, StoreError, StoreErrorKind};

const FAILURE: &str = "a failure of the case's own";

fn failure() -> io::Error {
    io::Error::other(FAILURE)
}

/// An error of whoever calls a store comes back somewhere in the chain of the store's.
fn has_failure(error: &StoreError) -> bool {
    let first: &dyn Error = error;
    std::iter::successors(Some(first), |&error| error.source()).any(|error| error.to_string().contains(FAILURE))
}

/// As members of this cycle, confirmed by none yet.
pub fn added_members_are_there_when_the_cycle_has_begun(open: &Open<'_>) {
    let store = open();
    begin(store.as_ref(), &harbour(), []);
    let cycle = begin(store.as_ref(), &harbour(), added(0..3));
    // Somebody else sees it too: it is written.
    let other = open();
    assert_eq!(numbers(other.as_ref(), &harbour()), [0, 1, 2]);
    for known in members(other.as_ref(), &harbour()) {
        assert_eq!((known.cycle, known.missing_since), (cycle, None));
    }
    assert!(standing(other.as_ref(), &harbour()).has_baseline(), "it is an upper bound already");
}

/// All but the place of their command in its source.
pub fn members_come_back_whole(open: &Open<'_>) {
    let long = format!(r#"{{"name":"{}"}}"#, "long ".repeat(20_000));
    let identities = [r#"{"name":"plain"}"#, r#"{"name":"Übergröße \" \\ \u0000 ' 日本"}"#, "{}", "", &long];
    let parts = [vec![], vec![7; 5], (0..105).collect()];
    let mut given = Vec::new();
    for (n, identity) in (0u8..).zip(identities) {
        for kind in ResourceKind::ALL {
            let parts = Parts::from_bytes(parts[usize::from(n) % parts.len()].clone());
            given.push(Member::new(kind, identity.as_bytes(), content(n.wrapping_sub(1)), &parts, 5));
        }
    }
    let store = open();
    begin(
        store.as_ref(),
        &harbour(),
        given.iter().map(|member| Difference { change: Change::Added, member: member.clone() }),
    );
    given.sort_by_key(Member::key);
    let stored = members(store.as_ref(), &harbour());
    assert_eq!(stored.len(), given.len());
    for (stored, given) in stored.iter().zip(&given) {
        let bare =
            Member::new(given.kind(), given.identity_key().as_bytes(), given.content(), &given.parts(), u64::MAX);
        assert_eq!(stored.member, bare);
    }
}

/// Whatever the order they came in.
pub fn members_are_visited_in_the_order_of_their_keys(open: &Open<'_>) {
    let store = open();
    for cycle in 0..5 {
        begin(store.as_ref(), &harbour(), added((0..100).map(|n| n * 5 + cycle)));
    }
    let keys: Vec<Digest> = members(store.as_ref(), &harbour()).iter().map(|known| known.member.key()).collect();
    assert_eq!(keys.len(), 500);
    assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
}

/// Nothing is visited after it.
pub fn error_of_a_visitor_ends_the_visit_and_comes_back(open: &Open<'_>) {
    let store = open();
    begin(store.as_ref(), &harbour(), added(0..10));
    let mut visited = 0;
    let ended = store.visit_members(&harbour(), &mut |_| {
        visited += 1;
        if visited == 4 { Err(failure()) } else { Ok(()) }
    });
    let error = ended.expect_err("the visitor failed");
    assert_eq!((visited, error.kind()), (4, &StoreErrorKind::Interrupted));
    assert!(has_failure(&error));
    assert_eq!(members(store.as_ref(), &harbour()).len(), 10, "the store goes on working");
}

/// But they are counted, by kind and in the order of kinds.
pub fn changed_and_missing_members_stay_as_they_are_until_the_end(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added(0..20));
    let before = members(store, &harbour());
    begin(store, &harbour(), changed([0, 1], 2).into_iter().chain(missing([4, 9, 12])));
    append(store, &harbour(), &accepted("17"));
    assert_eq!(members(store, &harbour()), before);
    assert_eq!(noted(store, &harbour()), [(ResourceKind::Asset, 1), (ResourceKind::ComplexRelation, 2)]);
    assert_eq!(numbers(store, &harbour()), Vec::from_iter(0..20));
}

/// The end of a cycle is about what that cycle noted alone.
pub fn notes_of_an_earlier_cycle_are_dropped(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added(0..5));
    begin(store, &harbour(), changed([0], 2).into_iter().chain(missing([1, 2])));
    begin(store, &harbour(), missing([3]));
    assert_eq!(noted(store, &harbour()), [(ResourceKind::Mapping, 1)]);
    finalize(store, &harbour(), &ResourceKind::ALL);
    assert_eq!(numbers(store, &harbour()), [0, 1, 2, 4]);
    assert_eq!(find(store, &harbour(), 0).member.content(), content(1));
    assert_eq!(noted(store, &harbour()), []);
}

/// It is counted once, and confirmed with that cycle.
pub fn member_of_a_cycle_that_never_ended_becomes_one_of_the_next(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added([0]));
    begin(store, &harbour(), added([1, 2]));
    let again = Difference { change: Change::Added, member: member(1, 5) };
    let third = begin(store, &harbour(), [again]);
    let known = find(store, &harbour(), 1);
    assert_eq!((known.cycle, known.member.content(), known.missing_since), (third, content(5), None));
    assert_eq!(known.member.parts(), member(1, 5).parts());
    assert_eq!(numbers(store, &harbour()), [0, 1, 2], "the service may track what was only begun");
    assert_eq!(find(store, &harbour(), 2).cycle, 2);
}

/// Neither members nor notes nor the cycle's number, and journals stay.
pub fn failed_differences_change_nothing(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added(0..3));
    begin(store, &harbour(), missing([2]));
    append(store, &harbour(), &accepted("17"));
    let before = (standing(store, &harbour()), members(store, &harbour()), noted(store, &harbour()));
    let differences = added(3..6).into_iter().chain(changed([0], 2)).chain(missing([1]));
    let error = try_begin(store, &harbour(), differences, || Err(failure())).expect_err("the differences fail");
    assert_eq!(error.kind(), &StoreErrorKind::Write);
    assert!(has_failure(&error));
    assert_eq!((standing(store, &harbour()), members(store, &harbour()), noted(store, &harbour())), before);

    let unknown = key(harbour().target(), "unknown");
    try_begin(store, &unknown, added(0..3), || Err(failure())).expect_err("the differences fail");
    assert_eq!(store.list().expect("synchronizations can be listed"), [harbour()]);
}

/// As far as a process can see its own death: the store is gone in the middle of it, and opened again.
pub fn run_that_dies_while_it_begins_changes_nothing(open: &Open<'_>) {
    let store = open();
    cycle(store.as_ref(), &harbour(), added(0..3));
    let before = (standing(store.as_ref(), &harbour()), members(store.as_ref(), &harbour()));
    let died = catch_unwind(AssertUnwindSafe(move || {
        try_begin(store.as_ref(), &harbour(), added(3..6), || std::panic::resume_unwind(Box::new("dead")))
    }));
    assert!(died.is_err());
    let store = open();
    assert_eq!((standing(store.as_ref(), &harbour()), members(store.as_ref(), &harbour())), before);
    assert_eq!(begin(store.as_ref(), &harbour(), []), 2);
}

/// And belong to the cycle that said it; all others stay.
pub fn changed_members_get_their_new_content_at_the_end(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added(0..3));
    let second = cycle(store, &harbour(), changed([1], 2));
    let known = find(store, &harbour(), 1);
    assert_eq!((known.cycle, known.member.content(), known.missing_since), (second, content(2), None));
    assert_eq!(known.member.parts(), member(1, 2).parts());
    for n in [0, 2] {
        let known = find(store, &harbour(), n);
        assert_eq!((known.cycle, known.member.content()), (1, content(1)));
    }
    let Standing { finalized, known, .. } = standing(store, &harbour());
    assert_eq!((finalized, known), (second, 3));
}

/// A kind that was confirmed without having any missing changes nothing.
pub fn confirmed_kinds_leave_and_others_are_marked(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added(0..20));
    // Kinds come in turn: 2, 7 and 12 are assets, 3 and 8 mappings.
    let second = begin(store, &harbour(), missing([2, 7, 12, 3, 8]).into_iter().chain(changed([17], 2)));
    finalize(store, &harbour(), &[ResourceKind::Asset, ResourceKind::Domain]);
    let left: Vec<u64> = (0..20).filter(|n| ![2, 7, 12].contains(n)).collect();
    assert_eq!(numbers(store, &harbour()), left);
    for n in left {
        let known = find(store, &harbour(), n);
        assert_eq!(known.missing_since, [3, 8].contains(&n).then_some(second), "member {n}");
        let said = if n == 17 { (second, content(2)) } else { (1, content(1)) };
        assert_eq!((known.cycle, known.member.content()), said, "member {n}");
    }
}

/// Until its removal is confirmed.
pub fn mark_of_a_missing_member_stays_the_first(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added(0..5));
    let second = cycle(store, &harbour(), missing([2]));
    cycle(store, &harbour(), missing([2]));
    assert_eq!(find(store, &harbour(), 2).missing_since, Some(second));
    begin(store, &harbour(), missing([2]));
    finalize(store, &harbour(), &[ResourceKind::Asset]);
    assert_eq!(numbers(store, &harbour()), [0, 1, 3, 4]);
}

/// Once a cycle that has it is finalized, not before.
pub fn returning_member_loses_its_mark(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added(0..5));
    let second = cycle(store, &harbour(), missing([2]));
    begin(store, &harbour(), changed([2], 1));
    assert_eq!(find(store, &harbour(), 2).missing_since, Some(second), "it was sent, which nobody confirmed");
    begin(store, &harbour(), missing([2]));
    assert_eq!(find(store, &harbour(), 2).missing_since, Some(second));
    let fifth = cycle(store, &harbour(), changed([2], 1));
    let known = find(store, &harbour(), 2);
    assert_eq!((known.missing_since, known.cycle), (None, fifth));
}

/// What was noted is used up.
pub fn second_swap_of_a_cycle_changes_nothing(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added(0..5));
    cycle(store, &harbour(), missing([2, 3]));
    assert_eq!(noted(store, &harbour()), []);
    let before = members(store, &harbour());
    finalize(store, &harbour(), &ResourceKind::ALL);
    assert_eq!(members(store, &harbour()), before);
    assert_eq!(standing(store, &harbour()).journal.len(), 2);
}

/// Also of members that are missing or were never confirmed.
pub fn holders_are_other_synchronizations_of_the_same_target(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    let target = harbour().target().to_owned();
    let (begun, marked) = (key(&target, "begun"), key(&target, "a-marked"));
    cycle(store, &harbour(), added([0]));
    begin(store, &begun, added([0]));
    cycle(store, &marked, added([0]));
    cycle(store, &marked, missing([0]));
    cycle(store, &key(&target, "without"), added([1]));
    cycle(store, &key("https://other.example.com", "elsewhere"), added([0]));
    let holders = |n, key: &StateKey| store.holders(key, &member(n, 9)).expect("holders can be looked up");
    assert_eq!(holders(0, &harbour()), [marked.synchronization().clone(), begun.synchronization().clone()]);
    assert_eq!(holders(2, &harbour()), []);
    assert_eq!(holders(1, &key(&target, "never-heard-of")).len(), 1);
    begin(store, &marked, missing([0]));
    finalize(store, &marked, &ResourceKind::ALL);
    assert_eq!(
        holders(0, &harbour()),
        [begun.synchronization().clone()],
        "a member that was removed is held by nobody"
    );
}

/// And its journals; it stays listed.
pub fn forgotten_synchronization_keeps_its_count_and_nothing_else(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    cycle(store, &harbour(), added(0..5));
    begin(store, &harbour(), missing([2]));
    append(store, &harbour(), &accepted("17"));
    store.forget(&harbour()).expect("it can be forgotten");
    let after = standing(store, &harbour());
    assert_eq!((after.cycle, after.finalized, after.known), (2, 0, 0));
    assert!(!after.has_baseline());
    assert_eq!(after.journal, [accepted("17")]);
    assert_eq!(after.last_job, Some(job_id("17")));
    assert_eq!(members(store, &harbour()), []);
    assert_eq!(noted(store, &harbour()), []);
    assert_eq!(store.list().expect("synchronizations can be listed"), [harbour()]);

    assert_eq!(cycle(store, &harbour(), added(0..2)), 3);
    assert_eq!(numbers(store, &harbour()), [0, 1]);
    assert!(standing(store, &harbour()).has_baseline());
}

/// Its members are not in the manifest any more, so the manifest is no upper bound of what it brought.
pub fn cycle_that_was_forgotten_gives_no_baseline(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    begin(store, &harbour(), added(0..5));
    store.forget(&harbour()).expect("it can be forgotten");
    finalize(store, &harbour(), &[]);
    let after = standing(store, &harbour());
    assert_eq!((after.finalized, after.journal.len()), (0, 1), "the entry is there, the baseline is not");
    assert!(!after.has_baseline());
    cycle(store, &harbour(), added(0..5));
    assert_eq!(standing(store, &harbour()).finalized, 2);
}

/// Whatever cycles are finalized in between; an unknown synchronization can be distrusted too.
pub fn distrusted_manifest_is_no_baseline_until_forgotten(open: &Open<'_>) {
    let store = open();
    let store = store.as_ref();
    store.distrust(&harbour()).expect("it can be distrusted");
    assert_eq!(store.list().expect("synchronizations can be listed"), [], "no cycle was begun");
    cycle(store, &harbour(), added(0..2));
    let after = standing(store, &harbour());
    assert_eq!((after.finalized, after.known, after.distrusted), (1, 2, true));
    assert!(!after.has_baseline());
    store.forget(&harbour()).expect("it can be forgotten");
    cycle(store, &harbour(), added(0..2));
    assert!(standing(store, &harbour()).has_baseline());
}
