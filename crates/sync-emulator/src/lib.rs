#![doc = include_str!("../README.md")]

mod access;
mod api;
mod catalog;
mod clock;
mod importer;
mod jobs;
mod profile;
mod server;
mod tracking;

pub use access::{BearerToken, JwtKey, OAuthClient, User};
pub use catalog::model::{ModelError, ModelFile};
pub use profile::{
    AttributesAction, CanceledWork, ConcurrentAssets, CsrfToken, EmptyValues, FailedCommands, FileAndFileId,
    FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, IndexBase, JobOrder, JobResultField, JobsApi,
    LargePage, ListCells, MissingJobsApi, MissingResources, MissingStatus, NameCase, NullMembers, OlderCancel,
    PartialImport, Profile, Readings, RestoredStatus, UnknownProfile, UnknownReading, UnknownSynchronization,
    UrlEncodedForm,
};
pub use server::{Emulator, EmulatorBuilder, StartError};
