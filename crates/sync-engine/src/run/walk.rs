//! The straight way of a run.

use std::sync::Arc;
use std::time::Instant;

use sync_core::cycle::{Batching, Cycle, CycleState, Halt, Offered, Open, Sealed};
use sync_core::transport::TransportError;
use sync_formats::Batch;

use super::Engine;
use super::resume::Summaries;
use super::supply::Supply;
use crate::baseline::BaselineError;
use crate::export::ExportError;
use crate::guard::{GuardReason, judge_source};
use crate::input::Input;
use crate::options::RunOptions;
use crate::plan::PlanError;
use crate::rebuild::{RebuildError, rebuild};
use crate::record::{RecordError, RunRecord};
use crate::report::Report;
use crate::store::{StateLock, StoreError};
use crate::survey::{Cut, Survey, SurveyError};
use crate::sweep::sweep;

/// One run under way.
pub(super) struct Run<'e> {
    pub(super) engine: &'e Engine,
    pub(super) options: RunOptions,
    pub(super) inputs: Vec<Input>,
    pub(super) cuts: Vec<Cut>,
    /// What the names of its files have in common with those of no other cycle.
    pub(super) mark: String,
    pub(super) report: Report,
    /// Where the cycle stood when it was last seen.
    pub(super) state: CycleState,
    /// What jobs that an earlier process saw to their end did.
    pub(super) summaries: Summaries,
}

