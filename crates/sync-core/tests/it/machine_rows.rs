//! The client's side of a cycle, row by row: from where, what happens, under which condition, to where.

use std::time::Duration;

use sync_core::cycle::{Action, Call, CycleMode, CycleState, Event, ExchangeState, Patience, Phase, Settlement};
use sync_core::{Finalization, Outcome};

use crate::support::*;

fn submit(call: Call) -> Action {
    Action::Submit { call }
}

/// That a list of actions is one look at the job after a first, short wait.
#[track_caller]
fn assert_polls(actions: &[Action], call: Call) {
    assert!(matches!(actions, [Action::Poll { call: polled, .. }] if *polled == call), "{actions:?}");
}

#[track_caller]
fn assert_searches(actions: &[Action], call: Call) {
    assert!(matches!(actions, [Action::Search { call: searched, .. }] if *searched == call), "{actions:?}");
}

#[track_caller]
fn assert_pauses(actions: &[Action], call: Call) -> Duration {
    match actions {
        [Action::Pause { call: paused, delay }] if *paused == call => *delay,
        _ => panic!("{actions:?}"),
    }
}

// Idle, begin → Open.
#[test]
fn begin_opens_a_cycle_and_fixes_its_settings() {
    let machine = Machine::begun(settings());
    assert_eq!(machine.phase(), Phase::Open);
    assert_eq!(machine.state.settings(), Some(&settings()));
    assert_eq!(machine.state.attempt(), 1);
}

// Idle, begin; guard "no own cycle left open".
#[test]
fn begin_over_an_open_cycle_is_refused() {
    for mut machine in [Machine::begun(settings()), Machine::polling(settings()), Machine::finalizing()] {
        machine.refuse(Event::Begun { settings: Box::new(settings()) });
    }
}

// Idle, begin; guard "input not empty".
#[test]
fn a_source_without_commands_cannot_end() {
    let mut machine = Machine::begun(settings());
    machine.refuse(Event::SourceEnded);
    let Event::BatchReady { batch, digest, bytes, .. } = ready(1) else { unreachable!() };
    machine.refuse(Event::BatchReady { batch, digest, commands: 0, bytes });
    assert_eq!(machine.phase(), Phase::Open);
}

// Open, batch → Batching; "about to send" is recorded with the digest.
#[test]
fn a_ready_batch_is_recorded_and_sent() {
    let mut machine = Machine::begun(settings());
    assert_eq!(machine.take(ready(1)), [submit(batch(1))]);
    assert_eq!(machine.phase(), Phase::Batching);
    let recorded = machine.state.batch(number(1)).expect("the batch is there");
    assert_eq!(recorded.exchange().map(|exchange| exchange.state()), Some(&ExchangeState::Sending));
    assert_eq!((recorded.commands(), recorded.bytes()), (10, 1000));
    assert_eq!(recorded.digest(), sync_core::Digest::from_bytes([1; 16]));
}

// Open/Batching, batch; guard "no other job of this id running".
#[test]
fn a_second_batch_waits_until_the_first_has_ended() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.refuse(ready(2));
    machine.take(accepted(batch(1)));
    machine.refuse(ready(2));
    machine.take(Event::JobEnded { call: batch(1) });
    machine.refuse(ready(2));
    machine.take(judged(batch(1), Outcome::Succeeded));
    assert_eq!(machine.take(ready(2)), [submit(batch(2))]);
}

// Open/Batching, batch; guard "or the parallel rule holds".
#[test]
fn as_many_batches_as_lanes_are_in_flight() {
    let mut machine = Machine::begun(lanes(2));
    assert_eq!(machine.take(ready(1)), [submit(batch(1))]);
    machine.refuse(ready(3));
    assert_eq!(machine.take(ready(2)), [submit(batch(2))]);
    machine.refuse(ready(3));
    machine.take(accepted(batch(2)));
    machine.end(batch(2), Outcome::Succeeded);
    assert_eq!(machine.take(ready(3)), [submit(batch(3))]);
}

