//! Why a server does not start.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::catalog::{OpenError, SnapshotError};
use crate::faults::FaultError;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The data folder cannot be used.
    #[error("cannot use the data folder {path}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another server works in the data folder.
    #[error("another server works in the data folder {path}", path = path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The databases in the data folder cannot be used, or the operating model cannot.
    #[error("cannot open the catalogue in {path}", path = path.display())]
    Catalogue {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Users, clients and tokens do not fit together.
    #[error("cannot tell who is let in")]
    Access {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A fault rule makes no sense.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// The snapshot to begin with cannot be used.
    #[error("cannot begin with the snapshot {path}", path = path.display())]
    Import {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SnapshotError,
    },
    /// A thread cannot be started.
    #[error("cannot start the worker")]
    Worker {
        /// What the system said.
        source: std::io::Error,
    },
}

impl StartError {
    pub(super) fn catalogue(path: &std::path::Path, source: OpenError) -> Self {
        Self::Catalogue { path: path.to_owned(), source: source.into() }
    }

    pub(super) fn database(path: &std::path::Path, source: rusqlite::Error) -> Self {
        Self::Catalogue { path: path.to_owned(), source: source.into() }
    }
}
