//! The rows of a sheet.

use super::cell::{CellProblem, Shared, cell_row, shown};
use crate::excel::fault::{Fault, Problem, XmlProblem};
use crate::excel::options::ExcelLimits;
use crate::excel::package::{AnySource, Part};
use crate::excel::row::RowBuffer;
use crate::excel::strings::Strings;
use crate::excel::values::{Epoch, Meaning};
use crate::excel::window::Window;
use crate::excel::xml::{Token, Tokens, attribute};

/// Rows of a sheet of an `.xlsx`, one at a time.
#[derive(Debug)]
pub(in crate::excel) struct XlsxRows {
    window: Window<AnySource>,
    shared: Shared,
    stage: Stage,
    /// Number of the last row, from 1.
    last: u32,
    /// Merged areas, as the sheet names them.
    merged: Vec<String>,
    merged_left_out: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    Rows,
    After,
}

/// What a piece of the sheet was.
enum Step {
    /// A row, of so many bytes.
    Row(usize),
    /// Something else, of so many bytes.
    Other(usize),
    /// The end of the rows, of so many bytes.
    End(usize),
    /// Not all there yet.
    Unfinished,
}

impl XlsxRows {
    pub(super) fn new(
        part: Part<AnySource>,
        strings: Strings,
        meanings: Vec<Meaning>,
        epoch: Epoch,
        limits: ExcelLimits,
    ) -> Self {
        Self {
            window: Window::new(part, limits.row_bytes),
            shared: Shared { strings, meanings, epoch },
            stage: Stage::Before,
            last: 0,
            merged: Vec::new(),
            merged_left_out: 0,
        }
    }

    /// Fills in the next row that the sheet has; `false` after the last one.
    pub(in crate::excel) fn next(&mut self, row: &mut RowBuffer) -> Result<bool, Fault> {
        if self.stage == Stage::Before {
            self.find_rows()?;
        }
        while self.stage == Stage::Rows {
            match self.step(row) {
                Ok(Step::Row(length)) => {
                    self.window.consume(length);
                    self.last = row.number;
                    return Ok(true);
                }
                Ok(Step::Other(length)) => self.window.consume(length),
                Ok(Step::End(length)) => {
                    self.window.consume(length);
                    self.stage = Stage::After;
                    self.read_rest()?;
                }
                Ok(Step::Unfinished) => self.window.need_more()?,
                Err(CellProblem::Xml(problem)) => return Err(self.window.xml_fault(problem).in_row(row.number)),
                Err(CellProblem::Fault(fault)) => return Err(fault.in_row(row.number)),
            }
        }
        Ok(false)
    }

    /// Merged areas; all of them once the last row is read.
    pub(in crate::excel) fn take_merged(&mut self) -> (Vec<String>, u64) {
        (std::mem::take(&mut self.merged), std::mem::take(&mut self.merged_left_out))
    }

    fn find_rows(&mut self) -> Result<(), Fault> {
        let found = self.window.find(|token| match token {
            Token::Start { name: b"sheetData", empty, .. } => Some(if empty { Stage::After } else { Stage::Rows }),
            _ => None,
        })?;
        self.stage = found.ok_or(Problem::NoCells)?;
        if self.stage == Stage::After {
            self.read_rest()?;
        }
        Ok(())
    }

    /// Reads what follows the rows: merged areas, and the checksum that says whether all of it was right.
    fn read_rest(&mut self) -> Result<(), Fault> {
        const MOST: usize = crate::excel::warning::Warnings::MOST;
        let (merged, left_out) = (&mut self.merged, &mut self.merged_left_out);
        self.window.find(|token| -> Option<()> {
            if let Token::Start { name: b"mergeCell", attributes, .. } = token
                && let Some(area) = attribute(attributes, b"ref")
            {
                if merged.len() < MOST { merged.push(shown(area)) } else { *left_out += 1 }
            }
            None
        })?;
        Ok(())
    }

    fn step(&mut self, row: &mut RowBuffer) -> Result<Step, CellProblem> {
        let mut tokens = Tokens::new(self.window.bytes(), 0);
        row.number = 0;
        match tokens.next()? {
            Some(Token::Start { name: b"row", attributes, empty }) => {
                row.clear();
                let number = attribute(attributes, b"r").map(|number| parse_row(number).ok_or(Problem::RowNumber));
                let number = number.transpose()?;
                row.number = number.unwrap_or(self.last + 1);
                if !empty && !self.cells(&mut tokens, number.is_none(), row)? {
                    return Ok(Step::Unfinished);
                }
                if row.number <= self.last {
                    return Err(Problem::RowOrder(row.number).into());
                }
                if row.number > ExcelLimits::MAX_ROWS {
                    return Err(Problem::RowNumber.into());
                }
                Ok(Step::Row(tokens.at()))
            }
            Some(Token::End { name: b"sheetData" }) => Ok(Step::End(tokens.at())),
            Some(Token::Start { empty: false, .. }) => match tokens.skip_element()? {
                true => Ok(Step::Other(tokens.at())),
                false => Ok(Step::Unfinished),
            },
            Some(Token::End { .. }) => Err(XmlProblem::Nesting.into()),
            Some(_) => Ok(Step::Other(tokens.at())),
            None => Ok(Step::Unfinished),
        }
    }

    /// Reads the cells up to the row's end; `false` where it is not all there. Where the row itself says no number, its
    /// first cell with a name does.
    fn cells(
        &self,
        tokens: &mut Tokens<'_>,
        mut without_number: bool,
        row: &mut RowBuffer,
    ) -> Result<bool, CellProblem> {
        // Where a cell without a name stands.
        let mut column = 0;
        loop {
            if !without_number && let Some(length) = self.shared.read_usual(tokens.rest(), row) {
                let (length, next) = length?;
                tokens.skip(length);
                column = next;
                continue;
            }
            let mut ahead = *tokens;
            match ahead.next()? {
                Some(Token::Start { name: b"c", attributes, .. }) => {
                    if without_number && let Some(number) = attribute(attributes, b"r").and_then(cell_row) {
                        row.number = number;
                        without_number = false;
                    }
                    if !self.shared.read_any(tokens, &mut column, row)? {
                        return Ok(false);
                    }
                    column += 1;
                    continue;
                }
                Some(Token::End { name: b"row" }) => {
                    *tokens = ahead;
                    return Ok(true);
                }
                Some(Token::Start { empty: false, .. }) => {
                    if !ahead.skip_element()? {
                        return Ok(false);
                    }
                }
                Some(Token::End { .. }) => return Err(XmlProblem::Nesting.into()),
                Some(_) => {}
                None => return Ok(false),
            }
            *tokens = ahead;
        }
    }
}

fn parse_row(text: &[u8]) -> Option<u32> {
    str::from_utf8(text).ok()?.trim().parse().ok()
}