// Batching, 200 with job id → Batching; the id is stored.
#[test]
fn the_job_of_an_accepted_batch_is_stored_and_polled() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    assert_polls(&machine.take(accepted(batch(1))), batch(1));
    assert_eq!(machine.phase(), Phase::Batching);
    assert_eq!(machine.state.exchange(batch(1)).and_then(|exchange| exchange.job()), Some(&job("job-1")));
}

// Batching, 4xx → BatchFailed; no job was made.
#[test]
fn a_batch_answered_4xx_has_failed_and_nothing_follows() {
    for status in [400, 401, 403, 404, 413, 422] {
        let mut machine = Machine::begun(settings());
        machine.take(ready(1));
        assert_eq!(machine.take(refused(batch(1), status)), [], "{status}");
        assert_eq!(machine.phase(), Phase::BatchFailed);
        machine.refuse(ready(2));
        machine.refuse(permitted(Finalization::RemoveResources));
    }
}

// Batching, 429: wait and retry.
#[test]
fn a_batch_answered_429_is_sent_again_after_the_pause_asked_for() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    let busy = Event::Refused { call: batch(1), status: 429, retry_after: Some(Duration::from_secs(17)) };
    assert_eq!(assert_pauses(&machine.take(busy), batch(1)), Duration::from_secs(17));
    assert_eq!(machine.phase(), Phase::Batching);
    assert_eq!(machine.take(Event::PauseOver { call: batch(1) }), [submit(batch(1))]);
    assert_eq!(machine.state.exchange(batch(1)).map(|exchange| exchange.tries()), Some(2));
}

#[test]
fn a_pause_asked_for_without_reason_is_cut() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    let busy = Event::Refused { call: batch(1), status: 429, retry_after: Some(Duration::MAX) };
    assert_eq!(assert_pauses(&machine.take(busy), batch(1)), Patience::default().longest_retry_after);
}

// Batching, 408 as a lost answer; also any other status that proves nothing.
#[test]
fn a_status_that_proves_nothing_makes_a_batch_uncertain() {
    for status in [200, 204, 408, 500, 502, 503, 504] {
        let mut machine = Machine::begun(settings());
        machine.take(ready(1));
        assert_searches(&machine.take(refused(batch(1), status)), batch(1));
        assert_eq!(machine.phase(), Phase::BatchUnknown, "{status}");
    }
}

// Batching, could not connect → Batching; retry with back-off.
#[test]
fn a_batch_that_was_not_sent_is_sent_again_as_often_as_allowed() {
    let patience = Patience::default();
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    for tries in 1..patience.max_tries {
        let delay = assert_pauses(&machine.take(Event::NotSent { call: batch(1) }), batch(1));
        assert!(delay <= patience.pause * 2u32.pow(tries - 1), "pause {tries} took {delay:?}");
        assert_eq!(machine.phase(), Phase::Batching);
        assert_eq!(machine.take(Event::PauseOver { call: batch(1) }), [submit(batch(1))]);
    }
    assert_eq!(machine.take(Event::NotSent { call: batch(1) }), []);
    assert_eq!(machine.phase(), Phase::BatchFailed);
}

// Batching, time-out, reset, 5xx, no usable id → BatchUnknown; not resent yet.
#[test]
fn a_batch_with_a_lost_answer_is_searched_and_nothing_is_sent() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    assert_searches(&machine.take(Event::Lost { call: batch(1) }), batch(1));
    assert_eq!(machine.phase(), Phase::BatchUnknown);
    machine.refuse(ready(2));
    machine.refuse(Event::PauseOver { call: batch(1) });
    machine.take(Event::SourceEnded);
    machine.refuse(permitted(Finalization::RemoveResources));
    machine.refuse(Event::FinalizeOrdered);
    machine.refuse(Event::Replay);
}

