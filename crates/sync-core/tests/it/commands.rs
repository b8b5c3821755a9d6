//! Commands on the wire: written exactly, read leniently where the meaning is clear, refused where it is not.

use proptest::prelude::*;
use sync_core::command::{
    Asset, AssetIdentifier, AttributeValue, Command, CommandError, CommandErrorKind, Community, CommunityIdentifier,
    ComplexRelation, ComplexRelationIdentifier, Domain, DomainIdentifier, Mapping, MappingIdentifier, MappingTarget,
    Members, Owner, ResourceKind, Text, TypeRef,
};

const ID: &str = "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01";
const COLUMN_OF_TABLE: &str = "00000000-0000-0000-0000-000000007042:TARGET";

fn id() -> uuid::Uuid {
    ID.parse().expect("a UUID")
}

fn office() -> CommunityIdentifier<'static> {
    CommunityIdentifier::name("Harbour Data Office")
}

fn tides() -> DomainIdentifier<'static> {
    DomainIdentifier::name("Tide Station DB", office())
}

fn read(text: &str) -> Command<'_> {
    Command::from_slice(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn refused(text: &str) -> CommandError {
    match Command::from_slice(text.as_bytes()) {
        Ok(command) => panic!("{text} was read as {command:?}"),
        Err(error) => error,
    }
}

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
            .with_responsibilities(Members::from_iter([(
                "Steward",
                vec![Owner::user_group(id()), Owner::user(id())],
            )])),
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
        (MappingTarget::Asset(AssetIdentifier::external("s", "e")), r#""asset":{"externalSystemId":"s","externalEntityId":"e"}"#),
        (MappingTarget::Domain(DomainIdentifier::id(id())), r#""domain":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}"#),
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
    assert_eq!((ResourceKind::ComplexRelation.as_str(), ResourceKind::ComplexRelation.category()), ("Complex Relation", "COMPLEX_RELATION"));
    for text in ["community", "ComplexRelation", " Asset", ""] {
        assert!(text.parse::<ResourceKind>().is_err(), "{text:?}");
    }
}

#[test]
fn null_members_count_as_absent() {
    let with_nulls = r#"{"resourceType":"Asset","identifier":{"id":null,"name":"a","domain":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01","community":null},
        "relations":null},"name":null,"type":null,"status":null,"attributes":null,"relations":null,"responsibilities":null,"tags":null,
        "displayName":null,"domain":null,"lastSyncDate":null,"extEntityUrl":null}"#;
    let without = Asset::new(AssetIdentifier::name("a", DomainIdentifier::id(id())));
    assert_eq!(read(with_nulls), without.into());
    let null_type = r#"{"resourceType":"Asset","identifier":{"externalSystemId":"s","externalEntityId":"e"},"type":{"id":null,"name":"Table"},
        "attributes":{"Note":[{"value":null,"values":["a"]},{"value":"b","values":null}]}}"#;
    let expected = Asset::new(AssetIdentifier::external("s", "e"))
        .with_type(TypeRef::name("Table"))
        .with_attributes(Members::from_iter([("Note", vec![AttributeValue::list(["a"]), AttributeValue::text("b")])]));
    assert_eq!(read(null_type), expected.into());
}

#[test]
fn members_come_in_any_order() {
    let text = r#" { "tags" : [ ] , "identifier" : { "domain" : { "community" : { "name" : "c" } , "name" : "d" } , "name" : "a" } , "resourceType" : "Asset" } "#;
    let domain = DomainIdentifier::name("d", CommunityIdentifier::name("c"));
    assert_eq!(read(text), Asset::new(AssetIdentifier::name("a", domain)).with_tags(vec![]).into());
}

#[test]
fn unknown_members_are_passed_over() {
    let text = r#"{"resourceType":"Community","identifier":{"name":"c","indexes":[1,2]},"language":"en","indexes":[0],
        "x":{"deep":[{"er":null}]},"syncAction":"ADD"}"#;
    assert_eq!(read(text), Community::new(CommunityIdentifier::name("c")).into());
}

