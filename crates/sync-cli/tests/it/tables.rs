//! Tables with a template, in text and in workbooks.

use std::fs;
use std::path::Path;

use crate::support::{Ran, content, harbour, program};

/// Runs one form of the example on an embedded server in a folder of its own; what the server has then.
fn catalogue_of(input: &str, more: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut args = vec!["run", input, "--id", "harbour", "--embedded", "--quiet"];
    args.extend(more);
    Ran::expect(0, folder.path(), args).says("the cycle is finalized");
    content(&folder.path().join(".collibra-sync/embedded"))
}

fn assert_same(found: &[String], expected: &[String]) {
    let lost: Vec<_> = expected.iter().filter(|line| !found.contains(line)).take(3).collect();
    let more: Vec<_> = found.iter().filter(|line| !expected.contains(line)).take(3).collect();
    assert!(found == expected, "lost {lost:#?}\nmore {more:#?}");
}

#[test]
fn the_dictionary_as_text_or_workbook_gives_the_catalogue_of_the_json() {
    let expected = catalogue_of(&harbour("catalog-v1.json"), &[]);
    assert!(expected.len() > 2000, "{}", expected.len());
    let template = harbour("dictionary.template.json");
    for table in ["dictionary.csv", "dictionary.xlsx"] {
        for upload in ["json", "as-is"] {
            let args = ["--template", &template, "--header-row", "--upload", upload, "--batch-commands", "100"];
            assert_same(&catalogue_of(&harbour(table), &args), &expected);
        }
    }
}

#[test]
fn the_dictionary_expands_to_the_same_commands_from_text_and_workbook() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = harbour("dictionary.template.json");
    let expand = |table: &str, out: &str| {
        Ran::expect(0, folder.path(), ["expand", &harbour(table), "--template", &template, "-o", out]);
        fs::read_to_string(folder.path().join(out)).expect("the commands")
    };
    let text = expand("dictionary.csv", "text.json");
    assert_eq!(text.lines().count(), 411 + 2);
    assert_eq!(text, expand("dictionary.xlsx", "workbook.json"));
    let printed = Ran::expect(0, folder.path(), ["expand", &harbour("dictionary.csv"), "--template", &template]);
    assert_eq!(printed.text(), text);
}

const TEMPLATE: &str = r#"[
  {"resourceType": "Asset",
   "identifier": {"name": "${1}", "domain": {"name": "${2}", "community": {"name": "Harbour"}}},
   "type": {"name": "Table"},
   "relations": {"00000000-0000-0000-0000-000000007043:SOURCE": [{"id": "${3}"}]}}
]"#;

/// Writes a table and its template, and checks it.
fn checked(code: i32, folder: &Path, name: &str, table: &str, more: &[&str]) -> Ran {
    fs::write(folder.join(name), table).expect("a table");
    fs::write(folder.join("t.json"), TEMPLATE).expect("a template");
    let mut args = vec!["check", name, "--template", "t.json"];
    args.extend(more);
    Ran::expect(code, folder, args)
}

#[test]
fn what_is_wrong_with_a_command_is_told_at_its_cell() {
    let folder = tempfile::tempdir().expect("a folder");
    let ids = "00000000-0000-0000-0000-000000000001";
    let table = format!("keel;Tides;{ids}\nkeel;Tides;none\n");
    checked(1, folder.path(), "t.csv", &table, &[])
        .says("t.csv:2:12: error[local.id.notUuid]")
        .says("(at relations[\"00000000-0000-0000-0000-000000007043:SOURCE\"][1].id, in column 3)")
        .says("2 | keel;Tides;none");
}

#[test]
fn a_quote_that_is_never_closed_is_told_where_it_opens() {
    let folder = tempfile::tempdir().expect("a folder");
    checked(1, folder.path(), "t.csv", "keel;Tides;\n\"mast;Tides;\nbow;Tides;\n", &[])
        .says("t.csv:2:1: error[local.table.unreadable] the quote opened here is never closed");
}

#[test]
fn a_template_that_is_none_is_told_at_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("t.csv"), "a;b\n").expect("a table");
    fs::write(folder.path().join("t.json"), "[{\"resourceType\": \"Community\",\n \"identifier\": {\"name\": ${1}}}]")
        .expect("a file");
    Ran::expect(1, folder.path(), ["check", "t.csv", "--template", "t.json"])
        .says("t.json:2:25: error[local.template.invalid] a placeholder outside of a string")
        .says("every cell becomes a string");
}

#[test]
fn a_table_without_a_template_is_told_what_it_lacks() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("t.csv"), "a;b\n").expect("a table");
    Ran::expect(1, folder.path(), ["check", "t.csv"]).says("t.csv is a table").says("--template FILE");
}

