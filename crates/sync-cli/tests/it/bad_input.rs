//! Inputs that are not fit to be sent: said where and why, and nothing is sent.

use std::fs;

use serde_json::json;

use crate::support::{Behaviour, Peer, Ran, program, table, tables};

/// Runs `file` with `content` in it, if there is any. Asserts that the server heard nothing, that the state holds
/// nothing, and that all of `parts` are said.
#[track_caller]
fn rejected_with(file: &str, content: Option<&[u8]>, more: &[&str], parts: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let peer = Peer::start(Behaviour::default());
    if let Some(content) = content {
        fs::write(at.join(file), content).expect("a file");
    }
    fs::create_dir(at.join("folder.json")).expect("a folder");
    fs::write(at.join("good.json"), tables(2)).expect("a file");
    let of = ["--id", "pilots", "--url", &peer.url];
    let mut run = program(at, ["run", file].into_iter().chain(of).chain(more.iter().copied()));
    let ran = Ran::any(run.env("COLLIBRA_TOKEN", "t0ken"));
    assert!(matches!(ran.code, Some(1 | 2)), "{ran:?}");
    for part in parts {
        ran.says(part);
    }
    assert_eq!(peer.requests(), [""; 0]);

    let plan = Ran::expect(0, at, ["plan", "good.json", "--output", "json"].into_iter().chain(of)).json();
    assert_eq!((&plan["known"], &plan["added_total"]), (&json!(0), &json!(4)), "the state holds something");
}

#[track_caller]
fn rejected(file: &str, content: impl AsRef<[u8]>, parts: &[&str]) {
    rejected_with(file, Some(content.as_ref()), &[], parts);
}

const GOOD: &str = r#"{"resourceType":"Community","identifier":{"name":"Pilots"}}"#;

#[test]
fn one_command_without_an_array() {
    rejected("in.json", GOOD, &["in.json:1:1: error[local.file.notArray]"]);
}

#[test]
fn an_empty_file() {
    rejected("in.json", "", &["in.json:1:1: error[local.file.empty]"]);
    rejected("in.jsonl", "", &["in.jsonl:1:1: error[local.file.empty]"]);
}

#[test]
fn an_empty_array() {
    rejected("in.json", "[]", &["in.json:1:1: error[local.file.empty]", "everything as missing"]);
}

#[test]
fn an_array_cut_off_within_a_command() {
    let whole = tables(5);
    rejected("in.json", &whole[..whole.len() - 40], &["in.json:7:", "error[local.file.notJson]"]);
}

#[test]
fn an_array_cut_off_between_commands() {
    rejected("in.json", format!("[{GOOD},\n{GOOD}\n"), &["in.json:3:1: error[local.file.notJson]"]);
}

#[test]
fn a_byte_order_mark_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), format!("\u{feff}{}", tables(3))).expect("a file");
    Ran::expect(0, folder.path(), ["run", "in.json", "--id", "pilots", "--embedded"]).says("5 added");
}

#[test]
fn utf_16() {
    let text = format!("\u{feff}[{GOOD}]");
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    rejected("in.json", little, &["in.json:1:1: error", "UTF-16"]);
    rejected("in.json", big, &["in.json:1:1: error", "UTF-16"]);
}

#[test]
fn bytes_that_are_not_utf_8() {
    let mut bytes = format!("[{GOOD},\n{GOOD}]").into_bytes();
    let place = bytes.len() - 5;
    bytes[place] = 0xE9;
    rejected("in.json", bytes, &["in.json:2:", "UTF-8"]);
}

#[test]
fn a_member_that_stands_twice() {
    let twice = r#"{"resourceType":"Community","identifier":{"name":"A"},"identifier":{"name":"B"}}"#;
    rejected("in.json", format!("[{GOOD},\n{twice}]"), &["in.json:2:", "error[", "identifier"]);
}

#[test]
fn ten_thousand_levels() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let command = format!(r#"{{"resourceType":"Community","identifier":{{"name":"A"}},"attributes":{deep}}}"#);
    rejected("in.json", format!("[{GOOD},\n{command}]"), &["in.json:2:", "error["]);
    rejected("in.json", "[".repeat(10_000), &["in.json:1:", "error["]);
}

#[test]
fn a_command_without_identifier() {
    let nobody = r#"{"resourceType":"Asset","type":{"name":"Table"}}"#;
    rejected("in.json", format!("[{GOOD},\n{nobody}]"), &["in.json:2:", "error[", "identifier"]);
}

#[test]
fn a_resource_type_that_does_not_exist() {
    let what = r#"{"resourceType":"Wharf","identifier":{"name":"A"}}"#;
    rejected("in.json", format!("[{GOOD},\n\n  {what}]"), &["in.json:3:", "error[", "Wharf", "(at resourceType)"]);
}

#[test]
fn every_bad_command_is_named_not_only_the_first() {
    let nobody = r#"{"resourceType":"Asset","type":{"name":"Table"}}"#;
    rejected("in.json", format!("[{nobody},\n{GOOD},\n{nobody}]"), &["in.json:1:", "in.json:3:", "2 findings"]);
}

#[test]
fn a_command_larger_than_a_batch() {
    let long = GOOD.replace("Pilots", &"x".repeat(2000));
    let parts = ["in.json:2:1: error[local.batch.commandTooLarge]", "help:"];
    rejected_with("in.json", Some(format!("[{GOOD},\n{long}]").as_bytes()), &["--batch-bytes", "1KiB"], &parts);
}

#[test]
fn a_command_larger_than_any_may_be() {
    let long = GOOD.replace("Pilots", &"x".repeat(17 << 20));
    rejected("in.json", format!("[{GOOD},\n{long}]"), &["in.json:2:1: error[", "16777216 bytes"]);
}

#[test]
fn a_folder() {
    rejected_with("folder.json", None, &[], &["folder.json is a folder"]);
}

#[test]
fn a_file_that_is_not_there() {
    rejected_with("nowhere.json", None, &[], &["nowhere.json", "No such file"]);
}

#[test]
fn an_ending_that_says_nothing() {
    rejected("in.txt", format!("[{GOOD}]"), &["in.txt", ".json, .jsonl, .ndjson, .csv", "--format"]);
}

#[test]
fn a_broken_line_among_lines() {
    let lines = format!("{GOOD}\n{}\n{{\"resourceType\": \n{GOOD}\n", table("a", "Table"));
    rejected("in.jsonl", lines, &["in.jsonl:3:", "error["]);
}

#[test]
fn the_second_of_two_files_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("good.json"), tables(2)).expect("a file");
    fs::write(folder.path().join("bad.json"), "[1]").expect("a file");
    let ran = Ran::expect(1, folder.path(), ["run", "good.json", "bad.json", "--id", "pilots", "--embedded"]);
    ran.says("bad.json:1:2: error[");
}

#[test]
fn check_says_the_same_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), format!("[{GOOD},\n{{}}]")).expect("a file");
    Ran::expect(1, folder.path(), ["check", "in.json"]).says("in.json:2:").says("error[");
    let report = Ran::expect(1, folder.path(), ["check", "in.json", "--output", "json"]).json();
    assert_eq!((&report["exit_code"], &report["findings"][0]["line"]), (&json!(1), &json!(2)));
}

#[test]
fn a_plan_of_standard_input_is_not_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["plan", "-", "--format", "json", "--id", "harbour", "--embedded", "--out", "harbour.plan"];
    Ran::expect(2, folder.path(), args).says("a plan of standard input").says("write it to a file");
    assert!(!folder.path().join("harbour.plan").exists());
}
