//! Why a control has no effect.

use crate::jobs::QueueError;

/// Why a control has no effect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// No job of this id is held back.
    #[error("no job {id} is held back")]
    NotHeld {
        /// The id asked for.
        id: String,
    },
    /// The server goes down.
    #[error("the server is stopping")]
    Stopping,
    /// The databases cannot be written.
    #[error("the data of the server cannot be changed")]
    Database {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<QueueError> for ControlError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Full(_) | QueueError::Stopping => Self::Stopping,
            QueueError::Database(_) | QueueError::Request(_) => Self::Database { source: error.into() },
        }
    }
}

impl From<rusqlite::Error> for ControlError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database { source: error.into() }
    }
}
