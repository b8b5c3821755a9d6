//! What a reader noticed that loses nothing it can know of, but may surprise.

use std::fmt;

/// Something in a workbook that people may see otherwise than it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExcelWarning {
    /// Cells are merged: the text stands in the first of them, the others are empty.
    Merged {
        /// The merged area: `Tables!A1:B2`.
        area: String,
    },
    /// A formula whose result is not in the file, as programs other than Excel write it: the cell is empty.
    FormulaWithoutValue {
        /// The cell: `Tables!C17`.
        place: String,
    },
    /// A number shown as a date that no calendar has, such as Excel's 29 February 1900: it stays a number.
    NoDate {
        /// The cell: `Tables!C17`.
        place: String,
        /// The number.
        number: String,
    },
}

impl fmt::Display for ExcelWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Merged { area } => write!(f, "{area}: merged cells count as one, in their first row and column"),
            Self::FormulaWithoutValue { place } => {
                write!(f, "{place}: the formula's result is not in the file; the cell counts as empty")
            }
            Self::NoDate { place, number } => {
                write!(f, "{place}: {number} is shown as a date, but stands for none; it stays a number")
            }
        }
    }
}

/// A bounded list of warnings.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    list: Vec<ExcelWarning>,
    left_out: u64,
}

impl Warnings {
    /// Most warnings kept.
    pub(super) const MOST: usize = 100;

    /// Adds one, if there is room.
    pub(super) fn push(&mut self, warning: impl FnOnce() -> ExcelWarning) {
        if self.list.len() < Self::MOST {
            self.list.push(warning());
        } else {
            self.left_out += 1;
        }
    }

    /// Counts some that were not made.
    pub(super) fn leave_out(&mut self, count: u64) {
        self.left_out += count;
    }

    pub(super) fn list(&self) -> &[ExcelWarning] {
        &self.list
    }

    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }
}
