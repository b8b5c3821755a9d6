//! What can be written is read back as it was, and nothing else is written.

use std::io::{Cursor, Read};

use sync_formats::{
    ExcelMode, ExcelOptions, ExcelReader, ExcelWriteErrorKind, ExcelWriter, RowReader, Sheet, SheetNameProblem,
    join_excel_values,
};

use crate::excel_support::{row, rows};

const MODES: [ExcelMode; 2] = [ExcelMode::LowMemory, ExcelMode::ConstantMemory];

fn writer(mode: ExcelMode) -> ExcelWriter {
    ExcelWriter::new(&ExcelOptions::default().with_mode(mode)).expect("the options are good")
}

/// Why a single cell cannot be written.
fn refusal(cell: impl AsRef<[u8]>) -> ExcelWriteErrorKind {
    let mut writer = writer(ExcelMode::LowMemory);
    writer.write_row(["first"]).expect("it can be written");
    let error = writer.write_row([b"", cell.as_ref()]).expect_err("it cannot be written");
    assert_eq!((error.row(), error.column()), (Some(2), Some(2)));
    assert!(error.to_string().starts_with("cell B2 of the workbook cannot be written: "), "{error}");
    // Nothing of the row is there, and another one may follow.
    writer.write_row(["second"]).expect("it can be written");
    assert_eq!(rows(writer.into_bytes().expect("it can be written")), [row(1, ["first"]), row(2, ["second"])]);
    error.kind().clone()
}

#[test]
fn everything_is_text_in_its_final_form() {
    for mode in MODES {
        let mut writer = writer(mode);
        let cells = ["007", "=A1", "1.50", "TRUE", "2024-02-29", "http://x", " a ", "", "<&>\"'", "Größe 📊"];
        writer.write_row(cells).expect("it can be written");
        assert_eq!(writer.rows(), 1);
        assert_eq!(rows(writer.into_bytes().expect("it can be written")), [row(1, cells)]);
    }
}

#[test]
fn control_characters_come_back() {
    let all: String = ('\0'..' ').chain(['\u{7F}', '\u{85}', '\u{2028}', '\u{FFFD}', '\u{10FFFF}']).collect();
    let cells =
        ["a\rb", "\r\n", "\n\t", &all, "_x000D_", "_x0041__x0042_", "_x000d_\r", "_x00", "__x0041_", "_x004\u{1}"];
    for mode in MODES {
        let mut writer = writer(mode);
        writer.write_row(cells).expect("it can be written");
        assert_eq!(rows(writer.into_bytes().expect("it can be written")), [row(1, cells)]);
    }
}

#[test]
fn what_would_be_read_otherwise_is_refused() {
    assert_eq!(refusal("_x0041\u{1}"), ExcelWriteErrorKind::Escape);
    assert_eq!(refusal("a\u{FFFE}"), ExcelWriteErrorKind::Character { character: '\u{FFFE}' });
    assert_eq!(refusal("\u{FFFF}"), ExcelWriteErrorKind::Character { character: '\u{FFFF}' });
    assert_eq!(refusal(b"\xE4"), ExcelWriteErrorKind::NotUtf8);
}

#[test]
fn limits_of_a_cell_are_those_of_excel() {
    let (units, emoji) = ("x".repeat(32_767), "📊".repeat(16_383));
    let lines = "\n".repeat(253);
    let mut written = writer(ExcelMode::LowMemory);
    written.write_row([&units, &emoji, &lines]).expect("they are within the limits");
    assert_eq!(rows(written.into_bytes().expect("it can be written")), [row(1, [&*units, &*emoji, &*lines])]);
    let limit = 32_767;
    assert_eq!(refusal("x".repeat(32_768)), ExcelWriteErrorKind::CellTooLong { units: 32_768, limit });
    assert_eq!(refusal("📊".repeat(16_384)), ExcelWriteErrorKind::CellTooLong { units: 32_768, limit });
    assert_eq!(refusal("\n".repeat(254)), ExcelWriteErrorKind::TooManyLineFeeds { line_feeds: 254, limit: 253 });
}

#[test]
fn row_has_16384_cells_at_most() {
    let mut writer = writer(ExcelMode::ConstantMemory);
    writer.write_row(vec!["x"; 16_384]).expect("it is within the limit");
    let error = writer.write_row(vec!["x"; 16_385]).expect_err("it is over the limit");
    assert_eq!(error.to_string(), "row 2 of the workbook cannot be written: a row has 16384 cells at most");
    let read = rows(writer.into_bytes().expect("it can be written"));
    assert_eq!((read.len(), read[0].1.len()), (1, 16_384));
}

#[test]
fn sheet_has_1048576_rows_at_most() {
    let mut writer = writer(ExcelMode::ConstantMemory);
    for _ in 0..1_048_576 {
        writer.write_row([""]).expect("it is within the limit");
    }
    let error = writer.write_row(["x"]).expect_err("it is over the limit");
    assert_eq!(error.to_string(), "the workbook cannot be written: a sheet has 1048576 rows at most");
    assert_eq!(*error.kind(), ExcelWriteErrorKind::TooManyRows { limit: 1_048_576 });
}

