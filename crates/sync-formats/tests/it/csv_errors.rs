//! Files that cannot be read, and limits: the same place however the bytes come in.

use std::error::Error;
use std::io::{self, Read};

use sync_formats::{CollibraCsv, CsvDialect, CsvLimits, Rfc4180Dialect, RowReader, TableErrorKind};

use crate::csv_support::{Failure, Feed, assert_consistent, collibra, rfc4180};

fn limits() -> CsvLimits {
    CsvLimits::default().with_cell_bytes(10).with_row_bytes(20).with_cells(4)
}

/// The error of both dialects, and how many rows come before it.
fn failure(source: &[u8]) -> (usize, Failure) {
    let (service, standard) = (CsvDialect::default(), Rfc4180Dialect::new(";", "\"").expect("a dialect"));
    let whole = collibra(source, &service, limits(), Feed::WHOLE);
    assert_consistent(source, &whole);
    for feed in Feed::OTHERS {
        assert_eq!(collibra(source, &service, limits(), feed), whole, "{feed:?}");
        assert_eq!(rfc4180(source, &standard, limits(), feed), whole, "{feed:?}");
    }
    (whole.rows.len(), whole.error.expect("the source is not good"))
}

/// Asserts how many rows come before the error, what it says, and its offset, line and column.
fn assert_fails(source: impl AsRef<[u8]>, rows: usize, message: impl AsRef<str>, place: (u64, u64, u64)) {
    let (read, (said, offset, line, column, _)) = failure(source.as_ref());
    assert_eq!((read, said.as_str(), (offset, line, column)), (rows, message.as_ref(), place));
}

const NOT_UTF8: &str = "bytes that are not UTF-8; tables are read as UTF-8 only";

#[test]
fn bytes_that_are_not_utf_8_are_refused_where_they_stand() {
    let message = |place: &str| format!("{place}: {NOT_UTF8}");
    assert_fails(b"a;b\nc;d\xFFe\n", 1, message("row 2, column 2"), (7, 2, 4));
    assert_fails(b"\xFF\xFEa\0", 0, message("row 1, column 1"), (0, 1, 1));
    assert_fails(b"a\n\xFF", 1, message("row 2, column 1"), (2, 2, 1));
    assert_fails(b"a;\"\n\xC3\xA9\x80\"", 0, message("row 1, column 2"), (6, 2, 3));
    // Cut off within a character.
    assert_fails(b"a;\xE2\x82", 0, message("row 1, column 2"), (2, 1, 3));
}

#[test]
fn cell_over_the_limit_is_refused_where_it_begins() {
    let message = "row 2, column 2: a cell of more than 10 bytes; a quote that is never closed looks like this, too";
    assert_fails(b"1234567890;a\nb;12345678901;c\n", 1, message, (15, 2, 3));
    assert_fails(b"1234567890\nb;\"234567890\n12345", 1, message, (13, 2, 3));
    assert_fails(b"1\nb;12345678901", 1, message, (4, 2, 3));
}

#[test]
fn row_over_the_limit_is_refused_where_it_begins() {
    let message = "row 2: a row of more than 20 bytes; a quote that is never closed looks like this, too";
    let good = "1234567890;12345678;\r\n";
    assert_fails(format!("{good}123456789;123456789;;\n"), 1, message, (22, 2, 1));
    assert_fails(format!("{good}123456789;123456789;1"), 1, message, (22, 2, 1));
    // What is exceeded first shows.
    assert_fails(
        b"1;1;12345678901234567890",
        0,
        "row 1, column 3: a cell of more than 10 bytes; a quote that is never closed looks like this, too",
        (4, 1, 5),
    );
}

#[test]
fn cells_over_the_limit_are_refused_where_the_first_of_them_begins() {
    assert_fails(b"1;2;3;4\n1;2;3;4;5;6\n", 1, "row 2, column 5: a row of more than 4 cells", (16, 2, 9));
    assert_fails(b"1;2;3;4\n;;;;", 1, "row 2, column 5: a row of more than 4 cells", (12, 2, 5));
}

#[test]
fn quote_that_is_never_closed_is_found_long_before_the_end_of_a_big_file() {
    /// A quote, and then text without an end.
    struct Endless(u64);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer.fill(b'a');
            if self.0 == 0 {
                buffer[0] = b'"';
            }
            self.0 += buffer.len() as u64;
            Ok(buffer.len())
        }
    }
    let mut endless = Endless(0);
    let mut reader = CollibraCsv::new(&mut endless, &CsvDialect::default());
    let error = reader.next_row().expect_err("the cell is too long");
    assert!(matches!(error.kind(), TableErrorKind::CellTooLong { limit: 8_388_608 }));
    assert_eq!(error.offset(), 0);
    drop(reader);
    assert!(endless.0 <= 2 * 8_388_608, "{} bytes", endless.0);
}

#[test]
fn failure_to_read_comes_after_the_rows_before_it_and_is_the_source_of_the_error() {
    struct Broken(&'static [u8]);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(io::Error::other("the disk is gone")) } else { self.0.read(buffer) }
        }
    }
    for (source, column) in [(&b"a;b\nc"[..], 2), (b"a;b\n", 1)] {
        let mut reader = CollibraCsv::new(Broken(source), &CsvDialect::default());
        assert!(reader.next_row().expect("the first row is there").is_some());
        let error = reader.next_row().expect_err("reading fails");
        assert!(matches!(error.kind(), TableErrorKind::Io(_)));
        assert_eq!((error.to_string().as_str(), error.line(), error.column()), ("row 2: reading failed", 2, column));
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the disk is gone"));
    }
}

#[test]
fn interrupted_read_is_tried_again() {
    struct Interrupted(bool, &'static [u8]);
    impl Read for Interrupted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = !self.0;
            if self.0 { Err(io::ErrorKind::Interrupted.into()) } else { self.1.read(buffer) }
        }
    }
    let mut reader = CollibraCsv::new(Interrupted(false, b"a;b\n"), &CsvDialect::default());
    assert_eq!(reader.next_row().expect("nothing is wrong").map(|row| row.len()), Some(2));
    assert!(reader.next_row().expect("nothing is wrong").is_none());
}
