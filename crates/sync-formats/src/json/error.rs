//! Why a source cannot be cut into commands.

use std::error::Error;
use std::{fmt, io};

use crate::Position;

/// A source that is not what its shape promises, with the place where that showed.
///
/// The message names what was expected, what was found, the line and the column; the file's name is for the caller to
/// add. An I/O error is the `source()`.
#[derive(Debug)]
pub struct SplitError(Box<Details>);

#[derive(Debug)]
struct Details {
    position: Position,
    kind: SplitErrorKind,
}

/// What is wrong with a source.
#[derive(Debug)]
#[non_exhaustive]
pub enum SplitErrorKind {
    /// Reading failed.
    Io(io::Error),
    /// Nothing but white space where an array was expected. No lines at all are fine: a source without commands.
    Empty,
    /// The first byte is not `[`.
    NotAnArray {
        /// What stands there.
        found: Found,
    },
    /// An element of the array, or a line, is not an object.
    NotAnObject {
        /// What it begins with.
        found: Found,
    },
    /// Neither `,` nor `]` after a command.
    MissingComma {
        /// What stands there.
        found: Found,
    },
    /// `]` after a comma.
    TrailingComma,
    /// Something after the end of the array.
    TrailingData {
        /// What it begins with.
        found: Found,
    },
    /// Something after a command in the same line; JSON Lines only.
    MissingLineEnd {
        /// What stands there.
        found: Found,
    },
    /// The input, or the line in JSON Lines, ends too early.
    Truncated {
        /// Where the command begins that does not end; `None` where only the end of the array is missing.
        record: Option<Position>,
        /// Whether the line ended or the input did.
        found: Found,
    },
    /// A command that is not UTF-8.
    InvalidUtf8 {
        /// The first offending byte.
        found: Found,
    },
    /// The input begins with the byte order mark of UTF-16 or UTF-32.
    WideEncoding,
    /// A command longer than the splitter's limit.
    RecordTooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
}

/// What stood in the place of what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A byte.
    Byte(u8),
    /// The end of the line.
    EndOfLine,
    /// The end of the input.
    EndOfInput,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(byte @ b'!'..=b'~') => write!(f, "'{}'", *byte as char),
            Self::Byte(byte) => write!(f, "the byte 0x{byte:02x}"),
            Self::EndOfLine => f.write_str("the end of the line"),
            Self::EndOfInput => f.write_str("the end of the input"),
        }
    }
}

impl fmt::Display for SplitErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("reading the commands failed"),
            Self::Empty => f.write_str("expected a JSON array of commands, found nothing"),
            Self::NotAnArray { found } => write!(f, "expected '[', the start of an array of commands, found {found}"),
            Self::NotAnObject { found } => write!(f, "expected '{{', the start of a command, found {found}"),
            Self::MissingComma { found } => write!(f, "expected ',' or ']' after a command, found {found}"),
            Self::TrailingComma => f.write_str("expected another command after ',', found ']'"),
            Self::TrailingData { found } => write!(f, "expected nothing after the end of the array, found {found}"),
            Self::MissingLineEnd { found } => write!(f, "expected the end of the line after a command, found {found}"),
            Self::Truncated { record: Some(record), found } => write!(
                f,
                "expected the end of the command that begins at line {}, column {}, found {found}",
                record.line, record.column
            ),
            Self::Truncated { record: None, found } => write!(f, "expected ']', the end of the array, found {found}"),
            Self::InvalidUtf8 { found } => write!(f, "expected UTF-8, found {found}"),
            Self::WideEncoding => f.write_str("expected UTF-8, found the byte order mark of UTF-16 or UTF-32"),
            Self::RecordTooLarge { limit } => {
                write!(f, "expected a command of at most {limit} bytes, found a longer one")
            }
        }
    }
}

impl SplitError {
    pub(super) fn new(kind: SplitErrorKind, position: Position) -> Self {
        Self(Box::new(Details { position, kind }))
    }

    /// What is wrong.
    pub fn kind(&self) -> &SplitErrorKind {
        &self.0.kind
    }

    /// Where it showed: the offending byte, or one past the last byte where the end came too early. The index is that
    /// of the command being read or expected next. For a command that is too large, and a failure to read, the place
    /// is where the command begins, or how far reading came.
    pub fn position(&self) -> Position {
        self.0.position
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self.0.kind {
            SplitErrorKind::NotAnArray { found: Found::Byte(b'{') } => {
                Some("one command a line is JSON Lines: name such a file .jsonl")
            }
            SplitErrorKind::NotAnObject { found: Found::Byte(b'[') } => {
                Some("commands stand directly in one array, or one a line in JSON Lines")
            }
            SplitErrorKind::WideEncoding => Some("save the file as UTF-8"),
            _ => None,
        }
    }
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { position, kind } = &*self.0;
        write!(f, "{kind} at line {}, column {}", position.line, position.column)
    }
}

impl Error for SplitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.kind {
            SplitErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}
