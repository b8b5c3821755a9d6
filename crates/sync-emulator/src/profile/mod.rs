//! What differs between servers: the version, and one reading for each question the documentation leaves open.

mod file;
mod readings;
mod version;

pub use file::{ProfileFile, ProfileFileError};
pub use readings::{
    FailedCommands, FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, IndexBase, JobResultField,
    LargePage, MissingResources, MissingStatus, PartialImport, Readings, RestoredStatus,
};
pub use version::{Profile, UnknownProfile};