#[test]
fn a_lost_batch_keeps_free_lanes_empty() {
    let mut machine = Machine::begun(lanes(3));
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    machine.refuse(ready(2));
}

// BatchUnknown, job found, exactly one → Batching; its id is adopted.
#[test]
fn a_lost_batch_that_is_found_is_polled() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    assert_polls(&machine.take(Event::Found { call: batch(1), job: job("found") }), batch(1));
    assert_eq!(machine.phase(), Phase::Batching);
    assert_eq!(machine.state.exchange(batch(1)).and_then(|exchange| exchange.job()), Some(&job("found")));
}

// BatchUnknown, no candidate, quiet period over → Batching; the same bytes again.
#[test]
fn a_lost_batch_that_is_not_found_is_sent_again_after_the_quiet_period() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    machine.wait(59);
    assert_searches(&machine.take(Event::NotFound { call: batch(1) }), batch(1));
    assert_eq!(machine.phase(), Phase::BatchUnknown);
    machine.wait(1);
    assert_eq!(machine.take(Event::NotFound { call: batch(1) }), [submit(batch(1))]);
    assert_eq!(machine.phase(), Phase::Batching);
}

#[test]
fn a_batch_lost_as_often_as_allowed_has_failed() {
    let mut machine = Machine::begun(settings().with_patience(Patience::default().with_max_tries(2)));
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    machine.wait(60);
    assert_eq!(machine.take(Event::NotFound { call: batch(1) }), [submit(batch(1))]);
    machine.take(Event::Lost { call: batch(1) });
    machine.wait(60);
    assert_eq!(machine.take(Event::NotFound { call: batch(1) }), []);
    assert_eq!(machine.phase(), Phase::BatchFailed);
}

// BatchUnknown, cannot tell whether a copy still runs → Abandoned; never finalized.
#[test]
fn a_lost_batch_with_several_candidates_ends_the_work() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    assert_eq!(machine.take(Event::Ambiguous { call: batch(1) }), []);
    assert_eq!(machine.phase(), Phase::Abandoned);
    machine.refuse(ready(2));
    machine.refuse(permitted(Finalization::RemoveResources));
    machine.refuse(Event::GivenUp);
}

// Batching, succeeded, more left → Batching.
#[test]
fn after_a_successful_batch_the_next_follows() {
    let mut machine = Machine::ended(settings(), Outcome::Succeeded);
    assert_eq!(machine.phase(), Phase::Batching);
    assert_eq!(machine.take(ready(2)), [submit(batch(2))]);
    machine.refuse(ready(2));
}

// Batching, succeeded, last one → Sealed; whichever is known first.
#[test]
fn the_last_successful_batch_seals_the_cycle() {
    assert_eq!(Machine::sealed().phase(), Phase::Sealed);

    let mut machine = Machine::polling(settings());
    machine.take(Event::SourceEnded);
    assert_eq!(machine.phase(), Phase::Batching);
    machine.end(batch(1), Outcome::Succeeded);
    assert_eq!(machine.phase(), Phase::Sealed);
    machine.refuse(ready(2));
}

// Batching, completed with errors → BatchFailed; repaired commands follow in a further batch.
#[test]
fn a_batch_with_errors_can_be_repaired_by_a_further_batch() {
    let mut machine = Machine::ended(settings().with_continue_on_error(true), Outcome::CompletedWithErrors);
    assert_eq!(machine.phase(), Phase::BatchFailed);
    machine.take(Event::Repaired { batch: number(1) });
    assert_eq!(machine.phase(), Phase::Batching);
    assert_eq!(machine.state.batch(number(1)).and_then(|batch| batch.settlement()), Some(Settlement::Repaired));
    machine.refuse(Event::SourceEnded);
    machine.take(ready(2));
    machine.take(Event::SourceEnded);
    machine.take(accepted(batch(2)));
    machine.end(batch(2), Outcome::Succeeded);
    assert_eq!(machine.phase(), Phase::Sealed);
    assert_eq!(machine.state.finalization(), Some(Finalization::RemoveResources));
}

