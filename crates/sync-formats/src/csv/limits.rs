//! How much of a file one row may be.

/// Limits of one row, all of them ours.
///
/// They bound the memory of a reader: a quote that is never closed otherwise makes a single cell of the rest of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CsvLimits {
    /// Most bytes of one cell as it stands in the file, quotes included; 8 MiB by default.
    pub cell_bytes: u64,
    /// Most bytes of one row as it stands in the file, without its line end; 16 MiB by default, which is also what one
    /// command may have, and never more than 4 GiB.
    pub row_bytes: u64,
    /// Most cells of one row; 16,384 by default, as many as an Excel sheet has columns.
    pub cells: u64,
}

impl CsvLimits {
    /// Sets the most bytes of one cell.
    #[must_use]
    pub fn with_cell_bytes(mut self, cell_bytes: u64) -> Self {
        self.cell_bytes = cell_bytes;
        self
    }

    /// Sets the most bytes of one row.
    #[must_use]
    pub fn with_row_bytes(mut self, row_bytes: u64) -> Self {
        self.row_bytes = row_bytes;
        self
    }

    /// Sets the most cells of one row.
    #[must_use]
    pub fn with_cells(mut self, cells: u64) -> Self {
        self.cells = cells;
        self
    }

    /// The longest row as a length in memory: spans of cells are 32 bits wide.
    pub(super) fn longest_row(&self) -> usize {
        usize::try_from(self.row_bytes.min(u32::MAX.into())).unwrap_or(usize::MAX)
    }

    pub(super) fn longest_cell(&self) -> usize {
        usize::try_from(self.cell_bytes).unwrap_or(usize::MAX)
    }

    pub(super) fn most_cells(&self) -> usize {
        usize::try_from(self.cells).unwrap_or(usize::MAX)
    }
}

impl Default for CsvLimits {
    fn default() -> Self {
        Self { cell_bytes: 8 * 1024 * 1024, row_bytes: 16 * 1024 * 1024, cells: 16_384 }
    }
}
