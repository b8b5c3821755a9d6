//! Rows that are kept to say later what came from where.

use std::ops::Range;

use crate::{Row, RowPosition, Span};

/// Bytes of rows that are kept for one command. Past that only their positions are kept: a place is then the start of the
/// row instead of the cell.
const TEXT_BYTES: usize = 4 * 1024 * 1024;

/// Rows of one command, the first and those that added something.
#[derive(Debug, Default)]
pub(super) struct KeptRows {
    bytes: Vec<u8>,
    cells: Vec<Span>,
    rows: Vec<KeptRow>,
    /// Memory in use at which those that count no longer are thrown away.
    threshold: usize,
}

#[derive(Debug, Clone)]
struct KeptRow {
    position: RowPosition,
    /// Where its cells are in `bytes`.
    text: Span,
    /// Where the row as it stands in the file is in `bytes`, often the same place.
    raw: Span,
    /// Where its cells' places are in `cells`.
    cells: Span,
}

impl KeptRows {
    /// Forgets all rows.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.cells.clear();
        self.rows.clear();
        self.threshold = TEXT_BYTES;
    }

    /// The number the next row gets.
    pub(super) fn next(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Keeps a row: always with its text if it is the first.
    pub(super) fn keep(&mut self, row: Row<'_>) {
        let position = row.position;
        if !self.rows.is_empty() && self.size() >= TEXT_BYTES {
            let nothing = Span::default();
            self.rows.push(KeptRow { position, text: nothing, raw: nothing, cells: nothing });
            return;
        }
        let text = append(&mut self.bytes, row.bytes);
        let raw = if std::ptr::eq(row.bytes, row.raw) { text } else { append(&mut self.bytes, row.raw) };
        let cells = append(&mut self.cells, row.cells);
        self.rows.push(KeptRow { position, text, raw, cells });
    }

    /// A row as it was; without cells and bytes if only its position was kept.
    pub(super) fn row(&self, number: u32) -> Row<'_> {
        let KeptRow { position, text, raw, cells } = &self.rows[number as usize];
        Row {
            bytes: &self.bytes[range(*text)],
            cells: &self.cells[range(*cells)],
            raw: &self.bytes[range(*raw)],
            position: *position,
        }
    }

    /// Where the first row stands.
    pub(super) fn first(&self) -> RowPosition {
        self.rows[0].position
    }

    /// Memory in use, in bytes.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + size_of_val(&self.cells[..]) + size_of_val(&self.rows[..])
    }

    /// Memory held, in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity() + self.cells.capacity() * size_of::<Span>() + self.rows.capacity() * size_of::<KeptRow>()
    }

    /// Whether it is time to throw away rows that count no longer.
    pub(super) fn is_crowded(&self) -> bool {
        self.size() > self.threshold
    }

    /// Throws away all rows but these, which are sorted and without repetition. Each gets its place in the list as its
    /// number.
    pub(super) fn retain(&mut self, numbers: &[u32]) {
        let mut fewer = Self::default();
        for &number in numbers {
            let row = self.row(number);
            let is_one = self.rows[number as usize].text == self.rows[number as usize].raw;
            let text = append(&mut fewer.bytes, row.bytes);
            let raw = if is_one { text } else { append(&mut fewer.bytes, row.raw) };
            let cells = append(&mut fewer.cells, row.cells);
            fewer.rows.push(KeptRow { position: row.position, text, raw, cells });
        }
        fewer.threshold = TEXT_BYTES.max(2 * fewer.size());
        *self = fewer;
    }
}

/// Appends to a list; where that stands in it. Only the first row can be long, and all but it are small together.
fn append<T: Copy>(list: &mut Vec<T>, more: &[T]) -> Span {
    let start = list.len() as u32;
    list.extend_from_slice(more);
    Span { start, end: list.len() as u32 }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
