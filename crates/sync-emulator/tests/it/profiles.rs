//! Profiles as files.

use std::path::Path;

use serde_json::json;
use sync_emulator::{Profile, ProfileFile, ProfileFileError, Readings, RestoredStatus};

#[test]
fn written_profile_is_read_again() {
    let mut file = ProfileFile::default();
    file.profile = Profile::BeforeV2026_07;
    file.readings.restored_status = RestoredStatus::Previous;
    let json = serde_json::to_vec(&file).expect("JSON");
    assert_eq!(ProfileFile::from_slice(&json).expect("a profile"), file);
}

#[test]
fn members_left_out_have_their_defaults_and_a_report_beside_them_is_passed_over() {
    let json = json!({"readings": {"hiddenPolls": 3}, "conformance": {"cases": [1, 2, 3]}});
    let file = ProfileFile::from_slice(json.to_string().as_bytes()).expect("a profile");
    assert_eq!((file.profile, file.readings.hidden_polls), (Profile::default(), 3));
    assert_eq!(ProfileFile::from_slice(b"{}").expect("a profile").readings, Readings::default());
}

#[test]
fn what_nobody_knows_is_refused() {
    for json in [r#"{"reading": {}}"#, r#"{"readings": {"noSuch": 1}}"#, r#"{"profile": "2026.08"}"#, "17", ""] {
        let refused = ProfileFile::from_slice(json.as_bytes());
        assert!(matches!(refused, Err(ProfileFileError::Json(_))), "{json}: {refused:?}");
    }
}

#[test]
fn file_that_is_not_there_is_named() {
    let error = ProfileFile::read(Path::new("no/such/profile.json")).expect_err("no file");
    assert!(error.to_string().contains("no/such/profile.json"), "{error}");
}
