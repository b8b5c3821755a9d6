//! Characters that make a dialect, and those that do not.

use sync_formats::{CsvDialect, DialectError, Rfc4180Dialect};

fn refusal(separator: &str, quote: &str, escape: &str) -> String {
    CsvDialect::new(separator, quote, escape).expect_err("these are no dialect").to_string()
}

#[test]
fn anything_but_one_character_is_refused() {
    assert_eq!(refusal("", "\"", "\\"), "the separator must be exactly one character, not \"\"");
    assert_eq!(refusal(";", "''", "\\"), "the quote must be exactly one character, not \"''\"");
    assert_eq!(refusal(";", "\"", "\\t"), "the escape must be exactly one character, not \"\\\\t\"");
}

#[test]
fn characters_the_service_cannot_take_are_refused() {
    assert_eq!(refusal("\n", "\"", "\\"), "the separator must not be the line end '\\n'");
    assert_eq!(refusal(";", "\"", "\r"), "the escape must not be the line end '\\r'");
    assert_eq!(refusal("\0", "\"", "\\"), "the separator must not be NUL");
    assert_eq!(
        refusal(";", "😀", "\\"),
        "the quote '😀' is not among the characters U+0000 to U+FFFF that the service takes"
    );
}

#[test]
fn equal_characters_are_refused_unless_both_are_switched_off() {
    assert_eq!(refusal(";", "\"", "\""), "the quote and the escape must be different characters, not both '\"'");
    assert_eq!(refusal(",", ",", "\\"), "the separator and the quote must be different characters, not both ','");
    assert!(matches!(CsvDialect::new("x", "\"", "x"), Err(DialectError::Same { character: 'x', .. })));
    assert!(CsvDialect::new(";", "\0", "\0").is_ok());
}

#[test]
fn default_is_the_default_of_the_service() {
    let dialect = CsvDialect::default();
    assert_eq!(CsvDialect::new(";", "\"", "\\"), Ok(dialect.clone()));
    assert!(!dialect.strict_quotes() && !dialect.ignore_leading_whitespace());
}

#[test]
fn parameters_have_the_names_of_the_service() {
    let dialect: CsvDialect =
        serde_json::from_str(r#"{"separator": "→", "strictQuotes": true}"#).expect("these are good parameters");
    assert_eq!(dialect, CsvDialect::new("→", "\"", "\\").expect("a dialect").with_strict_quotes(true));
    let json = serde_json::to_string(&dialect).expect("a dialect can be written");
    let every = r#"{"separator":"→","quote":"\"","escape":"\\","strictQuotes":true,"ignoreLeadingWhitespace":false}"#;
    assert_eq!(json, every);
    assert_eq!(serde_json::from_str::<CsvDialect>(&json).expect("its own JSON"), dialect);
}

#[test]
fn parameters_that_are_no_dialect_are_refused_as_json() {
    for json in [r#"{"separator": ";;"}"#, r#"{"separator": "\""}"#, r#"{"seperator": ","}"#] {
        assert!(serde_json::from_str::<CsvDialect>(json).is_err(), "{json}");
    }
}

#[test]
fn rfc_4180_takes_ascii_only() {
    assert_eq!(Rfc4180Dialect::new(",", "\""), Ok(Rfc4180Dialect::default()));
    let error = Rfc4180Dialect::new("→", "\"").expect_err("not ASCII");
    assert_eq!(error.to_string(), "the separator '→' is not ASCII; RFC 4180 is read with ASCII characters only");
    assert!(matches!(Rfc4180Dialect::new(";", ";"), Err(DialectError::Same { .. })));
}

#[test]
fn inner_characters_avoid_the_outer_ones() {
    let inner = |separator, quote| {
        let dialect = CsvDialect::new(separator, quote, "\\").expect("a dialect");
        (dialect.value_separator(), dialect.value_quote())
    };
    assert_eq!(inner(";", "\""), (',', '|'));
    assert_eq!(inner(",", "\""), (';', '|'));
    assert_eq!(inner("\t", "'"), (';', '"'));
}

#[test]
fn values_are_joined_for_one_cell() {
    let join = |values: &[&str]| CsvDialect::default().join_values(values);
    assert_eq!(join(&[]).as_deref(), Ok(""));
    assert_eq!(join(&["hull"]).as_deref(), Ok("hull"));
    assert_eq!(join(&["hull; aft", "red,blue", "a \"b\""]).as_deref(), Ok("hull; aft,|red,blue|,a \"b\""));
}

#[test]
fn values_that_a_list_cannot_hold_are_named() {
    let refusal = |values: &[&str]| CsvDialect::default().join_values(values).expect_err("one is bad").to_string();
    assert_eq!(
        refusal(&["a", "b|c"]),
        "value 2 of the cell, \"b|c\", cannot be written in a list: how the service wants '|' written in a list is not documented"
    );
    assert!(refusal(&["a\\b"]).contains("wants '\\\\' written"));
    assert!(refusal(&["a", ""]).ends_with("what the service makes of an empty value is not documented"));
    for outer in [" a", "a\t", "\u{2003}a", "a\u{1}"] {
        assert!(refusal(&[outer]).ends_with("the service would take the white space off its ends"), "{outer:?}");
    }
}
