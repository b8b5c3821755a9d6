//! The reader of both dialects: the quick way first, then the rules.

use std::io::Read;

use super::CsvLimits;
use super::clean::CleanRows;
use super::lines::lines;
use super::rules::{Fault, RawCell, Rules, Seen};
use super::window::{End, Window};
use crate::table::{CellPlace, Row, RowPosition, Span, TableError, TableErrorKind};

/// Reads a file row by row.
#[derive(Debug)]
pub(super) struct Rows<R, S> {
    window: Window<R>,
    rules: S,
    clean: Option<CleanRows>,
    limits: CsvLimits,
    cells: Vec<Span>,
    /// Text of the cells of a row that the rules had to read.
    text: Vec<u8>,
    /// Where the next row begins.
    next: RowPosition,
    done: bool,
}

/// A row that has been found and consumed.
struct Found {
    len: usize,
    line_end: usize,
    lines: u64,
    /// Whether its cells are slices of the file.
    clean: bool,
}

impl<R: Read, S: Rules> Rows<R, S> {
    pub(super) fn new(reader: R, rules: S) -> Self {
        let limits = CsvLimits::default();
        let clean = rules.signs().map(|signs| CleanRows::new(signs, rules.strict(), &limits));
        let (cells, text, next) = (Vec::new(), Vec::new(), RowPosition::START);
        Self { window: Window::new(reader), rules, clean, limits, cells, text, next, done: false }
    }

    /// To be called before anything has been read, as the following.
    pub(super) fn set_limits(&mut self, limits: CsvLimits) {
        self.clean = self.rules.signs().map(|signs| CleanRows::new(signs, self.rules.strict(), &limits));
        self.limits = limits;
    }

    pub(super) fn set_block_bytes(&mut self, block_bytes: usize) {
        self.window.set_block_bytes(block_bytes);
    }

