//! When jobs end: by looks, by time, by hand.

use std::time::{Duration, Instant};

use reqwest::multipart::Form;
use serde_json::{Value, json};
use sync_emulator::{ControlError, Emulator, JobProgress};
use uuid::Uuid;

use crate::support::{Client, file, id, tables};

const BATCH: &str = "/import/synchronize/harbour/batch/json-job";
const OTHER: &str = "/import/synchronize/quay/batch/json-job";
const FINALIZE: &str = "/import/synchronize/harbour/finalize/job";

async fn with(progress: JobProgress) -> Client {
    Client::with(Emulator::builder().job_progress(progress)).await
}

async fn submit(client: &Client, path: &str) -> Value {
    client.submit(path, file(&tables(&["a1"]))).await
}

async fn state(client: &Client, job: &Value) -> String {
    client.get(&format!("/jobs/{}", id(job))).await["state"].as_str().expect("a state").to_owned()
}

fn uuid(job: &Value) -> Uuid {
    id(job).parse().expect("a UUID")
}

#[tokio::test]
async fn job_shows_running_as_often_as_asked_and_then_its_end() {
    let client = with(JobProgress::AfterPolls(2)).await;
    let job = submit(&client, BATCH).await;
    assert!(client.names().await.is_empty(), "nothing is done while the job runs");
    let states = [state(&client, &job).await, state(&client, &job).await, state(&client, &job).await];
    assert_eq!(states, ["RUNNING", "RUNNING", "COMPLETED"]);
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn looks_at_a_job_that_waits_for_another_do_not_count() {
    let client = with(JobProgress::AfterPolls(1)).await;
    let (first, second) = (submit(&client, BATCH).await, submit(&client, BATCH).await);
    assert_eq!([state(&client, &second).await, state(&client, &second).await], ["WAITING", "WAITING"]);
    assert_eq!([state(&client, &first).await, state(&client, &first).await], ["RUNNING", "COMPLETED"]);
    assert_eq!([state(&client, &second).await, state(&client, &second).await], ["RUNNING", "COMPLETED"]);
}

#[tokio::test]
async fn job_of_two_hours_ends_at_once_when_the_clock_is_moved() {
    let began = Instant::now();
    let builder = Emulator::builder().virtual_clock(1_700_000_000_000);
    let client = Client::with(builder.job_progress(JobProgress::After(Duration::from_secs(7200)))).await;
    let job = submit(&client, BATCH).await;
    let controls = client.emulator.controls();
    controls.advance(Duration::from_secs(7199)).await;
    assert_eq!(state(&client, &job).await, "RUNNING");
    controls.advance(Duration::from_secs(1)).await;
    let job = client.get(&format!("/jobs/{}", id(&job))).await;
    assert_eq!(job["state"], "COMPLETED");
    assert_eq!((&job["startDate"], &job["endDate"]), (&json!(1_700_000_000_000i64), &json!(1_700_007_200_000i64)));
    assert!(began.elapsed() < Duration::from_secs(60), "nobody waited for two hours");
}

#[tokio::test]
async fn jobs_of_one_synchronization_take_their_time_one_after_the_other() {
    let builder = Emulator::builder().virtual_clock(0);
    let client = Client::with(builder.job_progress(JobProgress::After(Duration::from_secs(7200)))).await;
    let (first, second) = (submit(&client, BATCH).await, submit(&client, BATCH).await);
    let aside = submit(&client, OTHER).await;
    client.emulator.controls().advance(Duration::from_secs(5 * 3600)).await;
    let ends = [&first, &second, &aside].map(id);
    for (job, end) in ends.iter().zip([7_200_000, 14_400_000, 7_200_000]) {
        assert_eq!(client.get(&format!("/jobs/{job}")).await["endDate"], end);
    }
}

#[tokio::test]
async fn time_of_the_system_ends_jobs_as_well() {
    let client = with(JobProgress::After(Duration::from_millis(20))).await;
    let job = submit(&client, BATCH).await;
    let ended = client.finished(&job).await;
    let time = |name: &str| ended[name].as_i64().expect("a time");
    assert!(time("endDate") - time("startDate") >= 20, "{ended}");
}

#[tokio::test]
async fn jobs_released_by_hand_keep_their_order_within_a_synchronization_only() {
    let client = with(JobProgress::ByHand).await;
    let controls = client.emulator.controls();
    // About another asset: jobs side by side must not touch the same.
    let jobs = [
        submit(&client, BATCH).await,
        submit(&client, BATCH).await,
        client.submit(OTHER, file(&tables(&["b1"]))).await,
    ];
    let held: Vec<_> = controls.held_jobs().await.iter().map(|job| (job.id, job.running)).collect();
    assert_eq!(held, [(uuid(&jobs[0]), true), (uuid(&jobs[1]), false), (uuid(&jobs[2]), true)]);

    controls.release(uuid(&jobs[2])).await.expect("it is held");
    assert_eq!(state(&client, &jobs[2]).await, "COMPLETED");
    controls.release(uuid(&jobs[1])).await.expect("it is held");
    assert_eq!(state(&client, &jobs[1]).await, "WAITING", "the first one comes first");
    controls.release(uuid(&jobs[0])).await.expect("it is held");
    assert_eq!([state(&client, &jobs[0]).await, state(&client, &jobs[1]).await], ["COMPLETED", "COMPLETED"]);
    let error = controls.release(uuid(&jobs[0])).await.expect_err("it is over");
    assert!(matches!(error, ControlError::NotHeld { .. }), "{error}");
}

#[tokio::test]
async fn no_more_jobs_run_at_once_than_allowed() {
    let builder = Emulator::builder().job_progress(JobProgress::ByHand).concurrent_jobs(2);
    let client = Client::with(builder).await;
    let mut jobs = Vec::new();
    for number in 0..3 {
        jobs.push(submit(&client, &format!("/import/synchronize/s{number}/batch/json-job")).await);
    }
    assert_eq!(state(&client, &jobs[1]).await, "RUNNING");
    assert_eq!(state(&client, &jobs[2]).await, "WAITING");
    client.emulator.controls().release(uuid(&jobs[0])).await.expect("it is held");
    assert_eq!(state(&client, &jobs[2]).await, "RUNNING");
}

#[tokio::test]
async fn deletions_come_after_held_jobs_of_the_same_synchronization_and_wait_for_no_other() {
    let client = with(JobProgress::Immediate).await;
    let controls = client.emulator.controls();
    client.batch("quay", &tables(&["b1"])).await;
    controls.set_job_progress(JobProgress::ByHand);
    submit(&client, BATCH).await;
    // A deletion that waited for the held job would never be answered.
    assert_eq!(client.delete("/import/synchronize/quay").await, 204);
    let (deleted, released) = tokio::join!(client.delete("/import/synchronize/harbour"), async {
        // The deletion may come before or after: the job was accepted before either.
        controls.release_all().await
    });
    assert_eq!((deleted.as_u16(), released), (204, 1));
    assert_eq!(client.names().await.len(), 2);
}

#[tokio::test]
async fn finalization_waits_for_the_batch_that_is_held() {
    let client = with(JobProgress::Immediate).await;
    let controls = client.emulator.controls();
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    controls.set_job_progress(JobProgress::ByHand);
    let batch = submit(&client, BATCH).await;
    controls.set_job_progress(JobProgress::Immediate);
    let finalize = client.submit(FINALIZE, Form::new().text("finalizationStrategy", "REMOVE_RESOURCES")).await;
    assert_eq!([state(&client, &batch).await, state(&client, &finalize).await], ["RUNNING", "WAITING"]);
    controls.release_all().await;
    client.finished(&finalize).await;
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn server_with_held_jobs_stops_at_once() {
    let client = with(JobProgress::ByHand).await;
    submit(&client, BATCH).await;
    client.emulator.stop().await;
}

#[tokio::test]
async fn who_waits_for_a_deletion_behind_a_held_job_is_told_when_the_server_stops() {
    let client = with(JobProgress::ByHand).await;
    submit(&client, BATCH).await;
    let service = client.emulator.service();
    let deletion = tokio::spawn(async move {
        let basic = http::Request::delete("/rest/2.0/import/synchronize/harbour/evict")
            .header("authorization", "Basic YWRtaW46YWRtaW4=");
        service.call(basic.body(String::new()).expect("a request")).await.expect("an answer").status()
    });
    tokio::task::yield_now().await;
    client.emulator.stop().await;
    let answered = tokio::time::timeout(Duration::from_secs(20), deletion).await.expect("an answer in time");
    assert_eq!(answered.expect("no panic"), 503);
}

#[tokio::test]
async fn controls_of_a_server_that_has_stopped_do_nothing_and_return() {
    let builder = Emulator::builder().virtual_clock(0).job_progress(JobProgress::After(Duration::from_secs(60)));
    let client = Client::with(builder).await;
    submit(&client, BATCH).await;
    let controls = client.emulator.controls();
    client.emulator.stop().await;
    let all = async {
        controls.advance(Duration::from_secs(3600)).await;
        controls.set_time(0).await;
        controls.release_all().await;
        controls.held_jobs().await;
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.expect("they return");
}
