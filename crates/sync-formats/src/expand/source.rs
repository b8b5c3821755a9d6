//! The rows of a table behind its header.

use super::error::{ExpandError, RowError, RowErrorKind};
use super::fault::{FaultKind, RowFault};
use super::options::ExpandOptions;
use super::plan::Plan;
use crate::template::{Template, column_title};
use crate::{Row, RowReader, TableError};

/// A reader, and what its first row was if that is a header.
#[derive(Debug)]
pub(super) struct Source<R> {
    pub(super) reader: R,
    /// The header is still to be read.
    is_at_header: bool,
    header: Option<Vec<String>>,
}

impl<R: RowReader> Source<R> {
    pub(super) fn new(reader: R, options: &ExpandOptions) -> Self {
        Self { reader, is_at_header: options.header_row, header: None }
    }

    /// Reads the header, if there is one, and then the template.
    pub(super) fn open(reader: R, template: &str, options: &ExpandOptions) -> Result<(Self, Template), ExpandError> {
        let mut source = Self::new(reader, options);
        source.read_header()?;
        let template = Template::compile(template, source.header.as_deref())?;
        Ok((source, template))
    }

    pub(super) fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    /// Reads the header if it is still to be read.
    pub(super) fn read_header(&mut self) -> Result<(), TableError> {
        if std::mem::take(&mut self.is_at_header) {
            let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
            let row = self.reader.next_row()?;
            self.header = Some(row.map_or_else(Vec::new, |row| row.cells().map(text).collect()));
        }
        Ok(())
    }

    /// Whether the row to come is the header.
    #[inline]
    pub(super) fn is_at_header(&self) -> bool {
        self.is_at_header
    }

    /// The same, said once: afterwards it is a row like any other.
    pub(super) fn take_is_at_header(&mut self) -> bool {
        std::mem::take(&mut self.is_at_header)
    }

    /// The next row that is no header.
    #[inline]
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        if self.is_at_header {
            self.read_header()?;
        }
        self.reader.next_row()
    }

    /// The error people get to see.
    #[cold]
    pub(super) fn row_error(&self, plan: &Plan, options: &ExpandOptions, fault: RowFault) -> ExpandError {
        let RowFault { fault, position, raw } = fault;
        let column = fault.cell.map_or(0, |cell| plan.columns[cell]);
        let title = |cell: usize| column_title(plan.columns[cell], self.header());
        let kind = match fault.kind {
            FaultKind::UnequalLists { values, other, others } => {
                RowErrorKind::UnequalLists { values, other: title(other), others }
            }
            FaultKind::UnclosedListQuote => RowErrorKind::UnclosedListQuote { quote: options.lists.quote },
            FaultKind::CommandTooLarge { limit } => RowErrorKind::CommandTooLarge { limit },
            FaultKind::MergedTooLarge { limit, first } => RowErrorKind::MergedTooLarge { limit, first },
        };
        let header = self.header.as_ref().and_then(|header| header.get(column)).cloned();
        let place = self.reader.place_of(position, &raw, column);
        ExpandError::Row(Box::new(RowError { kind, position, place, header }))
    }
}
