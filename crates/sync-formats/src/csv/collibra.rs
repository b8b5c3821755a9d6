//! The reader of the service's dialect.

use std::io::Read;

use super::rows::Rows;
use super::service_rules::ServiceRules;
use super::{CsvDialect, CsvLimits};
use crate::table::{CellPlace, Row, RowPosition, RowReader, TableError};

/// Reads a file as the service does: opencsv's `CSVParser` with the parameters of the endpoint, line by line.
///
/// What surprises people, all of it with the default parameters: a backslash before anything but `;`, `"` and `\`
/// vanishes (`C:\temp` is read as `C:temp`); a space behind a closing quote makes that quote part of the cell; a blank
/// line is a row with one empty cell; CRLF within quotes is read as LF. Where that differs from what other programs wrote,
/// [`csv_differences`](crate::csv_differences) tells.
///
/// The file has to be UTF-8. One leading byte order mark is passed over: offsets count it, columns do not. LF, CR and
/// CRLF end lines. Rows may have different numbers of cells.
///
/// Memory: one buffer of 256 KiB and the cells of one row; both grow while a longer row is read, never past the
/// [`CsvLimits`] and a block more. Read straight from a file: a `BufReader` only copies once more. Rows in which nothing
/// has to be unescaped are lent as they stand in that buffer.
///
/// ```
/// use sync_formats::{CollibraCsv, CsvDialect, RowReader};
///
/// let file = "name;note\nKeel;\"long; \"\"very\"\" long\"\nC:\\temp;a\\;b\n";
/// let mut rows = CollibraCsv::new(file.as_bytes(), &CsvDialect::default());
/// let mut cells = Vec::new();
/// while let Some(row) = rows.next_row()? {
///     cells.extend(row.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()));
/// }
/// assert_eq!(cells, ["name", "note", "Keel", "long; \"very\" long", "C:temp", "a;b"]);
/// # Ok::<(), sync_formats::TableError>(())
/// ```
///
/// An error has its place:
///
/// ```
/// # use sync_formats::{CollibraCsv, CsvDialect, RowReader};
/// let mut rows = CollibraCsv::new("a;b\nc;\"d\n".as_bytes(), &CsvDialect::default());
/// assert_eq!(rows.next_row()?.map(|row| row.len()), Some(2));
/// let error = rows.next_row().expect_err("a quote is open");
/// assert_eq!(error.to_string(), "row 2, column 2: the quote opened here is never closed");
/// assert_eq!((error.line(), error.column()), (2, 3));
/// # Ok::<(), sync_formats::TableError>(())
/// ```
#[derive(Debug)]
pub struct CollibraCsv<R> {
    rows: Rows<R, ServiceRules>,
}

impl<R: Read> CollibraCsv<R> {
    /// Reads what `reader` gives from its current place on.
    pub fn new(reader: R, dialect: &CsvDialect) -> Self {
        Self { rows: Rows::new(reader, ServiceRules::new(dialect)) }
    }

    /// Sets the limits of one row; [`CsvLimits::default`] without it.
    #[must_use]
    pub fn with_limits(mut self, limits: CsvLimits) -> Self {
        self.rows.set_limits(limits);
        self
    }

    /// Sets how many bytes are asked from the reader at a time; 256 KiB without it, at least 16.
    #[must_use]
    pub fn with_block_bytes(mut self, block_bytes: usize) -> Self {
        self.rows.set_block_bytes(block_bytes);
        self
    }
}

impl<R: Read> RowReader for CollibraCsv<R> {
    #[inline]
    fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        self.rows.next_row()
    }

    fn place_of(&self, position: RowPosition, raw: &[u8], column: usize) -> CellPlace {
        self.rows.place_of(position, raw, column)
    }
}
