//! Looking at mappings, and at single resources and tags.

use http::StatusCode;
use serde_json::json;

use crate::support::{Client, id, mapped_table, with, with_place};

#[tokio::test]
async fn mappings_are_found_by_id_pair_resource_and_system() {
    let client = Client::start().await;
    let mapping = json!({"resourceType": "Mapping", "identifier": {"externalSystemId": "a/b", "externalEntityId": "1%"},
        "asset": {"externalSystemId": "tidedb", "externalEntityId": "t1"}, "extEntityUrl": "https://example.com/1",
        "description": "first"});
    client.batch("harbour", &with_place(vec![mapped_table("t1"), mapped_table("t2"), mapping])).await;

    let list = client.get("/mappings?externalSystemId=tidedb&mappedResourceType=Asset").await;
    let entities: Vec<_> = list["results"].as_array().expect("a list").iter().map(|m| &m["externalEntityId"]).collect();
    assert_eq!(entities, ["t1", "t2"]);
    assert_eq!(client.get("/mappings?mappedResourceType=Domain").await["total"], 0);

    let found = client.get("/mappings/externalSystem/a%2Fb/externalEntity/1%25").await;
    let asset = client.asset("t1").await;
    assert_eq!(found["mappedResource"], json!({"id": asset["id"], "resourceType": "Asset", "name": "t1"}));
    assert_eq!(
        (&found["externalEntityUrl"], &found["description"]),
        (&json!("https://example.com/1"), &json!("first"))
    );
    assert!(found["lastSyncDate"].is_i64(), "{found}");
    assert_eq!(client.get(&format!("/mappings/{}", id(&found))).await, found);
    assert_eq!(client.get(&format!("/mappings/externalSystem/a%2Fb/mappedResource/{}", id(&asset))).await, found);
    for absent in ["externalSystem/tidedb/externalEntity/1%25".to_owned(), id(&asset)] {
        assert_eq!(client.get_status(&format!("/mappings/{absent}")).await, StatusCode::NOT_FOUND, "{absent}");
    }
    assert_eq!(client.get_status("/mappings?mappedResourceType=Tag").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn communities_domains_and_tags_are_found_by_id() {
    let client = Client::start().await;
    client.batch("harbour", &with_place(vec![with(mapped_table("t1"), json!({"tags": ["wet", "deep"]}))])).await;
    for list in ["/communities", "/domains"] {
        let first = client.get(list).await["results"][0].clone();
        assert_eq!(client.get(&format!("{list}/{}", id(&first))).await, first);
        let absent = format!("{list}/{}", id(&client.asset("t1").await));
        assert_eq!(client.get_status(&absent).await, StatusCode::NOT_FOUND);
    }
    let tags = client.get(&format!("/assets/{}/tags", id(&client.asset("t1").await))).await;
    let names: Vec<_> = tags.as_array().expect("a list").iter().map(|tag| &tag["name"]).collect();
    assert_eq!(names, ["deep", "wet"]);
    let absent = "/assets/12345678-0000-4000-8000-000000000000/tags";
    assert_eq!(client.get_status(absent).await, StatusCode::BAD_REQUEST);
}
