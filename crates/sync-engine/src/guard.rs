//! Everything that keeps a run from removing what it should not: numbers, names, and signs that something is wrong.

use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sync_core::command::{AssetIdentifier, Command, CommunityIdentifier, DomainIdentifier, ResourceKind};
use sync_core::guard::{GuardLimits, GuardNumbers, GuardPass, GuardVerdict, judge};
use sync_core::{Finalization, SynchronizationId};
use wildmatch::WildMatch;

use crate::plan::{Plan, PlanList, Planned};
use crate::store::{Change, StateKey, StateStore, StoreError};

/// Names kept of one reason; the rest is counted.
const MOST_NAMES: usize = 100;

/// What a person demands of a source and of a run, beside limits in numbers.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Demands {
    /// The source must have at least so many commands.
    pub expect_commands: Option<u64>,
    /// The source must have a command for each of these.
    pub require: Vec<Sentinel>,
    /// A missing resource with such a name stops the run.
    pub protect: Vec<Pattern>,
}

impl Demands {
    /// Sets how many commands the source must have at least.
    #[must_use]
    pub fn with_expect_commands(mut self, expect_commands: Option<u64>) -> Self {
        self.expect_commands = expect_commands;
        self
    }

    /// Sets what the source must have a command for.
    #[must_use]
    pub fn with_require(mut self, require: Vec<Sentinel>) -> Self {
        self.require = require;
        self
    }

    /// Sets the names that must not be missing.
    #[must_use]
    pub fn with_protect(mut self, protect: Vec<Pattern>) -> Self {
        self.protect = protect;
        self
    }
}

/// A resource a complete source is known to have: `Asset:name=tidedb.readings`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentinel {
    kind: ResourceKind,
    name: String,
}

impl Sentinel {
    /// Whether a command is about this resource: by the name in its identifier, or the name it sets.
    pub(crate) fn meets(&self, command: &Command<'_>) -> bool {
        if command.kind() != self.kind {
            return false;
        }
        let (identified, set) = match command {
            Command::Community(community) => match &community.identifier {
                CommunityIdentifier::Name { name } => (Some(name), community.name.as_ref()),
                _ => (None, community.name.as_ref()),
            },
            Command::Domain(domain) => match &domain.identifier {
                DomainIdentifier::Name { name, .. } => (Some(name), domain.name.as_ref()),
                _ => (None, domain.name.as_ref()),
            },
            Command::Asset(asset) => match &asset.identifier {
                AssetIdentifier::Name { name, .. } => (Some(name), asset.name.as_ref()),
                _ => (None, asset.name.as_ref()),
            },
            Command::Mapping(_) | Command::ComplexRelation(_) => (None, None),
        };
        [identified, set].into_iter().flatten().any(|name| name.as_str() == self.name)
    }
}

impl FromStr for Sentinel {
    type Err = SentinelError;

    fn from_str(text: &str) -> Result<Self, SentinelError> {
        let (kind, name) = text.split_once(":name=").ok_or(SentinelError)?;
        let kind = kind.parse().map_err(|_| SentinelError)?;
        let named = matches!(kind, ResourceKind::Community | ResourceKind::Domain | ResourceKind::Asset);
        if !named || name.is_empty() {
            return Err(SentinelError);
        }
        Ok(Self { kind, name: name.to_owned() })
    }
}

impl fmt::Display for Sentinel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:name={}", self.kind, self.name)
    }
}

/// Why a text is not a [`Sentinel`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a required resource is written Community:name=…, Domain:name=… or Asset:name=…")]
pub struct SentinelError;

/// A pattern of names: `*` stands for any text, `?` for any character. It fits a resource's name, or its name with
/// everything around it.
#[derive(Debug, Clone)]
pub struct Pattern(WildMatch);

impl From<&str> for Pattern {
    fn from(pattern: &str) -> Self {
        Self(WildMatch::new(pattern))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why the guard stopped a run, in terms of what a person can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GuardReasonKind {
    /// More would be removed or re-statused than the limit allows.
    TooManyRemovals,
    /// More would change than the limit allows.
    TooManyChanges,
    /// The target knows the synchronization and this state does not.
    NoBaseline,
    /// Somebody else worked on the target since this state was written.
    StateBehind,
    /// The source has fewer commands than expected.
    TooFewCommands,
    /// The source lacks a resource it is known to have.
    SentinelMissing,
    /// A missing resource has a protected name.
    Protected,
    /// A missing resource belongs to another synchronization too.
    HeldElsewhere,
    /// Source or state have moved since the plan was made.
    PlanOutdated,
    /// Somebody was asked and said no.
    Declined,
}

/// One reason for the guard's no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GuardReason {
    /// What kind of reason.
    pub kind: GuardReasonKind,
    /// What was found, with its numbers.
    pub message: String,
    /// The resources concerned, at most 100 of them.
    pub names: Vec<String>,
    /// How many resources are concerned.
    pub total: u64,
    /// The flag that lets exactly this run pass, where there is one.
    pub flag: Option<String>,
    /// What to do, where there is no such flag.
    pub advice: Option<String>,
}

impl GuardReason {
    pub(crate) fn new(kind: GuardReasonKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), names: Vec::new(), total: 0, flag: None, advice: None }
    }

    pub(crate) fn with_flag(mut self, flag: impl Into<String>) -> Self {
        self.flag = Some(flag.into());
        self
    }

    pub(crate) fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    fn with_list(mut self, list: &PlanList, only: Option<ResourceKind>) -> Self {
        let listed = list.entries.iter().filter(|entry| only.is_none_or(|kind| entry.kind == kind));
        let mut entries: Vec<_> = listed.map(|entry| (entry.kind, &entry.identity)).collect();
        // What everything else lies in comes first.
        entries.sort_unstable();
        self.names = entries.into_iter().take(MOST_NAMES).map(|(_, identity)| identity.clone()).collect();
        self.total = only.map_or(list.total, |kind| list.of_kind(kind));
        self
    }

    fn add_name(&mut self, name: String) {
        self.total += 1;
        if self.names.len() < MOST_NAMES {
            self.names.push(name);
        }
    }
}

