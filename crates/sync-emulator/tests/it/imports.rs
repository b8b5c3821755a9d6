//! Imports that are no part of a synchronization.

use serde_json::{Value, json};

use crate::support::{Client, asset_id, file, strict, table, tables, with, with_place};

const IMPORT: &str = "/import/json-job";

fn bad(name: &str) -> Value {
    with(table(name), json!({"type": {"name": "No such type"}}))
}

#[tokio::test]
async fn import_adds_and_updates_and_belongs_to_no_synchronization() {
    let client = Client::start().await;
    let ended = client.ended(IMPORT, strict(&tables(&["a1", "a2"]))).await;
    assert_eq!((ended.result(), ended.counts("ASSET")), ("SUCCESS", [2, 0, 0]));
    let changed = with(table("a1"), json!({"displayName": "first"}));
    let ended = client.ended(IMPORT, strict(&json!([changed]))).await;
    assert_eq!(ended.counts("ASSET"), [0, 1, 0]);
    assert_eq!(client.get("/import/synchronize").await["total"], 0);
    assert_eq!(client.names().await, ["a1", "a2"], "an import removes nothing");
    assert_eq!(ended.job["name"], "Import");
}

#[tokio::test]
async fn equal_import_is_executed_again() {
    let client = Client::start().await;
    client.ended(IMPORT, strict(&tables(&["a1"]))).await;
    client.ended(IMPORT, strict(&json!([with(table("a1"), json!({"displayName": "by hand"}))]))).await;
    client.ended(IMPORT, strict(&json!([with(table("a1"), json!({"displayName": "a1"}))]))).await;
    client.ended(IMPORT, strict(&json!([with(table("a1"), json!({"displayName": "by hand"}))]))).await;
    assert_eq!(client.asset("a1").await["displayName"], "by hand");
}

#[tokio::test]
async fn imported_asset_is_no_member_and_is_adopted_by_a_cycle() {
    let client = Client::start().await;
    client.ended(IMPORT, strict(&tables(&["a1", "a2"]))).await;
    client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    client.cycle("harbour", &tables(&[]), "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["a2"]);
}

#[tokio::test]
async fn simulation_tells_what_it_would_do_and_does_nothing() {
    let client = Client::start().await;
    client.ended(IMPORT, strict(&tables(&["a1"]))).await;
    let commands = with_place(vec![with(table("a1"), json!({"displayName": "new"})), table("a2")]);
    let ended = client.ended(IMPORT, file(&commands).text("simulation", "true")).await;
    assert_eq!((ended.state(), ended.result()), ("COMPLETED", "SUCCESS"));
    assert_eq!(ended.counts("ASSET"), [1, 1, 0]);
    assert_eq!(client.names().await, ["a1"]);
    assert_eq!(client.asset("a1").await["displayName"], "a1");
    // What the simulation had looked up is not taken for real.
    let ended = client.ended(IMPORT, strict(&commands)).await;
    assert_eq!(ended.counts("ASSET"), [1, 1, 0]);
}

#[tokio::test]
async fn simulation_finds_errors_too() {
    let client = Client::start().await;
    let ended = client.ended(IMPORT, file(&with_place(vec![bad("a1")])).text("simulation", "True")).await;
    assert_eq!((ended.state(), ended.result(), ended.errors.len()), ("ERROR", "FAILURE", 1));
}

#[tokio::test]
async fn simulation_and_continue_on_error_exclude_each_other() {
    let client = Client::start().await;
    let both = file(&tables(&[])).text("simulation", "true").text("continueOnError", "true");
    assert_eq!(client.post(IMPORT, both).await.status(), 400);
    let off = strict(&tables(&[])).text("simulation", "true");
    assert_eq!(client.post(IMPORT, off).await.status(), 200);
    // On a synchronization the one is ignored, so nothing excludes the other.
    let both = file(&tables(&[])).text("simulation", "true").text("continueOnError", "true");
    assert_eq!(client.post("/import/synchronize/harbour/batch/json-job", both).await.status(), 200);
}

#[tokio::test]
async fn import_skips_or_undoes_like_a_batch() {
    let client = Client::start().await;
    let commands = with_place(vec![table("a1"), bad("a2")]);
    assert_eq!(client.ended(IMPORT, strict(&commands)).await.result(), "FAILURE");
    assert!(client.names().await.is_empty());
    let ended = client.ended(IMPORT, file(&commands).text("continueOnError", "true")).await;
    assert_eq!((ended.result(), ended.errors.len()), ("COMPLETED_WITH_ERROR", 1));
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn relations_action_has_an_effect_on_imports() {
    let client = Client::start().await;
    let column = |tables: &[&str]| {
        let listed: Vec<Value> = tables.iter().map(|name| asset_id(name)).collect();
        json!({"resourceType": "Asset", "identifier": asset_id("column"), "type": {"name": "Column"},
            "relations": {"00000000-0000-0000-0000-000000007042:TARGET": listed}})
    };
    client.ended(IMPORT, strict(&with_place(vec![table("t1"), table("t2"), column(&["t1"])]))).await;
    let added = strict(&json!([column(&["t2"])])).text("relationsAction", "ADD_OR_IGNORE");
    assert_eq!(client.ended(IMPORT, added).await.counts("RELATION"), [1, 0, 0]);
    let replaced = strict(&json!([column(&["t2"])])).text("relationsAction", "REPLACE");
    assert_eq!(client.ended(IMPORT, replaced).await.counts("RELATION"), [0, 0, 1]);
}

#[tokio::test]
async fn fields_of_synchronizations_are_passed_over() {
    let client = Client::start().await;
    let form = strict(&tables(&[])).text("finalizationStrategy", "NONSENSE").text("missingAssetStatusId", "x");
    assert_eq!(client.post(IMPORT, form).await.status(), 200);
}
