//! The reader of what most other programs write.

use std::io::Read;

use super::rows::Rows;
use super::standard_rules::StandardRules;
use super::{CsvLimits, Rfc4180Dialect};
use crate::table::{CellPlace, Row, RowPosition, RowReader, TableError};

/// Reads a file by RFC 4180, as the csv crate understands it: a backslash is a character like any other, quotes inside
/// a cell in quotes are doubled, and a quote within an unquoted cell is text.
///
/// Unlike that crate it refuses a file that ends within quotes, which otherwise loses the rest of the file in one cell,
/// and gives a blank line as a row with one empty cell, as the grammar has it, so that rows have the same numbers in
/// both dialects.
///
/// Encoding, line ends, limits and memory are those of [`CollibraCsv`](crate::CollibraCsv), but that line ends within
/// quotes stay as they are.
///
/// ```
/// use sync_formats::{Rfc4180, Rfc4180Dialect, RowReader};
///
/// let file = "Keel,C:\\temp,\"long, \"\"very\"\" long\"\r\n";
/// let mut rows = Rfc4180::new(file.as_bytes(), &Rfc4180Dialect::default());
/// let row = rows.next_row()?.ok_or("no row")?;
/// assert_eq!((row.cell(1), row.cell(2)), (&b"C:\\temp"[..], &b"long, \"very\" long"[..]));
/// assert!(rows.next_row()?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Rfc4180<R> {
    rows: Rows<R, StandardRules>,
}

impl<R: Read> Rfc4180<R> {
    /// Reads what `reader` gives from its current place on.
    pub fn new(reader: R, dialect: &Rfc4180Dialect) -> Self {
        Self { rows: Rows::new(reader, StandardRules::new(dialect)) }
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

impl<R: Read> RowReader for Rfc4180<R> {
    #[inline]
    fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        self.rows.next_row()
    }

    fn place_of(&self, position: RowPosition, raw: &[u8], column: usize) -> CellPlace {
        self.rows.place_of(position, raw, column)
    }
}
