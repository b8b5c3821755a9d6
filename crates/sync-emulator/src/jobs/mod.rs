//! Jobs: accepted at once, executed one after the other by a single worker.

mod job;
mod line;
mod progress;
mod queue;
mod report;
mod request;
mod tally;
mod worker;

pub(crate) use job::{JobFilter, JobResult, JobRow, JobState};
pub(crate) use line::{Held, Line, NewJob, Task, Turn};
pub(crate) use progress::span;
pub use progress::{JobProgress, UnknownProgress};
pub(crate) use queue::{Jobs, QueueError};
pub(crate) use report::{ErrorEntry, ErrorType, Report};
pub(crate) use request::{Finalization, JobFailure, JobRequest, Operation, RelationsAction, Strategy};
pub(crate) use tally::{Category, Tally};
pub(crate) use worker::{Context, Worker};
