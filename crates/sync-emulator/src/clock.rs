//! The server's time: that of the system, or one that stands still until somebody moves it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// The time of one server; clones show the same.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// The time at which it stands, in milliseconds since 1970; nothing while it follows the system.
    stands_at: watch::Sender<Option<i64>>,
}

impl Clock {
    pub(crate) fn new(stands_at: Option<i64>) -> Self {
        Self { stands_at: watch::Sender::new(stands_at) }
    }

    /// Milliseconds since 1970, UTC.
    pub(crate) fn now(&self) -> i64 {
        self.stands_at.borrow().unwrap_or_else(system_time)
    }

    /// Whether the time stands still by itself.
    pub(crate) fn is_virtual(&self) -> bool {
        self.stands_at.borrow().is_some()
    }

    /// Stands still from now on, at this time; `None` follows the system again.
    pub(crate) fn set(&self, stands_at: Option<i64>) {
        self.stands_at.send_replace(stands_at);
    }

    /// Waits until so much time has passed on this clock.
    pub(crate) async fn sleep(&self, duration: Duration) {
        let end = self.now().saturating_add(millis(duration));
        let mut changes = self.stands_at.subscribe();
        loop {
            let stands_at = *changes.borrow_and_update();
            let left = end.saturating_sub(stands_at.unwrap_or_else(system_time));
            if left <= 0 {
                return;
            }
            // The sender is in `self`, so there is always a next change to wait for.
            let changed = changes.changed();
            match stands_at {
                Some(_) => {
                    let _ = changed.await;
                }
                None => {
                    let _ = tokio::time::timeout(Duration::from_millis(left.unsigned_abs()), changed).await;
                }
            }
        }
    }
}

/// Whole milliseconds, as many as fit.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn system_time() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(millis).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleep_on_a_clock_that_stands_still_ends_when_it_is_moved_far_enough() {
        let clock = Clock::new(Some(1000));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep(Duration::from_secs(7200)).await;
                clock.now()
            }
        });
        tokio::task::yield_now().await;
        clock.set(Some(5000));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.set(Some(7_201_000));
        assert_eq!(sleeper.await.expect("no panic"), 7_201_000);
    }

    #[tokio::test]
    async fn sleep_of_nothing_is_over_at_once() {
        Clock::new(Some(0)).sleep(Duration::ZERO).await;
    }
}
