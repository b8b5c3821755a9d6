//! What a client may take of the server, and for how long.

use std::time::Duration;

/// Limits on connections; all figures are ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Most connections at once.
    pub(super) connections: usize,
    /// Longest time until the head of a request is there, counted from the connection or the answer before.
    pub(super) head: Duration,
    /// Longest time in which nothing of an answer can be written.
    pub(super) write: Duration,
    /// How long a body is waited for, beside a second for each of the bytes below.
    pub(super) patience: Duration,
    /// Bytes of a body that have to come each second on the average.
    pub(super) bytes_per_second: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            head: Duration::from_secs(60),
            write: Duration::from_secs(60),
            patience: Duration::from_secs(30),
            bytes_per_second: 1024,
        }
    }
}

impl Limits {
    /// The waiting that so many bytes are worth.
    pub(super) fn wait_for(&self, bytes: u64) -> Duration {
        let bytes_per_second = self.bytes_per_second.max(1);
        self.patience + Duration::from_secs_f64(bytes as f64 / bytes_per_second as f64)
    }
}
