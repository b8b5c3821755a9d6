//! Commands as they are written.

use sync_core::command::{
    Asset, AssetIdentifier, AttributeValue, Command, Community, CommunityIdentifier, ComplexRelation,
    ComplexRelationIdentifier, Domain, DomainIdentifier, Mapping, MappingIdentifier, MappingTarget, Members, Owner,
    ResourceKind, Text, TypeRef,
};

use super::sample::{COLUMN_OF_TABLE, id, office, read, tides};

/// Written exactly so, and read back as the same.
#[track_caller]
fn on_the_wire<'a>(command: impl Into<Command<'a>>, json: &str) {
    let command = command.into();
    let json: String = json.lines().map(str::trim_start).collect();
    assert_eq!(serde_json::to_string(&command).expect("a command is JSON"), json);
    let again = Command::from_slice(json.as_bytes()).expect("what we write we read");
    assert_eq!(again, command);
    let through_serde: Command<'_> = serde_json::from_str(&json).expect("serde reads the same");
    assert_eq!(through_serde, command);
}

#[test]
fn a_community_is_exact_on_the_wire() {
    on_the_wire(
        Community::new(CommunityIdentifier::id(id()))
            .with_name("Harbour Data Office")
            .with_description("Who answers for data")
            .with_parent(CommunityIdentifier::external("erp", "office-1"))
            .with_responsibilities(Members::from_iter([("Steward", vec![Owner::user_group(id()), Owner::user(id())])])),
        r#"{"resourceType":"Community","identifier":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},
            "name":"Harbour Data Office","description":"Who answers for data",
            "parent":{"externalSystemId":"erp","externalEntityId":"office-1"},
            "responsibilities":{"Steward":[{"userGroup":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}},
            {"user":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}}"#,
    );
}

#[test]
fn a_domain_is_exact_on_the_wire() {
    on_the_wire(
        Domain::new(tides())
            .with_name("Tide Station DB")
            .with_community(office())
            .with_type(TypeRef::public_id("PhysicalDataDictionary"))
            .with_description("Gauges")
            .with_responsibilities(Members::new()),
        r#"{"resourceType":"Domain","identifier":{"name":"Tide Station DB","community":{"name":"Harbour Data Office"}},
            "name":"Tide Station DB","community":{"name":"Harbour Data Office"},
            "type":{"publicId":"PhysicalDataDictionary"},"description":"Gauges","responsibilities":{}}"#,
    );
}

#[test]
fn an_asset_is_exact_on_the_wire() {
    on_the_wire(
        Asset::new(AssetIdentifier::external("tidedb", "public.readings.level_cm"))
            .with_name("tidedb.public.readings.level_cm")
            .with_display_name("level_cm")
            .with_domain(tides())
            .with_type(TypeRef::name("Column"))
            .with_status(TypeRef::id(id()))
            .with_attributes(Members::from_iter([
                ("Description", vec![AttributeValue::text("Water level in \"cm\"")]),
                ("Uses", vec![AttributeValue::list(["warning", "planning"])]),
            ]))
            .with_relations(Members::from_iter([(
                COLUMN_OF_TABLE,
                vec![AssetIdentifier::external("tidedb", "public.readings"), AssetIdentifier::name("x", tides())],
            )]))
            .with_responsibilities(Members::from_iter([("Owner", vec![Owner::user(id())])]))
            .with_tags(vec![Text::from("hydrology")]),
        r#"{"resourceType":"Asset","identifier":{"externalSystemId":"tidedb","externalEntityId":"public.readings.level_cm"},
            "name":"tidedb.public.readings.level_cm","displayName":"level_cm",
            "domain":{"name":"Tide Station DB","community":{"name":"Harbour Data Office"}},
            "type":{"name":"Column"},"status":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},
            "attributes":{"Description":[{"value":"Water level in \"cm\""}],"Uses":[{"values":["warning","planning"]}]},
            "relations":{"00000000-0000-0000-0000-000000007042:TARGET":[
            {"externalSystemId":"tidedb","externalEntityId":"public.readings"},
            {"name":"x","domain":{"name":"Tide Station DB","community":{"name":"Harbour Data Office"}}}]},
            "responsibilities":{"Owner":[{"user":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]},
            "tags":["hydrology"]}"#,
    );
}

