#![doc = include_str!("../README.md")]

mod batch;
mod digest;
mod identity;
mod json;
mod locate;
mod parts;
mod record;
mod scan;

pub use batch::{Batch, BatchBuilder, BatchError, BatchLimits, BatchLimitsError, Push};
pub use digest::{DigestBuilder, content_digest};
pub use identity::Identity;
pub use json::{DEFAULT_MAX_RECORD_BYTES, Found, JsonRecords, JsonShape, JsonSplitter, SplitError, SplitErrorKind};
pub use locate::locate;
pub use parts::Parts;
pub use record::{OwnedRecord, Position, Record};
