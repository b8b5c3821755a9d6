//! Several things wrong with one command, each found at its place.

use sync_core::check;

/// Code, path and text of everything wrong with a command, in the order of the text.
fn findings(record: &str) -> Vec<(&'static str, String, &str)> {
    let mut findings = Vec::new();
    check::command(record.as_bytes(), &mut findings);
    findings.sort_by_key(|finding| finding.span.start);
    let row = |finding: &check::Finding| (finding.rule.code, finding.path.to_string(), &record[finding.span.clone()]);
    findings.iter().map(row).collect()
}

fn check(record: &str, expected: &[(&str, &str, &str)]) {
    let found = findings(record);
    let found: Vec<(&str, &str, &str)> = found.iter().map(|(code, path, text)| (*code, path.as_str(), *text)).collect();
    assert_eq!(found, expected, "{record}");
}

#[test]
fn everything_wrong_with_one_command_is_found_at_once() {
    let record = r#"{"resourceType": "Asset", "identifier": {"name": "a", "domain": {"id": "x"}}, "name": "b",
        "type": {}, "tags": ["", 3], "relations": {"7042:TARGET": [{"id": "y"}, {}]},
        "attributes": {"N": [{"value": 1}, {}, {"value": "v", "velue": 2}]}, "responsibilities": {"Owner": [{"user": {}}]},
        "what": 1}"#;
    check(
        record,
        &[
            ("local.id.notUuid", "identifier.domain.id", r#""x""#),
            ("importCommandNotIdempotent", "name", r#""b""#),
            ("local.assetType.ambiguousRef", "type", "{}"),
            ("local.tag.length", "tags[0]", r#""""#),
            ("local.member.wrongType", "tags[1]", "3"),
            ("local.asset.relationKeyInvalid", r#"relations["7042:TARGET"]"#, r#""7042:TARGET""#),
            ("local.id.notUuid", r#"relations["7042:TARGET"][0].id"#, r#""y""#),
            ("importCommandIdentifierNotDefined", r#"relations["7042:TARGET"][1]"#, "{}"),
            ("local.attribute.notText", r#"attributes["N"][0].value"#, "1"),
            ("local.attribute.valueShape", r#"attributes["N"][1]"#, "{}"),
            ("local.member.unknown", r#"attributes["N"][2].velue"#, r#""velue""#),
            ("local.asset.responsibilitiesDisabled", "responsibilities", r#""responsibilities""#),
            ("local.user.ownerShape", r#"responsibilities["Owner"][0].user"#, "{}"),
            ("local.member.unknown", "what", r#""what""#),
        ],
    );
}

#[test]
fn members_that_readers_pass_over_are_found_in_commands_that_can_be_read() {
    let record =
        r#"{"resourceType":"Community","identifier":{"name":"c","indexes":[1]},"tags":["a"],"description":null}"#;
    check(
        record,
        &[
            ("local.member.undocumented", "identifier.indexes", r#""indexes""#),
            ("local.member.unknown", "tags", r#""tags""#),
            ("local.member.null", "description", "null"),
        ],
    );
    // One string too many and one too few do not make up for each other.
    let record = r#"{"resourceType":"Asset","identifier":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},"x":1,
        "attributes":{"N":[{"value":1}]}}"#;
    check(
        record,
        &[("local.member.unknown", "x", r#""x""#), ("local.attribute.notText", r#"attributes["N"][0].value"#, "1")],
    );
    // Escapes do not hide anything either.
    let record = r#"{"resourceType":"Asset","identifier":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},"displayName":"a\"b\\",
        "attributes":{"N":[{"value":"\"\\\"x"}]},"\u0078":"\""}"#;
    check(record, &[("local.member.unknown", "x", r#""\u0078""#)]);
}

#[test]
fn repeated_members_are_found_wherever_they_stand() {
    let record = r#"{"resourceType":"Asset","identifier":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"},"tags":["a"],"tags":[],
        "attributes":{"N":[],"\u004e":[]}}"#;
    check(
        record,
        &[
            ("local.member.repeated", "tags", r#""tags""#),
            ("local.member.repeated", r#"attributes["N"]"#, r#""\u004e""#),
        ],
    );
}

#[test]
fn broken_text_is_pointed_at() {
    for (record, at) in [("{\"resourceType\": \"Asset\",}", "}"), ("{\"a\":\n 1 2}", "2"), ("", ""), ("nul", "l")] {
        check(record, &[("local.file.notJson", "", at)]);
    }
    let mut found = Vec::new();
    assert_eq!(check::command(b"{\"name\":\"\xFF\"}", &mut found), None);
    assert_eq!((found[0].rule.code, found[0].span.clone()), ("local.file.notJson", 9..10));
}

#[test]
fn repeating_what_identifies_is_no_change() {
    let id = "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01";
    for record in [
        r#"{"resourceType":"Community","identifier":{"name":"a\u0062"},"name":"ab"}"#.to_owned(),
        format!(
            r#"{{"resourceType":"Domain","identifier":{{"name":"d","community":{{"id":"{id}"}}}},"community":{{"id":"{}"}}}}"#,
            id.to_uppercase()
        ),
        // The same community by name or another one: only the server knows.
        format!(
            r#"{{"resourceType":"Domain","identifier":{{"name":"d","community":{{"id":"{id}"}}}},"community":{{"name":"c"}}}}"#
        ),
    ] {
        check(&record, &[]);
    }
    let moved =
        r#"{"resourceType":"Domain","identifier":{"name":"d","community":{"name":"c"}},"community":{"name":"e"}}"#;
    check(moved, &[("importCommandNotIdempotent", "community", r#"{"name":"e"}"#)]);
    let mapping = r#"{"resourceType":"Mapping","identifier":{"externalSystemId":"s","externalEntityId":"e"},"externalEntityId":"f","community":{"name":"c"}}"#;
    check(mapping, &[("importCommandNotIdempotent", "externalEntityId", r#""f""#)]);
}
