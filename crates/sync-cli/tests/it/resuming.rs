//! Runs that are cut off, and the commands that find out where they stand and carry them on.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Behaviour, Catalogue, Peer, Ran, Running, Server, Signal, program, tables, until};

const ENDLESS: Behaviour =
    Behaviour { jobs_run_for_ever: true, submits_hang: false, refuse_submits: None, answer: None };

fn folder(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), tables(count)).expect("a file");
    folder
}

/// A command of the program against `url`, in `folder`.
fn command(folder: &Path, url: &str, args: &[&str]) -> Command {
    let mut command = program(folder, args.iter().copied().chain(["--url", url]));
    command.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin");
    command
}

const RUN: [&str; 8] = ["run", "in.json", "--id", "pilots", "--quiet-period", "1s", "--batch-commands", "10"];
const RESUME: [&str; 5] = ["resume", "--id", "pilots", "--quiet-period", "1s"];

fn run(folder: &Path, url: &str) -> Command {
    command(folder, url, &RUN)
}

fn resume(folder: &Path, url: &str) -> Command {
    command(folder, url, &RESUME)
}

/// Starts a run and kills it while it sends its third batch.
fn killed_at_the_third_batch(folder: &Path, url: &str) {
    let mut running = Running::start(&mut run(folder, url));
    running.wait_for_line("batch 3: sending");
    running.signal(Signal::Kill);
    assert_eq!(running.end().code, None);
}

#[test]
fn where_nothing_was_cut_off_there_is_nothing_to_resume() {
    let folder = folder(3);
    let server = Server::start(folder.path(), &["--memory"]);
    let ran = Ran::of(0, &mut resume(folder.path(), &server.url));
    ran.says("there is nothing to resume").says("this state knows no run of it");

    Ran::of(0, &mut run(folder.path(), &server.url));
    let ran = Ran::of(0, resume(folder.path(), &server.url).args(["--output", "json", "-q"])).json();
    assert_eq!((&ran["outcome"], &ran["exit_code"]), (&json!("nothing_to_resume"), &json!(0)));
    assert_eq!(Catalogue::of(&server.url).jobs, 2, "nothing was sent");
}

#[test]
fn a_killed_run_goes_on_where_it_stood_without_its_input_being_named() {
    let folder = folder(60);
    let server = Server::start(folder.path(), &["--memory"]);
    killed_at_the_third_batch(folder.path(), &server.url);
    let status = Ran::expect(0, folder.path(), ["status"]);
    status.says("pilots on http://127.0.0.1").says("was cut off at batch 3").says("resume goes on");

    let resumed = Ran::of(0, &mut resume(folder.path(), &server.url));
    resumed.says("cycle 1 was cut off at batch 3").says("batches are brought").says("the cycle is finalized");
    assert_eq!(Catalogue::of(&server.url).assets.len(), 60);
    Ran::expect(0, folder.path(), ["status"]).says("cycle 1 is finalized");
    Ran::of(0, &mut resume(folder.path(), &server.url)).says("nothing to resume");
}

#[test]
fn a_resumed_run_reports_what_was_found_and_counts_what_was_done_before() {
    let folder = folder(60);
    let server = Server::start(folder.path(), &["--memory"]);
    killed_at_the_third_batch(folder.path(), &server.url);
    let args = ["--output", "json", "-q", "--report", "report.json"];
    let report = Ran::of(0, resume(folder.path(), &server.url).args(args)).json();
    assert_eq!((&report["outcome"], &report["cycle"]), (&json!("finalized"), &json!(1)));
    assert!(report["recovery"].as_array().is_some_and(|told| told.len() >= 2), "{report:#}");
    // The third batch may have arrived before its process died; sent again, it had nothing left to add.
    let added = report["summary"]["ASSET"]["added"].as_u64();
    assert!(added.is_some_and(|added| added >= 50), "with what the process before had seen done: {report:#}");
    assert_eq!(report["input"]["files"], json!(["in.json"]));
    let written: Value =
        serde_json::from_slice(&fs::read(folder.path().join("report.json")).expect("a report")).expect("JSON");
    assert_eq!(written, report);
}

#[test]
fn who_does_not_wait_brings_a_batch_at_a_time() {
    let folder = folder(28);
    let server = Server::start(folder.path(), &["--memory"]);
    let left = Ran::of(4, run(folder.path(), &server.url).arg("--no-wait"));
    left.says("is under way and was not waited for");
    left.says(&format!("to go on: collibra-sync resume --id pilots --url {}", server.url));
    let mut processes = 1;
    loop {
        let again = Ran::any(resume(folder.path(), &server.url).args(["--no-wait", "--output", "json", "-q"]));
        processes += 1;
        let report = again.json();
        match again.code {
            Some(0) => break,
            Some(4) => assert_eq!(report["outcome"], "running"),
            code => panic!("{code:?}: {report:#}"),
        }
        assert!(processes < 200, "it does not come to an end");
    }
    let catalogue = Catalogue::of(&server.url);
    assert_eq!((catalogue.assets.len(), catalogue.jobs), (28, 4), "three batches and a finalization, each once");
}

