//! Strategies and what they do with missing resources.

use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sync_emulator::{Emulator, FinalizeWithoutCycle, IgnoredMembers, MissingResources, MissingStatus, RestoredStatus};

use crate::support::{Client, MISSING, asset_id, community, mapped_table, readings, table, tables, with, with_place};

const FINALIZE: &str = "/import/synchronize/harbour/finalize/job";

/// Two cycles, the second without `gone`, and a third with everything.
async fn lose_and_return(client: &Client, last: &str) {
    let all = with_place(vec![table("kept"), with(table("gone"), json!({"status": {"name": "Accepted"}}))]);
    client.cycle("harbour", &all, "CHANGE_STATUS").await;
    client.cycle("harbour", &tables(&["kept"]), "CHANGE_STATUS").await;
    assert_eq!(client.status("gone").await, "Missing from source");
    let (batch, _) = client.cycle("harbour", &all, last).await;
    assert_eq!(batch.summary["resourceTypes"], json!([]), "every command is equal to one of the first cycle");
}

#[tokio::test]
async fn finalize_without_strategy_removes() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "IGNORE").await;
    client.batch("harbour", &tables(&["a1"])).await;
    let ended = client.ended(FINALIZE, Form::new().text("foo", "bar")).await;
    assert_eq!(ended.result(), "SUCCESS");
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn finalize_with_zero_parts_is_refused() {
    let client = Client::start().await;
    let request = client.request(reqwest::Method::POST, FINALIZE);
    assert_eq!(request.send().await.expect("an answer").status(), StatusCode::BAD_REQUEST);
    let empty = client
        .request(reqwest::Method::POST, FINALIZE)
        .header("content-type", "multipart/form-data; boundary=q7")
        .body("--q7--\r\n");
    assert_eq!(empty.send().await.expect("an answer").status(), StatusCode::BAD_REQUEST);
    let encoded = client
        .request(reqwest::Method::POST, FINALIZE)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("finalizationStrategy=IGNORE");
    assert_eq!(encoded.send().await.expect("an answer").status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn change_status_marks_missing_assets_and_leaves_seen_ones() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "CHANGE_STATUS").await;
    let (_, finalize) = client.cycle("harbour", &tables(&["a1"]), "CHANGE_STATUS").await;
    assert_eq!(finalize.counts("ASSET"), [0, 1, 0]);
    assert_eq!(client.status("a1").await, "Candidate");
    assert_eq!(
        client.asset("a2").await["status"],
        json!({"id": MISSING, "resourceType": "Status", "name": "Missing from source"})
    );
}

#[tokio::test]
async fn change_status_without_a_status_is_refused() {
    let client = Client::start().await;
    let form = || Form::new().text("finalizationStrategy", "CHANGE_STATUS");
    assert_eq!(client.post(FINALIZE, form()).await.status(), StatusCode::BAD_REQUEST);

    let late = Client::with_readings(|readings| readings.change_status_without_status = MissingStatus::JobError).await;
    late.cycle("harbour", &tables(&["a1"]), "IGNORE").await;
    assert_eq!(late.ended(FINALIZE, form()).await.state(), "ERROR");
}

#[tokio::test]
async fn change_status_to_an_unknown_status_fails_and_leaves_the_cycle_open() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "IGNORE").await;
    client.batch("harbour", &tables(&["a1"])).await;
    let form = Form::new()
        .text("finalizationStrategy", "CHANGE_STATUS")
        .text("missingAssetStatusId", "12345678-0000-4000-8000-000000000000");
    assert_eq!(client.ended(FINALIZE, form).await.state(), "ERROR");
    client.finalize("harbour", "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn deprecated_parameters_need_their_content_type() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "IGNORE").await;
    client.batch("harbour", &tables(&["a1"])).await;
    let parameters = json!({"STATUS_ID": MISSING}).to_string();
    let form =
        |part: Part| Form::new().text("finalizationStrategy", "CHANGE_STATUS").part("finalizationParameters", part);

    let plain = client.post(FINALIZE, form(Part::text(parameters.clone()))).await;
    assert_eq!(plain.status(), StatusCode::BAD_REQUEST);
    let part = Part::text(parameters).mime_str("application/json").expect("a content type");
    assert_eq!(client.ended(FINALIZE, form(part)).await.result(), "SUCCESS");
    assert_eq!(client.status("a2").await, "Missing from source");
}

#[tokio::test]
async fn ignore_leaves_missing_assets_alone() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "IGNORE").await;
    let (_, finalize) = client.cycle("harbour", &tables(&["a1"]), "IGNORE").await;
    assert_eq!(finalize.summary["resourceTypes"], json!([]));
    assert_eq!(client.status("a2").await, "Candidate");
}

