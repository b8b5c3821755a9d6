//! Workbooks in and out.
//!
//! All formats are read by the same means: a part of the file is unpacked piece by piece, and one row at a time is made
//! of it. Nothing that a file says about its own size is believed before it is counted.

mod biff;
mod binary;
mod fault;
mod list;
mod ods;
mod opc;
mod options;
mod package;
mod place;
mod reader;
mod row;
mod sheets;
mod strings;
mod values;
mod warning;
mod window;
mod write_error;
mod writer;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

pub use list::join_excel_values;
pub use options::{ExcelLimits, Sheet};
pub use reader::ExcelReader;
pub use warning::ExcelWarning;
pub use write_error::{ExcelWriteError, ExcelWriteErrorKind, SheetNameProblem};
pub use writer::{ExcelMode, ExcelOptions, ExcelWriter};
