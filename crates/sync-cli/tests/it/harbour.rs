//! The example from its first version to its second.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::support::{Catalogue, Ran, harbour, program};

/// Runs one version of the example on an embedded server in `folder`.
fn run(folder: &Path, version: &str, more: &[&str]) -> Value {
    let mut args = vec!["run", version, "--id", "harbour", "--embedded", "--output", "json", "--quiet"];
    args.extend(more);
    Ran::expect(0, folder, args).json()
}

fn catalogue(folder: &Path) -> Catalogue {
    Catalogue::below(&folder.join(".collibra-sync/embedded"))
}

const REMOVE_8: [&str; 4] = ["--on-missing", "remove", "--allow-removals", "8"];

#[test]
fn the_first_run_adds_everything_and_the_second_one_executes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (v1, at) = (harbour("catalog-v1.json"), folder.path());
    let first = run(at, &v1, &[]);
    assert_eq!(first["plan"], json!({"added": 411, "changed": 0, "same": 0, "missing": 0}));
    assert_eq!(first["summary"]["ASSET"], json!({"added": 404, "updated": 0, "removed": 0}));
    let after_first = catalogue(at);
    assert_eq!((after_first.communities.len(), after_first.domains.len(), after_first.assets.len()), (2, 5, 404));

    let second = run(at, &v1, &[]);
    assert_eq!(second["plan"], json!({"added": 0, "changed": 0, "same": 411, "missing": 0}));
    assert_eq!(second["summary"], json!({}));
    assert_eq!(second["batches"][0]["commands"], 411, "what is the same is sent, so that it counts as seen");
    let after_second = catalogue(at);
    assert_eq!(after_second.assets, after_first.assets);
    assert_eq!(after_second.relations, after_first.relations);
    Ran::expect(0, at, ["run", &v1, "--id", "harbour", "--embedded"]).says("executed  0");
}

#[test]
fn removing_takes_exactly_what_the_second_version_drops() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    run(at, &harbour("catalog-v1.json"), &[]);
    let before = catalogue(at);
    let report = run(at, &harbour("catalog-v2.json"), &REMOVE_8);
    let after = catalogue(at);

    assert_eq!(report["plan"], json!({"added": 10, "changed": 13, "same": 390, "missing": 8}));
    assert_eq!(report["finalize"]["removed"], 8);
    assert_eq!(report["summary"]["ASSET"], json!({"added": 10, "updated": 0, "removed": 8}));
    let columns = ["alarm_code", "check_id", "checked_at", "checked_by", "container_no", "return_air_c", "set_point_c"];
    let mut dropped = vec!["harbourdb.cargo.reefer_check (Cargo Dictionary)".to_owned()];
    dropped.extend(columns.map(|column| format!("harbourdb.cargo.reefer_check.{column} (Cargo Dictionary)")));
    assert_eq!(before.assets_not_in(&after), dropped);
    assert_eq!(after.assets_not_in(&before).len(), 10);
    assert_eq!((&before.domains, &before.communities), (&after.domains, &after.communities));
    // The table had one relation to its schema, each of its columns one to it; each new column has one.
    assert_eq!(after.relations, before.relations - 8 + 10);
}

#[test]
fn ignoring_what_is_missing_removes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    run(at, &harbour("catalog-v1.json"), &[]);
    let before = catalogue(at);
    let report = run(at, &harbour("catalog-v2.json"), &["--on-missing", "ignore"]);
    let after = catalogue(at);

    assert_eq!((&report["plan"]["missing"], &report["finalize"]["removed"]), (&json!(8), &json!(0)));
    assert_eq!(before.assets_not_in(&after), [""; 0]);
    assert_eq!(after.assets_not_in(&before).len(), 10);

    // They are still known, so that a later run counts and removes them.
    let removing = run(at, &harbour("catalog-v2.json"), &REMOVE_8);
    assert_eq!((&removing["plan"]["missing"], &removing["finalize"]["removed"]), (&json!(8), &json!(8)));
    assert_eq!(before.assets_not_in(&catalogue(at)).len(), 8);
}

