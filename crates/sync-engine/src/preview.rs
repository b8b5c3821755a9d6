//! Plans without a run: what would change, and a record of it that a run can be held to.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sync_core::{Digest, Finalization};
use sync_formats::BatchLimits;

use crate::check::CheckOptions;
use crate::finding::Finding;
use crate::guard::{GuardReason, GuardReasonKind, judge_missing, judge_plan, judge_source};
use crate::input::{Input, InputError, SavedInput};
use crate::options::RunOptions;
use crate::plan::{Plan, PlanError, compare};
use crate::report::PlanCounts;
use crate::store::{Standing, StateStore, StoreError};
use crate::survey::{Depth, SurveyError, survey};

/// What a run would do, and what the guard would say.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlanReport {
    /// What would change.
    pub plan: Plan,
    /// Why the guard would stop a run with the same options, as far as that can be told without the target.
    pub guard: Vec<GuardReason>,
    /// Whether an earlier cycle was not finalized: then the catalogue may hold what it sent, which no comparison shows.
    pub unfinished: bool,
    /// What is wrong with the input; with an error there is no plan.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub more_findings: u64,
    /// What [`RunOptions::plan`] takes; `None` if the input has errors.
    pub saved: Option<SavedPlan>,
}

impl PlanReport {
    /// Whether a run has something to do.
    pub fn has_work(&self) -> bool {
        self.unfinished || !self.plan.is_empty()
    }

    /// Whether the input is not fit for a plan.
    pub fn is_rejected(&self) -> bool {
        self.saved.is_none()
    }
}

/// The version of [`SavedPlan`] this version writes.
const LAYOUT: u32 = 2;

/// A plan as a file: enough to run it later, or to refuse if it does not hold any more.
///
/// Holds what was compared, not what was demanded: [`Demands`](crate::Demands) and limits are given again with the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedPlan {
    layout: u32,
    /// Name of the target.
    pub target: String,
    /// The synchronization.
    pub synchronization_id: sync_core::SynchronizationId,
    /// What is to happen to missing resources.
    pub on_missing: Finalization,
    /// The inputs.
    pub inputs: Vec<SavedInput>,
    /// Commands in them.
    pub commands: u64,
    /// Digest of all commands in their order.
    pub source: Digest,
    cycle: u64,
    finalized: u64,
    known: u64,
    /// What would change, in numbers.
    pub counts: PlanCounts,
}

impl SavedPlan {
    /// Reads a saved plan.
    ///
    /// # Errors
    /// [`serde_json::Error`] if it is not one of this version.
    pub fn from_slice(json: &[u8]) -> Result<Self, serde_json::Error> {
        let plan: Self = serde_json::from_slice(json)?;
        match plan.layout {
            LAYOUT => Ok(plan),
            other => {
                Err(serde::de::Error::custom(format_args!("a plan of layout {other}, this version knows {LAYOUT}")))
            }
        }
    }

    /// Why the plan does not hold any more, if it does not.
    pub(crate) fn outdated(&self, options: &RunOptions, source: Digest, standing: &Standing) -> Option<GuardReason> {
        let key = &options.key;
        let moved = if self.target != key.target() || self.synchronization_id != *key.synchronization() {
            "the plan is for another synchronization or another target"
        } else if self.on_missing != options.finalization {
            "the plan was made for something else to happen to missing resources"
        } else if self.source != source {
            "the source has changed since the plan was made"
        } else if (self.cycle, self.finalized, self.known) != (standing.cycle, standing.finalized, standing.known) {
            "the state has moved since the plan was made"
        } else {
            return None;
        };
        Some(GuardReason::new(GuardReasonKind::PlanOutdated, moved).with_advice("make a new plan and look at it"))
    }
}

/// Compares inputs with what is known, sending nothing and reading nothing from the target.
///
/// Blocking. Memory: one command, 8 MiB for sorting, 8 MiB for the state, and the lists of names, at most `list` each
/// ([`PLAN_LIST`](crate::PLAN_LIST) is a good number).
///
/// # Errors
/// [`PreviewError`] if inputs or state cannot be read or temporary files cannot be written. What is wrong inside an
/// input is a finding.
pub fn plan(
    inputs: &[Input],
    options: &RunOptions,
    store: &dyn StateStore,
    spill: &Path,
    list: usize,
) -> Result<PlanReport, PreviewError> {
    let key = &options.key;
    // A plan asks no more of a command than that it can be read.
    let checks = CheckOptions::default();
    let mut survey = survey(inputs, BatchLimits::default(), Depth::Plan, &options.demands.require, &checks, spill)?;
    let found = std::mem::take(&mut survey.found);
    let (findings, more_findings) = (found.findings, found.more);
    if found.has_errors {
        let (plan, guard) = (Plan::default(), Vec::new());
        return Ok(PlanReport { plan, guard, unfinished: false, findings, more_findings, saved: None });
    }
    let standing = store.standing(key)?;
    let mut planned = compare(&mut survey.members, store, key, &standing, spill, list)?;
    planned.name_members(inputs)?;
    let mut guard = judge_source(&options.demands, survey.commands, &survey.absent);
    guard.extend(judge_plan(&options.guard, options.finalization, &planned.plan).err().unwrap_or_default());
    if options.finalization.is_destructive() {
        guard.extend(judge_missing(&options.demands, &mut planned, store, key)?);
    }
    let saved = SavedPlan {
        layout: LAYOUT,
        target: key.target().to_owned(),
        synchronization_id: key.synchronization().clone(),
        on_missing: options.finalization,
        inputs: inputs.iter().map(Input::save).collect(),
        commands: survey.commands,
        source: survey.digest,
        cycle: standing.cycle,
        finalized: standing.finalized,
        known: standing.known,
        counts: PlanCounts::from(&planned.plan),
    };
    let unfinished = standing.cycle > standing.finalized;
    Ok(PlanReport { plan: planned.plan, guard, unfinished, findings, more_findings, saved: Some(saved) })
}

/// Why a plan could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreviewError {
    /// The inputs cannot be read through.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The comparison failed.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// An input cannot be opened a second time.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The state cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
