//! The embedded server around a command.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Ran, Running, Server, Signal, program, tables};

/// A call of the API as somebody's CI would make it.
const CURL: &str =
    r#"curl --silent --show-error --fail --user "$COLLIBRA_USERNAME:$COLLIBRA_PASSWORD" "$COLLIBRA_URL/rest/2.0/jobs""#;

fn exec(folder: &Path, args: &[&str], script: &str) -> Command {
    let mut command = program(folder, ["emulator", "exec"]);
    command.args(args).args(["--", "sh", "-c", script]);
    command
}

#[test]
fn a_command_finds_a_server_of_its_own_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = Ran::of(0, &mut exec(folder.path(), &[], CURL));
    assert_eq!(ran.json()["total"], 0);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn its_exit_code_is_passed_on() {
    let folder = tempfile::tempdir().expect("a folder");
    Ran::of(23, &mut exec(folder.path(), &[], "exit 23"));
    Ran::of(143, &mut exec(folder.path(), &[], "kill -TERM $$"));
    Ran::expect(127, folder.path(), ["emulator", "exec", "--", "no-such-command"]).says("no-such-command");
    fs::write(folder.path().join("text"), "no program").expect("a file");
    Ran::expect(126, folder.path(), ["emulator", "exec", "--", "./text"]).says("text");
    Ran::expect(2, folder.path(), ["emulator", "exec"]).says("COMMAND");
}

#[test]
fn standard_output_is_the_commands_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = Ran::of(0, &mut exec(folder.path(), &["--ready-file", "ready"], "printf out; printf err >&2; cat ready"));
    let url = fs::read_to_string(folder.path().join("ready")).expect("the ready file");
    assert_eq!((ran.stdout, ran.stderr), (format!("out{url}"), "err\n".to_owned()));
}

#[test]
fn signals_are_passed_on_and_the_command_decides() {
    for (signal, name) in [(Signal::Terminate, "TERM"), (Signal::Interrupt, "INT")] {
        let folder = tempfile::tempdir().expect("a folder");
        let script = format!("trap 'echo stopped; exit 5' {name}; echo up >&2; while :; do sleep 0.05; done");
        let mut running = Running::start(&mut exec(folder.path(), &[], &script));
        running.wait_for_line("up");
        running.signal(signal);
        let ran = running.end().with_code(5);
        assert_eq!(ran.stdout, "stopped\n");
    }
}

#[test]
fn servers_side_by_side_are_two() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = format!(
        "echo $COLLIBRA_URL; '{}' emulator exec -- sh -c 'echo $COLLIBRA_URL'",
        env!("CARGO_BIN_EXE_collibra-sync")
    );
    let ran = Ran::of(0, &mut exec(folder.path(), &[], &inner));
    let urls: Vec<_> = ran.stdout.lines().collect();
    assert!(urls.len() == 2 && urls[0] != urls[1] && urls[1].starts_with("http://127.0.0.1:"), "{urls:?}");
}

#[test]
fn our_own_client_signs_in_as_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), tables(3)).expect("a file");
    let script = format!("'{}' run in.json --id pilots && {CURL}", env!("CARGO_BIN_EXE_collibra-sync"));
    let mut command = exec(folder.path(), &[], &script);
    // What is set outside for another server must not get in the way.
    command.env("COLLIBRA_TOKEN", "for another server").env("COLLIBRA_URL", "https://x.invalid");
    let ran = Ran::of(0, command.env("COLLIBRA_SYNC_AUTH", "bearer"));
    ran.says("finalized").says("\"total\":2");
}

#[test]
fn faults_jobs_and_clock_come_by_flag() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = r#"[{"name": "low tide", "operation": "jobs", "nth": 1, "act": {"answer": {"status": 503}}}]"#;
    fs::write(folder.path().join("faults.json"), rules).expect("a file");
    let admin = r#"curl --silent --fail --user admin:admin "$COLLIBRA_URL/_emulator"#;
    let script = format!(
        r#"{CURL} && exit 1
        {CURL} || exit 2
        {admin}/requests" | grep -q 'low tide' || exit 3
        {admin}/jobs" | grep -q 'after:2h' || exit 4
        {admin}/clock" --data '{{"advance": "2h"}}'"#
    );
    let args =
        ["--faults", "faults.json", "--jobs", "after:2h", "--virtual-clock", "0", "--random-seed", "7", "--loose"];
    let ran = Ran::of(0, &mut exec(folder.path(), &args, &script));
    ran.says(r#"{"now":7200000,"virtual":true}"#);
}

#[test]
fn what_is_wrong_with_the_servers_files_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("faults.json"), r#"[{"act": "explode"}]"#).expect("a file");
    Ran::of(2, &mut exec(folder.path(), &["--faults", "faults.json"], "true")).says("faults.json").says("explode");
    fs::write(folder.path().join("faults.json"), r#"[{"chance": 7, "act": "lose-answer"}]"#).expect("a file");
    Ran::of(2, &mut exec(folder.path(), &["--faults", "faults.json"], "true")).says("share from 0 to 1");
    Ran::of(2, &mut exec(folder.path(), &["--import", "faults.json"], "true")).says("faults.json").says("snapshot");
    Ran::of(2, &mut exec(folder.path(), &["--jobs", "sometimes"], "true")).says("by-hand");
}

#[test]
fn an_export_of_one_server_is_the_beginning_of_another() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), tables(3)).expect("a file");
    let fill = format!(
        r#"'{}' run in.json --id pilots && curl --silent --fail --user admin:admin "$COLLIBRA_URL/_emulator/export" --output pilots.snapshot"#,
        env!("CARGO_BIN_EXE_collibra-sync")
    );
    Ran::of(0, &mut exec(folder.path(), &[], &fill));
    let assets = r#"curl --silent --fail --user admin:admin "$COLLIBRA_URL/rest/2.0/assets""#;
    let ran = Ran::of(0, &mut exec(folder.path(), &["--import", "pilots.snapshot"], assets));
    assert_eq!(ran.json()["total"], 3);
    let server = Server::start(folder.path(), &["--memory", "--import", "pilots.snapshot"]);
    assert_eq!(crate::support::get(&server.url, "/assets")["total"], 3);
}
