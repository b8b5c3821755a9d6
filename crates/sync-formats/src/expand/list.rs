//! Several values in one cell.

use std::ops::Range;

/// How the values of a list stand in one cell.
///
/// Values are trimmed. A value that begins with the quote goes up to the next one, whatever stands between; a quote inside
/// it is doubled. A backslash in front of the separator or the quote makes that one plain text, anywhere else it is plain
/// text itself: the service has such an escape, which one is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListDialect {
    /// Stands between two values.
    pub separator: char,
    /// Stands around a value that holds the separator.
    pub quote: char,
}

impl Default for ListDialect {
    fn default() -> Self {
        Self::csv(';', '"')
    }
}

impl ListDialect {
    /// Lists in the cells of a CSV file with these parameters: the service takes `,` and `|`, unless the file's own
    /// separator or quote is not the default one; then `;` and `"`.
    ///
    /// ```
    /// use sync_formats::ListDialect;
    ///
    /// assert_eq!(ListDialect::csv(';', '"'), ListDialect { separator: ',', quote: '|' });
    /// assert_eq!(ListDialect::csv(',', '"'), ListDialect { separator: ';', quote: '|' });
    /// assert_eq!(ListDialect::csv(';', '\''), ListDialect { separator: ',', quote: '"' });
    /// ```
    pub fn csv(separator: char, quote: char) -> Self {
        Self { separator: if separator == ';' { ',' } else { ';' }, quote: if quote == '"' { '|' } else { '"' } }
    }

    /// Lists in the cells of a workbook, unless the service is configured otherwise: `,` and `"`.
    pub fn excel() -> Self {
        Self { separator: ',', quote: '"' }
    }
}

/// A value whose closing quote is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclosed;

/// Takes cells apart.
#[derive(Debug, Clone)]
pub(super) struct Splitter {
    separator: Box<[u8]>,
    quote: Box<[u8]>,
}

impl Splitter {
    pub(super) fn new(dialect: ListDialect) -> Self {
        let bytes = |char: char| char.encode_utf8(&mut [0; 4]).as_bytes().into();
        Self { separator: bytes(dialect.separator), quote: bytes(dialect.quote) }
    }

    /// Whether a cell is one value that stands as it is.
    #[inline]
    pub(super) fn is_plain(&self, cell: &[u8]) -> bool {
        let (Some(first), Some(last)) = (cell.first(), cell.last()) else { return false };
        // A longer separator is taken for found where its first byte is: the long way finds out.
        !is_space(*first) && !is_space(*last) && memchr::memchr2(self.separator[0], self.quote[0], cell).is_none()
    }

    /// Whether the separator stands in a cell.
    #[inline]
    pub(super) fn has_separator(&self, cell: &[u8]) -> bool {
        match *self.separator {
            [byte] => memchr::memchr(byte, cell).is_some(),
            _ => cell.windows(self.separator.len()).any(|window| window == &*self.separator),
        }
    }

    /// Appends the values of a cell to `text`, and where each of them stands in it to `values`. An empty cell, or one
    /// of white space, has none; otherwise values may be empty, since their places count.
    pub(super) fn split(
        &self,
        cell: &[u8],
        text: &mut Vec<u8>,
        values: &mut Vec<Range<usize>>,
    ) -> Result<(), Unclosed> {
        let mut rest = trim_start(cell);
        if rest.is_empty() {
            return Ok(());
        }
        loop {
            let start = text.len();
            if let Some(inside) = rest.strip_prefix(&*self.quote) {
                rest = self.quoted(inside, text)?;
            }
            let mut keep = text.len();
            let more = loop {
                let Some((&byte, behind)) = rest.split_first() else { break false };
                if let Some(behind) = rest.strip_prefix(&*self.separator) {
                    rest = behind;
                    break true;
                }
                if let Some(escaped) = (byte == b'\\').then(|| self.escaped(behind)).flatten() {
                    text.extend_from_slice(escaped);
                    rest = &behind[escaped.len()..];
                    keep = text.len();
                    continue;
                }
                text.push(byte);
                rest = behind;
            };
            // White space at the end goes, unless it was quoted.
            while text.len() > keep && text.last().copied().is_some_and(is_space) {
                text.pop();
            }
            values.push(start..text.len());
            if !more {
                return Ok(());
            }
            rest = trim_start(rest);
        }
    }

    /// Takes in a quoted value up to its closing quote; what stands behind that.
    fn quoted<'a>(&self, mut rest: &'a [u8], text: &mut Vec<u8>) -> Result<&'a [u8], Unclosed> {
        loop {
            if let Some(behind) = rest.strip_prefix(&*self.quote) {
                let Some(doubled) = behind.strip_prefix(&*self.quote) else { return Ok(behind) };
                text.extend_from_slice(&self.quote);
                rest = doubled;
                continue;
            }
            let Some((&byte, behind)) = rest.split_first() else { return Err(Unclosed) };
            if let Some(escaped) = (byte == b'\\').then(|| self.escaped(behind)).flatten() {
                text.extend_from_slice(escaped);
                rest = &behind[escaped.len()..];
                continue;
            }
            text.push(byte);
            rest = behind;
        }
    }

    /// The separator or the quote that a backslash stands in front of.
    fn escaped(&self, behind: &[u8]) -> Option<&[u8]> {
        [&*self.separator, &*self.quote].into_iter().find(|special| behind.starts_with(special))
    }
}

/// White space around the values of a list: whatever sorts up to the space.
#[inline]
fn is_space(byte: u8) -> bool {
    byte <= b' '
}

fn trim_start(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_space(*byte)).unwrap_or(text.len());
    &text[start..]
}
