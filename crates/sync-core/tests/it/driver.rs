//! The typed cycle over a crew in memory.

use std::error::Error;
use std::time::Duration;

use sync_core::clock::Clock;
use sync_core::cycle::{
    Batching, Call, CallReport, Cycle, CycleMode, CycleSettings, CycleState, Event, Finalized, Halt, HaltReason,
    Offered, Patience, Phase, Sealed,
};
use sync_core::guard::{GuardLimits, GuardNumbers, GuardPass, GuardVerdict, judge};
use sync_core::transport::RelationsAction;
use sync_core::{Digest, Finalization, ImportState, Job, JobResult, JobState, Outcome, Payload, PayloadFormat};

use crate::stage::*;
use crate::support::{batch, settings};

pub(crate) fn payload(n: u32) -> Payload {
    Payload::from_bytes(PayloadFormat::Json, format!("batch-{n}.json"), "[{}]".into(), Digest::default())
}

pub(crate) fn pass(finalization: Finalization) -> GuardPass {
    match judge(&GuardLimits::default(), GuardNumbers { known: 400, missing: 3, finalization }) {
        GuardVerdict::Pass(pass) => pass,
        GuardVerdict::Stop(stop) => panic!("{stop}"),
    }
}

/// The straight way: two batches (a single call has one), permit, finalization.
pub(crate) async fn walk(stage: &Stage, settings: CycleSettings) -> Result<Cycle<Finalized>, Halt> {
    let single = settings.mode == CycleMode::SingleCall;
    let cycle = Cycle::begin(stage.crew(), CycleState::idle(), settings).await?;
    let mut cycle = cycle.submit(payload(1), 1).await?;
    if !single {
        cycle = cycle.submit(payload(2), 1).await?;
    }
    let mut cycle = cycle.seal().await?;
    let permit = cycle.permit(&pass(cycle.finalization())).await?;
    cycle.finalize(permit).await
}

pub(crate) async fn halted(stage: &Stage, settings: CycleSettings) -> Halt {
    match walk(stage, settings).await {
        Ok(cycle) => panic!("the cycle went through: {:?}", cycle.state().phase()),
        Err(halt) => {
            assert_eq!(stage.journal.replayed(), *halt.state(), "the journal tells another story");
            halt
        }
    }
}

pub(crate) const BATCH_1: &str = "batch batch-1.json to harbour, continue_on_error=false, relations=REPLACE";
pub(crate) const BATCH_2: &str = "batch batch-2.json to harbour, continue_on_error=false, relations=REPLACE";
pub(crate) const FINALIZE: &str = "finalize of harbour, remove";

#[tokio::test]
async fn a_batch_that_is_too_large_is_given_back_to_be_cut() {
    let stage = Stage::new();
    stage.wire.answer_submits([Err(answered(413))]);
    let cycle = Cycle::begin(stage.crew(), CycleState::idle(), settings()).await.expect("it begins");
    let Ok(Offered::TooLarge(cycle)) = cycle.offer(payload(1), 2).await else { panic!("too large") };
    assert_eq!(cycle.state().owed_commands(), 2);
    let Ok(Offered::Taken(cycle)) = cycle.offer(payload(2), 1).await else { panic!("taken") };
    let cycle = cycle.submit(payload(3), 1).await.expect("a good day");
    assert_eq!(cycle.seal().await.expect("everything came").state().phase(), Phase::Sealed);
    assert_eq!(stage.log.sent().len(), 3);
}

#[tokio::test]
async fn a_single_command_that_is_too_large_ends_the_cycle() {
    let stage = Stage::new();
    stage.wire.answer_submits([Err(answered(413))]);
    let cycle = Cycle::begin(stage.crew(), CycleState::idle(), settings()).await.expect("it begins");
    let halt = cycle.offer(payload(1), 1).await.expect_err("nothing to cut");
    assert!(matches!(halt.reason(), HaltReason::Refused { .. }), "{halt}");
    assert_eq!(stage.journal.replayed(), *halt.state());
}

