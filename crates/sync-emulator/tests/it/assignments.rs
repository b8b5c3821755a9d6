//! Attributes that are assigned, values that are allowed, domains and statuses a type may have.

use serde_json::{Value, json};
use sync_emulator::{Emulator, ModelFile};

use crate::support::{Client, asset_id, community, domain, domain_id, table, tables, with, with_place};

/// Tables have one set of attributes in dictionaries, and a different one in glossaries.
fn seed() -> Value {
    json!({"model": {
        "attributeTypes": [
            {"name": "Tide", "kind": "SINGLE_VALUE_LIST", "allowedValues": ["Ebb", "Flood"]},
            {"name": "Quays", "kind": "MULTI_VALUE_LIST", "allowedValues": ["North", "East"]},
            {"name": "Berths", "kind": "NUMERIC", "integer": true},
            {"name": "Anything", "kind": "SINGLE_VALUE_LIST"},
            {"name": "Verse"}
        ],
        "assignments": [
            {
                "assetType": "Data Structure",
                "domainTypes": ["Physical Data Dictionary"],
                "statuses": ["Accepted", "Candidate"],
                "attributes": [
                    {"type": "Tide", "min": 1, "max": 1}, {"type": "Quays", "max": 1}, {"type": "Berths", "max": 2},
                    {"type": "Anything"}
                ],
                "relations": [{"type": "00000000-0000-0000-0000-000000007042", "direction": "TO_SOURCE"}]
            },
            {"assetType": "Data Structure", "domainTypes": ["Glossary"], "attributes": [{"type": "Verse"}]}
        ]
    }})
}

async fn client() -> Client {
    let seed = ModelFile::from_slice(seed().to_string().as_bytes()).expect("a model");
    Client::with(Emulator::builder().seed(seed)).await
}

#[tokio::test]
async fn attribute_that_is_not_assigned_is_refused() {
    let client = client().await;
    let command = with(table("t1"), json!({"attributes": {"Verse": [{"value": "x"}]}}));
    let ended = client.batch("harbour", &with_place(vec![command])).await;
    assert_eq!(ended.message(), "Attribute type 'Verse' is not assigned to asset type 'Table'.");
    assert_eq!(ended.errors[0]["resourceType"], "ATTRIBUTE", "{:?}", ended.errors);
}

#[tokio::test]
async fn values_have_to_be_allowed_whole_and_few_enough() {
    for (attributes, message) in [
        (json!({"Tide": [{"value": "ebb"}]}), "'ebb' is not an allowed value of 'Tide'."),
        (json!({"Quays": [{"values": ["North", "South"]}]}), "'South' is not an allowed value of 'Quays'."),
        (json!({"Berths": [{"value": "1.5"}]}), "'1.5' is not a whole number for 'Berths'."),
        (
            json!({"Berths": [{"value": "1"}, {"value": "2"}, {"value": "3"}]}),
            "Assets of type 'Table' have at most 2 of 'Berths', not 3.",
        ),
    ] {
        let client = client().await;
        let command = with(table("t1"), json!({ "attributes": attributes }));
        assert_eq!(client.batch("harbour", &with_place(vec![command])).await.message(), message);
    }
    let client = client().await;
    let attributes = json!({
        "Tide": [{"value": "Ebb"}], "Quays": [{"values": ["North", "East"]}],
        "Berths": [{"value": "4"}, {"value": "5.0"}], "Anything": [{"value": "goes"}, {"value": "really"}]
    });
    let command = with(table("t1"), json!({ "attributes": attributes }));
    let ended = client.batch("harbour", &with_place(vec![command])).await;
    assert_eq!((ended.result(), ended.counts("ATTRIBUTE")), ("SUCCESS", [6, 0, 0]), "{:?}", ended.errors);
}

#[tokio::test]
async fn domain_and_status_follow_from_the_assignments() {
    let client = client().await;
    client.batch("harbour", &tables(&["t1"])).await;
    assert_eq!(client.status("t1").await, "Accepted", "the first of the assignment, not that of the type");

    let glossary = json!({"name": "Words", "community": {"name": "Harbour"}});
    let commands = json!([
        {"resourceType": "Community", "identifier": {"name": "Harbour"}},
        {"resourceType": "Domain", "identifier": glossary, "type": {"name": "Glossary"}},
        {"resourceType": "Asset", "identifier": {"name": "w1", "domain": glossary}, "type": {"name": "Table"}},
    ]);
    client.batch("words", &commands).await;
    assert_eq!(client.status("w1").await, "Candidate", "that of the type: its assignment for glossaries names none");

    let command = with(table("t1"), json!({"status": {"name": "Obsolete"}}));
    let ended = client.batch("harbour", &with_place(vec![command])).await;
    assert_eq!(ended.message(), "Status 'Obsolete' is not allowed for asset type 'Table'.");

    let mut elsewhere = domain();
    elsewhere["type"]["name"] = "Report Catalog".into();
    elsewhere["identifier"]["name"] = "Reports".into();
    let mut command = table("t2");
    command["identifier"]["domain"]["name"] = "Reports".into();
    let ended = client.batch("harbour", &json!([community(), elsewhere, command])).await;
    assert_eq!(ended.message(), "Asset type 'Table' is not allowed in domains of type 'Report Catalog'.");
}

#[tokio::test]
async fn the_assignment_of_the_domain_holds() {
    let client = client().await;
    let mut verses = domain();
    verses["type"]["name"] = "Glossary".into();
    let verse = json!({"attributes": {"Verse": [{"value": "a"}, {"value": "b"}]}, "status": {"name": "Obsolete"}});
    let ended = client.batch("harbour", &json!([community(), verses, with(table("t1"), verse)])).await;
    assert_eq!(ended.result(), "SUCCESS", "{:?}", ended.errors);
    let tide = with(table("t1"), json!({"attributes": {"Tide": [{"value": "Ebb"}]}}));
    let ended = client.batch("harbour", &json!([tide])).await;
    assert_eq!(ended.message(), "Attribute type 'Tide' is not assigned to asset type 'Table'.");
}

#[tokio::test]
async fn without_assignments_everything_is_allowed() {
    let client = client().await;
    let column = json!({"resourceType": "Asset", "identifier": asset_id("c1"), "domain": domain_id(), "type": {"name": "Column"},
        "attributes": {"Verse": [{"value": "a"}]}, "status": {"name": "Obsolete"}});
    let ended = client.batch("harbour", &with_place(vec![column])).await;
    assert_eq!(ended.result(), "SUCCESS", "{:?}", ended.errors);
}

#[tokio::test]
async fn assignment_of_something_unknown_is_refused_at_start() {
    for (part, unknown) in [
        (json!({"assetType": "Boat"}), "Boat"),
        (json!({"assetType": "Table", "domainTypes": ["Sea"]}), "Sea"),
        (json!({"assetType": "Table", "statuses": ["Afloat"]}), "Afloat"),
        (json!({"assetType": "Table", "attributes": [{"type": "Depth"}]}), "Depth"),
        (json!({"assetType": "Table", "relations": [{"type": "a:b:c:d"}]}), "a:b:c:d"),
    ] {
        let seed = ModelFile::from_slice(json!({"assignments": [part]}).to_string().as_bytes()).expect("a model");
        let error = Emulator::builder().seed(seed).start().await.expect_err("it refers to nothing");
        let mut texts = vec![error.to_string()];
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            texts.push(inner.to_string());
            cause = inner.source();
        }
        assert!(texts.iter().any(|text| text.contains(unknown)), "{texts:?}");
    }
}
