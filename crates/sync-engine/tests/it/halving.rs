//! Batches that are too large for the server.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use sync_core::Finalization;
use sync_core::cycle::Call;
use sync_engine::{Input, Progress, ProgressSink, Report, ResumeOptions, RunOptions, RunOutcome, TableOptions, Upload};
use sync_formats::BatchLimits;
use tokio::sync::Notify;

use crate::support::{Thing, World};

const REMOVE: Finalization = Finalization::RemoveResources;

/// A server that takes about a third of everything in one request.
const SMALL: u64 = 2_000;

/// The one asset that the second source lacks.
const GONE: Thing = Thing::Asset(1, 2);

fn everything(version: u32) -> Vec<(Thing, u32)> {
    Thing::all().map(|thing| (thing, version)).collect()
}

fn without_one(version: u32) -> Vec<(Thing, u32)> {
    everything(version).into_iter().filter(|(thing, _)| *thing != GONE).collect()
}

fn options(world: &World) -> RunOptions {
    world.options("large", REMOVE)
}

/// Runs a cycle with everything, and one that says something else and lacks an asset.
async fn two_cycles(world: &World, options: &RunOptions) -> [Report; 2] {
    let first = world.run(&world.source(&everything(0)), options.clone()).await;
    assert_eq!(first.outcome, RunOutcome::Finalized, "{:?} {:?}", first.message, first.errors);
    let second = world.run(&world.source(&without_one(1)), options.clone()).await;
    assert_eq!(second.outcome, RunOutcome::Finalized, "{:?} {:?}", second.message, second.errors);
    [first, second]
}

/// That every command of the source was taken once.
#[track_caller]
fn assert_whole(report: &Report) {
    let taken = report.batches.iter().filter(|batch| batch.outcome.is_some_and(|outcome| outcome.is_success()));
    assert_eq!(taken.map(|batch| u64::from(batch.commands)).sum::<u64>(), report.input.commands, "{report:?}");
}

fn halved(report: &Report) -> Vec<u32> {
    report.batches.iter().filter(|batch| batch.halved).map(|batch| batch.number).collect()
}

#[tokio::test]
async fn batches_too_large_for_the_server_come_again_in_halves() {
    let undisturbed = World::new(Default::default()).await;
    two_cycles(&undisturbed, &options(&undisturbed)).await;

    let world = World::limited(SMALL).await;
    let [first, second] = two_cycles(&world, &options(&world)).await;
    assert_eq!(world.catalogue().await, undisturbed.catalogue().await);
    assert!(!world.present().await.contains(&GONE));
    for report in [&first, &second] {
        assert_whole(report);
        assert!(report.batches.len() > 3 && halved(report)[0] == 1, "{report:?}");
    }
    let finalize = second.finalize.as_ref().expect("it is finalized");
    assert_eq!(finalize.removed, Some(1), "only what is missing");

    // What the report advises leaves nothing to be halved.
    let said = second.message.iter().find(|sentence| sentence.contains("too large")).expect("it is said");
    let bytes = said.split("--batch-bytes ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a limit");
    let limits = BatchLimits::default().with_bytes(bytes.parse().expect("a number"));
    let third = world.run(&world.source(&without_one(2)), options(&world).with_batches(limits)).await;
    assert_eq!(third.outcome, RunOutcome::Finalized, "{:?}", third.message);
    assert_eq!(halved(&third), [0; 0]);
}

#[tokio::test]
async fn a_size_that_was_refused_is_not_tried_again_in_the_same_cycle() {
    let world = World::limited(SMALL).await;
    let things: Vec<_> = (0..10).flat_map(everything).collect();
    let options = options(&world).with_batches(BatchLimits::default().with_commands(16));
    let report = world.run(&world.source(&things), options).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?} {:?}", report.message, report.errors);
    assert_whole(&report);
    let refused: Vec<u64> = report.batches.iter().filter(|batch| batch.halved).map(|batch| batch.bytes).collect();
    assert!(refused.is_sorted_by(|one, other| one > other), "each one smaller than all before: {refused:?}");
    let smallest = refused.last().expect("one is too large");
    let last = report.batches.iter().rposition(|batch| batch.halved).expect("one is too large");
    assert!(report.batches[last + 1..].iter().all(|batch| batch.bytes < *smallest));
}

