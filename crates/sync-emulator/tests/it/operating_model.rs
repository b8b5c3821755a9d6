//! Looking at the operating model.

use http::StatusCode;
use serde_json::{Value, json};
use sync_emulator::{Emulator, ModelFile};

use crate::support::{Client, community, domain, id, with_place};

const SEED: &str = r#"{"model": {
    "assetTypes": [{"id": "12345678-0000-4000-8000-000000000001", "publicId": "Buoy", "name": "Buoy", "parent": "Data Structure"}],
    "attributeTypes": [
        {"name": "Tide", "kind": "SINGLE_VALUE_LIST", "allowedValues": ["Ebb", "Flood"]},
        {"name": "Berths", "kind": "NUMERIC", "integer": true}
    ],
    "relationTypes": [{"publicId": "BuoyMarksTable", "source": "Buoy", "role": "marks", "coRole": "is marked by", "target": "Table"}],
    "assignments": [
        {"assetType": "Buoy", "domainTypes": ["Glossary"], "statuses": ["Accepted", "Candidate"],
         "attributes": [{"type": "Tide", "min": 1, "max": 1}, {"type": "Berths"}],
         "relations": [{"type": "Buoy:marks:is marked by:Table", "direction": "TO_TARGET", "max": 3}]},
        {"assetType": "12345678-0000-4000-8000-000000000001"}
    ]
}}"#;

async fn client() -> Client {
    let seed = ModelFile::from_slice(SEED.as_bytes()).expect("a model");
    Client::with(Emulator::builder().seed(seed)).await
}

fn named<'v>(page: &'v Value, name: &str) -> &'v Value {
    let results = page["results"].as_array().expect("a list");
    results.iter().find(|entry| entry["name"] == name).expect("an entry of this name")
}

#[tokio::test]
async fn lists_have_pages_and_entries_are_found_by_id() {
    let client = client().await;
    let lists =
        ["assetTypes", "domainTypes", "attributeTypes", "relationTypes", "complexRelationTypes", "statuses", "roles"];
    for list in lists {
        let all = client.get(&format!("/{list}")).await;
        let entries = all["results"].as_array().expect("a list");
        assert_eq!(all["total"], entries.len(), "{list}");
        assert!(entries.len() > 2, "{list}");
        let page = client.get(&format!("/{list}?offset=1&limit=1")).await;
        assert_eq!(page["results"], json!([entries[1]]), "{list}");
        assert_eq!(client.get(&format!("/{list}/{}", id(&entries[0]))).await, entries[0]);
        let unknown = format!("/{list}/12345678-0000-4000-8000-00000000ffff");
        assert_eq!(client.get_status(&unknown).await, StatusCode::NOT_FOUND, "{list}");
        assert_eq!(client.get_status(&format!("/{list}/buoy")).await, StatusCode::BAD_REQUEST, "{list}");
        let found = client.get(&format!("/{list}?name=no+such+name")).await;
        assert_eq!(found["total"], 0, "{list}");
    }
    let found = client.get("/assetTypes?name=uoY").await;
    assert_eq!(found["total"], 1);
    let found = client.get("/assetTypes?name=buoy&nameMatchMode=EXACT").await;
    assert_eq!(found["total"], 0);
    assert_eq!(client.get("/assetTypes/publicId/Buoy").await["name"], "Buoy");
    assert_eq!(client.get("/attributeTypes/name/Tide").await["name"], "Tide");
    assert_eq!(client.get("/statuses/name/Missing%20from%20source").await["name"], "Missing from source");
}

