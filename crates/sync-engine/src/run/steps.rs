//! The steps a run is made of, whether it is begun or carried on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use sync_core::cycle::{Crew, CycleSettings, CycleState, Phase, StepError, look_after};
use sync_core::guard::GuardPass;
use sync_core::{Finalization, JobId};

use super::told;
use super::walk::{Run, Stop};
use super::watch::Watch;
use crate::baseline::{Baseline, look, look_again};
use crate::event::Progress;
use crate::export::{ExportError, export};
use crate::guard::{GuardReason, GuardReasonKind, judge_missing, judge_plan};
use crate::input::Input;
use crate::journal::StoreJournal;
use crate::options::RunOptions;
use crate::plan::{PLAN_LIST, PlanError, Planned, compare};
use crate::record::RunRecord;
use crate::report::{InputReport, PlanCounts};
use crate::store::{Change, Standing, StateKey, StateLock, StateStore, StoreError, StoreErrorKind};
use crate::survey::{Depth, Survey, SurveyError, survey};

impl Run<'_> {
    /// Does something with the store, off the async threads.
    pub(super) async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn StateStore, &StateKey) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Stop> {
        let (store, key) = (Arc::clone(&self.engine.store), self.options.key.clone());
        Ok(tokio::task::spawn_blocking(move || work(store.as_ref(), &key)).await??)
    }

    pub(super) async fn standing(&self) -> Result<Standing, Stop> {
        self.with_store(|store, key| store.standing(key)).await
    }

    /// Stops here, before anything is sent, if somebody asked for it.
    pub(super) fn heed_stop(&self) -> Result<(), Stop> {
        if self.engine.stop.is_stopped() { Err(Stop::Asked) } else { Ok(()) }
    }

    /// The first pass: nothing is sent.
    pub(super) async fn read(&mut self) -> Result<Survey, Stop> {
        let began = Instant::now();
        self.inputs.iter().try_for_each(Input::can_be_noted).map_err(SurveyError::from)?;
        let RunOptions { upload, relations_action, .. } = self.options;
        upload.takes(&self.inputs, relations_action)?;
        self.engine.sink.progress(Progress::Reading);
        let (inputs, limits, spill) = (self.inputs.clone(), self.options.batches, self.engine.spill.clone());
        let require = self.options.demands.require.clone();
        let (checks, depth) = (self.options.checks.clone(), Depth::Run(upload));
        let survey = tokio::task::spawn_blocking(move || survey(&inputs, limits, depth, &require, &checks, &spill));
        let mut survey = survey.await??;
        self.report.seconds.insert("read".to_owned(), began.elapsed().as_secs_f64());
        self.report.input = InputReport {
            files: self.inputs.iter().map(|input| input.name().to_owned()).collect(),
            commands: survey.commands,
            bytes: survey.bytes,
        };
        let found = std::mem::take(&mut survey.found);
        self.report.findings = found.findings;
        self.report.more_findings = found.more;
        self.report.finding_totals = found.totals;
        if found.has_errors {
            return Err(Stop::Rejected);
        }
        self.cuts = std::mem::take(&mut survey.cuts);
        let (commands, bytes, batches) = (survey.commands, survey.bytes, self.cuts.len());
        self.engine.sink.progress(Progress::Read { commands, bytes, batches });
        Ok(survey)
    }

    /// Looks at what the target knows of the synchronization. Proves besides that the target can be reached and that the
    /// credentials are good, before anything large is sent.
    pub(super) async fn baseline(&self) -> Result<Option<GuardReason>, Stop> {
        match self.look(&self.standing().await?).await? {
            Baseline::Good => Ok(None),
            Baseline::Reset => {
                self.with_store(|store, key| store.forget(key)).await?;
                Ok(None)
            }
            Baseline::Unfit(reason) => self.unfit(reason).await,
        }
    }

    /// A state that does not fit the target any more stops what would touch missing resources, and is not trusted otherwise.
    pub(super) async fn unfit(&self, reason: GuardReason) -> Result<Option<GuardReason>, Stop> {
        if self.options.finalization.is_destructive() {
            return Ok(Some(reason));
        }
        tracing::warn!("{}", reason.message);
        self.with_store(|store, key| store.distrust(key)).await?;
        Ok(None)
    }

    pub(super) async fn look(&self, standing: &Standing) -> Result<Baseline, Stop> {
        let (transport, store) = (self.engine.transport.as_ref(), self.engine.store.as_ref());
        Ok(look(transport, store, &self.options.key, standing).await?)
    }

    /// Proves that the target can be reached and that the credentials are good, before anything is waited for.
    pub(super) async fn probe(&self) -> Result<(), Stop> {
        let asked = self.engine.transport.exists(self.options.synchronization()).await;
        asked.map(drop).map_err(Stop::Denied)
    }

    /// Brings a cycle that was cut off to a known end, sending nothing.
    pub(super) async fn clear_up(&mut self, lock: &Arc<StateLock>) -> Result<(), Stop> {
        let standing = self.standing().await?;
        let state = replay(&standing)?;
        if matches!(state.phase(), Phase::Idle | Phase::Finalized) {
            return Ok(());
        }
        self.engine.sink.progress(Progress::ClearingUp);
        self.probe().await?;
        self.report.recovery.push(told::where_it_stood(standing.cycle, &state));
        let crew = self.crew(state.finalization().unwrap_or_default(), lock, None);
        let looked_after = look_after(crew, state.clone(), Some(self.options.patience)).await;
        let stop = |halt| Stop::ClearingUp(Box::new(halt));
        let interrupted = looked_after.map_err(stop)?;
        self.report.recovery.extend(told::what_was_found(&state, interrupted.state()));
        if interrupted.is_finalized() {
            self.report.recovery.push("that cycle is finalized; this run begins another".to_owned());
            interrupted.accept().await.map_err(stop)?;
        } else {
            self.report.recovery.push("that cycle is given up; this run sends the whole source".to_owned());
            interrupted.give_up().await.map_err(stop)?;
        }
        Ok(())
    }

    pub(super) async fn plan(&mut self, mut survey: Survey, standing: &Standing) -> Result<Planned, Stop> {
        let began = Instant::now();
        let (store, key) = (Arc::clone(&self.engine.store), self.options.key.clone());
        let (standing, spill) = (standing.clone(), self.engine.spill.clone());
        let planned = tokio::task::spawn_blocking(move || {
            compare(&mut survey.members, store.as_ref(), &key, &standing, &spill, PLAN_LIST)
        });
        let mut planned = planned.await??;
        self.report.seconds.insert("plan".to_owned(), began.elapsed().as_secs_f64());
        self.report.plan = PlanCounts::from(&planned.plan);
        self.engine.sink.progress(Progress::Planned { plan: &planned.plan });
        self.report.details = std::mem::take(&mut planned.plan);
        Ok(planned)
    }

    /// The missing resources by name, unless their number has stopped the run already.
    pub(super) async fn ask_about_names(
        &self,
        mut planned: Planned,
        reasons: &[GuardReason],
    ) -> Result<(Vec<GuardReason>, Planned), Stop> {
        let too_many = reasons.iter().any(|reason| reason.kind == GuardReasonKind::TooManyRemovals);
        if too_many || !self.options.finalization.is_destructive() {
            return Ok((Vec::new(), planned));
        }
        let demands = self.options.demands.clone();
        self.with_store(move |store, key| Ok((judge_missing(&demands, &mut planned, store, key)?, planned))).await
    }

    /// Before the finalization: what was noted for it must be what the guard has seen.
    pub(super) async fn ask_guard_again(&self) -> Result<Result<GuardPass, Vec<GuardReason>>, Stop> {
        let noted = self.with_store(|store, key| store.noted_missing(key)).await?;
        if noted != self.report.details.missing.by_kind {
            let moved = "the state has moved while the batches were sent";
            return Ok(Err(vec![GuardReason::new(GuardReasonKind::PlanOutdated, moved)]));
        }
        if self.options.finalization.is_destructive() {
            let journals = self.with_store(|store, key| {
                let standing = store.standing(key)?;
                Ok((standing.journal, store.journal(key, standing.finalized)?))
            });
            let (journal, finalized) = journals.await?;
            let (transport, store) = (self.engine.transport.as_ref(), self.engine.store.as_ref());
            if let Baseline::Unfit(reason) =
                look_again(transport, store, &self.options.key, &journal, &finalized).await?
            {
                let advice = "see who it was; running the same again sends the whole source anew";
                return Ok(Err(vec![reason.with_advice(advice)]));
            }
        }
        Ok(self.ask_guard())
    }

    pub(super) fn ask_guard(&self) -> Result<GuardPass, Vec<GuardReason>> {
        judge_plan(&self.options.guard, self.options.finalization, &self.report.details)
    }

    /// Notes the cycle in the store before anything of it is sent.
    pub(super) async fn begin(&self, record: &RunRecord, mut planned: Planned) -> Result<u64, Stop> {
        let asked = record.to_text().map_err(crate::record::RecordError::Damaged)?;
        // From here on somebody may have to carry it on.
        let kept: Vec<_> = self.inputs.iter().map(|input| input.keep(true)).collect();
        let begin = move |store: &dyn StateStore, key: &StateKey| {
            store.begin(key, &asked, &mut |take| planned.differences(take))
        };
        let begun = self.with_store(begin).await;
        if begun.is_err() {
            self.inputs.iter().zip(kept).for_each(|(input, kept)| _ = input.keep(kept));
        }
        begun
    }

    /// What the cycle is begun with.
    pub(super) fn settings(&self) -> CycleSettings {
        self.options.settings(seed(&self.options, self.report.cycle))
    }

    /// Asks whoever is to be asked before missing resources are touched.
    pub(super) async fn confirm(&mut self) -> Result<(), Stop> {
        let consented = self.options.guard.allow_removals.is_some() || self.options.plan.is_some();
        let harmless = !self.options.finalization.is_destructive() || self.report.details.missing.total == 0;
        let Some(confirm) = self.engine.confirm.clone().filter(|_| !consented && !harmless) else { return Ok(()) };
        let plan = std::mem::take(&mut self.report.details);
        let asked = tokio::task::spawn_blocking(move || (confirm(&plan), plan));
        let (confirmed, plan) = asked.await?;
        self.report.details = plan;
        match confirmed {
            true => Ok(()),
            false => {
                Err(Stop::Guarded(vec![GuardReason::new(GuardReasonKind::Declined, "the removals were declined")]))
            }
        }
    }

    /// Writes down what is about to be removed, if asked to.
    pub(super) async fn export(&self, planned: &mut Planned) -> Result<(), Stop> {
        let goes = self.options.finalization.is_destructive() && self.report.details.missing.total > 0;
        let Some(file) = self.options.export_missing.as_ref().filter(|_| goes) else { return Ok(()) };
        let catalogue = self.engine.catalogue.as_ref().ok_or(ExportError::NoCatalogue)?;
        let mut missing = Vec::new();
        planned
            .differences(&mut |difference| {
                if difference.change == Change::Missing {
                    missing.push(difference.member.identity());
                }
                Ok(())
            })
            .map_err(PlanError::Spill)?;
        export(catalogue.as_ref(), missing, file).await?;
        Ok(())
    }

    /// Everything a cycle needs; `earlier` is a job of a cycle before it.
    pub(super) fn crew(&self, finalization: Finalization, lock: &Arc<StateLock>, earlier: Option<JobId>) -> Crew {
        let journal = StoreJournal {
            store: Arc::clone(&self.engine.store),
            key: self.options.key.clone(),
            finalization,
            lock: Arc::clone(lock),
        };
        Crew::new(Arc::clone(&self.engine.transport), Arc::new(journal), Arc::clone(&self.engine.clock))
            .with_observer(Arc::new(Watch(Arc::clone(&self.engine.sink))))
            .with_stop(self.engine.stop.clone())
            .with_earlier_job(earlier)
            .leaving(self.options.no_wait)
    }
}

/// Where the last cycle of a synchronization stands.
pub(crate) fn replay(standing: &Standing) -> Result<CycleState, StoreError> {
    CycleState::replay(&standing.journal).map_err(damaged)
}

/// A journal that does not replay.
fn damaged(error: StepError) -> StoreError {
    StoreError::new(StoreErrorKind::Read, PathBuf::new()).with_source(error)
}

/// Pauses differ between runs and synchronizations, and are the same for the same cycle.
fn seed(options: &RunOptions, cycle: u64) -> u64 {
    let bytes = options.synchronization().as_str().bytes();
    bytes.fold(cycle ^ 0x9E37_79B9_7F4A_7C15, |seed, byte| seed.rotate_left(5) ^ u64::from(byte))
}
