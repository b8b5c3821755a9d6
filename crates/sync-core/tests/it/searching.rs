//! Looking for the job of a call whose answer was lost.

use std::time::Duration;

use sync_core::clock::Clock;
use sync_core::cycle::{Call, CycleSettings, Event, HaltReason, Phase, look_after};
use sync_core::journal::{Entry, Journal};
use sync_core::{Job, JobResult, JobState, Outcome};

use crate::driver::{BATCH_1, BATCH_2, FINALIZE, halted, walk};
use crate::stage::*;
use crate::support::{accepted, batch, judged, ready, settings};

fn listed(id: &str, name: &str, state: JobState) -> Job {
    let mut job = Job::new(id.parse().expect("a valid job id")).with_state(state);
    job.name = Some(name.to_owned());
    job
}

fn ended(id: &str, name: &str) -> Job {
    listed(id, name, JobState::Completed).with_result(JobResult::Success)
}

/// The answer to the first batch is lost.
fn first_batch_lost() -> Stage {
    let stage = Stage::new();
    stage.wire.answer_submits([Err(broken())]);
    stage
}

/// The answer to the finalization is lost; jobs of batches are called `batch`.
fn finalization_lost() -> Stage {
    let stage = Stage::new();
    stage.wire.answer_submits([Ok(ended("b1", "batch")), Ok(ended("b2", "batch")), Err(broken())]);
    stage
}

fn events(stage: &Stage) -> Vec<&'static str> {
    stage.journal.entries().iter().map(|entry| entry.event.name()).collect()
}

fn events_of(stage: &Stage, name: &str) -> usize {
    events(stage).iter().filter(|event| **event == name).count()
}

/// How often the jobs were listed.
fn lists(stage: &Stage) -> usize {
    stage.log.lines().iter().filter(|line| line.starts_with("list jobs")).count()
}

#[tokio::test]
async fn a_job_that_names_the_file_is_adopted() {
    let stage = first_batch_lost();
    stage
        .wire
        .answer_lists([Ok(vec![ended("other", "batch"), listed("ours", "import batch-1.json", JobState::Running)])]);
    let cycle = walk(&stage, settings()).await.expect("a good day after all");
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_2, FINALIZE]);
    assert_eq!(
        cycle.state().exchange(batch(1)).and_then(|exchange| exchange.job()).map(|job| job.as_str()),
        Some("ours")
    );
}

#[tokio::test]
async fn of_two_jobs_that_name_the_file_the_earlier_one_ends_first() {
    let stage = first_batch_lost();
    let both = |earlier| Ok(vec![ended("late", "batch-1.json"), listed("early", "batch-1.json", earlier)]);
    stage.wire.answer_lists([both(JobState::Running), both(JobState::Running), both(JobState::Completed)]);
    let cycle = walk(&stage, settings()).await.expect("a good day after all");
    assert_eq!(lists(&stage), 3);
    assert_eq!(
        cycle.state().exchange(batch(1)).and_then(|exchange| exchange.job()).map(|job| job.as_str()),
        Some("late")
    );
}

#[tokio::test]
async fn a_job_that_merely_fits_has_to_end_before_the_batch_is_sent_again() {
    let stage = first_batch_lost();
    let running = || Ok(vec![listed("perhaps", "batch", JobState::Running)]);
    stage.wire.answer_lists((0..12).map(|_| running()));
    stage.wire.answer_lists([Ok(vec![ended("perhaps", "batch")])]);
    walk(&stage, settings()).await.expect("a good day after all");
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_1, BATCH_2, FINALIZE]);
    let again = stage.log.lines().iter().filter(|line| line.starts_with("send ")).count();
    assert_eq!(again, 4);
    assert_eq!(events(&stage).iter().filter(|event| **event == "sighted").count(), 12);
}

/// Its file is at hand no more once its process has died.
#[tokio::test]
async fn a_batch_that_runs_is_seen_though_its_job_is_called_after_its_file() {
    let stage = Stage::new();
    let told = accepted(batch(1));
    let Event::Accepted { job, .. } = &told else { panic!("accepted") };
    let first = ended(job.as_str(), "import of x-1.json");
    let events = [ready(1), told, Event::JobEnded { call: batch(1) }, judged(batch(1), Outcome::Succeeded)];
    let begun = Event::Begun { settings: Box::new(settings()) };
    for event in [begun].into_iter().chain(events).chain([ready(2)]) {
        stage.journal.append(&Entry { at: stage.clock.now(), event }).await.expect("memory takes it");
    }
    let second = |state| listed("second", "import of x-2.json", state);
    stage.wire.answer_looks([Ok(first.clone())]);
    stage.wire.answer_lists((0..3).map(|_| Ok(vec![second(JobState::Running), first.clone()])));
    stage.wire.answer_lists([Ok(vec![second(JobState::Completed), first.clone()])]);
    look_after(stage.crew(), stage.journal.replayed(), None).await.expect("it comes to rest");
    assert_eq!(events_of(&stage, "sighted"), 3);
}

