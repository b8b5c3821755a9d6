//! When a job ends.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When a job that was accepted does its work and ends.
///
/// Until then it is RUNNING, or WAITING where another job of its synchronization comes first or as many jobs as allowed
/// are under way. Nothing of its work is done before. As text `immediate`, `polls:3`, `after:2h` (`ms`, `s`, `m`, `h`) and
/// `by-hand`, on the command line and in JSON.
///
/// ```
/// use std::time::Duration;
/// use sync_emulator::JobProgress;
///
/// assert_eq!("after:2h".parse(), Ok(JobProgress::After(Duration::from_secs(7200))));
/// assert_eq!(JobProgress::AfterPolls(3).to_string(), "polls:3");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum JobProgress {
    /// As soon as the worker is free. The default.
    #[default]
    Immediate,
    /// After it was seen running so many times: the look after those shows its end.
    AfterPolls(u32),
    /// After so much time on the server's clock, counted from when it began to run.
    After(Duration),
    /// When it is released.
    ByHand,
}

impl fmt::Display for JobProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Immediate => f.write_str("immediate"),
            Self::AfterPolls(polls) => write!(f, "polls:{polls}"),
            Self::After(duration) => write!(f, "after:{}", Span(*duration)),
            Self::ByHand => f.write_str("by-hand"),
        }
    }
}

impl FromStr for JobProgress {
    type Err = UnknownProgress;

    fn from_str(text: &str) -> Result<Self, UnknownProgress> {
        let unknown = || UnknownProgress { text: text.to_owned() };
        match text.split_once(':') {
            None if text == "immediate" => Ok(Self::Immediate),
            None if text == "by-hand" => Ok(Self::ByHand),
            Some(("polls", polls)) => polls.parse().map(Self::AfterPolls).map_err(|_| unknown()),
            Some(("after", duration)) => span(duration).map(Self::After).ok_or_else(unknown),
            _ => Err(unknown()),
        }
    }
}

impl TryFrom<String> for JobProgress {
    type Error = UnknownProgress;

    fn try_from(text: String) -> Result<Self, UnknownProgress> {
        text.parse()
    }
}

impl From<JobProgress> for String {
    fn from(progress: JobProgress) -> Self {
        progress.to_string()
    }
}

/// A text that names no [`JobProgress`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} says not when jobs end; there are immediate, polls:N, after:TIME and by-hand")]
pub struct UnknownProgress {
    text: String,
}

/// A duration in the largest unit that holds it exactly.
struct Span(Duration);

const UNITS: [(&str, u128); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let unit = UNITS.into_iter().find(|(_, size)| millis >= *size && millis.is_multiple_of(*size));
        let (name, size) = unit.unwrap_or(("ms", 1));
        write!(f, "{}{name}", millis / size)
    }
}

/// `500ms`, `90s`, `5m`, `2h`; a bare number means seconds.
pub(crate) fn span(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = if unit.is_empty() { "s" } else { unit };
    let (_, size) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let millis = number.parse::<u64>().ok()?.checked_mul(u64::try_from(size).ok()?)?;
    Some(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["immediate", "by-hand", "polls:0", "polls:3", "after:0ms", "after:90s", "after:2h", "after:1500ms"]
        {
            let progress: JobProgress = text.parse().expect(text);
            assert_eq!(progress.to_string(), text);
        }
        assert_eq!("after:120".parse::<JobProgress>().map(|progress| progress.to_string()), Ok("after:2m".to_owned()));
        for text in ["", "polls", "polls:-1", "after:", "after:2d", "after:h", "by hand", "after:99999999999999999999h"]
        {
            assert!(text.parse::<JobProgress>().is_err(), "{text}");
        }
    }
}