    #[inline]
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        if self.done {
            return Ok(None);
        }
        match self.advance() {
            Ok(Some(found)) => Ok(Some(self.take(&found))),
            Ok(None) => {
                self.done = true;
                Ok(None)
            }
            Err(error) => {
                self.done = true;
                Err(error)
            }
        }
    }

    /// Leaves a row behind and lends it.
    #[inline]
    fn take(&mut self, found: &Found) -> Row<'_> {
        let Found { len, line_end, lines, clean } = *found;
        let position = self.next;
        let consumed = len + line_end;
        self.window.consume(consumed);
        self.next.row += 1;
        self.next.offset += consumed as u64;
        self.next.line += lines;
        let raw = self.window.consumed(consumed, len);
        let bytes = if clean { raw } else { &self.text };
        Row { bytes, cells: &self.cells, raw, position }
    }

    #[inline]
    fn advance(&mut self) -> Result<Option<Found>, TableError> {
        if let Some(found) = self.clean_row() {
            return Ok(Some(found));
        }
        self.other_row()
    }

    #[inline]
    fn clean_row(&mut self) -> Option<Found> {
        let (text, start) = self.window.text();
        let row = self.clean.as_mut()?.read(text, start, &mut self.cells)?;
        Some(Found { len: row.len, line_end: row.line_end, lines: row.lines, clean: true })
    }

    /// By the rules, or the quick way once more of the file is there.
    fn other_row(&mut self) -> Result<Option<Found>, TableError> {
        loop {
            if self.window.bytes().is_empty() {
                if self.window.ended().is_some() {
                    return self.end();
                }
                self.fill();
            } else {
                match self.row_by_the_rules() {
                    Ok(Seen::Row { len, line_end }) => {
                        let (text, start) = self.window.text();
                        let lines = lines(&text[start..start + len]).0 + 1;
                        if let Some(clean) = &mut self.clean {
                            clean.seek(start + len + line_end);
                        }
                        return Ok(Some(Found { len, line_end, lines, clean: false }));
                    }
                    Ok(Seen::Part { open_quote, .. }) if self.window.ended().is_some() => {
                        return Err(self.cut_off(open_quote));
                    }
                    Ok(Seen::Part { .. }) => self.fill(),
                    Err(fault) => return Err(self.error(fault)),
                }
            }
            if let Some(found) = self.clean_row() {
                return Ok(Some(found));
            }
        }
    }

    fn fill(&mut self) {
        let mark = self.window.fill(self.limits.longest_row());
        self.next.offset += mark as u64;
        if let Some(clean) = &mut self.clean {
            clean.seek(self.window.text().1);
        }
    }

    fn row_by_the_rules(&mut self) -> Result<Seen, Fault> {
        let complete = matches!(self.window.ended(), Some(End::File));
        let Self { window, rules, limits, cells, text, .. } = self;
        text.clear();
        cells.clear();
        let mut text_start = 0;
        let seen = rules.read(window.bytes(), complete, text, &mut |cell: RawCell| {
            check(limits, cells.len() + 1, cell.start, cell.end)?;
            cells.push(Span { start: text_start, end: cell.text_end as u32 });
            text_start = cell.text_end as u32;
            Ok(())
        })?;
        if let Seen::Part { len, cell, .. } = seen {
            check(limits, cells.len() + 1, cell, len)?;
        }
        Ok(seen)
    }

    /// What the end of the bytes between two rows means.
    fn end(&mut self) -> Result<Option<Found>, TableError> {
        match self.window.take_end() {
            Some(End::NotUtf8) => Err(self.error(Fault { kind: TableErrorKind::NotUtf8, at: 0, cell: Some(1) })),
            Some(End::Failure(error)) => Err(self.error(Fault { kind: TableErrorKind::Io(error), at: 0, cell: None })),
            Some(End::File) | None => Ok(None),
        }
    }

    /// What it means inside a row.
    fn cut_off(&mut self, open_quote: Option<usize>) -> TableError {
        let (at, cell) = (self.window.bytes().len(), Some(self.cells.len() + 1));
        let fault = match self.window.take_end() {
            Some(End::NotUtf8) => Fault { kind: TableErrorKind::NotUtf8, at, cell },
            Some(End::Failure(error)) => Fault { kind: TableErrorKind::Io(error), at, cell: None },
            Some(End::File) | None => {
                Fault { kind: TableErrorKind::UnterminatedQuote, at: open_quote.unwrap_or(at), cell }
            }
        };
        self.error(fault)
    }

    fn error(&self, fault: Fault) -> TableError {
        let Fault { kind, at, cell } = fault;
        let (ended, line_start) = lines(&self.window.bytes()[..at]);
        let RowPosition { row, offset, line } = self.next;
        let error = TableError::new(kind, self.next).at(offset + at as u64, line + ended, (at - line_start) as u64 + 1);
        match cell {
            Some(number) => error.in_place(format!("row {row}, column {number}")),
            None => error,
        }
    }

    pub(super) fn place_of(&self, position: RowPosition, raw: &[u8], column: usize) -> CellPlace {
        let (mut number, mut found) = (0, None);
        let seen = self.rules.again().read(raw, true, &mut Vec::new(), &mut |cell: RawCell| {
            if number == column {
                found = Some((cell.start, cell.end));
            }
            number += 1;
            Ok(())
        });
        let (start, end) = match (found, seen) {
            (Some(found), _) => found,
            // No row of this reader ends inside a cell, but any bytes may be asked about.
            (None, Ok(Seen::Part { cell, .. })) if number == column => (cell, raw.len()),
            _ => (raw.len(), raw.len()),
        };
        let (ended, line_start) = lines(&raw[..start]);
        CellPlace {
            row: position.row,
            number: column as u64 + 1,
            offset: position.offset + start as u64,
            line: position.line + ended,
            column: (start - line_start) as u64 + 1,
            length: (end - start) as u64,
            name: format!("column {}", column + 1),
        }
    }
}

/// Whether cell `number` of a row, which begins at `start` and has been read to `end`, is within the limits; if not, by
/// what was exceeded first, so that it makes no difference how much of the file has come in.
fn check(limits: &CsvLimits, number: usize, start: usize, end: usize) -> Result<(), Fault> {
    let cell_ends = start.saturating_add(limits.longest_cell());
    let row_ends = limits.longest_row();
    if number > limits.most_cells() {
        let kind = TableErrorKind::TooManyCells { limit: limits.cells };
        Err(Fault { kind, at: start, cell: Some(number) })
    } else if end > row_ends && row_ends <= cell_ends {
        Err(Fault { kind: TableErrorKind::RowTooLong { limit: row_ends as u64 }, at: 0, cell: None })
    } else if end > cell_ends {
        let kind = TableErrorKind::CellTooLong { limit: limits.cell_bytes };
        Err(Fault { kind, at: start, cell: Some(number) })
    } else {
        Ok(())
    }
}
