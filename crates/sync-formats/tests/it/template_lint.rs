//! What is probably not meant in a template.

use sync_core::check::Severity;
use sync_formats::{LintContext, TemplateFinding};

use crate::expand_support::compile;

const GOOD: &str = r#"[
  {"resourceType": "Asset", "identifier": {"name": "${1}", "domain": {"name": "Tides", "community": {"name": "Harbour"}}},
   "tags": ["${2}"]}
]"#;

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn lint(text: &str, names: Option<&[&str]>) -> Vec<TemplateFinding> {
    let names = names.map(header);
    let context = LintContext::default();
    compile(text).lint(&names.as_ref().map_or(context, |names| context.with_header(names)))
}

fn codes(findings: &[TemplateFinding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn good_template_has_no_findings() {
    assert_eq!(lint(GOOD, Some(&["Name", "Tags"])), []);
    assert_eq!(lint(GOOD, None), []);
}

#[test]
fn placeholder_without_dollar_sign_is_found_at_its_place() {
    let text = GOOD.replace("Tides", "of {12} and ${1} {x} ${2}{3}");
    let findings = lint(&text, None);
    let found: Vec<_> = findings
        .iter()
        .filter(|finding| finding.code == "local.template.placeholder")
        .map(|finding| {
            let place = finding.offset as usize..(finding.offset + finding.length) as usize;
            (&text[place], finding.line, finding.severity, finding.path.to_string())
        })
        .collect();
    let at = String::from("[0].identifier.domain.name");
    assert_eq!(found, [("{12}", 2, Severity::Warning, at.clone()), ("{3}", 2, Severity::Warning, at)]);
}

#[test]
fn name_of_a_column_in_braces_is_found_where_it_is_known() {
    let text = GOOD.replace("Tides", "{Tags}");
    assert_eq!(lint(&text, None), []);
    assert_eq!(codes(&lint(&text, Some(&["Name", "Tags"]))), ["local.template.placeholder"]);
}

#[test]
fn number_in_braces_in_the_name_of_a_member_is_found() {
    let findings = lint(r#"[{"identifier": {"name": "${1}"}, "attributes": {"{2}": [{"value": "${2}"}]}}]"#, None);
    assert_eq!(codes(&findings), ["local.template.placeholder"]);
    assert_eq!((findings[0].column, findings[0].path.to_string()), (51, String::from(r#"[0].attributes["{2}"]"#)));
}

#[test]
fn columns_that_are_not_used_are_named() {
    let findings = lint(GOOD, Some(&["Name", "Tags", "Status", ""]));
    assert_eq!(codes(&findings), ["local.template.columnUnused"]);
    assert_eq!(findings[0].message, "column 3 (Status) and column 4 are not used");
    assert_eq!((findings[0].line, findings[0].column, findings[0].severity), (1, 1, Severity::Note));
}

#[test]
fn placeholder_past_the_last_column_is_found() {
    let findings = lint(&GOOD.replace("${2}", "${3}"), Some(&["Name", "Tags"]));
    assert_eq!(codes(&findings), ["local.template.columnUnused", "local.template.columnMissing"]);
    assert_eq!(findings[1].message, "column 3 is past the last of 2 columns: it is always empty");
    assert_eq!((findings[1].line, findings[1].column, findings[1].length), (3, 14, 4));
    let width = LintContext::default().with_width(1);
    assert_eq!(codes(&compile(GOOD).lint(&width)), ["local.template.columnMissing"]);
}

#[test]
fn identifier_without_placeholder_is_worse_for_an_asset_than_for_what_it_lies_in() {
    for (kind, severity) in [
        ("Asset", Severity::Warning),
        ("Mapping", Severity::Warning),
        ("Domain", Severity::Note),
        ("Community", Severity::Note),
    ] {
        let text =
            format!(r#"[{{"resourceType": "{kind}", "identifier": {{"name": "fixed"}}, "description": "${{1}}"}}]"#);
        let findings = lint(&text, None);
        assert_eq!(codes(&findings), ["local.template.identifierConstant"], "{kind}");
        assert_eq!((findings[0].severity, findings[0].path.to_string().as_str()), (severity, "[0].identifier"));
    }
    assert_eq!(lint(r#"[{"resourceType": "Asset", "identifier": {"name": "fixed"}}]"#, None), []);
}

#[test]
fn text_around_a_placeholder_is_noted_once_a_string() {
    let findings = lint(&GOOD.replace("${1}", "${1}>${2}"), None);
    assert_eq!(codes(&findings), ["local.template.textAround"]);
    assert_eq!((findings[0].severity, findings[0].line, findings[0].length), (Severity::Note, 2, 11));
}