#[tokio::test]
async fn two_batches_and_a_finalization_go_straight_through() {
    let stage = Stage::new();
    let cycle = walk(&stage, settings()).await.expect("a good day");
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_2, FINALIZE]);
    assert_eq!(cycle.state().phase(), Phase::Finalized);
    assert_eq!(stage.journal.replayed(), *cycle.state());
    let calls: Vec<Call> = cycle.reports().iter().map(|report| report.call).collect();
    assert_eq!(calls, [batch(1), batch(2), Call::Finalize]);
    assert!(cycle.reports().iter().all(|report| report.outcome == Outcome::Succeeded && report.summary.is_some()));
    assert!(cycle.reports().iter().all(|report| report.elapsed >= Patience::default().poll), "no job was waited for");
}

#[tokio::test]
async fn settings_are_sent_with_every_batch() {
    let stage = Stage::new();
    let settings = settings()
        .with_continue_on_error(true)
        .with_relations_action(RelationsAction::AddOrIgnore)
        .with_finalization(Finalization::Ignore);
    walk(&stage, settings).await.expect("a good day");
    let sent = stage.log.sent();
    assert_eq!(sent[0], "batch batch-1.json to harbour, continue_on_error=true, relations=ADD_OR_IGNORE");
    assert_eq!(sent[2], "finalize of harbour, ignore");
}

#[tokio::test]
async fn a_single_call_sends_everything_once_and_no_finalization() {
    let stage = Stage::new();
    let cycle = walk(&stage, settings().with_mode(CycleMode::SingleCall)).await.expect("a good day");
    assert_eq!(stage.log.sent(), ["all of harbour batch-1.json, remove, continue_on_error=false"]);
    assert_eq!(cycle.reports().len(), 1);
}

#[tokio::test]
async fn every_intent_is_on_record_before_it_is_sent() {
    let stage = Stage::new();
    walk(&stage, settings()).await.expect("a good day");
    let lines = stage.log.lines();
    let before: Vec<&str> = lines.windows(2).filter(|two| two[1].starts_with("send ")).map(|two| &*two[0]).collect();
    assert_eq!(before, ["journal batch_ready", "journal batch_ready", "journal finalize_ordered"]);
    let after: Vec<&str> = lines.windows(2).filter(|two| two[0].starts_with("send ")).map(|two| &*two[1]).collect();
    assert_eq!(after, ["journal accepted"; 3]);
}

#[tokio::test]
async fn a_journal_that_fails_stops_everything_before_the_wire() {
    for mode in [CycleMode::Batches, CycleMode::SingleCall] {
        let whole = Stage::new();
        walk(&whole, settings().with_mode(mode)).await.expect("a good day");
        let appends = whole.journal.entries().len();
        for append in 0..appends {
            let stage = Stage::new();
            stage.journal.fail_at(append);
            let halt = halted(&stage, settings().with_mode(mode)).await;
            assert!(matches!(halt.reason(), HaltReason::Journal(_)), "append {append}: {halt}");
            assert_eq!(stage.log.lines().last().map(String::as_str), Some("journal fails"), "append {append}");
        }
    }
}

#[tokio::test]
async fn a_batch_with_a_lost_answer_is_sent_again_only_after_the_quiet_period() {
    for lost in [broken(), answered(503), answered(408), answered(200)] {
        let stage = Stage::new();
        stage.wire.answer_submits([Err(lost)]);
        let begun = stage.clock.now();
        walk(&stage, settings()).await.expect("a good day after all");
        assert_eq!(stage.log.sent(), [BATCH_1, BATCH_1, BATCH_2, FINALIZE]);
        assert!(stage.clock.now() - begun >= 60_000);
    }
}

