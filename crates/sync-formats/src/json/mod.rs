//! JSON arrays and JSON Lines, cut into commands without parsing them.

mod error;
mod records;
mod shape;
mod splitter;
mod window;

pub use error::{Found, SplitError, SplitErrorKind};
pub use records::JsonRecords;
pub use shape::JsonShape;
pub use splitter::{DEFAULT_MAX_RECORD_BYTES, JsonSplitter};
