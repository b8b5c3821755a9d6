//! Batches cut in two, again and again.

use std::io::Read;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::value::RawValue;
use sync_core::BatchNumber;
use sync_formats::{
    Batch, BatchBuilder, BatchLimits, CollibraCsv, CsvDialect, DigestBuilder, ExpandOptions, MemoryTable, Push, Record,
    RowBatches, RowForm,
};

use crate::expand_support::{Table, compile, table};
use crate::json_text::object;
use crate::support::position;

const TEMPLATE: &str = r#"[{"identifier": {"name": "${1}"}, "tags": ["${2}"]}]"#;

fn bytes_of(batch: &Batch) -> Vec<u8> {
    let mut bytes = Vec::new();
    batch.payload().open().and_then(|mut body| body.read_to_end(&mut bytes)).expect("memory can be read");
    let mut digest = DigestBuilder::new();
    digest.update(&bytes);
    assert_eq!((batch.payload().digest(), batch.payload().len()), (digest.finish(), bytes.len() as u64));
    bytes
}

fn json(commands: &[String]) -> Batch {
    let mut builder = BatchBuilder::new(BatchLimits::default()).expect("the limits are good");
    for (index, command) in commands.iter().enumerate() {
        let record = Record { bytes: command.as_bytes(), position: position(7 + index as u64, 0, 1, 1) };
        assert_eq!(builder.push(&record), Ok(Push::Fits));
    }
    builder.finish(BatchNumber::FIRST, "harbour-1.1-batch-1.json").expect("there are commands")
}

fn rows(rows: Table, form: RowForm) -> Batch {
    let (reader, template) = (MemoryTable::new(rows), compile(TEMPLATE));
    let made = RowBatches::new(reader, &template, ExpandOptions::default(), form, BatchLimits::default());
    let mut made = made.expect("the limits are good");
    let batch = made.next_batch(BatchNumber::FIRST, "batch").expect("the rows fit").expect("there are rows");
    assert!(made.next_batch(BatchNumber::FIRST, "batch").expect("the rows fit").is_none());
    batch
}

/// The pieces a batch falls into when it is cut as often as it can be.
fn pieces(batch: Batch) -> Vec<Batch> {
    assert_ne!(batch.commands(), 0, "the service takes no batch without a command");
    match batch.halves().expect("halves can be written") {
        None => {
            assert!(!batch.can_be_halved());
            vec![batch]
        }
        Some(halves) => {
            assert!(batch.can_be_halved());
            let [first, second] = &halves;
            assert_eq!(first.commands() + second.commands(), batch.commands());
            assert_eq!(first.first_index(), batch.first_index());
            assert_eq!(second.first_index(), batch.first_index() + u64::from(first.commands()));
            halves.into_iter().flat_map(pieces).collect()
        }
    }
}

/// The texts of the pieces that a table falls into.
fn texts(batch: Batch) -> Vec<String> {
    pieces(batch).iter().map(|piece| String::from_utf8(bytes_of(piece)).expect("it is text")).collect()
}

#[test]
fn halves_have_about_as_many_bytes_and_names_of_their_own() {
    let command = |length: usize| format!("\"{}\"", "x".repeat(length));
    let batch = json(&[command(8), command(8), command(8), command(40)]);
    let [first, second] = batch.halves().expect("memory").expect("four commands");
    assert_eq!((first.commands(), second.commands()), (3, 1));
    assert_eq!(first.payload().file_name(), "harbour-1.1-batch-1.1.json");
    assert_eq!(second.payload().file_name(), "harbour-1.1-batch-1.2.json");
    let [_, quarter] = first.halves().expect("memory").expect("three commands");
    assert_eq!(quarter.payload().file_name(), "harbour-1.1-batch-1.1.2.json");
    assert!(!second.can_be_halved());
}

#[test]
fn rows_about_one_resource_are_never_torn() {
    let lines = table(&[["a", "1"], ["a", "2"], ["b", "1"], ["c", "1"], ["c", "2"], ["c", "3"], ["d", "1"]]);
    let whole = ["a;1\na;2\n", "b;1\n", "c;1\nc;2\nc;3\n", "d;1\n"];
    assert_eq!(texts(rows(lines, RowForm::Verbatim(CsvDialect::default()))), whole);
    let one = table(&[["a", "1"], ["a", "2"], ["a", "3"]]);
    assert!(!rows(one, RowForm::Verbatim(CsvDialect::default())).can_be_halved());
}

