//! Commands gathered into the payloads of a cycle.

mod builder;
mod error;
mod limits;
mod rows;
mod seams;

pub use builder::{Batch, BatchBuilder, Push};
pub use error::{BatchError, BatchLimitsError};
pub use limits::BatchLimits;
pub use rows::{RowBatchError, RowBatches, RowForm};
