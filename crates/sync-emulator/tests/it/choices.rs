//! Readings of questions about commands and requests, each in all its choices.

use serde_json::{Value, json};
use sync_emulator::{AttributesAction, EmptyValues, NameCase, NullMembers, Readings, UnknownSynchronization};

use crate::support::{Client, community, domain, strict, table, tables, with, with_place};

const BATCH: &str = "/import/synchronize/harbour/batch/json-job";

#[tokio::test]
async fn null_is_absent_unless_the_reading_refuses_it() {
    let commands = with_place(vec![with(table("a1"), json!({"displayName": null, "tags": ["null"]}))]);
    for (reading, result) in [(NullMembers::Absent, "SUCCESS"), (NullMembers::Refused, "FAILURE")] {
        let client = Client::with_readings(|readings| readings.null_members = reading).await;
        let ended = client.batch("harbour", &commands).await;
        assert_eq!(ended.result(), result, "{reading:?}");
        if reading == NullMembers::Refused {
            assert_eq!(ended.errors[0]["command"]["indices"], json!([2]));
            let word = with_place(vec![with(table("a1"), json!({"displayName": "null and void"}))]);
            assert_eq!(client.batch("harbour", &word).await.result(), "SUCCESS");
        } else {
            assert_eq!(client.asset("a1").await["displayName"], "a1");
        }
    }
}

#[tokio::test]
async fn empty_value_is_stored_removed_or_refused() {
    let note = |value: &str| with(table("a1"), json!({"attributes": {"Note": [{"value": value}]}}));
    for (reading, result, left) in [
        (EmptyValues::Stored, "SUCCESS", vec![json!("")]),
        (EmptyValues::Removed, "SUCCESS", vec![]),
        (EmptyValues::Refused, "FAILURE", vec![json!("before")]),
    ] {
        let client = Client::with_readings(|readings| readings.empty_values = reading).await;
        client.batch("harbour", &with_place(vec![note("before")])).await;
        assert_eq!(client.batch("harbour", &json!([note("")])).await.result(), result, "{reading:?}");
        let values: Vec<Value> = client.attributes("a1").await.into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, left, "{reading:?}");
    }
}

#[tokio::test]
async fn names_that_differ_in_case_are_the_same_in_that_reading_alone() {
    for (reading, count) in [(NameCase::Exact, 2), (NameCase::Ignored, 1)] {
        let client = Client::with_readings(|readings| readings.name_case = reading).await;
        client.batch("harbour", &json!([community(), domain(), table("Readings")])).await;
        let port = json!({"resourceType": "Community", "identifier": {"name": "PORT"}});
        let place = json!({"name": "TIDES", "community": {"name": "PORT"}});
        let domain =
            json!({"resourceType": "Domain", "identifier": place, "type": {"name": "Physical Data Dictionary"}});
        let asset = json!({"resourceType": "Asset", "identifier": {"name": "readings", "domain": place},
            "type": {"name": "Table"}});
        assert_eq!(client.batch("harbour", &json!([port, domain, asset])).await.result(), "SUCCESS");
        for path in ["/communities", "/domains", "/assets"] {
            assert_eq!(client.get(path).await["total"], count, "{path} {reading:?}");
        }
        if reading == NameCase::Ignored {
            let asset = client.asset("Readings").await;
            let renamed = json!({"resourceType": "Asset", "identifier": {"id": asset["id"]}, "name": "READINGS"});
            assert_eq!(client.batch("harbour", &json!([renamed])).await.result(), "SUCCESS");
            assert_eq!(client.names().await, ["READINGS"]);
        }
    }
}

#[tokio::test]
async fn attributes_action_counts_in_that_reading_alone() {
    let note = |values: &[&str]| {
        let values: Vec<Value> = values.iter().map(|value| json!({"value": value})).collect();
        json!([with(table("a1"), json!({"attributes": {"Note": values}}))])
    };
    for (reading, left) in
        [(AttributesAction::Ignored, vec!["b", "c"]), (AttributesAction::Applied, vec!["a", "b", "c"])]
    {
        let client = Client::with_readings(|readings| readings.attributes_action = reading).await;
        client.batch("harbour", &tables(&["a1"])).await;
        client.batch("harbour", &note(&["a", "b"])).await;
        let form = strict(&note(&["b", "c"])).text("attributesAction", "ADD_OR_IGNORE");
        client.ended(BATCH, form).await;
        let mut values: Vec<Value> = client.attributes("a1").await.into_iter().map(|(_, value)| value).collect();
        values.sort_by_key(Value::to_string);
        assert_eq!(values, left, "{reading:?}");
        let form = strict(&note(&["b"])).text("attributesAction", "NONSENSE");
        let status = client.post(BATCH, form).await.status();
        assert_eq!(status == 400, reading == AttributesAction::Applied);
    }
}

#[tokio::test]
async fn evict_and_remove_of_an_unknown_id_answer_as_the_reading_says() {
    for (reading, status) in [(UnknownSynchronization::NoContent, 204), (UnknownSynchronization::NotFound, 404)] {
        let client = Client::with_readings(|readings| readings.unknown_synchronization = reading).await;
        for path in ["/import/synchronize/nobody/evict", "/import/synchronize/nobody"] {
            assert_eq!(client.delete(path).await, status, "{path} {reading:?}");
        }
        client.batch("harbour", &tables(&[])).await;
        assert_eq!(client.delete("/import/synchronize/harbour").await, 204);
    }
}

#[test]
fn readings_are_written_and_read_as_json() {
    let readings: Readings = serde_json::from_value(json!({
        "jobsApi": "newer-only", "missingJobsApi": "not-found", "olderCancel": "by-version", "jobOrder": "racing",
        "concurrentAssets": "serialized", "canceledWork": "kept", "nullMembers": "refused", "emptyValues": "removed",
        "nameCase": "ignored", "urlEncodedForm": "accepted", "csrfToken": "ignored", "fileAndFileId": "job-error"
    }))
    .expect("readings");
    assert_eq!(readings.name_case, NameCase::Ignored);
    let again: Readings = serde_json::from_str(&serde_json::to_string(&readings).expect("JSON")).expect("readings");
    assert_eq!(again, readings);
    assert!(serde_json::from_value::<Readings>(json!({"nameCases": "ignored"})).is_err());
}
