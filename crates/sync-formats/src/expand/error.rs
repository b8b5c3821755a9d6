//! Why a table does not become commands.

use std::fmt;

use crate::{CellPlace, RowPosition, TableError, TemplateError};

/// A table that does not become commands.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpandError {
    /// The template is none.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The table cannot be read on.
    #[error(transparent)]
    Table(Box<TableError>),
    /// The cells of a row do not fit the template.
    #[error(transparent)]
    Row(Box<RowError>),
}

impl From<TableError> for ExpandError {
    fn from(error: TableError) -> Self {
        Self::Table(Box::new(error))
    }
}

impl ExpandError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Template(error) => error.hint(),
            Self::Table(_) => None,
            Self::Row(error) => error.hint().map(str::to_owned),
        }
    }
}

/// Cells of a row that do not fit the template.
#[derive(Debug, thiserror::Error)]
pub struct RowError {
    pub(super) kind: RowErrorKind,
    pub(super) position: RowPosition,
    pub(super) place: CellPlace,
    pub(super) header: Option<String>,
}

/// What can be wrong with the cells of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowErrorKind {
    /// Lists that give one element together have not the same length.
    UnequalLists {
        /// Values in the cell the error points at.
        values: usize,
        /// What the other column is called: `column 4 (Domain)`.
        other: String,
        /// Values in the cell of that column.
        others: usize,
    },
    /// A value of a list begins with a quote that is never closed.
    UnclosedListQuote {
        /// The quote.
        quote: char,
    },
    /// One row gives a command longer than the limit.
    CommandTooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The rows about one resource give a command longer than the limit.
    MergedTooLarge {
        /// The limit, in bytes.
        limit: u64,
        /// The first of the rows.
        first: RowPosition,
    },
}

impl RowError {
    /// What is wrong.
    pub fn kind(&self) -> &RowErrorKind {
        &self.kind
    }

    /// The row.
    pub fn position(&self) -> RowPosition {
        self.position
    }

    /// The cell; of a command that is too large the one that makes it so, or the first of its identifier.
    pub fn place(&self) -> &CellPlace {
        &self.place
    }

    /// The column's name in the header, if there is one.
    pub fn column_name(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self.kind {
            RowErrorKind::UnequalLists { .. } => {
                Some("give every list the same number of values, in the same order, or leave its cell empty")
            }
            RowErrorKind::UnclosedListQuote { .. } => {
                Some("a quote stands at both ends of a value; inside a quoted value it is doubled")
            }
            RowErrorKind::MergedTooLarge { .. } => {
                Some("neighbouring rows with one identifier are one command: look whether the identifier is complete")
            }
            RowErrorKind::CommandTooLarge { .. } => None,
        }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}, {}", self.position.row, self.place.name)?;
        if let Some(header) = self.header.as_deref().filter(|header| !header.is_empty()) {
            write!(f, " ({header})")?;
        }
        match &self.kind {
            RowErrorKind::UnequalLists { values, other, others } => {
                let plural = if *others == 1 { "value" } else { "values" };
                write!(f, ": expected {others} {plural}, as in {other}, found {values}")
            }
            RowErrorKind::UnclosedListQuote { quote } => {
                write!(f, ": expected {quote} at the end of a value that begins with it")
            }
            RowErrorKind::CommandTooLarge { limit } => {
                write!(f, ": expected a command of at most {limit} bytes, found a longer one")
            }
            RowErrorKind::MergedTooLarge { limit, first } => write!(
                f,
                ": expected a command of at most {limit} bytes from the rows {} to {} together, found a longer one",
                first.row, self.position.row
            ),
        }
    }
}
