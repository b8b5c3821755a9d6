//! What a state folder may hold.

use std::fs;
use std::thread;

use rusqlite::Connection;
use sync_engine::store::{SqliteStore, StateStore, StoreErrorKind};

use super::{chain, cycle, everything, folder, harbour, open};

#[test]
fn state_of_a_newer_version_is_refused_and_left_alone() {
    let folder = folder();
    drop(open(folder.path()));
    let file = folder.path().join("state.db");
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&file).unwrap();

    let error = SqliteStore::open(folder.path()).unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Newer { found: 99, known } if *known < 99));
    assert!(error.hint().is_some());
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn database_of_another_program_is_refused_and_left_alone() {
    let folder = folder();
    let file = folder.path().join("state.db");
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE member (name TEXT)").unwrap();
    let before = fs::read(&file).unwrap();

    let error = SqliteStore::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Foreign);
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn file_that_is_no_database_cannot_be_opened() {
    let folder = folder();
    fs::write(folder.path().join("state.db"), "[]".repeat(1000)).unwrap();
    let error = SqliteStore::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Open);
    assert!(chain(&error).contains(&folder.path().display().to_string()), "{}", chain(&error));
}

#[test]
fn folder_that_cannot_be_made_is_an_error() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = SqliteStore::open(file.join("state")).unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Open);
}

#[test]
fn folder_is_made_with_those_around_it() {
    let folder = folder();
    let store = open(&folder.path().join("a/b"));
    assert_eq!(store.folder(), folder.path().join("a/b"));
    cycle(&store, &harbour(), 0..3, "17");
}

#[test]
fn new_state_can_be_opened_by_many_at_once() {
    for _ in 0..20 {
        let folder = folder();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| open(folder.path()).standing(&harbour()).expect("the standing can be read"));
            }
        });
    }
}

#[test]
fn damaged_rows_are_errors_and_no_panics() {
    let damages = [
        "UPDATE member SET kind = 99",
        "UPDATE member SET kind = -1",
        "UPDATE member SET key = x'00'",
        "UPDATE member SET content = x''",
    ];
    for damage in damages {
        let folder = folder();
        let store = open(folder.path());
        cycle(&store, &harbour(), 0..1, "17");
        Connection::open(folder.path().join("state.db")).unwrap().execute_batch(damage).unwrap();
        let error = store.visit_members(&harbour(), &mut |_| Ok(())).expect_err(damage);
        assert_eq!(error.kind(), &StoreErrorKind::Read);
    }
}

#[test]
fn damaged_journal_is_an_error_and_no_panic() {
    for entry in ["{}", r#"{"at":1,"event":"of a later version"}"#, r#"{"at":1,"event":"accepted","job":"17"}"#] {
        let folder = folder();
        let store = open(folder.path());
        cycle(&store, &harbour(), 0..1, "17");
        let file = Connection::open(folder.path().join("state.db")).unwrap();
        file.execute("UPDATE journal SET entry = ?1", [entry]).unwrap();
        assert_eq!(store.standing(&harbour()).unwrap_err().kind(), &StoreErrorKind::Read, "{entry}");
        assert_eq!(store.journal(&harbour(), 1).unwrap_err().kind(), &StoreErrorKind::Read, "{entry}");
    }
}

#[test]
fn log_of_a_large_cycle_is_cut_back() {
    let folder = folder();
    let store = open(folder.path());
    cycle(&store, &harbour(), 0..200_000, "17");
    cycle(&store, &harbour(), 0..1, "18");
    let log = fs::metadata(folder.path().join("state.db-wal")).unwrap().len();
    let state = fs::metadata(folder.path().join("state.db")).unwrap().len();
    assert!(log < state / 2, "{log} bytes of log, {state} of state");
    assert_eq!(everything(&store, &harbour()).0.known, 200_000);
}
