//! Cycles that were cut off, looked after and carried on.

use std::time::Duration;

use sync_core::clock::Clock;
use sync_core::cycle::{
    Call, CycleState, Event, GoesOn, HaltReason, Interrupted, Patience, Phase, StopSignal, clear_up, look_after,
};
use sync_core::journal::{Entry, Journal};
use sync_core::{Job, JobResult, JobState, Outcome};

use crate::driver::{BATCH_1, BATCH_2, FINALIZE, halted, pass, payload};
use crate::stage::*;
use crate::support::{COMMANDS, accepted, batch, job as job_id, judged, number, permitted, ready, refused, settings};

/// A journal that ends with these events after a cycle's begin, as a crash leaves it.
async fn cut_off(stage: &Stage, events: impl IntoIterator<Item = Event>) -> CycleState {
    let begun = Event::Begun { settings: Box::new(settings()) };
    for event in [begun].into_iter().chain(events) {
        let entry = Entry { at: stage.clock.now(), event };
        stage.journal.append(&entry).await.expect("memory takes it");
    }
    stage.journal.replayed()
}

async fn looked_after(stage: &Stage, events: impl IntoIterator<Item = Event>) -> Interrupted {
    let state = cut_off(stage, events).await;
    let interrupted = look_after(stage.crew(), state, None).await.expect("it comes to rest");
    assert!(stage.log.sent().is_empty(), "nothing is sent while a cycle is looked after");
    assert_eq!(stage.journal.replayed(), *interrupted.state());
    interrupted
}

/// A batch and its end.
fn brought(n: u32, outcome: Outcome) -> [Event; 4] {
    [ready(n), accepted(batch(n)), Event::JobEnded { call: batch(n) }, judged(batch(n), outcome)]
}

/// One batch, sealed, permitted, about to be finalized.
fn finalizing() -> Vec<Event> {
    let mut events = brought(1, Outcome::Succeeded).to_vec();
    let permitted = permitted(settings().finalization);
    events.extend([Event::SourceEnded, permitted, Event::FinalizeOrdered]);
    events
}

#[tokio::test]
async fn a_stored_job_is_looked_up_and_the_next_batch_follows() {
    let stage = Stage::new();
    let interrupted = looked_after(&stage, [ready(1), accepted(batch(1))]).await;
    assert!(interrupted.unsent().is_empty() && interrupted.failed().is_empty() && !interrupted.must_replay());
    assert_eq!(interrupted.reports().len(), 1);
    let GoesOn::Batching(cycle) = interrupted.go_on([]).await.expect("it goes on") else { panic!("batching") };
    cycle.submit(payload(2), 1).await.expect("a good day");
    assert_eq!(stage.log.sent(), [BATCH_2]);
}

#[tokio::test]
async fn a_batch_that_was_being_sent_and_is_not_found_is_sent_again_when_the_cycle_goes_on() {
    let stage = Stage::new();
    let before = stage.clock.now();
    let interrupted = looked_after(&stage, [ready(1)]).await;
    assert!(stage.clock.now() - before >= 60_000, "the quiet period");
    assert_eq!(interrupted.unsent(), [number(1)]);
    let goes_on = interrupted.go_on([(number(1), payload(1))]).await.expect("it goes on");
    assert!(matches!(goes_on, GoesOn::Batching(_)));
    assert_eq!(stage.log.sent(), [BATCH_1]);
    assert_eq!(stage.journal.replayed().phase(), Phase::Batching);
}

#[tokio::test]
async fn a_batch_whose_bytes_are_not_at_hand_is_not_sent_again() {
    let stage = Stage::new();
    let interrupted = looked_after(&stage, [ready(1)]).await;
    let halt = interrupted.go_on([]).await.expect_err("nothing to send");
    assert!(matches!(halt.reason(), HaltReason::Refused { .. }), "{halt}");
    assert!(stage.log.sent().is_empty());
}

#[tokio::test]
async fn a_failed_batch_is_repaired_by_a_further_one() {
    let stage = Stage::new();
    let interrupted = looked_after(&stage, brought(1, Outcome::RolledBack)).await;
    assert_eq!(interrupted.failed(), [number(1)]);
    let GoesOn::Batching(cycle) = interrupted.go_on([]).await.expect("it goes on") else { panic!("batching") };
    let cycle = cycle.submit(payload(1), 1).await.expect("a good day");
    assert!(cycle.state().batch(number(1)).is_some_and(|batch| batch.comes_again()));
    assert_eq!(cycle.seal().await.expect("repaired").state().phase(), Phase::Sealed);
    assert_eq!(stage.log.sent(), [BATCH_1]);
}