#[tokio::test]
async fn ignored_asset_is_removed_by_a_later_cycle_unless_the_reading_forgets_it() {
    for (reading, left) in [(IgnoredMembers::StayTracked, vec!["a1"]), (IgnoredMembers::Forgotten, vec!["a1", "a2"])] {
        let client = Client::with_readings(|readings| readings.ignored_members = reading).await;
        client.cycle("harbour", &tables(&["a1", "a2"]), "IGNORE").await;
        client.cycle("harbour", &tables(&["a1"]), "IGNORE").await;
        client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
        assert_eq!(client.names().await, left, "{reading:?}");
    }
}

#[tokio::test]
async fn returned_asset_gets_the_default_status_although_its_command_is_equal() {
    let client = Client::start().await;
    lose_and_return(&client, "CHANGE_STATUS").await;
    assert_eq!(client.status("gone").await, "Candidate");
}

#[tokio::test]
async fn returned_asset_gets_its_previous_status_in_that_reading() {
    let client = Client::with_readings(|readings| readings.restored_status = RestoredStatus::Previous).await;
    lose_and_return(&client, "CHANGE_STATUS").await;
    assert_eq!(client.status("gone").await, "Accepted");
}

#[tokio::test]
async fn returned_asset_keeps_the_missing_status_when_the_cycle_ends_with_ignore() {
    let client = Client::start().await;
    lose_and_return(&client, "IGNORE").await;
    assert_eq!(client.status("gone").await, "Missing from source");
}

#[tokio::test]
async fn asset_missing_for_several_cycles_is_still_restored() {
    let client = Client::with_readings(|readings| readings.restored_status = RestoredStatus::Previous).await;
    let all = with_place(vec![with(table("gone"), json!({"status": {"name": "Accepted"}}))]);
    client.cycle("harbour", &all, "CHANGE_STATUS").await;
    client.cycle("harbour", &tables(&[]), "CHANGE_STATUS").await;
    let (_, again) = client.cycle("harbour", &tables(&[]), "CHANGE_STATUS").await;
    assert_eq!(again.counts("ASSET"), [0, 0, 0], "it has the status already");
    client.cycle("harbour", &all, "CHANGE_STATUS").await;
    assert_eq!(client.status("gone").await, "Accepted");
}

