//! The journal of what came in, and which fault rule decided what became of it.

mod call;
mod journal;
mod record;

pub(crate) use call::{Call, note_form, note_job, orders};
pub(crate) use journal::{Arrived, Journal};
pub use record::{RequestOutcome, RequestRecord};
