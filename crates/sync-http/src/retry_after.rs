//! How long the service asks to wait.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// Longest wait a service can ask for; more is taken as this.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date, which is compared with the answer's own `Date` where it
/// has one, so that clocks need not agree. A date gone by asks for no wait.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only a number too large for the type fails here.
        return Some(value.parse().map_or(LONGEST, Duration::from_secs).min(LONGEST));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let sent = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let wait = until.duration_since(sent.unwrap_or_else(SystemTime::now)).unwrap_or_default();
    Some(wait.min(LONGEST))
}
