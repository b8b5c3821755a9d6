//! The harbour's source as it comes out of an export that went wrong, with removals asked for.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Catalogue, Ran, harbour};

fn run(code: i32, folder: &Path, input: &str, more: &[&str]) -> Ran {
    let fixed = ["run", input, "--id", "harbour", "--on-missing", "remove"];
    Ran::expect(code, folder, fixed.into_iter().chain(more.iter().copied()).chain(["--embedded", "data"]))
}

/// A folder in which the whole harbour was run once, and its commands.
fn prepared() -> (tempfile::TempDir, Vec<Value>) {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = harbour("catalog-v1.json");
    run(0, folder.path(), &whole, &[]);
    let commands = fs::read_to_string(&whole).expect("the harbour's source");
    (folder, serde_json::from_str(&commands).expect("commands"))
}

fn write(folder: &Path, commands: &[Value]) {
    fs::write(folder.join("damaged.json"), serde_json::to_vec(commands).expect("JSON")).expect("a file");
}

/// What the printed flag says.
fn flag(stopped: &Ran) -> String {
    let flag = stopped.stdout.split_once("--allow-removals ").and_then(|(_, rest)| rest.split_whitespace().next());
    flag.expect("the flag with its number").to_owned()
}

#[test]
fn half_a_source_stops_with_names_and_the_printed_flag_lets_just_this_run_pass() {
    let (folder, commands) = prepared();
    let at = folder.path();
    let before = Catalogue::below(&at.join("data"));
    let half = &commands[..commands.len() / 2];
    write(at, half);
    let stopped = run(3, at, "damaged.json", &[]);
    let missing = commands.len() - half.len();
    stopped.says(&format!("would remove {missing} of {} known", commands.len())).says("nothing was sent");
    stopped.says("Asset harbourdb");
    assert_eq!(Catalogue::below(&at.join("data")), before);

    let flag = flag(&stopped);
    assert_eq!(flag, missing.to_string());
    write(at, &commands[..half.len() - 1]);
    run(3, at, "damaged.json", &["--allow-removals", &flag]).says("this run was allowed");
    write(at, half);
    run(0, at, "damaged.json", &["--allow-removals", &flag]);
    assert_eq!(Catalogue::below(&at.join("data")).assets_not_in(&before), [""; 0]);
}

#[test]
fn an_emptied_source_is_refused() {
    let (folder, _) = prepared();
    let before = Catalogue::below(&folder.path().join("data"));
    write(folder.path(), &[]);
    run(1, folder.path(), "damaged.json", &["--allow-removals", "1000"]).says("damaged.json:1:1").says("no command");
    assert_eq!(Catalogue::below(&folder.path().join("data")), before);
}

#[test]
fn a_source_cut_off_in_the_middle_of_a_command_is_refused() {
    let (folder, _) = prepared();
    let before = Catalogue::below(&folder.path().join("data"));
    let whole = fs::read(harbour("catalog-v1.json")).expect("the harbour's source");
    fs::write(folder.path().join("damaged.json"), &whole[..whole.len() / 2]).expect("a file");
    let refused = run(1, folder.path(), "damaged.json", &["--allow-removals", "1000"]);
    refused.says("expected the end of the command that begins at line");
    assert_eq!(Catalogue::below(&folder.path().join("data")), before);
}

#[test]
fn a_renamed_domain_counts_as_gone_with_everything_in_it() {
    let (folder, commands) = prepared();
    let at = folder.path();
    let before = Catalogue::below(&at.join("data"));
    let text = serde_json::to_string(&commands).expect("JSON");
    let renamed = text.replace("\"Traffic Dictionary\"", "\"Traffic Data Dictionary\"");
    assert_ne!(renamed, text, "the harbour has such a domain");
    fs::write(at.join("damaged.json"), &renamed).expect("a file");
    let stopped = run(3, at, "damaged.json", &[]);
    stopped.says("Domain Traffic Dictionary (Harbour Operations)").says("nothing was sent");
    assert_eq!(Catalogue::below(&at.join("data")), before);
    let flag = flag(&stopped);
    run(0, at, "damaged.json", &["--allow-removals", &flag]);
}
