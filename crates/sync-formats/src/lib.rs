#![doc = include_str!("../README.md")]

mod batch;
mod csv;
mod digest;
#[cfg(feature = "excel")]
mod excel;
mod expand;
mod identity;
mod json;
mod locate;
mod parts;
mod record;
mod scan;
mod table;
mod template;

pub use batch::{
    Batch, BatchBuilder, BatchError, BatchLimits, BatchLimitsError, Push, RowBatchError, RowBatches, RowForm,
};
pub use csv::{
    CollibraCsv, CsvDialect, CsvDifference, CsvLimits, CsvWriteError, CsvWriteErrorKind, CsvWriter, DialectError,
    Rfc4180, Rfc4180Dialect, ValuesError, ValuesErrorKind, csv_differences,
};
pub use digest::{DigestBuilder, content_digest};
#[cfg(feature = "excel")]
pub use excel::{
    ExcelLimits, ExcelMode, ExcelOptions, ExcelReader, ExcelWarning, ExcelWriteError, ExcelWriteErrorKind, ExcelWriter,
    Sheet, SheetNameProblem, join_excel_values,
};
pub use expand::{
    CutRow, ExpandError, ExpandOptions, ExpandWarning, Expander, ListDialect, ListSplitting, MemoryTable, RawCommand,
    RawExpander, RecordOrigin, RowCutter, RowError, RowErrorKind, RowKind,
};
pub use identity::Identity;
pub use json::{DEFAULT_MAX_RECORD_BYTES, Found, JsonRecords, JsonShape, JsonSplitter, SplitError, SplitErrorKind};
pub use locate::locate;
pub use parts::Parts;
pub use record::{OwnedRecord, Position, Record};
pub use table::{CellPlace, Row, RowPosition, RowReader, Span, TableError, TableErrorKind, column_letters};
pub use template::{
    LintContext, MAX_TEMPLATE_BYTES, MAX_TEMPLATE_COLUMNS, Template, TemplateError, TemplateErrorKind, TemplateFinding,
    TemplatePlace,
};