/// The source against what it was expected to hold.
pub(crate) fn judge_source(demands: &Demands, commands: u64, absent: &[Sentinel]) -> Vec<GuardReason> {
    let mut reasons = Vec::new();
    if let Some(expected) = demands.expect_commands.filter(|expected| commands < *expected) {
        let message = format!("the source has {commands} commands, at least {expected} were expected");
        let advice = "see whether the source is complete";
        reasons.push(GuardReason::new(GuardReasonKind::TooFewCommands, message).with_advice(advice));
    }
    if !absent.is_empty() {
        let message = "the source lacks resources it is known to have";
        let mut reason = GuardReason::new(GuardReasonKind::SentinelMissing, message)
            .with_advice("see whether the source is complete");
        absent.iter().for_each(|sentinel| reason.add_name(sentinel.to_string()));
        reasons.push(reason);
    }
    reasons
}

/// The plan against the limits: removals in all and of each kind, and changes.
pub(crate) fn judge_plan(
    limits: &GuardLimits,
    finalization: Finalization,
    plan: &Plan,
) -> Result<GuardPass, Vec<GuardReason>> {
    let mut reasons = Vec::new();
    let numbers = GuardNumbers { known: plan.known, missing: plan.missing.total, finalization };
    let flag = format!("--allow-removals {}", plan.missing.total);
    let verdict = judge(limits, numbers);
    match &verdict {
        GuardVerdict::Stop(stop) => reasons.push(
            GuardReason::new(GuardReasonKind::TooManyRemovals, stop.to_string())
                .with_list(&plan.missing, None)
                .with_flag(flag),
        ),
        // The consent is for all kinds together.
        GuardVerdict::Pass(_) if limits.allow_removals.is_some() => {}
        GuardVerdict::Pass(_) => reasons.extend(ResourceKind::ALL.into_iter().filter_map(|kind| {
            let (known, missing) = (plan.known_of_kind(kind), plan.missing.of_kind(kind));
            match judge(limits, GuardNumbers { known, missing, finalization }) {
                GuardVerdict::Pass(_) => None,
                GuardVerdict::Stop(stop) => Some(
                    GuardReason::new(GuardReasonKind::TooManyRemovals, format!("{kind}: {stop}"))
                        .with_list(&plan.missing, Some(kind))
                        .with_flag(flag.clone()),
                ),
            }
        })),
    }
    if let Some(allowed) = limits.too_many_changes(plan.known, plan.changed.total) {
        let (changed, known) = (plan.changed.total, plan.known);
        let message = format!("{changed} of {known} known resources would change; the limit allows {allowed}");
        reasons.push(
            GuardReason::new(GuardReasonKind::TooManyChanges, message)
                .with_list(&plan.changed, None)
                .with_flag(format!("--max-changes {changed}")),
        );
    }
    match verdict {
        GuardVerdict::Pass(pass) if reasons.is_empty() => Ok(pass),
        _ => Err(reasons),
    }
}

/// Every missing resource by name: protected ones, and those another synchronization of this store holds too.
pub(crate) fn judge_missing(
    demands: &Demands,
    planned: &mut Planned,
    store: &dyn StateStore,
    key: &StateKey,
) -> Result<Vec<GuardReason>, StoreError> {
    let mut protected =
        GuardReason::new(GuardReasonKind::Protected, "resources with protected names are missing from the source")
            .with_advice("bring them back into the source, or run without protecting them");
    let mut held = GuardReason::new(
        GuardReasonKind::HeldElsewhere,
        "resources missing from the source are held by another synchronization too, and finalizing would take them \
         from it",
    )
    .with_advice("let only one synchronization have them, or finalize with --on-missing ignore");
    let others = store.list()?.into_iter().any(|other| other.target() == key.target() && other != *key);
    let mut failed = None;
    let read = planned.differences(&mut |difference| {
        if difference.change != Change::Missing {
            return Ok(());
        }
        let identity = difference.member.identity();
        let (name, shown) = (identity.name(), identity.to_string());
        if demands.protect.iter().any(|pattern| pattern.0.matches(&name) || pattern.0.matches(&shown)) {
            protected.add_name(shown.clone());
        }
        if !others {
            return Ok(());
        }
        match store.holders(key, &difference.member) {
            Ok(holders) if holders.is_empty() => Ok(()),
            Ok(holders) => {
                let holders: Vec<_> = holders.iter().map(SynchronizationId::as_str).collect();
                held.add_name(format!("{shown}, held by {}", holders.join(", ")));
                Ok(())
            }
            Err(error) => {
                failed = Some(error);
                Err(io::Error::other("the state cannot be read"))
            }
        }
    });
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(StoreError::new(crate::store::StoreErrorKind::Read, "").with_source(error)),
        (None, Ok(())) => Ok([protected, held].into_iter().filter(|reason| reason.total > 0).collect()),
    }
}
