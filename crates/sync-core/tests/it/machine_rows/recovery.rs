//! Repairs, replays and the single call.

use sync_core::cycle::{Call, CycleMode, CycleState, Event, Patience, Phase};
use sync_core::{Finalization, Outcome};

use crate::support::*;

// Edge: batch failed → batching after repair; the whole batch again, under the next number.
#[test]
fn a_failed_batch_is_repaired_by_sending_it_again_as_a_further_batch() {
    for outcome in [Outcome::RolledBack, Outcome::Aborted, Outcome::Canceled] {
        let mut machine = Machine::ended(settings(), outcome);
        machine.refuse(Event::Repaired { batch: number(2) });
        machine.take(Event::Repaired { batch: number(1) });
        machine.refuse(Event::Repaired { batch: number(1) });
        assert_eq!(machine.phase(), Phase::Batching);
        machine.refuse(Event::SourceEnded);
        assert_eq!(machine.take(ready(2)), [submit(batch(2))]);
    }
}

#[test]
fn a_repair_that_fails_too_leaves_the_cycle_failed() {
    let mut machine = Machine::ended(settings(), Outcome::RolledBack);
    machine.take(Event::Repaired { batch: number(1) });
    machine.take(ready(2));
    machine.take(accepted(batch(2)));
    machine.end(batch(2), Outcome::RolledBack);
    assert_eq!(machine.phase(), Phase::BatchFailed);
    machine.take(Event::SourceEnded);
    machine.refuse(permitted(Finalization::RemoveResources));
}

#[test]
fn a_repair_after_the_source_ended_needs_its_end_again() {
    let mut machine = Machine::polling(settings());
    machine.take(Event::SourceEnded);
    machine.end(batch(1), Outcome::RolledBack);
    machine.take(Event::Repaired { batch: number(1) });
    machine.take(ready(2));
    machine.take(accepted(batch(2)));
    machine.end(batch(2), Outcome::Succeeded);
    assert_eq!(machine.phase(), Phase::Batching);
    machine.take(Event::SourceEnded);
    assert_eq!(machine.phase(), Phase::Sealed);
}

// Edge: finalize unknown → open; the replay, only when no copy can still be at work.
#[test]
fn a_lost_finalization_is_replayed_as_a_whole_after_the_quiet_period() {
    let mut machine = Machine::finalizing();
    machine.take(Event::Lost { call: Call::Finalize });
    machine.refuse(Event::Replay);
    machine.wait(60);
    machine.take(Event::NotFound { call: Call::Finalize });
    assert_eq!(machine.take(Event::Replay), []);
    assert_eq!((machine.phase(), machine.state.attempt()), (Phase::Open, 2));
    assert!(machine.state.may_have_finalized(), "the one that was lost");
    machine.refuse(Event::FinalizeOrdered);
    machine.take(ready(1));
    machine.take(accepted(batch(1)));
    machine.end(batch(1), Outcome::Succeeded);
    machine.take(Event::SourceEnded);
    machine.refuse(Event::FinalizeOrdered);
    machine.finalize();
}

// Edge: finalize failed → open; the replay.
#[test]
fn a_failed_finalization_is_replayed_as_often_as_allowed() {
    let mut machine = Machine::begun(settings());
    for attempt in 1..=Patience::default().max_attempts {
        assert_eq!(machine.state.attempt(), attempt);
        machine.take(ready(1));
        machine.take(accepted(batch(1)));
        machine.end(batch(1), Outcome::Succeeded);
        machine.take(Event::SourceEnded);
        machine.finalize();
        machine.take(accepted(Call::Finalize));
        machine.end(Call::Finalize, Outcome::RolledBack);
        if attempt < Patience::default().max_attempts {
            machine.take(Event::Replay);
        }
    }
    machine.refuse(Event::Replay);
    assert_eq!(machine.phase(), Phase::FinalizeFailed);
}

#[test]
fn a_replay_finalizes_as_the_cycle_began_even_after_errors_were_accepted() {
    let mut machine = Machine::ended(settings().with_continue_on_error(true), Outcome::CompletedWithErrors);
    machine.take(Event::ErrorsAccepted { batch: number(1) });
    machine.take(Event::Replay);
    assert_eq!(machine.state.finalization(), Some(Finalization::RemoveResources));
}

#[test]
fn nothing_is_replayed_before_something_was_sent_or_while_something_may_run() {
    for mut machine in [Machine::begun(settings()), Machine::polling(settings()), Machine::finalizing()] {
        machine.refuse(Event::Replay);
    }
}

// Edge: the single call carries everything and finalizes.
#[test]
fn a_single_call_is_sent_when_finalized_and_not_before() {
    let mut machine = Machine::begun(settings().with_mode(CycleMode::SingleCall));
    assert_eq!(machine.take(ready(1)), []);
    machine.refuse(ready(2));
    machine.refuse(accepted(batch(1)));
    machine.take(Event::SourceEnded);
    assert_eq!(machine.phase(), Phase::Sealed);
    machine.refuse(Event::FinalizeOrdered);
    machine.finalize();
    machine.take(accepted(Call::Finalize));
    machine.end(Call::Finalize, Outcome::Succeeded);
    assert_eq!(machine.phase(), Phase::Finalized);
}

#[test]
fn a_lost_single_call_is_not_repeated() {
    let mut machine = Machine::begun(settings().with_mode(CycleMode::SingleCall));
    machine.take(ready(1));
    machine.take(Event::SourceEnded);
    machine.finalize();
    assert_searches(&machine.take(Event::Lost { call: Call::Finalize }), Call::Finalize);
    assert_eq!(machine.phase(), Phase::FinalizeUnknown);
    machine.refuse(Event::FinalizeOrdered);
}

// Edge: the single call with partial errors may finalize over what failed; not with missing resources at stake.
#[test]
fn a_single_call_that_skips_bad_commands_begins_only_with_missing_resources_left_alone() {
    let blind = settings().with_mode(CycleMode::SingleCall).with_continue_on_error(true);
    Machine::idle().refuse(Event::Begun { settings: Box::new(blind.clone()) });
    Machine::begun(blind.with_finalization(Finalization::Ignore));
}

#[test]
fn without_a_job_search_a_lost_finalization_can_be_replayed_after_the_quiet_period() {
    let mut machine = Machine::finalizing();
    machine.take(Event::Lost { call: Call::Finalize });
    machine.wait(60);
    assert_eq!(machine.take(Event::SearchUnavailable { call: Call::Finalize }), []);
    assert_eq!(machine.phase(), Phase::FinalizeUnknown);
    machine.take(Event::Replay);
    assert_eq!(machine.phase(), Phase::Open);
}

#[test]
fn a_journal_replays_to_the_same_state() {
    let mut machine = Machine::finalizing();
    machine.take(Event::Lost { call: Call::Finalize });
    assert_eq!(CycleState::replay(&machine.journal), Ok(machine.state));
}

#[test]
fn a_journal_that_is_none_is_refused_with_event_and_phase() {
    let mut machine = Machine::begun(settings());
    let error = machine.refuse(Event::FinalizeOrdered);
    assert_eq!((error.phase(), error.event()), (Phase::Open, "finalize_ordered"));
    assert_eq!(
        error.to_string(),
        "the event finalize_ordered cannot follow in phase Open: only a sealed cycle can be finalized"
    );
}
