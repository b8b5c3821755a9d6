//! Files that are stored on their own, and jobs that are given them.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sync_emulator::Emulator;

use crate::support::{Client, id, table, tables, with, with_place};

const BATCH: &str = "/import/synchronize/harbour/batch/json-job";
const UNKNOWN: &str = "12345678-0000-4000-8000-000000000000";

/// Stores commands and gives the file's id.
async fn store(client: &Client, commands: &Value) -> String {
    let part = Part::text(commands.to_string()).file_name("batch-1.json").mime_str("application/json").expect("a type");
    let response = client.post("/files", Form::new().part("file", part)).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let stored: Value = response.json().await.expect("JSON");
    id(&stored[0])
}

fn by_id(file: &str) -> Form {
    Form::new().text("fileId", file.to_owned()).text("continueOnError", "false")
}

#[tokio::test]
async fn stored_file_can_be_looked_at_and_deleted() {
    let client = Client::start().await;
    let commands = tables(&["a1"]);
    let file = store(&client, &commands).await;
    let info = client.get(&format!("/files/{file}/info")).await;
    let size = commands.to_string().len();
    assert_eq!(
        info,
        json!({"id": file, "name": "batch-1.json", "contentType": "application/json", "size": size, "extension": "json"})
    );
    let response = client.request(Method::GET, &format!("/files/{file}")).send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.text().await.expect("a body"), commands.to_string());
    assert_eq!(client.delete(&format!("/files/{file}")).await, StatusCode::NO_CONTENT);
    for path in [format!("/files/{file}"), format!("/files/{file}/info")] {
        assert_eq!(client.get_status(&path).await, 404);
    }
    assert_eq!(client.delete(&format!("/files/{file}")).await, StatusCode::NOT_FOUND);
    assert_eq!(client.get_status("/files/no-uuid/info").await, 400);
}

#[tokio::test]
async fn several_files_come_in_one_request_and_none_is_too_few() {
    let client = Client::start().await;
    let form = Form::new().part("file", Part::text("a")).part("file", Part::text("bc")).text("other", "x");
    let stored: Value = client.post("/files", form).await.json().await.expect("JSON");
    let sizes: Vec<&Value> = stored.as_array().expect("a list").iter().map(|file| &file["size"]).collect();
    assert_eq!(sizes, [&json!(1), &json!(2)]);
    assert_eq!((&stored[0]["name"], &stored[0]["extension"]), (&json!("file"), &json!("")));
    assert_eq!(client.post("/files", Form::new().text("other", "x")).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn old_files_are_deleted_in_bulk() {
    let client = Client::start().await;
    let file = store(&client, &tables(&[])).await;
    assert_eq!(client.delete("/files/bulk?timeToLive=3600000").await, StatusCode::NO_CONTENT);
    assert_eq!(client.get_status(&format!("/files/{file}/info")).await, 200);
    assert_eq!(client.delete("/files/bulk?timeToLive=0").await, StatusCode::NO_CONTENT);
    assert_eq!(client.get_status(&format!("/files/{file}/info")).await, 404);
    assert_eq!(client.delete("/files/bulk?timeToLive=soon").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn stored_file_serves_several_jobs() {
    let client = Client::start().await;
    let file = store(&client, &tables(&["a1"])).await;
    for path in [BATCH, "/import/json-job", "/import/synchronize/other/json-job"] {
        assert_eq!(client.ended(path, by_id(&file)).await.result(), "SUCCESS", "{path}");
    }
    assert_eq!(client.names().await, ["a1"]);
    assert_eq!(client.get_status(&format!("/files/{file}/info")).await, 200);
    assert_eq!(client.post(BATCH, by_id(UNKNOWN)).await.status(), 404);
}

#[tokio::test]
async fn file_goes_with_its_job_as_the_kind_of_job_says() {
    let client = Client::start().await;
    let good = tables(&["a1"]);
    let bad = with_place(vec![with(table("a2"), json!({"type": {"name": "x"}}))]);
    for (path, commands, is_left) in [
        ("/import/json-job", &good, false),
        ("/import/json-job", &bad, true),
        (BATCH, &good, false),
        (BATCH, &bad, false),
        ("/import/synchronize/harbour/json-job", &bad, false),
    ] {
        let file = store(&client, commands).await;
        client.run(path, by_id(&file).text("deleteFile", "true")).await;
        let status = client.get_status(&format!("/files/{file}/info")).await;
        assert_eq!(status == 200, is_left, "{path} {commands}");
        let expected = if is_left { 200 } else { 404 };
        assert_eq!(client.post(path, by_id(&file)).await.status(), expected, "{path}");
    }
}

#[tokio::test]
async fn job_keeps_a_file_that_is_deleted_before_its_turn() {
    let client = Client::start().await;
    let many: Vec<Value> = (0..5000).map(|number| table(&format!("t{number}"))).collect();
    let first = client.submit(BATCH, by_id(&store(&client, &with_place(many)).await)).await;
    let file = store(&client, &tables(&["last"])).await;
    let second = client.submit(BATCH, by_id(&file)).await;
    assert_eq!(client.delete(&format!("/files/{file}")).await, StatusCode::NO_CONTENT);
    client.finished(&first).await;
    assert_eq!(client.finished(&second).await["result"], "SUCCESS");
    assert_eq!(client.asset("last").await["name"], "last");
}

#[tokio::test]
async fn stored_files_survive_a_restart_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::with(Emulator::builder().data_dir(folder.path())).await;
    let file = store(&client, &tables(&["a1"])).await;
    client.emulator.stop().await;
    std::fs::write(folder.path().join("files/left-over"), "x").expect("a file");

    let client = Client::with(Emulator::builder().data_dir(folder.path())).await;
    assert!(!folder.path().join("files/left-over").exists());
    let form = by_id(&file).text("deleteFile", "true");
    assert_eq!(client.ended(BATCH, form).await.result(), "SUCCESS");
    let began = std::time::Instant::now();
    for part in ["files", "uploads"] {
        // The entry goes with the job, the content a moment later.
        while std::fs::read_dir(folder.path().join(part)).expect("a folder").count() > 0 {
            assert!(began.elapsed() < Duration::from_secs(30), "{part} still holds something");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
