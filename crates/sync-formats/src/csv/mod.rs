//! Tables as comma-separated text, in two dialects: the service's own and RFC 4180.
//!
//! Both readers are one: a quick way over rows that read the same in both, and behind it the rules of the dialect for
//! every other row.

mod clean;
mod collibra;
mod dialect;
mod differences;
mod error;
mod limits;
mod lines;
mod marks;
mod rfc4180;
mod rows;
mod rules;
mod service_rules;
mod standard_rules;
mod values;
mod window;
mod writer;

pub use collibra::CollibraCsv;
pub use dialect::{CsvDialect, Rfc4180Dialect};
pub use differences::{CsvDifference, csv_differences};
pub use error::{CsvWriteError, CsvWriteErrorKind, DialectError, ValuesError, ValuesErrorKind};
pub use limits::CsvLimits;
pub use rfc4180::Rfc4180;
pub use writer::CsvWriter;
