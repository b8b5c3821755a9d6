//! What is asked of a target beside a run: its synchronizations and its jobs.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Catalogue, Ran, Server, post_commands, program, tables, until};

const COMMUNITY: &str = r#"[{"resourceType":"Community","identifier":{"name":"Pilots"}}]"#;

/// The program asking a server as `user`.
fn as_user(folder: &Path, server: &Server, user: &str, args: &[&str]) -> std::process::Command {
    let mut command = program(folder, args.iter().copied().chain(["--url", &server.url]));
    command.env("COLLIBRA_USERNAME", user).env("COLLIBRA_PASSWORD", user);
    command
}

fn ask(code: i32, folder: &Path, server: &Server, args: &[&str]) -> Ran {
    Ran::of(code, &mut as_user(folder, server, "admin", args))
}

fn folder_and_server() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), tables(3)).expect("a file");
    let server = Server::start(folder.path(), &["--memory"]);
    (folder, server)
}

#[test]
fn the_list_has_every_page_in_the_order_of_the_ids() {
    const MANY: usize = 1_003;
    let (folder, server) = folder_and_server();
    let none = ask(0, folder.path(), &server, &["sync", "list"]);
    assert_eq!(none.stdout, "");
    for number in (0..MANY).rev() {
        let path = format!("/import/synchronize/quay-{number:04}/batch/json-job");
        let answer = post_commands(&server.url, &path, COMMUNITY).expect("it is answered");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let expected: Vec<String> = (0..MANY).map(|number| format!("quay-{number:04}")).collect();
    until("every job has ended", || {
        let listed = ask(0, folder.path(), &server, &["sync", "list"]);
        (listed.stdout.lines().count() == MANY).then_some(())
    });
    let listed = ask(0, folder.path(), &server, &["sync", "list"]);
    assert_eq!(listed.stdout.lines().collect::<Vec<_>>(), expected);
    let listed = ask(0, folder.path(), &server, &["sync", "list", "--output", "json"]).json();
    assert_eq!(listed, json!({"total": MANY, "synchronizations": expected}));
}

#[test]
fn what_is_evicted_is_still_tracked() {
    let (folder, server) = folder_and_server();
    let at = folder.path();
    let run = |file: &str| {
        let args =
            ["run", file, "--id", "pilots", "--on-missing", "remove", "--allow-removals", "9", "--output", "json"];
        ask(0, at, &server, &args).json()
    };
    run("in.json");
    assert_eq!(run("in.json")["summary"], json!({}), "nothing is new to the target");

    ask(0, at, &server, &["sync", "evict", "pilots"]).says("executes every command again");
    fs::write(at.join("less.json"), tables(2)).expect("a file");
    let report = run("less.json");
    assert_eq!(report["finalize"]["removed"], json!(1), "what is tracked stays: {report}");
    assert_eq!(Catalogue::of(&server.url).assets.len(), 2);

    let unknown = ask(0, at, &server, &["sync", "evict", "strangers", "--output", "json"]);
    unknown.says("does not know strangers");
    assert_eq!(unknown.json(), json!({"synchronization_id": "strangers", "known": false}));
}

#[test]
fn what_is_forgotten_is_known_neither_to_the_target_nor_here() {
    let (folder, server) = folder_and_server();
    let at = folder.path();
    ask(0, at, &server, &["run", "in.json", "--id", "pilots"]);
    ask(0, at, &server, &["sync", "exists", "pilots"]).says("the target knows pilots");
    let forgotten = ask(0, at, &server, &["sync", "forget", "pilots", "--output", "json"]);
    assert_eq!(forgotten.json(), json!({"synchronization_id": "pilots", "known": true}));
    assert_eq!(ask(0, at, &server, &["sync", "exists", "pilots", "--output", "json"]).json(), json!(false));
    assert_eq!(ask(0, at, &server, &["sync", "list"]).stdout, "");
    assert_eq!(Catalogue::of(&server.url).assets.len(), 3, "nothing is removed");
    let unknown = ask(0, at, &server, &["sync", "forget", "strangers", "--output", "json"]);
    assert_eq!(unknown.json(), json!({"synchronization_id": "strangers", "known": false}));
}

#[test]
fn a_waiting_job_is_canceled_and_one_that_is_over_is_not() {
    let (folder, server) = folder_and_server();
    let at = folder.path();
    // One job at work, so that the next one of the same synchronization waits.
    let busy = post_commands(&server.url, "/import/synchronize/pilots/batch/json-job", &tables(20_000));
    let busy = busy.expect("it is answered").id();
    let waiting = post_commands(&server.url, "/import/synchronize/pilots/batch/json-job", COMMUNITY);
    let waiting = waiting.expect("it is answered").id();

    let long = "x".repeat(129);
    ask(2, at, &server, &["job", "cancel", &waiting, "--message", &long]).says("at most 128");
    ask(0, at, &server, &["job", "cancel", &waiting, "--message", "the tide is out"]).says(&waiting);
    ask(1, at, &server, &["job", "wait", &waiting]).says("canceled");
    ask(0, at, &server, &["job", "cancel", &busy, "--output", "json"]);
    ask(1, at, &server, &["job", "wait", &busy]);

    ask(0, at, &server, &["job", "cancel", &waiting]).says("the tide is out");
    let over = post_commands(&server.url, "/import/synchronize/pilots/batch/json-job", COMMUNITY);
    let over = over.expect("it is answered").id();
    ask(0, at, &server, &["job", "wait", &over]);
    ask(1, at, &server, &["job", "cancel", &over]).says("is over");
    let stranger = "00000000-0000-4000-8000-000000000000";
    ask(1, at, &server, &["job", "cancel", stranger]).says("does not know job");
}

#[test]
fn a_job_that_was_asked_to_stop_is_said_to_be_so_though_it_cannot_be_looked_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let rules = r#"[{"operation": "job", "act": {"answer": {"status": 503}}}]"#;
    fs::write(at.join("faults.json"), rules).expect("a file");
    let server = Server::start(at, &["--memory", "--jobs", "after:2h", "--faults", "faults.json"]);
    let job = post_commands(&server.url, "/import/synchronize/pilots/batch/json-job", COMMUNITY);
    let job = job.expect("it is answered").id();
    ask(6, at, &server, &["job", "cancel", &job]).says("it was asked to stop");
    ask(6, at, &server, &["job", "show", &job]).says("503");
}

#[test]
fn administration_tells_wrong_credentials_and_absent_targets_apart() {
    let (folder, server) = folder_and_server();
    let at = folder.path();
    let job = "00000000-0000-4000-8000-000000000000";
    let asked: [&[&str]; 4] =
        [&["sync", "list"], &["sync", "evict", "pilots"], &["sync", "forget", "pilots"], &["job", "cancel", job]];
    for args in asked {
        Ran::of(5, &mut as_user(at, &server, "stranger", args));
        let mut absent = program(at, args.iter().copied().chain(["--url", "http://127.0.0.1:1"]));
        Ran::of(6, absent.env("COLLIBRA_TOKEN", "t0ken"));
        Ran::of(2, &mut program(at, args));
    }
}
