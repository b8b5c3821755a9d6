//! From begin to sealed: batches sent, answered, polled, judged.

use std::time::Duration;

use sync_core::cycle::{Action, Event, ExchangeState, Patience, Phase, Settlement};
use sync_core::{Finalization, Outcome};

use crate::support::*;

// Row 1: idle, begin → open.
#[test]
fn begin_opens_a_cycle_and_fixes_its_settings() {
    let machine = Machine::begun(settings());
    assert_eq!(machine.phase(), Phase::Open);
    assert_eq!(machine.state.settings(), Some(&settings()));
    assert_eq!(machine.state.attempt(), 1);
}

// Row 1: only if no cycle of ours was left open.
#[test]
fn begin_over_an_open_cycle_is_refused() {
    for mut machine in [Machine::begun(settings()), Machine::polling(settings()), Machine::finalizing()] {
        machine.refuse(Event::Begun { settings: Box::new(settings()) });
    }
}

// Row 1: only if the input is not empty.
#[test]
fn a_source_without_commands_cannot_end() {
    let mut machine = Machine::begun(settings());
    machine.refuse(Event::SourceEnded);
    let Event::BatchReady { batch, digest, bytes, .. } = ready(1) else { unreachable!() };
    machine.refuse(Event::BatchReady { batch, digest, commands: 0, bytes });
    assert_eq!(machine.phase(), Phase::Open);
}

// Row 2: open, a batch → batching; the intent is recorded with the digest.
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

// Row 2: only while no other job of this synchronization runs.
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

// Row 2: or as many as there are lanes.
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

// Row 3: accepted → batching; the job's id is stored.
#[test]
fn the_job_of_an_accepted_batch_is_stored_and_polled() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    assert_polls(&machine.take(accepted(batch(1))), batch(1));
    assert_eq!(machine.phase(), Phase::Batching);
    assert_eq!(machine.state.exchange(batch(1)).and_then(|exchange| exchange.job()), Some(&job("job-1")));
}

// Row 4: refused → batch failed; no job was made.
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

// Row 4: 429 → wait and send again.
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

// Rows 4 and 6: 408 is a lost answer; so is any other status that proves nothing.
#[test]
fn a_status_that_proves_nothing_makes_a_batch_uncertain() {
    for status in [200, 204, 408, 500, 502, 503, 504] {
        let mut machine = Machine::begun(settings());
        machine.take(ready(1));
        assert_searches(&machine.take(refused(batch(1), status)), batch(1));
        assert_eq!(machine.phase(), Phase::BatchUnknown, "{status}");
    }
}

// Row 5: not sent → batching; sent again with growing pauses.
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

// Row 10: succeeded, more batches left → batching.
#[test]
fn after_a_successful_batch_the_next_follows() {
    let mut machine = Machine::ended(settings(), Outcome::Succeeded);
    assert_eq!(machine.phase(), Phase::Batching);
    assert_eq!(machine.take(ready(2)), [submit(batch(2))]);
    machine.refuse(ready(2));
}

// Row 11: succeeded, the last one → sealed; whichever is known first.
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

// Row 12: completed with errors → batch failed; what failed comes, repaired, in a further batch.
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

// Row 12: or is gone without on explicit order, and then nothing missing is touched.
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

// Row 13: aborted, failed, canceled → batch failed; never finalized.
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

// Row 14: a look fails → batching; the job goes on, and may be left with the state saved.
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

// Row 14: leaving on purpose changes nothing, and is remembered until something is sent.
#[test]
fn work_left_on_purpose_stands_as_it_was() {
    let mut machine = Machine::polling(settings());
    machine.refuse(Event::Left { call: batch(2) });
    let before = machine.phase();
    assert_eq!(machine.take(Event::Left { call: batch(1) }), []);
    assert_eq!((machine.phase(), machine.state.was_left()), (before, true));
    machine.end(batch(1), Outcome::Succeeded);
    machine.refuse(Event::Left { call: batch(1) });
    assert!(machine.state.was_left());
    machine.take(ready(2));
    assert!(!machine.state.was_left());
    machine.take(accepted(batch(2)));
    machine.take(Event::Stopped);
    machine.take(Event::Left { call: batch(2) });
    assert!(!machine.state.was_left(), "who stopped it, nobody knows");
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
