//! The server's time.

use std::time::Duration;

use super::Controls;
use crate::clock::millis;

/// The server's time: what it stamps on jobs and resources, what held jobs and delays wait for.
impl Controls {
    /// Milliseconds since 1970, UTC.
    pub fn now(&self) -> i64 {
        self.clock().now()
    }

    /// Whether the time stands still until it is moved.
    pub fn is_clock_virtual(&self) -> bool {
        self.clock().is_virtual()
    }

    /// Moves the time on and stops it there. Jobs that become due end in their order, each at its time, and are over when
    /// this returns: of two jobs of two hours each, one after the other, five hours end both.
    pub async fn advance(&self, by: Duration) {
        let end = self.now().saturating_add(millis(by));
        self.clock().set(Some(self.now()));
        loop {
            self.line().clock_moved();
            self.line().settled().await;
            match self.line().next_due().filter(|due| *due <= end) {
                Some(due) => self.clock().set(Some(due.max(self.now()))),
                None => break,
            }
        }
        self.stand_at(Some(end)).await;
    }

    /// Stops the time at this one, in milliseconds since 1970. Jobs that are due by then end, with this as their time.
    pub async fn set_time(&self, at: i64) {
        self.stand_at(Some(at)).await;
    }

    /// Follows the system's time, as a server does from the start unless it was told otherwise.
    pub async fn follow_system_time(&self) {
        self.stand_at(None).await;
    }

    async fn stand_at(&self, at: Option<i64>) {
        self.clock().set(at);
        self.line().clock_moved();
        self.line().settled().await;
    }
}
