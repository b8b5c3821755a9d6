//! The straight way of a run.

use std::sync::Arc;
use std::time::Instant;

use sync_core::cycle::{Batching, Cycle, CycleState, Halt, Open, Sealed};
use sync_core::transport::TransportError;
use sync_formats::Batch;
use tokio::sync::mpsc;

use super::Engine;
use super::resume::Summaries;
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

/// One run under way.
pub(super) struct Run<'e> {
    pub(super) engine: &'e Engine,
    pub(super) options: RunOptions,
    pub(super) inputs: Vec<Input>,
    pub(super) cuts: Vec<Cut>,
    /// What the names of its files have in common with those of no other cycle.
    pub(super) mark: String,
    pub(super) report: Report,
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

/// The batches of a source, built again.
pub(super) type Batches = mpsc::Receiver<Result<Batch, RebuildError>>;

impl<'e> Run<'e> {
    pub(super) fn new(engine: &'e Engine, inputs: Vec<Input>, options: RunOptions) -> Self {
        let report = Report::new(options.synchronization().clone());
        Self { engine, options, inputs, cuts: Vec::new(), mark: String::new(), report, summaries: Summaries::new() }
    }

    pub(super) async fn walk(&mut self) -> Result<(), Stop> {
        let lock = Arc::new(self.with_store(|store, key| store.lock(key)).await?);
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
    pub(super) fn batches(&self, attempt: u32) -> Batches {
        let stem = file_stem(self.options.synchronization().as_str(), self.report.cycle, attempt, &self.mark);
        rebuild(self.inputs.clone(), self.options.batches, self.options.upload, self.cuts.clone(), stem)
    }

    pub(super) async fn send_first(&self, cycle: Cycle<Open>, batches: &mut Batches) -> Result<Cycle<Batching>, Stop> {
        let first = next(batches).await?.ok_or(RebuildError::Changed)?;
        let commands = first.commands();
        Ok(cycle.submit(first.into_payload(), commands).await?)
    }

    /// Sends the rest of the batches, one after the other, and finalizes.
    pub(super) async fn send_and_finalize(&mut self, cycle: Cycle<Batching>, batches: Batches) -> Result<(), Stop> {
        let began = Instant::now();
        let cycle = self.send_rest(cycle, batches).await?;
        self.report.seconds.insert("send".to_owned(), began.elapsed().as_secs_f64());
        let sealed = cycle.seal().await?;
        self.finalize(sealed).await
    }

    async fn send_rest(&mut self, mut cycle: Cycle<Batching>, mut batches: Batches) -> Result<Cycle<Batching>, Stop> {
        let ended = loop {
            match next(&mut batches).await {
                Ok(Some(batch)) => {
                    let commands = batch.commands();
                    cycle = cycle.submit(batch.into_payload(), commands).await?;
                }
                // Whatever became of the reader: the source ended properly only if every batch of the first pass was sent.
                Ok(None) if brought(cycle.state()) == self.cuts.len() => break Ok(()),
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

/// How many batches of the source were sent: repairs come in further ones.
pub(super) fn brought(state: &CycleState) -> usize {
    state.batches().iter().filter(|batch| !batch.is_repaired()).count()
}

pub(super) async fn next(batches: &mut Batches) -> Result<Option<Batch>, RebuildError> {
    batches.recv().await.transpose()
}

/// What the files of an attempt at a cycle are called, so that a job that names its file can be told from all others.
fn file_stem(id: &str, cycle: u64, attempt: u32, mark: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    format!("{}-{cycle}.{attempt}-{mark}-batch", id.chars().map(safe).collect::<String>())
}
