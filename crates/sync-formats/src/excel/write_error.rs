//! What cannot be written.

use std::fmt;

use crate::column_letters;

/// A row, or a workbook, that cannot be written.
#[derive(Debug, thiserror::Error)]
pub struct ExcelWriteError {
    kind: ExcelWriteErrorKind,
    row: Option<u32>,
    column: Option<usize>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ExcelWriteError {
    pub(super) fn new(kind: ExcelWriteErrorKind) -> Self {
        Self { kind, row: None, column: None, source: None }
    }

    pub(super) fn in_row(mut self, row: u32) -> Self {
        self.row = Some(row);
        self
    }

    pub(super) fn in_cell(self, row: u32, column: usize) -> Self {
        Self { column: Some(column), ..self.in_row(row) }
    }

    pub(super) fn with_source(mut self, source: rust_xlsxwriter::XlsxError) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> &ExcelWriteErrorKind {
        &self.kind
    }

    /// Number of the row in the sheet, from 1; `None` where no single row is meant.
    pub fn row(&self) -> Option<u32> {
        self.row
    }

    /// Number of the column, from 1; `None` where no single cell is meant.
    pub fn column(&self) -> Option<u64> {
        self.column.map(|column| column as u64 + 1)
    }
}

impl fmt::Display for ExcelWriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.row, self.column) {
            (Some(row), Some(column)) => write!(f, "cell {}{row} of the workbook", column_letters(column))?,
            (Some(row), None) => write!(f, "row {row} of the workbook")?,
            _ => write!(f, "the workbook")?,
        }
        write!(f, " cannot be written: {}", self.kind)
    }
}

/// Why something cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExcelWriteErrorKind {
    /// Excel has no more rows. The remedy: another file.
    #[error("a sheet has {limit} rows at most")]
    TooManyRows {
        /// Excel's limit.
        limit: u32,
    },
    /// Excel has no more columns.
    #[error("a row has {limit} cells at most")]
    TooManyColumns {
        /// Excel's limit.
        limit: u32,
    },
    /// Excel would cut the text off.
    #[error("a text of {units} UTF-16 units; Excel takes {limit}")]
    CellTooLong {
        /// What it has.
        units: usize,
        /// Excel's limit.
        limit: usize,
    },
    /// Excel would complain about the file.
    #[error("a text of {line_feeds} line feeds; Excel takes {limit}")]
    TooManyLineFeeds {
        /// What it has.
        line_feeds: usize,
        /// Excel's limit.
        limit: usize,
    },
    /// Bytes that are no UTF-8.
    #[error("bytes that are not UTF-8")]
    NotUtf8,
    /// A character that XML, and with it a workbook, cannot hold.
    #[error("the character U+{:04X}, which a workbook cannot hold", u32::from(*character))]
    Character {
        /// The character.
        character: char,
    },
    /// `_x0041` before a control character, which would be read as something else.
    #[error("a control character after a text such as _x0041: together they would be read as something else")]
    Escape,
    /// A sheet's name that Excel does not take.
    #[error("a sheet cannot be named {name:?}: {problem}")]
    SheetName {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: SheetNameProblem,
    },
    /// The file, or the temporary one, cannot be written.
    #[error("writing failed")]
    Write,
    /// The temporary file cannot be written: the disk may be full.
    #[error("the temporary file cannot be written; its disk may be full")]
    Storage,
}

/// What is wrong with a sheet's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SheetNameProblem {
    /// There is none.
    #[error("it is empty")]
    Empty,
    /// It is too long.
    #[error("it has {units} UTF-16 units, more than {limit}")]
    TooLong {
        /// What it has.
        units: usize,
        /// Excel's limit.
        limit: usize,
    },
    /// It begins or ends with an apostrophe.
    #[error("it begins or ends with an apostrophe")]
    Apostrophe,
    /// Excel keeps the name for itself.
    #[error("Excel keeps that name for itself")]
    Reserved,
    /// It has a character that names cannot have.
    #[error("it has the character {0:?}")]
    Character(char),
}
