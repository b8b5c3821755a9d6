//! The embedded server as a program.

use std::fs;

use crate::support::{Catalogue, Ran, Server, get, program, tables, until};

#[test]
fn the_first_line_is_the_url_and_the_server_stops_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--memory"]);
    assert_eq!(get(&server.url, "/communities")["total"], 0);
    assert_eq!(server.stop().code(), Some(0));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "in memory means that nothing is left");
}

#[test]
fn the_ready_file_holds_the_url_once_the_server_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let ready = folder.path().join("ready");
    let server = Server::start(folder.path(), &["--memory", "--ready-file", "ready"]);
    let url = until("the ready file is there", || fs::read_to_string(&ready).ok().filter(|url| !url.is_empty()));
    assert_eq!(url.trim_end(), server.url);
    get(url.trim_end(), "/jobs");
}

#[test]
fn a_ready_file_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["emulator", "serve", "--memory", "--listen", "127.0.0.1:0", "--ready-file", "nowhere/ready"];
    Ran::expect(7, folder.path(), args).says("nowhere/ready");
}

#[test]
fn data_in_a_folder_is_there_again_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), tables(3)).expect("a file");
    let server = Server::start(folder.path(), &["--data", "data"]);
    let mut command = program(folder.path(), ["run", "in.json", "--id", "pilots", "--url", &server.url]);
    Ran::of(0, command.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin"));
    let before = Catalogue::of(&server.url);
    assert_eq!(before.assets.len(), 3);
    server.stop();
    assert_eq!(Catalogue::below(&folder.path().join("data")), before);
}

#[test]
fn a_folder_serves_one_server_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let _server = Server::start(folder.path(), &["--data", "data"]);
    let args = ["emulator", "serve", "--listen", "127.0.0.1:0", "--data", "data"];
    Ran::expect(7, folder.path(), args).says("another server").says("folder data");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--memory"]);
    let address = server.url.trim_start_matches("http://");
    Ran::expect(7, folder.path(), ["emulator", "serve", "--memory", "--listen", address]).says(address);
}

#[test]
fn an_operating_model_that_is_not_one_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("seed.json"), "{").expect("a file");
    let args = ["emulator", "serve", "--memory", "--listen", "127.0.0.1:0", "--seed", "seed.json"];
    Ran::expect(2, folder.path(), args).says("seed.json");
}

#[test]
fn readings_and_profile_are_those_of_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), tables(1)).expect("a file");
    fs::write(folder.path().join("readings.json"), r#"{"jobResultField": "omitted", "largePage": "capped"}"#)
        .expect("a file");
    let server = Server::start(
        folder.path(),
        &[
            "--memory",
            "--profile",
            "before-2026.07",
            "--readings",
            "readings.json",
            "--reading",
            "job-result-field=included",
        ],
    );
    assert_eq!(get(&server.url, "/application/info")["version"]["fullVersion"], "2026.06.0");
    let mut command = program(folder.path(), ["run", "in.json", "--id", "pilots", "--url", &server.url]);
    Ran::of(0, command.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin"));
    assert_eq!(get(&server.url, "/jobs")["results"][0]["result"], "SUCCESS");
}

#[test]
fn reading_nobody_knows_is_refused_with_those_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let serve = ["emulator", "serve", "--memory", "--listen", "127.0.0.1:0", "--reading"];
    let with = |reading| serve.into_iter().chain([reading]).collect::<Vec<_>>();
    Ran::expect(2, folder.path(), with("restored-state=previous")).says("restoredStatus");
    Ran::expect(2, folder.path(), with("restored-status=former")).says("previous");
    Ran::expect(2, folder.path(), with("restored-status")).says("NAME=CHOICE");
}
