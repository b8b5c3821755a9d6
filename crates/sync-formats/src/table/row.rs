//! One row, where it stands, and where its cells stand.

use super::TableError;

/// Where a row stands in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowPosition {
    /// Number of the row, from 1: in a file of text the rows before it and itself, headers and blank rows included; in a
    /// sheet the number people see beside it.
    pub row: u64,
    /// Bytes from the start of the file, a byte order mark included; 0 in a workbook.
    pub offset: u64,
    /// Line of text it begins in, from 1; in a workbook the number of the row.
    pub line: u64,
}

impl RowPosition {
    /// The first row.
    pub const START: Self = Self { row: 1, offset: 0, line: 1 };
}

/// Bytes of one cell among those of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// One row, lent by its reader until the next call. Cells are UTF-8.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Text of all cells: the row as it stands where nothing had to be unescaped, else a buffer of the reader's.
    pub(crate) bytes: &'a [u8],
    /// Where in `bytes` each cell stands, in the order of the columns.
    pub(crate) cells: &'a [Span],
    /// The row as it stands in a file of text, without its line end; empty in a workbook.
    pub(crate) raw: &'a [u8],
    /// Where it stands.
    pub(crate) position: RowPosition,
}

impl<'a> Row<'a> {
    /// Number of cells, empty ones included.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether it has no cell at all.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Text of the cell in a column, from 0; empty past the last one.
    pub fn cell(&self, column: usize) -> &'a [u8] {
        match self.cells.get(column) {
            Some(span) => &self.bytes[span.start as usize..span.end as usize],
            None => &[],
        }
    }

    /// Text of all cells in the order of their columns.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        let bytes = self.bytes;
        self.cells.iter().map(move |span| &bytes[span.start as usize..span.end as usize])
    }

    /// Whether every cell is empty or white space: such rows say nothing.
    pub fn is_blank(&self) -> bool {
        self.cells().all(|cell| cell.iter().all(u8::is_ascii_whitespace))
    }

    /// The row as it stands in a file of text, without its line end; empty in a workbook.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Where it stands.
    pub fn position(&self) -> RowPosition {
        self.position
    }
}

/// Where one cell stands, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellPlace {
    /// Number of the row, from 1, as in [`RowPosition`].
    pub row: u64,
    /// Number of the column, from 1, as in templates.
    pub number: u64,
    /// Bytes from the start of the file; 0 in a workbook.
    pub offset: u64,
    /// Line the cell begins in, from 1; in a workbook the number of the row.
    pub line: u64,
    /// Bytes from the start of that line, from 1; in a workbook the number of the column.
    pub column: u64,
    /// Bytes of the cell as it stands in the file, quotes included; 0 in a workbook.
    pub length: u64,
    /// What people call it: `column 3` in a file of text, `Tables!C17` in a workbook.
    pub name: String,
}

/// Gives the rows of a table one after the other. Memory of every reader is bounded by its longest row, unless its
/// documentation says otherwise.
pub trait RowReader {
    /// The next row, lent until the following call; `None` after the proper end of the table.
    ///
    /// # Errors
    /// [`TableError`] with its place. It is final: further calls give `None`.
    fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError>;

    /// Where the cell in a column (from 0) of a row read earlier stands; `raw` is what [`Row::raw`] gave for it. A
    /// column past the last one stands at the row's end.
    fn place_of(&self, position: RowPosition, raw: &[u8], column: usize) -> CellPlace;
}

impl<R: RowReader + ?Sized> RowReader for Box<R> {
    fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        (**self).next_row()
    }

    fn place_of(&self, position: RowPosition, raw: &[u8], column: usize) -> CellPlace {
        (**self).place_of(position, raw, column)
    }
}

/// Letters of a column as workbooks show them, from 0: `A`, `Z`, `AA`.
///
/// ```
/// assert_eq!(["A", "Z", "AA", "XFD"], [0, 25, 26, 16_383].map(|column| sync_formats::column_letters(column)).each_ref().map(String::as_str));
/// ```
pub fn column_letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (column % 26) as u8));
        match (column / 26).checked_sub(1) {
            Some(rest) => column = rest,
            None => break,
        }
    }
    letters.iter().rev().collect()
}
