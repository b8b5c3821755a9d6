//! Targets that cannot be used, that refuse, that fail; and what must never be shown of them.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Behaviour, Catalogue, Peer, Ran, Server, bytes_below, program, table, tables};

/// A run of `in.json` against `url` as `user` with `password`.
fn against(folder: &Path, url: &str, user: &str, password: &str) -> std::process::Command {
    let mut command = program(folder, ["run", "in.json", "--id", "pilots", "--url", url]);
    command.env("COLLIBRA_USERNAME", user).env("COLLIBRA_PASSWORD", password);
    command
}

fn folder_with(content: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.json"), content).expect("a file");
    folder
}

#[test]
fn without_a_target_both_ways_to_name_one_are_said() {
    let folder = folder_with(&tables(1));
    let ran = Ran::expect(2, folder.path(), ["run", "in.json", "--id", "pilots"]);
    ran.says("--url").says("--embedded");
    assert!(!folder.path().join(".collibra-sync").exists(), "nothing was begun");
}

#[test]
fn the_url_may_come_from_the_environment_and_embedded_wins_over_it() {
    let folder = folder_with(&tables(1));
    let server = Server::start(folder.path(), &["--memory"]);
    let mut command = program(folder.path(), ["run", "in.json", "--id", "pilots"]);
    command.env("COLLIBRA_URL", &server.url).env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin");
    Ran::of(0, &mut command);
    assert_eq!(Catalogue::of(&server.url).assets.len(), 1);

    let mut command = program(folder.path(), ["run", "in.json", "--id", "pilots", "--embedded"]);
    Ran::of(0, command.env("COLLIBRA_URL", "https://collibra.invalid"));
}

#[test]
fn the_command_that_goes_on_names_everything_the_target_was_named_with() {
    let folder = folder_with(&tables(1));
    let server = Server::start(folder.path(), &["--memory"]);
    let mut command = against(folder.path(), &server.url, "admin", "admin");
    Ran::of(4, command.args(["--no-wait", "--auth", "session"]))
        .says(&format!("to go on: collibra-sync resume --id pilots --url {} --auth session\n", server.url));

    fs::write(folder.path().join("model.json"), "{}").expect("a file");
    let args = ["run", "in.json", "--id", "pilots", "--embedded", "--seed", "model.json", "--no-wait"];
    Ran::expect(4, folder.path(), args)
        .says("to go on: collibra-sync resume --id pilots --embedded --seed model.json\n");
}

#[test]
fn a_file_taken_for_the_embedded_folder_is_noticed() {
    let folder = folder_with(&tables(1));
    let args = ["run", "in.json", "--id", "pilots", "--embedded", "in.json"];
    Ran::expect(2, folder.path(), args).says("in.json is a file").says("--embedded=DIR");
}

#[test]
fn credentials_that_are_missing_are_named() {
    let folder = folder_with(&tables(1));
    let args = ["run", "in.json", "--id", "pilots", "--url", "https://collibra.invalid"];
    Ran::expect(2, folder.path(), args).says("COLLIBRA_USERNAME").says("COLLIBRA_PASSWORD");
}

#[test]
fn a_target_that_cannot_be_reached() {
    let folder = folder_with(&tables(1));
    let server = Server::start(folder.path(), &["--memory"]);
    let url = server.url.clone();
    server.stop();
    Ran::of(6, &mut against(folder.path(), &url, "admin", "admin")).says("cannot be reached").says("nothing was sent");
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let folder = folder_with(&tables(1));
    let ran = Ran::of(2, &mut against(folder.path(), "http://collibra.example.com", "admin", "admin"));
    ran.says("in the clear").says("--allow-plain-http");
}

#[test]
fn a_service_that_refuses_a_batch() {
    let folder = folder_with(&tables(1));
    let refusal = r#"{"statusCode":400,"titleMessage":"Bad request","userMessage":"The tide is out.","errorCode":"x"}"#;
    let peer = Peer::start(Behaviour {
        refuse_submits: Some(("400 Bad Request", refusal.to_owned())),
        ..Behaviour::default()
    });
    let ran = Ran::of(1, &mut against(folder.path(), &peer.url, "admin", "admin"));
    ran.says("The tide is out.").says("batch 1");
    assert_eq!(peer.count("/finalize/job"), 0);
}