#[tokio::test]
async fn entries_have_the_shape_of_the_core_api() {
    let client = client().await;
    let types = client.get("/assetTypes").await;
    let buoy = named(&types, "Buoy");
    assert_eq!((&buoy["resourceType"], &buoy["publicId"]), (&json!("AssetType"), &json!("Buoy")));
    assert_eq!(
        (&buoy["parent"]["name"], &buoy["parent"]["resourceType"]),
        (&json!("Data Structure"), &json!("AssetType"))
    );
    assert_eq!((&buoy["system"], &named(&types, "Table")["system"]), (&json!(false), &json!(true)));

    let types = client.get("/attributeTypes").await;
    let tide = named(&types, "Tide");
    assert_eq!(tide["resourceType"], "SingleValueListAttributeType");
    assert_eq!(tide["allowedValues"], json!(["Ebb", "Flood"]));
    let berths = named(&types, "Berths");
    assert_eq!((&berths["resourceType"], &berths["isInteger"]), (&json!("NumericAttributeType"), &json!(true)));

    let types = client.get("/relationTypes").await;
    let marks = types["results"].as_array().expect("a list").iter().find(|entry| entry["publicId"] == "BuoyMarksTable");
    let marks = marks.expect("the relation type");
    assert_eq!((&marks["role"], &marks["coRole"]), (&json!("marks"), &json!("is marked by")));
    assert_eq!((&marks["sourceType"]["name"], &marks["targetType"]["name"]), (&json!("Buoy"), &json!("Table")));

    let types = client.get("/complexRelationTypes").await;
    let legs = named(&types, "Field Mapping")["legTypes"].as_array().expect("legs");
    assert!(legs.iter().any(|leg| leg["role"] == "source" && leg["minimumOccurrences"] == 1), "{legs:?}");
    let roles = client.get("/roles").await;
    assert_eq!(
        (&named(&roles, "Owner")["global"], &named(&roles, "Sysadmin")["global"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn roots_are_left_out_unless_asked_for() {
    let client = client().await;
    let without = client.get("/assetTypes").await;
    let with = client.get("/assetTypes?excludeMeta=false").await;
    assert_eq!(with["total"].as_i64(), without["total"].as_i64().map(|total| total + 1));
    assert!(named(&with, "Asset").get("parent").is_none());
    assert_eq!(client.get_status("/assetTypes?excludeMeta=maybe").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn assignments_are_those_of_the_type_itself() {
    let client = client().await;
    let assignments = client.get("/assignments/assetType/12345678-0000-4000-8000-000000000001").await;
    let [first, second] = assignments.as_array().expect("a bare list").as_slice() else { panic!("{assignments}") };
    assert_eq!((&first["resourceType"], &first["assetType"]["name"]), (&json!("Assignment"), &json!("Buoy")));
    assert_eq!(first["domainTypes"].as_array().map(Vec::len), Some(1));
    assert_eq!(first["statuses"][0]["name"], "Accepted");
    let [tide, berths, marks] = first["assignedCharacteristicTypeReferences"].as_array().expect("a list").as_slice()
    else {
        panic!("{first}")
    };
    assert_eq!(tide["assignedResourceReference"]["name"], "Tide");
    assert_eq!(tide["assignedResourceReference"]["resourceDiscriminator"], "SingleValueListAttributeType");
    assert_eq!((&tide["minimumOccurrences"], &tide["maximumOccurrences"]), (&json!(1), &json!(1)));
    assert!(berths.get("maximumOccurrences").is_none());
    assert_eq!((&marks["relationTypeDirection"], &marks["maximumOccurrences"]), (&json!("TO_TARGET"), &json!(3)));
    assert_eq!(first["characteristicTypes"][0]["attributeType"]["name"], "Tide");
    assert_eq!(first["characteristicTypes"][2]["roleDirection"], "TO_TARGET");

    let domain_types = client.get("/domainTypes").await;
    assert_eq!(second["domainTypes"].as_array().map(Vec::len), domain_types["results"].as_array().map(Vec::len));
    let table = "/assignments/assetType/00000000-0000-0000-0000-000000031007";
    assert_eq!(client.get(table).await, json!([]), "it has none of its own");
    let unknown = "/assignments/assetType/12345678-0000-4000-8000-00000000ffff";
    assert_eq!(client.get_status(unknown).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whole_model_takes_the_place_of_the_packaged_one() {
    let whole = json!({"model": {
        "complete": true,
        "assetTypes": [
            {"id": "00000000-0000-0000-0000-000000031007", "name": "Chart"},
            {"id": "12345678-0000-4000-8000-000000000001", "name": "Buoy"},
            {"id": "12345678-0000-4000-8000-000000000002", "name": "Buoy",
             "parent": "00000000-0000-0000-0000-000000031007"}
        ],
        "domainTypes": [{"name": "Physical Data Dictionary"}],
        "statuses": [{"name": "Afloat"}],
        "relationTypes": [{"source": "12345678-0000-4000-8000-000000000002", "role": "marks", "target": "Chart"}],
        "assignments": [{"assetType": "12345678-0000-4000-8000-000000000002"}]
    }});
    let seed = ModelFile::from_slice(whole.to_string().as_bytes()).expect("a model");
    let client = Client::with(Emulator::builder().seed(seed)).await;
    assert_eq!(client.get("/assetTypes?excludeMeta=false").await["total"], 3);
    assert_eq!(client.get("/statuses").await["total"], 1);
    let asset = |name: &str, of_type: Value, relations: Value| json!({"resourceType": "Asset", "identifier": crate::support::asset_id(name), "type": of_type, "relations": relations});
    let commands = vec![
        asset("chart", json!({"name": "Chart"}), json!({})),
        asset(
            "buoy",
            json!({"id": "12345678-0000-4000-8000-000000000002"}),
            json!({"Buoy:marks::Chart:TARGET": [crate::support::asset_id("chart")]}),
        ),
    ];
    let ended = client.batch("harbour", &with_place(commands)).await;
    assert_eq!(ended.result(), "SUCCESS", "{:?}", ended.errors);
    assert_eq!(client.status("chart").await, "Afloat", "the first there is");
    let table =
        json!({"resourceType": "Asset", "identifier": crate::support::asset_id("t"), "type": {"name": "Table"}});
    let ended = client.batch("harbour", &json!([community(), domain(), table])).await;
    assert_eq!(ended.message(), "Asset type 'Table' does not exist.");
}

#[tokio::test]
async fn model_that_a_server_gives_seeds_another_with_all_it_says() {
    let first = client().await;
    let model = first.emulator.controls().model().await.expect("a model");
    let second = Client::with(Emulator::builder().seed(model)).await;
    let path = "/assignments/assetType/12345678-0000-4000-8000-000000000001";
    assert_eq!(second.get(path).await, first.get(path).await);
    assert_eq!(second.get("/attributeTypes?limit=500").await, first.get("/attributeTypes?limit=500").await);
}
