//! Beginning again: reset, snapshots, the same ids once more.

use std::time::{Duration, Instant};

use reqwest::multipart::{Form, Part};
use serde_json::Value;
use sync_emulator::{Emulator, JobProgress, SnapshotError, StartError};

use crate::support::{Client, file, id, mapped_table, tables, with_place};

async fn everything(client: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    for list in ["/communities", "/domains", "/assets", "/mappings", "/attributes", "/relations", "/jobs"] {
        all.push(client.get(list).await);
    }
    all.push(client.get("/import/synchronize").await);
    all
}

async fn is_empty(client: &Client) -> bool {
    everything(client).await.iter().all(|page| page["total"] == 0)
}

#[tokio::test]
async fn reset_leaves_nothing_and_the_next_test_finds_a_fresh_server() {
    let client = Client::with(Emulator::builder().job_progress(JobProgress::Immediate)).await;
    let controls = client.emulator.controls();
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    controls.set_job_progress(JobProgress::ByHand);
    let held = client.submit("/import/synchronize/harbour/batch/json-job", file(&tables(&["a3"]))).await;
    controls.reset().await.expect("a reset");

    assert!(is_empty(&client).await);
    assert_eq!(client.get_status(&format!("/jobs/{}", id(&held))).await, 404);
    assert_eq!(controls.job_progress(), JobProgress::Immediate);
    assert!(controls.held_jobs().await.is_empty());
    // As on a fresh server: a smaller first cycle removes nothing.
    let (_, finalize) = client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_eq!(finalize.counts("ASSET"), [0, 0, 0]);
}

#[tokio::test]
async fn reset_between_tests_is_quick() {
    let client = Client::start().await;
    let names: Vec<String> = (0..200).map(|number| format!("a{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut times = Vec::new();
    for _ in 0..5 {
        client.cycle("harbour", &tables(&names), "REMOVE_RESOURCES").await;
        let began = Instant::now();
        client.emulator.controls().reset().await.expect("a reset");
        times.push(began.elapsed());
    }
    times.sort();
    // The best of several: a busy machine makes one slow, never fast.
    assert!(times[0] < Duration::from_millis(50), "{times:?}");
}

#[tokio::test]
async fn ids_of_before_a_reset_name_nothing_afterwards() {
    let client = Client::start().await;
    client.batch("harbour", &tables(&["a1"])).await;
    let before = id(&client.asset("a1").await);
    client.emulator.controls().reset().await.expect("a reset");
    client.batch("harbour", &tables(&["b1"])).await;
    assert_eq!(client.get_status(&format!("/assets/{before}")).await, 404);
}

#[tokio::test]
async fn the_same_requests_get_the_same_ids_from_the_same_seed() {
    let story = async |client: &Client| {
        let ended = client.batch("harbour", &tables(&["a1"])).await;
        let form = || Form::new().part("file", Part::text("[]"));
        let mut files = Vec::new();
        for _ in 0..2 {
            let stored: Value = client.post("/files", form()).await.json().await.expect("JSON");
            files.push(id(&stored[0]));
            client.delete(&format!("/files/{}", files[0])).await;
        }
        assert_ne!(files[0], files[1], "not even where the first is gone");
        [id(&ended.job), id(&client.asset("a1").await), files[0].clone(), files[1].clone()]
    };
    let seeded = || Client::with(Emulator::builder().random_seed(7));
    let (first, second) = (seeded().await, seeded().await);
    let ids = story(&first).await;
    assert_eq!(story(&second).await, ids);
    first.emulator.controls().reset().await.expect("a reset");
    assert_eq!(story(&first).await, ids, "and again after a reset");
    let other = Client::start().await;
    let others = story(&other).await;
    assert!(ids.iter().all(|id| !others.contains(id)));
    let repeated = Client::with(Emulator::builder().random_seed(other.emulator.random_seed())).await;
    assert_eq!(story(&repeated).await, others, "any server can be repeated");
}

#[tokio::test]
async fn jobs_go_on_counting_in_a_folder_that_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = || Client::with(Emulator::builder().data_dir(folder.path()).random_seed(7));
    let client = start().await;
    let first = client.batch("harbour", &tables(&["a1"])).await;
    client.emulator.stop().await;
    let client = start().await;
    let second = client.batch("harbour", &tables(&["a2"])).await;
    assert_ne!(id(&first.job), id(&second.job));
}

#[tokio::test]
async fn reset_of_one_synchronization_takes_what_it_alone_tracks() {
    let client = Client::start().await;
    let controls = client.emulator.controls();
    client.cycle("harbour", &tables(&["a1", "shared"]), "REMOVE_RESOURCES").await;
    client.cycle("quay", &tables(&["b1", "shared"]), "REMOVE_RESOURCES").await;
    controls.reset_synchronization("harbour").await.expect("a reset");
    assert_eq!(client.names().await, ["b1", "shared"]);
    assert_eq!(client.get("/import/synchronize").await["total"], 1);
    assert_eq!(client.get("/jobs").await["total"], 2, "the jobs of the other one are there");
    controls.reset_synchronization("quay").await.expect("a reset");
    assert!(is_empty(&client).await);
    controls.reset_synchronization("nobody").await.expect("nothing to do");
}

#[tokio::test]
async fn reset_of_one_synchronization_keeps_what_holds_something_else() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    client.cycle("quay", &serde_json::json!([crate::support::table("b1")]), "REMOVE_RESOURCES").await;
    client.emulator.controls().reset_synchronization("harbour").await.expect("a reset");
    assert_eq!(client.names().await, ["b1"]);
    assert_eq!(client.get("/domains").await["total"], 1);
}

