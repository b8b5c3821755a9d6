//! The five commands: creating, updating, identifying, refusing.

use serde_json::{Value, json};
use sync_emulator::{Emulator, ModelFile};

use crate::support::{
    Client, asset_id, community, domain, domain_id, file, id, mapped_table, strict, table, tables, with, with_place,
};

const PART_OF: &str = "00000000-0000-0000-0000-000000007042";

fn column(name: &str, members: Value) -> Value {
    with(json!({"resourceType": "Asset", "identifier": asset_id(name), "type": {"name": "Column"}}), members)
}

/// Runs commands of which the last one has to fail, and gives the only error.
async fn refused(client: &Client, commands: Value) -> Value {
    let ended = client.lenient_batch("refused", &commands).await;
    assert_eq!(ended.result(), "COMPLETED_WITH_ERROR");
    assert_eq!(ended.errors.len(), 1, "{:?}", ended.errors);
    let last = commands.as_array().map_or(0, Vec::len) - 1;
    assert_eq!(ended.errors[0]["command"]["indices"], json!([last]));
    ended.errors[0].clone()
}

#[tokio::test]
async fn new_asset_has_what_its_command_gives_and_defaults_for_the_rest() {
    let client = Client::start().await;
    let whole = column(
        "c1",
        json!({"displayName": "shown", "status": {"name": "Accepted"}, "tags": ["wet", "salty"],
        "attributes": {"Description": [{"value": "Level"}], "Column Position": [{"value": "3"}],
            "Is Nullable": [{"value": "True"}]},
        "relations": {format!("{PART_OF}:TARGET"): [asset_id("t1")]}}),
    );
    let ended = client.batch("harbour", &with_place(vec![table("t1"), whole])).await;
    assert_eq!(ended.counts("COMMUNITY"), [1, 0, 0]);
    assert_eq!(ended.counts("DOMAIN"), [1, 0, 0]);
    assert_eq!(ended.counts("ASSET"), [2, 0, 0]);
    assert_eq!(ended.counts("ATTRIBUTE"), [3, 0, 0]);
    assert_eq!(ended.counts("RELATION"), [1, 0, 0]);

    let asset = client.asset("c1").await;
    assert_eq!(asset["displayName"], "shown");
    assert_eq!(asset["status"]["name"], "Accepted");
    assert_eq!(asset["tags"], json!(["salty", "wet"]));
    let mut attributes = client.attributes("c1").await;
    attributes.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [("Column Position", json!(3)), ("Description", json!("Level")), ("Is Nullable", json!(true))];
    assert_eq!(attributes, expected.map(|(name, value)| (name.to_owned(), value)));

    let bare = client.asset("t1").await;
    assert_eq!((&bare["displayName"], &bare["status"]["name"]), (&json!("t1"), &json!("Candidate")));
}

