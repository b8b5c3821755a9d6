//! The corpus: small inputs with what `check` has to say about each, and what the embedded server makes of them.
//!
//! `NAME.findings` beside `NAME.json` or `NAME.jsonl` holds a line `line:column severity code path` for each finding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use sync_core::check::{RuleScope, Severity, rules};
use sync_core::transport::{BatchRequest, TransportExt};
use sync_core::{JobState, Payload, PayloadFormat, Transport};
use sync_emulator::Readings;
use sync_engine::{CheckOptions, Input, check};
use sync_formats::{BatchLimits, JsonShape, JsonSplitter, content_digest};

use crate::support::World;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// Inputs of the corpus by name.
fn inputs() -> BTreeMap<String, PathBuf> {
    let files = std::fs::read_dir(folder()).expect("there is a corpus");
    let paths = files.map(|file| file.expect("a file").path());
    let inputs = paths.filter(|path| path.extension().is_some_and(|kind| kind == "json" || kind == "jsonl"));
    inputs.map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), path)).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// One line of an expectation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Expected {
    line: u64,
    column: u64,
    severity: String,
    code: String,
    path: String,
}

fn expected(input: &Path) -> Vec<Expected> {
    let line = |text: &str| {
        let mut words = text.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (place, severity, code, path) = (word(), word(), word(), word());
        let (line, column) = place.split_once(':').unwrap_or_else(|| panic!("line:column, not {text}"));
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("a number, not {text}"));
        Expected { line: number(line), column: number(column), severity, code, path }
    };
    let mut all: Vec<_> = read(&input.with_extension("findings")).lines().map(line).collect();
    all.sort();
    all
}

fn found(path: &Path) -> Vec<Expected> {
    let spill = tempfile::tempdir().expect("a temporary folder");
    let input = Input::file(path, None).expect("an input");
    let report = check(&[input], BatchLimits::default(), &CheckOptions::default(), spill.path()).expect("a check");
    let has_errors = report.findings.iter().any(|finding| finding.severity == Severity::Error);
    assert_eq!(report.exit_code, u8::from(has_errors), "{}", path.display());
    let row = |finding: &sync_engine::Finding| Expected {
        line: finding.line,
        column: finding.column,
        severity: finding.severity.to_string(),
        code: finding.code.clone(),
        path: finding.path.clone(),
    };
    let mut all: Vec<_> = report.findings.iter().map(row).collect();
    all.sort();
    all
}