#[tokio::test]
async fn snapshot_gives_another_server_everything_and_ids_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = folder.path().join("harbour.snapshot");
    let client = Client::start().await;
    client.cycle("harbour", &with_place(vec![mapped_table("a1"), mapped_table("a2")]), "REMOVE_RESOURCES").await;
    client.emulator.controls().export(&snapshot).await.expect("an export");
    let before = everything(&client).await;

    let twin = Client::with(Emulator::builder().import(&snapshot)).await;
    assert_eq!(everything(&twin).await, before);
    // It also knows what the synchronization tracks.
    let (_, finalize) = twin.cycle("harbour", &with_place(vec![mapped_table("a1")]), "REMOVE_RESOURCES").await;
    assert_eq!(finalize.counts("ASSET"), [0, 0, 1]);

    // A running server can go back to it too.
    client.batch("quay", &tables(&["b1"])).await;
    client.emulator.controls().import(&snapshot).await.expect("an import");
    assert_eq!(everything(&client).await, before);
    let ended = client.batch("harbour", &tables(&["a3"])).await;
    assert_eq!(ended.counts("ASSET"), [1, 0, 0]);
}

#[tokio::test]
async fn snapshot_brings_its_operating_model_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = folder.path().join("buoys.snapshot");
    let seed = br#"{"assetTypes": [{"name": "Buoy", "parent": "Asset"}]}"#;
    let seed = sync_emulator::ModelFile::from_slice(seed).expect("a model");
    let client = Client::with(Emulator::builder().seed(seed)).await;
    client.emulator.controls().export(&snapshot).await.expect("an export");
    let buoy = crate::support::with(crate::support::table("b1"), serde_json::json!({"type": {"name": "Buoy"}}));
    let twin = Client::start().await;
    twin.emulator.controls().import(&snapshot).await.expect("an import");
    assert_eq!(twin.batch("harbour", &with_place(vec![buoy])).await.result(), "SUCCESS");
}

#[tokio::test]
async fn what_is_no_snapshot_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::start().await;
    client.batch("harbour", &tables(&["a1"])).await;
    let before = everything(&client).await;
    let controls = client.emulator.controls();

    let text = folder.path().join("text");
    std::fs::write(&text, "this is no database, however long one looks at it").expect("a file");
    assert!(matches!(controls.import(&text).await, Err(SnapshotError::Foreign)));
    let missing = folder.path().join("missing");
    assert!(controls.import(&missing).await.is_err());

    let damaged = folder.path().join("damaged");
    controls.export(&damaged).await.expect("an export");
    let mut bytes = std::fs::read(&damaged).expect("a file");
    let half = bytes.len() / 2;
    bytes[4096..half].fill(0xA5);
    std::fs::write(&damaged, bytes).expect("a file");
    assert!(controls.import(&damaged).await.is_err());

    assert_eq!(everything(&client).await, before);
    assert_eq!(client.batch("harbour", &tables(&["a2"])).await.result(), "SUCCESS");
    let started = Emulator::builder().import(&text).start().await;
    assert!(matches!(started, Err(StartError::Import { .. })));
}

#[tokio::test]
async fn two_servers_side_by_side_know_nothing_of_each_other() {
    let (one, other) = (Client::start().await, Client::start().await);
    assert_ne!(one.emulator.address(), other.emulator.address());
    one.batch("harbour", &tables(&["a1"])).await;
    other.batch("harbour", &tables(&["b1"])).await;
    assert_eq!((one.names().await, other.names().await), (vec!["a1".to_owned()], vec!["b1".to_owned()]));
    one.emulator.controls().reset().await.expect("a reset");
    assert_eq!(other.names().await, ["b1"]);
}

#[tokio::test]
async fn snapshot_without_jobs_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::start().await;
    client.batch("harbour", &tables(&["a1"])).await;
    let controls = client.emulator.controls();
    let snapshot = folder.path().join("snapshot");
    controls.export(&snapshot).await.expect("an export");
    rusqlite::Connection::open(&snapshot).and_then(|file| file.execute("DROP TABLE job", [])).expect("our own file");
    client.batch("harbour", &tables(&["a1", "a2"])).await;
    let before = everything(&client).await;
    assert!(matches!(controls.import(&snapshot).await, Err(SnapshotError::Foreign)));
    assert_eq!(everything(&client).await, before);
}