/// Why a run ends before its end.
pub(super) enum Stop {
    Rejected,
    Guarded(Vec<GuardReason>),
    Denied(TransportError),
    Halt(Box<Halt>),
    /// An earlier cycle could not be cleared up.
    ClearingUp(Box<Halt>),
    /// The cycle to be carried on could not be looked after.
    LookingAfter(Box<Halt>),
    /// What the cycle to be carried on was asked to do is not known.
    Record(RecordError),
    /// The source is not the one the cycle to be carried on was begun with.
    OtherSource,
    /// As many finalizations of the cycle as allowed may have been accepted.
    Exhausted,
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
    ExportError => Export, RecordError => Record, tokio::task::JoinError => Task);

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
        let (cuts, mark, state, summaries) = (Vec::new(), String::new(), CycleState::idle(), Summaries::new());
        Self { engine, options, inputs, cuts, mark, report, state, summaries }
    }

    pub(super) async fn walk(&mut self) -> Result<(), Stop> {
        let lock = Arc::new(self.with_store(|store, key| store.lock(key)).await?);
        let spill = self.engine.spill.clone();
        self.with_store(move |store, _| {
            sweep(&spill, store);
            Ok(())
        })
        .await?;
        let survey = self.read().await?;
        // What an earlier cycle may still have under way is over before the target is asked what it knows.
        self.clear_up(&lock).await?;
        self.whole_cycle(survey, &lock).await
    }

    /// A cycle from its beginning to its end.
    pub(super) async fn whole_cycle(&mut self, survey: Survey, lock: &Arc<StateLock>) -> Result<(), Stop> {
        let mut reasons = judge_source(&self.options.demands, survey.commands, &survey.absent);
        reasons.extend(self.baseline().await?);
        let standing = self.standing().await?;
        if let Some(plan) = &self.options.plan {
            reasons.extend(plan.outdated(&self.options, survey.digest, &standing));
        }
        let source = survey.digest;
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

        let record = RunRecord::of(&self.inputs, source, &self.options);
        self.mark.clone_from(&record.mark);
        self.report.cycle = self.begin(&record, planned).await?;
        // What an earlier run had kept to be carried on is of no use any more.
        RunRecord::read(&standing).iter().for_each(|earlier| earlier.discard_but(&record));
        let cycle = self.begin_cycle(lock, standing.last_job).await?;
        let mut batches = self.batches(1);
        let cycle = self.send_first(cycle, &mut batches).await?;
        self.send_and_finalize(cycle, batches).await
    }

    /// Begins the cycle that was noted in the store.
    pub(super) async fn begin_cycle(
        &self,
        lock: &Arc<StateLock>,
        earlier: Option<sync_core::JobId>,
    ) -> Result<Cycle<Open>, Stop> {
        let crew = self.crew(self.options.finalization, lock, earlier);
        Ok(Cycle::begin(crew, CycleState::idle(), self.settings()).await?)
    }

    /// The second pass: the batches again. `attempt` is part of the names their files have.
    pub(super) fn batches(&self, attempt: u32) -> Supply {
        let stem = file_stem(self.options.synchronization().as_str(), self.report.cycle, attempt, &self.mark);
        let (inputs, cuts) = (self.inputs.clone(), self.cuts.clone());
        Supply::new(rebuild(inputs, self.options.batches, self.options.upload, cuts, stem))
    }

    pub(super) async fn send_first(&self, cycle: Cycle<Open>, batches: &mut Supply) -> Result<Cycle<Batching>, Stop> {
        let first = batches.next().await?.ok_or(RebuildError::Changed)?;
        let (payload, commands) = (first.payload().clone(), first.commands());
        match first.can_be_halved() {
            true => Ok(taken(cycle.offer(payload, commands).await?, first, batches)),
            false => Ok(cycle.submit(payload, commands).await?),
        }
    }

    /// Sends the rest of the batches, one after the other, and finalizes.
    pub(super) async fn send_and_finalize(&mut self, cycle: Cycle<Batching>, batches: Supply) -> Result<(), Stop> {
        let began = Instant::now();
        let cycle = self.send_rest(cycle, batches).await?;
        self.report.seconds.insert("send".to_owned(), began.elapsed().as_secs_f64());
        let sealed = cycle.seal().await?;
        self.finalize(sealed).await
    }

    async fn send_rest(&mut self, mut cycle: Cycle<Batching>, mut batches: Supply) -> Result<Cycle<Batching>, Stop> {
        let all: u64 = self.cuts.iter().map(|cut| u64::from(cut.commands)).sum();
        let ended = loop {
            match batches.next().await {
                Ok(Some(batch)) => {
                    let (payload, commands) = (batch.payload().clone(), batch.commands());
                    cycle = match batch.can_be_halved() {
                        true => taken(cycle.offer(payload, commands).await?, batch, &mut batches),
                        false => cycle.submit(payload, commands).await?,
                    };
                }
                // Whatever became of the reader: the source ended properly only if every command of the first pass was sent.
                Ok(None) if brought(cycle.state()) == all => break Ok(()),
                Ok(None) => break Err(RebuildError::Changed.into()),
                Err(error) => break Err(error),
            }
        };
        match ended {
            Ok(()) => Ok(cycle),
            Err(error) => {
                self.fill(cycle.state(), cycle.reports());
                Err(error)
            }
        }
    }

    /// Asks the guard once more, and finalizes.
    pub(super) async fn finalize(&mut self, mut sealed: Cycle<Sealed>) -> Result<(), Stop> {
        let began = Instant::now();
        // Whatever stops the run from here on, what was sent is known.
        self.fill(sealed.state(), sealed.reports());
        let pass = match self.ask_guard_again().await? {
            Ok(pass) => pass,
            Err(reasons) => {
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
}

/// The cycle after a batch was offered; one that was too large comes again.
fn taken(offered: Offered, batch: Batch, batches: &mut Supply) -> Cycle<Batching> {
    match offered {
        Offered::Taken(cycle) => cycle,
        Offered::TooLarge(cycle) => {
            batches.too_large(batch);
            cycle
        }
    }
}

/// How many commands of the source the target has taken.
pub(super) fn brought(state: &CycleState) -> u64 {
    let outcomes =
        state.batches().iter().map(|batch| (batch, batch.exchange().and_then(|exchange| exchange.outcome())));
    let good = outcomes.filter(|(_, outcome)| outcome.is_some_and(|outcome| outcome.is_success()));
    good.map(|(batch, _)| u64::from(batch.commands())).sum()
}

/// What the files of an attempt at a cycle are called, so that a job that names its file can be told from all others.
fn file_stem(id: &str, cycle: u64, attempt: u32, mark: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    format!("{}-{cycle}.{attempt}-{mark}-batch", id.chars().map(safe).collect::<String>())
}
