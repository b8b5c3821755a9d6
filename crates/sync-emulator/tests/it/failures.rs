//! Commands that fail: what is undone, what stays, what is said.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sync_emulator::{Emulator, FailedCommands, IndexBase, Profile};

use crate::support::{Client, asset_id, file, readings, strict, table, tables, with, with_place};

const BATCH: &str = "/import/synchronize/harbour/batch/json-job";

fn bad(name: &str) -> Value {
    with(table(name), json!({"type": {"name": "No such type"}}))
}

#[tokio::test]
async fn one_bad_command_undoes_the_whole_job() {
    let client = Client::start().await;
    let ended = client.batch("harbour", &with_place(vec![table("a1"), bad("a2"), table("a3")])).await;
    assert_eq!((ended.state(), ended.result()), ("ERROR", "FAILURE"));
    assert_eq!(ended.summary["importJobState"], "FAILED");
    assert_eq!(ended.summary["resourceTypes"], json!([]));
    assert_eq!(ended.summary["errorsCount"], 1);
    for list in ["/assets", "/domains", "/communities"] {
        assert_eq!(client.get(list).await["total"], 0, "{list}");
    }
}

#[tokio::test]
async fn commands_of_a_rolled_back_batch_are_not_seen_and_not_remembered() {
    let client = Client::start().await;
    let changed = with(table("a2"), json!({"displayName": "changed"}));
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    client.batch("harbour", &tables(&["a1"])).await;
    assert_eq!(client.batch("harbour", &json!([changed, bad("x")])).await.state(), "ERROR");
    // The rolled back command must not pass for one that was executed.
    let again = client.batch("harbour", &json!([changed])).await;
    assert_eq!(again.counts("ASSET"), [0, 1, 0]);

    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    client.batch("harbour", &tables(&["a1"])).await;
    assert_eq!(client.batch("harbour", &json!([table("a2"), bad("x")])).await.state(), "ERROR");
    client.finalize("harbour", "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn bad_commands_are_skipped_and_good_ones_stay() {
    let client = Client::start().await;
    let ended = client.lenient_batch("harbour", &with_place(vec![table("a1"), bad("a2"), table("a3")])).await;
    assert_eq!((ended.state(), ended.result()), ("COMPLETED", "COMPLETED_WITH_ERROR"));
    assert_eq!(ended.summary["importJobState"], "COMPLETED_WITH_ERRORS");
    assert_eq!(ended.summary["errorsCount"], 1);
    assert_eq!(client.names().await, ["a1", "a3"]);
}

#[tokio::test]
async fn job_in_which_every_command_fails_is_still_completed_with_error() {
    let client = Client::start().await;
    let ended = client.lenient_batch("harbour", &json!([bad("a1"), bad("a2")])).await;
    assert_eq!((ended.state(), ended.result()), ("COMPLETED", "COMPLETED_WITH_ERROR"));
    assert_eq!(ended.errors.len(), 2);
}

#[tokio::test]
async fn hundredth_failed_command_aborts_and_what_came_before_stays() {
    let client = Client::start().await;
    let mut commands = vec![table("before")];
    commands.extend((0..100).map(|number| bad(&format!("b{number}"))));
    commands.push(table("after"));
    let ended = client.lenient_batch("harbour", &with_place(commands)).await;
    assert_eq!((ended.state(), ended.result()), ("COMPLETED", "ABORTED"));
    assert_eq!(ended.summary["importJobState"], "ABORTED");
    assert_eq!(ended.errors.len(), 100);
    assert_eq!(client.names().await, ["before"]);
}

#[tokio::test]
async fn threshold_can_be_set() {
    let client = Client::with(Emulator::builder().failed_commands_limit(2)).await;
    let commands = with_place(vec![bad("b1"), table("a1"), bad("b2"), table("a2")]);
    assert_eq!(client.lenient_batch("harbour", &commands).await.result(), "ABORTED");
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn command_with_one_bad_relation_is_skipped_entirely() {
    let client = Client::start().await;
    let column = json!({"resourceType": "Asset", "identifier": asset_id("column"), "type": {"name": "Column"},
        "attributes": {"Description": [{"value": "lost"}]}, "tags": ["lost"],
        "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [asset_id("a1"), asset_id("nowhere")]}});
    let ended = client.lenient_batch("harbour", &with_place(vec![table("a1"), column])).await;
    assert_eq!(client.names().await, ["a1"]);
    assert_eq!(ended.errors[0]["resourceType"], "RELATION");
    assert_eq!((ended.counts("ATTRIBUTE"), ended.counts("RELATION")), ([0, 0, 0], [0, 0, 0]));
}

#[tokio::test]
async fn failed_update_leaves_the_asset_as_it_was() {
    let client = Client::start().await;
    let whole = with(table("a1"), json!({"displayName": "old", "attributes": {"Description": [{"value": "old"}]}}));
    client.batch("harbour", &with_place(vec![whole])).await;
    let half = with(
        table("a1"),
        json!({"displayName": "new", "attributes":
        {"Description": [{"value": "new"}], "Column Position": [{"value": "not a number"}]}}),
    );
    assert_eq!(client.lenient_batch("harbour", &json!([half])).await.result(), "COMPLETED_WITH_ERROR");
    assert_eq!(client.asset("a1").await["displayName"], "old");
    assert_eq!(client.attributes("a1").await, [("Description".to_owned(), json!("old"))]);
}

#[tokio::test]
async fn continue_on_error_left_out_follows_the_profile() {
    let commands = with_place(vec![table("a1"), bad("a2")]);
    for (profile, result) in [(Profile::BeforeV2026_07, "FAILURE"), (Profile::V2026_07, "COMPLETED_WITH_ERROR")] {
        let client = Client::with(Emulator::builder().profile(profile)).await;
        assert_eq!(client.ended(BATCH, file(&commands)).await.result(), result, "{profile}");
    }
    let client = Client::start().await;
    assert_eq!(client.ended(BATCH, file(&commands)).await.result(), "COMPLETED_WITH_ERROR", "the default profile");
}

#[tokio::test]
async fn failed_command_of_a_partial_batch_is_missing_unless_the_reading_sees_it() {
    for (reading, left) in [(FailedCommands::NotSeen, vec!["a1"]), (FailedCommands::Seen, vec!["a1", "a2"])] {
        let client = Client::with_readings(|readings| readings.failed_commands = reading).await;
        client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
        client.lenient_batch("harbour", &with_place(vec![table("a1"), bad("a2")])).await;
        client.finalize("harbour", "REMOVE_RESOURCES").await;
        assert_eq!(client.names().await, left, "{reading:?}");
    }
}

#[tokio::test]
async fn simulation_is_ignored_and_the_work_is_done() {
    let client = Client::start().await;
    let form = strict(&tables(&["a1"])).text("simulation", "true");
    assert_eq!(client.ended(BATCH, form).await.result(), "SUCCESS");
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn error_names_the_command_by_index_and_identifier() {
    let client = Client::start().await;
    let ended = client.lenient_batch("harbour", &with_place(vec![table("a1"), bad("a2")])).await;
    assert_eq!(
        ended.errors,
        [json!({"errorType": "VALIDATION", "resourceType": "ASSET",
            "errorMessage": "Asset type 'No such type' does not exist.",
            "command": {"indices": [3], "identifier": "a2"}})]
    );
}

#[tokio::test]
async fn indices_count_from_one_in_that_reading() {
    let client = Client::with_readings(|readings| readings.index_base = IndexBase::One).await;
    let ended = client.batch("harbour", &json!([bad("a1")])).await;
    assert_eq!(ended.errors[0]["command"]["indices"], json!([1]));
}

#[tokio::test]
async fn rolled_back_job_hides_its_error_in_that_reading() {
    let client = Client::with_readings(|readings| readings.rolled_back_error_listed = false).await;
    let ended = client.batch("harbour", &json!([bad("a1")])).await;
    assert!(ended.errors.is_empty());
    assert_eq!(ended.summary["errorsCount"], 1);
}

#[tokio::test]
async fn summary_looks_like_the_sample_of_the_guide_in_that_reading() {
    let client = Client::with_readings(|readings| readings.sample_counters = true).await;
    let ended = client.lenient_batch("harbour", &with_place(vec![table("a1"), bad("a2")])).await;
    let kinds = ended.summary["resourceTypes"].as_array().expect("a list");
    let of = |kind: &str| kinds.iter().find(|entry| entry["resourceType"] == kind).expect("the kind");
    assert_eq!(of("ASSET")["counters"], json!({"added": 1, "updated": 0, "removed": 0, "failed": 1}));
    assert_eq!(of("DOMAIN")["subcategories"], Value::Null);
}

#[tokio::test]
async fn file_that_is_no_array_of_commands_fails_the_job() {
    let client = Client::start().await;
    for text in ["", "{}", "[{]", "[1, 2]", "nonsense", "[{\"resourceType\": \"Community\""] {
        let form = Form::new().part("file", Part::text(text)).text("continueOnError", "false");
        let ended = client.ended(BATCH, form).await;
        assert_eq!((ended.state(), ended.result()), ("ERROR", "FAILURE"), "{text:?}");
        assert!(ended.message().starts_with("Input file is not a JSON array"), "{}", ended.message());
        assert!(ended.errors[0].get("command").is_none());
    }
    assert_eq!(client.get("/communities").await["total"], 0);
}

#[tokio::test]
async fn commands_before_the_broken_place_are_undone_as_well() {
    let client = Client::start().await;
    let text = r#"[{"resourceType": "Community", "identifier": {"name": "Port"}}, {"resourceType": "#;
    let form = Form::new().part("file", Part::text(text)).text("continueOnError", "false");
    assert_eq!(client.ended(BATCH, form).await.state(), "ERROR");
    assert_eq!(client.get("/communities").await["total"], 0);
}

#[tokio::test]
async fn command_that_cannot_be_read_is_one_failed_command() {
    let client = Client::start().await;
    let commands = json!([{"resourceType": "User", "identifier": {"name": "x"}}, {"identifier": {"name": "x"}},
        {"resourceType": "Community"}, {"resourceType": "Community", "identifier": {"name": "Port", "id": "1"}},
        {"resourceType": "Community", "identifier": {"name": "Port"}}]);
    let ended = client.lenient_batch("harbour", &commands).await;
    let indices: Vec<_> = ended.errors.iter().map(|error| error["command"]["indices"][0].clone()).collect();
    assert_eq!(indices, [json!(0), json!(1), json!(2), json!(3)]);
    assert_eq!(client.get("/communities").await["total"], 1);
}

#[tokio::test]
async fn empty_array_opens_a_cycle_in_which_nothing_is_seen() {
    let client = Client::build(Emulator::builder().readings(readings(|_| {}))).await;
    client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_eq!(client.batch("harbour", &json!([])).await.result(), "SUCCESS");
    assert_eq!(client.finalize("harbour", "REMOVE_RESOURCES").await.counts("ASSET"), [0, 0, 1]);
}

#[tokio::test]
async fn summary_of_a_file_that_breaks_off_counts_what_is_left_of_it() {
    let client = Client::start().await;
    let whole = tables(&["a1", "a2"]).to_string();
    let broken = whole.replace(']', ", {");
    let form = Form::new().part("file", Part::text(broken)).text("continueOnError", "false");
    let ended = client.ended(BATCH, form).await;
    assert_eq!((ended.state(), ended.counts("ASSET")), ("ERROR", [0, 0, 0]));

    let names: Vec<String> = (0..1200).map(|number| format!("b{number}")).collect();
    let many = with_place(names.iter().map(|name| table(name)).collect()).to_string();
    let broken = format!("{}, {{", many.trim_end_matches(']'));
    let form = Form::new().part("file", Part::text(broken)).text("continueOnError", "true");
    let ended = client.ended(BATCH, form).await;
    assert_eq!(ended.state(), "ERROR");
    let total = client.get("/assets?limit=1").await["total"].as_u64().expect("a count");
    assert!(total > 0, "small transactions that were committed stay");
    assert_eq!(ended.counts("ASSET"), [total, 0, 0]);
}
