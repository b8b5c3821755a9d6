//! `.xlsx`: sheets of XML, read one row at a time.

mod cell;
mod rows;
mod workbook;

pub(super) use rows::XlsxRows;
pub(super) use workbook::open;