#[test]
fn a_mapping_is_exact_on_the_wire() {
    on_the_wire(
        Mapping::new(MappingIdentifier::id(id()))
            .with_external_system_id("buoys")
            .with_external_entity_id("B-17")
            .with_target(MappingTarget::Asset(AssetIdentifier::id(id())))
            .with_ext_entity_url("https://buoys.example/B-17")
            .with_last_sync_date(1_700_000_000_i64)
            .with_description("A buoy"),
        r#"{"resourceType":"Mapping","identifier":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},
            "externalSystemId":"buoys","externalEntityId":"B-17","asset":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},
            "extEntityUrl":"https://buoys.example/B-17","lastSyncDate":1700000000,"description":"A buoy"}"#,
    );
}

#[test]
fn a_mapping_may_be_identified_by_what_it_points_at() {
    let legs = Members::from_iter([(COLUMN_OF_TABLE, vec![AssetIdentifier::id(id())])]);
    for (target, json) in [
        (MappingTarget::DgcId(id()), r#""dgcId":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01""#),
        (
            MappingTarget::Asset(AssetIdentifier::external("s", "e")),
            r#""asset":{"externalSystemId":"s","externalEntityId":"e"}"#,
        ),
        (
            MappingTarget::Domain(DomainIdentifier::id(id())),
            r#""domain":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}"#,
        ),
        (MappingTarget::Community(office()), r#""community":{"name":"Harbour Data Office"}"#),
        (
            MappingTarget::ComplexRelation(ComplexRelationIdentifier::legs(legs)),
            r#""complexRelation":{"relations":{"00000000-0000-0000-0000-000000007042:TARGET":[{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}"#,
        ),
    ] {
        let wire = format!(r#"{{"resourceType":"Mapping","identifier":{{"externalSystemId":"buoys",{json}}}}}"#);
        on_the_wire(Mapping::new(MappingIdentifier::target("buoys", target)), &wire);
    }
    on_the_wire(
        Mapping::new(MappingIdentifier::external("buoys", "B-17")),
        r#"{"resourceType":"Mapping","identifier":{"externalSystemId":"buoys","externalEntityId":"B-17"}}"#,
    );
}

#[test]
fn a_complex_relation_is_exact_on_the_wire() {
    on_the_wire(
        ComplexRelation::new(ComplexRelationIdentifier::external("etl", "map-1"))
            .with_type(TypeRef::name("Field Mapping"))
            .with_relations(Members::from_iter([("leg", vec![AssetIdentifier::id(id())])]))
            .with_attributes(Members::from_iter([("Rule", vec![AttributeValue::text("copy")])])),
        r#"{"resourceType":"Complex Relation","identifier":{"externalSystemId":"etl","externalEntityId":"map-1"},
            "complexRelationType":{"name":"Field Mapping"},
            "relations":{"leg":[{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]},
            "attributes":{"Rule":[{"value":"copy"}]}}"#,
    );
    on_the_wire(
        ComplexRelation::new(ComplexRelationIdentifier::legs(Members::new())),
        r#"{"resourceType":"Complex Relation","identifier":{"relations":{}}}"#,
    );
}

#[test]
fn users_and_groups_by_name_are_read_and_kept() {
    let json = r#"{"resourceType":"Domain","identifier":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},"responsibilities":{"Owner":[{"user":{"userName":"ada"}},{"userGroup":{"name":"stewards"}}]}}"#;
    assert_eq!(serde_json::to_string(&read(json)).expect("JSON"), json);
}

#[test]
fn a_kind_has_two_spellings_and_no_more() {
    for kind in ResourceKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.as_str());
    }
    assert_eq!(
        (ResourceKind::ComplexRelation.as_str(), ResourceKind::ComplexRelation.category()),
        ("Complex Relation", "COMPLEX_RELATION")
    );
    for text in ["community", "ComplexRelation", " Asset", ""] {
        assert!(text.parse::<ResourceKind>().is_err(), "{text:?}");
    }
}