#[test]
fn sheet_is_named_as_excel_allows() {
    let named = |name: &str| ExcelWriter::new(&ExcelOptions::default().with_sheet_name(name));
    let writer = named("Größe & Tom's 31 characters at x").err();
    assert!(writer.is_some(), "32 characters are too many");
    let file = named("Größe & Tom's tables").and_then(ExcelWriter::into_bytes).expect("the name is good");
    assert_eq!(ExcelReader::new(Cursor::new(file), &Sheet::First).expect("it is good").sheet(), "Größe & Tom's tables");
    let file = ExcelWriter::new(&ExcelOptions::default()).and_then(ExcelWriter::into_bytes).expect("the name is good");
    assert_eq!(
        ExcelReader::new(Cursor::new(file), &Sheet::First).expect("it is good").sheet(),
        ExcelWriter::SHEET_NAME
    );
    for (name, expected) in [
        ("", SheetNameProblem::Empty),
        ("📊📊📊📊📊📊📊📊📊📊📊📊📊📊📊📊", SheetNameProblem::TooLong { units: 32, limit: 31 }),
        ("'a", SheetNameProblem::Apostrophe),
        ("history", SheetNameProblem::Reserved),
        ("a/b", SheetNameProblem::Character('/')),
        ("a\nb", SheetNameProblem::Character('\n')),
    ] {
        match named(name).expect_err("the name is bad").kind() {
            ExcelWriteErrorKind::SheetName { problem, .. } => assert_eq!(*problem, expected),
            kind => panic!("{kind:?}"),
        }
    }
}

#[test]
fn same_rows_give_the_same_bytes() {
    for mode in MODES {
        let write = || {
            let mut writer = writer(mode);
            for number in 0..50 {
                writer.write_row([format!("row {number}"), "note".to_owned()]).expect("it can be written");
            }
            writer.into_bytes().expect("it can be written")
        };
        let first = write();
        assert!(write() == first, "{mode:?}");
        // Both may have been written within one second: no part may know the time at all.
        let mut archive = zip::ZipArchive::new(Cursor::new(first)).expect("it is an archive");
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).expect("it is there");
            assert_eq!(part.last_modified().map(|time| time.year()), Some(1980));
            let mut text = String::new();
            part.read_to_string(&mut text).expect("parts are XML");
            assert_eq!(text.matches("T00:00:00Z").count(), text.matches(":00Z").count());
            assert!(
                !text.contains("dcterms:created") || text.contains(">2000-01-01T00:00:00Z</dcterms:created>"),
                "{text}"
            );
        }
    }
}

#[test]
fn file_bytes_and_stream_are_the_same() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("out.xlsx");
    let make = || {
        let options = ExcelOptions::default().with_mode(ExcelMode::ConstantMemory).with_temp_dir(folder.path());
        let mut writer = ExcelWriter::new(&options).expect("the folder is there");
        writer.write_row(["a", "b"]).expect("it can be written");
        writer
    };
    let bytes = make().into_bytes().expect("it can be written");
    make().save(&path).expect("it can be written");
    let mut stream = Vec::new();
    make().write_to(&mut stream).expect("it can be written");
    assert_eq!(std::fs::read(&path).expect("it is there"), bytes);
    assert_eq!(rows(stream), [row(1, ["a", "b"])]);
    // Temporary files have no name.
    assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 1);
}

#[test]
fn folder_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let options = ExcelOptions::default().with_temp_dir(folder.path().join("absent"));
    let error = ExcelWriter::new(&options).expect_err("there is no such folder");
    assert_eq!(*error.kind(), ExcelWriteErrorKind::Write);
    let saved = writer(ExcelMode::LowMemory).save(folder.path().join("absent/out.xlsx"));
    assert_eq!(*saved.expect_err("there is no such folder").kind(), ExcelWriteErrorKind::Write);
}

#[test]
fn rows_read_can_be_written_on() {
    let mut first = writer(ExcelMode::LowMemory);
    first.write_row(["a", "", "c"]).expect("it can be written");
    let file = first.into_bytes().expect("it can be written");
    let mut reader = ExcelReader::new(Cursor::new(file), &Sheet::First).expect("it is good");
    let mut second = writer(ExcelMode::LowMemory);
    while let Some(row) = reader.next_row().expect("it is good") {
        second.write_row(row.cells()).expect("it can be written");
    }
    assert_eq!(rows(second.into_bytes().expect("it can be written")), [row(1, ["a", "", "c"])]);
}

#[test]
fn values_are_joined_for_the_service() {
    let join = |values: &[&str]| join_excel_values(values).map_err(|error| error.to_string());
    assert_eq!(join(&[]), Ok(String::new()));
    assert_eq!(join(&["hull", "red,blue", "a|b;c'd"]), Ok("hull,\"red,blue\",a|b;c'd".to_owned()));
    for value in ["", " a", "say \"keel\"", "a\\b"] {
        assert!(join(&["ok", value]).is_err(), "{value}");
    }
}
