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
    text: Range<usize>,
    /// Where the row as it stands in the file is in `bytes`, often the same place.
    raw: Range<usize>,
    cells: Range<usize>,
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
            self.rows.push(KeptRow { position, text: 0..0, raw: 0..0, cells: 0..0 });
            return;
        }
        let text = append(&mut self.bytes, row.bytes);
        let raw = if std::ptr::eq(row.bytes, row.raw) { text.clone() } else { append(&mut self.bytes, row.raw) };
        let first = self.cells.len();
        self.cells.extend_from_slice(row.cells);
        self.rows.push(KeptRow { position, text, raw, cells: first..self.cells.len() });
    }

    /// A row as it was; without cells and bytes if only its position was kept.
    pub(super) fn row(&self, number: u32) -> Row<'_> {
        let KeptRow { position, text, raw, cells } = &self.rows[number as usize];
        Row {
            bytes: &self.bytes[text.clone()],
            cells: &self.cells[cells.clone()],
            raw: &self.bytes[raw.clone()],
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
            let KeptRow { position, text, raw, .. } = &self.rows[number as usize];
            let is_one = text == raw;
            let text = append(&mut fewer.bytes, row.bytes);
            let raw = if is_one { text.clone() } else { append(&mut fewer.bytes, row.raw) };
            let first = fewer.cells.len();
            fewer.cells.extend_from_slice(row.cells);
            fewer.rows.push(KeptRow { position: *position, text, raw, cells: first..fewer.cells.len() });
        }
        fewer.threshold = TEXT_BYTES.max(2 * fewer.size());
        *self = fewer;
    }
}

fn append(bytes: &mut Vec<u8>, more: &[u8]) -> Range<usize> {
    let start = bytes.len();
    bytes.extend_from_slice(more);
    start..bytes.len()
}
