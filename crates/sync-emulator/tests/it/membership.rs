//! What a synchronization tracks, what counts as seen, what the hashes save.

use serde_json::json;
use sync_emulator::{Emulator, IdExistsFrom};

use crate::support::{Client, community, domain, domain_id, file, table, tables, with, with_place};

#[tokio::test]
async fn two_batches_and_a_finalize_apply_all_commands() {
    let client = Client::start().await;
    client.batch("harbour", &tables(&["a1", "a2"])).await;
    client.batch("harbour", &json!([table("a3"), table("a4")])).await;
    assert_eq!(client.finalize("harbour", "REMOVE_RESOURCES").await.result(), "SUCCESS");
    assert_eq!(client.names().await, ["a1", "a2", "a3", "a4"]);
}

#[tokio::test]
async fn later_batch_of_a_cycle_has_the_last_word() {
    let client = Client::start().await;
    client.batch("harbour", &with_place(vec![with(table("a1"), json!({"displayName": "first"}))])).await;
    client.batch("harbour", &json!([with(table("a1"), json!({"displayName": "second"}))])).await;
    assert_eq!(client.asset("a1").await["displayName"], "second");
}

#[tokio::test]
async fn first_cycle_removes_nothing() {
    let client = Client::start().await;
    client.cycle("other", &tables(&["a0"]), "IGNORE").await;
    let (_, finalize) = client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_eq!(finalize.summary["resourceTypes"], json!([]));
    assert_eq!(client.names().await, ["a0", "a1"]);
}

#[tokio::test]
async fn asset_left_out_of_the_second_cycle_is_removed_alone() {
    let client = Client::start().await;
    client.batch("harbour", &tables(&["a1", "a2"])).await;
    client.cycle("harbour", &json!([table("a3"), table("a4"), table("a5")]), "REMOVE_RESOURCES").await;
    client.batch("harbour", &tables(&["a1", "a2"])).await;
    let (_, finalize) = client.cycle("harbour", &json!([table("a4"), table("a5")]), "REMOVE_RESOURCES").await;
    assert_eq!(finalize.counts("ASSET"), [0, 0, 1]);
    assert_eq!(client.names().await, ["a1", "a2", "a4", "a5"]);
}

#[tokio::test]
async fn batch_after_a_batch_without_finalize_continues_the_cycle() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2", "a3"]), "REMOVE_RESOURCES").await;
    client.batch("harbour", &tables(&["a1"])).await;
    client.batch("harbour", &tables(&["a2"])).await;
    client.finalize("harbour", "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["a1", "a2"]);
}

