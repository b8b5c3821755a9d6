//! What stands between a run and removals nobody has asked for.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Catalogue, Ran, harbour, tables};

const ON: [&str; 4] = ["--id", "pilots", "--embedded", "data"];

fn run(code: i32, folder: &Path, input: &str, more: &[&str]) -> Ran {
    let args = ["run", input].into_iter().chain(ON).chain(more.iter().copied());
    Ran::expect(code, folder, args)
}

/// A folder with `all.json` of 420 tables, which has been run once, and `few.json`, which lacks 43 of them.
fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("all.json"), tables(420)).expect("a file");
    fs::write(folder.path().join("few.json"), tables(377)).expect("a file");
    run(0, folder.path(), "all.json", &[]);
    folder
}

#[test]
fn too_many_removals_stop_before_anything_is_sent_and_the_printed_flag_lets_them_pass() {
    let folder = prepared();
    let at = folder.path();
    let before = Catalogue::below(&at.join("data"));
    let stopped = run(3, at, "few.json", &["--on-missing", "remove"]);
    stopped.says("43 of 422 known").says("the limit allows 42").says("nothing was sent");
    stopped.says("Asset boat_377 (Boats > Pilots)").says("and 23 more");
    assert_eq!(Catalogue::below(&at.join("data")), before, "not even a job was begun");

    let flag = stopped.stdout.split_once("--allow-removals ").and_then(|(_, rest)| rest.split_whitespace().next());
    let flag = flag.expect("the flag with its number");
    assert_eq!(flag, "43");
    let passed =
        run(0, at, "few.json", &["--on-missing", "remove", "--allow-removals", flag, "--output", "json"]).json();
    assert_eq!(passed["finalize"]["removed"], 43);
    let after = Catalogue::below(&at.join("data"));
    assert_eq!(before.assets_not_in(&after).len(), 43);
    assert_eq!(after.assets_not_in(&before), [""; 0]);
}

#[test]
fn a_consent_that_is_too_small_stops_too() {
    let folder = prepared();
    let stopped = run(3, folder.path(), "few.json", &["--on-missing", "remove", "--allow-removals", "42"]);
    stopped.says("this run was allowed 42").says("--allow-removals 43");
}

#[test]
fn the_flag_is_in_the_report_too() {
    let folder = prepared();
    let stopped = run(3, folder.path(), "few.json", &["--on-missing", "remove", "--output", "json", "-q"]).json();
    assert_eq!(
        (&stopped["outcome"], &stopped["exit_code"], &stopped["cycle"]),
        (&json!("guarded"), &json!(3), &json!(0))
    );
    let message = stopped["message"].as_array().expect("sentences").iter();
    assert!(message.clone().any(|sentence| sentence == "to let this one run do it, add --allow-removals 43"));
}

#[test]
fn a_limit_of_ones_own_counts() {
    let folder = prepared();
    run(3, folder.path(), "few.json", &["--on-missing", "remove", "--max-removals", "10%"]);
    run(0, folder.path(), "few.json", &["--on-missing", "remove", "--max-removals", "43"]);
}

#[test]
fn a_lost_state_folder_stops_removals_and_the_printed_way_out_works() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let (v1, v2) = (harbour("catalog-v1.json"), harbour("catalog-v2.json"));
    run(0, at, &v1, &[]);
    fs::remove_dir_all(at.join(".collibra-sync")).expect("the state folder");
    let before = Catalogue::below(&at.join("data"));

    let removing = ["--on-missing", "remove", "--allow-removals", "8"];
    let stopped = run(3, at, &v2, &removing);
    stopped.says("this state does not").says("nothing was sent").says("collibra-sync sync forget");
    assert_eq!(Catalogue::below(&at.join("data")), before);

    // A cycle that ignores what is missing is no way out: the target goes on tracking what this state never heard of.
    run(0, at, &v2, &["--on-missing", "ignore"]);
    run(3, at, &v2, &removing).says("collibra-sync sync forget");

    Ran::expect(0, at, ["sync", "forget", "pilots", "--embedded", "data"]).says("is forgotten");
    let anew = run(0, at, &v1, &[&removing[..], &["--output", "json"]].concat()).json();
    assert_eq!((&anew["plan"]["missing"], &anew["finalize"]["removed"]), (&json!(0), &json!(0)));
    let removed = run(0, at, &v2, &[&removing[..], &["--output", "json"]].concat()).json();
    assert_eq!((&removed["plan"]["missing"], &removed["finalize"]["removed"]), (&json!(8), &json!(8)));
}

#[test]
fn another_target_does_not_share_what_is_known() {
    let folder = prepared();
    let args =
        ["run", "few.json", "--id", "pilots", "--embedded", "other", "--on-missing", "remove", "--output", "json"];
    let elsewhere = Ran::expect(0, folder.path(), args).json();
    assert_eq!(elsewhere["plan"], json!({"added": 379, "changed": 0, "same": 0, "missing": 0}));
}
