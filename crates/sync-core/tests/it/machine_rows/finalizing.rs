//! From sealed to finalized, or to where nobody knows.

use sync_core::cycle::{Call, Event, Phase};
use sync_core::{Finalization, Outcome};

use crate::support::*;

// Row 15: sealed, the guard says yes → sealed.
#[test]
fn the_permit_is_for_a_sealed_cycle_and_for_its_own_finalization() {
    let mut machine = Machine::ended(settings(), Outcome::Succeeded);
    machine.refuse(permitted(Finalization::RemoveResources));
    machine.take(Event::SourceEnded);
    machine.refuse(permitted(Finalization::Ignore));
    assert_eq!(machine.take(permitted(Finalization::RemoveResources)), []);
    assert_eq!(machine.phase(), Phase::Sealed);
    assert_eq!(machine.state.permit().map(|permit| permit.numbers().missing), Some(3));
}

// Row 16: sealed, finalize → finalizing; exactly one call.
#[test]
fn a_sealed_cycle_is_finalized_once_and_only_with_the_permit() {
    let mut machine = Machine::sealed();
    machine.refuse(Event::FinalizeOrdered);
    machine.finalize();
    assert_eq!(machine.phase(), Phase::Finalizing);
    machine.refuse(Event::FinalizeOrdered);
    machine.refuse(ready(2));
    machine.refuse(permitted(Finalization::RemoveResources));
}

// Row 17: accepted → finalizing.
#[test]
fn the_job_of_an_accepted_finalization_is_polled() {
    let mut machine = Machine::finalizing();
    assert_polls(&machine.take(accepted(Call::Finalize)), Call::Finalize);
    assert_eq!(machine.phase(), Phase::Finalizing);
    machine.refuse(Event::FinalizeOrdered);
}

// Row 18: refused → sealed; the cycle is still open, the permit is used up.
#[test]
fn a_refused_finalization_leaves_the_cycle_sealed_without_permit() {
    let mut machine = Machine::finalizing();
    assert_eq!(machine.take(refused(Call::Finalize, 400)), []);
    assert_eq!(machine.phase(), Phase::Sealed);
    assert!(!machine.state.may_have_finalized());
    machine.refuse(Event::FinalizeOrdered);
    machine.finalize();
    assert_eq!(machine.phase(), Phase::Finalizing);
}

// Edge: at most one finalization that may have been accepted; one that was not sent or answered 429 may be repeated.
#[test]
fn a_finalization_that_was_not_sent_or_not_taken_is_sent_again() {
    for event in [Event::NotSent { call: Call::Finalize }, refused(Call::Finalize, 429)] {
        let mut machine = Machine::finalizing();
        assert_pauses(&machine.take(event), Call::Finalize);
        assert_eq!(machine.phase(), Phase::Finalizing);
        assert_eq!(machine.take(Event::PauseOver { call: Call::Finalize }), [submit(Call::Finalize)]);
    }
}

// Row 19: no usable answer → finalize unknown; never sent again blindly.
#[test]
fn a_finalization_with_a_lost_answer_is_not_repeated() {
    for event in [Event::Lost { call: Call::Finalize }, refused(Call::Finalize, 502), refused(Call::Finalize, 408)] {
        let mut machine = Machine::finalizing();
        assert_searches(&machine.take(event), Call::Finalize);
        assert_eq!(machine.phase(), Phase::FinalizeUnknown);
        assert!(machine.state.may_have_finalized());
        machine.refuse(Event::FinalizeOrdered);
        machine.refuse(permitted(Finalization::RemoveResources));
        machine.refuse(Event::PauseOver { call: Call::Finalize });
        machine.refuse(ready(2));
        machine.refuse(Event::Begun { settings: Box::new(settings()) });
    }
}

// Row 20: its job is found → finalizing.
#[test]
fn a_lost_finalization_that_is_found_is_polled() {
    let mut machine = Machine::finalizing();
    machine.take(Event::Lost { call: Call::Finalize });
    assert_polls(&machine.take(Event::Found { call: Call::Finalize, job: job("found") }), Call::Finalize);
    assert_eq!(machine.phase(), Phase::Finalizing);
}

// Row 21: not found → finalize unknown.
#[test]
fn a_lost_finalization_that_is_not_found_stays_unknown_and_is_never_sent_alone() {
    let mut machine = Machine::finalizing();
    machine.take(Event::Lost { call: Call::Finalize });
    machine.refuse(Event::Replay);
    assert_searches(&machine.take(Event::NotFound { call: Call::Finalize }), Call::Finalize);
    machine.wait(60);
    assert_eq!(machine.take(Event::NotFound { call: Call::Finalize }), []);
    assert_eq!(machine.phase(), Phase::FinalizeUnknown);
    machine.refuse(Event::FinalizeOrdered);
    // Found late, it is polled all the same.
    assert_polls(&machine.take(Event::Found { call: Call::Finalize, job: job("late") }), Call::Finalize);
}

#[test]
fn a_lost_finalization_with_several_candidates_stays_unknown() {
    let mut machine = Machine::finalizing();
    machine.take(Event::Lost { call: Call::Finalize });
    assert_eq!(machine.take(Event::Ambiguous { call: Call::Finalize }), []);
    assert_eq!(machine.phase(), Phase::FinalizeUnknown);
    machine.refuse(Event::Replay);
}

// Row 22: succeeded → finalized.
#[test]
fn a_successful_finalization_ends_the_cycle() {
    let mut machine = Machine::finalizing();
    machine.take(accepted(Call::Finalize));
    machine.end(Call::Finalize, Outcome::Succeeded);
    assert_eq!(machine.phase(), Phase::Finalized);
    for event in [ready(2), Event::FinalizeOrdered, Event::Replay, Event::Stopped, Event::Resumed, Event::GivenUp] {
        machine.refuse(event);
    }
}

// Row 23: ended otherwise → finalize failed.
#[test]
fn a_finalization_that_ends_otherwise_has_failed() {
    for outcome in BAD {
        let mut machine = Machine::finalizing();
        machine.take(accepted(Call::Finalize));
        machine.end(Call::Finalize, outcome);
        assert_eq!(machine.phase(), Phase::FinalizeFailed, "{outcome:?}");
        machine.refuse(Event::FinalizeOrdered);
        machine.refuse(ready(2));
    }
}

// Row 24: finalized, begin → open; the same synchronization.
#[test]
fn after_a_finalized_cycle_the_next_begins() {
    let mut machine = Machine::finalizing();
    machine.take(accepted(Call::Finalize));
    machine.end(Call::Finalize, Outcome::Succeeded);
    machine.take(Event::Begun { settings: Box::new(settings()) });
    assert_eq!((machine.phase(), machine.state.attempt()), (Phase::Open, 1));
    assert!(machine.state.batches().is_empty());
}
