//! Servers in other readings: the suite says which ones.

use serde_json::{Value, json};
use sync_emulator::{Emulator, Profile, ProfileFile, Readings};
use sync_http::conformance::{Setting, statements};

use super::support::{Server, broken, profile, run};

fn readings(members: Value) -> Readings {
    serde_json::from_value(members).expect("readings")
}

/// All choices of a reading as JSON values.
fn values(choices: &[sync_http::conformance::Choice]) -> Vec<Value> {
    let value = |text: &str| match text {
        "true" | "false" => json!(text == "true"),
        "a number" => json!(2),
        "0" => json!(0),
        text => json!(text),
    };
    choices.iter().map(|choice| value(choice.value)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reading_is_recognised_by_its_statement() {
    for statement in statements() {
        for switch in statement.switches.iter().filter(|switch| switch.setting == Setting::Reading) {
            for value in values(switch.choices) {
                let mut members = json!({switch.name: value});
                let mut version = Profile::default();
                match switch.name {
                    // How a job is hidden shows only where it is hidden.
                    "hiddenJob" => members["hiddenPolls"] = json!(1),
                    // How an API is missing shows only where it is.
                    "missingJobsApi" => members["jobsApi"] = json!("older-only"),
                    // Missing in the newer version, it is as the version has it.
                    "olderCancel" if value == "removed" => version = Profile::BeforeV2026_07,
                    _ => {}
                }
                let wanted = readings(members.clone());
                let server = Server::start(Emulator::builder().readings(wanted.clone()).profile(version)).await;
                let report = run(server.suite().only([statement.number]).expect("a statement")).await;
                assert_eq!(broken(&report), [], "{members}");
                let found = report.profile()["readings"][switch.name].clone();
                assert_eq!(found, value, "{members}");
                assert_eq!(profile(&report).readings, wanted, "{members}");
            }
        }
    }
}

/// Readings that no statement is about. Whether changes need `X-CSRF-TOKEN` shows only to a client that signs in with a
/// session and leaves the header out, while the suite signs in as it is told and as the transport does it.
const BESIDE: &[&str] = &["csrfToken"];

#[test]
fn every_reading_of_the_server_is_asked_about() {
    let Value::Object(members) = serde_json::to_value(Readings::default()).expect("JSON") else { panic!("an object") };
    let asked: Vec<&str> = statements().iter().flat_map(|s| s.switches).map(|switch| switch.name).collect();
    for member in members.keys() {
        let is_beside = BESIDE.contains(&member.as_str());
        assert!(asked.contains(&member.as_str()) != is_beside, "{member} is asked about, or stands beside");
    }
}

#[test]
fn defaults_of_the_server_are_the_first_choices() {
    let defaults = serde_json::to_value(Readings::default()).expect("JSON");
    for switch in statements().iter().flat_map(|s| s.switches).filter(|s| s.setting == Setting::Reading) {
        assert_eq!(defaults[switch.name], values(switch.choices)[0], "{}", switch.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn version_is_recognised_by_the_default_of_continue_on_error() {
    for version in [Profile::BeforeV2026_07, Profile::V2026_07] {
        let server = Server::start(Emulator::builder().profile(version)).await;
        let report = run(server.suite().only([37]).expect("a statement")).await;
        assert_eq!(profile(&report).profile, version);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn server_with_all_other_readings_is_told_from_the_default_one_and_can_be_built_again() {
    let other = readings(json!({
        "idExistsFrom": "finalized", "uuidIdsOnly": true, "changeStatusWithoutStatus": "job-error",
        "ignoredMembers": "forgotten", "restoredStatus": "previous", "missingDomainsAndCommunities": "removed",
        "missingComplexRelations": "kept", "missingMappings": "kept", "failedCommands": "seen",
        "partialImport": "not-finalized", "finalizeWithoutCycle": "no-op", "largePage": "refused",
        "sampleCounters": true, "jobResultField": "included", "hiddenPolls": 1, "hiddenJob": "server-error",
        "indexBase": "one", "rolledBackErrorListed": false, "jobNames": "with-file", "jobOrder": "racing",
        "concurrentAssets": "serialized", "canceledWork": "kept", "jobsApi": "older-only",
        "missingJobsApi": "not-found", "fileAndFileId": "job-error", "urlEncodedForm": "accepted",
        "attributesAction": "applied", "unknownSynchronization": "not-found", "nullMembers": "refused",
        "emptyValues": "removed", "nameCase": "ignored", "listCells": "all",
        // As the version has it: removed from an older one, it would leave no way to cancel beside an older API alone.
        "olderCancel": "by-version",
    }));
    let builder = Emulator::builder().readings(other.clone()).profile(Profile::BeforeV2026_07);
    let report = run(Server::start(builder).await.suite()).await;
    assert_eq!(broken(&report), []);
    let found = profile(&report);
    assert_eq!(found.readings, other);
    assert_eq!(found.profile, Profile::BeforeV2026_07);
    assert_eq!(report.left_behind, [""; 0]);

    // The saved report is a profile too, and a server built from it is told apart in the same way.
    let saved = report.to_json("https://catalogue.example");
    let loaded = ProfileFile::from_slice(saved.to_string().as_bytes()).expect("a profile");
    assert_eq!(loaded.readings, other);
    let server = Server::start(Emulator::builder().readings(loaded.readings).profile(loaded.profile)).await;
    let report = run(server.suite().only([5, 44, 49]).expect("statements")).await;
    assert_eq!(
        report.profile()["readings"],
        json!({
            "idExistsFrom": "finalized", "finalizeWithoutCycle": "no-op", "largePage": "refused"
        })
    );
}
