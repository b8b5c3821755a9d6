//! What cannot become a batch.

use crate::Position;

/// Why limits cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchLimitsError {
    /// Too many commands, or none.
    #[error("a batch takes 1 to {max} commands, not {commands}")]
    Commands {
        /// What was asked for.
        commands: u32,
        /// What is allowed.
        max: u32,
    },
    /// No bytes.
    #[error("a batch takes at least 1 byte")]
    Bytes,
}

/// Why a command fits into no batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Alone it is larger than a batch may be. The remedy: a higher limit of bytes.
    #[error(
        "the command at line {}, column {} makes a batch of {bytes} bytes, more than the limit of {limit}",
        position.line, position.column
    )]
    CommandTooLarge {
        /// Where the command begins.
        position: Position,
        /// What a batch of this command alone would have.
        bytes: u64,
        /// Most bytes of a batch.
        limit: u64,
    },
}

impl BatchError {
    /// Where the command begins.
    pub fn position(&self) -> Position {
        match self {
            Self::CommandTooLarge { position, .. } => *position,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::CommandTooLarge { .. } => "raise the limit of bytes for a batch",
        }
    }
}
