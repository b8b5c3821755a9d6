//! The row that a reader fills.

use super::fault::Fault;
use super::fault::XmlProblem;
use super::options::ExcelLimits;
use super::values::{self, Epoch, Meaning};
use super::xml;
use crate::{Span, TableErrorKind};

/// Text of a row's cells in one buffer, and what is to be said about them.
#[derive(Debug)]
pub(super) struct RowBuffer {
    pub(super) bytes: Vec<u8>,
    pub(super) cells: Vec<Span>,
    /// Number of the row, from 1.
    pub(super) number: u32,
    pub(super) notes: Vec<Note>,
    limits: ExcelLimits,
}

/// What is to be said about a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Note {
    pub(super) column: usize,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    FormulaWithoutValue,
    NoDate(f64),
}

impl RowBuffer {
    pub(super) fn new(limits: ExcelLimits) -> Self {
        Self { bytes: Vec::new(), cells: Vec::new(), number: 0, notes: Vec::new(), limits }
    }

    /// Empties it for another row, or for the same once more.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.cells.clear();
        self.notes.clear();
    }

    /// Adds the text that `write` appends as the cell of a column (from 0).
    #[inline]
    pub(super) fn put<E: Into<CellFault>>(
        &mut self,
        column: usize,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), Fault> {
        let start = self.bytes.len();
        match write(&mut self.bytes).map_err(Into::into) {
            Ok(()) => self.end_cell(column, start),
            Err(CellFault(fault)) => Err(fault.in_column(column)),
        }
    }

    /// Adds text that is surely UTF-8.
    #[inline]
    pub(super) fn put_text(&mut self, column: usize, text: &[u8]) -> Result<(), Fault> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        self.end_cell(column, start)
    }

    /// Adds text of XML with its entities and escapes.
    #[inline]
    pub(super) fn put_xml_text(&mut self, column: usize, text: &[u8]) -> Result<(), Fault> {
        self.put(column, |out| {
            let start = out.len();
            xml::push_text(text, out)?;
            finish_text(out, start)
        })
    }

    #[inline]
    fn end_cell(&mut self, column: usize, start: usize) -> Result<(), Fault> {
        let end = self.bytes.len();
        if (end - start) as u64 > self.limits.cell_bytes {
            let limit = self.limits.cell_bytes;
            return Err(Fault::new(TableErrorKind::CellTooLong { limit }).in_column(column));
        }
        if end as u64 > self.limits.row_bytes {
            return Err(Fault::new(TableErrorKind::RowTooLong { limit: self.limits.row_bytes }).in_column(column));
        }
        // Both fit: rows are limited to what they can count.
        self.place(column, Span { start: start as u32, end: end as u32 })
    }

    /// Lets a column's cell be text that is there already.
    #[inline]
    pub(super) fn place(&mut self, column: usize, span: Span) -> Result<(), Fault> {
        if column == self.cells.len() && column < self.limits.cells as usize {
            self.cells.push(span);
            return Ok(());
        }
        self.check_column(column)?;
        if column >= self.cells.len() {
            self.cells.resize(column + 1, Span::default());
        }
        self.cells[column] = span;
        Ok(())
    }

    /// Whether a row may have a cell in this column (from 0).
    pub(super) fn check_column(&self, column: usize) -> Result<(), Fault> {
        let most = self.limits.cells as usize;
        if column < most {
            return Ok(());
        }
        // The first one too many: repetitions may lead to columns without a name.
        Err(Fault::new(TableErrorKind::TooManyCells { limit: most as u64 })
            .in_column(column.min(ExcelLimits::MAX_COLUMNS as usize)))
    }

    /// Adds a number as what it means.
    pub(super) fn put_number(
        &mut self,
        meaning: Meaning,
        epoch: Epoch,
        column: usize,
        number: f64,
    ) -> Result<(), Fault> {
        let mut is_date = true;
        self.put(column, |out| {
            match meaning {
                Meaning::Number => values::push_number(number, out),
                Meaning::Duration => values::push_duration(number, out),
                Meaning::Date => {
                    is_date = values::push_date(number, epoch, out);
                    if !is_date {
                        values::push_number(number, out);
                    }
                }
            }
            Ok::<_, Fault>(())
        })?;
        if !is_date {
            self.note(column, What::NoDate(number));
        }
        Ok(())
    }

    pub(super) fn note(&mut self, column: usize, what: What) {
        // As many as are kept at all.
        if self.notes.len() <= super::warning::Warnings::MOST {
            self.notes.push(Note { column, what });
        }
    }

    /// Most bytes of a cell's text.
    pub(super) fn cell_limit(&self) -> usize {
        usize::try_from(self.limits.cell_bytes).unwrap_or(usize::MAX)
    }

    /// Drops empty cells at the end. `false` where none is left.
    pub(super) fn finish(&mut self) -> bool {
        while self.cells.pop_if(|span| span.start == span.end).is_some() {}
        !self.cells.is_empty()
    }
}

/// Ends text of XML: escapes resolved, and UTF-8 it must be.
pub(super) fn finish_text(out: &mut Vec<u8>, start: usize) -> Result<(), XmlProblem> {
    xml::resolve_escapes(out, start);
    match str::from_utf8(&out[start..]) {
        Ok(_) => Ok(()),
        Err(_) => Err(XmlProblem::Encoding),
    }
}

/// A fault in a cell, from whatever its text is made of.
pub(super) struct CellFault(pub(super) Fault);

impl From<Fault> for CellFault {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl From<XmlProblem> for CellFault {
    fn from(problem: XmlProblem) -> Self {
        Self(match problem {
            XmlProblem::Encoding => Fault::new(TableErrorKind::NotUtf8),
            problem => Fault::workbook(problem),
        })
    }
}
