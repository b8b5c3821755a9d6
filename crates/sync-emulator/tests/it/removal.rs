//! Deleting by hand.

use http::StatusCode;
use serde_json::json;

use crate::support::{Client, community, domain, id, mapped_table, table, tables, with, with_place};

#[tokio::test]
async fn deleted_community_takes_along_all_it_holds() {
    let client = Client::start().await;
    client.batch("other", &json!([{"resourceType": "Community", "identifier": {"name": "Shipyard"}}])).await;
    client.batch("harbour", &with_place(vec![table("a1"), table("a2")])).await;
    let inner = json!({"resourceType": "Community", "identifier": {"name": "Pilots"}, "parent": {"name": "Port"}});
    let boats = with(domain(), json!({"identifier": {"name": "Boats", "community": {"name": "Pilots"}}}));
    client.batch("harbour", &json!([inner, boats])).await;

    let port = id(&client.get("/communities?name=Port&nameMatchMode=EXACT").await["results"][0]);
    assert_eq!(client.delete(&format!("/communities/{port}")).await, StatusCode::NO_CONTENT);
    let left = client.get("/communities").await;
    assert_eq!((&left["total"], &left["results"][0]["name"]), (&json!(1), &json!("Shipyard")));
    for list in ["/domains", "/assets"] {
        assert_eq!(client.get(list).await["total"], 0, "{list}");
    }
    assert_eq!(client.delete(&format!("/communities/{port}")).await, StatusCode::NOT_FOUND);
    assert_eq!(client.delete("/communities/nonsense").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_was_deleted_by_hand_is_made_again_by_its_equal_command() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1", "a2"]), "REMOVE_RESOURCES").await;
    let port = id(&client.get("/communities").await["results"][0]);
    client.delete(&format!("/communities/{port}")).await;
    let (_, finalize) = client.cycle("harbour", &tables(&["a1"]), "REMOVE_RESOURCES").await;
    assert_eq!(client.names().await, ["a1"]);
    assert_eq!(finalize.counts("ASSET"), [0, 0, 0], "the missing asset was gone already");
}

#[tokio::test]
async fn mapping_of_a_deleted_asset_stays_with_nothing_at_its_other_end_until_it_is_deleted_itself() {
    const PAIR: &str = "/mappings/externalSystem/tidedb/externalEntity/a1";
    let client = Client::start().await;
    client.batch("harbour", &with_place(vec![mapped_table("a1")])).await;
    assert!(client.get(PAIR).await["mappedResource"]["id"].is_string());
    let port = id(&client.get("/communities").await["results"][0]);
    client.delete(&format!("/communities/{port}")).await;
    assert!(client.get(PAIR).await.get("mappedResource").is_none());

    for _ in 0..2 {
        assert_eq!(client.delete(PAIR).await, StatusCode::NO_CONTENT);
        assert_eq!(client.get_status(PAIR).await, StatusCode::NOT_FOUND);
    }
    client.batch("harbour", &json!([community()])).await;
    assert_eq!(client.get("/communities").await["total"], 1);
}
