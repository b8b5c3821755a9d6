//! What goes wrong inside a workbook, before the sheet's name is added.

use std::io;

use super::place::{cell_name, quoted, row_name};
use crate::{RowPosition, TableError, TableErrorKind};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A fault with its place, as far as it is known.
#[derive(Debug)]
pub(super) struct Fault {
    kind: TableErrorKind,
    /// From 1; 0 where no row is meant.
    row: u32,
    /// From 0.
    column: Option<usize>,
    source: Option<Source>,
}

/// What is wrong with the file itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("it is neither a zip archive, as .xlsx, .xlsb and .ods are, nor a compound file, as .xls is")]
    NeitherZipNorCompound,
    #[error("a zip archive without a workbook in it")]
    NoWorkbook,
    #[error("a compound file without a workbook in it")]
    NoStream,
    #[error("it was saved by Excel 95 or older; newer versions can save it as .xlsx")]
    TooOld,
    #[error("the archive has {0} parts, more than the {1} that are read")]
    TooManyParts(u64, u64),
    #[error("the part {0} is missing")]
    MissingPart(String),
    #[error("the part {0} is packed in a way that no workbook is")]
    Packing(String),
    #[error("the part {0} is damaged: its length or checksum is not what the archive says")]
    Damaged(String),
    #[error("the part {0} is larger than the {1} bytes that are read of such a part")]
    PartTooLarge(String, u64),
    #[error("the part {0} ends too early")]
    Truncated(String),
    #[error("the part {0} is not well-formed XML: {1}")]
    Xml(String, XmlProblem),
    #[error("a record of type {0} that is too short or reaches past its end")]
    Record(u16),
    #[error("a record of the unknown type {0}")]
    UnknownRecord(u16),
    #[error("the sheet is no table: it has no cells")]
    NoCells,
    #[error("the row's number {0} is not larger than the last one's")]
    RowOrder(u32),
    #[error("the row's number is none of 1 to 1048576")]
    RowNumber,
    #[error("the cell's name {0:?} is none")]
    CellName(String),
    #[error("the cell's value {0:?} is no {1}")]
    Value(String, &'static str),
    #[error("a cell of the unknown type {0:?}")]
    CellType(String),
    #[error("the shared text {0} of {1} is not there")]
    NoSharedText(String, usize),
}

/// What is wrong with a piece of XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum XmlProblem {
    #[error("a document type, which workbooks do not have")]
    DocumentType,
    #[error("an end without its beginning")]
    Nesting,
    #[error("an unknown or unfinished entity")]
    Entity,
    #[error("bytes that are not UTF-8")]
    Encoding,
    #[error("a tag without a name")]
    Name,
}

impl Fault {
    pub(super) fn new(kind: TableErrorKind) -> Self {
        Self { kind, row: 0, column: None, source: None }
    }

    pub(super) fn workbook(problem: impl Into<Source>) -> Self {
        Self { source: Some(problem.into()), ..Self::new(TableErrorKind::Workbook) }
    }

    /// Adds the row (from 1), unless one is known.
    pub(super) fn in_row(mut self, row: u32) -> Self {
        if self.row == 0 {
            self.row = row;
        }
        self
    }

    /// Adds the column (from 0), unless one is known.
    pub(super) fn in_column(mut self, column: usize) -> Self {
        self.column = self.column.or(Some(column));
        self
    }

    /// The error for users, `sheet` being empty where none is chosen yet.
    pub(super) fn into_error(self, sheet: &str) -> TableError {
        let Self { kind, row, column, source } = self;
        let row = u64::from(row);
        let position = RowPosition { row: row.max(1), offset: 0, line: row.max(1) };
        let place = match (row, column) {
            (0, _) if sheet.is_empty() => "workbook".to_owned(),
            (0, _) => format!("sheet {}", quoted(sheet)),
            (row, None) => row_name(sheet, row),
            (row, Some(column)) => cell_name(sheet, row, column),
        };
        let number = column.map_or(1, |column| column as u64 + 1);
        let error = TableError::new(kind, position).in_place(place).at(0, position.line, number);
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::workbook(problem)
    }
}

impl From<io::Error> for Fault {
    /// Problems found while unpacking travel inside errors of input and output.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Problem>() {
            Ok(problem) => problem.into(),
            Err(error) => Self::new(TableErrorKind::Io(error)),
        }
    }
}

impl From<Problem> for io::Error {
    fn from(problem: Problem) -> Self {
        Self::new(io::ErrorKind::InvalidData, problem)
    }
}
