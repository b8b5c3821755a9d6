//! A table that is held in memory.

use crate::{CellPlace, Row, RowPosition, RowReader, Span, TableError};

/// Rows held in memory: for tests, and for tables that come from no file.
///
/// Places are those the cells would have in a text with a semicolon after each cell but the last and a line feed after
/// each row.
///
/// ```
/// use sync_formats::{MemoryTable, RowReader};
///
/// let mut table = MemoryTable::new([["Name", "About"], ["Tides", "high and low"]]);
/// let header = table.next_row()?.map(|row| row.position());
/// let second = table.next_row()?.ok_or("a second row")?;
/// assert_eq!((second.cell(1), second.position().offset), (&b"high and low"[..], 11));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryTable {
    rows: Vec<Vec<String>>,
    /// Rows given so far.
    given: usize,
    /// Where the next row begins.
    next: Option<RowPosition>,
    bytes: Vec<u8>,
    cells: Vec<Span>,
}

impl MemoryTable {
    /// A table with these rows, which may be of different lengths.
    pub fn new<C: Into<String>>(rows: impl IntoIterator<Item = impl IntoIterator<Item = C>>) -> Self {
        let rows = rows.into_iter().map(|row| row.into_iter().map(Into::into).collect());
        Self { rows: rows.collect(), ..Self::default() }
    }
}

impl RowReader for MemoryTable {
    fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        let Some(cells) = self.rows.get(self.given) else { return Ok(None) };
        self.given += 1;
        self.bytes.clear();
        self.cells.clear();
        for (number, cell) in cells.iter().enumerate() {
            if number > 0 {
                self.bytes.push(b';');
            }
            let start = self.bytes.len();
            self.bytes.extend_from_slice(cell.as_bytes());
            let span = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            self.cells.push(Span { start: span(start), end: span(self.bytes.len()) });
        }
        let position = self.next.unwrap_or(RowPosition::START);
        self.next = Some(RowPosition {
            row: position.row + 1,
            offset: position.offset + self.bytes.len() as u64 + 1,
            line: position.line + feeds(&self.bytes) + 1,
        });
        Ok(Some(Row { bytes: &self.bytes, cells: &self.cells, raw: &self.bytes, position }))
    }

    fn place_of(&self, position: RowPosition, _raw: &[u8], column: usize) -> CellPlace {
        let cells = usize::try_from(position.row - 1).ok().and_then(|row| self.rows.get(row));
        let cells = cells.map_or(&[][..], Vec::as_slice);
        let before = cells[..column.min(cells.len())].join(";");
        let start = before.len() + usize::from(column > 0 && column < cells.len());
        CellPlace {
            row: position.row,
            number: column as u64 + 1,
            offset: position.offset + start as u64,
            line: position.line + feeds(before.as_bytes()),
            column: (start - before.rfind('\n').map_or(0, |feed| feed + 1)) as u64 + 1,
            length: cells.get(column).map_or(0, String::len) as u64,
            name: format!("column {}", column + 1),
        }
    }
}

fn feeds(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}