#[tokio::test]
async fn a_lost_batch_that_turns_out_too_large_has_to_come_again() {
    let stage = Stage::new();
    let interrupted = looked_after(&stage, [ready(1)]).await;
    stage.wire.answer_submits([Err(answered(413))]);
    let goes_on = interrupted.go_on([(number(1), payload(1))]).await.expect("it goes on");
    let GoesOn::Batching(cycle) = goes_on else { panic!("batching") };
    assert!(cycle.state().batch(number(1)).is_some_and(|batch| batch.is_halved()));
    assert_eq!(stage.journal.replayed(), *cycle.state());
    let cycle = cycle.submit(payload(2), COMMANDS / 2).await.expect("a good day");
    cycle.seal().await.expect_err("one half does not stand for the other");
}

#[tokio::test]
async fn a_batch_that_was_too_large_just_before_the_crash_is_halved() {
    let stage = Stage::new();
    let interrupted = looked_after(&stage, [ready(1), refused(batch(1), 413)]).await;
    assert_eq!(interrupted.failed(), [number(1)]);
    let GoesOn::Batching(cycle) = interrupted.go_on([]).await.expect("it goes on") else { panic!("batching") };
    assert!(cycle.state().batch(number(1)).is_some_and(|batch| batch.is_halved()));
    let cycle = cycle.submit(payload(2), COMMANDS / 2).await.expect("a good day");
    let cycle = cycle.submit(payload(3), COMMANDS / 2).await.expect("a good day");
    assert_eq!(cycle.seal().await.expect("all of it came").state().phase(), Phase::Sealed);
}

#[tokio::test]
async fn what_was_halved_is_not_sent_again_by_itself() {
    let stage = Stage::new();
    let halved = Event::Halved { batch: number(1) };
    let interrupted = looked_after(&stage, [ready(1), refused(batch(1), 413), halved]).await;
    assert!(interrupted.unsent().is_empty() && interrupted.failed().is_empty());
    let goes_on = interrupted.go_on([]).await.expect("it goes on");
    assert_eq!(goes_on.state().owed_commands(), u64::from(COMMANDS));
    let GoesOn::Batching(cycle) = goes_on else { panic!("batching") };
    let cycle = cycle.submit(payload(2), COMMANDS / 2).await.expect("a good day");
    let cycle = cycle.submit(payload(3), COMMANDS / 2).await.expect("a good day");
    assert_eq!(cycle.seal().await.expect("all of it came").state().phase(), Phase::Sealed);
}

#[tokio::test]
async fn a_repair_that_was_promised_and_not_sent_is_still_due() {
    let stage = Stage::new();
    let refused = Event::Refused { call: batch(1), status: 400, retry_after: None };
    let interrupted = looked_after(&stage, [ready(1), refused, Event::Repaired { batch: number(1) }]).await;
    assert!(interrupted.unsent().is_empty() && interrupted.failed().is_empty());
    let GoesOn::Batching(cycle) = interrupted.go_on([]).await.expect("it goes on") else { panic!("batching") };
    let cycle = cycle.submit(payload(1), 1).await.expect("a good day");
    assert_eq!(cycle.seal().await.expect("repaired").state().phase(), Phase::Sealed);
}

#[tokio::test]
async fn nothing_sent_yet_goes_on_from_the_beginning() {
    let stage = Stage::new();
    let goes_on = looked_after(&stage, []).await.go_on([]).await.expect("it goes on");
    assert!(matches!(goes_on, GoesOn::Open(_)));
    let stage = Stage::new();
    let cycle = looked_after(&stage, []).await.replay().await.expect("it goes on");
    assert_eq!(cycle.state().attempt(), 1);
}

#[tokio::test]
async fn a_sealed_cycle_asks_the_guard_again() {
    let stage = Stage::new();
    let mut events = finalizing();
    events.pop();
    let GoesOn::Sealed(mut cycle) = looked_after(&stage, events).await.go_on([]).await.expect("it goes on") else {
        panic!("sealed")
    };
    assert_eq!(cycle.state().permit(), None);
    let permit = cycle.permit(&pass(cycle.finalization())).await.expect("sealed");
    cycle.finalize(permit).await.expect("a good day");
    assert_eq!(stage.log.sent(), [FINALIZE]);
}

#[tokio::test]
async fn a_finalization_that_was_being_sent_can_only_be_replayed() {
    let stage = Stage::new();
    let interrupted = looked_after(&stage, finalizing()).await;
    assert!(interrupted.must_replay() && !interrupted.is_finalized());
    interrupted.go_on([]).await.expect_err("it may have been accepted");
    assert!(stage.log.sent().is_empty());

    let stage = Stage::new();
    let interrupted = looked_after(&stage, finalizing()).await;
    let cycle = interrupted.replay().await.expect("no copy is at work");
    assert_eq!((cycle.state().phase(), cycle.state().attempt()), (Phase::Open, 2));
    cycle.submit(payload(1), 1).await.expect("a good day");
    assert_eq!(stage.log.sent(), [BATCH_1]);
}

