//! What a run is asked to do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sync_core::cycle::{CycleSettings, Patience};
use sync_core::guard::GuardLimits;
use sync_core::transport::RelationsAction;
use sync_core::{Finalization, SynchronizationId};
use sync_formats::BatchLimits;

use crate::check::CheckOptions;
use crate::guard::Demands;
use crate::input::Input;
use crate::preview::SavedPlan;
use crate::store::StateKey;
use crate::survey::SurveyError;

/// What tables are sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Upload {
    /// The commands their rows make, as JSON: what is sent is what was checked.
    #[default]
    Json,
    /// Their rows, with the template: the service makes the commands. It takes no
    /// [`RelationsAction`] along with them, so that a run of a table with another than the default is refused.
    AsIs,
}

impl Upload {
    /// Whether inputs can be sent so, with this said about their relations. A run asks before it reads them.
    ///
    /// # Errors
    /// [`SurveyError::Relations`] for a table whose rows are to be sent with another action than the default.
    pub fn takes(self, inputs: &[Input], relations_action: RelationsAction) -> Result<(), SurveyError> {
        match inputs.iter().find(|input| input.is_table()) {
            Some(table) if self == Self::AsIs && relations_action != RelationsAction::default() => {
                Err(SurveyError::Relations { name: table.name().to_owned() })
            }
            _ => Ok(()),
        }
    }
}

/// What a run is asked to do. The defaults remove nothing and stop at the first bad command.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunOptions {
    /// Which synchronization on which target.
    pub key: StateKey,
    /// What happens to missing resources; default left alone.
    pub finalization: Finalization,
    /// What may be removed; see [`GuardLimits`].
    pub guard: GuardLimits,
    /// How large batches become; see [`BatchLimits`].
    pub batches: BatchLimits,
    /// What tables are sent as; default JSON.
    pub upload: Upload,
    /// Whether bad commands are skipped by the service; default `false`.
    pub continue_on_error: bool,
    /// How relations are set; default replaced.
    pub relations_action: RelationsAction,
    /// How often and how long to try; see [`Patience`].
    pub patience: Patience,
    /// What is demanded of the source and of the names that are missing from it; nothing by default.
    pub demands: Demands,
    /// A plan that was made before: the run is refused if source or state have moved since.
    pub plan: Option<SavedPlan>,
    /// Where to write what is about to be removed, as import commands read back from the catalogue; nowhere by default.
    pub export_missing: Option<PathBuf>,
    /// Which findings count for more or for less than by themselves; none by default.
    pub checks: CheckOptions,
    /// Whether to leave as soon as the job of a call is under way, instead of waiting for it;
    /// [`Engine::resume`](crate::Engine::resume) goes on from there. Default no.
    pub no_wait: bool,
}

/// How a run that was cut off is to be carried on; everything else is as the run was asked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ResumeOptions {
    /// Which synchronization on which target.
    pub key: StateKey,
    /// How often and how long to try, from now on; see [`Patience`].
    pub patience: Patience,
    /// Consent to at most so many removals, instead of what the run was given.
    pub allow_removals: Option<u64>,
    /// As [`RunOptions::no_wait`].
    pub no_wait: bool,
}

impl ResumeOptions {
    /// Carries on as the run was asked.
    pub fn new(key: StateKey) -> Self {
        Self { key, patience: Patience::default(), allow_removals: None, no_wait: false }
    }

    /// Sets how often and how long to try.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Sets the consent.
    #[must_use]
    pub fn with_allow_removals(mut self, count: Option<u64>) -> Self {
        self.allow_removals = count;
        self
    }

    /// Sets whether to leave as soon as a job is under way.
    #[must_use]
    pub fn with_no_wait(mut self, no_wait: bool) -> Self {
        self.no_wait = no_wait;
        self
    }
}

impl RunOptions {
    /// A run that removes nothing.
    pub fn new(key: StateKey) -> Self {
        Self {
            key,
            finalization: Finalization::default(),
            guard: GuardLimits::default(),
            batches: BatchLimits::default(),
            upload: Upload::default(),
            continue_on_error: false,
            relations_action: RelationsAction::default(),
            patience: Patience::default(),
            demands: Demands::default(),
            plan: None,
            export_missing: None,
            checks: CheckOptions::default(),
            no_wait: false,
        }
    }

    /// Sets what happens to missing resources.
    #[must_use]
    pub fn with_finalization(mut self, finalization: Finalization) -> Self {
        self.finalization = finalization;
        self
    }

    /// Sets what may be removed.
    #[must_use]
    pub fn with_guard(mut self, guard: GuardLimits) -> Self {
        self.guard = guard;
        self
    }

    /// Sets how large batches become.
    #[must_use]
    pub fn with_batches(mut self, batches: BatchLimits) -> Self {
        self.batches = batches;
        self
    }

    /// Sets what tables are sent as.
    #[must_use]
    pub fn with_upload(mut self, upload: Upload) -> Self {
        self.upload = upload;
        self
    }

    /// Sets whether bad commands are skipped.
    #[must_use]
    pub fn with_continue_on_error(mut self, continue_on_error: bool) -> Self {
        self.continue_on_error = continue_on_error;
        self
    }

    /// Sets how relations are set.
    #[must_use]
    pub fn with_relations_action(mut self, relations_action: RelationsAction) -> Self {
        self.relations_action = relations_action;
        self
    }

    /// Sets how often and how long to try.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Sets what is demanded of the source and of the names that are missing from it.
    #[must_use]
    pub fn with_demands(mut self, demands: Demands) -> Self {
        self.demands = demands;
        self
    }

    /// Sets the plan that must still hold.
    #[must_use]
    pub fn with_plan(mut self, plan: Option<SavedPlan>) -> Self {
        self.plan = plan;
        self
    }

    /// Sets where to write what is about to be removed.
    #[must_use]
    pub fn with_export_missing(mut self, file: Option<PathBuf>) -> Self {
        self.export_missing = file;
        self
    }

    /// Sets which findings count for more or for less.
    #[must_use]
    pub fn with_checks(mut self, checks: CheckOptions) -> Self {
        self.checks = checks;
        self
    }

    /// Sets whether to leave as soon as a job is under way.
    #[must_use]
    pub fn with_no_wait(mut self, no_wait: bool) -> Self {
        self.no_wait = no_wait;
        self
    }

    /// The synchronization.
    pub fn synchronization(&self) -> &SynchronizationId {
        self.key.synchronization()
    }

    /// What the cycle is begun with.
    pub(crate) fn settings(&self, seed: u64) -> CycleSettings {
        CycleSettings::new(self.synchronization().clone())
            .with_finalization(self.finalization)
            .with_continue_on_error(self.continue_on_error)
            .with_relations_action(self.relations_action)
            .with_patience(self.patience)
            .with_seed(seed)
    }
}
