//! Documents that are made from the tables of the check. `UPDATE_DOCS=1` writes them anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use sync_core::check::{Rule, RuleScope, import_file_schema, rules};

/// Compares a document with what it should be, or writes it.
fn keep(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).expect("the document can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "docs/{name} is not what the code says; UPDATE_DOCS=1 cargo test -p sync-core writes it");
}

#[test]
fn table_of_rules_is_up_to_date() {
    keep("rules.md", &rules_page());
}

#[test]
fn schema_is_up_to_date() {
    keep("import-commands.schema.json", &import_file_schema());
}

const HEAD: &str = "# Rules

What `check` looks for before anything is sent. Made from the table in `sync-core::check`; do not edit it here.

- **error**: the service will refuse the command, or harm follows. Nothing is sent.
- **warning**: probably not meant, or refused by some servers.
- **note**: good to know.

Codes that begin with `importCommand` are the service's own. Those that begin with `local.` are ours: the service has a sentence for
them, but no documented code. `--deny CODE` makes a finding an error, `--allow CODE` passes it over.
";

fn rules_page() -> String {
    let mut page = HEAD.to_owned();
    for (scope, title) in [
        (RuleScope::Command, "One command"),
        (RuleScope::Source, "All commands of a source"),
        (RuleScope::Request, "Parameters of a call"),
        (RuleScope::Template, "Templates"),
        (RuleScope::Table, "Tables"),
        (RuleScope::Server, "Checks with a server"),
    ] {
        let _ = writeln!(page, "\n## {title}\n\n| code | level | rule | evidence |\n| --- | --- | --- | --- |");
        for rule in rules().iter().filter(|rule| rule.scope == scope) {
            let Rule { code, severity, summary, evidence, .. } = rule;
            let _ = writeln!(page, "| [`{code}`](#{}) | {severity} | {summary} | {evidence} |", anchor(code));
        }
    }
    page.push_str("\n# Each rule with a good and a bad example\n");
    page.push_str("\nThose of checks with a server hold for [the model of the harbour example](../examples/harbour/model.json).\n");
    for rule in rules() {
        let Rule { code, summary, help, good, bad, .. } = rule;
        let language = if rule.scope == RuleScope::Table { "text" } else { "json" };
        let _ = writeln!(
            page,
            "\n## {code}\n\n{summary} {help}\n\nGood:\n\n```{language}\n{good}\n```\n\nBad:\n\n```{language}\n{bad}\n```"
        );
    }
    page
}

/// The address that code hosts give a heading.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace('.', "")
}

/// Every reference inside the schema leads to a definition, and is nothing but text.
fn references(value: &serde_json::Value, schema: &serde_json::Value, count: &mut usize) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                if name == "$ref" {
                    let target = value.as_str().and_then(|text| text.strip_prefix('#')).expect("a place in the schema");
                    assert!(schema.pointer(target).is_some_and(serde_json::Value::is_object), "{target}");
                    *count += 1;
                } else {
                    references(value, schema, count);
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| references(item, schema, count)),
        _ => {}
    }
}

#[test]
fn references_in_the_schema_lead_somewhere() {
    let schema: serde_json::Value = serde_json::from_str(&import_file_schema()).expect("a schema is JSON");
    let mut count = 0;
    references(&schema, &schema, &mut count);
    assert!(count > 30, "only {count} references");
}