#[tokio::test]
async fn a_finalization_that_is_found_is_taken_for_what_it_was() {
    let found = |result| {
        let mut job = Job::new(job_id("fin")).with_state(JobState::Completed).with_result(result);
        job.name = Some("finalize".to_owned());
        job
    };
    let stage = Stage::new();
    stage.wire.answer_lists([Ok(vec![found(JobResult::Success)])]);
    let interrupted = looked_after(&stage, finalizing()).await;
    assert!(interrupted.is_finalized() && !interrupted.must_replay());
    let cycle = interrupted.accept().await.expect("it is finalized");
    assert_eq!(cycle.state().phase(), Phase::Finalized);
    assert_eq!(stage.journal.replayed().phase(), Phase::Finalized);

    let stage = Stage::new();
    stage.wire.answer_lists([Ok(vec![found(JobResult::Failure)])]);
    stage.wire.answer_looks([Ok(Job::new(job_id("b1"))), Ok(found(JobResult::Failure))]);
    let interrupted = looked_after(&stage, finalizing()).await;
    assert!(interrupted.must_replay());
    let halt = interrupted.accept().await.expect_err("it is not finalized");
    assert!(matches!(halt.reason(), HaltReason::Step(_)), "{halt}");
}

#[tokio::test]
async fn only_finalizations_that_may_have_been_accepted_use_up_the_replays() {
    let stage = Stage::new();
    let mut state = cut_off(&stage, brought(1, Outcome::Succeeded)).await;
    for _ in 0..10 {
        let cycle = look_after(stage.crew(), state, None).await.expect("at rest").replay().await.expect("allowed");
        state = cycle.submit(payload(1), 1).await.expect("a good day").state().clone();
    }
    assert_eq!(state.attempt(), 11);
}

#[tokio::test]
async fn patience_can_be_set_anew() {
    let stage = Stage::new();
    let state = cut_off(&stage, [ready(1)]).await;
    let before = stage.clock.now();
    let patience = Patience::default().with_quiet_period(Duration::from_secs(1));
    let interrupted = look_after(stage.crew(), state, Some(patience)).await.expect("it comes to rest");
    let waited = stage.clock.now() - before;
    assert!((1_000..10_000).contains(&waited), "waited {waited} ms");
    assert_eq!(interrupted.state().settings().map(|settings| settings.patience), Some(patience));
    assert_eq!(stage.journal.replayed(), *interrupted.state());
}

#[tokio::test]
async fn a_job_the_service_has_forgotten_is_taken_as_gone() {
    for events in [vec![ready(1), accepted(batch(1))], brought(1, Outcome::Succeeded)[..3].to_vec()] {
        let stage = Stage::new();
        stage.wire.answer_looks((0..100).map(|_| Err(answered(404))));
        let interrupted = looked_after(&stage, events).await;
        assert_eq!(interrupted.failed(), [number(1)]);
    }
}

#[tokio::test]
async fn a_job_that_is_missing_for_a_moment_is_not_taken_as_gone() {
    for events in [vec![ready(1), accepted(batch(1))], brought(1, Outcome::Succeeded)[..3].to_vec()] {
        let stage = Stage::new();
        let state = cut_off(&stage, events).await;
        // The process that saw it accepted is long gone.
        stage.clock.sleep(Duration::from_secs(3600)).await;
        stage.wire.answer_looks([Err(answered(404)), Err(answered(404)), Err(answered(404))]);
        let interrupted = look_after(stage.crew(), state, None).await.expect("it comes to rest");
        assert!(interrupted.failed().is_empty(), "its job is there and succeeds");
    }
}

#[tokio::test]
async fn an_outage_before_a_job_is_judged_is_sat_out() {
    let stage = Stage::new();
    let state = cut_off(&stage, brought(1, Outcome::Succeeded)[..3].iter().cloned()).await;
    stage.wire.answer_looks([Err(answered(503)), Err(unreachable())]);
    let interrupted = look_after(stage.crew(), state, None).await.expect("the service is back");
    assert!(interrupted.failed().is_empty() && interrupted.unsent().is_empty());
}

#[tokio::test]
async fn an_outage_while_a_job_is_judged_is_sat_out() {
    let stage = Stage::new();
    stage.wire.answer_looks([Ok(job(JobState::Completed, None))]);
    stage.wire.answer_summaries((0..9).map(|_| Err(answered(503))));
    let interrupted = looked_after(&stage, [ready(1), accepted(batch(1))]).await;
    assert!(interrupted.failed().is_empty(), "the summary says in the end that it went well");
}

