#![doc = include_str!("../README.md")]

pub mod catalogue;
pub mod check;
pub mod clock;
pub mod command;
pub mod cycle;
pub mod guard;
pub mod journal;
pub mod model;
pub mod transport;

mod digest;
mod finalize;
mod id;
mod import_api;
mod job;
mod outcome;
mod payload;
mod profile;
mod table;
mod wire;

pub use digest::Digest;
pub use finalize::{Finalization, FinalizationError};
pub use id::{BatchNumber, FileId, IdError, JobId, SYNCHRONIZATION_ID_MAX_CHARS, SynchronizationId, UserId};
pub use import_api::{
    FileInfo, ImportApi, ImportApiExt, ImportMode, ImportRequest, MAX_CANCEL_MESSAGE, ServerInfo, SynchronizationInfo,
};
pub use job::{
    CommandReference, Counters, ImportError, ImportErrorType, ImportState, ImportSummary, Job, JobResult, JobState,
    Page, ResourceCounts,
};
pub use outcome::{Committed, Outcome};
pub use payload::{Payload, PayloadFormat, PayloadSource};
pub use profile::{Profile, ServerVersion, UnknownProfile, UnknownVersion};
pub use table::{CsvParameters, SheetChoice, TableParameters};
pub use transport::{Transport, TransportExt};
