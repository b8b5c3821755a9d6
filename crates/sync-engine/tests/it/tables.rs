//! Runs of tables with templates.

use std::path::PathBuf;
use std::sync::Arc;

use sync_core::Finalization;
use sync_core::transport::RelationsAction;
use sync_emulator::{Answer, Fault, FaultRule, Operation, Readings};
use sync_engine::{
    CheckOptions, CheckReport, Content, Input, Progress, ProgressSink, Report, RunOptions, RunOutcome, Severity,
    TableFormat, TableOptions, Upload, check, expand,
};
use sync_formats::BatchLimits;
use tempfile::TempDir;

use crate::support::World;

/// With text around the placeholder, which the service does not document.
const TEMPLATE: &str =
    r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}, "description": "about ${1}"}]"#;
const AROUND: &str = "local.template.textAround";

async fn world() -> World {
    World::new(Readings::default()).await
}

/// A table and its template in files.
fn table(world: &World, rows: &str, template: &str) -> Input {
    table_in(&world.folder, rows, template, false)
}

fn table_in(folder: &TempDir, rows: &str, template: &str, has_header: bool) -> Input {
    let [table, named] = ["table.csv", "template.json"].map(|name| folder.path().join(name));
    std::fs::write(&table, rows).expect("a table is written");
    std::fs::write(&named, template).expect("a template is written");
    let options = TableOptions::read(named).expect("the template is there").with_header_row(has_header);
    Input::table(table, None, Arc::new(options)).expect("the table is there")
}

fn options(world: &World) -> RunOptions {
    world.options("tables", Finalization::Ignore)
}

fn codes(report: &Report) -> Vec<(&str, Severity)> {
    report.findings.iter().map(|finding| (&*finding.code, finding.severity)).collect()
}

#[tokio::test]
async fn a_note_that_is_denied_stops_a_run() {
    let world = world().await;
    let checks = CheckOptions::default().with_deny(vec![AROUND.to_owned()]);
    let report = world.run(&table(&world, "Quay\n", TEMPLATE), options(&world).with_checks(checks)).await;
    assert_eq!(report.outcome, RunOutcome::InputRejected, "{:?}", report.message);
    assert_eq!(codes(&report), [(AROUND, Severity::Error)]);
}

#[tokio::test]
async fn notes_on_a_template_are_told_where_the_service_makes_the_commands() {
    let world = world().await;
    for (upload, told) in [(Upload::Json, &[][..]), (Upload::AsIs, &[(AROUND, Severity::Note)])] {
        let report = world.run(&table(&world, "Quay\n", TEMPLATE), options(&world).with_upload(upload)).await;
        assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
        assert_eq!(codes(&report), told, "{upload:?}");
    }
}

#[tokio::test]
async fn relations_cannot_be_added_by_rows_and_can_by_commands() {
    let world = world().await;
    let options = options(&world).with_upload(Upload::AsIs).with_relations_action(RelationsAction::AddOrIgnore);
    let report = world.run(&table(&world, "Quay\n", TEMPLATE), options.clone()).await;
    assert_eq!(report.outcome, RunOutcome::InputRejected, "{:?}", report.message);
    assert!(report.message[0].contains("table.csv"), "{:?}", report.message);
    assert_eq!(report.cycle, 0, "nothing was sent");
    let commands = r#"[{"resourceType": "Community", "identifier": {"name": "Quay"}}]"#;
    let report = world.run(&world.write("commands.json", commands), options).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
}

fn checked(folder: &TempDir, input: Input) -> CheckReport {
    check(&[input], BatchLimits::default(), &CheckOptions::default(), folder.path()).expect("it can be read")
}

#[test]
fn warnings_beyond_those_listed_are_counted() {
    let folder = TempDir::new().expect("a folder");
    let template = r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}}]"#;
    let rows: String = (0..1000).map(|row| format!("community {row};surplus\n")).collect();
    let report = checked(&folder, table_in(&folder, &format!("name\n{rows}"), template, true));
    let long = "local.template.rowTooLong";
    assert!(report.findings.iter().all(|finding| finding.code == long), "{:?}", report.findings);
    assert_eq!(report.findings.len() as u64 + report.more_findings, 1000);
    let total = report.totals.iter().find(|total| total.code == long).expect("a total");
    assert_eq!((total.total, total.listed), (1000, report.findings.len() as u64));
}

/// A community and its domain in every row.
const BOTH: &str = r#"[
  {"resourceType": "Community", "identifier": {"name": "${1}"}, "description": "${2}"},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "${1}"}}, "type": {"name": "Glossary"}}
]"#;

#[test]
fn rows_about_a_resource_that_returns_are_told_once() {
    let folder = TempDir::new().expect("a folder");
    let report = checked(&folder, table_in(&folder, "Quay;a\nPier;b\nQuay;c\n", BOTH, false));
    let warnings: Vec<_> = report.findings.iter().filter(|found| found.severity == Severity::Warning).collect();
    let [returns] = &warnings[..] else { panic!("{warnings:#?}") };
    assert_eq!((&*returns.code, returns.row), ("local.template.identifierReturns", Some(3)));
    assert_eq!(returns.related.as_ref().map(|related| related.line), Some(1));
    assert_eq!(returns.message.matches("line 1").count(), 1, "{}", returns.message);
}