#[tokio::test]
async fn summary_breaks_assets_down_by_type() {
    let client = Client::start().await;
    let ended = client.batch("harbour", &with_place(vec![table("t1"), column("c1", json!({}))])).await;
    let kinds = ended.summary["resourceTypes"].as_array().expect("a list");
    let assets = kinds.iter().find(|entry| entry["resourceType"] == "ASSET").expect("assets");
    let table = json!({"category": {"id": "00000000-0000-0000-0000-000000031007", "name": "Table"},
        "counters": {"added": 1, "updated": 0, "removed": 0}});
    assert_eq!(assets["subcategories"][0], table);
    assert_eq!(assets["subcategories"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn executed_command_that_changes_nothing_counts_as_nothing() {
    let client = Client::start().await;
    let commands = with_place(vec![
        table("t1"),
        column(
            "c1",
            json!({"attributes": {"Description": [{"value": "Level"}]}, "tags": ["wet"],
            "relations": {format!("{PART_OF}:TARGET"): [asset_id("t1")]}}),
        ),
        mapped_table("t2"),
    ]);
    client.batch("one", &commands).await;
    let ended = client.batch("two", &commands).await;
    assert_eq!(ended.summary["resourceTypes"], json!([]));
}

#[tokio::test]
async fn listed_values_replace_those_of_their_type_and_leave_the_rest() {
    let client = Client::start().await;
    let before = column(
        "c1",
        json!({"tags": ["a", "b"], "attributes":
        {"Description": [{"value": "one"}, {"value": "two"}], "Note": [{"value": "kept"}]}}),
    );
    client.batch("harbour", &with_place(vec![before])).await;
    let after = column("c1", json!({"tags": ["b", "c"], "attributes": {"Description": [{"value": "two"}]}}));
    let ended = client.batch("harbour", &json!([after])).await;
    assert_eq!(ended.counts("ATTRIBUTE"), [0, 1, 1]);
    let mut attributes = client.attributes("c1").await;
    attributes.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(attributes, [("Description".to_owned(), json!("two")), ("Note".to_owned(), json!("kept"))]);
    assert_eq!(client.asset("c1").await["tags"], json!(["b", "c"]));
    let none = column("c1", json!({"tags": [], "attributes": {"Description": []}}));
    client.batch("harbour", &json!([none])).await;
    assert_eq!(client.attributes("c1").await.len(), 1);
    assert_eq!(client.asset("c1").await["tags"], json!([]));
}

#[tokio::test]
async fn attribute_keys_are_names_or_ids() {
    let client = Client::start().await;
    let by_id = column("c1", json!({"attributes": {"00000000-0000-0000-0000-000000003114": [{"value": "by id"}]}}));
    client.batch("harbour", &with_place(vec![by_id])).await;
    assert_eq!(client.attributes("c1").await, [("Description".to_owned(), json!("by id"))]);
}

#[tokio::test]
async fn direction_of_a_relation_key_is_the_role_of_the_listed_assets() {
    let client = Client::start().await;
    let schema = with(table("s1"), json!({"type": {"name": "Schema"}}));
    let in_schema =
        with(table("t1"), json!({"relations": {"00000000-0000-0000-0000-000000007043:SOURCE": [asset_id("s1")]}}));
    let part = column("c1", json!({"relations": {format!("{PART_OF}:TARGET"): [asset_id("t1")]}}));
    client.batch("harbour", &with_place(vec![schema, in_schema, part])).await;
    let [s1, t1, c1] = [client.asset("s1").await, client.asset("t1").await, client.asset("c1").await].map(|a| id(&a));
    let page = client.get(&format!("/relations?sourceId={s1}&targetId={t1}")).await;
    assert_eq!(page["results"][0]["type"]["id"], "00000000-0000-0000-0000-000000007043");
    let page = client.get(&format!("/relations?sourceId={c1}&targetId={t1}")).await;
    assert_eq!(page["results"][0]["type"]["id"], PART_OF);
    assert_eq!(client.get("/relations").await["total"], 2);
}

#[tokio::test]
async fn relation_keys_may_be_spelled_in_three_ways() {
    let client = Client::start().await;
    for key in [
        format!("{PART_OF}:TARGET"),
        "PUBLIC_ID:ColumnIsPartOfTable:TARGET".to_owned(),
        "Column:is part of:contains:Table:TARGET".to_owned(),
    ] {
        let name = format!("c{}", key.len());
        let part = column(&name, json!({"relations": {key.as_str(): [asset_id("t1")]}}));
        let ended = client.batch("harbour", &with_place(vec![table("t1"), part])).await;
        assert_eq!(ended.counts("RELATION"), [1, 0, 0], "{key}");
    }
}

#[tokio::test]
async fn relations_are_replaced_or_added_as_the_request_says() {
    let client = Client::start().await;
    let part = |tables: &[&str]| {
        let listed: Vec<Value> = tables.iter().map(|name| asset_id(name)).collect();
        column("c1", json!({"relations": {format!("{PART_OF}:TARGET"): listed}}))
    };
    client.batch("harbour", &with_place(vec![table("t1"), table("t2"), part(&["t1"])])).await;
    let form = strict(&json!([part(&["t2"])])).text("relationsAction", "ADD_OR_IGNORE");
    let ended = client.ended("/import/synchronize/harbour/batch/json-job", form).await;
    assert_eq!(ended.counts("RELATION"), [1, 0, 0]);
    // The same command again means something else under REPLACE, so its hash must not hide it.
    let form = strict(&json!([part(&["t2"])])).text("relationsAction", "REPLACE");
    let ended = client.ended("/import/synchronize/harbour/batch/json-job", form).await;
    assert_eq!(ended.counts("RELATION"), [0, 0, 1]);
    let ended = client.batch("harbour", &json!([part(&[])])).await;
    assert_eq!(ended.counts("RELATION"), [0, 0, 1]);
}

#[tokio::test]
async fn neighbours_with_one_identifier_are_united_and_others_overwrite() {
    let client = Client::start().await;
    let part = |tables: &[&str], note: &str| {
        let listed: Vec<Value> = tables.iter().map(|name| asset_id(name)).collect();
        column(
            "c1",
            json!({"relations": {format!("{PART_OF}:TARGET"): listed}, "tags": [note],
            "attributes": {"Note": [{"value": note}]}}),
        )
    };
    let place = vec![table("t1"), table("t2"), part(&["t1"], "one"), part(&["t2"], "two")];
    let ended = client.batch("harbour", &with_place(place)).await;
    assert_eq!(ended.counts("RELATION"), [2, 0, 0]);
    assert_eq!(client.attributes("c1").await.len(), 2);
    assert_eq!(client.asset("c1").await["tags"], json!(["one", "two"]));

    client.batch("harbour", &json!([part(&["t1"], "one"), table("t1"), part(&["t2"], "two")])).await;
    assert_eq!(client.get("/relations").await["total"], 1);
    assert_eq!(client.attributes("c1").await, [("Note".to_owned(), json!("two"))]);
}

#[tokio::test]
async fn failing_neighbours_share_one_error_with_all_their_indices() {
    let client = Client::start().await;
    let commands = with_place(vec![table("t1"), with(table("t1"), json!({"type": {"name": "Nonsense"}}))]);
    let ended = client.lenient_batch("harbour", &commands).await;
    assert_eq!(ended.errors[0]["command"]["indices"], json!([2, 3]));
    assert!(client.names().await.is_empty());
}

#[tokio::test]
async fn external_pair_creates_a_mapping_and_identifies_from_then_on() {
    let client = Client::start().await;
    let ended = client.batch("harbour", &with_place(vec![mapped_table("t1")])).await;
    assert_eq!((ended.counts("ASSET"), ended.counts("MAPPING")), ([1, 0, 0], [1, 0, 0]));
    let renamed = json!({"resourceType": "Asset", "name": "renamed",
        "identifier": {"externalSystemId": "tidedb", "externalEntityId": "t1"}});
    let ended = client.batch("harbour", &json!([renamed])).await;
    assert_eq!((ended.counts("ASSET"), ended.counts("MAPPING")), ([0, 1, 0], [0, 0, 0]));
    let asset = client.asset("renamed").await;
    assert_eq!(asset["displayName"], "t1", "renaming leaves the display name");
    let by_id = json!({"resourceType": "Asset", "identifier": {"id": asset["id"]}, "displayName": "by id"});
    client.batch("harbour", &json!([by_id])).await;
    assert_eq!(client.asset("renamed").await["displayName"], "by id");
}

#[tokio::test]
async fn communities_and_domains_are_updated_moved_and_owned() {
    let client = Client::start().await;
    client.batch("harbour", &json!([community(), {"resourceType": "Community", "identifier": {"name": "Root"}}])).await;
    let user = "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01";
    let moved = json!({"resourceType": "Community", "identifier": {"name": "Port"}, "parent": {"name": "Root"},
        "description": "moved", "responsibilities": {"Steward": [{"user": {"id": user}}]}});
    let ended = client.batch("harbour", &json!([moved, with(domain(), json!({"description": "tides"}))])).await;
    assert_eq!(ended.counts("COMMUNITY"), [0, 1, 0]);
    assert_eq!(ended.counts("RESPONSIBILITY"), [1, 0, 0]);
    let port = &client.get("/communities?name=Port").await["results"][0];
    assert_eq!((&port["description"], &port["parent"]["name"]), (&json!("moved"), &json!("Root")));

    let retyped = with(domain(), json!({"type": {"name": "Glossary"}}));
    let ended = client.batch("harbour", &json!([retyped])).await;
    assert_eq!(ended.counts("DOMAIN"), [0, 1, 0]);
    let tides = &client.get("/domains").await["results"][0];
    assert_eq!((&tides["type"]["name"], &tides["description"]), (&json!("Glossary"), &json!("tides")));
    assert_eq!(tides["community"]["name"], "Port");
}

#[tokio::test]
async fn mapping_command_maps_an_existing_asset() {
    let client = Client::start().await;
    let mapping = json!({"resourceType": "Mapping", "asset": asset_id("t1"), "extEntityUrl": "https://buoys.test/17",
        "identifier": {"externalSystemId": "buoys", "externalEntityId": "B-17"}});
    let ended = client.batch("harbour", &with_place(vec![table("t1"), mapping])).await;
    assert_eq!(ended.counts("MAPPING"), [1, 0, 0]);
    let by_pair = json!({"resourceType": "Asset", "displayName": "found",
        "identifier": {"externalSystemId": "buoys", "externalEntityId": "B-17"}});
    client.batch("harbour", &json!([by_pair])).await;
    assert_eq!(client.asset("t1").await["displayName"], "found");
    let dgc = id(&client.asset("t1").await);
    let by_target = json!({"resourceType": "Mapping", "description": "named by its target",
        "identifier": {"externalSystemId": "buoys", "dgcId": dgc}});
    let ended = client.batch("harbour", &json!([by_target])).await;
    assert_eq!(ended.counts("MAPPING"), [0, 1, 0]);
}

#[tokio::test]
async fn complex_relation_is_found_by_its_legs_and_its_legs_can_be_changed() {
    let client = Client::start().await;
    let typed = |name, kind| with(table(name), json!({"type": {"name": kind}}));
    let leg = |number: u32| format!("00000000-0000-0000-0000-00000000{number}:TARGET");
    let relation = |froms: &[&str]| {
        let froms: Vec<Value> = froms.iter().map(|name| asset_id(name)).collect();
        json!({"resourceType": "Complex Relation", "complexRelationType": {"name": "Field Mapping"},
            "identifier": {"relations": {leg(7090): [asset_id("how")]}},
            "relations": {leg(7088): froms, leg(7089): [asset_id("to")]},
            "attributes": {"Description": [{"value": "mapped"}]}})
    };
    let place = vec![
        typed("from", "Column"),
        typed("more", "Column"),
        typed("to", "Column"),
        typed("how", "Mapping Specification"),
        relation(&["from"]),
    ];
    let ended = client.batch("harbour", &with_place(place)).await;
    assert_eq!((ended.counts("COMPLEX_RELATION"), ended.counts("ATTRIBUTE")), ([1, 0, 0], [1, 0, 0]));
    let ended = client.batch("harbour", &json!([relation(&["from", "more"])])).await;
    assert_eq!(ended.counts("COMPLEX_RELATION"), [0, 1, 0]);

    let error = refused(&client, json!([relation(&[])])).await;
    assert_eq!(error["resourceType"], "COMPLEX_RELATION");
    let mut repeated = relation(&["from"]);
    repeated["relations"][leg(7090)] = json!([asset_id("how")]);
    refused(&client, json!([repeated])).await;
    let misfit = with(relation(&["from"]), json!({"relations": {leg(7089): [asset_id("how")]}}));
    refused(&client, json!([misfit])).await;
}

#[tokio::test]
async fn nested_communities_cannot_be_created_in_one_request() {
    let client = Client::start().await;
    let child = json!({"resourceType": "Community", "identifier": {"name": "Quay"}, "parent": {"name": "Port"}});
    let error = refused(&client, json!([community(), child])).await;
    assert_eq!(error["errorMessage"], "Parent community 'Port' does not exist yet.");
    assert_eq!(client.batch("harbour", &json!([child])).await.counts("COMMUNITY"), [1, 0, 0]);
    let circle = json!({"resourceType": "Community", "identifier": {"name": "Port"}, "parent": {"name": "Quay"}});
    refused(&client, json!([circle])).await;
}

#[tokio::test]
async fn nothing_that_is_merely_named_is_created() {
    let client = Client::start().await;
    refused(&client, json!([domain()])).await;
    refused(&client, json!([table("t1")])).await;
    let part = column("c1", json!({"relations": {format!("{PART_OF}:TARGET"): [asset_id("t1")]}}));
    let error = refused(&client, with_place(vec![part.clone()])).await;
    assert_eq!(
        (&error["resourceType"], &error["errorMessage"]),
        (&json!("RELATION"), &json!("Related asset 't1' not found."))
    );
    // What comes later in the file is not there yet either.
    let ended = client.lenient_batch("harbour", &json!([part, table("t1")])).await;
    assert_eq!(ended.errors.len(), 1);
    for list in ["/communities", "/domains"] {
        assert_eq!(client.get(list).await["total"], 1);
    }
}

#[tokio::test]
async fn command_may_not_change_what_identifies_its_resource() {
    let client = Client::start().await;
    client.batch("harbour", &with_place(vec![table("t1")])).await;
    client
        .batch(
            "harbour",
            &json!([{"resourceType": "Domain", "identifier": {"name": "Other", "community": {"name": "Port"}},
        "type": {"name": "Glossary"}}]),
        )
        .await;
    let other = json!({"name": "Other", "community": {"name": "Port"}});
    for command in [
        with(table("t1"), json!({"name": "t2"})),
        with(table("t1"), json!({"domain": other})),
        with(domain(), json!({"name": "Ebb"})),
        with(community(), json!({"name": "Harbour"})),
    ] {
        let error = refused(&client, json!([command])).await;
        assert!(error["errorMessage"].as_str().unwrap_or_default().contains("identif"), "{error}");
    }
    // Repeating what identifies is no change.
    let same = with(table("t1"), json!({"name": "t1", "domain": domain_id()}));
    assert_eq!(client.batch("harbour", &json!([same])).await.result(), "SUCCESS");
}

#[tokio::test]
async fn names_are_unique_within_their_place() {
    let client = Client::start().await;
    client.batch("harbour", &tables(&["t1"])).await;
    let twin = with(mapped_table("t1"), json!({}));
    let error = refused(&client, json!([twin])).await;
    assert_eq!(error["errorMessage"], "Domain 'Tides' already has an asset named 't1'.");
    let same_name = json!({"resourceType": "Community", "name": "Port",
        "identifier": {"externalSystemId": "x", "externalEntityId": "y"}});
    refused(&client, json!([same_name])).await;
}

#[tokio::test]
async fn creation_needs_its_fields() {
    let client = Client::start().await;
    client.batch("harbour", &with_place(vec![])).await;
    let pair = json!({"externalSystemId": "x", "externalEntityId": "y"});
    for command in [
        json!({"resourceType": "Asset", "identifier": asset_id("t1")}),
        json!({"resourceType": "Asset", "identifier": pair, "name": "t1", "type": {"name": "Table"}}),
        json!({"resourceType": "Asset", "identifier": pair, "domain": domain_id(), "type": {"name": "Table"}}),
        json!({"resourceType": "Domain", "identifier": {"name": "New", "community": {"name": "Port"}}}),
        json!({"resourceType": "Community", "identifier": pair}),
        json!({"resourceType": "Mapping", "identifier": pair}),
        json!({"resourceType": "Complex Relation", "identifier": pair, "complexRelationType": {"name": "Field Mapping"}}),
        json!({"resourceType": "Asset", "identifier": {"id": "12345678-0000-4000-8000-000000000000"},
            "name": "t1", "domain": domain_id(), "type": {"name": "Table"}}),
    ] {
        refused(&client, json!([command])).await;
    }
    assert!(client.names().await.is_empty());
}

#[tokio::test]
async fn values_ends_and_lengths_are_checked() {
    let client = Client::start().await;
    client.batch("harbour", &with_place(vec![table("t1"), table("t2")])).await;
    for (command, category) in [
        (column("c1", json!({"attributes": {"Column Position": [{"value": "third"}]}})), "ATTRIBUTE"),
        (column("c1", json!({"attributes": {"Is Nullable": [{"value": "yes"}]}})), "ATTRIBUTE"),
        (column("c1", json!({"attributes": {"Description": [{"values": ["a"]}]}})), "ATTRIBUTE"),
        (column("c1", json!({"attributes": {"No such type": [{"value": "a"}]}})), "ATTRIBUTE"),
        (column("c1", json!({"relations": {format!("{PART_OF}:SOURCE"): [asset_id("t1")]}})), "RELATION"),
        (column("c1", json!({"relations": {PART_OF: [asset_id("t1")]}})), "RELATION"),
        (column("c1", json!({"relations": {"12345678-0000-4000-8000-000000000000:TARGET": []}})), "RELATION"),
        (column("c1", json!({"status": {"name": "No such status"}})), "ASSET"),
        (column("c1", json!({"tags": [""]})), "ASSET"),
        (column(&"x".repeat(2001), json!({})), "ASSET"),
        (
            with(
                mapped_table("t3"),
                json!({"identifier": {"externalSystemId": "s".repeat(37), "externalEntityId": "e"}}),
            ),
            "ASSET",
        ),
        (with(community(), json!({"responsibilities": {"No such role": []}})), "RESPONSIBILITY"),
        (column("c1", json!({"responsibilities": {"Steward": []}})), "RESPONSIBILITY"),
    ] {
        let error = refused(&client, json!([command])).await;
        assert_eq!(error["resourceType"], category, "{error}");
    }
}

#[tokio::test]
async fn asset_responsibilities_are_taken_where_they_are_switched_on() {
    let client = Client::with(Emulator::builder().asset_responsibilities(true)).await;
    let owned = with(
        table("t1"),
        json!({"responsibilities":
        {"Steward": [{"userGroup": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}}),
    );
    let ended = client.batch("harbour", &with_place(vec![owned])).await;
    assert_eq!(ended.counts("RESPONSIBILITY"), [1, 0, 0]);
}

#[tokio::test]
async fn seeded_types_are_known_and_replace_packaged_ones() {
    let seed = br#"{"assetTypes": [{"name": "Buoy", "parent": "Data Asset", "defaultStatus": "Accepted"},
            {"id": "12345678-0000-4000-8000-000000000001", "name": "Table", "parent": "Data Structure"}],
        "relationTypes": [{"source": "Buoy", "role": "feeds", "coRole": "is fed by", "target": "Table"}]}"#;
    let seed = ModelFile::from_slice(seed).expect("a model");
    let client = Client::with(Emulator::builder().seed(seed)).await;
    let buoy = with(
        table("b1"),
        json!({"type": {"name": "Buoy"},
        "relations": {"Buoy:feeds:is fed by:Table:TARGET": [asset_id("t1")]}}),
    );
    let ended = client.batch("harbour", &with_place(vec![table("t1"), buoy])).await;
    assert_eq!(ended.counts("RELATION"), [1, 0, 0], "{:?}", ended.errors);
    assert_eq!(client.status("b1").await, "Accepted");
    assert_eq!(client.asset("t1").await["type"]["id"], "12345678-0000-4000-8000-000000000001");
}

#[tokio::test]
async fn model_that_refers_to_nothing_is_refused_at_start() {
    let seed = ModelFile::from_slice(br#"{"assetTypes": [{"name": "Buoy", "parent": "Boat"}]}"#).expect("a model");
    let error = Emulator::builder().seed(seed).start().await.expect_err("an unknown parent");
    let mut texts = vec![error.to_string()];
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        texts.push(inner.to_string());
        cause = inner.source();
    }
    assert!(texts.iter().any(|text| text.contains("Boat")), "{texts:?}");
}

#[tokio::test]
async fn load_test_commands_are_all_executed_and_then_all_skipped() {
    let client = Client::start().await;
    let mut bytes = Vec::new();
    generate_commands::write_commands(3000, 0, &mut bytes).expect("memory takes everything");
    let commands: Value = serde_json::from_slice(&bytes).expect("JSON");
    let ended = client.ended("/import/synchronize/load/batch/json-job", file(&commands)).await;
    assert_eq!(ended.result(), "SUCCESS", "{:?}", ended.errors);
    let again = client.ended("/import/synchronize/load/batch/json-job", file(&commands)).await;
    assert_eq!(again.summary["resourceTypes"], json!([]));
}

#[tokio::test]
async fn long_lists_of_tags_owners_and_neighbours_are_handled_in_reasonable_time() {
    let client = Client::start().await;
    let tags: Vec<String> = (0..20_000).map(|number| format!("tag {number}")).collect();
    let owner = |number: u32| json!({"user": {"id": format!("7d0b2a51-6b7e-4f0e-9a44-{number:012}")}});
    let owners: Vec<Value> = (0..20_000).map(owner).collect();
    let neighbours = (0..1500).map(|number| with(table("t1"), json!({"tags": [format!("tag {number}")]})));
    let mut commands = vec![with(community(), json!({"responsibilities": {"Steward": owners}})), domain()];
    commands.push(with(table("t0"), json!({"tags": tags})));
    commands.extend(neighbours);
    let ended = client.batch("harbour", &commands.into()).await;
    assert_eq!(ended.counts("RESPONSIBILITY"), [20_000, 0, 0]);
    assert_eq!(client.asset("t0").await["tags"].as_array().map(Vec::len), Some(20_000));
    // A thousand neighbours are united; those beyond are a group of their own, which has the last word.
    assert_eq!(client.asset("t1").await["tags"].as_array().map(Vec::len), Some(500));
}

#[tokio::test]
async fn neighbours_with_more_keys_than_anybody_has_are_refused() {
    let client = Client::start().await;
    let attributes = |from: u32| {
        let values: serde_json::Map<String, Value> =
            (from..from + 6000).map(|number| (format!("k{number}"), json!([]))).collect();
        with(table("t1"), json!({"attributes": values}))
    };
    let ended = client.batch("harbour", &with_place(vec![attributes(0), attributes(6000)])).await;
    assert!(ended.message().contains("10000 keys"), "{}", ended.message());
}