#[tokio::test]
async fn a_job_that_does_not_say_whether_it_is_at_work_ends_the_work() {
    let stage = first_batch_lost();
    let mut silent = ended("perhaps", "batch");
    silent.state = None;
    stage.wire.answer_lists([Ok(vec![silent])]);
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::AnswerLost { .. }), "{halt}");
    assert_eq!(halt.state().phase(), Phase::Abandoned);
    assert_eq!(stage.log.sent(), [BATCH_1]);
}

#[tokio::test]
async fn jobs_that_are_known_or_older_or_of_others_are_passed_over() {
    let stage = first_batch_lost();
    stage.wire.is_user("u-1");
    stage.journal.knows_of("known");
    let mut of_another = listed("of-another", "batch", JobState::Running);
    of_another.created_by = Some("u-2".to_owned());
    let mut old = listed("old", "batch", JobState::Running);
    old.created_on = Some(1);
    let known = listed("known", "batch", JobState::Running);
    stage.wire.answer_lists([Ok(vec![of_another, known, old])]);
    walk(&stage, settings()).await.expect("a good day after all");
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_1, BATCH_2, FINALIZE]);
    assert!(stage.log.lines().contains(&"list jobs of u-1".to_owned()));
    assert!(!events(&stage).contains(&"sighted"));
}

#[tokio::test]
async fn what_is_listed_after_the_batch_before_is_older() {
    let stage = Stage::new();
    stage.wire.answer_submits([Ok(ended("b1", "batch")), Err(broken())]);
    stage.wire.answer_lists([Ok(vec![ended("b1", "batch"), listed("older", "batch", JobState::Running)])]);
    walk(&stage, settings()).await.expect("a good day after all");
    assert!(!events(&stage).contains(&"sighted"));
}

#[tokio::test]
async fn an_earlier_job_tells_which_user_we_are() {
    let stage = first_batch_lost();
    let mut earlier = ended("earlier", "finalize");
    earlier.created_by = Some("u-7".to_owned());
    stage.wire.answer_looks([Ok(earlier)]);
    let crew = stage.crew().with_earlier_job(Some("earlier".parse().expect("a valid job id")));
    let cycle = sync_core::cycle::Cycle::begin(crew, Default::default(), settings()).await.expect("nothing in the way");
    cycle.submit(crate::driver::payload(1), 1).await.expect("sent again");
    assert!(stage.log.lines().contains(&"list jobs of u-7".to_owned()));
}

#[tokio::test]
async fn a_target_that_cannot_be_asked_is_asked_again_before_anything_is_concluded() {
    let stage = first_batch_lost();
    stage.wire.answer_lists((0..12).map(|_| Err(answered(503))));
    stage.wire.answer_lists([Ok(vec![listed("perhaps", "batch", JobState::Running)]), Ok(vec![])]);
    walk(&stage, settings()).await.expect("a good day after all");
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_1, BATCH_2, FINALIZE]);
    let first = events(&stage).into_iter().skip_while(|event| *event != "lost").nth(1);
    assert_eq!(first, Some("sighted"), "an outage says nothing about a job");

    let stage = first_batch_lost();
    stage.wire.answer_lists([Err(answered(503))]);
    let begun = stage.clock.now();
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::AnswerLost { source: Some(_), .. }), "{halt}");
    assert_eq!(halt.state().phase(), Phase::BatchUnknown);
    assert!(Duration::from_millis(stage.clock.now() - begun) >= Duration::from_secs(600));
    assert_eq!(stage.log.sent(), [BATCH_1]);
}

#[tokio::test]
async fn credentials_that_ran_out_end_the_search_at_once() {
    let stage = first_batch_lost();
    stage.wire.answer_lists([Err(answered(401))]);
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::AnswerLost { source: Some(error), .. } if error.status() == Some(401)));
    assert_eq!(lists(&stage), 1);
}

#[tokio::test]
async fn without_a_list_of_jobs_the_quiet_period_decides() {
    for status in [403, 404, 405] {
        let stage = first_batch_lost();
        stage.wire.answer_lists([Err(answered(status))]);
        let begun = stage.clock.now();
        walk(&stage, settings()).await.expect("a good day after all");
        assert_eq!(stage.log.sent(), [BATCH_1, BATCH_1, BATCH_2, FINALIZE]);
        assert!(stage.clock.now() - begun >= 60_000);
    }
}