#[test]
fn a_report_has_the_promised_fields_on_standard_output_and_in_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let reports = ["--report", "one.json", "--report", "two.json"];
    let report = run(folder.path(), &harbour("catalog-v1.json"), &reports);
    let members = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
    let holds = |value: &Value, names: &[&str]| {
        let found = members(value);
        for name in names {
            assert!(found.contains(*name), "{name} is not among {found:?}");
        }
    };
    let top = "synchronization_id cycle outcome exit_code input plan batches finalize summary errors findings seconds \
               peak_memory_bytes";
    holds(&report, &top.split(' ').collect::<Vec<_>>());
    holds(&report["input"], &["files", "commands", "bytes"]);
    holds(&report["plan"], &["added", "changed", "same", "missing"]);
    holds(&report["batches"][0], &["number", "commands", "bytes", "job_id", "state", "result", "seconds"]);
    holds(&report["finalize"], &["strategy", "job_id", "state", "result", "removed"]);
    holds(&report["summary"]["ASSET"], &["added", "updated", "removed"]);
    assert_eq!((&report["synchronization_id"], &report["cycle"]), (&json!("harbour"), &json!(1)));
    assert_eq!((&report["outcome"], &report["exit_code"]), (&json!("finalized"), &json!(0)));
    assert_eq!((&report["finalize"]["strategy"], &report["errors"]), (&json!("IGNORE"), &json!([])));
    for file in ["one.json", "two.json"] {
        let written = fs::read(folder.path().join(file)).expect("the report");
        assert_eq!(serde_json::from_slice::<Value>(&written).expect("JSON"), report, "{file}");
    }
}

#[test]
fn progress_beside_json_is_json_lines_on_standard_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let v1 = harbour("catalog-v1.json");
    let ran = Ran::expect(0, folder.path(), ["run", &v1, "--id", "harbour", "--embedded", "--output", "json"]);
    ran.json();
    let lines: Vec<Value> =
        ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    assert!(lines.len() > 4, "{lines:?}");
}

#[test]
fn standard_input_and_several_files_are_read_like_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let v1 = fs::read_to_string(harbour("catalog-v1.json")).expect("the example");
    let commands: Vec<&RawValue> = serde_json::from_str(&v1).expect("an array");
    let (head, tail) = commands.split_at(200);
    let lines: String = head.iter().map(|command| command.get().replace('\n', " ") + "\n").collect();
    fs::write(folder.path().join("head.jsonl"), lines).expect("a file");
    fs::write(folder.path().join("tail.json"), serde_json::to_vec(tail).expect("JSON")).expect("a file");
    let args = ["run", "head.jsonl", "tail.json", "--id", "harbour", "--embedded", "--output", "json", "-q"];
    let several = Ran::expect(0, folder.path(), args).json();
    assert_eq!(several["plan"]["added"], 411);
    assert_eq!(several["input"]["files"], json!(["head.jsonl", "tail.json"]));

    let mut command = program(
        folder.path(),
        ["run", "-", "--format", "json", "--id", "harbour", "--embedded", "--output", "json", "-q"],
    );
    command.stdin(fs::File::open(harbour("catalog-v1.json")).expect("the example"));
    let standard_input = Ran::of(0, &mut command).json();
    assert_eq!((&standard_input["input"]["files"], &standard_input["plan"]["missing"]), (&json!(["-"]), &json!(0)));
    assert_eq!(standard_input["plan"]["same"], 411, "other white space is no change");
}

#[test]
fn checking_finds_nothing_wrong_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    for version in ["catalog-v1.json", "catalog-v2.json"] {
        let report = Ran::expect(0, folder.path(), ["check", &harbour(version), "--output", "json"]).json();
        assert_eq!((&report["findings"], &report["exit_code"]), (&json!([]), &json!(0)));
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
