//! Compiling templates.

use sync_formats::{MAX_TEMPLATE_BYTES, Template, TemplateError, TemplateErrorKind};

use crate::expand_support::{compile, path, template_error};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn with_header(text: &str, header: &[&str]) -> Result<Template, TemplateError> {
    Template::compile(text, Some(&names(header)))
}

/// Asserts kind and place of an error.
macro_rules! assert_refused {
    ($text:expr, $kind:pat, $line:expr, $column:expr) => {{
        let error = template_error($text);
        assert!(matches!(error.kind(), $kind), "{error:?}");
        assert_eq!((error.line(), error.column()), ($line, $column), "{error}");
        assert!(error.to_string().ends_with(&format!(" at line {}, column {}", $line, $column)), "{error}");
    }};
}

#[test]
fn number_of_columns_is_the_highest_number_used() {
    let template = compile(r#"[{"a": "${3} and ${12}"}, {"b": ["${7}"]}]"#);
    assert_eq!((template.commands(), template.columns()), (2, 12));
    assert_eq!(compile(r#"[{"a": "b"}]"#).columns(), 0);
}

#[test]
fn last_column_of_a_workbook_is_the_last_that_is_taken() {
    assert_eq!(compile(r#"[{"a": "${16384}"}]"#).columns(), 16_384);
    assert_refused!(r#"[{"a": "${16385}"}]"#, TemplateErrorKind::ColumnTooLarge { .. }, 1, 9);
    assert_refused!(r#"[{"a": "${99999999999999999999999}"}]"#, TemplateErrorKind::ColumnTooLarge { .. }, 1, 9);
}

#[test]
fn column_zero_is_refused_however_it_is_written() {
    assert_refused!(r#"[{"a": "x${0}"}]"#, TemplateErrorKind::ColumnZero, 1, 10);
    assert_refused!(r#"[{"a": "${000}"}]"#, TemplateErrorKind::ColumnZero, 1, 9);
    assert_eq!(template_error(r#"[{"a": "${0}"}]"#).hint().as_deref(), Some("the first column is ${1}"));
}

#[test]
fn text_that_is_not_json_is_refused_with_its_place() {
    let error = template_error("[\n  {\"a\": \"b\",}\n]");
    assert!(matches!(error.kind(), TemplateErrorKind::Syntax(_)));
    assert_eq!((error.line(), error.column()), (2, 13));
    assert_eq!(error.to_string(), "the template is not JSON at line 2, column 13");
    assert!(std::error::Error::source(&error).is_some());
    assert_refused!("", TemplateErrorKind::Syntax(_), 1, 1);
    assert_refused!("[{}] []", TemplateErrorKind::Syntax(_), 1, 6);
}

#[test]
fn template_is_an_array_of_objects_that_is_not_empty() {
    assert_refused!("\n {\"a\": 1}", TemplateErrorKind::NotAnArray, 2, 2);
    assert_refused!("[]", TemplateErrorKind::Empty, 1, 1);
    assert_refused!("[{}, [{}]]", TemplateErrorKind::NotAnObject, 1, 6);
    assert_refused!(r#"["${1}"]"#, TemplateErrorKind::NotAnObject, 1, 2);
}

#[test]
fn placeholder_outside_of_a_string_is_called_by_its_name() {
    assert_refused!(r#"[{"a": ${3}}]"#, TemplateErrorKind::Unquoted, 1, 8);
    assert_refused!("[{\"a\":\n\t[${3}, 1]}]", TemplateErrorKind::Unquoted, 2, 3);
    assert_refused!(r#"[{${4}: "a"}]"#, TemplateErrorKind::Unquoted, 1, 3);
    assert_refused!("${1}", TemplateErrorKind::Unquoted, 1, 1);
}

#[test]
fn placeholder_in_the_name_of_a_member_is_refused() {
    assert_refused!(r#"[{"a": {"b ${4}": ["c"]}}]"#, TemplateErrorKind::InName, 1, 12);
}

#[test]
fn placeholder_without_end_or_content_is_refused() {
    assert_refused!(r#"[{"a": "costs ${5"}]"#, TemplateErrorKind::Unclosed, 1, 15);
    assert_refused!(r#"[{"a": "${}"}]"#, TemplateErrorKind::Nothing, 1, 9);
}

#[test]
fn placeholder_spelled_with_escapes_is_refused() {
    assert_refused!(r#"[{"a": "\u0024{1}"}]"#, TemplateErrorKind::Escaped, 1, 9);
    assert_refused!(r#"[{"a": "$\u007b1}"}]"#, TemplateErrorKind::Escaped, 1, 9);
}

#[test]
fn dollar_signs_and_braces_alone_are_text() {
    for text in ["$", "$$", "{}", "{1}", "$1", "5 $ {", "$(1)", "}{"] {
        assert_eq!(compile(&format!(r#"[{{"a": "{text}"}}]"#)).columns(), 0, "{text}");
    }
    assert_eq!(compile(r#"[{"a": "$${2}"}]"#).columns(), 2);
}

#[test]
fn half_of_a_surrogate_pair_is_refused() {
    assert_refused!(r#"[{"a": "b \ud83d c"}]"#, TemplateErrorKind::NotText, 1, 9);
    assert_refused!(r#"[{"\ude00": "b"}]"#, TemplateErrorKind::NotText, 1, 4);
}

#[test]
fn second_member_with_one_name_is_refused_however_it_is_written() {
    assert_refused!(r#"[{"a": {"b": 1, "c": 2, "\u0062": 3}}]"#, TemplateErrorKind::DuplicateMember { .. }, 1, 25);
}

#[test]
fn nesting_and_size_are_limited() {
    let nested = |depth: usize| format!(r#"[{{"a": {}"x"{}}}]"#, "[".repeat(depth), "]".repeat(depth));
    compile(&nested(60));
    assert!(matches!(template_error(&nested(70)).kind(), TemplateErrorKind::TooDeep { .. }));
    assert!(matches!(template_error(&nested(100_000)).kind(), TemplateErrorKind::TooDeep { .. }));
    let long = format!(r#"[{{"a": "{}"}}]"#, "x".repeat(MAX_TEMPLATE_BYTES));
    assert!(matches!(template_error(&long).kind(), TemplateErrorKind::TooLong { .. }));
}

#[test]
fn names_become_numbers_and_nothing_else_changes() {
    let text = "[ {\"a\" : \"${Table Name}-${2}\",\n\t\"b\":[ \"${Gr\\u00f6\\u00dfe \\\"x\\\"}\" ], \"c\": 1.0}]\n";
    let template = with_header(text, &["Note", "Table Name", "Größe \"x\""]).expect("all names are known");
    assert_eq!(template.numbered_text(), "[ {\"a\" : \"${2}-${2}\",\n\t\"b\":[ \"${3}\" ], \"c\": 1.0}]\n");
    assert_eq!(template.columns(), 3);
}

#[test]
fn text_without_names_is_kept_byte_by_byte() {
    let text = " [ { \"a\": \"${ 1\" } ]".replace("${ 1", "${01}");
    assert_eq!(compile(&text).numbered_text(), text);
}

#[test]
fn byte_order_mark_is_passed_over() {
    let template = compile("\u{FEFF}[{\"a\": \"${1}\"}]");
    assert_eq!(template.numbered_text(), "[{\"a\": \"${1}\"}]");
    assert_refused!("\u{FEFF}[{\"a\": \"${0}\"}]", TemplateErrorKind::ColumnZero, 1, 9);
}

#[test]
fn number_wins_over_a_column_that_is_called_like_it() {
    let template = with_header(r#"[{"a": "${1}"}]"#, &["2", "1"]).expect("a number needs no header");
    assert_eq!(template.numbered_text(), r#"[{"a": "${1}"}]"#);
}

#[test]
fn name_without_header_is_refused_and_the_hint_says_why() {
    assert_refused!(r#"[{"a": "x ${Name}"}]"#, TemplateErrorKind::NameWithoutHeader { .. }, 1, 11);
    let error = template_error(r#"[{"a": "${Name}"}]"#);
    assert_eq!(
        error.to_string(),
        r#"a column is called by its name "Name", and no header is known at line 1, column 9"#
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("first row is a header")));
}

#[test]
fn unknown_name_is_refused_with_those_that_look_like_it() {
    let header = ["Table", "Table Name", "Owner", "tables"];
    let error = with_header(r#"[{"a": "${table}"}]"#, &header).expect_err("case counts");
    let TemplateErrorKind::UnknownName { name, near, known } = error.kind() else { panic!("{error:?}") };
    assert_eq!((name.as_str(), &near[..], known.len()), ("table", &names(&["Table", "tables"])[..], 4));
    assert_eq!(error.hint().as_deref(), Some(r#"there are columns with the names "Table" and "tables""#));
    assert_eq!(error.to_string(), r#"no column has the name "table" at line 1, column 9"#);

    let error = with_header(r#"[{"a": "${Steward}"}]"#, &header).expect_err("nobody is called so");
    assert_eq!(error.hint().as_deref(), Some(r#"the columns are "Table", "Table Name", "Owner" and "tables""#));
    let error = with_header(r#"[{"a": "${Steward}"}]"#, &[]).expect_err("nobody is called so");
    assert_eq!(error.hint().as_deref(), Some("the header is empty"));
}

#[test]
fn hints_stay_short_whatever_the_header_holds() {
    let header: Vec<String> = (0..5000).map(|number| format!("{number} {}", "x".repeat(500))).collect();
    let error = Template::compile(r#"[{"a": "${Steward}"}]"#, Some(&header)).expect_err("nobody is called so");
    let hint = error.hint().expect("there is a header");
    assert!(hint.len() < 1500 && hint.ends_with("and 4990 more"), "{hint}");
}

#[test]
fn name_of_several_columns_is_refused_with_their_numbers() {
    let error = with_header(r#"[{"a": "${Name}"}]"#, &["Name", "Note", "Name"]).expect_err("which one?");
    assert_eq!(error.to_string(), r#"the columns 1 and 3 all have the name "Name" at line 1, column 9"#);
    assert_eq!(error.hint().as_deref(), Some("use the number of the one that is meant: ${1}"));
}

#[test]
fn whether_a_header_is_needed_is_known_without_one() {
    for (text, needs) in [(r#"[{"a": "${1}"}]"#, false), (r#"[{"a": ["${x}"]}]"#, true), (r#"[{"a": "x"}]"#, false)] {
        assert_eq!(Template::needs_header(text).expect("a template"), needs, "{text}");
    }
    assert!(Template::needs_header(r#"[{"a": "${0}"}]"#).is_err());
}

#[test]
fn value_of_a_command_is_found_in_the_text() {
    let text = "[{\"a\": \"x\"},\n {\"b\": {\"c\": [\"${1}\", {\"d\": 7}]}}]";
    let template = compile(text);
    let found = |command: usize, text_path: &str| {
        let place = template.place_of(command, &path(text_path)).expect("the command is there");
        (place.line, place.column, &text[place.offset as usize..(place.offset + place.length) as usize])
    };
    assert_eq!(found(0, "a"), (1, 8, "\"x\""));
    assert_eq!(found(1, "b.c.1.d"), (2, 29, "7"));
    assert_eq!(found(1, "b.c.9"), (2, 15, "\"${1}\""));
    assert_eq!(found(1, "b.z"), (2, 8, "{\"c\": [\"${1}\", {\"d\": 7}]}"));
    assert!(template.place_of(2, &path("")).is_none());
}

#[test]
fn number_that_nobody_could_read_is_refused_at_its_place() {
    assert_refused!(r#"[{"a": [1, 1e999]}]"#, TemplateErrorKind::Syntax(_), 1, 12);
    compile(r#"[{"a": [1, 1e99, -0.5, 123456789012345678901234567890]}]"#);
}
