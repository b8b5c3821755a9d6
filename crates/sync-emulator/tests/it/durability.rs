//! Stopping, crashing, starting again.

use std::path::Path;

use serde_json::json;
use sync_emulator::{Emulator, StartError};
use tower::ServiceExt;

use crate::support::{Client, community, file, id, table, tables, with_place};

async fn start(folder: &Path) -> Client {
    Client::with(Emulator::builder().data_dir(folder)).await
}

fn many(count: usize) -> serde_json::Value {
    with_place((0..count).map(|number| table(&format!("t{number}"))).collect())
}

#[tokio::test]
async fn restart_in_the_same_folder_keeps_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = start(folder.path()).await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    let (batch, _) = client.cycle("harbour", &tables(&["a1"]), "CHANGE_STATUS").await;
    let before = [client.asset("a1").await, client.asset("a2").await, batch.job, batch.summary];
    client.emulator.stop().await;

    let client = start(folder.path()).await;
    let job = id(&before[2]);
    let after = [
        client.asset("a1").await,
        client.asset("a2").await,
        client.get(&format!("/jobs/{job}")).await,
        client.get(&format!("/import/results/{job}/summary")).await,
    ];
    assert_eq!(after, before);
    // Tracking, hashes and marks are there as well.
    let (batch, _) = client.cycle("harbour", &tables(&["a1", "a2"]), "CHANGE_STATUS").await;
    assert_eq!(batch.summary["resourceTypes"], json!([]));
    assert_eq!(client.status("a2").await, "Candidate");
}

#[tokio::test]
async fn open_cycle_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = start(folder.path()).await;
    client.cycle("harbour", &tables(&["a1", "a2", "a3"]), "REMOVE_RESOURCES").await;
    client.batch("harbour", &tables(&["a1"])).await;
    drop(client);
    let client = start(folder.path()).await;
    client.batch("harbour", &tables(&["a2"])).await;
    client.finalize("harbour", "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["a1", "a2"]);
}

#[tokio::test]
async fn job_cut_off_in_the_middle_runs_again_and_so_do_those_behind_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for continue_on_error in ["false", "true"] {
        let sid = format!("cut-{continue_on_error}");
        let client = start(folder.path()).await;
        let form = file(&many(20_000)).text("continueOnError", continue_on_error);
        let running = client.submit(&format!("/import/synchronize/{sid}/batch/json-job"), form).await;
        let waiting = client.submit("/import/synchronize/other/batch/json-job", file(&json!([community()]))).await;
        // The job has begun once it says so.
        let path = format!("/jobs/{}", id(&running));
        let started = std::time::Instant::now();
        loop {
            let job = client.get(&path).await;
            if job["progressPercentage"].as_f64() > Some(0.0) {
                assert_eq!(job["state"], "RUNNING", "the job is too short for this test");
                break;
            }
            assert!(started.elapsed().as_secs() < 60, "the job does not begin: {job}");
            tokio::task::yield_now().await;
        }
        drop(client);

        let client = start(folder.path()).await;
        assert_eq!(client.finished(&running).await["result"], "SUCCESS");
        assert_eq!(client.finished(&waiting).await["result"], "SUCCESS");
        assert_eq!(client.get("/assets?limit=1").await["total"], 20_000);
        let uploads = std::fs::read_dir(folder.path().join("uploads")).expect("the folder").count();
        assert_eq!(uploads, 0, "uploads of finished jobs are deleted");
        client.finalize(&sid, "REMOVE_RESOURCES").await;
        client.finalize(&sid, "REMOVE_RESOURCES").await;
        assert!(client.names().await.is_empty(), "all of them were tracked");
        client.emulator.stop().await;
    }
}

#[tokio::test]
async fn second_server_in_the_same_folder_is_refused_until_the_first_stops() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = start(folder.path()).await;
    let error = Emulator::builder().data_dir(folder.path()).start().await.expect_err("the folder is in use");
    assert!(matches!(error, StartError::InUse { .. }), "{error:?}");
    client.emulator.stop().await;
    start(folder.path()).await;
}

#[tokio::test]
async fn address_in_use_and_damaged_database_are_errors_of_starting() {
    let first = Client::start().await;
    let error = Emulator::builder().listen(first.emulator.address()).start().await.expect_err("the port is taken");
    assert!(matches!(error, StartError::Listen { .. }), "{error:?}");

    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("catalog.sqlite"), "this is no database, however long one looks at it")
        .expect("a file");
    let error = Emulator::builder().data_dir(folder.path()).start().await.expect_err("the database is damaged");
    assert!(matches!(error, StartError::Catalogue { .. }), "{error:?}");
}

#[tokio::test]
async fn dropped_server_answers_no_more() {
    let client = Client::start().await;
    let url = format!("{}/_emulator/health", client.emulator.url());
    let http = reqwest::Client::new();
    assert_eq!(http.get(&url).send().await.expect("an answer").status(), 200);
    drop(client);
    // A connection that is still open may be answered with a refusal, a new one is not taken.
    let answered = http.get(&url).send().await.is_ok_and(|response| response.status() == 200);
    assert!(!answered);
}

#[tokio::test]
async fn router_answers_without_a_socket_and_refuses_once_the_server_has_stopped() {
    let server = Emulator::builder().no_auth(true).start().await.expect("the server starts");
    let router = server.router();
    let ask = async || {
        let request = http::Request::get("/rest/2.0/assets").body(axum::body::Body::empty()).expect("a request");
        router.clone().oneshot(request).await.expect("an answer").status()
    };
    assert_eq!(ask().await, 200);
    server.stop().await;
    assert_eq!(ask().await, 503);
}

#[test]
fn server_can_be_shared_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Emulator>();
    check::<sync_emulator::EmulatorBuilder>();
    check::<StartError>();
    check::<sync_emulator::ModelFile>();
}
