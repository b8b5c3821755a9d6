//! Why a table could not be read on.

use std::fmt;
use std::io;

use super::RowPosition;

/// A table that cannot be read on, with the place.
#[derive(Debug)]
pub struct TableError {
    // In a box: rows are read by functions that hardly ever fail, and their results should be small.
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: TableErrorKind,
    position: RowPosition,
    place: String,
    offset: u64,
    line: u64,
    column: u64,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl TableError {
    /// An error about a row as a whole: it stands where the row begins.
    pub(crate) fn new(kind: TableErrorKind, position: RowPosition) -> Self {
        let RowPosition { row, offset, line } = position;
        let place = format!("row {row}");
        Self { inner: Box::new(Inner { kind, position, place, offset, line, column: 1, source: None }) }
    }

    /// The error of a file that cannot be opened.
    pub fn unreadable(error: io::Error) -> Self {
        Self::new(TableErrorKind::Io(error), RowPosition::START)
    }

    /// Says what exactly is meant: `row 4, column 3`, `Tables!C17`.
    #[must_use]
    pub(crate) fn in_place(mut self, place: impl Into<String>) -> Self {
        self.inner.place = place.into();
        self
    }

    /// Says where exactly it is: bytes from the start of the file, line and byte column, both from 1.
    #[must_use]
    pub(crate) fn at(mut self, offset: u64, line: u64, column: u64) -> Self {
        (self.inner.offset, self.inner.line, self.inner.column) = (offset, line, column);
        self
    }

    /// Adds what caused it.
    #[must_use]
    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> &TableErrorKind {
        &self.inner.kind
    }

    /// The row concerned.
    pub fn position(&self) -> RowPosition {
        self.inner.position
    }

    /// What people call the place: `row 4`, `row 4, column 3`, `Tables!C17`.
    pub fn place(&self) -> &str {
        &self.inner.place
    }

    /// Bytes from the start of the file; 0 in a workbook.
    pub fn offset(&self) -> u64 {
        self.inner.offset
    }

    /// Line in a file of text, row in a workbook; from 1.
    pub fn line(&self) -> u64 {
        self.inner.line
    }

    /// Bytes from the start of the line, from 1; in a workbook the number of the column.
    pub fn column(&self) -> u64 {
        self.inner.column
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.inner.place, self.inner.kind)
    }
}

impl std::error::Error for TableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match (&self.inner.source, &self.inner.kind) {
            (Some(source), _) => Some(&**source),
            (None, TableErrorKind::Io(error)) => Some(error),
            (None, _) => None,
        }
    }
}

/// What can be wrong with a table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableErrorKind {
    /// The file cannot be read on.
    #[error("reading failed")]
    Io(#[source] io::Error),
    /// Bytes that are no UTF-8.
    #[error("bytes that are not UTF-8; tables are read as UTF-8 only")]
    NotUtf8,
    /// The file ends inside a quoted cell.
    #[error("the quote opened here is never closed")]
    UnterminatedQuote,
    /// A cell is longer than the limit in bytes.
    #[error("a cell of more than {limit} bytes; a quote that is never closed looks like this, too")]
    CellTooLong {
        /// The limit.
        limit: u64,
    },
    /// A row is longer than the limit in bytes.
    #[error("a row of more than {limit} bytes; a quote that is never closed looks like this, too")]
    RowTooLong {
        /// The limit.
        limit: u64,
    },
    /// A row has more cells than the limit.
    #[error("a row of more than {limit} cells")]
    TooManyCells {
        /// The limit.
        limit: u64,
    },
    /// A workbook that cannot be opened or read.
    #[error("this is no workbook that can be read")]
    Workbook,
    /// A workbook that opens with a password only.
    #[error("the workbook is protected by a password; a copy saved without one can be read")]
    Password,
    /// The sheet asked for is not there.
    #[error("there is no sheet {wanted}; there are {present}")]
    NoSheet {
        /// What was asked for.
        wanted: String,
        /// The sheets there are.
        present: String,
    },
    /// A cell holds an error instead of a value.
    #[error("the cell holds the error {value} instead of a value")]
    ErrorCell {
        /// As the workbook shows it.
        value: String,
    },
    /// What a workbook wants held in memory, its shared texts above all, is more than the limit in bytes.
    #[error("more than {limit} bytes of shared texts, or of cells in an .xls, would have to be held in memory")]
    HoldsTooMuch {
        /// The limit.
        limit: u64,
    },
    /// A workbook unpacks to more than the limit in bytes.
    #[error("the workbook unpacks to more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
}
