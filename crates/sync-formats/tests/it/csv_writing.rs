//! What is written is what the service reads.

use std::error::Error;
use std::io;

use sync_formats::{CollibraCsv, CsvDialect, CsvWriteErrorKind, CsvWriter, RowReader};

use crate::csv_support::{Random, dialects};

fn write<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut writer = CsvWriter::new(Vec::new(), &CsvDialect::default());
    writer.write_row(cells).expect("the row can be written");
    String::from_utf8(writer.into_inner()).expect("text")
}

#[test]
fn cells_are_quoted_with_quotes_and_escapes_doubled_and_empty_ones_are_nothing() {
    assert_eq!(write(["a", "", "b;c"]), "\"a\";;\"b;c\"\n");
    assert_eq!(write(["\\", "\"", "a\nb"]), "\"\\\\\";\"\"\"\";\"a\nb\"\n");
    assert_eq!(write([""]), "\n");
}

/// A small table of characters that mean something, with the rows it has.
fn random_table(random: &mut Random, dialect: &CsvDialect) -> Vec<Vec<String>> {
    let signs = [dialect.separator(), dialect.quote(), dialect.escape()];
    let others = ['a', 'b', ' ', '\n', 'é', '😀', '\u{FEFF}', '\t', ',', ';', '"', '\\', '\0'];
    let mut rows = Vec::new();
    for _ in 0..=random.below(3) {
        let mut row = Vec::new();
        for _ in 0..=random.below(3) {
            let characters = (0..random.below(6))
                .map(|_| if random.below(2) == 0 { *random.one_of(&signs) } else { *random.one_of(&others) });
            row.push(characters.collect());
        }
        rows.push(row);
    }
    rows
}

#[test]
fn hundred_thousand_random_tables_are_read_back() {
    let dialects = dialects();
    let mut random = Random(4180);
    let mut file = Vec::new();
    for number in 0..100_000 {
        let dialect = random.one_of(&dialects);
        let table = random_table(&mut random, dialect);
        file.clear();
        let mut writer = CsvWriter::new(&mut file, dialect);
        for row in &table {
            writer.write_row(row).expect("no cell has a carriage return");
        }
        let mut reader = CollibraCsv::new(&file[..], dialect).with_block_bytes(64);
        for row in &table {
            let read = reader.next_row().expect("what was written can be read").expect("no row is lost");
            let same = read.len() == row.len() && read.cells().zip(row).all(|(read, cell)| read == cell.as_bytes());
            assert!(same, "table {number}: {table:?} {dialect:?} is read as {read:?}");
        }
        assert!(reader.next_row().expect("what was written can be read").is_none(), "table {number}: {table:?}");
    }
}

#[test]
fn carriage_return_is_refused_with_its_place_and_nothing_of_the_row_is_written() {
    let mut writer = CsvWriter::new(Vec::new(), &CsvDialect::default());
    writer.write_row(["a", "b"]).expect("a good row");
    for cell in ["c\rd", "c\r\nd", "\r"] {
        let error = writer.write_row(["x", "y", cell, "z"]).expect_err("it would be read as a line feed");
        assert!(matches!(error.kind(), CsvWriteErrorKind::CarriageReturn));
        assert_eq!((error.row(), error.column()), (2, Some(3)));
        assert_eq!(
            error.to_string(),
            "row 2, column 3 cannot be written: a carriage return, which the service would read as a line feed"
        );
    }
    writer.write_row(["e"]).expect("a good row");
    assert_eq!(writer.rows(), 2);
    assert_eq!(writer.into_inner(), b"\"a\";\"b\"\n\"e\"\n");
}

#[test]
fn bytes_and_rows_that_mean_nothing_are_refused() {
    let mut writer = CsvWriter::new(Vec::new(), &CsvDialect::default());
    let error = writer.write_row([&b"a"[..], b"\xFF"]).expect_err("not UTF-8");
    assert!(matches!(error.kind(), CsvWriteErrorKind::NotUtf8));
    assert_eq!((error.row(), error.column()), (1, Some(2)));
    let error = writer.write_row([""; 0]).expect_err("no cells");
    assert!(matches!(error.kind(), CsvWriteErrorKind::NoCells));
    assert_eq!(
        error.to_string(),
        "row 1 cannot be written: a row without cells would be read as a row with one empty cell"
    );
}

#[test]
fn failure_to_write_is_the_source_of_the_error() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = CsvWriter::new(Full, &CsvDialect::default());
    let error = writer.write_row(["a"]).expect_err("the disk is full");
    assert_eq!(error.to_string(), "row 1 cannot be written: writing failed");
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the disk is full"));
}
