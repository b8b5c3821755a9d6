//! What is refused, with code and place.

use sync_core::command::{Command, CommandErrorKind};

use super::sample::{ID, read, refused};

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
        (
            r#"{"resourceType":null,"identifier":{"name":"c"}}"#.to_owned(),
            "importCommandResourceTypeInvalid",
            "resourceType",
        ),
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
        (
            of("Domain", r#"{"name":"d","community":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01","name":"c"}}"#),
            ambiguous,
            "identifier.community",
        ),
        (of("Asset", r#"{"name":"a"}"#), ambiguous, "identifier"),
        (of("Asset", r#"{"domain":{"name":"d","community":{"name":"c"}}}"#), ambiguous, "identifier"),
        (
            of("Asset", r#"{"name":"a","domain":{"name":"d","community":{"externalEntityId":"e"}}}"#),
            ambiguous,
            "identifier.domain.community",
        ),
        (of("Asset", r#"{"externalSystemId":"s","externalEntityId":"e","name":"a"}"#), ambiguous, "identifier"),
        (
            of("Asset", r#"{"name":"a","domain":{"name":"d","community":{"name":"c"}},"relations":{}}"#),
            ambiguous,
            "identifier",
        ),
        (of("Mapping", r#"{"externalSystemId":"s"}"#), ambiguous, "identifier"),
        (of("Mapping", &format!(r#"{{"dgcId":"{ID}"}}"#)), ambiguous, "identifier"),
        (
            of("Mapping", &format!(r#"{{"externalSystemId":"s","externalEntityId":"e","dgcId":"{ID}"}}"#)),
            ambiguous,
            "identifier",
        ),
        (of("Mapping", &format!(r#"{{"id":"{ID}","dgcId":"{ID}"}}"#)), ambiguous, "identifier"),
        (of("Mapping", r#"{"externalSystemId":"s","asset":{"name":"a"}}"#), ambiguous, "identifier.asset"),
        (of("Mapping", r#"{"externalSystemId":"s","relations":{},"community":{"name":"c"}}"#), ambiguous, "identifier"),
        (of("Complex Relation", r#"{"name":"a"}"#), ambiguous, "identifier"),
        (
            of("Complex Relation", r#"{"relations":{"leg":[{"name":"a"}]}}"#),
            ambiguous,
            r#"identifier.relations["leg"][0]"#,
        ),
        (
            asset(
                r#""relations":{"r:TARGET":[{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},{"name":"a","domain":{"name":"d"}}]}"#,
            ),
            ambiguous,
            r#"relations["r:TARGET"][1].domain"#,
        ),
        (asset(r#""domain":{"name":"d"}"#), ambiguous, "domain"),
        (
            r#"{"resourceType":"Community","identifier":{"name":"c"},"parent":{"name":"p","domain":{}}}"#.to_owned(),
            ambiguous,
            "parent",
        ),
        // References.
        (asset(r#""type":{}"#), "local.assetType.ambiguousRef", "type"),
        (asset(r#""type":{"name":"Table","publicId":"Table"}"#), "local.assetType.ambiguousRef", "type"),
        (
            asset(r#""status":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01","name":"Accepted"}"#),
            "local.assetType.ambiguousRef",
            "status",
        ),
        // Ids.
        (of("Community", r#"{"id":"42"}"#), "local.id.notUuid", "identifier.id"),
        (of("Community", r#"{"id":""}"#), "local.id.notUuid", "identifier.id"),
        (of("Community", r#"{"id":"{7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01}"}"#), "local.id.notUuid", "identifier.id"),
        (of("Community", r#"{"id":"7d0b2a516b7e4f0e9a441f1f6f3c1a01"}"#), "local.id.notUuid", "identifier.id"),
        (of("Asset", r#"{"name":"a","domain":{"id":"x"}}"#), "local.id.notUuid", "identifier.domain.id"),
        (of("Mapping", r#"{"externalSystemId":"s","dgcId":"x"}"#), "local.id.notUuid", "identifier.dgcId"),
        (asset(r#""type":{"id":"x"}"#), "local.id.notUuid", "type.id"),
        (
            asset(r#""responsibilities":{"Owner":[{"user":{"id":"x"}}]}"#),
            "local.id.notUuid",
            r#"responsibilities["Owner"][0].user.id"#,
        ),
        // Mappings.
        (
            format!(r#"{{"resourceType":"Mapping","identifier":{pair},"dgcId":"{ID}","community":{{"name":"c"}}}}"#),
            "local.mapping.targetCount",
            "",
        ),
        (
            of("Mapping", &format!(r#"{{"externalSystemId":"s","dgcId":"{ID}","asset":{{"id":"{ID}"}}}}"#)),
            "local.mapping.targetCount",
            "identifier",
        ),
        (
            format!(r#"{{"resourceType":"Mapping","identifier":{pair},"lastSyncDate":"soon"}}"#),
            "local.mapping.lastSyncDate",
            "lastSyncDate",
        ),
        (
            format!(r#"{{"resourceType":"Mapping","identifier":{pair},"lastSyncDate":true}}"#),
            "local.mapping.lastSyncDate",
            "lastSyncDate",
        ),
        (
            format!(r#"{{"resourceType":"Mapping","identifier":{pair},"lastSyncDate":1.5}}"#),
            "local.mapping.lastSyncDate",
            "lastSyncDate",
        ),
        // Attributes and owners.
        (
            asset(r#""attributes":{"Note":[{"value":"a"},{}]}"#),
            "local.attribute.valueShape",
            r#"attributes["Note"][1]"#,
        ),
        (
            asset(r#""attributes":{"Note":[{"value":"a","values":["b"]}]}"#),
            "local.attribute.valueShape",
            r#"attributes["Note"][0]"#,
        ),
        (asset(r#""responsibilities":{"Owner":[{}]}"#), "local.user.ownerShape", r#"responsibilities["Owner"][0]"#),
        (
            asset(r#""responsibilities":{"Owner":[{"user":{}}]}"#),
            "local.user.ownerShape",
            r#"responsibilities["Owner"][0].user"#,
        ),
        (
            asset(r#""responsibilities":{"Owner":[{"user":{"userName":"a"},"userGroup":{"name":"b"}}]}"#),
            "local.user.ownerShape",
            r#"responsibilities["Owner"][0]"#,
        ),
        (
            asset(r#""responsibilities":{"Owner":[{"userGroup":{"userName":"a"}}]}"#),
            "local.user.ownerShape",
            r#"responsibilities["Owner"][0]"#,
        ),
        (
            asset(
                r#""responsibilities":{"Owner":[{"userGroup":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01","name":"b"}}]}"#,
            ),
            "local.user.ownerShape",
            r#"responsibilities["Owner"][0].userGroup"#,
        ),
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
        ("null", 1, 4),
        ("{\"resourceType\":\"Asset\",", 1, 24),
        ("{\"resourceType\":\"Asset\"} {}", 1, 26),
        ("{\n \"resourceType\": \"Asset\",\n \"tags\": \"x\"}", 3, 12),
        ("{\"name\":1}", 1, 9),
        ("{\"attributes\":{\"a\":[{\"value\":{}}]}}", 1, 31),
    ] {
        let error = refused(text);
        assert_eq!((error.code(), error.path(), error.line()), ("local.file.notJson", "", line), "{text}: {error}");
        assert!(error.column().abs_diff(column) <= 1, "{text}: column {} instead of {column}", error.column());
        assert!(!error.to_string().contains(" at line "), "the place stands beside the message: {error}");
    }
    assert_eq!(Command::from_slice(b"{\"name\":\"\xFF\"}").expect_err("not UTF-8").code(), "local.file.notJson");
}

#[test]
fn a_list_is_no_object_even_with_the_right_values_in_it() {
    for text in [
        r#"[]"#,
        r#"["Asset",{"externalSystemId":"s","externalEntityId":"e"}]"#,
        r#"{"resourceType":"Community","identifier":["7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"]}"#,
        r#"{"resourceType":"Community","identifier":{"name":"c"},"parent":[null,"p"]}"#,
        r#"{"resourceType":"Asset","identifier":{"name":"a","domain":["7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"]}}"#,
        r#"{"resourceType":"Domain","identifier":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},"type":[null,"Glossary"]}"#,
        r#"{"attributes":{"a":[["v"]]}}"#,
        r#"{"attributes":[]}"#,
        r#"{"relations":{"r":[["7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"]]}}"#,
        r#"{"responsibilities":{"r":[[{"id":"x"}]]}}"#,
        r#"{"responsibilities":{"r":[{"user":["x"]}]}}"#,
    ] {
        let error = refused(text);
        assert_eq!(error.code(), "local.file.notJson", "{text}");
        assert!(error.to_string().contains("expected an object"), "{text}: {error}");
    }
    assert!(Command::from_slice_shallow(b"[\"Asset\"]").is_err());
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
    let once = format!(
        r#"{{"resourceType":"Asset","identifier":{{"externalSystemId":"s","externalEntityId":"e"}},"attributes":{{{many}"last":[]}}}}"#
    );
    let Command::Asset(asset) = read(&once) else { panic!("an asset") };
    assert_eq!(asset.attributes.map(|attributes| attributes.len()), Some(41));
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