// Batching, completed with errors → finalize only on explicit order, and then nothing missing is touched.
#[test]
fn a_batch_whose_errors_are_accepted_is_finalized_without_touching_what_is_missing() {
    let mut machine = Machine::ended(settings().with_continue_on_error(true), Outcome::CompletedWithErrors);
    machine.take(Event::SourceEnded);
    assert_eq!(machine.phase(), Phase::BatchFailed);
    machine.take(Event::ErrorsAccepted { batch: number(1) });
    assert_eq!(machine.phase(), Phase::Sealed);
    assert_eq!(machine.state.finalization(), Some(Finalization::Ignore));
    machine.refuse(permitted(Finalization::RemoveResources));
    machine.finalize();
}

// Batching, aborted, failed, canceled → BatchFailed; never finalized.
#[test]
fn a_failed_batch_cannot_be_accepted_and_is_never_finalized() {
    for outcome in BAD.into_iter().filter(|outcome| *outcome != Outcome::CompletedWithErrors) {
        let mut machine = Machine::ended(settings(), outcome);
        assert_eq!(machine.phase(), Phase::BatchFailed, "{outcome:?}");
        machine.refuse(Event::ErrorsAccepted { batch: number(1) });
        machine.take(Event::SourceEnded);
        assert_eq!(machine.phase(), Phase::BatchFailed);
        machine.refuse(permitted(Finalization::Ignore));
        machine.refuse(Event::FinalizeOrdered);
    }
}

// Batching, a poll fails → Batching; the job goes on.
#[test]
fn a_job_that_cannot_be_read_is_polled_on_and_left_after_the_outage() {
    let mut machine = Machine::polling(settings());
    machine.take(Event::JobRunning { call: batch(1) });
    let unreadable = Event::JobUnreadable { call: batch(1), missing: false };
    assert_polls(&machine.take(unreadable.clone()), batch(1));
    machine.wait(599);
    assert_polls(&machine.take(unreadable.clone()), batch(1));
    machine.wait(1);
    assert_eq!(machine.take(unreadable), [Action::Leave { call: batch(1), job: job("job-1") }]);
    assert_eq!(machine.phase(), Phase::Batching);
    // Seen again, it has the whole time again.
    assert_polls(&machine.take(Event::JobRunning { call: batch(1) }), batch(1));
    assert_polls(&machine.take(Event::JobUnreadable { call: batch(1), missing: true }), batch(1));
}

#[test]
fn a_fresh_job_may_be_missing_for_a_while() {
    let mut machine = Machine::polling(settings());
    let missing = Event::JobUnreadable { call: batch(1), missing: true };
    assert_polls(&machine.take(missing.clone()), batch(1));
    machine.wait(29);
    assert_polls(&machine.take(missing.clone()), batch(1));
    machine.wait(1);
    assert_eq!(machine.take(missing), [Action::Leave { call: batch(1), job: job("job-1") }]);
    assert_eq!(machine.phase(), Phase::Batching);
}

#[test]
fn waits_between_looks_grow_to_their_limit() {
    let mut machine = Machine::polling(settings());
    let mut last = Duration::ZERO;
    for _ in 0..100 {
        let actions = machine.take(Event::JobRunning { call: batch(1) });
        let [Action::Poll { after, .. }] = &actions[..] else { panic!("{actions:?}") };
        assert!(*after >= last);
        last = *after;
    }
    assert_eq!(last, Patience::default().longest_poll);
}

#[test]
fn a_patience_beyond_reason_is_no_crash() {
    let endless = Patience::default().with_poll(Duration::MAX).with_quiet_period(Duration::MAX);
    let mut machine = Machine::polling(settings().with_patience(endless));
    for _ in 0..50 {
        assert_polls(&machine.take(Event::JobRunning { call: batch(1) }), batch(1));
    }
}

// Sealed, guard check → Sealed.
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