#[tokio::test]
async fn the_one_job_that_fits_a_lost_finalization_is_taken_for_it_at_the_second_look() {
    let stage = finalization_lost();
    stage.wire.answer_lists([Ok(vec![listed("fin", "finalize", JobState::Running), ended("b2", "batch")])]);
    let cycle = walk(&stage, settings()).await.expect("a good day after all");
    assert_eq!(stage.log.sent(), [BATCH_1, BATCH_2, FINALIZE]);
    assert_eq!(cycle.state().finalize().and_then(|exchange| exchange.job()).map(|job| job.as_str()), Some("fin"));
    let tail: Vec<_> = events(&stage).into_iter().skip_while(|event| *event != "lost").collect();
    assert_eq!(tail, ["lost", "sighted", "found", "job_ended", "judged"]);
}

#[tokio::test]
async fn a_job_that_somebody_turns_out_to_know_is_not_taken_for_a_finalization() {
    let stage = finalization_lost();
    stage.wire.answer_lists([
        Ok(vec![ended("fin", "finalize")]),
        Ok(vec![ended("theirs", "finalize"), ended("b2", "batch")]),
    ]);
    stage.journal.knows_of("theirs");
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::AnswerLost { call: Call::Finalize, .. }), "{halt}");
}

#[tokio::test]
async fn a_job_called_like_a_batch_is_no_finalization_and_several_are_not_told_apart() {
    let lists = [
        vec![ended("x", "batch"), ended("b2", "batch")],
        vec![ended("x", "batch x-7.json"), ended("b2", "batch")],
        vec![ended("x", "finalize"), ended("y", "finalize"), ended("b2", "batch")],
    ];
    for list in lists {
        let stage = finalization_lost();
        stage.wire.answer_lists([Ok(list)]);
        let halt = halted(&stage, settings()).await;
        assert!(matches!(halt.reason(), HaltReason::AnswerLost { call: Call::Finalize, source: Some(_) }), "{halt}");
        assert_eq!(halt.state().phase(), Phase::FinalizeUnknown);
        assert_eq!(halt.reports().len(), 2);
        assert_eq!(stage.log.sent(), [BATCH_1, BATCH_2, FINALIZE]);
    }
}

#[tokio::test]
async fn a_lost_finalization_that_is_not_found_is_not_sent_twice() {
    for lost in [broken(), answered(502), answered(408)] {
        let stage = Stage::new();
        let accepted = |id: &str| Ok(Job::new(id.parse().expect("valid")));
        stage.wire.answer_submits([accepted("a"), accepted("b"), Err(lost)]);
        let halt = halted(&stage, settings()).await;
        assert!(matches!(halt.reason(), HaltReason::AnswerLost { call: Call::Finalize, .. }), "{halt}");
        assert_eq!(halt.state().phase(), Phase::FinalizeUnknown);
        assert_eq!(stage.log.sent(), [BATCH_1, BATCH_2, FINALIZE]);
    }
}

#[tokio::test]
async fn a_request_to_stop_is_heard_while_a_job_is_sought() {
    let stage = first_batch_lost();
    stage.wire.stop_at_look(1, stage.stop.clone());
    let halt = halted(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::Stopped), "{halt}");
    assert_eq!(stage.log.sent(), [BATCH_1]);
}

/// A crew that does not wait for jobs.
async fn leaving(stage: &Stage, settings: CycleSettings) -> sync_core::cycle::Halt {
    let cycle = sync_core::cycle::Cycle::begin(stage.crew().leaving(true), Default::default(), settings).await;
    cycle.expect("nothing in the way").submit(crate::driver::payload(1), 1).await.expect_err("left")
}

#[tokio::test]
async fn who_does_not_wait_leaves_once_the_job_is_under_way() {
    let stage = Stage::new();
    let halt = leaving(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::Left { call, .. } if *call == batch(1)), "{halt}");
    assert_eq!(halt.state().phase(), Phase::Batching);
    assert!(halt.state().was_left());
    assert_eq!(stage.journal.entries().last().map(|entry| entry.event.clone()), Some(Event::Left { call: batch(1) }));
    assert_eq!(stage.log.lines().iter().filter(|line| line.starts_with("read ")).count(), 0);
}

#[tokio::test]
async fn who_does_not_wait_leaves_a_lost_call_whose_job_may_go_on_for_long() {
    let stage = first_batch_lost();
    stage.wire.answer_lists([Ok(vec![listed("perhaps", "batch", JobState::Running)])]);
    let halt = leaving(&stage, settings()).await;
    assert!(matches!(halt.reason(), HaltReason::AnswerLost { .. }), "{halt}");
    assert_eq!(stage.log.sent(), [BATCH_1]);
}
