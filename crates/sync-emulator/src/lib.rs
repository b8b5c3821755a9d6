#![doc = include_str!("../README.md")]

mod api;
mod catalog;
mod clock;
mod importer;
mod jobs;
mod profile;
mod server;
mod tracking;

pub use catalog::model::{ModelError, ModelFile};
pub use profile::{
    FailedCommands, FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, IndexBase, JobResultField,
    LargePage, MissingResources, MissingStatus, PartialImport, Profile, Readings, RestoredStatus, UnknownProfile,
};
pub use server::{Emulator, EmulatorBuilder, StartError};
