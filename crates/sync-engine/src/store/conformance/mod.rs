//! Tests that every [`StateStore`](super::StateStore) passes.
//!
//! [`store_conformance!`](crate::store_conformance) makes one `#[test]` of each case. It takes an expression that makes
//! a new, empty state and gives a function to open it: the cases open one state several times, one after the other and
//! at once, as runs and processes do. What keeps the state alive lives in that function.
//!
//! ```
//! use sync_engine::store::SqliteStore;
//!
//! fn fresh() -> impl Fn() -> SqliteStore {
//!     let folder = tempfile::tempdir().expect("a temporary folder can be made");
//!     move || SqliteStore::open(folder.path()).expect("the state can be opened")
//! }
//!
//! sync_engine::store_conformance!(fresh());
//! # fn main() {}
//! ```
//!
//! What a suite inside one process cannot show is left to the tests of each implementation: that the death of a process
//! frees its locks and leaves nothing half done.

mod cycles;
mod histories;
mod locks;
mod manifests;
mod support;

pub use cycles::*;
pub use histories::*;
pub use locks::*;
pub use manifests::*;
pub use support::Open;

/// Makes one `#[test]` of each case of the [conformance suite](crate::store::conformance).
///
/// The expression is evaluated once per test. It makes a new, empty state and gives an `Fn() -> impl StateStore` that
/// opens it and keeps it alive.
#[macro_export]
macro_rules! store_conformance {
    ($fresh:expr) => {
        $crate::store_conformance! { @cases $fresh;
            held_lock_is_refused_to_others
            dropped_lock_is_free
            lock_of_one_synchronization_leaves_the_others_free
            lock_holds_back_nothing_but_locks
            holder_of_a_lock_is_named_while_it_is_held

            synchronization_never_heard_of_stands_at_nothing
            cycles_count_on
            what_a_cycle_is_asked_comes_back
            entries_come_back_as_they_were_and_in_order
            entry_without_a_cycle_is_refused
            journals_of_the_last_cycles_are_kept
            jobs_of_kept_journals_are_known
            last_job_is_that_of_the_newest_journal_with_one
            what_was_written_is_there_for_the_next_to_open
            synchronizations_do_not_touch_each_other
            runs_at_once_do_not_fail_each_other
            list_is_in_order

            added_members_are_there_when_the_cycle_has_begun
            members_come_back_whole
            members_are_visited_in_the_order_of_their_keys
            error_of_a_visitor_ends_the_visit_and_comes_back
            changed_and_missing_members_stay_as_they_are_until_the_end
            notes_of_an_earlier_cycle_are_dropped
            member_of_a_cycle_that_never_ended_becomes_one_of_the_next
            failed_differences_change_nothing
            run_that_dies_while_it_begins_changes_nothing
            changed_members_get_their_new_content_at_the_end
            confirmed_kinds_leave_and_others_are_marked
            mark_of_a_missing_member_stays_the_first
            returning_member_loses_its_mark
            second_swap_of_a_cycle_changes_nothing
            holders_are_other_synchronizations_of_the_same_target
            forgotten_synchronization_keeps_its_count_and_nothing_else
            cycle_that_was_forgotten_gives_no_baseline
            distrusted_manifest_is_no_baseline_until_forgotten

            random_histories_go_as_the_model_says
        }
    };
    (@cases $fresh:expr; $($case:ident)*) => {$(
        #[test]
        fn $case() {
            let open = $fresh;
            $crate::store::conformance::$case(&|| ::std::boxed::Box::new(open()));
        }
    )*};
}
