//! States on their way from one folder to another.

use std::fs;

use rusqlite::Connection;
use sync_engine::store::{SqliteStore, StateKey, StateStore, StoreErrorKind};

use super::{added, chain, cycle, everything, folder, harbour, open};

fn elsewhere() -> StateKey {
    StateKey::new("https://other.example.com", "harbour".parse().unwrap())
}

/// A state with two synchronizations, one of them in the middle of a cycle.
fn filled(folder: &std::path::Path) -> SqliteStore {
    let store = open(folder);
    cycle(&store, &harbour(), 0..1000, "17");
    cycle(&store, &elsewhere(), 500..600, "18");
    let mut missing = added(0..10);
    missing.iter_mut().for_each(|difference| difference.change = sync_engine::store::Change::Missing);
    store.begin(&harbour(), "{}", &mut |take| missing.iter().try_for_each(take)).unwrap();
    store
}

#[test]
fn exported_state_can_be_imported_elsewhere_and_is_the_same() {
    let (here, there) = (folder(), folder());
    let store = filled(here.path());
    let file = here.path().join("export.db");
    store.export(&file).unwrap();

    let imported = SqliteStore::import(there.path().join("state"), &file).unwrap();
    assert_eq!(imported.list().unwrap(), store.list().unwrap());
    for key in [harbour(), elsewhere()] {
        assert_eq!(everything(&imported, &key), everything(&store, &key));
    }
    assert!(imported.knows_job(&elsewhere(), &"18".parse().unwrap()).unwrap());
    drop(imported);
    let imported = open(&there.path().join("state"));
    assert_eq!(everything(&imported, &harbour()), everything(&store, &harbour()), "it is there for good");
    cycle(&imported, &harbour(), 0..2000, "19");
    assert_eq!(everything(&imported, &harbour()).0.finalized, 3);
    assert_eq!(fs::read_dir(there.path().join("state")).unwrap().count(), 4, "locks, state, and the two of its log");
}

#[test]
fn export_knows_nothing_of_what_comes_after() {
    let (here, there) = (folder(), folder());
    let store = filled(here.path());
    let file = here.path().join("export.db");
    store.export(&file).unwrap();
    let before = everything(&store, &harbour());
    cycle(&store, &harbour(), 0..2000, "19");
    assert_eq!(everything(&SqliteStore::import(there.path(), &file).unwrap(), &harbour()), before);
}

#[test]
fn export_does_not_replace_a_file() {
    let here = folder();
    let file = here.path().join("export.db");
    fs::write(&file, "precious").unwrap();
    let error = filled(here.path()).export(&file).unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Write);
    assert!(chain(&error).contains("export.db"), "{}", chain(&error));
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    let names: Vec<_> = fs::read_dir(here.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.iter().filter(|name| name.to_string_lossy().starts_with(".tmp")).count(), 0, "{names:?}");
}

#[test]
fn export_into_a_folder_that_is_not_there_is_an_error() {
    let here = folder();
    let error = filled(here.path()).export(&here.path().join("nowhere/export.db")).unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Write);
}

#[test]
fn import_into_a_folder_that_holds_a_state_is_refused_with_the_way_out() {
    let (here, there) = (folder(), folder());
    let file = here.path().join("export.db");
    filled(here.path()).export(&file).unwrap();
    cycle(&open(there.path()), &harbour(), 0..3, "20");

    let error = SqliteStore::import(there.path(), &file).unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Occupied);
    assert!(error.hint().is_some_and(|hint| hint.contains("empty state folder")));
    let (standing, members, _) = everything(&open(there.path()), &harbour());
    assert_eq!((standing.known, members.len()), (3, 3), "nothing has changed");
}

#[test]
fn import_into_a_folder_that_was_only_looked_at_is_fine() {
    let (here, there) = (folder(), folder());
    let store = filled(here.path());
    store.export(&here.path().join("export.db")).unwrap();
    let looking = open(there.path());
    assert_eq!(looking.list().unwrap(), []);
    SqliteStore::import(there.path(), &here.path().join("export.db")).unwrap();
    assert_eq!(everything(&looking, &harbour()), everything(&store, &harbour()));
}

#[test]
fn what_is_not_a_state_file_is_not_imported() {
    let here = folder();
    let other = here.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE synchronization (pk INTEGER)").unwrap();
    let (text, empty) = (here.path().join("commands.json"), here.path().join("empty"));
    fs::write(&text, "[]".repeat(1000)).unwrap();
    fs::write(&empty, "").unwrap();
    for file in [other, text, empty] {
        let state = here.path().join("state");
        let error = SqliteStore::import(&state, &file).unwrap_err();
        assert_eq!(error.kind(), &StoreErrorKind::Foreign, "{}", file.display());
        assert!(!state.exists(), "nothing was made");
    }
}

#[test]
fn import_of_a_file_that_is_not_there_is_an_error() {
    let here = folder();
    let file = here.path().join("nowhere.db");
    let error = SqliteStore::import(here.path().join("state"), &file).unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Open);
    assert!(!file.exists() && !here.path().join("state").exists());
}

#[test]
fn export_of_a_newer_version_is_not_imported() {
    let here = folder();
    let file = here.path().join("export.db");
    filled(here.path()).export(&file).unwrap();
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteStore::import(here.path().join("state"), &file).unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Newer { found: 99, .. }));
}

#[test]
fn import_of_a_damaged_file_leaves_no_state() {
    let here = folder();
    let file = here.path().join("export.db");
    filled(here.path()).export(&file).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes.truncate(half);
    fs::write(&file, &bytes).unwrap();
    let state = here.path().join("state");
    SqliteStore::import(&state, &file).unwrap_err();
    assert_eq!(open(&state).list().unwrap(), []);
}

#[test]
fn import_does_not_change_the_file() {
    let here = folder();
    let file = here.path().join("export.db");
    filled(here.path()).export(&file).unwrap();
    let before = fs::read(&file).unwrap();
    SqliteStore::import(here.path().join("state"), &file).unwrap();
    assert_eq!(fs::read(&file).unwrap(), before);
}