#[tokio::test]
async fn unknown_strategy_and_bad_status_id_are_refused() {
    let client = Client::start().await;
    for form in [
        Form::new().text("finalizationStrategy", "remove_resources"),
        Form::new().text("finalizationStrategy", "XREMOVE_RESOURCESX"),
        Form::new().text("finalizationStrategy", "CHANGE_STATUS").text("missingAssetStatusId", "5066"),
    ] {
        assert_eq!(client.post(FINALIZE, form).await.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn removed_asset_takes_its_mapping_along() {
    let client = Client::start().await;
    client.cycle("harbour", &with_place(vec![mapped_table("a1"), mapped_table("a2")]), "REMOVE_RESOURCES").await;
    let (_, finalize) = client.cycle("harbour", &with_place(vec![mapped_table("a1")]), "REMOVE_RESOURCES").await;
    assert_eq!(finalize.counts("ASSET"), [0, 0, 1]);
    assert_eq!(finalize.counts("MAPPING"), [0, 0, 1]);
    // The pair is free: a command under it creates a new asset and a new mapping.
    let (batch, _) = client.cycle("harbour", &with_place(vec![mapped_table("a2")]), "IGNORE").await;
    assert_eq!((batch.counts("ASSET"), batch.counts("MAPPING")), ([1, 0, 0], [1, 0, 0]));
}

#[tokio::test]
async fn missing_domains_and_communities_are_kept_unless_the_reading_removes_them() {
    for (reading, left) in [(MissingResources::Kept, 1), (MissingResources::Removed, 0)] {
        let client = Client::with_readings(|readings| readings.missing_domains_and_communities = reading).await;
        client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
        let other = json!([{"resourceType": "Community", "identifier": {"name": "Other"}}]);
        let (_, finalize) = client.cycle("harbour", &other, "REMOVE_RESOURCES").await;
        assert!(client.names().await.is_empty(), "{reading:?}");
        assert_eq!(client.get("/domains").await["total"], left, "{reading:?}");
        assert_eq!(client.get("/communities").await["total"], left + 1, "{reading:?}");
        assert_eq!(finalize.counts("DOMAIN")[2], 1 - left, "{reading:?}");
    }
}

#[tokio::test]
async fn missing_domain_that_was_kept_is_tracked_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = |reading| {
        let readings = readings(|readings| readings.missing_domains_and_communities = reading);
        Client::build(Emulator::builder().data_dir(folder.path()).readings(readings))
    };
    let client = server(MissingResources::Kept).await;
    client.cycle("harbour", &tables(&[]), "REMOVE_RESOURCES").await;
    client.cycle("harbour", &json!([community()]), "REMOVE_RESOURCES").await;
    drop(client);
    // A server that does remove missing domains would remove it now if it were still tracked.
    let client = server(MissingResources::Removed).await;
    client.cycle("harbour", &json!([community()]), "REMOVE_RESOURCES").await;
    assert_eq!(client.get("/domains").await["total"], 1);
}

/// A field mapping between three assets.
fn field_mapping() -> Value {
    json!({"resourceType": "Complex Relation",
        "identifier": {"externalSystemId": "tidedb", "externalEntityId": "map-1"},
        "complexRelationType": {"name": "Field Mapping"},
        "relations": {
            "00000000-0000-0000-0000-000000007088:TARGET": [asset_id("from")],
            "00000000-0000-0000-0000-000000007089": [asset_id("to")],
            "00000000-0000-0000-0000-000000007090": [asset_id("how")]}})
}

fn ends() -> Vec<Value> {
    let typed = |name, kind| with(table(name), json!({"type": {"name": kind}}));
    vec![typed("from", "Column"), typed("to", "Column"), typed("how", "Mapping Specification")]
}

#[tokio::test]
async fn missing_complex_relation_is_removed_unless_the_reading_keeps_it() {
    for (reading, removed) in [(MissingResources::Removed, 1), (MissingResources::Kept, 0)] {
        let client = Client::with_readings(|readings| readings.missing_complex_relations = reading).await;
        let mut all = ends();
        all.push(field_mapping());
        client.cycle("harbour", &with_place(all), "REMOVE_RESOURCES").await;
        let (_, finalize) = client.cycle("harbour", &with_place(ends()), "REMOVE_RESOURCES").await;
        assert_eq!(finalize.counts("COMPLEX_RELATION"), [0, 0, removed], "{reading:?}");
        assert_eq!(client.names().await.len(), 3);
    }
}

#[tokio::test]
async fn complex_relation_goes_with_an_asset_at_one_of_its_legs() {
    let client = Client::with_readings(|readings| readings.missing_complex_relations = MissingResources::Kept).await;
    let mut all = ends();
    all.push(field_mapping());
    client.cycle("harbour", &with_place(all), "REMOVE_RESOURCES").await;
    let mut fewer = ends();
    fewer.truncate(2);
    let (_, finalize) = client.cycle("harbour", &with_place(fewer), "REMOVE_RESOURCES").await;
    assert_eq!(finalize.counts("COMPLEX_RELATION"), [0, 0, 1]);
    assert_eq!(finalize.counts("MAPPING"), [0, 0, 1]);
}

#[tokio::test]
async fn missing_mapping_command_removes_the_mapping_alone() {
    let client = Client::start().await;
    let mapping = json!({"resourceType": "Mapping", "asset": asset_id("a1"),
        "identifier": {"externalSystemId": "buoys", "externalEntityId": "B-17"}});
    client.cycle("harbour", &with_place(vec![table("a1"), mapping]), "REMOVE_RESOURCES").await;
    let (_, finalize) = client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_eq!((finalize.counts("MAPPING"), finalize.counts("ASSET")), ([0, 0, 1], [0, 0, 0]));
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn finalize_without_a_batch_treats_all_tracked_as_missing() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    assert_eq!(client.finalize("harbour", "REMOVE_RESOURCES").await.counts("ASSET"), [0, 0, 2]);
    assert!(client.names().await.is_empty());
}

#[tokio::test]
async fn finalize_without_a_batch_fails_or_does_nothing_in_the_other_readings() {
    for (reading, state) in [(FinalizeWithoutCycle::JobError, "ERROR"), (FinalizeWithoutCycle::NoOp, "COMPLETED")] {
        let client = Client::with_readings(|readings| readings.finalize_without_cycle = reading).await;
        client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
        assert_eq!(client.finalize("harbour", "REMOVE_RESOURCES").await.state(), state);
        assert_eq!(client.names().await, ["a1"]);
    }
}

#[tokio::test]
async fn finalize_of_an_unknown_id_does_nothing() {
    let client = Client::start().await;
    client.batch("other", &json!([community()])).await;
    assert_eq!(client.finalize("harbour", "REMOVE_RESOURCES").await.result(), "SUCCESS");
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, json!(false));
}
