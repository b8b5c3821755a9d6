//! Commands against an operating model.

use sync_core::check::{self, Misfit, RuleScope, rules};
use sync_core::command::Command;
use sync_core::model::{AssetType, Assignment, Model, ModelIndex};

/// The model of the harbour example.
fn harbour() -> ModelIndex {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/harbour/model.json");
    ModelIndex::new(Model::from_slice(&std::fs::read(path).expect("the example")).expect("a model"))
}

fn misfits(model: &ModelIndex, record: &str) -> Vec<Misfit> {
    let command = Command::from_slice(record.as_bytes()).expect("a command");
    let mut found = Vec::new();
    check::against(model, &command, &mut found);
    found
}

/// Code and path of what is wrong with an asset of a type that has these members.
fn found(members: &str) -> Vec<(&'static str, String)> {
    let asset = format!(
        r#"{{"resourceType": "Asset", "identifier": {{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, {members}}}"#
    );
    let found = misfits(&harbour(), &asset);
    found.iter().map(|misfit| (misfit.rule.code, misfit.path.to_string())).collect()
}

fn one(code: &'static str, path: &str) -> Vec<(&'static str, String)> {
    vec![(code, path.to_owned())]
}

#[test]
fn examples_of_rules_that_need_a_server_are_what_they_say() {
    let model = harbour();
    for rule in rules().iter().filter(|rule| rule.scope == RuleScope::Server) {
        let codes = |example: &str| {
            let commands: Vec<serde_json::Value> = serde_json::from_str(example).expect("an import file");
            let found = commands.iter().flat_map(|command| misfits(&model, &command.to_string()));
            found.map(|misfit| misfit.rule.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(rule.good), [""; 0], "{}", rule.code);
        // What takes the type of the domain, several commands have to say.
        if rule.code != "local.asset.typeNotAllowedInDomain" {
            assert_eq!(codes(rule.bad), [rule.code], "{}", rule.bad);
        }
    }
}

#[test]
fn types_are_found_by_id_name_and_public_id() {
    for reference in
        [r#"{"name": "Table"}"#, r#"{"id": "00000000-0000-0000-0000-000000031007"}"#, r#"{"publicId": "Table"}"#]
    {
        assert_eq!(found(&format!(r#""type": {reference}"#)), []);
    }
    assert_eq!(found(r#""type": {"name": "table"}"#), one("local.assetType.notFound", "type.name"));
    assert_eq!(found(r#""type": {"publicId": "Tabel"}"#), one("local.assetType.notFound", "type.publicId"));
    let id = r#""type": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a02"}"#;
    assert_eq!(found(id), one("local.assetType.notFound", "type.id"));
}

#[test]
fn attributes_go_by_name_or_id_and_are_those_of_the_type_or_the_nearest_above() {
    // A table has none of its own, a data structure has.
    assert_eq!(found(r#""type": {"name": "Table"}, "attributes": {"Description": [{"value": "x"}]}"#), []);
    let by_id =
        r#""type": {"name": "Table"}, "attributes": {"00000000-0000-0000-0000-000000003114": [{"value": "x"}]}"#;
    assert_eq!(found(by_id), []);
    let other = r#""type": {"name": "Table"}, "attributes": {"Technical Data Type": [{"value": "x"}]}"#;
    assert_eq!(found(other), one("local.attributeType.notAssigned", r#"attributes["Technical Data Type"]"#));
    // Where nothing is assigned all the way up, nothing can be wrong.
    assert_eq!(
        found(r#""type": {"name": "Mapping Specification"}, "attributes": {"Abbreviation": [{"value": "x"}]}"#),
        []
    );
    // Without a type nobody knows, but what does not exist at all is wrong.
    assert_eq!(found(r#""attributes": {"Abbreviation": [{"value": "x"}]}"#), []);
    let unknown = found(r#""attributes": {"Abreviation": [{"value": "x"}]}"#);
    assert_eq!(unknown, one("local.attributeType.notFound", r#"attributes["Abreviation"]"#));
}

#[test]
fn values_are_of_the_kind_of_their_type() {
    let column = |attribute: &str, values: &str| {
        found(&format!(r#""type": {{"name": "Column"}}, "attributes": {{"{attribute}": [{values}]}}"#))
    };
    for (attribute, value) in [
        ("Column Position", r#"{"value": "3"}"#),
        ("Column Position", r#"{"value": " 3.0 "}"#),
        ("Is Nullable", r#"{"value": "True"}"#),
        ("Security Classification", r#"{"value": "Internal"}"#),
    ] {
        assert_eq!(column(attribute, value), [], "{attribute} {value}");
    }
    for (attribute, value, code, rest) in [
        ("Column Position", r#"{"value": "third"}"#, "local.attribute.valueFormat", "[0].value"),
        ("Column Position", r#"{"value": "3.5"}"#, "local.attribute.valueFormat", "[0].value"),
        ("Column Position", r#"{"value": "NaN"}"#, "local.attribute.valueFormat", "[0].value"),
        ("Is Nullable", r#"{"value": "yes"}"#, "local.attribute.valueFormat", "[0].value"),
        ("Is Nullable", r#"{"values": ["true"]}"#, "local.attribute.valueShape", "[0]"),
        ("Security Classification", r#"{"value": "internal"}"#, "local.attribute.valueNotAllowed", "[0].value"),
    ] {
        let path = format!(r#"attributes["{attribute}"]{rest}"#);
        assert_eq!(column(attribute, value), one(code, &path), "{attribute} {value}");
    }
}

#[test]
fn choices_of_a_list_are_looked_at_one_by_one() {
    let table = |values: &str| found(&format!(r#""type": {{"name": "Table"}}, "attributes": {{"Quays": [{values}]}}"#));
    assert_eq!(table(r#"{"values": ["North", "South"]}"#), []);
    let path = r#"attributes["Quays"][0].values[1]"#;
    assert_eq!(table(r#"{"values": ["North", "West"]}"#), one("local.attribute.valueNotAllowed", path));
    assert_eq!(table(r#"{"value": "North"}"#), one("local.attribute.valueShape", r#"attributes["Quays"][0]"#));
}

#[test]
fn relation_the_wrong_way_round_is_told_from_the_assets_own_end() {
    let column = |key: &str| {
        let listed = r#"[{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a02"}]"#;
        found(&format!(r#""type": {{"name": "Column"}}, "relations": {{"{key}": {listed}}}"#))
    };
    let id = "00000000-0000-0000-0000-000000007042";
    assert_eq!(column(&format!("{id}:TARGET")), []);
    assert_eq!(column("PUBLIC_ID:ColumnIsPartOfTable:TARGET"), []);
    assert_eq!(column("Column:is part of:contains:Table:TARGET"), []);
    let path = format!(r#"relations["{id}:SOURCE"]"#);
    assert_eq!(column(&format!("{id}:SOURCE")), one("local.asset.relationEndsMismatch", &path));
    let unknown = column("PUBLIC_ID:ColumnContainsTable:TARGET");
    assert_eq!(unknown, one("local.relationType.notFound", r#"relations["PUBLIC_ID:ColumnContainsTable:TARGET"]"#));
    let message = &misfits(
        &harbour(),
        &format!(r#"{{"resourceType": "Asset", "identifier": {{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {{"name": "Column"}}, "relations": {{"{id}:SOURCE": []}}}}"#),
    )[0]
    .message;
    assert!(message.ends_with("at the other end it could be"), "{message}");
}

#[test]
fn of_several_assignments_the_most_generous_counts() {
    let model = r#"{"assetTypes": [{"name": "Buoy"}], "attributeTypes": [{"name": "Colour"}, {"name": "Depth"}],
        "domainTypes": [{"name": "Sea"}, {"name": "River"}],
        "assignments": [
            {"assetType": "Buoy", "domainTypes": ["Sea"], "attributes": [{"type": "Colour", "max": 1}]},
            {"assetType": "Buoy", "domainTypes": ["River"], "attributes": [{"type": "Colour", "max": 2}, {"type": "Depth"}]}
        ]}"#;
    let model = ModelIndex::new(Model::from_slice(model.as_bytes()).expect("a model"));
    let buoy = |attributes: &str| {
        let asset = format!(
            r#"{{"resourceType": "Asset", "identifier": {{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {{"name": "Buoy"}}, "attributes": {attributes}}}"#
        );
        misfits(&model, &asset).iter().map(|misfit| misfit.rule.code).collect::<Vec<_>>()
    };
    assert_eq!(buoy(r#"{"Colour": [{"value": "red"}, {"value": "green"}], "Depth": [{"value": "3"}]}"#), [""; 0]);
    let three = r#"{"Colour": [{"value": "red"}, {"value": "green"}, {"value": "white"}]}"#;
    assert_eq!(buoy(three), ["local.attribute.occurrence"]);
    let (sea, lake) = (0, 2);
    assert!(model.is_allowed_in(0, sea) && !model.is_allowed_in(0, lake));
}

#[test]
fn model_that_leads_nowhere_or_in_circles_forbids_nothing() {
    let mut model = Model::default();
    let mut snake = AssetType::default();
    (snake.name, snake.parent) = ("Snake".to_owned(), Some("Snake".to_owned()));
    model.asset_types = vec![snake];
    let mut lost = Assignment::default();
    lost.asset_type = "Nothing".to_owned();
    model.assignments = vec![lost];
    let model = ModelIndex::new(model);
    assert!(model.fits(0, 7, true) && model.is_allowed_in(0, 7));
}

#[test]
fn name_of_several_types_is_left_to_the_service() {
    let model = r#"{"complete": true,
        "assetTypes": [{"name": "Boat"}, {"name": "Buoy", "parent": "Boat"}, {"name": "Mark", "parent": "Ship"},
            {"name": "Ship"}, {"name": "Ship"}, {"name": "Raft", "id": "00000000-0000-0000-0000-0000000000a1"}],
        "statuses": [{"name": "Lit"}, {"name": "Dark", "id": "00000000-0000-0000-0000-0000000000b1"}, {"name": "Dark"}],
        "attributeTypes": [{"name": "Colour", "kind": "NUMERIC"}, {"name": "Colour"}],
        "relationTypes": [{"source": "Boat", "role": "passes", "coRole": "is passed by", "target": "Boat"}],
        "roles": [{"name": "Pilot", "resourceRole": false}, {"name": "Pilot", "resourceRole": true}],
        "assignments": [{"assetType": "Raft", "statuses": ["Dark"]}]}"#;
    let model = ModelIndex::new(Model::from_slice(model.as_bytes()).expect("a model"));
    let found = |more: &str| {
        let asset = format!(
            r#"{{"resourceType": "Asset", "identifier": {{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, {more}}}"#
        );
        misfits(&model, &asset).iter().map(|misfit| misfit.rule.code).collect::<Vec<_>>()
    };
    for told_twice in [
        r#""type": {"name": "Ship"}"#,
        r#""status": {"name": "Dark"}"#,
        r#""attributes": {"Colour": [{"value": "red"}]}"#,
        r#""responsibilities": {"Pilot": []}"#,
        // Its parent may be a boat.
        r#""type": {"name": "Mark"}, "relations": {"Boat:passes:is passed by:Boat:TARGET": []}"#,
        // The name in the assignment may be that of this one.
        r#""type": {"name": "Raft"}, "status": {"id": "00000000-0000-0000-0000-0000000000b1"}"#,
    ] {
        assert_eq!(found(told_twice), [""; 0], "{told_twice}");
    }
    assert_eq!(found(r#""type": {"name": "Shop"}"#), ["local.assetType.notFound"]);
    assert_eq!(found(r#""type": {"name": "Raft"}, "status": {"name": "Lit"}"#), ["local.status.notAllowed"]);
    let raft = r#""type": {"name": "Raft"}, "relations": {"Boat:passes:is passed by:Boat:TARGET": []}"#;
    assert_eq!(found(raft), ["local.asset.relationEndsMismatch"]);
}

/// It is an addition to what a server comes with, of which it says nothing.
#[test]
fn model_that_is_not_complete_says_nothing_of_what_it_does_not_have() {
    let addition = r#"{"assetTypes": [{"name": "Buoy"}], "attributeTypes": [{"name": "Depth", "kind": "NUMERIC"}]}"#;
    let mut model = Model::from_slice(addition.as_bytes()).expect("a model");
    let asset = r#"{"resourceType": "Asset", "identifier": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},
        "type": {"name": "Table"}, "status": {"name": "Candidate"}, "attributes": {"Description": [{"value": "a"}], "Depth": [{"value": "b"}]},
        "relations": {"Table:contains:is part of:Column:TARGET": []}, "responsibilities": {"Owner": []}}"#;
    let domain = r#"{"resourceType": "Domain", "identifier": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "type": {"name": "Glossary"}}"#;
    let codes = |model: &Model| {
        let model = ModelIndex::new(model.clone());
        let found = [asset, domain].map(|command| misfits(&model, command)).concat();
        found.iter().map(|misfit| misfit.rule.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(&model), ["local.attribute.valueFormat"]);
    model.complete = true;
    assert_eq!(codes(&model).len(), 7);
}

#[test]
fn model_that_is_written_is_read_again() {
    let model = harbour().model().clone();
    let json = model.to_vec().expect("JSON");
    assert_eq!(Model::from_slice(&json).expect("a model"), model);
    let bare = serde_json::to_vec(&model).expect("JSON");
    assert_eq!(Model::from_slice(&bare).expect("a model"), model, "the section may be left out");
    assert!(Model::from_slice(b"[]").is_err() && Model::from_slice(b"").is_err());
}