#[test]
fn a_failed_batch_names_the_bad_command_and_is_not_finalized() {
    let good = tables(3);
    let commands = good.trim_end().trim_end_matches(']');
    let folder = folder_with(&format!("{commands},\n{}]", table("dinghy", "Tabel")));
    let server = Server::start(folder.path(), &["--memory"]);
    let mut command = against(folder.path(), &server.url, "admin", "admin");
    let ran = Ran::of(1, command.args(["--batch-commands", "4", "--report", "report.json", "--on-missing", "remove"]));
    ran.says("in.json:6: ").says("Tabel").says("dinghy").says("nothing was removed");
    let report = fs::read(folder.path().join("report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    let error = &report["errors"][0];
    assert_eq!((&error["file"], &error["line"], &error["batch"]), (&json!("in.json"), &json!(6), &json!(2)));
    assert_eq!((&report["finalize"], &report["outcome"]), (&json!(null), &json!("failed")));
    assert_eq!(Catalogue::of(&server.url).jobs, 2, "two batches and no finalization");

    // Repaired, it goes through.
    fs::write(folder.path().join("in.json"), format!("{commands},\n{}]", table("dinghy", "Table"))).expect("a file");
    Ran::of(0, &mut against(folder.path(), &server.url, "admin", "admin"));
    assert_eq!(Catalogue::of(&server.url).assets.len(), 4);
}

#[test]
fn a_batch_that_is_too_large_is_halved_and_the_report_says_how_to_avoid_it() {
    let folder = folder_with(&tables(60));
    let server = Server::start(folder.path(), &["--memory", "--max-body", "2KiB"]);
    let ran = Ran::of(0, &mut against(folder.path(), &server.url, "admin", "admin"));
    ran.says("batch 1: too large for the target").says("came again in halves").says("--batch-bytes ");
    assert_eq!(Catalogue::of(&server.url).assets.len(), 60);

    let large = table(&"x".repeat(1_900), "Table");
    fs::write(folder.path().join("in.json"), tables(2).replace(&table("boat_001", "Table"), &large)).expect("a file");
    let ran = Ran::of(1, &mut against(folder.path(), &server.url, "admin", "admin"));
    ran.says("in.json:4: this command alone makes a batch of").says("nothing was removed");
}

#[test]
fn secrets_are_shown_nowhere() {
    const PASSWORD: &str = "Zq9-sesame-open";
    // What travels in the header for wharfinger and this password.
    const ENCODED: &str = "d2hhcmZpbmdlcjpacTktc2VzYW1lLW9wZW4=";
    let folder = folder_with(&tables(1));
    let at = folder.path();
    let seed = json!({"users": [{"name": "wharfinger", "password": PASSWORD}]});
    fs::write(at.join("seed.json"), seed.to_string()).expect("a file");
    let server = Server::start(at, &["--memory", "--seed", "seed.json"]);
    fs::remove_file(at.join("seed.json")).expect("our own file");
    let refusing = Peer::start(Behaviour {
        answer: Some(("403 Forbidden", format!(r#"{{"userMessage":"{PASSWORD} {ENCODED} is not enough"}}"#))),
        ..Behaviour::default()
    });
    let with_password_inside = server.url.replace("//", &format!("//wharfinger:{PASSWORD}@"));
    let runs = [
        (0, server.url.as_str(), "wharfinger", PASSWORD),
        (5, server.url.as_str(), "somebody", PASSWORD),
        (5, refusing.url.as_str(), "wharfinger", PASSWORD),
        (2, with_password_inside.as_str(), "wharfinger", PASSWORD),
    ];
    for (code, url, user, password) in runs {
        let mut command = against(at, url, user, password);
        let ran = Ran::of(code, command.args(["-vvv", "--output", "json", "--report", "report.json"]));
        for secret in [PASSWORD, ENCODED] {
            assert!(!ran.text().contains(secret), "{ran:?}");
        }
    }
    let mut command = program(at, ["run", "in.json", "--id", "pilots", "--url", &refusing.url, "-vvv"]);
    let ran = Ran::of(5, command.env("COLLIBRA_TOKEN", PASSWORD));
    assert!(!ran.text().contains(PASSWORD), "{ran:?}");
    let left = bytes_below(at);
    for secret in [PASSWORD, ENCODED] {
        assert!(!left.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "a secret is in a file");
    }
    assert!(left.windows(6).any(|bytes| bytes == b"pilots"), "the files were read");
}

#[test]
fn a_wrong_password_changes_nothing() {
    let folder = folder_with(&tables(1));
    let server = Server::start(folder.path(), &["--memory"]);
    Ran::of(5, &mut against(folder.path(), &server.url, "admin", "nimda")).says("nothing was sent");
    assert_eq!(Catalogue::of(&server.url).jobs, 0);
}

#[test]
fn help_does_not_show_the_environment_of_the_target() {
    let folder = folder_with(&tables(1));
    let mut command = program(folder.path(), ["run", "--help"]);
    let ran = Ran::of(0, command.env("COLLIBRA_URL", "https://user:sesame@collibra.invalid"));
    assert!(!ran.text().contains("sesame"), "{ran:?}");
    ran.says("COLLIBRA_URL");
}

#[test]
fn every_way_of_signing_in_is_found_in_the_environment() {
    let folder = folder_with(&tables(1));
    let at = folder.path();
    let seed = json!({
        "users": [{"name": "wharfinger", "password": "sesame"}],
        "clients": [{"id": "urn:harbour:sync", "secret": "a+b c"}],
        "tokens": [{"token": "opaque-1", "user": "wharfinger"}],
    });
    fs::write(at.join("seed.json"), seed.to_string()).expect("a file");
    let server = Server::start(at, &["--memory", "--seed", "seed.json"]);
    let user = [("COLLIBRA_USERNAME", "wharfinger"), ("COLLIBRA_PASSWORD", "sesame")];
    let client = [("COLLIBRA_CLIENT_ID", "urn:harbour:sync"), ("COLLIBRA_CLIENT_SECRET", "a+b c")];
    let token = [("COLLIBRA_TOKEN", "opaque-1")];
    for (auth, environment) in [
        (Some("basic"), &user[..]),
        (Some("session"), &user[..]),
        (Some("bearer"), &token[..]),
        (Some("oauth"), &client[..]),
        (None, &user[..]),
        (None, &token[..]),
        (None, &client[..]),
    ] {
        let mut command = program(at, ["sync", "exists", "pilots", "--url", &server.url]);
        command.args(auth.iter().flat_map(|auth| ["--auth", auth])).envs(environment.iter().copied());
        Ran::of(0, &mut command).says("does not know");
        if auth.is_some() {
            let mut command = program(at, ["sync", "exists", "pilots", "--url", &server.url]);
            command.args(auth.iter().flat_map(|auth| ["--auth", auth]));
            Ran::of(2, &mut command).says("not set").says(environment[0].0);
        }
    }
}

#[test]
fn the_version_of_the_target_is_told_to_who_wants_to_know() {
    let folder = folder_with(&tables(1));
    let server = Server::start(folder.path(), &["--memory"]);
    let mut command = program(folder.path(), ["sync", "exists", "pilots", "--url", &server.url, "-v"]);
    let ran = Ran::of(0, command.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin"));
    ran.says("the service says its version").says("profile=2026.07");
}

#[test]
fn proxies_of_the_environment_are_not_used_and_the_flag_is() {
    let folder = folder_with(&tables(1));
    let server = Server::start(folder.path(), &["--memory"]);
    let exists = || {
        let mut command = program(folder.path(), ["sync", "exists", "pilots", "--url", &server.url]);
        command.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin");
        command
    };
    let nowhere = "http://me:sesame@127.0.0.1:9";
    let mut command = exists();
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, nowhere);
    }
    Ran::of(0, &mut command);
    let ran = Ran::of(2, exists().args(["--proxy", nowhere]));
    ran.says("in the clear").says("--allow-plain-http");
    let ran = Ran::of(6, exists().arg("--allow-plain-http").env("COLLIBRA_SYNC_PROXY", nowhere));
    assert!(!ran.text().contains("sesame"), "{ran:?}");
    Ran::of(2, exists().args(["--proxy", "me:sesame@proxy"])).says("the proxy is not one");
    let mut command = program(folder.path(), ["run", "--help"]);
    let ran = Ran::of(0, command.env("COLLIBRA_SYNC_PROXY", nowhere));
    assert!(!ran.text().contains("sesame"), "{ran:?}");
}

#[test]
fn certificates_that_cannot_be_read_are_named() {
    let folder = folder_with(&tables(1));
    for (flag, said) in [("--ca-file", "certificates to trust"), ("--client-cert", "client certificate")] {
        for (file, more) in [("missing.pem", "missing.pem"), ("in.json", "PEM")] {
            let mut command = against(folder.path(), "https://collibra.invalid", "admin", "admin");
            Ran::of(2, command.args([flag, file])).says(said).says(more);
        }
    }
}