#[tokio::test]
async fn a_finalization_with_a_lost_answer_is_not_sent_twice() {
    for lost in [broken(), answered(502)] {
        let stage = Stage::new();
        let accepted = |id: &str| Ok(Job::new(id.parse().expect("valid")));
        stage.wire.answer_submits([accepted("a"), accepted("b"), Err(lost)]);
        let halt = halted(&stage, settings()).await;
        assert!(matches!(halt.reason(), HaltReason::AnswerLost { call: Call::Finalize, .. }), "{halt}");
        assert_eq!(halt.state().phase(), Phase::FinalizeUnknown);
        assert_eq!(halt.reports().len(), 2);
        assert_eq!(stage.log.sent(), [BATCH_1, BATCH_2, FINALIZE]);
    }
}

#[tokio::test]
async fn a_busy_service_gets_the_time_it_asks_for() {
    let stage = Stage::new();
    stage.wire.answer_submits([Err(answered(429).with_retry_after(Some(Duration::from_secs(77))))]);
    let begun = stage.clock.now();
    walk(&stage, settings()).await.expect("a good day after all");
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_1, BATCH_2, FINALIZE]);
    assert!(stage.clock.now() - begun >= 77_000);
}

#[tokio::test]
async fn a_target_that_refuses_connections_is_tried_five_times() {
    let stage = Stage::new();
    stage.wire.answer_submits([(); 5].map(|()| Err(unreachable())));
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::Refused { call, source: Some(_) } if *call == batch(1)), "{halt}");
    assert_eq!(halt.state().phase(), Phase::BatchFailed);
    assert_eq!(stage.log.sent(), [BATCH_1; 5]);
    assert_eq!(halt.to_string(), "batch 1 was not accepted");
    let source = halt.source().map(ToString::to_string);
    assert_eq!(source.as_deref(), Some("sending a batch failed: the target cannot be reached"));
}

#[tokio::test]
async fn a_finalization_that_was_not_sent_is_sent_again() {
    let stage = Stage::new();
    let accepted = |id: &str| Ok(Job::new(id.parse().expect("valid")));
    stage.wire.answer_submits([accepted("a"), accepted("b"), Err(unreachable()), Err(answered(429)), accepted("c")]);
    walk(&stage, settings()).await.expect("a good day after all");
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_2, FINALIZE, FINALIZE, FINALIZE]);
}

#[tokio::test]
async fn a_refused_finalization_leaves_the_cycle_sealed() {
    let stage = Stage::new();
    let accepted = |id: &str| Ok(Job::new(id.parse().expect("valid")));
    stage.wire.answer_submits([accepted("a"), accepted("b"), Err(answered(400))]);
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::Refused { call: Call::Finalize, .. }), "{halt}");
    assert_eq!(halt.state().phase(), Phase::Sealed);
    assert_eq!(halt.state().permit(), None);
}

#[tokio::test]
async fn a_fresh_job_that_is_not_visible_yet_is_waited_for() {
    let stage = Stage::new();
    stage.wire.answer_looks([
        Err(answered(404)),
        Err(answered(500)),
        Ok(job(JobState::Waiting, None)),
        Ok(job(JobState::Running, Some(JobResult::NotSet))),
    ]);
    walk(&stage, settings()).await.expect("a good day");
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_2, FINALIZE]);
}

#[tokio::test]
async fn a_job_that_never_becomes_visible_is_left_with_the_state_saved() {
    let stage = Stage::new();
    stage.wire.answer_looks((0..100).map(|_| Err(answered(404))));
    let begun = stage.clock.now();
    let halt = halted(&stage, settings()).await;
    let waited = Duration::from_millis(stage.clock.now() - begun);
    assert!(waited > Duration::from_secs(30) && waited < Duration::from_secs(60), "waited {waited:?}");
    let HaltReason::JobUnreadable { call, job, source: Some(source) } = halt.reason() else { panic!("{halt}") };
    assert_eq!((*call, job.as_str(), source.status()), (batch(1), "job-1", Some(404)));
    assert_eq!(halt.state().phase(), Phase::Batching);
    assert_eq!(halt.to_string(), "job job-1 of batch 1 cannot be read; for all that is known it goes on");
}