#[tokio::test]
async fn what_was_left_on_purpose_stays_so_until_something_is_sent() {
    let stage = Stage::new();
    let left = [ready(1), accepted(batch(1)), Event::Left { call: batch(1) }];
    let interrupted = looked_after(&stage, left).await;
    assert!(interrupted.state().was_left());
    let GoesOn::Batching(cycle) = interrupted.go_on([]).await.expect("it goes on") else { panic!("batching") };
    assert!(cycle.state().was_left());
    let cycle = cycle.submit(payload(2), 1).await.expect("a good day");
    assert!(!cycle.state().was_left());
}

#[tokio::test]
async fn a_crash_is_not_made_a_leave_by_leaving_later() {
    let stage = Stage::new();
    stage.wire.answer_looks([Ok(job(JobState::Running, None))]);
    let state = cut_off(&stage, [ready(1), accepted(batch(1))]).await;
    let halt = look_after(stage.crew().leaving(true), state, None).await.expect_err("the job runs");
    assert!(matches!(halt.reason(), HaltReason::Left { call, .. } if *call == batch(1)), "{halt}");
    assert!(!halt.state().was_left());
}

#[tokio::test]
async fn who_does_not_wait_goes_on_where_the_job_has_ended() {
    let stage = Stage::new();
    let state = cut_off(&stage, [ready(1), accepted(batch(1)), Event::Left { call: batch(1) }]).await;
    let interrupted = look_after(stage.crew().leaving(true), state, None).await.expect("the job has ended");
    let GoesOn::Batching(cycle) = interrupted.go_on([]).await.expect("it goes on") else { panic!("batching") };
    let halt = cycle.submit(payload(2), 1).await.expect_err("left");
    assert!(matches!(halt.reason(), HaltReason::Left { call, .. } if *call == batch(2)), "{halt}");
}

#[tokio::test]
async fn clearing_up_waits_for_the_job_and_gives_the_cycle_up_without_sending() {
    let stage = Stage::new();
    stage.wire.answer_looks((0..3).map(|_| Ok(job(JobState::Running, None))));
    stage.wire.stop_at_look(1, stage.stop.clone());
    let halt = halted(&stage, settings()).await;
    let crew = stage.crew().with_stop(StopSignal::default());
    let state = clear_up(crew, halt.state().clone(), None).await.expect("the job ends");
    assert_eq!(state, CycleState::idle());
    assert_eq!(stage.journal.replayed(), state);
    assert_eq!(stage.log.sent(), [BATCH_1]);
}

#[tokio::test]
async fn clearing_up_a_lost_call_waits_for_the_quiet_period() {
    let stage = Stage::new();
    let state = cut_off(&stage, [ready(1), Event::Lost { call: batch(1) }]).await;
    let before = stage.clock.now();
    assert_eq!(clear_up(stage.crew(), state, None).await.expect("nothing in the way"), CycleState::idle());
    assert!(stage.clock.now() - before >= 60_000);
    assert!(stage.log.sent().is_empty());
}

#[tokio::test]
async fn clearing_up_finds_a_finalization_that_succeeded_after_all() {
    let stage = Stage::new();
    let good = || Ok(job(JobState::Completed, Some(JobResult::Success)));
    stage.wire.answer_looks([good(), good(), Err(answered(403))]);
    let halt = halted(&stage, settings()).await;
    assert_eq!(halt.state().phase(), Phase::Finalizing);
    let state = clear_up(stage.crew(), halt.state().clone(), None).await.expect("the job is readable again");
    assert_eq!(state.phase(), Phase::Finalized);
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_2, FINALIZE]);
}

#[tokio::test]
async fn clearing_up_what_is_clear_does_nothing() {
    let stage = Stage::new();
    assert_eq!(clear_up(stage.crew(), CycleState::idle(), None).await.expect("nothing to do"), CycleState::idle());
    assert!(stage.log.lines().is_empty());
    let finalization = Event::Found { call: Call::Finalize, job: job_id("fin") };
    let mut events = finalizing();
    events.extend([Event::Lost { call: Call::Finalize }, finalization, Event::JobEnded { call: Call::Finalize }]);
    events.push(judged(Call::Finalize, Outcome::Succeeded));
    let state = cut_off(&stage, events).await;
    let lines = stage.log.lines().len();
    assert_eq!(clear_up(stage.crew(), state.clone(), None).await.expect("nothing to do"), state);
    assert_eq!(stage.log.lines().len(), lines);
}
