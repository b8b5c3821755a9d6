//! Jobs: accepted at once, worked on one after the other by a single worker.

mod cancel;
mod files;
mod filter;
mod job;
mod line;
mod progress;
mod queue;
mod report;
mod request;
mod slots;
mod tally;
mod worker;

pub(crate) use cancel::Cancelling;
pub(crate) use files::StoredFile;
pub(crate) use filter::{Cursor, JobFilter, SortField};
pub(crate) use job::{JobResult, JobRow, JobState};
pub(crate) use line::{Held, Line, Task, Turn};
pub(crate) use progress::span;
pub use progress::{JobProgress, UnknownProgress};
pub(crate) use queue::{Accepted, Jobs, QueueError, Submitter};
pub(crate) use report::{ErrorEntry, ErrorType, Report};
pub(crate) use request::{CharacteristicsAction, Finalization, JobFailure, JobRequest, Operation, Strategy};
pub(crate) use slots::{Claims, Taken};
pub(crate) use tally::{Category, Tally};
pub(crate) use worker::{Context, Worker};
