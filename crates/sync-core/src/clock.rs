//! Time as something that is handed in, so that tests can run it.

use std::time::Duration;

use async_trait::async_trait;

/// Milliseconds since the Unix epoch.
pub type Millis = u64;

/// Where the time comes from and how one waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Millis;

    /// Waits. Dropping the future ends the wait and leaves nothing behind.
    async fn sleep(&self, duration: Duration);
}