/// The batches of rows of which those without a name make no command.
fn named_rows(rows: &[[&str; 2]], limits: BatchLimits) -> Vec<Batch> {
    let template = compile(r#"[{"identifier": {"name": "${1}"}}]"#);
    let (options, form) = (ExpandOptions::default(), RowForm::Verbatim(CsvDialect::default()));
    let made = RowBatches::new(MemoryTable::new(table(rows)), &template, options, form, limits);
    let mut made = made.expect("the limits are good");
    std::iter::from_fn(|| made.next_batch(BatchNumber::FIRST, "batch").expect("every row fits")).collect()
}

#[test]
fn rows_without_a_command_are_no_half_of_their_own() {
    let rows = [["a", "1"], ["", "2"], ["b", "3"], ["", "4"], ["", "5"], ["c", "6"], ["", "7"]];
    let texts: Vec<_> = named_rows(&rows, BatchLimits::default()).into_iter().flat_map(texts).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert_eq!(texts.concat(), "a;1\n;2\nb;3\n;4\n;5\nc;6\n;7\n");
}

#[test]
fn rows_without_a_command_are_no_batch_of_their_own() {
    let rows = [["", "1"], ["", "2"], ["a", "3"], ["", "4"], ["", "5"], ["b", "6"], ["", "7"], ["", "8"]];
    let batches = named_rows(&rows, BatchLimits::default().with_bytes(4));
    let indices: Vec<_> = batches.iter().map(|batch| (batch.first_index(), batch.commands())).collect();
    assert_eq!(indices, [(0, 1), (1, 1)]);
    assert_eq!(batches.into_iter().flat_map(texts).collect::<Vec<_>>(), ["a;3\n", "b;6\n"]);
}

#[test]
fn what_was_read_from_a_text_is_cut_between_its_lines() {
    let (text, dialect) = ("a;\"x\ny\"\nb;1\nc;2\n", CsvDialect::default());
    let (reader, template) = (CollibraCsv::new(text.as_bytes(), &dialect), compile(TEMPLATE));
    let form = RowForm::Verbatim(dialect.clone());
    let batches = RowBatches::new(reader, &template, ExpandOptions::default(), form, BatchLimits::default());
    let batch = batches.expect("good limits").next_batch(BatchNumber::FIRST, "b").expect("it fits").expect("rows");
    let pieces = pieces(batch);
    assert_eq!(pieces.len(), 3);
    let joined: Vec<u8> = pieces.iter().flat_map(bytes_of).collect();
    assert_eq!(joined, text.as_bytes());
    assert!(pieces.iter().all(|piece| piece.payload().table().is_some_and(|table| table.csv.is_some())));
}

#[cfg(feature = "excel")]
#[test]
fn halves_of_a_workbook_are_workbooks() {
    use crate::excel_support::{row, rows as rows_of};
    let batch = rows(table(&[["a", "1"], ["a", "2"], ["b", "1"]]), RowForm::Excel);
    let [first, second] = batch.halves().expect("it can be written").expect("two resources");
    assert_eq!(rows_of(bytes_of(&first)), [row(1, ["a", "1"]), row(2, ["a", "2"])]);
    assert_eq!(rows_of(bytes_of(&second)), [row(1, ["b", "1"])]);
    let [again, _] = batch.halves().expect("it can be written").expect("two resources");
    assert_eq!(again.payload().digest(), first.payload().digest(), "the same batch gives the same halves");
    assert_eq!(first.payload().file_name(), "batch-1.1.xlsx");
}

proptest! {
    #[test]
    fn pieces_are_the_commands_of_the_batch_in_their_order(objects in vec(object(), 1..30)) {
        let commands: Vec<String> = objects.iter().map(|object| object.compact()).collect();
        let pieces = pieces(json(&commands));
        prop_assert_eq!(pieces.len(), commands.len());
        for (piece, command) in pieces.iter().zip(&commands) {
            let bytes = bytes_of(piece);
            let raw: Vec<&RawValue> = serde_json::from_slice(&bytes).expect("a piece is an array");
            prop_assert_eq!(raw.len(), 1);
            prop_assert_eq!(raw[0].get(), command);
        }
        let names: std::collections::BTreeSet<_> = pieces.iter().map(|piece| piece.payload().file_name()).collect();
        prop_assert_eq!(names.len(), commands.len());
    }
}
