//! Processes that work on one state, and die.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use sync_engine::store::{StateStore, StoreErrorKind};

use super::{added, cycle, everything, folder, harbour, open};

/// Tells the process started by [`spawn`] what to do, and in which folder.
const ROLE: &str = "STATE_STORE_TEST_ROLE";
const FOLDER: &str = "STATE_STORE_TEST_FOLDER";

/// Does nothing as a test; as a process started by one it plays its role until it is killed.
#[test]
fn other_process() {
    let (Ok(role), Ok(folder)) = (std::env::var(ROLE), std::env::var(FOLDER)) else { return };
    let store = open(Path::new(&folder));
    let wait = || -> io::Result<()> {
        writeln!(io::stdout(), "\nready")?;
        io::stdin().read_to_end(&mut Vec::new()).map(drop)
    };
    match role.as_str() {
        "lock" => {
            let _lock = store.lock(&harbour()).unwrap();
            wait().unwrap();
        }
        "begin" => {
            let added = added(0..100_000);
            let begun = store.begin(&harbour(), "{}", &mut |take| {
                added.iter().try_for_each(take)?;
                wait()
            });
            begun.unwrap();
        }
        other => panic!("nobody knows the role {other}"),
    }
}

/// Starts the role in another process and waits until it has come to its point.
fn spawn(role: &str, folder: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::processes::other_process", "--nocapture"])
        .env(ROLE, role)
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let is_ready = stdout.lines().any(|line| line.unwrap() == "ready");
    assert!(is_ready, "the other process ended before it came to its point");
    child
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn lock_of_another_process_is_refused_naming_it_and_its_death_frees_it() {
    let folder = folder();
    let store = open(folder.path());
    let child = spawn("lock", folder.path());
    let error = store.lock(&harbour()).unwrap_err();
    let StoreErrorKind::Locked { holder } = error.kind() else { panic!("{error}") };
    let (process, since) = (format!("process {} on ", child.id()), ", since 20");
    assert!(holder.starts_with(&process) && holder.contains(since) && holder.ends_with('Z'), "{holder}");
    assert_eq!(store.holder(&harbour()).unwrap().as_ref(), Some(holder));
    kill(child);
    assert_eq!(store.holder(&harbour()).unwrap(), None);
    store.lock(&harbour()).expect("the holder is dead");
}

#[test]
fn process_killed_while_it_begins_a_cycle_has_changed_nothing() {
    let folder = folder();
    let store = open(folder.path());
    cycle(&store, &harbour(), 200_000..200_010, "17");
    let before = everything(&store, &harbour());
    let child = spawn("begin", folder.path());
    assert_eq!(everything(&store, &harbour()), before, "nothing is seen of it before it is done");
    kill(child);
    assert_eq!(everything(&store, &harbour()), before);
    drop(store);

    let store = open(folder.path());
    assert_eq!(everything(&store, &harbour()), before);
    cycle(&store, &harbour(), 0..10, "18");
    assert_eq!(everything(&store, &harbour()).0.known, 20);
}

#[test]
fn state_can_be_opened_and_read_while_another_process_begins_a_cycle() {
    let folder = folder();
    cycle(&open(folder.path()), &harbour(), 0..3, "17");
    let child = spawn("begin", folder.path());
    assert_eq!(everything(&open(folder.path()), &harbour()).0.known, 3);
    kill(child);
}