#[test]
fn rows_that_return_are_told_where_nothing_else_is_checked() {
    let folder = TempDir::new().expect("a folder");
    let input = table_in(&folder, "Quay;a\nPier;b\nQuay;c\n", BOTH, false);
    let found = expand(&[input], &mut Vec::new()).expect("it can be written").findings;
    let [returns] = &found[..] else { panic!("{found:#?}") };
    assert_eq!((&*returns.code, returns.row), ("local.template.identifierReturns", Some(3)));
    assert_eq!(returns.related.as_ref().map(|related| related.line), Some(1));
    assert_eq!(returns.message.matches("row 1").count(), 1, "{}", returns.message);
}

#[test]
fn a_command_that_waits_for_many_rows_is_not_taken_for_two() {
    let folder = TempDir::new().expect("a folder");
    // Far more than waits behind the first asset, which leaves as it is and again as a whole.
    let wide = "x".repeat(4000);
    let rows: String = (0..200).map(|row| format!("Quay;berth {row};{wide}\n")).collect();
    let template = r#"[
      {"resourceType": "Asset", "identifier": {"name": "${1}", "domain": {"name": "Tides", "community": {"name": "Harbour"}}},
       "type": {"name": "Table"}, "tags": ["${2}"]},
      {"resourceType": "Asset", "identifier": {"name": "${2}", "domain": {"name": "Tides", "community": {"name": "Harbour"}}},
       "type": {"name": "Column"}, "attributes": {"Description": [{"value": "${3}"}]}}
    ]"#;
    let report = checked(&folder, table_in(&folder, &rows, template, false));
    assert!(report.commands > 201, "{}", report.commands);
    assert_eq!(report.findings, []);
}

/// Does something to the input between the two readings.
struct Meddler<F: Fn() + Send + Sync>(F);

impl<F: Fn() + Send + Sync> ProgressSink for Meddler<F> {
    fn progress(&self, progress: Progress<'_>) {
        if matches!(progress, Progress::Planned { .. }) {
            (self.0)();
        }
    }
}

async fn meddled(world: &World, input: Input, upload: Upload, meddle: impl Fn() + Send + Sync + 'static) -> Report {
    let engine = world.engine().with_progress(Arc::new(Meddler(meddle)));
    engine.run(vec![input], options(world).with_upload(upload)).await
}

#[tokio::test]
async fn a_table_that_is_gone_at_the_second_reading_is_said_to_be_gone() {
    let world = world().await;
    for upload in [Upload::Json, Upload::AsIs] {
        let input = table(&world, "Quay\n", TEMPLATE);
        let path = PathBuf::from(input.name());
        let report = meddled(&world, input, upload, move || std::fs::remove_file(&path).expect("it is there")).await;
        assert_eq!(report.outcome, RunOutcome::InputChanged, "{:?}", report.message);
        assert!(report.message[0].starts_with("opening"), "{:?}", report.message);
        assert!(report.resumable, "it may come back");
    }
}

#[tokio::test]
async fn an_input_that_is_cut_off_at_the_second_reading_says_where() {
    let world = world().await;
    let input = world.write("cut.json", r#"[{"resourceType": "Community", "identifier": {"name": "Quay"}}]"#);
    let path = PathBuf::from(input.name());
    let report = meddled(&world, input, Upload::Json, move || std::fs::write(&path, "[{").expect("a file")).await;
    assert_eq!(report.outcome, RunOutcome::InputChanged, "{:?}", report.message);
    assert!(report.message[0].contains("changed while it was being sent: "), "{:?}", report.message);
}

#[tokio::test]
async fn an_index_past_the_batch_counts_from_one_and_the_first_one_from_nought() {
    let world = world().await;
    // The third row is the first of the second batch, and names no type that exists.
    let rows = "Keel;Glossary\nMast;Glossary\nRope;Glossery\nSail;Glossary\nTide;Glossary\n";
    let template = r#"[{"resourceType": "Domain", "type": {"name": "${2}"},
      "identifier": {"name": "${1}", "community": {"name": "Harbour"}}}]"#;
    let community = r#"[{"resourceType": "Community", "identifier": {"name": "Harbour"}}]"#;
    let report =
        world.run(&world.write("community.json", community), world.options("other", Finalization::Ignore)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    for upload in [Upload::Json, Upload::AsIs] {
        for (index, row) in [(0, 3), (2, 4)] {
            let errors = format!(r#"{{"results": [{{"errorMessage": "bad", "command": {{"indices": [{index}]}}}}]}}"#);
            let answer = Fault::Answer(Answer::new(200).with_body(errors));
            let faults = vec![FaultRule::new(answer).on(Operation::Errors)];
            world.emulator.controls().set_faults(faults).expect("a good rule");
            let batches = BatchLimits::default().with_commands(2);
            let options = options(&world).with_upload(upload).with_batches(batches);
            let report = world.run(&table(&world, rows, template), options).await;
            assert_eq!(report.outcome, RunOutcome::Failed, "{:?}", report.message);
            let found: Vec<_> = report.errors.iter().map(|error| (error.batch, error.row)).collect();
            assert_eq!(found, [(Some(2), Some(row))], "{upload:?} {index}");
        }
    }
}

#[test]
fn a_template_has_its_name_as_given_and_is_found_from_everywhere() {
    // Both are there, whatever is in them.
    let options = TableOptions::read("Cargo.toml").expect("a text");
    assert_eq!(options.template, PathBuf::from("Cargo.toml"));
    let input = Input::table("README.md", Some(TableFormat::Csv), Arc::new(options)).expect("a file");
    let saved = input.save();
    assert!(saved.path.is_absolute());
    let Content::Table(_, options) = &saved.content else { panic!("{saved:?}") };
    assert!(options.template.is_absolute());
    Input::reopen(saved).expect("both are there");
}
