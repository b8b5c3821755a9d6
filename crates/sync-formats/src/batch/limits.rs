//! How large a batch may become.

use super::BatchLimitsError;

/// Limits of one batch; the first one reached ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BatchLimits {
    /// Most commands; 10,000 by default.
    ///
    /// At least 1 and at most [`BatchLimits::MAX_COMMANDS`]. The default is what the service's documentation advises
    /// where jobs meet lock or concurrency errors (page "Concurrent import").
    pub commands: u32,
    /// Most bytes of the payload, brackets and commas included; 20 MiB by default, which is ours.
    ///
    /// A batch is held in memory, so this bounds what one costs.
    pub bytes: u64,
}

impl BatchLimits {
    /// The service's recommended limit of resources in one file (page "Batch synchronization").
    pub const MAX_COMMANDS: u32 = 50_000;

    /// Sets the most commands.
    #[must_use]
    pub fn with_commands(mut self, commands: u32) -> Self {
        self.commands = commands;
        self
    }

    /// Sets the most bytes.
    #[must_use]
    pub fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// Whether the limits can be used.
    ///
    /// # Errors
    /// [`BatchLimitsError`] for no commands, more than [`BatchLimits::MAX_COMMANDS`], or no bytes.
    pub fn check(&self) -> Result<(), BatchLimitsError> {
        match self {
            Self { commands, .. } if !(1..=Self::MAX_COMMANDS).contains(commands) => {
                Err(BatchLimitsError::Commands { commands: *commands, max: Self::MAX_COMMANDS })
            }
            Self { bytes: 0, .. } => Err(BatchLimitsError::Bytes),
            _ => Ok(()),
        }
    }
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self { commands: 10_000, bytes: 20 * 1024 * 1024 }
    }
}
