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
    CsrfToken, FailedCommands, FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, IndexBase,
    JobResultField, LargePage, MissingResources, MissingStatus, PartialImport, Profile, Readings, RestoredStatus,
    UnknownProfile,
};
pub use server::{Emulator, EmulatorBuilder, StartError};