#[test]
fn a_changed_source_is_not_carried_on_with() {
    let folder = folder(60);
    let server = Server::start(folder.path(), &["--memory"]);
    killed_at_the_third_batch(folder.path(), &server.url);
    fs::write(folder.path().join("in.json"), tables(61)).expect("a file");
    let jobs = Catalogue::of(&server.url).jobs;
    let refused = Ran::of(1, &mut resume(folder.path(), &server.url));
    refused.says("the source has changed since").says("nothing was removed").says("run it");
    assert_eq!(Catalogue::of(&server.url).jobs, jobs);

    fs::remove_file(folder.path().join("in.json")).expect("our own file");
    Ran::of(1, &mut resume(folder.path(), &server.url)).says("in.json");

    fs::write(folder.path().join("in.json"), tables(61)).expect("a file");
    Ran::of(0, &mut run(folder.path(), &server.url)).says("is given up; this run sends the whole source");
    assert_eq!(Catalogue::of(&server.url).assets.len(), 61);
}

#[test]
fn standard_input_is_kept_for_the_resumption_and_not_longer() {
    let folder = folder(60);
    let server = Server::start(folder.path(), &["--memory"]);
    let mut args = RUN.to_vec();
    args[1] = "-";
    args.extend(["--format", "json"]);
    let mut command = command(folder.path(), &server.url, &args);
    let mut running = Running::start(command.stdin(fs::File::open(folder.path().join("in.json")).expect("a file")));
    running.wait_for_line("batch 3: sending");
    running.signal(Signal::Interrupt);
    running.end().with_code(4);
    let kept = || {
        let entries = fs::read_dir(folder.path().join(".collibra-sync")).expect("the state folder");
        entries
            .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("spool-")))
            .count()
    };
    assert_eq!(kept(), 1);
    Ran::of(0, &mut resume(folder.path(), &server.url));
    assert_eq!(kept(), 0);
    assert_eq!(Catalogue::of(&server.url).assets.len(), 60);
}

#[test]
fn credentials_that_run_out_in_between_are_told_and_resumed_with_new_ones() {
    let folder = folder(3);
    let peer = Peer::start(ENDLESS);
    let mut running = Running::start(&mut run(folder.path(), &peer.url));
    running.wait_for_line("running");
    peer.behave(Behaviour { answer: Some(("401 Unauthorized", "{}".to_owned())), ..ENDLESS });
    let ran = running.end().with_code(5);
    ran.says("401").says("to go on: collibra-sync resume --id pilots --url");
    Ran::of(5, &mut resume(folder.path(), &peer.url)).says("401");

    peer.behave(Behaviour::default());
    Ran::of(0, &mut resume(folder.path(), &peer.url)).says("its job");
}

#[test]
fn a_server_that_is_gone_is_told_and_the_run_resumed_when_it_is_back() {
    let folder = folder(60);
    let data = folder.path().join("data").display().to_string();
    let server = Server::start(folder.path(), &["--data", &data]);
    let (url, address) = (server.url.clone(), server.address());
    killed_at_the_third_batch(folder.path(), &url);
    drop(server);
    let ran = Ran::of(6, &mut resume(folder.path(), &url));
    ran.says("cannot be reached").says("to go on: collibra-sync resume");

    let server = Server::start_at(&address, folder.path(), &["--data", &data]);
    assert_eq!(server.url, url);
    Ran::of(0, &mut resume(folder.path(), &url));
    assert_eq!(Catalogue::of(&url).assets.len(), 60);
}

