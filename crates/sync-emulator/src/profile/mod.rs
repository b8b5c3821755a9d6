//! What differs between servers: the version, and one reading for each question the documentation leaves open.

mod readings;
mod version;

pub use readings::{
    AttributesAction, CanceledWork, ConcurrentAssets, CsrfToken, EmptyValues, FailedCommands, FileAndFileId,
    FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, IndexBase, JobOrder, JobResultField, JobsApi,
    LargePage, MissingJobsApi, MissingResources, MissingStatus, NameCase, NullMembers, OlderCancel, PartialImport,
    Readings, RestoredStatus, UnknownSynchronization, UrlEncodedForm,
};
pub use version::{Profile, UnknownProfile};
