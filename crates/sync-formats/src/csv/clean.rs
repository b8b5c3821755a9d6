//! The quick way: rows whose cells are slices of the file.

use super::CsvLimits;
use super::marks::{Marks, Signs};
use crate::table::Span;

/// Reads rows in which nothing has to be unescaped. Both dialects read those alike: cells without any quote, or all
/// within quotes and with none inside, and no escape character anywhere.
#[derive(Debug)]
pub(super) struct CleanRows {
    signs: Signs,
    /// Behind the row read last.
    marks: Marks,
    /// Whether text outside quotes is dropped.
    strict: bool,
    longest: usize,
    most_cells: usize,
}

/// A row that is a slice of the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct CleanRow {
    /// Bytes without the line end.
    pub(super) len: usize,
    /// Bytes of the line end.
    pub(super) line_end: usize,
    /// How many lines it ends.
    pub(super) lines: u64,
}

impl CleanRows {
    pub(super) fn new(signs: Signs, strict: bool, limits: &CsvLimits) -> Self {
        let longest = limits.longest_row().min(limits.longest_cell());
        Self { signs, marks: Marks::from(0), strict, longest, most_cells: limits.most_cells() }
    }

    /// Goes on with the row that begins at a place of a text; after every row that was read in another way, and whenever
    /// the text has changed.
    pub(super) fn seek(&mut self, at: usize) {
        self.marks = Marks::from(at);
    }

    /// The row that begins at `start` with the spans of its cells; `None` where the rules have to be asked, or the text
    /// is not all there, or a limit is exceeded.
    #[inline]
    pub(super) fn read(&mut self, text: &[u8], start: usize, cells: &mut Vec<Span>) -> Option<CleanRow> {
        let (signs, mut marks) = (self.signs, self.marks);
        let Signs { separator, quote, .. } = signs;
        let mut lines = 1;
        let mut cell = start;
        cells.clear();
        loop {
            let mut at = marks.next(&signs, text)?;
            let mut span = if self.strict { at..at } else { cell..at };
            if text[at] == quote {
                if at != cell {
                    return None;
                }
                let (close, inside) = closing_quote(&signs, &mut marks, text)?;
                lines += inside;
                span = at + 1..close;
                at = close + 1;
                // Anything but a separator or a line end behind the quote is for the rules.
                if marks.next(&signs, text)? != at {
                    return None;
                }
            }
            cells.push(Span { start: (span.start - start) as u32, end: (span.end - start) as u32 });
            let line_end = match text[at] {
                byte if byte == separator => {
                    cell = at + 1;
                    continue;
                }
                b'\n' => 1,
                b'\r' if *text.get(at + 1)? == b'\n' => {
                    marks.next(&signs, text);
                    2
                }
                b'\r' => 1,
                _ => return None,
            };
            self.marks = marks;
            let len = at - start;
            let allowed = len <= self.longest && cells.len() <= self.most_cells;
            return allowed.then_some(CleanRow { len, line_end, lines });
        }
    }
}

/// Where the quote closes that has just been opened, with the number of lines that end inside.
#[inline(always)]
fn closing_quote(signs: &Signs, marks: &mut Marks, text: &[u8]) -> Option<(usize, u64)> {
    let mut lines = 0;
    loop {
        let at = marks.next(signs, text)?;
        match text[at] {
            b'\n' => lines += 1,
            byte if byte == signs.quote => return Some((at, lines)),
            byte if byte == signs.separator => {}
            _ => return None,
        }
    }
}