#[test]
fn a_second_worker_is_told_who_holds_the_synchronization_and_a_dead_one_holds_nothing() {
    let folder = folder(3);
    let peer = Peer::start(ENDLESS);
    let mut running = Running::start(&mut run(folder.path(), &peer.url));
    running.wait_for_line("running");
    let holder = format!("process {} on ", running.id());
    for mut second in [run(folder.path(), &peer.url), resume(folder.path(), &peer.url)] {
        let refused = Ran::of(4, &mut second);
        refused.says("another run works on this synchronization").says(&holder).says(", since 20");
        refused.says("nothing was sent");
    }
    let status = Ran::expect(0, folder.path(), ["status", "--id", "pilots", "--output", "json"]).json();
    assert!(status[0]["held_by"].as_str().is_some_and(|held| held.starts_with(&holder)), "{status:#}");
    assert_eq!(status[0]["resumable"], false, "somebody is at it");
    assert_eq!(peer.count("/batch/json-job"), 1);

    running.signal(Signal::Kill);
    assert_eq!(running.end().code, None);
    peer.behave(Behaviour::default());
    let status = Ran::expect(0, folder.path(), ["status", "--id", "pilots", "--output", "json"]).json();
    assert_eq!((&status[0]["held_by"], &status[0]["resumable"]), (&json!(null), &json!(true)));
    Ran::of(0, &mut resume(folder.path(), &peer.url));
}

#[test]
fn status_lists_the_last_cycles_and_refuses_what_it_does_not_know() {
    let folder = folder(3);
    Ran::expect(2, folder.path(), ["status"]).says("there is no state");
    let server = Server::start(folder.path(), &["--memory"]);
    for _ in 0..3 {
        Ran::of(0, &mut run(folder.path(), &server.url));
    }
    let status = Ran::expect(0, folder.path(), ["status", "--cycles", "2", "--output", "json"]).json();
    let cycles = status[0]["cycles"].as_array().expect("a list");
    let told: Vec<_> = cycles.iter().map(|cycle| (&cycle["cycle"], &cycle["phase"], &cycle["commands"])).collect();
    assert_eq!(told, [(&json!(3), &json!("finalized"), &json!(5)), (&json!(2), &json!("finalized"), &json!(5))]);
    assert!(cycles[0]["begun"].as_str().is_some_and(|time| time.starts_with("20") && time.ends_with('Z')));
    Ran::expect(2, folder.path(), ["status", "--id", "tugs"]).says("knows no tugs");
}

#[test]
fn a_target_the_state_does_not_know_the_synchronization_of_is_pointed_out() {
    let folder = folder(3);
    let server = Server::start(folder.path(), &["--memory"]);
    Ran::of(0, &mut run(folder.path(), &server.url));
    let ran = Ran::of(2, &mut resume(folder.path(), "http://127.0.0.1:1"));
    ran.says("on another target").says(&server.url);
}

#[test]
fn a_finalization_that_fails_is_told_in_one_true_sentence() {
    let folder = folder(3);
    let server = Server::start(folder.path(), &["--memory"]);
    let unknown = "status:12345678-0000-4000-8000-000000000000";
    let ran = Ran::of(4, run(folder.path(), &server.url).args(["--on-missing", unknown]));
    ran.says("the job of the finalization broke off").says("what it did to missing resources is not known");
    for contradiction in ["nothing is committed", "nothing was removed"] {
        assert!(!ran.text().contains(contradiction), "{}", ran.text());
    }
    // Replayed as often as allowed, each time as a whole, then not any more.
    for _ in 0..2 {
        Ran::of(4, &mut resume(folder.path(), &server.url)).says("the whole cycle is sent again");
    }
    let jobs = Catalogue::of(&server.url).jobs;
    assert_eq!(jobs, 6);
    let ran = Ran::of(4, &mut resume(folder.path(), &server.url));
    ran.says("as many finalizations of this cycle as allowed").says("run it");
    assert_eq!(Catalogue::of(&server.url).jobs, jobs);
    Ran::of(0, &mut run(folder.path(), &server.url));
}

#[test]
fn a_target_that_fails_before_the_finalization_does_not_hide_what_was_sent() {
    let folder = folder(3);
    let server = Server::start(folder.path(), &["--memory"]);
    Ran::of(0, &mut run(folder.path(), &server.url));
    let mut small_batches = RUN;
    small_batches[7] = "2";
    let mut again = command(folder.path(), &server.url, &small_batches);
    let mut running = Running::start(again.args(["--on-missing", "remove", "--report", "r.json"]));
    running.wait_for_line("batch 2: sending");
    drop(server);
    // A job that is known is waited for, for ten minutes; what is only being sent is given up soon.
    let begun = Instant::now();
    while !running.has_ended() && begun.elapsed() < Duration::from_secs(5) {
        thread::sleep(Duration::from_millis(10));
    }
    if !running.has_ended() {
        running.signal(Signal::Interrupt);
    }
    let ran = running.end();
    assert!(matches!(ran.code, Some(4 | 6)), "{ran:?}");
    let report: Value =
        serde_json::from_slice(&fs::read(folder.path().join("r.json")).expect("a report")).expect("JSON");
    let batches = report["batches"].as_array().expect("a list");
    assert!(batches.len() >= 2, "{report:#}");
    assert_eq!((&report["finalize"], &report["resumable"]), (&json!(null), &json!(true)));
}