#[test]
fn a_lone_backslash_is_told_before_it_vanishes() {
    let folder = tempfile::tempdir().expect("a folder");
    checked(0, folder.path(), "t.csv", "C:\\temp;Tides;\n", &[])
        .says("warning[local.table.dialect] the service reads \"C:temp\", most other programs \"C:\\\\temp\"");
    let rfc = checked(0, folder.path(), "t.csv", "C:\\temp,Tides,\n", &["--dialect", "rfc4180"]);
    assert!(!rfc.text().contains("local.table.dialect"), "{}", rfc.text());
}

#[test]
fn rows_of_a_bad_table_are_all_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = r#"[{"resourceType": "Complex Relation", "identifier": {"externalSystemId": "a", "externalEntityId": "${1}"},
        "relations": {"00000000-0000-0000-0000-000000000001": [{"name": "${2}", "domain": {"name": "${3}", "community": {"name": "c"}}}]}}]"#;
    fs::write(folder.path().join("t.json"), template).expect("a template");
    fs::write(folder.path().join("t.csv"), "1;a,b;x\n2;a;x\n3;a,b;x,y,z\n").expect("a table");
    fs::write(folder.path().join("out.json"), "before").expect("a file");
    Ran::expect(1, folder.path(), ["expand", "t.csv", "--template", "t.json", "-o", "out.json"])
        .says("t.csv:1:")
        .says("t.csv:3:");
    assert_eq!(fs::read_to_string(folder.path().join("out.json")).expect("the file"), "before");
}

#[test]
fn the_flag_for_no_header_row_wins_over_the_environment() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}}]"#;
    fs::write(folder.path().join("t.json"), template).expect("a template");
    fs::write(folder.path().join("t.csv"), "Quay\nPier\n").expect("a table");
    for (flag, commands) in [(None, 1), (Some("--header-row"), 1), (Some("--no-header-row"), 2)] {
        let mut command = program(folder.path(), ["expand", "t.csv", "--template", "t.json"]);
        let ran = Ran::of(0, command.args(flag).env("COLLIBRA_SYNC_HEADER_ROW", "true"));
        assert_eq!(ran.stdout.matches("Community").count(), commands, "{flag:?}");
    }
}

#[test]
fn what_is_said_of_a_template_is_said_once_and_by_its_name_as_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}, "description": "of ${1}"}]"#;
    fs::write(folder.path().join("t.json"), template).expect("a template");
    fs::write(folder.path().join("a.csv"), "Quay\n").expect("a table");
    fs::write(folder.path().join("b.csv"), "Pier\n").expect("a table");
    let ran = Ran::expect(0, folder.path(), ["check", "a.csv", "b.csv", "--template", "t.json"]);
    assert_eq!(ran.stdout.matches("local.template.textAround").count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.starts_with("t.json:1:"), "{}", ran.stdout);
}

#[test]
fn an_error_of_a_job_names_the_cell_of_the_resource() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = r#"[
      {"resourceType": "Community", "identifier": {"name": "Harbour"}},
      {"resourceType": "Domain", "type": {"name": "${1}"}, "identifier": {"name": "${2}", "community": {"name": "Harbour"}}}
    ]"#;
    fs::write(folder.path().join("t.json"), template).expect("a template");
    fs::write(folder.path().join("t.csv"), "Glossary;Quay\nGlossery;Pier\n").expect("a table");
    let args = ["run", "t.csv", "--template", "t.json", "--id", "harbour", "--embedded"];
    let ran = Ran::expect(1, folder.path(), args);
    ran.says("t.csv:2: ")
        .says(", in column 2)")
        .says("repair it and run it again")
        .says("to go on: collibra-sync resume");
}

#[test]
fn relations_that_rows_cannot_add_are_a_matter_of_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("t.json"), r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}}]"#)
        .expect("a template");
    fs::write(folder.path().join("t.csv"), "Quay\n").expect("a table");
    let run = ["run", "t.csv", "--template", "t.json", "--id", "harbour", "--embedded", "--upload", "as-is"];
    let ran = Ran::expect(2, folder.path(), run.iter().chain(&["--relations", "add"]));
    ran.says("the rows of t.csv").says("--upload as-is and --relations add");
    Ran::expect(0, folder.path(), run);
}

#[cfg(unix)]
#[test]
fn a_file_that_expand_writes_is_one_like_any_other() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("t.json"), r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}}]"#)
        .expect("a template");
    fs::write(folder.path().join("t.csv"), "Quay\n").expect("a table");
    Ran::expect(0, folder.path(), ["expand", "t.csv", "--template", "t.json", "-o", "out.json"]);
    let mode = |name: &str| fs::metadata(folder.path().join(name)).expect("a file").permissions().mode();
    assert_eq!(mode("out.json"), mode("t.csv"));
}