#[tokio::test]
async fn a_job_that_may_not_be_read_is_left_at_once() {
    for status in [401, 403] {
        let stage = Stage::new();
        stage.wire.answer_looks([Err(answered(status))]);
        let halt = halted(&stage, settings()).await;
        assert!(matches!(halt.reason(), HaltReason::JobUnreadable { .. }), "{halt}");
        assert_eq!(stage.log.lines().iter().filter(|line| line.starts_with("read ")).count(), 1);
    }
}

#[tokio::test]
async fn an_outage_while_a_job_runs_is_sat_out() {
    let stage = Stage::new();
    stage.wire.answer_looks([Ok(job(JobState::Running, None))]);
    stage.wire.answer_looks((0..20).map(|_| Err(broken())));
    walk(&stage, settings()).await.expect("a good day after all");
}

#[tokio::test]
async fn a_request_to_stop_is_heard_while_a_job_runs() {
    let stage = Stage::new();
    stage.wire.answer_looks((0..50).map(|_| Ok(job(JobState::Running, None))));
    stage.wire.stop_at_look(2, stage.stop.clone());
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::Stopped), "{halt}");
    assert_eq!(halt.state().phase(), Phase::Abandoned);
    assert_eq!(stage.journal.entries().last().map(|entry| entry.event.clone()), Some(Event::Stopped));
    assert_eq!(
        halt.state().exchange(batch(1)).and_then(|exchange| exchange.job()).map(|job| job.as_str()),
        Some("job-1")
    );
    assert_eq!(stage.log.lines().iter().filter(|line| line.starts_with("read ")).count(), 3);
}

#[tokio::test]
async fn a_request_to_stop_is_heard_before_anything_is_sent() {
    let stage = Stage::new();
    let cycle = Cycle::begin(stage.crew(), CycleState::idle(), settings()).await.expect("nothing in the way");
    stage.stop.stop();
    let halt = cycle.submit(payload(1), 1).await.expect_err("stopped");
    assert!(matches!(halt.reason(), HaltReason::Stopped));
    assert!(stage.log.sent().is_empty());
}

#[tokio::test]
async fn a_request_to_stop_is_heard_before_the_finalization() {
    let stage = Stage::new();
    let mut cycle = sealed(&stage).await;
    let permit = cycle.permit(&pass(Finalization::RemoveResources)).await.expect("sealed");
    stage.stop.stop();
    let halt = cycle.finalize(permit).await.expect_err("stopped");
    assert_eq!(halt.state().phase(), Phase::Abandoned);
    assert_eq!(stage.log.sent(), [BATCH_1]);
}

async fn batching(stage: &Stage) -> Cycle<Batching> {
    let cycle = Cycle::begin(stage.crew(), CycleState::idle(), settings()).await.expect("nothing in the way");
    cycle.submit(payload(1), 1).await.expect("a good day")
}

async fn sealed(stage: &Stage) -> Cycle<Sealed> {
    batching(stage).await.seal().await.expect("a good day")
}

#[tokio::test]
async fn a_sealed_cycle_can_be_left_open() {
    let stage = Stage::new();
    let halt = sealed(&stage).await.stop().await;
    assert_eq!((halt.to_string().as_str(), halt.state().phase()), ("stopped on request", Phase::Abandoned));
    assert_eq!(stage.log.sent(), [BATCH_1]);
}

#[tokio::test]
async fn a_permit_for_another_finalization_is_refused() {
    let stage = Stage::new();
    let halt = sealed(&stage).await.permit(&pass(Finalization::Ignore)).await.expect_err("another finalization");
    assert!(matches!(halt.reason(), HaltReason::Step(_)), "{halt}");
}

