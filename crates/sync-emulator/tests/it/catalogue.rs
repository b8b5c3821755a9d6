//! Looking at the outcome.

use serde_json::json;

use crate::support::{Client, id, table, tables, with, with_place};

#[tokio::test]
async fn assets_are_found_by_name_domain_and_page() {
    let client = Client::start().await;
    client.batch("harbour", &tables(&["tide_level", "tide_time", "WAVE_LEVEL", "100%"])).await;
    let names = async |query: &str| {
        let page = client.get(&format!("/assets?{query}")).await;
        let names = page["results"].as_array().expect("a list");
        names.iter().map(|asset| asset["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("name=LEVEL").await, ["WAVE_LEVEL", "tide_level"]);
    assert_eq!(names("name=tide&nameMatchMode=START").await, ["tide_level", "tide_time"]);
    assert_eq!(names("name=level&nameMatchMode=END").await, ["WAVE_LEVEL", "tide_level"]);
    assert_eq!(names("name=tide_level&nameMatchMode=EXACT").await, ["tide_level"]);
    assert_eq!(names("name=Tide_Level&nameMatchMode=EXACT").await, [""; 0]);
    assert_eq!(names("name=%25").await, ["100%"], "wildcards of the database mean themselves");
    assert_eq!(names("name=e_l").await, ["WAVE_LEVEL", "tide_level"]);

    let domain = id(&client.get("/domains").await["results"][0]);
    assert_eq!(names(&format!("domainId={domain}&offset=1&limit=2")).await, ["WAVE_LEVEL", "tide_level"]);
    assert_eq!(names("domainId=12345678-0000-4000-8000-000000000000").await, [""; 0]);
    let page = client.get("/assets?offset=3&limit=2").await;
    assert_eq!((&page["total"], &page["offset"], &page["limit"]), (&json!(4), &json!(3), &json!(2)));
    assert_eq!(page["results"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn resources_have_the_shape_of_the_core_api() {
    let client = Client::start().await;
    client
        .batch("harbour", &with_place(vec![with(table("t1"), json!({"attributes": {"Note": [{"value": "n"}]}}))]))
        .await;
    let asset = client.asset("t1").await;
    assert_eq!(asset["resourceType"], "Asset");
    assert_eq!(
        asset["type"],
        json!({"id": "00000000-0000-0000-0000-000000031007", "resourceType": "AssetType", "name": "Table"})
    );
    assert_eq!(asset["status"]["resourceType"], "Status");
    assert_eq!((&asset["domain"]["resourceType"], &asset["domain"]["name"]), (&json!("Domain"), &json!("Tides")));
    assert!(asset["createdOn"].as_i64() > Some(1_600_000_000_000));
    assert_eq!(asset["createdBy"], client.get("/jobs").await["results"][0]["userId"]);
    assert_eq!(client.get(&format!("/assets/{}", id(&asset))).await, asset);

    let attribute = client.get(&format!("/attributes?assetId={}", id(&asset))).await["results"][0].clone();
    assert_eq!(attribute["resourceType"], "StringAttribute");
    assert_eq!(
        (&attribute["type"]["resourceType"], &attribute["type"]["name"]),
        (&json!("StringAttributeType"), &json!("Note"))
    );
    assert_eq!(attribute["asset"]["id"], asset["id"]);
    let domain = client.get("/domains").await["results"][0].clone();
    assert_eq!(domain["type"]["resourceType"], "DomainType");
    assert_eq!(domain["community"]["resourceType"], "Community");
    let community = client.get("/communities").await["results"][0].clone();
    assert_eq!(community["resourceType"], "Community");
    let by_community = client.get(&format!("/domains?communityId={}", id(&community))).await;
    assert_eq!(by_community["total"], 1);
}

#[tokio::test]
async fn id_of_another_kind_is_no_asset() {
    let client = Client::start().await;
    client.batch("harbour", &tables(&["t1"])).await;
    let domain = id(&client.get("/domains").await["results"][0]);
    assert_eq!(client.get_status(&format!("/assets/{domain}")).await, 404);
}
