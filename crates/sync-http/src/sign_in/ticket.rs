//! What goes along with requests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use crate::scrub::Scrubber;

/// Headers that say who we are, and the texts never to show.
#[derive(Default)]
pub(crate) struct Ticket {
    headers: HeaderMap,
    scrubber: Scrubber,
    /// When to get another one.
    renew_at: Option<Instant>,
    /// When it is certainly of no use any more.
    expires_at: Option<Instant>,
    /// When the service last took it; sessions alone.
    used: Option<Mutex<Instant>>,
}

impl Ticket {
    pub(super) fn new(scrubber: Scrubber) -> Self {
        Self { scrubber, ..Self::default() }
    }

    /// Adds a header, kept out of what libraries show.
    pub(super) fn with_header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.insert(name, value);
        self
    }

    pub(super) fn with_lifetime(mut self, from: Instant, lifetime: Duration, margin: Duration) -> Self {
        // One of centuries never ends.
        self.expires_at = from.checked_add(lifetime);
        self.renew_at = from.checked_add(lifetime.saturating_sub(margin));
        self
    }

    /// Keeps in mind when it was used.
    pub(super) fn with_idle_time(mut self) -> Self {
        self.used = Some(Mutex::new(Instant::now()));
        self
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Removes secrets from what the service says.
    pub(crate) fn scrubber(&self) -> &Scrubber {
        &self.scrubber
    }

    pub(super) fn expires_at(&self) -> Option<Instant> {
        self.expires_at
    }

    pub(super) fn is_due(&self) -> bool {
        self.renew_at.is_some_and(|due| Instant::now() >= due)
    }

    pub(super) fn is_expired(&self) -> bool {
        self.expires_at.is_some_and(|end| Instant::now() >= end)
    }

    /// The service has just taken it.
    pub(crate) fn was_taken(&self) {
        if let Some(used) = &self.used {
            *used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
    }

    /// How long it was not used, if that matters.
    pub(super) fn idle(&self) -> Option<Duration> {
        self.used.as_ref().map(|used| used.lock().unwrap_or_else(PoisonError::into_inner).elapsed())
    }
}
