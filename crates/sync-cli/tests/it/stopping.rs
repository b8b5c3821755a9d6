//! Runs that are stopped or die, and the same command afterwards.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::{Behaviour, Catalogue, Peer, Ran, Running, Signal, harbour, program, tables, until};

fn run(folder: &Path, url: &str) -> Command {
    let mut command = program(folder, ["run", "in.json", "--id", "pilots", "--url", url, "--quiet-period", "1s"]);
    command.env("COLLIBRA_TOKEN", "t0ken");
    command
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), tables(3)).expect("a file");
    folder
}

const ENDLESS: Behaviour =
    Behaviour { jobs_run_for_ever: true, submits_hang: false, refuse_submits: None, answer: None };

/// Stops a run by `signal` while its job runs, then lets the job end and runs the same again.
fn stopped_by(signal: Signal) {
    let folder = folder();
    let peer = Peer::start(ENDLESS);
    let mut running = Running::start(&mut run(folder.path(), &peer.url));
    running.wait_for_line("running");
    running.signal(signal);
    let stopped = running.end().with_code(4);
    stopped.says("stopped on request").says("nothing was removed").says("running the same again");
    assert_eq!(peer.count("/finalize/job"), 0);

    peer.behave(Behaviour::default());
    let again = Ran::of(0, run(folder.path(), &peer.url).args(["--output", "json", "-q"])).json();
    assert_eq!((&again["outcome"], &again["plan"]["missing"]), (&json!("finalized"), &json!(0)));
    assert_eq!((peer.count("/batch/json-job"), peer.count("/finalize/job")), (2, 1));
}

#[test]
fn an_interrupted_run_says_how_to_go_on_and_the_same_command_does() {
    stopped_by(Signal::Interrupt);
}

#[test]
fn a_service_managers_signal_stops_a_run_like_an_interrupt() {
    stopped_by(Signal::Terminate);
}

#[test]
fn a_second_interrupt_does_not_wait_for_the_call_in_flight() {
    let folder = folder();
    let peer = Peer::start(Behaviour { submits_hang: true, ..Behaviour::default() });
    let mut running = Running::start(&mut run(folder.path(), &peer.url));
    until("the batch is sent", || (peer.count("/batch/json-job") > 0).then_some(()));
    running.signal(Signal::Interrupt);
    running.wait_for_line("stopping at the next safe point");
    running.signal(Signal::Interrupt);
    running.end().with_code(4).says("the state is kept");

    peer.behave(Behaviour::default());
    Ran::of(0, &mut run(folder.path(), &peer.url));
}

#[test]
fn a_run_killed_while_its_job_runs_goes_through_the_next_time() {
    let folder = folder();
    let peer = Peer::start(ENDLESS);
    let mut running = Running::start(&mut run(folder.path(), &peer.url));
    running.wait_for_line("running");
    running.signal(Signal::Kill);
    assert_eq!(running.end().code, None);

    // The first job has to end before anything is sent again.
    let mut running = Running::start(&mut run(folder.path(), &peer.url));
    running.wait_for_line("cut off");
    let looks = peer.requests().len();
    until("the job is looked at", || (peer.requests().len() > looks).then_some(()));
    assert_eq!(peer.count("/batch/json-job"), 1);
    peer.behave(Behaviour::default());
    running.end().with_code(0);
    assert_eq!((peer.count("/batch/json-job"), peer.count("/finalize/job")), (2, 1));
}

#[test]
fn a_run_killed_before_the_answer_goes_through_the_next_time() {
    let folder = folder();
    let peer = Peer::start(Behaviour { submits_hang: true, ..Behaviour::default() });
    let running = Running::start(&mut run(folder.path(), &peer.url));
    until("the batch is sent", || (peer.count("/batch/json-job") > 0).then_some(()));
    running.signal(Signal::Kill);
    assert_eq!(running.end().code, None);

    peer.behave(Behaviour::default());
    Ran::of(0, &mut run(folder.path(), &peer.url)).says("cut off");
    assert_eq!((peer.count("/batch/json-job"), peer.count("/finalize/job")), (2, 1));
}

#[test]
fn a_run_killed_together_with_its_embedded_server_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (v1, at) = (harbour("catalog-v1.json"), folder.path());
    let args = ["run", &v1, "--id", "harbour", "--embedded", "--quiet-period", "1s", "--batch-commands", "50"];
    let mut running = Running::start(&mut program(at, args));
    running.wait_for_line("batch 3: sending");
    running.signal(Signal::Kill);
    assert_eq!(running.end().code, None);

    Ran::expect(0, at, args);
    let whole = Catalogue::below(&at.join(".collibra-sync/embedded"));
    assert_eq!((whole.communities.len(), whole.domains.len(), whole.assets.len()), (2, 5, 404));
    Ran::expect(0, at, args).says("executed  0");
}

#[test]
fn two_runs_of_one_synchronization_do_not_mix() {
    let folder = folder();
    let peer = Peer::start(ENDLESS);
    let mut running = Running::start(&mut run(folder.path(), &peer.url));
    running.wait_for_line("running");
    Ran::of(4, &mut run(folder.path(), &peer.url)).says("nothing was sent");
    assert_eq!(peer.count("/batch/json-job"), 1);
    peer.behave(Behaviour::default());
    running.end().with_code(0);
}
