//! The conformance suite from the command line.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Behaviour, Peer, Ran, Running, Server, Signal, get, program, root};

fn conformance(folder: &Path, url: &str, args: &[&str]) -> Command {
    let mut all = vec!["conformance", "--url", url];
    all.extend(args);
    let mut command = program(folder, all);
    command.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin");
    command
}

#[track_caller]
fn assert_nothing_left(url: &str) {
    for list in ["/communities", "/domains", "/assets", "/mappings", "/import/synchronize"] {
        assert_eq!(get(url, list)["total"], 0, "{list}");
    }
}

#[test]
fn nothing_is_sent_without_the_flag_that_allows_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let peer = Peer::start(Behaviour::default());
    Ran::of(2, &mut conformance(folder.path(), &peer.url, &[])).says("--create-test-community");
    assert_eq!(peer.requests(), [""; 0]);
}

#[test]
fn page_about_the_suite_shows_what_is_printed() {
    let page = fs::read_to_string(root().join("docs/conformance.md")).expect("the page");
    let [only, printed] =
        ["--only ", "```text\n"].map(|start| page.split(start).nth(1).expect("a command and a block"));
    let only = only.split_whitespace().next().expect("numbers");
    let printed = printed.split("```").next().expect("the end of the block");
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--memory"]);
    let mut command = conformance(folder.path(), &server.url, &["--create-test-community", "--only", only, "--quiet"]);
    assert_eq!(Ran::of(0, &mut command).stdout, printed);
}

#[test]
fn statements_are_listed_without_a_target() {
    let folder = tempfile::tempdir().expect("a folder");
    let listed = Ran::expect(0, folder.path(), ["conformance", "--list"]).stdout;
    assert_eq!(listed.lines().count(), 60);
    let json = Ran::expect(0, folder.path(), ["conformance", "--list", "--output", "json"]).json();
    assert_eq!(json[11]["name"], "asset_left_out_of_the_next_cycle_is_removed_alone");
    assert_eq!(json[18]["switches"][0]["choices"][1]["value"], "forgotten");
}

#[test]
fn server_in_other_readings_is_told_apart_and_can_be_served_again_from_what_was_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = json!({
        "idExistsFrom": "accepted", "uuidIdsOnly": true, "changeStatusWithoutStatus": "job-error",
        "ignoredMembers": "forgotten", "restoredStatus": "previous", "missingDomainsAndCommunities": "removed",
        "missingComplexRelations": "kept", "missingMappings": "kept", "failedCommands": "seen",
        "partialImport": "not-finalized", "finalizeWithoutCycle": "job-error", "largePage": "refused",
        "sampleCounters": true, "jobResultField": "included", "hiddenPolls": 2, "hiddenJob": "server-error",
        "indexBase": "one", "rolledBackErrorListed": false, "jobNames": "with-file", "jobOrder": "racing",
        "concurrentAssets": "serialized", "canceledWork": "kept", "jobsApi": "older-only",
        "missingJobsApi": "not-found", "olderCancel": "by-version", "fileAndFileId": "job-error",
        "urlEncodedForm": "accepted", "attributesAction": "applied", "unknownSynchronization": "not-found",
        "nullMembers": "refused", "emptyValues": "removed", "nameCase": "ignored", "listCells": "all",
    });
    let profile = json!({"profile": "before-2026.07", "readings": other});
    fs::write(folder.path().join("other.json"), profile.to_string()).expect("a file");
    let server = Server::start(folder.path(), &["--memory", "--profile", "other.json"]);
    let args = ["--create-test-community", "--save", "found.json"];
    let ran = Ran::of(0, &mut conformance(folder.path(), &server.url, &args));
    ran.says("partialImport").says("not-finalized (not the default)").says("nothing was left behind");
    ran.says("this server takes UUIDs only");
    assert_nothing_left(&server.url);

    let found: Value =
        serde_json::from_slice(&fs::read(folder.path().join("found.json")).expect("a file")).expect("JSON");
    assert_eq!((&found["profile"], &found["readings"]), (&profile["profile"], &profile["readings"]));

    let again = Server::start(folder.path(), &["--memory", "--profile", "found.json"]);
    let args = ["--create-test-community", "--only", "19,37,44", "--output", "json", "--quiet"];
    let json = Ran::of(0, &mut conformance(folder.path(), &again.url, &args)).json();
    assert_eq!(json["profile"], "before-2026.07");
    assert_eq!(json["readings"], json!({"ignoredMembers": "forgotten", "finalizeWithoutCycle": "job-error"}));
    assert_eq!(json["conformance"]["cases"][0]["outcome"], "reading");
}

#[test]
fn interrupted_suite_removes_what_it_has_made() {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path(), &["--memory"]);
        let mut running = Running::start(&mut conformance(folder.path(), &server.url, &["--create-test-community"]));
        running.wait_for_line("  10  holds");
        running.signal(signal);
        let ran = running.end().with_code(4);
        ran.says("stopping").says("stopped before all were tried").says("nothing was left behind");
        assert_nothing_left(&server.url);
    }
}

#[test]
fn suite_that_cannot_begin_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--memory"]);
    let mut stranger = conformance(folder.path(), &server.url, &["--create-test-community"]);
    Ran::of(5, stranger.env("COLLIBRA_PASSWORD", "wrong")).says("401").says("rights");
    let url = server.url.clone();
    server.stop();
    Ran::of(6, &mut conformance(folder.path(), &url, &["--create-test-community"])).says("no answer");
    Ran::of(2, &mut conformance(folder.path(), &url, &["--create-test-community", "--only", "59-61"]))
        .says("statement 61");
    let args = ["--create-test-community", "--save", "nowhere/found.json"];
    Ran::of(2, &mut conformance(folder.path(), &url, &args)).says("nowhere");
}

#[test]
fn server_that_is_none_is_broken_and_exits_with_1() {
    let folder = tempfile::tempdir().expect("a folder");
    let peer = Peer::start(Behaviour::default());
    Ran::of(1, &mut conformance(folder.path(), &peer.url, &["--create-test-community"])).says("could not be made");
}

#[test]
fn profile_that_is_none_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("bad.json"), r#"{"readings": {"noSuchReading": true}}"#).expect("a file");
    for (profile, says) in [("bad.json", "noSuchReading"), ("2026.08", "2026.08"), ("missing.json", "no file")] {
        let args = ["emulator", "serve", "--memory", "--listen", "127.0.0.1:0", "--profile", profile];
        Ran::expect(2, folder.path(), args).says(says);
    }
}