#[tokio::test]
async fn a_command_that_is_too_large_alone_is_named_with_its_place_and_size() {
    let world = World::limited(SMALL).await;
    let large = Thing::Asset(1, 1).command(0).replace("version 0", &"x".repeat(4_000));
    let mut commands: Vec<_> = everything(0).into_iter().map(|(thing, version)| thing.command(version)).collect();
    let place = commands.iter().position(|command| *command == Thing::Asset(1, 1).command(0)).expect("it is there");
    commands[place] = large.clone();
    let input = world.write("large.json", &format!("[{}]", commands.join(",\n")));
    let report = world.run(&input, options(&world)).await;

    assert_eq!((report.outcome, report.exit_code), (RunOutcome::Failed, 1), "{:?}", report.message);
    assert!(report.finalize.is_none());
    let [error] = &report.errors[..] else { panic!("one error: {:?}", report.errors) };
    assert!(error.file.as_deref().is_some_and(|file| file.ends_with("large.json")), "{error:?}");
    assert_eq!(error.line, Some(place as u64 + 1));
    assert!(error.identity.as_deref().is_some_and(|identity| identity.contains("asset 1")), "{error:?}");
    let bytes = large.len() + 2;
    assert_eq!(error.message, format!("this command alone makes a batch of {bytes} bytes, more than the target takes"));
    assert!(report.message.iter().any(|sentence| sentence.contains("stays open")), "{:?}", report.message);
    assert!(report.resumable, "the target may take larger requests one day");
    let RunOptions { key, patience, .. } = options(&world);
    let report = world.engine().resume(ResumeOptions::new(key).with_patience(patience)).await;
    assert_eq!((report.outcome, report.resumable), (RunOutcome::Failed, true), "{:?}", report.message);
    assert_eq!(report.errors.len(), 1, "{:?}", report.errors);
}

#[tokio::test]
async fn an_answer_that_comes_before_the_body_has_gone_out_is_heard() {
    let world = World::limited(1 << 20).await;
    let text = "x".repeat(100_000);
    let of = |(thing, version): (Thing, u32)| thing.command(version).replace("version", &text);
    let commands: Vec<_> = (0..8).flat_map(everything).map(of).collect();
    let input = world.write("large.json", &format!("[{}]", commands.join(",")));
    let report = world.run(&input, options(&world)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?} {:?}", report.message, report.errors);
    assert_whole(&report);
    assert!(report.batches[0].bytes > 9_000_000 && halved(&report).len() >= 4, "{:?}", halved(&report));
}

/// A table of assets with a tag a row, three rows each, and the template.
fn table(world: &World, ending: &str, assets: usize) -> Input {
    let template = r#"[
        {"resourceType": "Community", "identifier": {"name": "Harbour"}},
        {"resourceType": "Domain", "identifier": {"name": "domain 0", "community": {"name": "Harbour"}},
         "type": {"name": "Physical Data Dictionary"}},
        {"resourceType": "Asset", "type": {"name": "Table"}, "tags": ["${2}"],
         "identifier": {"name": "${1}", "domain": {"name": "domain 0", "community": {"name": "Harbour"}}}}]"#;
    let path = world.folder.path().join("template.json");
    std::fs::write(&path, template).expect("a template is written");
    let rows = (0..assets).flat_map(|asset| (0..3).map(move |tag| [format!("asset {asset}"), format!("tag {tag}")]));
    let table = world.folder.path().join(format!("table.{ending}"));
    if ending == "csv" {
        let text = rows.fold(String::new(), |mut text, [name, tag]| {
            let _ = writeln!(text, "{name};{tag}");
            text
        });
        std::fs::write(&table, text).expect("a table is written");
    } else {
        let mut writer = sync_formats::ExcelWriter::new(&Default::default()).expect("good options");
        rows.for_each(|row| writer.write_row(&row).expect("a row is written"));
        std::fs::write(&table, writer.into_bytes().expect("a workbook")).expect("a table is written");
    }
    let options = TableOptions::read(&path).expect("the template is there");
    Input::table(table, None, Arc::new(options)).expect("the table is there")
}

#[tokio::test]
async fn rows_sent_as_they_are_come_again_in_halves_too() {
    // The template goes along every time; a workbook is never as small as its rows.
    for (ending, assets, limit) in [("csv", 60, 3_000), ("xlsx", 400, 8_000)] {
        let undisturbed = World::new(Default::default()).await;
        let world = World::limited(limit).await;
        for world in [&undisturbed, &world] {
            let options = options(world).with_upload(Upload::AsIs);
            let report = world.run(&table(world, ending, assets), options).await;
            assert_eq!(report.outcome, RunOutcome::Finalized, "{:?} {:?}", report.message, report.errors);
            assert_eq!(halved(&report).is_empty(), std::ptr::eq(world, &undisturbed), "{ending}: {report:?}");
            let rows = report.batches.iter().filter(|batch| !batch.halved).map(|batch| batch.commands).sum::<u32>();
            assert_eq!(rows as usize, 9 * assets, "three commands a row");
        }
        let catalogue = world.catalogue().await;
        assert_eq!(catalogue, undisturbed.catalogue().await);
        assert!(catalogue[&Thing::Asset(0, 3)].contains("tag 2"), "{catalogue:?}");
    }
}

