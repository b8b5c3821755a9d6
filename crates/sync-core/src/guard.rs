//! Whether a finalization may go ahead: removals counted before they happen, against limits a person has set.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Finalization;

/// The most resources a run may remove: a count, a share of what is known, or both (the smaller wins).
///
/// Text form `N`, `P%` or `P%,N`, where a share has at most two decimals. The default is `10%,500`.
///
/// ```
/// use sync_core::guard::RemovalLimit;
///
/// let limit: RemovalLimit = "10%,500".parse()?;
/// assert_eq!(limit, RemovalLimit::default());
/// assert_eq!((limit.of(400), limit.of(1_000_000)), (40, 500));
/// # Ok::<(), sync_core::guard::LimitError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RemovalLimit {
    count: Option<u64>,
    /// Hundredths of a percent, so that `2.5%` is exact.
    basis_points: Option<u32>,
}

impl Default for RemovalLimit {
    fn default() -> Self {
        Self { count: Some(500), basis_points: Some(1000) }
    }
}

impl RemovalLimit {
    /// A count alone.
    pub fn count(count: u64) -> Self {
        Self { count: Some(count), basis_points: None }
    }

    /// Whether the limit has a share in it that is more than nothing: shares of small sets mean nothing, a count does.
    fn is_a_share(self) -> bool {
        self.basis_points.is_some_and(|points| points > 0) && self.count != Some(0)
    }

    /// The most removals allowed where `known` resources are tracked; shares are rounded down.
    pub fn of(self, known: u64) -> u64 {
        let share = self.basis_points.map(|points| (u128::from(known) * u128::from(points) / 10_000) as u64);
        match (self.count, share) {
            (Some(count), Some(share)) => count.min(share),
            (Some(most), None) | (None, Some(most)) => most,
            (None, None) => 0,
        }
    }
}

impl FromStr for RemovalLimit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let (mut count, mut basis_points) = (None, None);
        for part in text.split(',') {
            let part = part.trim();
            match part.strip_suffix('%') {
                Some(percent) if basis_points.is_none() => {
                    basis_points = Some(parse_basis_points(percent.trim()).ok_or(LimitError)?);
                }
                None if count.is_none() => count = Some(digits(part).ok_or(LimitError)?),
                _ => return Err(LimitError),
            }
        }
        Ok(Self { count, basis_points })
    }
}

/// Reads `10` or `2.5` or `0.25`: a percentage up to 100 with at most two decimals. Finer ones are refused, as rounding
/// would set a limit nobody has asked for.
fn parse_basis_points(percent: &str) -> Option<u32> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
    let hundredths = match decimals.len() {
        1 => digits(decimals)? * 10,
        2 => digits(decimals)?,
        _ => return None,
    };
    let points = digits(whole)?.checked_mul(100)?.checked_add(hundredths)?;
    u32::try_from(points).ok().filter(|points| *points <= 10_000)
}

/// Reads a number of digits and nothing else, not even a sign.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for RemovalLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(points) = self.basis_points {
            write!(f, "{}%", f64::from(points) / 100.0)?;
        }
        match (self.basis_points, self.count) {
            (Some(_), Some(count)) => write!(f, ",{count}"),
            (None, Some(count)) => write!(f, "{count}"),
            (_, None) => Ok(()),
        }
    }
}

impl TryFrom<String> for RemovalLimit {
    type Error = LimitError;
    fn try_from(text: String) -> Result<Self, LimitError> {
        text.parse()
    }
}

impl From<RemovalLimit> for String {
    fn from(limit: RemovalLimit) -> Self {
        limit.to_string()
    }
}

/// Why a text is not a [`RemovalLimit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a limit is a count (500), a share with at most two decimals (10%, 2.5%) or both (10%,500)")]
pub struct LimitError;

/// What the guard goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GuardLimits {
    /// Most removals; default `10%,500`.
    pub max_removals: RemovalLimit,
    /// Below this many known resources a limit that is or has a share does not hold; a count alone does. Default 20.
    pub free_below: u64,
    /// Consent for this one run: at most so many removals, whatever the limit says.
    pub allow_removals: Option<u64>,
    /// Most changed resources; not limited by default.
    pub max_changes: Option<RemovalLimit>,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self { max_removals: RemovalLimit::default(), free_below: 20, allow_removals: None, max_changes: None }
    }
}

