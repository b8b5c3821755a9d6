//! What `check` finds, and how it says so.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ran, program, root};

/// One of each of a few mistakes, in places that are easy to count.
const MIXED: &str = r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}},
   "type": {"name": "Table"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Glossary"}},
  {"resourceType": "Wharf", "identifier": {"id": "42"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "tags": ["wet"]}
]
"#;

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("a file");
    }
    folder
}

#[track_caller]
fn codes(report: &Value) -> Vec<(u64, u64, String)> {
    let findings = report["findings"].as_array().expect("findings");
    let number = |finding: &Value, name: &str| finding[name].as_u64().expect("a number");
    findings
        .iter()
        .map(|finding| {
            let code = finding["code"].as_str().expect("a code").to_owned();
            (number(finding, "line"), number(finding, "column"), code)
        })
        .collect()
}

#[test]
fn several_findings_come_in_one_pass_in_the_order_of_the_file() {
    let folder = folder_with(&[("in.json", MIXED)]);
    let report = Ran::expect(1, folder.path(), ["check", "in.json", "--output", "json"]).json();
    let expected: Vec<(u64, u64, String)> = [
        (3, 74, "local.order.dependencyLater"),
        (6, 20, "importCommandResourceTypeInvalid"),
        (7, 20, "local.order.grouping"),
        (7, 43, "local.identifier.interleaved"),
    ]
    .map(|(line, column, code)| (line, column, code.to_owned()))
    .into();
    let found = codes(&report);
    for one in &expected {
        assert!(found.contains(one), "{one:?} is not among {found:#?}");
    }
    let lines: Vec<u64> = found.iter().map(|(line, ..)| *line).collect();
    assert!(lines.is_sorted(), "{found:#?}");
    assert_eq!(report["commands"], 5);
}

#[test]
fn the_text_is_shown_with_the_place_marked() {
    let folder = folder_with(&[("in.json", MIXED)]);
    let ran = Ran::expect(1, folder.path(), ["check", "in.json"]);
    let shown = r#"in.json:3:74: warning[local.order.dependencyLater] this resource is needed here, and its own command comes only later (line 5) (at identifier.domain)
  |
3 | ...er": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}},
  |                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: Put communities first"#;
    ran.says(shown);
    assert!(!ran.stdout.contains('\u{1b}'), "no colour in a file");
    let other = program(folder.path(), ["check", "in.json"]).env("NO_COLOR", "1").output().expect("the program");
    assert_eq!(String::from_utf8_lossy(&other.stdout), ran.stdout);
}

#[test]
fn a_file_in_one_long_line_is_shown_in_pieces() {
    let command = r#"{"resourceType":"Community","identifier":{"name":"Käpt’n"},"description":"…"}"#;
    let bad = command.replace("\"name\"", "\"id\"");
    let line = format!("[{}{bad},{command}]", format!("{command},").repeat(2000));
    let folder = folder_with(&[("in.json", &line)]);
    let ran = Ran::expect(1, folder.path(), ["check", "in.json", "--allow", "local.identifier.repeated"]);
    ran.says("error[local.id.notUuid]").says("^");
    let longest = ran.stdout.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(260), "{}", ran.stdout);
}

#[test]
fn thousands_of_equal_findings_are_grouped() {
    let bad = r#"{"resourceType":"Wharf","identifier":{"name":"x"}}"#;
    let folder = folder_with(&[("in.jsonl", &format!("{bad}\n").repeat(3000))]);
    let ran = Ran::expect(1, folder.path(), ["check", "in.jsonl"]);
    ran.says("in.jsonl: error[importCommandResourceTypeInvalid] 2995 more like the 5 above").says("3000 findings");
    assert!(ran.stdout.lines().count() < 40, "{}", ran.stdout);
    let report = Ran::expect(1, folder.path(), ["check", "in.jsonl", "--output", "json"]).json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(100));
    assert_eq!(report["more_findings"], 2900);
    let total = json!([{"file": "in.jsonl", "code": "importCommandResourceTypeInvalid", "total": 3000, "listed": 100}]);
    assert_eq!(report["totals"], total);
}

#[test]
fn deny_makes_an_error_and_allow_makes_silent() {
    let repeated = r#"[{"resourceType":"Community","identifier":{"name":"x"}},{"resourceType":"Community","identifier":{"name":"x"}}]"#;
    let folder = folder_with(&[("in.json", repeated)]);
    let code = "local.identifier.repeated";
    Ran::expect(0, folder.path(), ["check", "in.json"]).says("note[local.identifier.repeated]");
    Ran::expect(1, folder.path(), ["check", "in.json", "--deny", code]).says("error[local.identifier.repeated]");
    Ran::expect(0, folder.path(), ["check", "in.json", "--allow", code]).says("0 findings");
    Ran::expect(1, folder.path(), ["check", "in.json", "--allow", code, "--deny", code]).says("error[");
    Ran::expect(1, folder.path(), ["run", "in.json", "--id", "x", "--embedded", "--deny", code]).says("error[");
    Ran::expect(0, folder.path(), ["run", "in.json", "--id", "x", "--embedded"])
        .says("note[local.identifier.repeated]");
    Ran::expect(2, folder.path(), ["check", "in.json", "--deny", "identifier.repeated"])
        .says("is it local.identifier.repeated?");
}