#[tokio::test]
async fn a_cycle_does_not_begin_over_another() {
    let stage = Stage::new();
    let open = batching(&stage).await.state().clone();
    let halt = Cycle::begin(stage.crew(), open, settings()).await.expect_err("the other is open");
    assert_eq!(halt.to_string(), "the cycle does not allow this step");
    assert!(halt.source().is_some_and(|source| source.to_string().contains("an earlier cycle is still open")));
}

#[tokio::test]
async fn a_job_without_a_result_is_judged_by_its_summary() {
    let stage = Stage::new();
    stage.wire.answer_looks([Ok(job(JobState::Completed, None))]);
    let cycle = walk(&stage, settings()).await.expect("the summary says it went well");
    assert_eq!(cycle.reports()[0].outcome, Outcome::Succeeded);

    let stage = Stage::new();
    stage.wire.answer_looks([Ok(job(JobState::Completed, None))]);
    stage.wire.answer_summaries([Ok(summary(ImportState::Failed))]);
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::JobFailed { outcome: Outcome::RolledBack, .. }), "{halt}");
}

#[tokio::test]
async fn a_job_without_result_and_summary_counts_as_failed() {
    let stage = Stage::new();
    stage.wire.answer_looks([Ok(job(JobState::Completed, None))]);
    stage.wire.answer_summaries([(); 3].map(|()| Err(answered(404))));
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::JobFailed { outcome: Outcome::Undetermined, .. }), "{halt}");
    assert_eq!(stage.log.sent(), [BATCH_1]);
}

#[tokio::test]
async fn a_summary_that_cannot_be_read_does_not_hold_up_a_clear_result() {
    let stage = Stage::new();
    stage.wire.answer_summaries([(); 3].map(|()| Err(answered(404))));
    let cycle = walk(&stage, settings()).await.expect("the result says it went well");
    assert_eq!(cycle.reports()[0].summary, None);
}

#[tokio::test]
async fn a_failed_batch_is_never_followed_by_a_finalization() {
    let ends = [
        (JobState::Error, Some(JobResult::Failure)),
        (JobState::Canceled, None),
        (JobState::Completed, Some(JobResult::CompletedWithError)),
        (JobState::Completed, Some(JobResult::Aborted)),
        (JobState::Completed, Some(JobResult::Failure)),
    ];
    for (state, result) in ends {
        let stage = Stage::new();
        stage.wire.answer_looks([Ok(job(state, result))]);
        let halt = halted(&stage, settings()).await;
        let HaltReason::JobFailed { call, outcome } = halt.reason() else { panic!("{halt}") };
        assert!(*call == batch(1) && !outcome.is_success());
        assert_eq!(halt.state().phase(), Phase::BatchFailed);
        assert_eq!(halt.reports().iter().map(|report: &CallReport| report.outcome).collect::<Vec<_>>(), [*outcome]);
        assert_eq!(stage.log.sent(), [BATCH_1]);
    }
}

#[tokio::test]
async fn of_a_finalization_that_failed_it_is_not_said_that_nothing_is_committed() {
    let stage = Stage::new();
    let good = || Ok(job(JobState::Completed, Some(JobResult::Success)));
    stage.wire.answer_looks([good(), good(), Ok(job(JobState::Error, Some(JobResult::Failure)))]);
    let halt = halted(&stage, settings()).await;
    assert!(
        matches!(halt.reason(), HaltReason::JobFailed { call: Call::Finalize, outcome: Outcome::BrokenOff }),
        "{halt}"
    );
    assert_eq!(halt.state().phase(), Phase::FinalizeFailed);
}

#[tokio::test]
async fn an_observer_is_told_of_entries_and_jobs() {
    let stage = Stage::new();
    batching(&stage).await;
    let told = stage.watcher.0.lock().expect("noting does not panic").clone();
    // The job is shown as answered and as read, each before the entry that follows from it.
    let expected = [
        "begun Open",
        "batch_ready Batching",
        "batch 1 job-1",
        "accepted Batching",
        "batch 1 job-1",
        "job_ended Batching",
        "judged Batching",
    ];
    assert_eq!(told, expected);
}
