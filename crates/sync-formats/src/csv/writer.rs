//! Rows out, so that the service reads back what was meant.

use std::io::Write;

use super::{CsvDialect, CsvWriteError, CsvWriteErrorKind};

/// Writes rows in the service's dialect.
///
/// Every cell that is not empty stands in quotes, with its quotes and escape characters doubled; rows end in LF. That is
/// read back as it was with any parameters, `strictQuotes` included; [`CollibraCsv`](crate::CollibraCsv) with the same
/// dialect is the proof. Other writers do not double the escape character, and lose it.
///
/// Each row is handed on in one piece; for a file, write into a `BufWriter`.
///
/// ```
/// use sync_formats::{CsvDialect, CsvWriter};
///
/// let mut writer = CsvWriter::new(Vec::new(), &CsvDialect::default());
/// writer.write_row(["Keel", "", "C:\\temp", "so-called \"keel\""])?;
/// assert_eq!(writer.into_inner(), b"\"Keel\";;\"C:\\\\temp\";\"so-called \"\"keel\"\"\"\n");
/// # Ok::<(), sync_formats::CsvWriteError>(())
/// ```
#[derive(Debug)]
pub struct CsvWriter<W> {
    writer: W,
    dialect: CsvDialect,
    rows: u64,
    /// The row being written.
    line: Vec<u8>,
}

impl<W: Write> CsvWriter<W> {
    /// Writes to `writer` from its current place on.
    pub fn new(writer: W, dialect: &CsvDialect) -> Self {
        Self { writer, dialect: dialect.clone(), rows: 0, line: Vec::new() }
    }

    /// Writes one row.
    ///
    /// # Errors
    /// [`CsvWriteError`] for a row that would be read back as something else, of which nothing is written: with CR
    /// inside a cell, with bytes that are not UTF-8, or without any cell. Also if writing fails; then the file may hold
    /// part of the row and should not be used.
    pub fn write_row<I>(&mut self, cells: I) -> Result<(), CsvWriteError>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        let row = self.rows + 1;
        self.line.clear();
        let mut columns = 0;
        for cell in cells {
            if columns > 0 {
                push(&mut self.line, self.dialect.separator());
            }
            columns += 1;
            self.push_cell(cell.as_ref()).map_err(|kind| CsvWriteError { kind, row, column: Some(columns) })?;
        }
        if columns == 0 {
            return Err(CsvWriteError { kind: CsvWriteErrorKind::NoCells, row, column: None });
        }
        self.line.push(b'\n');
        let written = self.writer.write_all(&self.line);
        written.map_err(|error| CsvWriteError { kind: CsvWriteErrorKind::Io(error), row, column: None })?;
        self.rows = row;
        Ok(())
    }

    fn push_cell(&mut self, cell: &[u8]) -> Result<(), CsvWriteErrorKind> {
        let text = str::from_utf8(cell).map_err(|_| CsvWriteErrorKind::NotUtf8)?;
        if text.is_empty() {
            return Ok(());
        }
        let (quote, escape) = (self.dialect.quote(), self.dialect.escape());
        push(&mut self.line, quote);
        let mut rest = text;
        while let Some(at) = rest.find([quote, escape, '\r']) {
            let (plain, special) = rest.split_at(at);
            self.line.extend_from_slice(plain.as_bytes());
            let mut characters = special.chars();
            match characters.next() {
                Some('\r') => return Err(CsvWriteErrorKind::CarriageReturn),
                Some(special) => {
                    push(&mut self.line, special);
                    push(&mut self.line, special);
                }
                None => {}
            }
            rest = characters.as_str();
        }
        self.line.extend_from_slice(rest.as_bytes());
        push(&mut self.line, quote);
        Ok(())
    }

    /// How many rows have been written.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The writer behind it, to look at or to flush.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.writer
    }

    /// Gives the writer back; nothing is kept behind.
    pub fn into_inner(self) -> W {
        self.writer
    }
}

fn push(line: &mut Vec<u8>, character: char) {
    line.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}
