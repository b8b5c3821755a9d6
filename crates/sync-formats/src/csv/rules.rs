//! What the readers of both dialects are made of.

use std::fmt;

use super::marks::Signs;
use crate::table::TableErrorKind;

/// How one dialect reads any row.
pub(super) trait Rules: fmt::Debug {
    /// The same rules, for a look at another row in between.
    fn again(&self) -> Self;

    /// What [`CleanRows`](super::clean::CleanRows) has to look for, if the dialect can be read in that way.
    fn signs(&self) -> Option<Signs>;

    /// Whether text outside quotes is dropped.
    fn strict(&self) -> bool {
        false
    }

    /// Reads the row at the start of `bytes`, which are UTF-8. Its text goes into `text`, which is empty; each cell is
    /// announced. `complete` says that nothing follows the bytes.
    fn read(
        &mut self,
        bytes: &[u8],
        complete: bool,
        text: &mut Vec<u8>,
        cell: &mut dyn FnMut(RawCell) -> Result<(), Fault>,
    ) -> Result<Seen, Fault>;
}

/// Where a cell ends that has just been read.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawCell {
    /// Its first byte in the row as it stands in the file.
    pub(super) start: usize,
    /// The byte behind its last one there.
    pub(super) end: usize,
    /// The end of its text.
    pub(super) text_end: usize,
}

/// What became of a look at a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen {
    /// All of it.
    Row {
        /// Bytes without the line end.
        len: usize,
        /// Bytes of the line end; 0 at the end of the file.
        line_end: usize,
    },
    /// The bytes end inside the row.
    Part {
        /// How many of them are known to belong to it.
        len: usize,
        /// Where the cell begins in which they end.
        cell: usize,
        /// Where the quote opened that is still open; asked for at the end of the file only.
        open_quote: Option<usize>,
    },
}

/// What is wrong with a row.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) kind: TableErrorKind,
    /// Bytes from the start of the row.
    pub(super) at: usize,
    /// The number of the cell, from 1, if one is meant.
    pub(super) cell: Option<usize>,
}
