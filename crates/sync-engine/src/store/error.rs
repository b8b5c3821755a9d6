//! What can go wrong with a store.

use std::fmt;
use std::path::PathBuf;

use sync_core::transport::BoxError;

/// A store that cannot do what it should.
#[derive(Debug, thiserror::Error)]
#[error("{kind} (state in {})", place.display())]
pub struct StoreError {
    kind: StoreErrorKind,
    place: PathBuf,
    #[source]
    source: Option<BoxError>,
}

/// What a store cannot do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Open or create its files.
    Open,
    /// Read.
    Read,
    /// Go on reading: whoever was handed the members stopped, for the reason in the source.
    Interrupted,
    /// Write; nothing has changed.
    Write,
    /// Work on a synchronization that another run holds.
    Locked {
        /// Who holds it, as far as they said.
        holder: String,
    },
    /// Read what a newer version has written.
    Newer {
        /// The version found.
        found: i64,
        /// The version known.
        known: i64,
    },
    /// Read what is not a state file of this program.
    Foreign,
    /// Take in another state: there is one already.
    Occupied,
}

impl fmt::Display for StoreErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("the state cannot be opened"),
            Self::Read => f.write_str("the state cannot be read"),
            Self::Interrupted => f.write_str("the state was not read to its end"),
            Self::Write => f.write_str("the state cannot be written"),
            Self::Locked { holder } => write!(f, "another run works on this synchronization: {holder}"),
            Self::Newer { found, known } => {
                write!(f, "the state was written by a newer version (layout {found}, this one knows {known})")
            }
            Self::Foreign => f.write_str("the file is not a state file of this program"),
            Self::Occupied => f.write_str("there is a state already, and two cannot be joined"),
        }
    }
}

impl StoreError {
    /// An error about the state at `place`.
    pub fn new(kind: StoreErrorKind, place: impl Into<PathBuf>) -> Self {
        Self { kind, place: place.into(), source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What cannot be done.
    pub fn kind(&self) -> &StoreErrorKind {
        &self.kind
    }

    /// What to do about it, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        match self.kind {
            StoreErrorKind::Locked { .. } => {
                Some("wait until the other run has ended; if it is killed, the lock is free")
            }
            StoreErrorKind::Newer { .. } => Some("use the version that wrote it, or a later one"),
            StoreErrorKind::Foreign => Some("give a file made by an export of the state, or another state folder"),
            StoreErrorKind::Occupied => {
                Some("import into another, empty state folder; or export this state and delete its folder first")
            }
            _ => None,
        }
    }
}