#[test]
fn what_cannot_be_read_cannot_be_allowed() {
    let folder = folder_with(&[("in.json", r#"[{"resourceType":"Wharf","identifier":{"name":"x"}}]"#)]);
    let allowed = ["check", "in.json", "--allow", "importCommandResourceTypeInvalid"];
    Ran::expect(1, folder.path(), allowed).says("error[importCommandResourceTypeInvalid]");
}

#[test]
fn order_is_a_warning_in_a_check_and_a_note_in_a_run() {
    let asset = r#"{"resourceType":"Asset","identifier":{"name":"a","domain":{"name":"D","community":{"name":"C"}}},"type":{"name":"Table"}}"#;
    let domain = r#"{"resourceType":"Domain","identifier":{"name":"D","community":{"name":"C"}},"type":{"name":"Physical Data Dictionary"}}"#;
    let community = r#"{"resourceType":"Community","identifier":{"name":"C"}}"#;
    let folder = folder_with(&[("in.json", &format!("[{asset},{domain},{community}]"))]);
    Ran::expect(0, folder.path(), ["check", "in.json"]).says("warning[local.order.dependencyLater]");
    let run = ["run", "in.json", "--id", "x", "--embedded", "--output", "json"];
    let report = Ran::any(&mut program(folder.path(), run)).json();
    let order = report["findings"].as_array().expect("findings").iter();
    let levels: Vec<&Value> = order.map(|finding| &finding["severity"]).collect();
    assert_eq!(levels, ["note", "note"], "{report:#}");
}

#[test]
fn the_harbour_examples_are_clean() {
    for file in ["catalog-v1.json", "catalog-v2.json"] {
        let path = root().join("examples/harbour").join(file);
        let path = path.to_str().expect("a path of text");
        Ran::expect(0, &root(), ["check", path]).says(" 0 findings");
    }
}

/// The members that the standard requires, written out by hand from its text.
#[track_caller]
fn is_sarif(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    for run in log["runs"].as_array().expect("runs") {
        let driver = &run["tool"]["driver"];
        assert!(driver["name"].is_string());
        let rules = driver["rules"].as_array().expect("rules");
        let unit = run["columnKind"].as_str().expect("a unit of columns");
        assert!(["utf16CodeUnits", "unicodeCodePoints"].contains(&unit));
        for rule in rules {
            assert!(rule["id"].is_string(), "{rule:#}");
            assert!(rule["shortDescription"].is_null() || rule["shortDescription"]["text"].is_string(), "{rule:#}");
            let level = &rule["defaultConfiguration"]["level"];
            assert!(level.is_null() || ["none", "note", "warning", "error"].iter().any(|known| level == known));
        }
        for invocation in run["invocations"].as_array().expect("invocations") {
            assert!(invocation["executionSuccessful"].is_boolean());
            for notice in invocation["toolExecutionNotifications"].as_array().into_iter().flatten() {
                assert!(notice["message"]["text"].is_string());
            }
        }
        for result in run["results"].as_array().expect("results") {
            assert!(result["message"]["text"].is_string(), "{result:#}");
            assert!(["none", "note", "warning", "error"].iter().any(|known| result["level"] == *known));
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            for location in result["locations"].as_array().expect("locations") {
                let place = &location["physicalLocation"];
                let uri = place["artifactLocation"]["uri"].as_str().expect("a reference");
                assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
                let region = &place["region"];
                assert!(region["startLine"].as_u64() > Some(0), "{result:#}");
                let (start, end) = (region["startColumn"].as_u64(), region["endColumn"].as_u64());
                assert!(start.is_none_or(|start| start > 0 && end >= Some(start)), "{result:#}");
            }
        }
    }
}

#[test]
fn sarif_has_what_the_standard_requires_and_points_at_the_same_places() {
    let folder = folder_with(&[("ä file.json", MIXED)]);
    let ran = Ran::expect(1, folder.path(), ["check", "ä file.json", "--sarif", "out.sarif", "--output", "json"]);
    let log: Value =
        serde_json::from_slice(&fs::read(folder.path().join("out.sarif")).expect("the log")).expect("JSON");
    is_sarif(&log);
    let findings = ran.json()["findings"].as_array().expect("findings").clone();
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(&findings) {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(result["ruleId"], finding["code"]);
        assert_eq!(place["artifactLocation"]["uri"], "%C3%A4%20file.json");
        assert_eq!(place["region"]["startLine"], finding["line"]);
        let (start, length) = (finding["offset"].as_u64(), finding["length"].as_u64());
        let start = usize::try_from(start.expect("an offset")).expect("a place");
        let length = usize::try_from(length.expect("a length")).expect("a length");
        assert!(MIXED.get(start..start + length).is_some(), "{finding:#}");
    }
}

#[test]
fn sarif_counts_characters_not_bytes() {
    let bad = r#"[{"resourceType":"Community","description":"Größe","identifier":{"id":"42"}}]"#;
    let folder = folder_with(&[("in.json", bad)]);
    Ran::expect(1, folder.path(), ["check", "in.json", "--sarif", "out.sarif"]);
    let log: Value =
        serde_json::from_slice(&fs::read(folder.path().join("out.sarif")).expect("the log")).expect("JSON");
    is_sarif(&log);
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    let before = bad.split("\"42\"").next().expect("text before it");
    assert_eq!(region["startColumn"].as_u64(), Some(before.chars().count() as u64 + 1));
}
