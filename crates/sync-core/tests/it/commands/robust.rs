//! Whatever comes in, nothing breaks.

use proptest::prelude::*;
use sync_core::command::{Asset, AssetIdentifier, AttributeValue, Command, Members};

use super::sample::{read, refused, tides};

#[test]
fn ten_thousand_levels_are_an_error_and_no_crash() {
    let deep = 10_000;
    for (open, close) in [(r#"{"domain":"#, "}"), (r#"{"asset":"#, "}"), (r#"{"relations":{"r":["#, "]}}")] {
        let text =
            format!(r#"{{"resourceType":"Mapping","identifier":{}{{}}{}}}"#, open.repeat(deep), close.repeat(deep));
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

/// Text in which structure is likelier than in noise.
fn nearly_json() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "true",
        "1e999",
        "-0",
        "\"",
        "\\",
        "\"identifier\":",
        "\"resourceType\":\"Asset\"",
        "\"relations\":",
        "\"attributes\":",
        "\"value\":",
        "\"name\":\"a\"",
        "\"domain\":",
        "{\"id\":\"x\"}",
        "\"\\ud800\"",
        "\u{feff}",
        " ",
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

#[test]
fn bytes_that_are_not_utf8_are_refused_even_where_they_are_passed_over() {
    let bytes = b"{\"resourceType\":\"Community\",\n\"identifier\":{\"name\":\"x\"},\"a\":\"\xff\"}";
    for error in [Command::from_slice(bytes), Command::from_slice_shallow(bytes)].map(Result::unwrap_err) {
        assert_eq!((error.code(), error.line(), error.column()), ("local.file.notJson", 2, 32));
    }
}
