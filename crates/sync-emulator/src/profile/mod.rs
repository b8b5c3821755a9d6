//! What differs between servers: the version, and one reading for each question the documentation leaves open.

mod readings;
mod version;

pub use readings::{
    CsrfToken, FailedCommands, FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, IndexBase,
    JobResultField, LargePage, MissingResources, MissingStatus, PartialImport, Readings, RestoredStatus,
};
pub use version::{Profile, UnknownProfile};