#[test]
fn attribute_values_may_be_numbers_and_booleans() {
    let text = r#"{"resourceType":"Asset","identifier":{"externalSystemId":"s","externalEntityId":"e"},"attributes":{
        "A":[{"value":12.5},{"value":-3},{"value":18446744073709551615},{"value":true}],"B":[{"values":[1,false,"x"]}]}}"#;
    let Command::Asset(asset) = read(text) else { panic!("an asset") };
    let attributes = asset.attributes.expect("there are attributes");
    let texts = ["12.5", "-3", "18446744073709551615", "true"].map(AttributeValue::text);
    assert_eq!(attributes.get("A"), Some(&texts.to_vec()));
    assert_eq!(attributes.get("B"), Some(&vec![AttributeValue::list(["1", "false", "x"])]));
}

#[test]
fn the_url_of_a_mapping_is_read_in_both_spellings_and_the_date_as_text() {
    let text = r#"{"resourceType":"Mapping","identifier":{"externalSystemId":"s","externalEntityId":"e"},"externalEntityUrl":"u","lastSyncDate":"1400000000"}"#;
    let expected = Mapping::new(MappingIdentifier::external("s", "e")).with_ext_entity_url("u").with_last_sync_date(1_400_000_000_i64);
    assert_eq!(read(text), expected.into());
}

