//! What differs between servers: the version, and one reading for each question the documentation leaves open.

mod choices;
mod file;
mod readings;

pub use choices::{
    AttributesAction, CanceledWork, ConcurrentAssets, CsrfToken, EmptyValues, FailedCommands, FileAndFileId,
    FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, IndexBase, JobNames, JobOrder, JobResultField,
    JobsApi, LargePage, ListCells, MissingJobsApi, MissingResources, MissingStatus, NameCase, NullMembers, OlderCancel,
    PartialImport, RestoredStatus, UnknownSynchronization, UrlEncodedForm,
};
pub use file::{ProfileFile, ProfileFileError};
pub use readings::{Readings, UnknownReading};
pub use sync_core::{Profile, UnknownProfile};