// Sealed, finalize → Finalizing; exactly one call.
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

// Finalizing, 200 with job id → Finalizing.
#[test]
fn the_job_of_an_accepted_finalization_is_polled() {
    let mut machine = Machine::finalizing();
    assert_polls(&machine.take(accepted(Call::Finalize)), Call::Finalize);
    assert_eq!(machine.phase(), Phase::Finalizing);
    machine.refuse(Event::FinalizeOrdered);
}

// Finalizing, 4xx → Sealed; the cycle is still open, the permit is used up.
#[test]
fn a_refused_finalization_leaves_the_cycle_sealed_without_permit() {
    let mut machine = Machine::finalizing();
    assert_eq!(machine.take(refused(Call::Finalize, 400)), []);
    assert_eq!(machine.phase(), Phase::Sealed);
    machine.refuse(Event::FinalizeOrdered);
    machine.finalize();
    assert_eq!(machine.phase(), Phase::Finalizing);
}

// At most one finalization that may have been accepted: not sent and 429 may be repeated.
#[test]
fn a_finalization_that_was_not_sent_or_not_taken_is_sent_again() {
    for event in [Event::NotSent { call: Call::Finalize }, refused(Call::Finalize, 429)] {
        let mut machine = Machine::finalizing();
        assert_pauses(&machine.take(event), Call::Finalize);
        assert_eq!(machine.phase(), Phase::Finalizing);
        assert_eq!(machine.take(Event::PauseOver { call: Call::Finalize }), [submit(Call::Finalize)]);
    }
}

// Finalizing, lost answer, 5xx, no id → FinalizeUnknown; never sent again blindly.
#[test]
fn a_finalization_with_a_lost_answer_is_not_repeated() {
    for event in [Event::Lost { call: Call::Finalize }, refused(Call::Finalize, 502), refused(Call::Finalize, 408)] {
        let mut machine = Machine::finalizing();
        assert_searches(&machine.take(event), Call::Finalize);
        assert_eq!(machine.phase(), Phase::FinalizeUnknown);
        machine.refuse(Event::FinalizeOrdered);
        machine.refuse(permitted(Finalization::RemoveResources));
        machine.refuse(Event::PauseOver { call: Call::Finalize });
        machine.refuse(ready(2));
        machine.refuse(Event::Begun { settings: Box::new(settings()) });
    }
}

// FinalizeUnknown, job found → Finalizing.
#[test]
fn a_lost_finalization_that_is_found_is_polled() {
    let mut machine = Machine::finalizing();
    machine.take(Event::Lost { call: Call::Finalize });
    assert_polls(&machine.take(Event::Found { call: Call::Finalize, job: job("found") }), Call::Finalize);
    assert_eq!(machine.phase(), Phase::Finalizing);
}

// FinalizeUnknown, not found → FinalizeUnknown.
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

// Finalizing, completed with success → Finalized.
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

// Finalizing, anything else terminal → FinalizeFailed.
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

// Finalized, begin → Open; the same id.
#[test]
fn after_a_finalized_cycle_the_next_begins() {
    let mut machine = Machine::finalizing();
    machine.take(accepted(Call::Finalize));
    machine.end(Call::Finalize, Outcome::Succeeded);
    machine.take(Event::Begun { settings: Box::new(settings()) });
    assert_eq!((machine.phase(), machine.state.attempt()), (Phase::Open, 1));
    assert!(machine.state.batches().is_empty());
}

// Any, stop → Abandoned; nothing is sent any more.
#[test]
fn a_stop_leaves_every_phase_abandoned_and_silent() {
    let failed = Machine::ended(settings(), Outcome::RolledBack);
    for mut machine in [Machine::begun(settings()), Machine::polling(settings()), failed, Machine::sealed()] {
        assert_eq!(machine.take(Event::Stopped), []);
        assert_eq!(machine.phase(), Phase::Abandoned);
        for event in [ready(1), ready(2), Event::SourceEnded, Event::FinalizeOrdered, Event::Stopped] {
            machine.refuse(event);
        }
        machine.refuse(permitted(Finalization::RemoveResources));
        machine.refuse(Event::Repaired { batch: number(1) });
    }
}

