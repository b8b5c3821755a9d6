//! `check` with a target: what only its operating model can tell.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, Server, harbour, program};

/// Four mistakes that need the operating model to be seen, one a line from the fourth on.
const MISFITS: &str = r#"{"resourceType": "Community", "identifier": {"name": "Port"}}
{"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Port"}}, "type": {"name": "Physical Data Dictionary"}}
{"resourceType": "Asset", "identifier": {"name": "levels", "domain": {"name": "Tides", "community": {"name": "Port"}}}, "type": {"name": "Table"}}
{"resourceType": "Asset", "identifier": {"name": "spells", "domain": {"name": "Tides", "community": {"name": "Port"}}}, "type": {"name": "Tabel"}}
{"resourceType": "Asset", "identifier": {"name": "height", "domain": {"name": "Tides", "community": {"name": "Port"}}}, "type": {"name": "Column"}, "attributes": {"Abbreviation": [{"value": "h"}]}}
{"resourceType": "Asset", "identifier": {"name": "secret", "domain": {"name": "Tides", "community": {"name": "Port"}}}, "type": {"name": "Column"}, "attributes": {"Security Classification": [{"value": "Hidden"}]}}
{"resourceType": "Asset", "identifier": {"name": "turned", "domain": {"name": "Tides", "community": {"name": "Port"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007042:SOURCE": [{"name": "levels", "domain": {"name": "Tides", "community": {"name": "Port"}}}]}}
"#;

const EXPECTED: [(u64, &str); 4] = [
    (4, "local.assetType.notFound"),
    (5, "local.attributeType.notAssigned"),
    (6, "local.attribute.valueNotAllowed"),
    (7, "local.asset.relationEndsMismatch"),
];

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("in.jsonl"), MISFITS).expect("a file");
    folder
}

/// Lines and codes of the errors.
fn errors(report: &Value) -> Vec<(u64, &str)> {
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| (finding["line"].as_u64().expect("a line"), finding["code"].as_str().expect("a code")))
        .collect()
}

fn check(code: i32, folder: &Path, more: &[&str]) -> Ran {
    Ran::expect(code, folder, ["check", "in.jsonl", "--output", "json"].iter().chain(more))
}

#[test]
fn what_does_not_fit_the_model_of_an_embedded_server_is_found_at_its_line() {
    let folder = folder();
    assert_eq!(errors(&check(0, folder.path(), &[]).json()), [], "nothing here needs the model");
    let report = check(1, folder.path(), &["--seed", &harbour("model.json"), "--embedded"]).json();
    assert_eq!(errors(&report), EXPECTED);
    assert_eq!(report["exit_code"], 1);
}

#[test]
fn model_is_read_from_a_target_once_kept_and_seeds_another_server() {
    let folder = folder();
    let at = folder.path();
    let server = Server::start(at, &["--memory", "--seed", &harbour("model.json")]);
    let of_server = |code: i32| {
        let mut command =
            program(at, ["check", "in.jsonl", "--output", "json", "--model", "model.json", "--url", &server.url]);
        command.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin");
        Ran::of(code, &mut command)
    };
    let first = of_server(1);
    first.says("the operating model is kept in model.json");
    assert_eq!(errors(&first.json()), EXPECTED);
    drop(server);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(at.join(name)).expect("a file").permissions().mode();
        assert_eq!(mode("model.json"), mode("in.jsonl"), "a file like any other");
    }

    // The file is enough from now on, and a server that is seeded with it has the same model.
    assert_eq!(errors(&check(1, at, &["--model", "model.json"]).json()), EXPECTED);
    let report = check(1, at, &["--seed", "model.json", "--embedded"]).json();
    assert_eq!(errors(&report), EXPECTED);
}

#[test]
fn model_that_is_neither_there_nor_to_be_had_is_asked_for() {
    let folder = folder();
    check(2, folder.path(), &["--model", "nowhere.json"]).says("there is no operating model nowhere.json");
    fs::write(folder.path().join("broken.json"), "{\"assetTypes\": 1}").expect("a file");
    check(2, folder.path(), &["--model", "broken.json"]).says("reading the operating model broken.json failed");
    for incomplete in ["{}", r#"{"model": {"assetTypes": [{"name": "Buoy"}]}}"#] {
        fs::write(folder.path().join("part.json"), incomplete).expect("a file");
        check(2, folder.path(), &["--model", "part.json"]).says("part.json is not the whole model of an instance");
    }
}
