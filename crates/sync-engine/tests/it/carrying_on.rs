//! Runs that were cut off by a state store that failed, and their being carried on.

use std::sync::Arc;
use std::time::Duration;

use sync_core::{Finalization, Transport};
use sync_emulator::{Answer, Emulator, Fault, FaultRule, JobProgress, Operation};
use sync_engine::store::StateStore;
use sync_engine::{Content, Engine, Input, Report, ResumeOptions, RunOptions, RunOutcome, TableFormat, TableOptions};
use sync_formats::BatchLimits;
use sync_http::{ConnectOptions, Credentials, HttpTransport};

use crate::broken_store::BrokenStore;
use crate::support::World;

const TEMPLATE: &str = r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}}]"#;

async fn world() -> World {
    let world = World::with(Emulator::builder()).await;
    std::fs::write(world.folder.path().join("template.json"), TEMPLATE).expect("a template");
    std::fs::create_dir_all(world.state()).expect("a state folder");
    world
}

/// Communities of these names as a table that was piped in.
fn piped(world: &World, names: &str) -> Input {
    let options = TableOptions::read(world.folder.path().join("template.json")).expect("the template");
    let content = Content::Table(TableFormat::Csv, Arc::new(options));
    Input::spooled("-", names.as_bytes(), &world.state(), content).expect("a spooled table")
}

fn options(world: &World) -> RunOptions {
    world.options("piped", Finalization::RemoveResources).with_batches(BatchLimits::default().with_commands(1))
}

/// Runs on a store that fails.
async fn run_on(world: &World, store: BrokenStore, input: Input) -> Report {
    let engine = Engine::new(Arc::new(store), Arc::new(world.transport.clone()), world.state());
    engine.run(vec![input], options(world)).await
}

async fn resume(world: &World) -> Report {
    let RunOptions { key, patience, .. } = options(world);
    world.engine().resume(ResumeOptions::new(key).with_patience(patience)).await
}

fn assert_carried_on(report: &Report, commands: u64) {
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    assert_eq!(report.input.commands, commands);
}

#[tokio::test]
async fn a_piped_table_whose_cycle_was_only_noted_is_carried_on() {
    let world = world().await;
    let store = BrokenStore::after_entries(world.store(), 0);
    let report = run_on(&world, store, piped(&world, "Quay\nPier\n")).await;
    assert_eq!(report.outcome, RunOutcome::Broken, "{:?}", report.message);
    assert!(report.resumable, "{:?}", report.message);
    assert!(world.store().standing(&options(&world).key).expect("a state").journal.is_empty());
    assert_carried_on(&resume(&world).await, 2);
}

