//! Servers whose time and work are in the hands of a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;
use sync_emulator::{Emulator, JobNames};

use crate::support::{Client, file, id, tables};

const BATCH: &str = "/import/synchronize/harbour/batch/json-job";

#[tokio::test]
async fn held_jobs_wait_until_they_are_let_through() {
    let client = Client::with(Emulator::builder().hold_jobs()).await;
    assert_eq!(client.emulator.work_off(9), 0, "there is nothing to do");
    let mut jobs = Vec::new();
    for name in ["a1", "a2", "a3"] {
        jobs.push(id(&client.submit(BATCH, file(&tables(&[name]))).await));
    }
    let mut states = Vec::new();
    for done in 0..=3 {
        let mut now = Vec::new();
        for job in &jobs {
            now.push(client.get(&format!("/jobs/{job}")).await["state"].as_str().expect("a state").to_owned());
        }
        states.push(now);
        if done < 3 {
            assert_eq!(client.emulator.work_off(1), 1);
        }
    }
    assert_eq!(
        states,
        [
            ["RUNNING", "WAITING", "WAITING"],
            ["COMPLETED", "RUNNING", "WAITING"],
            ["COMPLETED", "COMPLETED", "RUNNING"],
            ["COMPLETED", "COMPLETED", "COMPLETED"],
        ]
    );
    client.submit(BATCH, file(&tables(&["a4"]))).await;
    client.submit(BATCH, file(&tables(&["a5"]))).await;
    assert_eq!(client.emulator.work_off(9), 2, "no more than there are");
}

#[tokio::test]
async fn held_jobs_do_not_keep_a_server_from_stopping_and_run_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::with(Emulator::builder().data_dir(folder.path()).hold_jobs()).await;
    let job = client.submit(BATCH, file(&tables(&["a1"]))).await;
    client.emulator.stop().await;
    let client = Client::with(Emulator::builder().data_dir(folder.path())).await;
    client.finished(&job).await;
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn time_can_be_passed_by_hand() {
    let time = Arc::new(AtomicI64::new(1_000_000_000_000));
    let shown = time.clone();
    let client = Client::with(Emulator::builder().clock(move || shown.load(Ordering::Relaxed))).await;
    let first = client.run(BATCH, file(&tables(&["a1"]))).await;
    time.fetch_add(5_000, Ordering::Relaxed);
    let second = client.run(BATCH, file(&tables(&["a2"]))).await;
    assert_eq!((&first["createdOn"], &first["endDate"]), (&json!(1_000_000_000_000i64), &json!(1_000_000_000_000i64)));
    assert_eq!(second["startDate"], json!(1_000_000_005_000i64));
    assert_eq!(client.asset("a2").await["createdOn"], json!(1_000_000_005_000i64));
}

#[tokio::test]
async fn jobs_may_be_called_after_the_file_that_came_along() {
    let client = Client::with_readings(|readings| readings.job_names = JobNames::WithFile).await;
    let batch = client.run(BATCH, file(&tables(&["a1"]))).await;
    let name = batch["name"].as_str().expect("a name");
    assert!(name.starts_with("Import synchronization batch: ") && name.ends_with(".json"), "{name}");
    let finalize = client.finalize("harbour", "IGNORE").await;
    assert_eq!(finalize.job["name"], "Finalize synchronization", "there is no file");
}
