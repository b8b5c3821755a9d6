//! A command as the user wrote it, and where it stands.

/// Where something stands in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Number of the command in its source, from 0.
    pub index: u64,
    /// Bytes from the start of the file, a byte order mark included.
    pub offset: u64,
    /// Line, from 1; lines end with a line feed.
    pub line: u64,
    /// Bytes from the start of the line, from 1. A byte order mark has no column, as in an editor.
    pub column: u64,
    /// Number of the row, from 1, as in [`RowPosition`](crate::RowPosition); 0 in a source that is no table.
    pub row: u64,
}

impl Position {
    /// The very beginning of a source.
    pub const START: Self = Self { index: 0, offset: 0, line: 1, column: 1, row: 0 };
}

/// One command: the user's own bytes, without white space or comma around them.
///
/// The bytes are UTF-8 and stand between a `{` and its closing bracket; whether they are a command, or JSON at all, is
/// for [`Command::from_slice`](sync_core::command::Command::from_slice) to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// The bytes as they stand in the source.
    pub bytes: &'a [u8],
    /// Where the first of them stands.
    pub position: Position,
}

impl Record<'_> {
    /// A copy that lives longer than the splitter's buffer.
    pub fn to_owned_record(&self) -> OwnedRecord {
        OwnedRecord { bytes: self.bytes.to_vec(), position: self.position }
    }
}

/// A [`Record`] with bytes of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedRecord {
    /// The bytes as they stand in the source.
    pub bytes: Vec<u8>,
    /// Where the first of them stands.
    pub position: Position,
}

impl OwnedRecord {
    /// The same, borrowed.
    pub fn as_record(&self) -> Record<'_> {
        Record { bytes: &self.bytes, position: self.position }
    }
}
