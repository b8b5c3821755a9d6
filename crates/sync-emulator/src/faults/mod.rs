//! What goes wrong on command: ordered rules about requests, and what they do to them.

mod body;
mod book;
mod layer;
mod operation;
mod rule;
mod severed;

use crate::jobs::{JobFailure, JobProgress};

pub(crate) use book::FaultBook;
pub use book::{FaultError, FaultState, FiredRule};
pub(crate) use layer::apply;
pub use operation::Operation;
pub use rule::{Answer, Fault, FaultRule, Nth, OneOrMany};
pub use severed::ConnectionLost;
pub(crate) use severed::Severed;

/// What rules and readings have to say about a job that is about to be accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JobOrders {
    pub(crate) progress: Option<JobProgress>,
    pub(crate) failure: Option<JobFailure>,
    /// Looks at it that fail as if it did not exist.
    pub(crate) hidden_polls: u32,
}
