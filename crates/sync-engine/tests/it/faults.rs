//! What the client makes of each thing that can go wrong between it and the server.
//!
//! A cycle removes one asset of a catalogue. Something goes wrong on the way, and the same run is started again until the
//! cycle is finalized. However that went, the catalogue is the source in the end, and no finalization was ever sent that
//! could have taken more than was missing.

use std::collections::BTreeSet;
use std::time::Duration;

use sync_core::Finalization;
use sync_emulator::{
    Answer, Emulator, Fault, FaultRule, JobProgress, JobResultField, Operation, Readings, RequestOutcome, RequestRecord,
};
use sync_engine::{GuardReasonKind, Report, RunOptions, RunOutcome};
use sync_formats::BatchLimits;

use crate::support::{Thing, World};

const GONE: Thing = Thing::Asset(1, 2);

/// A world with one finalized cycle of everything.
async fn world() -> World {
    let mut readings = Readings::default();
    readings.job_result_field = JobResultField::Included;
    let world = World::with(Emulator::builder().readings(readings)).await;
    let everything: Vec<_> = Thing::all().map(|thing| (thing, 0)).collect();
    let report = world.run(&world.source(&everything), options(&world)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    world.emulator.controls().clear_requests();
    world
}

fn options(world: &World) -> RunOptions {
    let batches = BatchLimits::default().with_commands(6);
    world.consenting("harbour", Finalization::RemoveResources).with_batches(batches)
}

/// What the source has in the second cycle: everything but one asset, and all assets changed.
fn rest() -> Vec<(Thing, u32)> {
    Thing::all().filter(|thing| *thing != GONE).map(|thing| (thing, 1)).collect()
}

/// Runs the second cycle once under a rule.
async fn run_under(world: &World, rule: FaultRule) -> Report {
    world.emulator.controls().set_faults(vec![rule]).expect("a good rule");
    world.run(&world.source(&rest()), options(world)).await
}

/// Runs the second cycle until it is finalized; how often it had to.
async fn go_on(world: &World) -> usize {
    for runs in 1..=4 {
        let report = world.run(&world.source(&rest()), options(world)).await;
        if report.outcome == RunOutcome::Finalized {
            return runs;
        }
        let is_expected =
            matches!(report.outcome, RunOutcome::Uncertain | RunOutcome::Failed | RunOutcome::Unreachable);
        assert!(is_expected, "{:?}", report.message);
    }
    panic!("the cycle does not come to its end");
}

/// The catalogue is the source, and it came about in the right way.
async fn assert_right(world: &World) {
    let expected: BTreeSet<Thing> = rest().into_iter().map(|(thing, _)| thing).collect();
    assert_eq!(world.present().await, expected);
    // A finalization that may have been accepted is followed by all batches before the next one is sent.
    let mut batches = 0;
    for record in world.emulator.controls().requests() {
        match record.operation {
            Operation::Batch if was_accepted(&record) => batches += 1,
            Operation::Finalize if was_seen(&record) => {
                assert!(batches >= 3, "a finalization after {batches} batches");
                batches = 0;
            }
            _ => {}
        }
    }
}

fn was_accepted(record: &RequestRecord) -> bool {
    record.job.is_some()
}

/// Whether the client has to assume that it may have been accepted: all but clear refusals.
fn was_seen(record: &RequestRecord) -> bool {
    record.status.is_none_or(|status| !(300..500).contains(&status))
}

/// How often an operation was asked for and how often it became a job.
fn count(world: &World, operation: Operation) -> (usize, usize) {
    let all = world.emulator.controls().requests();
    let of: Vec<_> = all.iter().filter(|record| record.operation == operation).collect();
    (of.len(), of.iter().filter(|record| was_accepted(record)).count())
}

/// The rule decides something in the run, which ends well by itself.
async fn passes(rule: FaultRule) -> World {
    let world = world().await;
    let report = run_under(&world, rule).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    assert_eq!(report.finalize.as_ref().and_then(|finalize| finalize.removed), Some(1));
    assert!(world.emulator.controls().faults()[0].fired > 0, "the rule has fired");
    assert_right(&world).await;
    world
}

/// The rule leaves the run in the dark, or lets it find out what became of its call; running again sets everything right.
async fn is_survived(rule: FaultRule) -> World {
    let world = world().await;
    let report = run_under(&world, rule).await;
    assert!(matches!(report.outcome, RunOutcome::Finalized | RunOutcome::Uncertain), "{:?}", report.message);
    assert!(world.emulator.controls().faults()[0].fired > 0, "the rule has fired");
    if report.outcome == RunOutcome::Uncertain {
        assert_eq!(report.exit_code, 4);
        go_on(&world).await;
    }
    assert_right(&world).await;
    world
}

/// The rule ends the run for good, with this outcome and without a finalization.
async fn stops(rule: FaultRule, outcome: RunOutcome) -> (World, Report) {
    let world = world().await;
    let before = world.present().await;
    let report = run_under(&world, rule).await;
    assert_eq!(report.outcome, outcome, "{:?}", report.message);
    assert_eq!(count(&world, Operation::Finalize).1, 0, "nothing was finalized");
    assert_eq!(world.present().await, before, "nothing was removed");
    (world, report)
}

fn answer(status: u16) -> Answer {
    Answer::new(status)
}

#[tokio::test]
async fn refusal_of_a_batch_ends_the_run_with_the_services_own_words() {
    let rule = FaultRule::new(Fault::Answer(answer(400).with_message("The tide is out."))).on(Operation::Batch).nth(2);
    let (world, report) = stops(rule, RunOutcome::Failed).await;
    assert!(report.message.iter().any(|line| line.contains("The tide is out.")), "{:?}", report.message);
    assert_eq!(count(&world, Operation::Batch), (2, 1), "what was refused is not sent again");
    assert_eq!(go_on(&world).await, 1);
    assert_right(&world).await;
}

#[tokio::test]
async fn refusal_of_a_finalization_leaves_everything_as_it_is() {
    let rule = FaultRule::new(Fault::Answer(answer(403))).on(Operation::Finalize).nth(1);
    let (world, _) = stops(rule, RunOutcome::Denied).await;
    go_on(&world).await;
    assert_right(&world).await;
}

#[tokio::test]
async fn too_many_requests_are_tried_again_later() {
    for operation in [Operation::Batch, Operation::Finalize] {
        let rule = FaultRule::new(Fault::Answer(answer(429).with_retry_after(Duration::ZERO))).on(operation).nth(1);
        let world = passes(rule).await;
        assert_eq!(count(&world, operation).0, count(&world, operation).1 + 1);
    }
}

#[tokio::test]
async fn gateway_errors_on_submits_are_no_refusals() {
    for operation in [Operation::Batch, Operation::Finalize] {
        for done in [false, true] {
            let world =
                is_survived(FaultRule::new(Fault::Answer(answer(502).with_done(done))).on(operation).nth(1)).await;
            let (_, batches) = count(&world, Operation::Batch);
            assert!(batches >= 3, "{operation:?} {done}");
        }
    }
}

#[tokio::test]
async fn success_without_a_job_is_no_success() {
    for operation in [Operation::Batch, Operation::Finalize] {
        let act = Fault::Answer(answer(200).with_body("{}").with_done(true));
        is_survived(FaultRule::new(act).on(operation).nth(1)).await;
    }
}

#[tokio::test]
async fn delays_before_and_after_the_work_are_waited_for() {
    for done in [false, true] {
        passes(FaultRule::new(Fault::Delay { milliseconds: 50, done }).on(Operation::Finalize)).await;
    }
}

#[tokio::test]
async fn slow_reading_is_waited_for() {
    passes(FaultRule::new(Fault::SlowRead { bytes_per_second: 20_000 }).on(Operation::Batch)).await;
}

#[tokio::test]
async fn connection_closed_before_reading_or_within_the_upload_is_survived() {
    for act in [Fault::CloseBeforeReading, Fault::CloseInUpload { after_bytes: 200 }] {
        for operation in [Operation::Batch, Operation::Finalize] {
            let world = is_survived(FaultRule::new(act.clone()).on(operation).nth(1)).await;
            let cut = world.emulator.controls().requests().into_iter();
            assert_eq!(cut.filter(|record| record.outcome == RequestOutcome::Cut).count(), 1);
        }
    }
}

#[tokio::test]
async fn lost_answer_to_a_batch_that_was_accepted_is_survived() {
    for number in 1..=3 {
        is_survived(FaultRule::new(Fault::LoseAnswer).on(Operation::Batch).nth(number)).await;
    }
}

#[tokio::test]
async fn lost_answer_to_a_finalization_that_was_accepted_never_brings_a_second_one_alone() {
    let world = is_survived(FaultRule::new(Fault::LoseAnswer).on(Operation::Finalize).nth(1)).await;
    let (_, finalizations) = count(&world, Operation::Finalize);
    let (_, batches) = count(&world, Operation::Batch);
    assert!(batches >= 3 * finalizations, "{batches} batches, {finalizations} finalizations");
}

#[tokio::test]
async fn truncated_answers_are_survived_wherever_they_come() {
    for operation in [Operation::Batch, Operation::Finalize] {
        is_survived(FaultRule::new(Fault::TruncateReply { after_bytes: 20 }).on(operation).nth(1)).await;
    }
    // Before anything is sent a run looks at the last job it knows: the second look is at one of its own.
    for (operation, number) in [(Operation::Job, 2), (Operation::Summary, 1)] {
        passes(FaultRule::new(Fault::TruncateReply { after_bytes: 20 }).on(operation).nth(number)).await;
    }
}

#[tokio::test]
async fn pages_in_place_of_json_are_survived_wherever_they_come() {
    for operation in [Operation::Batch, Operation::Finalize] {
        is_survived(FaultRule::new(Fault::NotJson { body: None }).on(operation).nth(1)).await;
    }
    for (operation, number) in [(Operation::Job, 2), (Operation::Summary, 1)] {
        passes(FaultRule::new(Fault::NotJson { body: None }).on(operation).nth(number)).await;
    }
}

#[tokio::test]
async fn failed_batch_is_never_finalized() {
    for done in [false, true] {
        let act = Fault::FailJob { message: "The pier is gone.".to_owned(), done };
        let (world, report) = stops(FaultRule::new(act).on(Operation::Batch).nth(2), RunOutcome::Failed).await;
        assert!(report.errors.iter().any(|error| error.message.contains("The pier is gone.")), "{:?}", report.errors);
        assert_eq!(go_on(&world).await, 1);
        assert_right(&world).await;
    }
}

#[tokio::test]
async fn failed_finalization_is_followed_by_a_whole_cycle() {
    for done in [false, true] {
        let act = Fault::FailJob { message: "The pier is gone.".to_owned(), done };
        let world = is_survived(FaultRule::new(act).on(Operation::Finalize).nth(1)).await;
        assert_eq!(count(&world, Operation::Finalize).1, 2);
    }
}

#[tokio::test]
async fn jobs_that_take_their_time_are_waited_for() {
    for progress in [JobProgress::AfterPolls(5), JobProgress::After(Duration::from_millis(30))] {
        passes(FaultRule::new(Fault::HoldJob { progress }).on(Operation::Batch).on(Operation::Finalize)).await;
    }
}

#[tokio::test]
async fn restart_before_or_after_the_work_is_survived() {
    for operation in [Operation::Batch, Operation::Finalize] {
        for done in [false, true] {
            let act = Fault::Restart { done, down_milliseconds: 20 };
            is_survived(FaultRule::new(act).on(operation).nth(1)).await;
        }
    }
}

#[tokio::test]
async fn restart_while_a_job_is_looked_at_does_not_disturb() {
    passes(FaultRule::new(Fault::Restart { done: false, down_milliseconds: 20 }).on(Operation::Job).nth(3)).await;
}

#[tokio::test]
async fn what_goes_wrong_before_anything_is_sent_ends_the_run_at_once() {
    for operation in [Operation::Exists, Operation::Job] {
        let rule = FaultRule::new(Fault::CloseBeforeReading).on(operation).nth(1);
        let (world, report) = stops(rule, RunOutcome::Unreachable).await;
        assert!(report.message.iter().any(|line| line == "nothing was sent"), "{:?}", report.message);
        assert_eq!(count(&world, Operation::Batch).0, 0);
        assert_eq!(go_on(&world).await, 1);
        assert_right(&world).await;
    }
}

/// Everything that may come of a call, at random: running again gets there in the end, and nothing but what is missing is
/// ever removed, whatever the weather.
#[tokio::test]
async fn storms_are_survived() {
    let everything: Vec<_> = Thing::all().map(|thing| (thing, 0)).collect();
    let rest_alone: BTreeSet<Thing> = rest().into_iter().map(|(thing, _)| thing).collect();
    for seed in 0..6 {
        let world = World::with(Emulator::builder().random_seed(seed)).await;
        let report = world.run(&world.source(&everything), options(&world)).await;
        assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
        let controls = world.emulator.controls();
        controls.clear_requests();
        controls.set_faults(storm()).expect("good rules");
        let mut runs = 0;
        loop {
            runs += 1;
            assert!(runs < 40, "seed {seed}: {:?}", report.message);
            let report = world.run(&world.source(&rest()), options(&world)).await;
            match report.outcome {
                RunOutcome::Finalized => break,
                // After several lost answers the state may not be trusted any more. The way out removes nothing.
                RunOutcome::Guarded => {
                    assert_eq!(report.guard[0].kind, GuardReasonKind::StateBehind, "seed {seed}: {:?}", report.message);
                    world.forget("harbour").await;
                }
                RunOutcome::Uncertain | RunOutcome::Unreachable | RunOutcome::Failed => {}
                outcome => panic!("seed {seed}: {outcome:?} {:?}", report.message),
            }
        }
        controls.set_faults(Vec::new()).expect("no rules");
        let mut present = world.present().await;
        present.remove(&GONE);
        assert_eq!(present, rest_alone, "seed {seed}");
    }
}

fn storm() -> Vec<FaultRule> {
    let faults = [
        Fault::LoseAnswer,
        Fault::CloseBeforeReading,
        Fault::Answer(answer(503)),
        Fault::Answer(answer(502).with_done(true)),
        Fault::TruncateReply { after_bytes: 3 },
        Fault::NotJson { body: None },
    ];
    let rule = |act| FaultRule::new(act).on(Operation::Batch).on(Operation::Finalize).on(Operation::Job).chance(0.04);
    faults.map(rule).to_vec()
}
