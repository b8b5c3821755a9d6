//! The straight way of a run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use sync_core::Finalization;
use sync_core::cycle::{Batching, Crew, Cycle, CycleState, Halt, Open, Phase, StepError, clear_up};
use sync_core::guard::GuardPass;
use sync_core::transport::TransportError;
use sync_formats::Batch;
use tokio::sync::mpsc;

use super::Engine;
use super::watch::Watch;
use crate::baseline::{Baseline, BaselineError, look, look_again};
use crate::event::Progress;
use crate::export::{ExportError, export};
use crate::guard::{GuardReason, GuardReasonKind, judge_missing, judge_plan, judge_source};
use crate::input::Input;
use crate::journal::StoreJournal;
use crate::options::RunOptions;
use crate::plan::{PLAN_LIST, PlanError, Planned, compare};
use crate::rebuild::{RebuildError, rebuild};
use crate::report::{InputReport, PlanCounts, Report};
use crate::store::{Change, Standing, StateKey, StateLock, StateStore, StoreError, StoreErrorKind};
use crate::survey::{Cut, Depth, Survey, SurveyError, survey};

/// One run under way.
pub(super) struct Run<'e> {
    pub(super) engine: &'e Engine,
    pub(super) options: RunOptions,
    pub(super) inputs: Vec<Input>,
    pub(super) cuts: Vec<Cut>,
    pub(super) report: Report,
}

/// Why a run ends before its end.
pub(super) enum Stop {
    Rejected,
    Guarded(Vec<GuardReason>),
    Denied(TransportError),
    Halt(Box<Halt>),
    /// An earlier cycle could not be cleared up.
    ClearingUp(Box<Halt>),
    /// Somebody asked to stop before anything was sent.
    Asked,
    Rebuild(RebuildError),
    Survey(SurveyError),
    Plan(PlanError),
    Store(StoreError),
    Export(ExportError),
    Task(tokio::task::JoinError),
}

macro_rules! stop_from {
    ($($error:ty => $variant:ident),*) => {$(
        impl From<$error> for Stop {
            fn from(error: $error) -> Self {
                Self::$variant(error.into())
            }
        }
    )*};
}
stop_from!(Halt => Halt, RebuildError => Rebuild, SurveyError => Survey, PlanError => Plan, StoreError => Store,
    ExportError => Export, tokio::task::JoinError => Task);

impl From<BaselineError> for Stop {
    fn from(error: BaselineError) -> Self {
        match error {
            BaselineError::Transport(error) => Self::Denied(error),
            BaselineError::Store(error) => Self::Store(error),
        }
    }
}

impl<'e> Run<'e> {
    pub(super) fn new(engine: &'e Engine, inputs: Vec<Input>, options: RunOptions) -> Self {
        let report = Report::new(options.synchronization().clone());
        Self { engine, options, inputs, cuts: Vec::new(), report }
    }

    pub(super) async fn walk(&mut self) -> Result<(), Stop> {
        let lock = Arc::new(self.with_store(|store, key| store.lock(key)).await?);
        let survey = self.read().await?;
        let mut reasons = judge_source(&self.options.demands, survey.commands, &survey.absent);
        // What an earlier cycle may still have under way is over before the target is asked what it knows.
        self.clear_up(&lock).await?;
        reasons.extend(self.baseline().await?);
        let standing = self.with_store(|store, key| store.standing(key)).await?;
        if let Some(plan) = &self.options.plan {
            reasons.extend(plan.outdated(&self.options, survey.digest, &standing));
        }
        let planned = self.plan(survey, &standing).await?;
        reasons.extend(self.ask_guard().err().unwrap_or_default());
        let (names, mut planned) = self.ask_about_names(planned, &reasons).await?;
        reasons.extend(names);
        if !reasons.is_empty() {
            return Err(Stop::Guarded(reasons));
        }
        self.confirm().await?;
        self.export(&mut planned).await?;
        self.heed_stop()?;

        self.report.cycle = self.begin(planned).await?;
        let began = Instant::now();
        let settings = self.options.settings(seed(&self.options, self.report.cycle));
        let crew = self.crew(self.options.finalization, &lock);
        let cycle = Cycle::begin(crew, CycleState::idle(), settings).await?;
        let cycle = self.send(cycle).await?;
        self.report.seconds.insert("send".to_owned(), began.elapsed().as_secs_f64());

        let began = Instant::now();
        let mut sealed = cycle.seal().await?;
        let pass = match self.ask_guard_again().await? {
            Ok(pass) => pass,
            Err(reasons) => {
                self.fill(sealed.state(), sealed.reports());
                sealed.stop().await;
                return Err(Stop::Guarded(reasons));
            }
        };
        let permit = sealed.permit(&pass).await?;
        let finalized = sealed.finalize(permit).await?;
        self.report.seconds.insert("finalize".to_owned(), began.elapsed().as_secs_f64());
        self.finished(&finalized);
        Ok(())
    }