impl GuardLimits {
    /// Sets the limit.
    #[must_use]
    pub fn with_max_removals(mut self, max_removals: RemovalLimit) -> Self {
        self.max_removals = max_removals;
        self
    }

    /// Sets the limit of changed resources.
    #[must_use]
    pub fn with_max_changes(mut self, max_changes: Option<RemovalLimit>) -> Self {
        self.max_changes = max_changes;
        self
    }

    /// How many changed resources are allowed where `known` are tracked and `changed` is more than that.
    pub fn too_many_changes(&self, known: u64, changed: u64) -> Option<u64> {
        self.max_changes.map(|limit| limit.of(known)).filter(|allowed| changed > *allowed)
    }

    /// Sets the consent for this one run.
    #[must_use]
    pub fn with_allow_removals(mut self, allow_removals: Option<u64>) -> Self {
        self.allow_removals = allow_removals;
        self
    }
}

/// What the guard counts. Only resources that a command names count, not what hangs on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardNumbers {
    /// Resources the service may track for this synchronization, at most.
    pub known: u64,
    /// Those of them that the source does not have any more.
    pub missing: u64,
    /// What happens to the missing ones.
    pub finalization: Finalization,
}

/// What the guard says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardVerdict {
    /// The finalization may go ahead.
    Pass(GuardPass),
    /// It may not.
    Stop(GuardStop),
}

/// The guard's yes. Cannot be made but by [`judge`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardPass {
    numbers: GuardNumbers,
    reason: PassReason,
}

impl GuardPass {
    /// The numbers it was said about.
    pub fn numbers(&self) -> GuardNumbers {
        self.numbers
    }

    /// Why it was said.
    pub fn reason(&self) -> PassReason {
        self.reason
    }
}

/// Why the guard said yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PassReason {
    /// Missing resources are left alone.
    NotDestructive,
    /// Nothing is missing.
    NothingMissing,
    /// So few resources are known that removals are free.
    SmallSet,
    /// Within the limit.
    WithinLimit,
    /// Consent was given for this run.
    Allowed,
}

/// The guard's no, with everything needed to explain it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardStop {
    /// The numbers.
    pub numbers: GuardNumbers,
    /// What would have been allowed.
    pub allowed: u64,
    /// Whether `allowed` is a consent that was given and exceeded.
    pub consent_exceeded: bool,
}

impl fmt::Display for GuardStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { numbers: GuardNumbers { known, missing, finalization }, allowed, consent_exceeded } = self;
        let act = match finalization {
            Finalization::ChangeStatus(_) => "re-status",
            _ => "remove",
        };
        let of = if *consent_exceeded { "this run was allowed" } else { "the limit allows" };
        write!(f, "finalizing would {act} {missing} of {known} known resources; {of} {allowed}")
    }
}

/// Decides from limits and numbers alone.
///
/// ```
/// use sync_core::Finalization;
/// use sync_core::guard::{GuardLimits, GuardNumbers, GuardVerdict, judge};
///
/// let numbers = GuardNumbers { known: 400, missing: 41, finalization: Finalization::RemoveResources };
/// assert!(matches!(judge(&GuardLimits::default(), numbers), GuardVerdict::Stop(stop) if stop.allowed == 40));
/// let limits = GuardLimits::default().with_allow_removals(Some(41));
/// assert!(matches!(judge(&limits, numbers), GuardVerdict::Pass(_)));
/// ```
pub fn judge(limits: &GuardLimits, numbers: GuardNumbers) -> GuardVerdict {
    let pass = |reason| GuardVerdict::Pass(GuardPass { numbers, reason });
    let stop = |allowed, consent_exceeded| GuardVerdict::Stop(GuardStop { numbers, allowed, consent_exceeded });
    if !numbers.finalization.is_destructive() {
        return pass(PassReason::NotDestructive);
    }
    if numbers.missing == 0 {
        return pass(PassReason::NothingMissing);
    }
    if let Some(allowed) = limits.allow_removals {
        return if numbers.missing <= allowed { pass(PassReason::Allowed) } else { stop(allowed, true) };
    }
    if numbers.known < limits.free_below && limits.max_removals.is_a_share() {
        return pass(PassReason::SmallSet);
    }
    let allowed = limits.max_removals.of(numbers.known);
    if numbers.missing <= allowed { pass(PassReason::WithinLimit) } else { stop(allowed, false) }
}
