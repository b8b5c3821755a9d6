//! Whatever comes in, the check ends and points into what came in.

use proptest::prelude::*;
use sync_core::check::{self, Severity};
use sync_core::command::Command;

/// Text that is nearly a command.
fn nearly() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("1".to_owned()),
        Just("-2.5e3".to_owned()),
        Just("1e999".to_owned()),
        Just("true".to_owned()),
        Just(r#""""#.to_owned()),
        Just(r#""a\"b\\""#.to_owned()),
        Just(r#""\ud800""#.to_owned()),
        Just(r#""7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01""#.to_owned()),
        Just(r#""Asset""#.to_owned()),
        Just(r#""Mapping""#.to_owned()),
        Just(r#""Community""#.to_owned()),
        Just(r#""Complex Relation""#.to_owned()),
        Just(format!("\"{}\"", "é".repeat(256))),
    ];
    let name = prop::sample::select(vec![
        "resourceType",
        "identifier",
        "id",
        "name",
        "domain",
        "community",
        "parent",
        "externalSystemId",
        "externalEntityId",
        "relations",
        "attributes",
        "responsibilities",
        "type",
        "status",
        "tags",
        "value",
        "values",
        "user",
        "userGroup",
        "dgcId",
        "asset",
        "complexRelation",
        "lastSyncDate",
        "extEntityUrl",
        "externalEntityUrl",
        "syncAction",
        "language",
        "x",
        r#"\u0069d"#,
        "00000000-0000-0000-0000-000000007042:TARGET",
        "complexRelationType",
        "displayName",
        "description",
    ]);
    leaf.prop_recursive(6, 48, 8, move |inner| {
        let object = prop::collection::vec((name.clone(), inner.clone()), 0..7).prop_map(|members| {
            let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
            format!("{{{}}}", members.join(",\n"))
        });
        prop_oneof![
            3 => object,
            1 => prop::collection::vec(inner, 0..3).prop_map(|list| format!("[{}]", list.join(","))),
        ]
    })
}

/// A command with members of the right kind, some of them spoiled.
fn command() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec!["Community", "Domain", "Asset", "Mapping", "Complex Relation"]);
    let identifier = prop_oneof![
        Just(r#"{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}"#.to_owned()),
        Just(r#"{"name":"n"}"#.to_owned()),
        Just(r#"{"name":"n","domain":{"name":"d","community":{"name":"c"}}}"#.to_owned()),
        Just(r#"{"name":"n","community":{"name":"c"}}"#.to_owned()),
        Just(r#"{"externalSystemId":"s","externalEntityId":"e"}"#.to_owned()),
        Just(r#"{"externalSystemId":"s","asset":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}"#.to_owned()),
        nearly(),
    ];
    let members = prop::sample::subsequence(
        vec![
            r#""name":"n""#,
            r#""displayName":"m""#,
            r#""description":"\"q\"""#,
            r#""type":{"name":"Table"}"#,
            r#""domain":{"name":"d","community":{"name":"c"}}"#,
            r#""community":{"name":"c"}"#,
            r#""tags":["a","b"]"#,
            r#""attributes":{"N":[{"value":"1"},{"values":["a"]}]}"#,
            r#""attributes":{"N":[{"value":1}]}"#,
            r#""relations":{"00000000-0000-0000-0000-000000007042:TARGET":[{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}"#,
            r#""responsibilities":{"Owner":[{"user":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}"#,
            r#""parent":{"name":"p"}"#,
            r#""lastSyncDate":3"#,
            r#""language":"en""#,
            r#""status":null"#,
            r#""complexRelationType":{"name":"t"}"#,
            r#""asset":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}"#,
        ],
        0..6,
    );
    (kind, identifier, members).prop_map(|(kind, identifier, members)| {
        let rest: String = members.iter().map(|member| format!(",{member}")).collect();
        format!(r#"{{"resourceType":"{kind}","identifier":{identifier}{rest}}}"#)
    })
}

fn holds(record: &[u8]) {
    let mut findings = Vec::new();
    let command = check::command(record, &mut findings);
    assert_eq!(command.is_some(), Command::from_slice(record).is_ok());
    let has_error = findings.iter().any(|finding| finding.rule.severity == Severity::Error);
    assert!(command.is_some() || has_error, "what cannot be read has an error");
    for finding in &findings {
        assert!(finding.span.start <= finding.span.end && finding.span.end <= record.len(), "{finding:?}");
        assert!(record.is_empty() || !finding.span.is_empty(), "{finding:?}");
        assert!(!finding.message.is_empty() && !finding.message.ends_with('.'));
        assert!(!finding.path.to_string().contains('\n'));
    }
    // A member more makes every command go the long way: it finds the same, and that member.
    let Ok(text) = std::str::from_utf8(record) else { return };
    if command.is_some()
        && let Some(rest) = text.trim_start().strip_prefix('{')
    {
        let mut longer = Vec::new();
        let with_stranger = format!(r#"{{"a stranger":0,{rest}"#);
        check::command(with_stranger.as_bytes(), &mut longer);
        let codes = |findings: &[check::Finding]| -> Vec<_> {
            findings.iter().map(|finding| (finding.rule.code, finding.path.to_string())).collect()
        };
        let (strangers, others): (Vec<_>, Vec<_>) =
            codes(&longer).into_iter().partition(|(_, path)| path.contains("a stranger"));
        assert_eq!((strangers.len(), others), (1, codes(&findings)), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_are_checked_without_panic(record in prop::collection::vec(any::<u8>(), 0..200)) {
        holds(&record);
    }

    #[test]
    fn any_bytes_in_a_command_are_checked_without_panic(
        before in command(), at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut record = before.into_bytes();
        let at = at.index(record.len());
        record.splice(at..(at + 1).min(record.len()), bytes);
        holds(&record);
    }

    #[test]
    fn any_json_is_checked_without_panic(record in nearly()) {
        holds(record.as_bytes());
    }

    #[test]
    fn the_quick_look_and_the_walk_agree(record in command()) {
        holds(record.as_bytes());
    }
}

#[test]
fn deep_and_wide_commands_end() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
    let mut findings = Vec::new();
    for inside in [deep("[", "]"), deep(r#"{"domain":"#, "}"), deep(r#"{"relations":"#, "}")] {
        for name in ["x", "identifier", "domain", "relations", "tags"] {
            let record = format!(r#"{{"resourceType":"Asset","identifier":{{"id":"x"}},"{name}":{inside}}}"#);
            check::command(record.as_bytes(), &mut findings);
        }
    }
    let members: Vec<String> = (0..50_000).map(|number| format!(r#""m{}":{number}"#, number % 40_000)).collect();
    let wide = format!(r#"{{"resourceType":"Asset","identifier":{{"id":"x"}},{}}}"#, members.join(","));
    findings.clear();
    check::command(wide.as_bytes(), &mut findings);
    assert_eq!(findings.len(), 50_001);
}