#[tokio::test]
async fn resource_only_named_by_another_command_is_no_member() {
    let client = Client::start().await;
    client.cycle("other", &tables(&["named"]), "IGNORE").await;
    let column = json!({"resourceType": "Asset", "identifier": {"name": "column", "domain": domain_id()},
        "type": {"name": "Column"},
        "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"name": "named", "domain": domain_id()}]}});
    client.cycle("harbour", &with_place(vec![column]), "REMOVE_RESOURCES").await;
    client.cycle("harbour", &tables(&[]), "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["named"]);
}

#[tokio::test]
async fn same_command_in_two_batches_of_a_cycle_is_no_error() {
    let client = Client::start().await;
    client.batch("harbour", &tables(&["a1"])).await;
    let second = client.batch("harbour", &tables(&["a1"])).await;
    assert_eq!(second.result(), "SUCCESS");
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn two_synchronizations_do_not_see_each_others_members() {
    let client = Client::start().await;
    client.cycle("one", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    client.cycle("two", &tables(&["b1"]), "REMOVE_RESOURCES").await;
    client.cycle("one", &tables(&[]), "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["b1"]);
}

#[tokio::test]
async fn existing_asset_is_adopted_and_removed_when_left_out_later() {
    let client = Client::start().await;
    client.cycle("other", &tables(&["a1"]), "IGNORE").await;
    let named = with(table("a1"), json!({"displayName": "adopted"}));
    let (batch, _) = client.cycle("harbour", &with_place(vec![named]), "REMOVE_RESOURCES").await;
    assert_eq!(batch.counts("ASSET"), [0, 1, 0]);
    assert_eq!(client.names().await, ["a1"]);
    client.cycle("harbour", &tables(&[]), "REMOVE_RESOURCES").await;
    assert!(client.names().await.is_empty());
}

#[tokio::test]
async fn equal_command_in_the_next_cycle_is_not_executed_but_seen() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    // Another synchronization changes the asset, which an executed command would undo.
    let edited = with(table("a1"), json!({"displayName": "by hand"}));
    client.batch("hand", &json!([edited])).await;
    let (batch, finalize) = client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    assert_eq!(batch.summary["resourceTypes"], json!([]));
    assert_eq!(finalize.summary["resourceTypes"], json!([]));
    assert_eq!(client.names().await, ["a1", "a2"]);
}

#[tokio::test]
async fn command_equal_but_for_white_space_and_member_order_is_not_executed() {
    let client = Client::start().await;
    let said = with(table("a1"), json!({"displayName": "mine"}));
    client.cycle("harbour", &with_place(vec![said]), "REMOVE_RESOURCES").await;
    client.batch("hand", &json!([with(table("a1"), json!({"displayName": "by hand"}))])).await;
    let text = r#"[ {"displayName" : "mine", "type":{ "name":"Table"},
        "identifier":{"domain":{"community":{"name":"Port"},"name":"Tides"},"name":"a1"}, "resourceType":"Asset"} ]"#;
    let form = reqwest::multipart::Form::new().text("file", text).text("continueOnError", "false");
    let ended = client.ended("/import/synchronize/harbour/batch/json-job", form).await;
    assert_eq!(ended.summary["resourceTypes"], json!([]));
    assert_eq!(client.asset("a1").await["displayName"], "by hand");
}

#[tokio::test]
async fn hand_edit_survives_equal_cycles_and_is_overwritten_after_evict() {
    let client = Client::start().await;
    let said = with_place(vec![with(table("a1"), json!({"displayName": "mine"}))]);
    client.cycle("harbour", &said, "REMOVE_RESOURCES").await;
    client.batch("hand", &json!([with(table("a1"), json!({"displayName": "by hand"}))])).await;
    client.cycle("harbour", &said, "REMOVE_RESOURCES").await;
    assert_eq!(client.asset("a1").await["displayName"], "by hand");
    assert_eq!(client.delete("/import/synchronize/harbour/evict").await, 204);
    client.cycle("harbour", &said, "REMOVE_RESOURCES").await;
    assert_eq!(client.asset("a1").await["displayName"], "mine");
}

#[tokio::test]
async fn evict_executes_equal_commands_again_and_removals_are_still_detected() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    assert_eq!(client.delete("/import/synchronize/harbour/evict").await, 204);
    client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn asset_deleted_elsewhere_is_created_again_by_its_equal_command() {
    let client = Client::start().await;
    client.cycle("one", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    client.cycle("two", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    client.cycle("two", &tables(&[]), "REMOVE_RESOURCES").await;
    assert!(client.names().await.is_empty());
    let (batch, _) = client.cycle("one", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_eq!(batch.counts("ASSET"), [1, 0, 0]);
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn removed_asset_that_comes_back_is_created_anew() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    let before = client.asset("a1").await["id"].clone();
    client.cycle("harbour", &tables(&[]), "REMOVE_RESOURCES").await;
    client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_ne!(client.asset("a1").await["id"], before);
}

#[tokio::test]
async fn id_is_unknown_until_its_first_batch_has_completed() {
    let client = Client::start().await;
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, json!(false));
    client.batch("harbour", &tables(&[])).await;
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, json!(true));
    let list = client.get("/import/synchronize").await;
    assert_eq!(list["results"], json!([{"synchronizationId": "harbour"}]));
    assert_eq!((&list["total"], &list["limit"]), (&json!(1), &json!(1000)));
}

#[tokio::test]
async fn id_exists_once_accepted_in_that_reading() {
    let client = Client::with_readings(|readings| readings.id_exists_from = IdExistsFrom::Accepted).await;
    // The first job keeps the only worker busy for a moment; the second is surely waiting when it is answered.
    let many: Vec<_> = (0..3000).map(|number| table(&format!("t{number}"))).collect();
    let first = client.submit("/import/synchronize/big/batch/json-job", file(&with_place(many))).await;
    let second = client.submit("/import/synchronize/harbour/batch/json-job", file(&json!([community()]))).await;
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, json!(true));
    client.finished(&first).await;
    client.finished(&second).await;
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, json!(true));
}

#[tokio::test]
async fn id_exists_once_finalized_in_that_reading() {
    let client = Client::with_readings(|readings| readings.id_exists_from = IdExistsFrom::Finalized).await;
    client.batch("harbour", &json!([community(), domain()])).await;
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, json!(false));
    client.finalize("harbour", "IGNORE").await;
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, json!(true));
}

#[tokio::test]
async fn rolled_back_batch_does_not_make_its_id_known() {
    let client = Client::start().await;
    assert_eq!(client.batch("harbour", &json!([table("a1")])).await.state(), "ERROR");
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, json!(false));
}

#[tokio::test]
async fn removed_synchronization_is_unknown_and_its_resources_stay() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    assert_eq!(client.delete("/import/synchronize/harbour").await, 204);
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, json!(false));
    assert_eq!(client.names().await, ["a1", "a2"]);
}

#[tokio::test]
async fn smaller_cycle_after_remove_deletes_nothing() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    client.delete("/import/synchronize/harbour").await;
    client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["a1", "a2"]);
}

#[tokio::test]
async fn synchronizations_are_listed_in_pages() {
    let client = Client::start().await;
    for sid in ["c", "a", "b"] {
        client.batch(sid, &json!([community()])).await;
    }
    let page = client.get("/import/synchronize?offset=1&limit=1").await;
    assert_eq!(page, json!({"total": 3, "offset": 1, "limit": 1, "results": [{"synchronizationId": "b"}]}));
    assert_eq!(client.get("/import/synchronize?limit=5000").await["limit"], 1000);
}

#[tokio::test]
async fn two_servers_side_by_side_share_nothing() {
    let one = Client::start().await;
    let two = Client::with(Emulator::builder().user("keeper", "secret")).await;
    one.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert!(two.names().await.is_empty());
    two.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_ne!(one.asset("a1").await["id"], two.asset("a1").await["id"]);
    let foreign = one.asset("a1").await["id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(two.get_status(&format!("/assets/{foreign}")).await, 404);
}
