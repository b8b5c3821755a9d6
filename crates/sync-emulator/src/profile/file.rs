//! A profile as a file.

use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{Profile, Readings};

/// Largest file, in bytes (ours); a report of the conformance suite has about 60 KB.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Version and readings of a server, as read from a file.
///
/// JSON with the members `profile` (`before-2026.07` or `2026.07`) and `readings` (as [`Readings`] describes), both
/// optional. What `collibra-sync conformance --save` writes about a server is such a file; the report in its member
/// `conformance` is passed over.
///
/// ```
/// use sync_emulator::{Profile, ProfileFile, RestoredStatus};
///
/// let json = br#"{"profile": "before-2026.07", "readings": {"restoredStatus": "previous"}}"#;
/// let file = ProfileFile::from_slice(json)?;
/// assert_eq!(file.profile, Profile::BeforeV2026_07);
/// assert_eq!(file.readings.restored_status, RestoredStatus::Previous);
/// # Ok::<(), sync_emulator::ProfileFileError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ProfileFile {
    /// The version. Default: the newest.
    pub profile: Profile,
    /// The readings. Each has its default.
    pub readings: Readings,
    #[serde(skip_serializing)]
    conformance: Passed,
}

/// Something that is read and not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Passed;

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

/// A profile file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileFileError {
    /// The file cannot be read.
    #[error("cannot read the profile file {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The content is not a profile.
    #[error("cannot understand the profile file")]
    Json(#[from] serde_json::Error),
}

impl ProfileFile {
    /// Reads a file, of at most 16 MiB.
    ///
    /// # Errors
    /// [`ProfileFileError`].
    pub fn read(path: &Path) -> Result<Self, ProfileFileError> {
        let unreadable = |source| ProfileFileError::Read { path: path.to_owned(), source };
        let length = std::fs::metadata(path).map_err(unreadable)?.len();
        if length > MAX_BYTES {
            return Err(unreadable(std::io::Error::other(format!(
                "it has {length} bytes, at most {MAX_BYTES} are read"
            ))));
        }
        Self::from_slice(&std::fs::read(path).map_err(unreadable)?)
    }

    /// Reads a profile from memory.
    ///
    /// # Errors
    /// [`ProfileFileError::Json`], also where a reading is unknown.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ProfileFileError> {
        Ok(serde_json::from_slice(bytes)?)
    }
}
