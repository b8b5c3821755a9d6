//! RFC 4180 by the csv crate's parser.

use std::fmt;

use super::Rfc4180Dialect;
use super::marks::Signs;
use super::rules::{Fault, RawCell, Rules, Seen};

/// The parser of the csv crate, run over one row. It finds no fault in anything: what is open at the end of the file is
/// found here.
pub(super) struct StandardRules {
    dialect: Rfc4180Dialect,
    parser: csv_core::Reader,
}

impl StandardRules {
    pub(super) fn new(dialect: &Rfc4180Dialect) -> Self {
        let (delimiter, quote) = (dialect.separator(), dialect.quote());
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).quote(quote).build();
        Self { dialect: dialect.clone(), parser }
    }
}

impl Rules for StandardRules {
    fn again(&self) -> Self {
        // A clone of a parser reads nonsense (csv-core 0.1.13).
        Self::new(&self.dialect)
    }

    fn signs(&self) -> Option<Signs> {
        let (separator, quote) = (self.dialect.separator(), self.dialect.quote());
        Some(Signs { separator, quote, escape: quote })
    }

    fn read(
        &mut self,
        bytes: &[u8],
        complete: bool,
        text: &mut Vec<u8>,
        cell: &mut dyn FnMut(RawCell) -> Result<(), Fault>,
    ) -> Result<Seen, Fault> {
        let Self { parser, .. } = self;
        parser.reset();
        // At its very first call a parser passes over a byte order mark, which in a later row is text.
        parser.read_field(&[], &mut []);
        let (mut at, mut text_end, mut start) = (0, 0, 0);
        // The parser passes over blank lines; by the grammar they are rows of one empty cell.
        let blank = matches!(bytes, [b'\r' | b'\n', ..]);
        while !blank && at < bytes.len() {
            let (result, read, written) = parser.read_field(&bytes[at..], &mut text[text_end..]);
            at += read;
            text_end += written;
            match result {
                csv_core::ReadFieldResult::OutputFull => text.resize(2 * text.len().max(128), 0),
                csv_core::ReadFieldResult::Field { record_end } => {
                    at -= usize::from(record_end);
                    if record_end {
                        break;
                    }
                    cell(RawCell { start, end: at - 1, text_end })?;
                    start = at;
                }
                csv_core::ReadFieldResult::InputEmpty | csv_core::ReadFieldResult::End => {}
            }
        }
        let line_end = match &bytes[at..] {
            [b'\r', b'\n', ..] => 2,
            [b'\r'] if !complete => return Ok(Seen::Part { len: at, cell: start, open_quote: None }),
            [] => {
                // Within quotes a line end ends nothing.
                let (result, ..) = parser.read_field(b"\n", &mut [0]);
                let open = !matches!(result, csv_core::ReadFieldResult::Field { .. });
                if open || !complete {
                    return Ok(Seen::Part { len: at, cell: start, open_quote: open.then_some(start) });
                }
                0
            }
            _ => 1,
        };
        cell(RawCell { start, end: at, text_end })?;
        Ok(Seen::Row { len: at, line_end })
    }
}

impl fmt::Debug for StandardRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandardRules").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}