    /// Does something with the store, off the async threads.
    async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn StateStore, &StateKey) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Stop> {
        let (store, key) = (Arc::clone(&self.engine.store), self.options.key.clone());
        Ok(tokio::task::spawn_blocking(move || work(store.as_ref(), &key)).await??)
    }

    /// Stops here, before anything is sent, if somebody asked for it.
    fn heed_stop(&self) -> Result<(), Stop> {
        if self.engine.stop.is_stopped() { Err(Stop::Asked) } else { Ok(()) }
    }

    /// The first pass: nothing is sent.
    async fn read(&mut self) -> Result<Survey, Stop> {
        let began = Instant::now();
        self.engine.sink.progress(Progress::Reading);
        let (inputs, limits, spill) = (self.inputs.clone(), self.options.batches, self.engine.spill.clone());
        let require = self.options.demands.require.clone();
        let (checks, depth) = (self.options.checks.clone(), Depth::Run(self.options.upload));
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
    async fn baseline(&self) -> Result<Option<GuardReason>, Stop> {
        let (transport, store) = (self.engine.transport.as_ref(), self.engine.store.as_ref());
        let standing = self.with_store(|store, key| store.standing(key)).await?;
        match look(transport, store, &self.options.key, &standing).await? {
            Baseline::Good => Ok(None),
            Baseline::Reset => {
                self.with_store(|store, key| store.forget(key)).await?;
                Ok(None)
            }
            Baseline::Unfit(reason) if self.options.finalization.is_destructive() => Ok(Some(reason)),
            Baseline::Unfit(reason) => {
                tracing::warn!("{}", reason.message);
                self.with_store(|store, key| store.distrust(key)).await?;
                Ok(None)
            }
        }
    }

    /// Brings a cycle that was cut off to a known end, sending nothing.
    async fn clear_up(&self, lock: &Arc<StateLock>) -> Result<(), Stop> {
        let standing = self.with_store(|store, key| store.standing(key)).await?;
        let state = CycleState::replay(&standing.journal).map_err(|error| Stop::Store(damaged(error)))?;
        if matches!(state.phase(), Phase::Idle | Phase::Finalized) {
            return Ok(());
        }
        self.engine.sink.progress(Progress::ClearingUp);
        let finalization = state.finalization().unwrap_or_default();
        let cleared = clear_up(self.crew(finalization, lock), state).await;
        cleared.map(drop).map_err(|halt| Stop::ClearingUp(Box::new(halt)))
    }

    async fn plan(&mut self, mut survey: Survey, standing: &Standing) -> Result<Planned, Stop> {
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
    async fn ask_about_names(
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
    async fn ask_guard_again(&self) -> Result<Result<GuardPass, Vec<GuardReason>>, Stop> {
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

    fn ask_guard(&self) -> Result<GuardPass, Vec<GuardReason>> {
        judge_plan(&self.options.guard, self.options.finalization, &self.report.details)
    }

    /// Notes the cycle in the store before anything of it is sent.
    async fn begin(&self, mut planned: Planned) -> Result<u64, Stop> {
        self.with_store(move |store, key| store.begin(key, &mut |take| planned.differences(take))).await
    }

    /// Asks whoever is to be asked before missing resources are touched.
    async fn confirm(&mut self) -> Result<(), Stop> {
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
    async fn export(&self, planned: &mut Planned) -> Result<(), Stop> {
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

    fn crew(&self, finalization: Finalization, lock: &Arc<StateLock>) -> Crew {
        let journal = StoreJournal {
            store: Arc::clone(&self.engine.store),
            key: self.options.key.clone(),
            finalization,
            lock: Arc::clone(lock),
        };
        Crew::new(Arc::clone(&self.engine.transport), Arc::new(journal), Arc::clone(&self.engine.clock))
            .with_observer(Arc::new(Watch(Arc::clone(&self.engine.sink))))
            .with_stop(self.engine.stop.clone())
    }

    /// The second pass: the batches again, one after the other.
    async fn send(&mut self, cycle: Cycle<Open>) -> Result<Cycle<Batching>, Stop> {
        let mut batches = rebuild(self.inputs.clone(), self.options.batches, self.options.upload, self.cuts.clone());
        let Some(first) = next(&mut batches).await? else {
            return Err(RebuildError::Changed.into());
        };
        let commands = first.commands();
        let mut cycle = cycle.submit(first.into_payload(), commands).await?;
        let ended = loop {
            match next(&mut batches).await {
                Ok(Some(batch)) => {
                    let commands = batch.commands();
                    cycle = cycle.submit(batch.into_payload(), commands).await?;
                }
                // Whatever became of the reader: the source ended properly only if every batch of the first pass was sent.
                Ok(None) if cycle.state().batches().len() == self.cuts.len() => break Ok(()),
                Ok(None) => break Err(RebuildError::Changed),
                Err(error) => break Err(error),
            }
        };
        match ended {
            Ok(()) => Ok(cycle),
            Err(error) => {
                self.fill(cycle.state(), cycle.reports());
                Err(error.into())
            }
        }
    }
}

async fn next(batches: &mut mpsc::Receiver<Result<Batch, RebuildError>>) -> Result<Option<Batch>, RebuildError> {
    batches.recv().await.transpose()
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