// Any, stop → Abandoned; what becomes of a job is still heard.
#[test]
fn after_a_stop_a_job_is_still_seen_to_its_end() {
    let mut machine = Machine::polling(settings());
    machine.take(Event::Stopped);
    assert_polls(&machine.take(Event::JobRunning { call: batch(1) }), batch(1));
    machine.end(batch(1), Outcome::Succeeded);
    assert_eq!(machine.phase(), Phase::Abandoned);
    machine.take(Event::Resumed);
    assert_eq!(machine.phase(), Phase::Batching);
}

#[test]
fn an_answer_that_comes_after_the_stop_keeps_its_job() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Stopped);
    machine.take(accepted(batch(1)));
    assert_eq!(machine.phase(), Phase::Abandoned);
    assert_eq!(machine.state.exchange(batch(1)).and_then(|exchange| exchange.job()), Some(&job("job-1")));
}

#[test]
fn another_answer_that_comes_after_the_stop_changes_nothing() {
    for event in [Event::NotSent { call: batch(1) }, refused(batch(1), 429), Event::Lost { call: batch(1) }] {
        let mut machine = Machine::begun(settings());
        machine.take(ready(1));
        machine.take(Event::Stopped);
        let before = machine.state.clone();
        assert_eq!(machine.take(event), []);
        assert_eq!(machine.state, before);
        machine.refuse(Event::PauseOver { call: batch(1) });
    }
}

// Any, crash: nothing was recorded after the intent to send.
#[test]
fn a_crash_while_a_batch_is_sent_resumes_uncertain() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    assert_searches(&machine.take(Event::Resumed), batch(1));
    assert_eq!(machine.phase(), Phase::BatchUnknown);
}

// A crash in Finalizing resumes in FinalizeUnknown, never in Batching.
#[test]
fn a_crash_while_the_finalization_is_sent_resumes_uncertain() {
    let mut machine = Machine::finalizing();
    assert_searches(&machine.take(Event::Resumed), Call::Finalize);
    assert_eq!(machine.phase(), Phase::FinalizeUnknown);
    machine.refuse(Event::FinalizeOrdered);
    machine.refuse(ready(2));
}

#[test]
fn a_crash_while_the_finalization_runs_resumes_polling_it() {
    let mut machine = Machine::finalizing();
    machine.take(accepted(Call::Finalize));
    assert_polls(&machine.take(Event::Resumed), Call::Finalize);
    assert_eq!(machine.phase(), Phase::Finalizing);
}

// Abandoned, resume → Batching; stored job ids are looked up first.
#[test]
fn resuming_looks_up_stored_jobs_first() {
    let mut machine = Machine::polling(settings());
    machine.take(Event::Stopped);
    machine.wait(3600);
    assert_polls(&machine.take(Event::Resumed), batch(1));
    assert_eq!(machine.phase(), Phase::Batching);
    machine.end(batch(1), Outcome::Succeeded);
    assert_eq!(machine.take(ready(2)), [submit(batch(2))]);
}

#[test]
fn resuming_judges_a_job_that_had_ended() {
    let mut machine = Machine::polling(settings());
    machine.take(Event::JobEnded { call: batch(1) });
    assert_eq!(machine.take(Event::Resumed), [Action::Judge { call: batch(1), job: job("job-1") }]);
}

// Abandoned, resume → then the whole input again: the machine offers it as a new attempt.
#[test]
fn a_resumed_cycle_can_be_sent_again_as_a_whole() {
    let mut machine = Machine::ended(settings(), Outcome::Succeeded);
    machine.take(Event::Stopped);
    machine.take(Event::Resumed);
    machine.take(Event::Replay);
    assert_eq!((machine.phase(), machine.state.attempt()), (Phase::Open, 2));
    assert_eq!(machine.take(ready(1)), [submit(batch(1))]);
}

