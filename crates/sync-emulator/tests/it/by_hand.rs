//! Servers whose work is in the hands of a test.

use reqwest::multipart::{Form, Part};
use serde_json::Value;
use sync_emulator::{Emulator, JobNames, JobProgress};

use crate::support::{Client, file, id, tables};

const BATCH: &str = "/import/synchronize/harbour/batch/json-job";

#[tokio::test]
async fn held_jobs_of_one_synchronization_run_one_by_one_as_they_are_released() {
    let client = Client::with(Emulator::builder().job_progress(JobProgress::ByHand)).await;
    let controls = client.emulator.controls();
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
        if let Some(job) = jobs.get(done) {
            controls.release(job.parse().expect("an id")).await.expect("a job that is held");
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
}

#[tokio::test]
async fn held_jobs_do_not_keep_a_server_from_stopping_and_run_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::with(Emulator::builder().data_dir(folder.path()).job_progress(JobProgress::ByHand)).await;
    let job = client.submit(BATCH, file(&tables(&["a1"]))).await;
    client.emulator.stop().await;
    let client = Client::with(Emulator::builder().data_dir(folder.path())).await;
    client.finished(&job).await;
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn jobs_may_be_called_after_the_file_that_came_along() {
    let client = Client::with_readings(|readings| readings.job_names = JobNames::WithFile).await;
    let batch = client.run(BATCH, file(&tables(&["a1"]))).await;
    let name = batch["name"].as_str().expect("a name");
    assert!(name.starts_with("Import synchronization batch: ") && name.ends_with(".json"), "{name}");
    let finalize = client.finalize("harbour", "IGNORE").await;
    assert_eq!(finalize.job["name"], "Finalize synchronization", "there is no file");

    let stored = Form::new().part("file", Part::text(tables(&["a2"]).to_string()).file_name("stored.json"));
    let stored: Value = client.post("/files", stored).await.json().await.expect("JSON");
    let by_id = || Form::new().text("fileId", id(&stored[0]));
    for (form, name) in [
        (by_id(), "stored.json"),
        (by_id().text("fileName", "told.json"), "stored.json"),
        (file(&tables(&["a3"])).text("fileName", "told.json"), "told.json"),
        (file(&tables(&["a3"])).text("fileName", " "), "commands.json"),
    ] {
        let job = client.run(BATCH, form).await;
        assert_eq!(job["name"], format!("Import synchronization batch: {name}"));
    }
}