#[test]
fn every_input_has_the_findings_beside_it() {
    let inputs = inputs();
    assert!(inputs.len() >= 80, "only {} inputs", inputs.len());
    let mut wrong = String::new();
    for (name, path) in &inputs {
        let (expected, found) = (expected(path), found(path));
        if expected != found {
            wrong += &format!("{name}\n  expected {expected:#?}\n  found {found:#?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_rule_about_commands_has_an_input() {
    let codes: BTreeSet<String> =
        inputs().values().flat_map(|path| expected(path)).map(|expected| expected.code).collect();
    let missing: Vec<&str> = rules()
        .iter()
        .filter(|rule| rule.scope == RuleScope::Command && !codes.contains(rule.code))
        .map(|rule| rule.code)
        .collect();
    assert_eq!(missing, [""; 0]);
}

/// Inputs with errors that the embedded server takes, each with the reason.
fn taken() -> BTreeMap<String, String> {
    let text = read(&folder().join("taken-by-the-server.txt"));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("NAME: REASON, not {line}")));
    pairs.map(|(name, reason)| (name.to_owned(), reason.to_owned())).collect()
}

/// What a server of its own made of an input.
struct Answer {
    refused_whole: bool,
    /// Positions of commands that failed.
    failed: BTreeSet<u64>,
    messages: Vec<String>,
}

async fn answer(path: &Path) -> Answer {
    let mut text = read(path);
    if path.extension().is_some_and(|kind| kind == "jsonl") {
        text = format!("[{}]", text.lines().collect::<Vec<_>>().join(","));
    }
    let world = World::new(Readings::default()).await;
    let digest = content_digest(text.as_bytes());
    let payload = Payload::from_bytes(PayloadFormat::Json, "corpus.json", Bytes::from(text), digest);
    let request = BatchRequest::new("corpus".parse().expect("a good id"), payload).with_continue_on_error(true);
    let mut job = match world.transport.submit_batch(&request).await {
        Ok(job) => job,
        Err(error) => {
            return Answer { refused_whole: true, failed: BTreeSet::new(), messages: vec![error.to_string()] };
        }
    };
    for _ in 0..5_000 {
        if job.is_terminal() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
        job = world.transport.job(&job.id).await.expect("the job is there");
    }
    assert!(job.is_terminal(), "{}: the job does not end", path.display());
    let errors = world.transport.all_errors(&job.id, 1_000).await.expect("errors can be read");
    let commands = errors.iter().filter_map(|error| error.command.as_ref());
    Answer {
        refused_whole: job.state == Some(JobState::Error),
        failed: commands.flat_map(|command| command.indices.iter().copied()).collect(),
        messages: errors.iter().filter_map(|error| error.error_message.clone()).collect(),
    }
}

/// Positions of the commands that hold these lines, as far as the input can be split.
fn commands_at(path: &Path, lines: impl Iterator<Item = u64>) -> BTreeSet<u64> {
    let text = read(path);
    let shape = if path.extension().is_some_and(|kind| kind == "jsonl") { JsonShape::Lines } else { JsonShape::Array };
    let starts: Vec<u64> = JsonSplitter::new(text.as_bytes(), shape)
        .into_iter()
        .map_while(Result::ok)
        .map(|record| record.position.line)
        .collect();
    lines.map(|line| starts.iter().filter(|start| **start <= line).count().saturating_sub(1) as u64).collect()
}

#[tokio::test]
async fn what_check_calls_clean_the_server_takes() {
    for (name, path) in inputs() {
        if !expected(&path).is_empty() {
            continue;
        }
        let answer = answer(&path).await;
        assert!(!answer.refused_whole && answer.failed.is_empty(), "{name}: {:?}", answer.messages);
    }
}

#[tokio::test]
async fn what_check_calls_an_error_the_server_refuses_or_there_is_a_reason() {
    let taken = taken();
    let mut without_reason = Vec::new();
    let mut needless = taken.clone();
    for (name, path) in inputs() {
        let errors = expected(&path).into_iter().filter(|expected| expected.severity == "error");
        let wrong = commands_at(&path, errors.map(|error| error.line));
        if wrong.is_empty() {
            continue;
        }
        let answer = answer(&path).await;
        let is_refused = answer.refused_whole || wrong.is_subset(&answer.failed);
        if !is_refused && needless.remove(&name).is_none() {
            without_reason.push(format!("{name}: {wrong:?} {:?}", answer.failed));
        }
    }
    assert_eq!(without_reason, [""; 0], "taken, and no reason in taken-by-the-server.txt");
    assert!(needless.is_empty(), "refused, although a reason is given why not: {needless:?}");
}

#[test]
fn examples_of_rules_about_sources_are_what_they_say() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("example.json");
    let codes = |text: &str| {
        std::fs::write(&path, text).expect("an example is written");
        found(&path).into_iter().map(|finding| finding.code).collect::<BTreeSet<_>>()
    };
    for rule in rules().iter().filter(|rule| rule.scope == RuleScope::Source) {
        assert_eq!(codes(rule.good), BTreeSet::new(), "{}: {}", rule.code, rule.good);
        // What takes many commands or many files is described in brackets instead.
        if !rule.bad.starts_with('(') {
            let mut broken = codes(rule.bad);
            // Of two commands that name each other, one has to stand before what it refers to.
            if rule.code.starts_with("local.relation.") {
                broken.remove("local.order.dependencyLater");
            }
            assert_eq!(broken, BTreeSet::from([rule.code.to_owned()]), "{}", rule.bad);
        }
    }
}