#[test]
fn ids_are_read_in_either_case() {
    let text = format!(r#"{{"resourceType":"Community","identifier":{{"id":"{}"}}}}"#, ID.to_uppercase());
    assert_eq!(read(&text), Community::new(CommunityIdentifier::id(id())).into());
}

#[test]
fn what_is_not_clear_is_refused_with_code_and_path() {
    let pair = r#"{"externalSystemId":"s","externalEntityId":"e"}"#;
    let asset = |members: &str| format!(r#"{{"resourceType":"Asset","identifier":{pair},{members}}}"#);
    let of = |kind: &str, identifier: &str| format!(r#"{{"resourceType":"{kind}","identifier":{identifier}}}"#);
    let ambiguous = "importCommandIdentifierAmbiguous";
    let undefined = "importCommandIdentifierNotDefined";
    let cases = [
        // The kind.
        (r#"{"identifier":{"name":"c"}}"#.to_owned(), "importCommandResourceTypeInvalid", "resourceType"),
        (r#"{"resourceType":null,"identifier":{"name":"c"}}"#.to_owned(), "importCommandResourceTypeInvalid", "resourceType"),
        (of("asset", pair), "importCommandResourceTypeInvalid", "resourceType"),
        (of("ComplexRelation", pair), "importCommandResourceTypeInvalid", "resourceType"),
        // No identifier.
        (r#"{"resourceType":"Asset"}"#.to_owned(), undefined, ""),
        (of("Community", "null"), undefined, ""),
        (of("Community", "{}"), undefined, "identifier"),
        (of("Mapping", "{}"), undefined, "identifier"),
        (of("Asset", r#"{"name":"a","domain":{}}"#), undefined, "identifier.domain"),
        (of("Asset", r#"{"unknown":"a"}"#), undefined, "identifier"),
        // More or less than one form.
        (of("Community", &format!(r#"{{"name":"c","id":"{ID}"}}"#)), ambiguous, "identifier"),
        (of("Community", r#"{"name":"c","community":{"name":"d"}}"#), ambiguous, "identifier"),
        (of("Community", r#"{"externalSystemId":"s"}"#), ambiguous, "identifier"),
        (of("Domain", r#"{"name":"d"}"#), ambiguous, "identifier"),
        (of("Domain", r#"{"name":"d","community":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01","name":"c"}}"#), ambiguous, "identifier.community"),
        (of("Asset", r#"{"name":"a"}"#), ambiguous, "identifier"),
        (of("Asset", r#"{"domain":{"name":"d","community":{"name":"c"}}}"#), ambiguous, "identifier"),
        (of("Asset", r#"{"name":"a","domain":{"name":"d","community":{"externalEntityId":"e"}}}"#), ambiguous, "identifier.domain.community"),
        (of("Asset", r#"{"externalSystemId":"s","externalEntityId":"e","name":"a"}"#), ambiguous, "identifier"),
        (of("Asset", r#"{"name":"a","domain":{"name":"d","community":{"name":"c"}},"relations":{}}"#), ambiguous, "identifier"),
        (of("Mapping", r#"{"externalSystemId":"s"}"#), ambiguous, "identifier"),
        (of("Mapping", &format!(r#"{{"dgcId":"{ID}"}}"#)), ambiguous, "identifier"),
        (of("Mapping", &format!(r#"{{"externalSystemId":"s","externalEntityId":"e","dgcId":"{ID}"}}"#)), ambiguous, "identifier"),
        (of("Mapping", &format!(r#"{{"id":"{ID}","dgcId":"{ID}"}}"#)), ambiguous, "identifier"),
        (of("Mapping", r#"{"externalSystemId":"s","asset":{"name":"a"}}"#), ambiguous, "identifier.asset"),
        (of("Mapping", r#"{"externalSystemId":"s","relations":{},"community":{"name":"c"}}"#), ambiguous, "identifier"),
        (of("Complex Relation", r#"{"name":"a"}"#), ambiguous, "identifier"),
        (of("Complex Relation", r#"{"relations":{"leg":[{"name":"a"}]}}"#), ambiguous, r#"identifier.relations["leg"][0]"#),
        (asset(r#""relations":{"r:TARGET":[{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},{"name":"a","domain":{"name":"d"}}]}"#), ambiguous, r#"relations["r:TARGET"][1].domain"#),
        (asset(r#""domain":{"name":"d"}"#), ambiguous, "domain"),
        (r#"{"resourceType":"Community","identifier":{"name":"c"},"parent":{"name":"p","domain":{}}}"#.to_owned(), ambiguous, "parent"),
        // References.
        (asset(r#""type":{}"#), "local.assetType.ambiguousRef", "type"),
        (asset(r#""type":{"name":"Table","publicId":"Table"}"#), "local.assetType.ambiguousRef", "type"),
        (asset(r#""status":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01","name":"Accepted"}"#), "local.assetType.ambiguousRef", "status"),
        // Ids.
        (of("Community", r#"{"id":"42"}"#), "local.id.notUuid", "identifier.id"),
        (of("Community", r#"{"id":""}"#), "local.id.notUuid", "identifier.id"),
        (of("Community", r#"{"id":"{7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01}"}"#), "local.id.notUuid", "identifier.id"),
        (of("Community", r#"{"id":"7d0b2a516b7e4f0e9a441f1f6f3c1a01"}"#), "local.id.notUuid", "identifier.id"),
        (of("Asset", r#"{"name":"a","domain":{"id":"x"}}"#), "local.id.notUuid", "identifier.domain.id"),
        (of("Mapping", r#"{"externalSystemId":"s","dgcId":"x"}"#), "local.id.notUuid", "identifier.dgcId"),
        (asset(r#""type":{"id":"x"}"#), "local.id.notUuid", "type.id"),
        (asset(r#""responsibilities":{"Owner":[{"user":{"id":"x"}}]}"#), "local.id.notUuid", r#"responsibilities["Owner"][0].user.id"#),
        // Mappings.
        (format!(r#"{{"resourceType":"Mapping","identifier":{pair},"dgcId":"{ID}","community":{{"name":"c"}}}}"#), "local.mapping.targetCount", ""),
        (of("Mapping", &format!(r#"{{"externalSystemId":"s","dgcId":"{ID}","asset":{{"id":"{ID}"}}}}"#)), "local.mapping.targetCount", "identifier"),
        (format!(r#"{{"resourceType":"Mapping","identifier":{pair},"lastSyncDate":"soon"}}"#), "local.mapping.lastSyncDate", "lastSyncDate"),
        (format!(r#"{{"resourceType":"Mapping","identifier":{pair},"lastSyncDate":true}}"#), "local.mapping.lastSyncDate", "lastSyncDate"),
        (format!(r#"{{"resourceType":"Mapping","identifier":{pair},"lastSyncDate":1.5}}"#), "local.mapping.lastSyncDate", "lastSyncDate"),
        // Attributes and owners.
        (asset(r#""attributes":{"Note":[{"value":"a"},{}]}"#), "local.attribute.valueShape", r#"attributes["Note"][1]"#),
        (asset(r#""attributes":{"Note":[{"value":"a","values":["b"]}]}"#), "local.attribute.valueShape", r#"attributes["Note"][0]"#),
        (asset(r#""responsibilities":{"Owner":[{}]}"#), "local.user.ownerShape", r#"responsibilities["Owner"][0]"#),
        (asset(r#""responsibilities":{"Owner":[{"user":{}}]}"#), "local.user.ownerShape", r#"responsibilities["Owner"][0].user"#),
        (asset(r#""responsibilities":{"Owner":[{"user":{"userName":"a"},"userGroup":{"name":"b"}}]}"#), "local.user.ownerShape", r#"responsibilities["Owner"][0]"#),
        (asset(r#""responsibilities":{"Owner":[{"userGroup":{"userName":"a"}}]}"#), "local.user.ownerShape", r#"responsibilities["Owner"][0]"#),
        (asset(r#""responsibilities":{"Owner":[{"userGroup":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01","name":"b"}}]}"#), "local.user.ownerShape", r#"responsibilities["Owner"][0].userGroup"#),
    ];
    for (text, code, path) in cases {
        let error = refused(&text);
        assert_eq!((error.code(), error.path()), (code, path), "{text}: {error}");
        assert_eq!((error.line(), error.column()), (0, 0), "{text}: the JSON is fine");
    }
}

#[test]
fn what_is_not_the_json_of_a_command_is_refused_with_its_place() {
    for (text, line, column) in [
        ("", 1, 0),
        ("[]", 1, 0),
        ("null", 1, 4),
        ("{\"resourceType\":\"Asset\",", 1, 24),
        ("{\"resourceType\":\"Asset\"} {}", 1, 26),
        ("{\n \"resourceType\": \"Asset\",\n \"tags\": \"x\"}", 3, 12),
        ("{\"name\":1}", 1, 9),
        ("{\"attributes\":{\"a\":[{\"value\":{}}]}}", 1, 29),
    ] {
        let error = refused(text);
        assert_eq!((error.code(), error.path(), error.line()), ("local.file.notJson", "", line), "{text}: {error}");
        assert!(error.column().abs_diff(column) <= 1, "{text}: column {} instead of {column}", error.column());
        assert!(!error.to_string().contains(" at line "), "the place stands beside the message: {error}");
    }
    assert_eq!(Command::from_slice(b"{\"name\":\"\xFF\"}").expect_err("not UTF-8").code(), "local.file.notJson");
}

#[test]
fn members_that_stand_twice_are_refused() {
    let many: String = (0..40).map(|i| format!(r#""t{i}":[],"#)).collect();
    for text in [
        r#"{"resourceType":"Asset","resourceType":"Asset"}"#.to_owned(),
        r#"{"identifier":{"name":"a","name":"b"}}"#.to_owned(),
        r#"{"tags":[],"tags":[]}"#.to_owned(),
        r#"{"attributes":{"a":[],"b":[],"a":[]}}"#.to_owned(),
        r#"{"attributes":{"a":[],"\u0061":[]}}"#.to_owned(),
        r#"{"relations":{"a":[],"a":[]}}"#.to_owned(),
        r#"{"responsibilities":{"a":[],"a":[]}}"#.to_owned(),
        r#"{"attributes":{"a":[{"value":"x","value":"y"}]}}"#.to_owned(),
        r#"{"externalEntityUrl":"a","extEntityUrl":"a"}"#.to_owned(),
        format!(r#"{{"attributes":{{{many}"t3":[]}}}}"#),
        format!(r#"{{"attributes":{{{many}"t39":[]}}}}"#),
    ] {
        let error = refused(&text);
        assert_eq!(error.code(), "local.file.notJson");
        assert!(error.to_string().contains("duplicate"), "{text}: {error}");
        assert!(error.line() > 0);
    }
    let once = format!(r#"{{"resourceType":"Asset","identifier":{{"externalSystemId":"s","externalEntityId":"e"}},"attributes":{{{many}"last":[]}}}}"#);
    let Command::Asset(asset) = read(&once) else { panic!("an asset") };
    assert_eq!(asset.attributes.map(|attributes| attributes.len()), Some(41));
}

#[test]
fn ten_thousand_levels_are_an_error_and_no_crash() {
    let deep = 10_000;
    for (open, close) in [(r#"{"domain":"#, "}"), (r#"{"asset":"#, "}"), (r#"{"relations":{"r":["#, "]}}")] {
        let text = format!(r#"{{"resourceType":"Mapping","identifier":{}{{}}{}}}"#, open.repeat(deep), close.repeat(deep));
        let error = refused(&text);
        assert_eq!(error.code(), "local.file.notJson");
        assert!(error.to_string().contains("recursion limit"), "{error}");
    }
    let text = format!(r#"{{"tags":{}"x"{}}}"#, "[".repeat(deep), "]".repeat(deep));
    assert_eq!(refused(&text).code(), "local.file.notJson");
    // What is passed over is not built, so its depth costs nothing.
    let (open, close) = ("[".repeat(deep), "]".repeat(deep));
    read(&format!(r#"{{"resourceType":"Community","identifier":{{"name":"c"}},"unknown":{open}{close}}}"#));
}

#[test]
fn messages_say_what_is_wrong_and_where() {
    for (text, message) in [
        (
            r#"{"resourceType":"Person"}"#,
            r#"resourceType: unsupported resource type "Person"; allowed: "Community", "Domain", "Asset", "Mapping", "Complex Relation""#,
        ),
        (r#"{"resourceType":"Asset"}"#, "no identifier given for the asset"),
        (
            r#"{"resourceType":"Asset","identifier":{"name":"a"}}"#,
            "identifier: the asset identifier must use exactly one form (its id, its name plus its parent, or an external pair), but has name",
        ),
        (r#"{"resourceType":"Community","identifier":{"id":"42"}}"#, r#"identifier.id: "42" is not a UUID"#),
    ] {
        assert_eq!(refused(text).to_string(), message);
    }
    let long = format!(r#"{{"resourceType":"Community","identifier":{{"id":"{}"}}}}"#, "é".repeat(10_000));
    let CommandErrorKind::NotAnId { text } = refused(&long).kind().clone() else { panic!("not an id") };
    assert_eq!(text.chars().count(), 81);
}

#[test]
fn text_without_escapes_stays_borrowed_everywhere() {
    let text = r#"{"resourceType":"Asset","identifier":{"name":"a","domain":{"name":"d","community":{"name":"c"}}},
        "name":"n","displayName":"dn","type":{"name":"Table"},"attributes":{"Note":[{"value":"v"},{"values":["w"]}]},
        "relations":{"r":[{"externalSystemId":"s","externalEntityId":"e"}]},"responsibilities":{"Owner":[{"user":{"userName":"u"}}]},
        "tags":["t"]}"#;
    // Everything borrowed is part of the slice; what a command needs beside it does not depend on the texts.
    let Command::Asset(asset) = read(text) else { panic!("an asset") };
    let AssetIdentifier::Name { name, domain: DomainIdentifier::Name { name: domain, community } } = &asset.identifier else {
        panic!("by name")
    };
    let CommunityIdentifier::Name { name: community } = community else { panic!("by name") };
    let Some(TypeRef::Name { name: kind }) = &asset.type_ref else { panic!("by name") };
    let mut texts = vec![name, domain, community, kind];
    texts.extend([&asset.name, &asset.display_name].into_iter().flatten());
    texts.extend(asset.tags.iter().flatten());
    for (key, values) in asset.attributes.iter().flat_map(Members::iter) {
        texts.push(key);
        for value in values {
            match value {
                AttributeValue::Value(value) => texts.push(value),
                AttributeValue::Values(values) => texts.extend(values),
            }
        }
    }
    for (key, assets) in asset.relations.iter().flat_map(Members::iter) {
        texts.push(key);
        let [AssetIdentifier::External(pair)] = &assets[..] else { panic!("one pair") };
        texts.extend([&pair.external_system_id, &pair.external_entity_id]);
    }
    texts.extend(asset.responsibilities.iter().flat_map(Members::iter).map(|(key, _)| key));
    assert_eq!(texts.len(), 14);
    for piece in texts {
        assert!(piece.is_borrowed(), "{piece:?} was copied");
    }
}

#[test]
fn text_with_escapes_is_copied_and_decoded() {
    let Command::Community(community) = read(r#"{"resourceType":"Community","identifier":{"name":"c"},"description":"a\n\u00e9\ud83d\ude00"}"#) else {
        panic!("a community")
    };
    let description = community.description.expect("there is one");
    assert_eq!((description.as_str(), description.is_borrowed()), ("a\né😀", false));
}

#[test]
fn members_keep_their_order_and_the_last_value_set() {
    let mut members = Members::from_iter([("b", 1), ("a", 2), ("b", 3)]);
    members.set("c", 4);
    let pairs: Vec<(&str, i32)> = members.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    assert_eq!(pairs, [("b", 3), ("a", 2), ("c", 4)]);
    assert_eq!((members.get("a"), members.get("A"), members.len(), members.is_empty()), (Some(&2), None, 3, false));
}

/// Text in which structure is likelier than in noise.
fn nearly_json() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "null", "true", "1e999", "-0", "\"", "\\", "\"identifier\":", "\"resourceType\":\"Asset\"",
        "\"relations\":", "\"attributes\":", "\"value\":", "\"name\":\"a\"", "\"domain\":", "{\"id\":\"x\"}", "\"\\ud800\"", "\u{feff}", " ",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Every kind with everything, to be damaged.
const WHOLE: [&str; 3] = [
    r#"{"resourceType":"Asset","identifier":{"name":"a","domain":{"name":"d","community":{"name":"c"}}},"attributes":{"N":[{"value":"v"},{"values":["w",1]}]},"relations":{"r":[{"externalSystemId":"s","externalEntityId":"e"}]},"tags":["t\u00e9"]}"#,
    r#"{"resourceType":"Mapping","identifier":{"externalSystemId":"s","asset":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}},"lastSyncDate":"12","complexRelation":{"relations":{"l":[]}}}"#,
    r#"{"resourceType":"Complex Relation","identifier":{"relations":{"l":[{"name":"a","domain":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}},"responsibilities":{"r":[{"user":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}}"#,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Command::from_slice(&bytes);
    }

    #[test]
    fn nothing_nearly_json_panics(text in nearly_json()) {
        let _ = Command::from_slice(text.as_bytes());
        let _ = Command::from_slice(format!("{{{text}}}").as_bytes());
    }

    #[test]
    fn a_damaged_command_is_read_the_same_again_or_refused(which in 0..3usize, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = WHOLE[which].as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(command) = Command::from_slice(&bytes) {
            let written = serde_json::to_vec(&command).expect("a command is JSON");
            prop_assert_eq!(Command::from_slice(&written).expect("what we write we read"), command);
        }
        let _ = Command::from_slice(&bytes[..at]);
    }

    #[test]
    fn any_text_survives_a_round_trip(name in any::<String>(), key in any::<String>(), value in any::<String>()) {
        let asset = Asset::new(AssetIdentifier::name(name, tides()))
            .with_attributes(Members::from_iter([(key, vec![AttributeValue::text(value)])]));
        let command = Command::from(asset);
        let json = serde_json::to_string(&command).expect("a command is JSON");
        prop_assert_eq!(Command::from_slice(json.as_bytes()).expect("what we write we read"), command);
    }
}