#[test]
fn resuming_a_sealed_cycle_asks_the_guard_again() {
    let mut machine = Machine::sealed();
    machine.take(permitted(Finalization::RemoveResources));
    machine.take(Event::Stopped);
    assert_eq!(machine.take(Event::Resumed), []);
    assert_eq!(machine.phase(), Phase::Sealed);
    machine.refuse(Event::FinalizeOrdered);
    machine.finalize();
}

#[test]
fn resuming_a_pausing_finalization_asks_the_guard_again() {
    let mut machine = Machine::finalizing();
    machine.take(Event::NotSent { call: Call::Finalize });
    assert_eq!(machine.take(Event::Resumed), []);
    assert_eq!(machine.phase(), Phase::Sealed);
    machine.refuse(Event::FinalizeOrdered);
}

#[test]
fn resuming_a_pausing_batch_pauses_no_longer() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::NotSent { call: batch(1) });
    machine.take(Event::Stopped);
    assert_eq!(assert_pauses(&machine.take(Event::Resumed), batch(1)), Duration::ZERO);
    assert_eq!(machine.take(Event::PauseOver { call: batch(1) }), [submit(batch(1))]);
}

#[test]
fn resuming_sends_a_batch_again_whose_quiet_period_ended_during_the_stop() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Stopped);
    machine.wait(60);
    assert_eq!(machine.take(Event::NotFound { call: batch(1) }), []);
    assert_eq!(machine.take(Event::Resumed), [submit(batch(1))]);
    assert_eq!(machine.phase(), Phase::Batching);
}

// Abandoned, give up → Idle.
#[test]
fn a_stopped_cycle_is_given_up_once_nothing_of_it_may_run() {
    let mut machine = Machine::polling(settings());
    machine.refuse(Event::GivenUp);
    machine.take(Event::Stopped);
    machine.refuse(Event::GivenUp);
    machine.end(batch(1), Outcome::Succeeded);
    assert_eq!(machine.take(Event::GivenUp), []);
    assert_eq!(machine.state, CycleState::idle());
}

#[test]
fn a_cycle_whose_finalization_succeeded_after_the_stop_is_not_given_up_but_finalized() {
    let mut machine = Machine::finalizing();
    machine.take(accepted(Call::Finalize));
    machine.take(Event::Stopped);
    machine.end(Call::Finalize, Outcome::Succeeded);
    machine.refuse(Event::GivenUp);
    machine.refuse(Event::Replay);
    machine.take(Event::Resumed);
    assert_eq!(machine.phase(), Phase::Finalized);
}

// BatchFailed → Batching after repair: the whole batch again, under the next number.
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

// FinalizeUnknown → Open: the replay, only when no copy can still be at work.
#[test]
fn a_lost_finalization_is_replayed_as_a_whole_after_the_quiet_period() {
    let mut machine = Machine::finalizing();
    machine.take(Event::Lost { call: Call::Finalize });
    machine.refuse(Event::Replay);
    machine.wait(60);
    machine.take(Event::NotFound { call: Call::Finalize });
    assert_eq!(machine.take(Event::Replay), []);
    assert_eq!((machine.phase(), machine.state.attempt()), (Phase::Open, 2));
    machine.refuse(Event::FinalizeOrdered);
    machine.take(ready(1));
    machine.take(accepted(batch(1)));
    machine.end(batch(1), Outcome::Succeeded);
    machine.take(Event::SourceEnded);
    machine.refuse(Event::FinalizeOrdered);
    machine.finalize();
}

// FinalizeFailed → Open.
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

// The single call: one call carries everything and finalizes.
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