#[tokio::test]
async fn rows_about_one_resource_that_are_too_large_are_named() {
    let world = World::limited(SMALL).await;
    let input = table(&world, "csv", 2);
    let mut text = String::new();
    for (asset, tags) in [("asset 0", 3), ("asset 1", 300), ("asset 2", 3)] {
        for tag in 0..tags {
            let _ = writeln!(text, "{asset};tag {tag}");
        }
    }
    std::fs::write(world.folder.path().join("table.csv"), text).expect("a table is written");
    let report = world.run(&input, options(&world).with_upload(Upload::AsIs)).await;
    assert_eq!((report.outcome, report.exit_code), (RunOutcome::Failed, 1), "{:?}", report.message);
    let [error] = &report.errors[..] else { panic!("one error: {:?}", report.errors) };
    assert_eq!(error.row, Some(4), "{error:?}");
    assert!(error.message.contains("about one resource and make a batch of 900 commands"), "{error:?}");
    assert!(report.message.iter().any(|sentence| sentence.contains("--upload json")), "{:?}", report.message);
}

/// Says when so much has happened, and keeps what it was.
struct CutAt {
    left: AtomicUsize,
    reached: Notify,
    last: Mutex<String>,
}

impl ProgressSink for CutAt {
    fn progress(&self, progress: Progress<'_>) {
        // Looks at a job are as many as the machine is slow.
        if matches!(progress, Progress::Job { .. }) {
            return;
        }
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            *self.last.lock().expect("nobody panics here") = match progress {
                Progress::Sending { call: Call::Batch(_), .. } => "sending a batch".to_owned(),
                Progress::Halved { .. } => "halved".to_owned(),
                Progress::Ended { call: Call::Batch(_), .. } => "a batch has ended".to_owned(),
                other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
            };
            self.reached.notify_one();
        }
    }
}

#[tokio::test]
async fn a_run_cut_off_anywhere_between_halves_is_carried_on_without_loss() {
    let undisturbed = World::new(Default::default()).await;
    two_cycles(&undisturbed, &options(&undisturbed)).await;
    let expected = undisturbed.catalogue().await;

    let mut cut_at = Vec::new();
    let mut parts_went_on = 0;
    for place in 1.. {
        let world = World::limited(SMALL).await;
        let options = options(&world);
        let first = world.run(&world.source(&everything(0)), options.clone()).await;
        assert_eq!(first.outcome, RunOutcome::Finalized, "{:?}", first.message);
        let input = world.source(&without_one(1));
        let sink = Arc::new(CutAt { left: place.into(), reached: Notify::new(), last: Mutex::default() });
        let engine = world.engine().with_progress(sink.clone());
        let whole = tokio::select! {
            biased;
            () = sink.reached.notified() => None,
            report = engine.run(vec![input.clone()], options.clone()) => Some(report),
        };
        if let Some(report) = whole {
            assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
            break;
        }
        let what = sink.last.lock().expect("nobody panics here").clone();
        let resumed = ResumeOptions::new(options.key.clone()).with_patience(options.patience);
        let report = match world.engine().resume(resumed).await {
            // Nothing of the second cycle had begun.
            report if report.outcome == RunOutcome::NothingToResume => world.run(&input, options).await,
            report => report,
        };
        assert_eq!(report.outcome, RunOutcome::Finalized, "cut at {what}: {:?} {:?}", report.message, report.recovery);
        assert_eq!(world.catalogue().await, expected, "cut at {what}: {:?}", report.recovery);
        if report.cycle == 2 && report.finalize.as_ref().is_some_and(|finalize| finalize.state.is_some()) {
            assert_whole(&report);
        }
        parts_went_on += usize::from(report.recovery.iter().any(|sentence| sentence.contains("a part of one")));
        cut_at.push(what);
    }
    for what in ["sending a batch", "halved", "a batch has ended"] {
        assert!(cut_at.iter().any(|cut| cut == what), "never cut at {what}: {cut_at:?}");
    }
    assert!(parts_went_on > 2, "{parts_went_on} went on between parts: {cut_at:?}");
}
