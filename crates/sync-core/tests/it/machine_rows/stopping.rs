//! Stops, crashes, and what comes after them.

use std::time::Duration;

use sync_core::cycle::{Action, Call, CycleState, Event, Phase};
use sync_core::{Finalization, Outcome};

use crate::support::*;

// Row 25: stopped anywhere → abandoned; nothing is sent any more.
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

// Row 25: what becomes of a job is still heard.
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

// Row 25: a crash; nothing was recorded after the intent to send.
#[test]
fn a_crash_while_a_batch_is_sent_resumes_uncertain() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    assert_searches(&machine.take(Event::Resumed), batch(1));
    assert_eq!(machine.phase(), Phase::BatchUnknown);
}

// Edge: a crash while finalizing resumes in finalize unknown, never in batching.
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

// Row 26: abandoned, resumed → batching; stored jobs are looked up first.
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

// Row 26: then the whole input again, as a new attempt.
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

// Row 27: abandoned, given up → idle.
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
