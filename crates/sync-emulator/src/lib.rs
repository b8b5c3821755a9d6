#![doc = include_str!("../README.md")]

mod access;
mod admin;
mod api;
mod catalog;
mod chance;
mod clock;
mod controls;
mod faults;
mod importer;
mod jobs;
mod profile;
mod requests;
mod server;
mod tracking;

pub use access::{BearerToken, JwtKey, OAuthClient, User};
pub use catalog::SnapshotError;
pub use catalog::model::{ModelError, ModelFile};
pub use controls::{ControlError, Controls, HeldJob};
pub use faults::{
    Answer, ConnectionLost, Fault, FaultError, FaultRule, FaultState, FiredRule, Nth, OneOrMany, Operation,
};
pub use jobs::{JobProgress, UnknownProgress};
pub use profile::{
    AttributesAction, CanceledWork, ConcurrentAssets, CsrfToken, EmptyValues, FailedCommands, FileAndFileId,
    FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, IndexBase, JobNames, JobOrder, JobResultField,
    JobsApi, LargePage, ListCells, MissingJobsApi, MissingResources, MissingStatus, NameCase, NullMembers, OlderCancel,
    PartialImport, Profile, ProfileFile, ProfileFileError, Readings, RestoredStatus, UnknownProfile, UnknownReading,
    UnknownSynchronization, UrlEncodedForm,
};
pub use requests::{RequestOutcome, RequestRecord};
pub use server::{Emulator, EmulatorBuilder, EmulatorService, StartError};
