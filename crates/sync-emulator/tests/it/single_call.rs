//! Import and finalization in one job.

use reqwest::multipart::Form;
use serde_json::{Value, json};
use sync_emulator::PartialImport;

use crate::support::{Client, asset_id, file, strict, table, tables, with, with_place};

const FULL: &str = "/import/synchronize/harbour/json-job";

fn form(commands: &Value, strategy: &str) -> Form {
    strict(commands).text("finalizationStrategy", strategy.to_owned())
}

fn bad(name: &str) -> Value {
    with(table(name), json!({"type": {"name": "No such type"}}))
}

#[tokio::test]
async fn single_call_imports_and_finalizes_in_one_job() {
    let client = Client::start().await;
    client.ended(FULL, form(&tables(&["a1", "a2"]), "REMOVE_RESOURCES")).await;
    let ended = client.ended(FULL, form(&tables(&["a2", "a3"]), "REMOVE_RESOURCES")).await;
    assert_eq!(ended.result(), "SUCCESS");
    assert_eq!(ended.counts("ASSET"), [1, 0, 1]);
    assert_eq!(client.names().await, ["a2", "a3"]);
    assert_eq!(client.get("/jobs").await["total"], 2);
}

#[tokio::test]
async fn single_call_without_strategy_removes() {
    let client = Client::start().await;
    client.ended(FULL, strict(&tables(&["a1", "a2"]))).await;
    client.ended(FULL, strict(&tables(&["a2"]))).await;
    assert_eq!(client.names().await, ["a2"]);
}

#[tokio::test]
async fn failed_single_call_neither_imports_nor_finalizes() {
    let client = Client::start().await;
    client.ended(FULL, form(&tables(&["a1", "a2"]), "REMOVE_RESOURCES")).await;
    let ended = client.ended(FULL, form(&with_place(vec![table("a3"), bad("x")]), "REMOVE_RESOURCES")).await;
    assert_eq!((ended.state(), ended.result()), ("ERROR", "FAILURE"));
    assert_eq!(client.names().await, ["a1", "a2"]);
}

#[tokio::test]
async fn partial_single_call_finalizes_unless_the_reading_forbids() {
    for (reading, left) in [(PartialImport::Finalized, vec!["a1"]), (PartialImport::NotFinalized, vec!["a1", "a2"])] {
        let client = Client::with_readings(|readings| readings.partial_import = reading).await;
        client.ended(FULL, form(&tables(&["a1", "a2"]), "REMOVE_RESOURCES")).await;
        let form = file(&with_place(vec![table("a1"), bad("a2")])).text("continueOnError", "true");
        assert_eq!(client.ended(FULL, form).await.result(), "COMPLETED_WITH_ERROR");
        assert_eq!(client.names().await, left, "{reading:?}");
    }
}

#[tokio::test]
async fn single_call_to_an_unknown_status_is_undone_as_a_whole() {
    let client = Client::start().await;
    let form =
        form(&tables(&["a1"]), "CHANGE_STATUS").text("missingAssetStatusId", "12345678-0000-4000-8000-000000000000");
    assert_eq!(client.ended(FULL, form).await.state(), "ERROR");
    assert!(client.names().await.is_empty());
}

#[tokio::test]
async fn relations_action_counts_in_batches_and_not_in_the_single_call() {
    const KEY: &str = "00000000-0000-0000-0000-000000007042:TARGET";
    let column = |tables: &[&str]| {
        let listed: Vec<Value> = tables.iter().map(|name| asset_id(name)).collect();
        json!({"resourceType": "Asset", "identifier": asset_id("column"), "type": {"name": "Column"},
            "relations": {KEY: listed}})
    };
    for (path, related) in [("/import/synchronize/harbour/batch/json-job", 2), (FULL, 1)] {
        let client = Client::start().await;
        client.batch("harbour", &with_place(vec![table("t1"), table("t2"), column(&["t1"])])).await;
        let commands = with_place(vec![table("t1"), table("t2"), column(&["t2"])]);
        let ended = client.ended(path, form(&commands, "IGNORE").text("relationsAction", "ADD_OR_IGNORE")).await;
        assert_eq!(ended.result(), "SUCCESS");
        assert_eq!(client.get("/relations").await["total"], related, "{path}");
    }
}
