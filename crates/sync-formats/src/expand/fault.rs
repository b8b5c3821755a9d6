//! What is wrong with a row, before it is known what people call the place.

use crate::{Row, RowPosition};

/// Something wrong with a row.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    /// The cell, by its place among those that are used.
    pub(super) cell: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// Two lists of one element have not the same length.
    UnequalLists { values: usize, other: usize, others: usize },
    /// A value of a list begins with a quote and does not end with one.
    UnclosedListQuote,
    /// One row gives a command over the limit.
    CommandTooLarge { limit: u64 },
    /// The rows of one resource give a command over the limit.
    MergedTooLarge { limit: u64, first: RowPosition },
}

impl Fault {
    pub(super) fn new(kind: FaultKind, cell: Option<usize>) -> Self {
        Self { kind, cell }
    }
}

/// A fault, with what is needed to find its place when the row is gone.
#[derive(Debug)]
pub(super) struct RowFault {
    pub(super) fault: Fault,
    pub(super) position: RowPosition,
    pub(super) raw: Vec<u8>,
}

impl Fault {
    pub(super) fn of(self, row: Row<'_>) -> RowFault {
        RowFault { fault: self, position: row.position(), raw: row.raw().to_vec() }
    }
}