#[tokio::test]
async fn a_piped_table_is_carried_on_though_the_target_has_forgotten_the_cycle() {
    let world = world().await;
    let report = world.run(&piped(&world, "Quay\n"), options(&world)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    let store = BrokenStore::after_entries(world.store(), 5);
    let report = run_on(&world, store, piped(&world, "Quay\nPier\n")).await;
    assert_eq!(report.outcome, RunOutcome::Broken, "{:?}", report.message);
    world.transport.forget(options(&world).synchronization()).await.expect("the target forgets");
    assert_carried_on(&resume(&world).await, 2);
}

#[tokio::test]
async fn a_state_that_fails_before_the_finalization_leaves_a_cycle_to_be_carried_on() {
    let world = world().await;
    let report = run_on(&world, BrokenStore::without_missing(world.store()), piped(&world, "Quay\nPier\n")).await;
    assert_eq!(report.outcome, RunOutcome::Broken, "{:?}", report.message);
    assert_eq!(report.batches.len(), 2);
    assert!(report.resumable);
    assert!(report.message.iter().any(|sentence| sentence.contains("stays open")), "{:?}", report.message);
    assert!(!report.message.iter().any(|sentence| sentence.contains("nothing was sent")), "{:?}", report.message);
    assert_carried_on(&resume(&world).await, 2);
}

/// Runs and leaves, again and again, until the finalization is under way.
async fn leave_at_the_finalization(world: &World) {
    let mut report = world.run(&piped(world, "Quay\nPier\n"), options(world).with_no_wait(true)).await;
    while report.finalize.is_none() {
        assert_eq!(report.outcome, RunOutcome::Running, "{:?}", report.message);
        let RunOptions { key, patience, .. } = options(world);
        let asked = ResumeOptions::new(key).with_patience(patience).with_no_wait(true);
        report = world.engine().resume(asked).await;
    }
    assert_eq!(report.outcome, RunOutcome::Running, "{:?}", report.message);
}

fn assert_no_promise(report: &Report) {
    let promised = report.message.iter().find(|sentence| {
        sentence.contains("nothing was removed")
            || sentence.contains("nothing was finalized")
            || sentence.contains("nothing was sent")
    });
    assert_eq!(promised, None);
}

#[tokio::test]
async fn credentials_that_fail_while_the_finalization_is_under_way_promise_nothing() {
    let world = world().await;
    let held = Fault::HoldJob { progress: JobProgress::After(Duration::from_secs(600)) };
    let faults = vec![FaultRule::new(held).on(Operation::Finalize)];
    world.emulator.controls().set_faults(faults).expect("a good rule");
    leave_at_the_finalization(&world).await;
    let credentials = Credentials::Basic { username: "admin".to_owned(), password: "nimda".to_owned().into() };
    let transport = HttpTransport::new(&world.emulator.url(), credentials, ConnectOptions::default()).expect("a URL");
    let engine = Engine::new(Arc::new(world.store()), Arc::new(transport), world.state());
    let RunOptions { key, patience, .. } = options(&world);
    let report = engine.resume(ResumeOptions::new(key).with_patience(patience)).await;
    assert_eq!(report.outcome, RunOutcome::Denied, "{:?}", report.message);
    assert_no_promise(&report);
    assert!(report.resumable);
}

#[tokio::test]
async fn a_batch_refused_after_a_lost_finalization_promises_nothing() {
    let world = world().await;
    let faults = [
        FaultRule::new(Fault::Answer(Answer::new(502))).on(Operation::Finalize).nth(1),
        FaultRule::new(Fault::Answer(Answer::new(400))).on(Operation::Batch).nth(3),
    ];
    world.emulator.controls().set_faults(faults.to_vec()).expect("good rules");
    let report = world.run(&piped(&world, "Quay\nPier\n"), options(&world)).await;
    assert_eq!(report.outcome, RunOutcome::Uncertain, "{:?}", report.message);
    let report = resume(&world).await;
    assert_eq!(report.outcome, RunOutcome::Failed, "{:?}", report.message);
    assert_no_promise(&report);
}

/// The copies of piped inputs that are in the state folder.
fn copies(world: &World) -> usize {
    let entries = std::fs::read_dir(world.state()).expect("a state folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    names.filter(|name| name.to_str().is_some_and(|name| name.starts_with("spool-"))).count()
}

#[tokio::test]
async fn a_piped_table_is_not_kept_where_no_cycle_was_begun() {
    let world = world().await;
    let report = run_on(&world, BrokenStore::without_beginning(world.store()), piped(&world, "Quay\n")).await;
    assert_eq!((report.outcome, report.cycle), (RunOutcome::Broken, 0), "{:?}", report.message);
    assert_eq!(copies(&world), 0);
}

#[tokio::test]
async fn copies_that_nobody_needs_are_swept_away_and_others_are_not() {
    let world = world().await;
    // One that a killed process has left, one of a run that can be carried on, one that is being read.
    std::fs::write(world.state().join("spool-killed"), "Quay\n").expect("a file");
    run_on(&world, BrokenStore::after_entries(world.store(), 0), piped(&world, "Quay\n")).await;
    let reading = piped(&world, "Pier\n");
    assert_eq!(copies(&world), 2);

    let other = world.options("other", Finalization::Ignore);
    std::fs::write(world.state().join("spool-killed"), "Quay\n").expect("a file");
    let report = world.run(&world.source(&[]), other.clone()).await;
    assert_eq!(report.outcome, RunOutcome::InputRejected, "{:?}", report.message);
    assert_eq!(copies(&world), 2);
    drop(reading);
    assert_carried_on(&resume(&world).await, 1);
    assert_eq!(copies(&world), 0);
}

/// To sweep is a favour: what another synchronization left unreadable is no reason not to run.
#[tokio::test]
async fn a_journal_of_another_synchronization_that_cannot_be_read_stops_no_run() {
    let world = world().await;
    let report = world.run(&piped(&world, "Quay\n"), options(&world)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    let state = rusqlite::Connection::open(world.state().join("state.db")).expect("a state file");
    let damage = r#"UPDATE journal SET entry = '{"at": 1, "event": "unheard of"}'"#;
    assert!(state.execute(damage, ()).expect("a table of journals") > 0);
    world.store().standing(&options(&world).key).expect_err("the journal cannot be read");

    std::fs::write(world.state().join("spool-killed"), "Pier\n").expect("a file");
    let other = world.options("other", Finalization::Ignore).with_batches(BatchLimits::default().with_commands(1));
    let report = world.run(&piped(&world, "Pier\n"), other).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    assert_eq!(copies(&world), 1, "whose the copy is cannot be told");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_path_that_cannot_be_noted_is_refused_before_anything_is_sent() {
    use std::os::unix::ffi::OsStrExt;

    let world = world().await;
    let path = world.folder.path().join(std::ffi::OsStr::from_bytes(b"qu\xffay.json"));
    std::fs::write(&path, r#"[{"resourceType": "Community", "identifier": {"name": "Quay"}}]"#).expect("a file");
    let report = world.run(&Input::file(path, None).expect("the file"), options(&world)).await;
    assert_eq!((report.outcome, report.cycle), (RunOutcome::InputRejected, 0), "{:?}", report.message);
    assert!(report.message[0].contains("not Unicode"), "{:?}", report.message);
}
