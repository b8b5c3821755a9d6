//! Tables: rows of cells, whatever file they come from.

mod error;
mod row;

pub use error::{TableError, TableErrorKind};
pub use row::{CellPlace, Row, RowPosition, RowReader, Span, column_letters};
