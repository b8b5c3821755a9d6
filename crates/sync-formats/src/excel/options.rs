//! Which sheet is read, and how much of a workbook.

use sync_core::SheetChoice;

/// Which sheet of a workbook is the table.
///
/// Hidden sheets count and can be chosen like any other; so do tabs that hold a chart instead of cells, which cannot be
/// read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Sheet {
    /// The first sheet with cells.
    #[default]
    First,
    /// The sheet of exactly this name, upper and lower case told apart.
    Name(String),
    /// The sheet at this place, counted from 0.
    Index(u32),
}

/// The sheet that a request means; the first one where it names none.
///
/// ```
/// use sync_core::SheetChoice;
/// use sync_formats::Sheet;
///
/// assert_eq!(Sheet::from(Some(&SheetChoice::Index(2))), Sheet::Index(2));
/// assert_eq!(Sheet::from(None), Sheet::First);
/// ```
impl From<Option<&SheetChoice>> for Sheet {
    fn from(choice: Option<&SheetChoice>) -> Self {
        match choice {
            Some(SheetChoice::Name(name)) => Self::Name(name.clone()),
            Some(SheetChoice::Index(index)) => Self::Index(*index),
            None => Self::First,
        }
    }
}

/// How much of a workbook is read before it is refused. The defaults are far above what Excel can save, so that they
/// stop files made to exhaust a reader, and nothing else.
///
/// There is no limit on how well a file packs: sheets that say the same in every row pack as well as files made to do
/// harm, and rows are read one at a time, so that only these sums matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ExcelLimits {
    /// Most bytes that the parts of the file that are read unpack to, together; and most bytes of text that all rows
    /// may have together, for a few bytes can stand for many. 4 GiB by default.
    pub unpacked_bytes: u64,
    /// Most bytes held at once: the texts that cells share (4 bytes more for each), or the cells of an `.xls`, which is
    /// read whole. 512 MiB by default, at most 4 GiB.
    pub held_bytes: u64,
    /// Most bytes of one row, both as it stands in the unpacked file and as text. 32 MiB by default, at most 1 GiB.
    pub row_bytes: u64,
    /// Most bytes of a cell's text. 131,072 by default; Excel's own limit, 32,767 UTF-16 units, is at most 98,301 bytes.
    pub cell_bytes: u64,
    /// Most cells of a row: its last column. 16,384 by default, which is Excel's own limit.
    pub cells: u32,
}

impl ExcelLimits {
    /// Excel's own limit of rows in a sheet.
    pub const MAX_ROWS: u32 = 1_048_576;
    /// Excel's own limit of columns in a sheet.
    pub const MAX_COLUMNS: u32 = 16_384;

    /// Sets the most bytes that the file unpacks to.
    #[must_use]
    pub fn with_unpacked_bytes(mut self, bytes: u64) -> Self {
        self.unpacked_bytes = bytes;
        self
    }

    /// Sets the most bytes held at once.
    #[must_use]
    pub fn with_held_bytes(mut self, bytes: u64) -> Self {
        self.held_bytes = bytes;
        self
    }

    /// Sets the most bytes of a row.
    #[must_use]
    pub fn with_row_bytes(mut self, bytes: u64) -> Self {
        self.row_bytes = bytes;
        self
    }

    /// Sets the most bytes of a cell's text.
    #[must_use]
    pub fn with_cell_bytes(mut self, bytes: u64) -> Self {
        self.cell_bytes = bytes;
        self
    }

    /// Sets the most cells of a row.
    #[must_use]
    pub fn with_cells(mut self, cells: u32) -> Self {
        self.cells = cells;
        self
    }

    /// Limits that places in buffers, numbers of 32 bits, can keep.
    pub(super) fn clamped(mut self) -> Self {
        self.held_bytes = self.held_bytes.min(u64::from(u32::MAX));
        self.row_bytes = self.row_bytes.min(1 << 30);
        self.cells = self.cells.min(Self::MAX_COLUMNS);
        self
    }
}

impl Default for ExcelLimits {
    fn default() -> Self {
        Self {
            unpacked_bytes: 4 << 30,
            held_bytes: 512 << 20,
            row_bytes: 32 << 20,
            cell_bytes: 128 << 10,
            cells: Self::MAX_COLUMNS,
        }
    }
}