#[test]
fn jobs_are_shown_and_waited_for() {
    let folder = folder(3);
    let server = Server::start(folder.path(), &["--memory"]);
    let report = Ran::of(0, run(folder.path(), &server.url).args(["--output", "json", "-q"])).json();
    let job = report["batches"][0]["job_id"].as_str().expect("a job");
    for verb in ["show", "wait"] {
        Ran::of(0, &mut command(folder.path(), &server.url, &["job", verb, job])).says("completed; it succeeded");
        let args = ["job", verb, job, "--output", "json"];
        let shown = Ran::of(0, &mut command(folder.path(), &server.url, &args)).json();
        assert_eq!((&shown["job"]["id"], &shown["outcome"]), (&json!(job), &json!("succeeded")));
    }
    let unknown = "12345678-0000-4000-8000-000000000000";
    Ran::of(1, &mut command(folder.path(), &server.url, &["job", "show", unknown])).says("does not know job");

    let peer = Peer::start(ENDLESS);
    let waiting = Running::start(&mut command(folder.path(), &peer.url, &["job", "wait", job]));
    until("the job is looked at", || (peer.count(&format!("/jobs/{job}")) > 0).then_some(()));
    waiting.signal(Signal::Interrupt);
    waiting.end().with_code(4).says("goes on");

    let bad = folder.path().join("bad.json");
    fs::write(&bad, tables(1).replace("\"Table\"", "\"Tabel\"")).expect("a file");
    let report = Ran::of(
        1,
        &mut command(folder.path(), &server.url, &["run", "bad.json", "--id", "other", "--output", "json", "-q"]),
    )
    .json();
    let failed = report["batches"][0]["job_id"].as_str().expect("a job");
    Ran::of(1, &mut command(folder.path(), &server.url, &["job", "wait", failed])).says("error");
}

#[test]
fn a_disk_that_is_full_stops_a_run_before_more_is_sent() {
    let folder = folder(1500);
    let server = Server::start(folder.path(), &["--memory"]);
    let mut stopped = 0;
    for (number, blocks) in [8, 200, 600, 1400, 2600].into_iter().enumerate() {
        let id = format!("disk-{number}");
        let state = format!("state-{number}");
        let args = ["run", "in.json", "--id", &id, "--state", &state, "--quiet-period", "1s"];
        let inner = command(folder.path(), &server.url, &args);
        // No file may grow beyond a size: for a program the same as a disk that is full.
        let mut limited = Command::new("sh");
        limited.args(["-c", r#"trap "" XFSZ; ulimit -f "$0"; exec "$@""#, &blocks.to_string()]);
        limited.arg(inner.get_program()).args(inner.get_args()).current_dir(folder.path());
        limited.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin");
        let before = Catalogue::of(&server.url).jobs;
        let ran = Ran::any(&mut limited);
        match ran.code {
            Some(0) => continue,
            Some(7) => stopped += 1,
            code => panic!("{blocks} blocks: {code:?}\n{}", ran.text()),
        }
        if ran.text().contains("nothing was sent") {
            assert_eq!(Catalogue::of(&server.url).jobs, before, "{blocks} blocks: {}", ran.text());
        }
        Ran::of(0, &mut command(folder.path(), &server.url, &args));
    }
    assert!(stopped >= 2, "only {stopped} runs met a full disk");
}

#[cfg(unix)]
#[test]
fn a_state_folder_that_cannot_be_written_stops_a_run_before_anything_is_sent() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder(3);
    let server = Server::start(folder.path(), &["--memory"]);
    Ran::of(0, &mut run(folder.path(), &server.url));
    let read_only = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own file");
    };
    let state = folder.path().join(".collibra-sync");
    for entry in fs::read_dir(&state).expect("the state folder") {
        let path = entry.expect("an entry").path();
        read_only(&path, if path.is_dir() { 0o555 } else { 0o444 });
    }
    read_only(&state, 0o555);
    read_only(folder.path(), 0o755);
    let jobs = Catalogue::of(&server.url).jobs;
    let inner = run(folder.path(), &server.url);
    // Root may write everywhere; nobody may not.
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(inner.get_program());
        command
    } else {
        Command::new(inner.get_program())
    };
    command.args(inner.get_args()).current_dir(folder.path());
    command.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin");
    let ran = Ran::of(7, &mut command);
    ran.says("the state cannot be");
    assert_eq!(Catalogue::of(&server.url).jobs, jobs);
    read_only(&state, 0o755);
}
