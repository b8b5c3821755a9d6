//! What can be wrong with a dialect, with a row to be written, and with values to be joined.

use std::error::Error;
use std::fmt;
use std::io;

/// Characters with which no table can be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialectError {
    /// A parameter is no character, or more than one.
    #[error("the {parameter} must be exactly one character, not {found:?}")]
    NotOneCharacter {
        /// `separator`, `quote` or `escape`.
        parameter: &'static str,
        /// What was given.
        found: String,
    },
    /// A character the service's reader would see as two: it counts in units of UTF-16.
    #[error("the {parameter} {character:?} is not among the characters U+0000 to U+FFFF that the service takes")]
    OutsideBasicPlane {
        /// `separator`, `quote` or `escape`.
        parameter: &'static str,
        /// What was given.
        character: char,
    },
    /// A character that ends lines.
    #[error("the {parameter} must not be the line end {character:?}")]
    LineEnd {
        /// `separator`, `quote` or `escape`.
        parameter: &'static str,
        /// What was given.
        character: char,
    },
    /// Nothing to separate cells with.
    #[error("the separator must not be NUL")]
    NulSeparator,
    /// Two parameters that cannot be told apart.
    #[error("the {first} and the {second} must be different characters, not both {character:?}")]
    Same {
        /// One of them.
        first: &'static str,
        /// The other one.
        second: &'static str,
        /// What both are.
        character: char,
    },
    /// RFC 4180 is read with ASCII characters only.
    #[error("the {parameter} {character:?} is not ASCII; RFC 4180 is read with ASCII characters only")]
    NotAscii {
        /// `separator` or `quote`.
        parameter: &'static str,
        /// What was given.
        character: char,
    },
}

/// A row that cannot be written so that the service reads back what was meant.
///
/// Nothing of the row has been written, unless the kind is [`CsvWriteErrorKind::Io`].
#[derive(Debug)]
pub struct CsvWriteError {
    pub(super) kind: CsvWriteErrorKind,
    pub(super) row: u64,
    pub(super) column: Option<u64>,
}

impl CsvWriteError {
    /// What is wrong.
    pub fn kind(&self) -> &CsvWriteErrorKind {
        &self.kind
    }

    /// Number of the row in the file written, from 1.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// Number of the column, from 1; `None` where the row as a whole is meant.
    pub fn column(&self) -> Option<u64> {
        self.column
    }
}

impl fmt::Display for CsvWriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, " cannot be written: {}", self.kind)
    }
}

impl Error for CsvWriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

/// Why a row cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvWriteErrorKind {
    /// The service reads CR and CRLF inside a cell as LF.
    #[error("a carriage return, which the service would read as a line feed")]
    CarriageReturn,
    /// Bytes that are no UTF-8.
    #[error("bytes that are not UTF-8")]
    NotUtf8,
    /// There is no line that means a row without any cell: a blank line means one empty cell.
    #[error("a row without cells would be read as a row with one empty cell")]
    NoCells,
    /// The bytes could not be handed on; part of the row may have been.
    #[error("writing failed")]
    Io(#[source] io::Error),
}

/// A value that cannot stand in a cell with several values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("value {number} of the cell, {value:?}, cannot be written in a list: {kind}")]
pub struct ValuesError {
    pub(super) kind: ValuesErrorKind,
    pub(super) number: usize,
    pub(super) value: String,
}

impl ValuesError {
    /// What is wrong.
    pub fn kind(&self) -> ValuesErrorKind {
        self.kind
    }

    /// Number of the value, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The value.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Why a value cannot stand in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValuesErrorKind {
    /// The service's documentation does not say what an empty value in a list means.
    #[error("what the service makes of an empty value is not documented")]
    Empty,
    /// The service takes white space off both ends of each value.
    #[error("the service would take the white space off its ends")]
    OuterWhitespace,
    /// How this character is written inside a list is not documented.
    #[error("how the service wants {0:?} written in a list is not documented")]
    Character(char),
}