// The single call with partial errors may finalize over what failed: not with missing resources at stake.
#[test]
fn a_single_call_that_skips_bad_commands_begins_only_with_missing_resources_left_alone() {
    let blind = settings().with_mode(CycleMode::SingleCall).with_continue_on_error(true);
    Machine::idle().refuse(Event::Begun { settings: Box::new(blind.clone()) });
    Machine::begun(blind.with_finalization(Finalization::Ignore));
}

// No job search available: unknown until the quiet period is over, then as if not found.
#[test]
fn without_a_job_search_the_quiet_period_decides() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    let unavailable = Event::SearchUnavailable { call: batch(1) };
    let actions = machine.take(unavailable.clone());
    let [Action::Search { after, .. }] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!(*after, Patience::default().longest_poll);
    machine.wait(59);
    let actions = machine.take(unavailable.clone());
    assert_eq!(actions, [Action::Search { call: batch(1), after: Duration::from_secs(1) }]);
    machine.wait(1);
    assert_eq!(machine.take(unavailable), [submit(batch(1))]);
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

// With a batch in unknown all others are drained before jobs are searched.
#[test]
fn a_lost_batch_is_searched_only_after_the_others_have_ended() {
    let mut machine = Machine::begun(lanes(3));
    for n in 1..=3 {
        machine.take(ready(n));
    }
    machine.take(accepted(batch(1)));
    machine.take(accepted(batch(3)));
    assert_eq!(machine.take(Event::Lost { call: batch(2) }), []);
    assert_eq!(machine.phase(), Phase::BatchUnknown);
    machine.end(batch(1), Outcome::Succeeded);
    machine.take(Event::JobEnded { call: batch(3) });
    assert_searches(&machine.take(judged(batch(3), Outcome::Succeeded)), batch(2));
}

#[test]
fn a_pausing_batch_is_held_while_another_is_uncertain() {
    let mut machine = Machine::begun(lanes(2));
    machine.take(ready(1));
    machine.take(ready(2));
    machine.take(Event::NotSent { call: batch(1) });
    assert_searches(&machine.take(Event::Lost { call: batch(2) }), batch(2));
    assert_eq!(machine.take(Event::PauseOver { call: batch(1) }), []);
    assert_eq!(machine.state.exchange(batch(1)).map(|exchange| exchange.state()), Some(&ExchangeState::Held));
    let actions = machine.take(Event::Found { call: batch(2), job: job("found") });
    assert!(actions.contains(&submit(batch(1))), "{actions:?}");
    assert_eq!(machine.phase(), Phase::Batching);
}

#[test]
fn two_lost_batches_are_searched_one_after_the_other_and_sent_again_together() {
    let mut machine = Machine::begun(lanes(2));
    machine.take(ready(1));
    machine.take(ready(2));
    assert_eq!(machine.take(Event::Lost { call: batch(2) }), []);
    assert_searches(&machine.take(Event::Lost { call: batch(1) }), batch(1));
    machine.wait(60);
    assert_searches(&machine.take(Event::NotFound { call: batch(1) }), batch(2));
    assert_eq!(machine.phase(), Phase::BatchUnknown);
    assert_eq!(machine.take(Event::NotFound { call: batch(2) }), [submit(batch(1)), submit(batch(2))]);
    assert_eq!(machine.phase(), Phase::Batching);
}

#[test]
fn an_ambiguous_batch_leaves_the_others_of_its_time_uncertain_or_polled() {
    let mut machine = Machine::begun(lanes(3));
    for n in 1..=3 {
        machine.take(ready(n));
    }
    machine.take(accepted(batch(1)));
    machine.take(Event::Lost { call: batch(2) });
    machine.take(Event::Ambiguous { call: batch(2) });
    assert_eq!(machine.phase(), Phase::Abandoned);
    // The third was being sent; its answer is still welcome.
    machine.take(accepted(batch(3)));
    machine.end(batch(1), Outcome::Succeeded);
    machine.end(batch(3), Outcome::Succeeded);
    assert_searches(&machine.take(Event::Resumed), batch(2));
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
