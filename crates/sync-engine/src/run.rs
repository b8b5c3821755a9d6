//! One run from source to report.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use sync_core::clock::Clock;
use sync_core::cycle::{
    Batching, Call, CallReport, Crew, Cycle, CycleState, Event, Finalized, Halt, HaltReason, Observer, Open,
    StopSignal, clear_up,
};
use sync_core::guard::{self, GuardNumbers, GuardPass, GuardVerdict};
use sync_core::journal::Entry;
use sync_core::transport::{TransportError, TransportErrorKind};
use sync_core::{Counters, Finalization, Job, Transport, TransportExt};
use sync_formats::Batch;
use tokio::sync::mpsc;

use crate::clock::SystemClock;
use crate::event::{Progress, ProgressSink};
use crate::finding::Severity;
use crate::input::Input;
use crate::journal::StoreJournal;
use crate::locate::locate;
use crate::options::RunOptions;
use crate::plan::{PlanError, Planned, plan};
use crate::rebuild::{RebuildError, rebuild};
use crate::report::{
    BatchReport, ErrorReport, FinalizeReport, InputReport, MOST_ERRORS, PlanCounts, Report, RunOutcome, words,
};
use crate::store::{Standing, StateStore, StoreError, StoreErrorKind};
use crate::survey::{Cut, Survey, SurveyError, survey};

/// Runs synchronizations: reads and checks a source, plans, asks the guard, sends the batches, finalizes, reports.
///
/// Two passes over the input: the first one sends nothing and ends in a plan and the guard's word, the second one
/// builds the same batches again and sends them one by one. Memory is bounded whatever the size of the input: three
/// batches, one command, 16 MiB for sorting and 8 MiB for the state.
#[derive(Clone)]
pub struct Engine {
    store: Arc<dyn StateStore>,
    transport: Arc<dyn Transport>,
    spill: PathBuf,
    clock: Arc<dyn Clock>,
    sink: Arc<dyn ProgressSink>,
    stop: StopSignal,
}

impl Engine {
    /// An engine that keeps its state in `store`, speaks through `transport` and spills into the folder `spill`.
    pub fn new(store: Arc<dyn StateStore>, transport: Arc<dyn Transport>, spill: impl Into<PathBuf>) -> Self {
        Self {
            store,
            transport,
            spill: spill.into(),
            clock: Arc::new(SystemClock),
            sink: Arc::new(()),
            stop: StopSignal::default(),
        }
    }

    /// Sets where the time comes from.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets who is told what happens.
    #[must_use]
    pub fn with_progress(mut self, sink: Arc<dyn ProgressSink>) -> Self {
        self.sink = sink;
        self
    }

    /// Sets the signal that asks to stop at the next safe point.
    #[must_use]
    pub fn with_stop(mut self, stop: StopSignal) -> Self {
        self.stop = stop;
        self
    }

    /// Runs one cycle. However it ends, the report says what happened, what is known to be true and what to do next.
    ///
    /// Needs a tokio runtime: blocking work goes to its blocking threads.
    ///
    /// # Cancellation
    /// A dropped future leaves the journal at the last recorded event; what was being sent may have been accepted. The
    /// next run clears that up first.
    pub async fn run(&self, inputs: Vec<Input>, options: RunOptions) -> Report {
        let mut run = Run {
            engine: self,
            report: Report::new(options.synchronization().clone()),
            options,
            inputs,
            cuts: Vec::new(),
        };
        let began = Instant::now();
        let ended = run.walk().await;
        run.report.seconds.insert("total".to_owned(), began.elapsed().as_secs_f64());
        match ended {
            Ok(()) => {}
            Err(stop) => run.stopped(stop).await,
        }
        run.report
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("store", &self.store).field("spill", &self.spill).finish_non_exhaustive()
    }
}

/// One run under way.
struct Run<'e> {
    engine: &'e Engine,
    options: RunOptions,
    inputs: Vec<Input>,
    cuts: Vec<Cut>,
    report: Report,
}

/// Why a run ends before its end.
enum Stop {
    Rejected,
    Guarded(String),
    Denied(TransportError),
    Halt(Box<Halt>),
    Rebuild(RebuildError),
    Survey(SurveyError),
    Plan(PlanError),
    Store(StoreError),
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
    tokio::task::JoinError => Task);

impl Run<'_> {
    /// The straight way.
    async fn walk(&mut self) -> Result<(), Stop> {
        let lock = {
            let (store, key) = (Arc::clone(&self.engine.store), self.options.key.clone());
            tokio::task::spawn_blocking(move || store.lock(&key)).await??
        };
        let survey = self.read().await?;
        self.known_to_server().await?;
        let standing = self.clear_up().await?;
        let mut planned = self.plan(survey, &standing).await?;
        self.ask_guard()?;

        self.report.cycle = self.begin(&mut planned)?;
        let began = Instant::now();
        let crew = self.crew();
        let seed = seed(&self.options, self.report.cycle);
        let cycle = Cycle::begin(crew, CycleState::idle(), self.options.settings(seed)).await?;
        let cycle = self.send(cycle).await?;
        self.report.seconds.insert("send".to_owned(), began.elapsed().as_secs_f64());

        let began = Instant::now();
        let mut sealed = cycle.seal().await?;
        let pass = match self.ask_guard() {
            Ok(pass) => pass,
            Err(stop) => {
                sealed.stop().await;
                return Err(stop);
            }
        };
        let permit = sealed.permit(&pass).await?;
        let finalized = sealed.finalize(permit).await?;
        self.report.seconds.insert("finalize".to_owned(), began.elapsed().as_secs_f64());
        self.finished(&finalized);
        drop(lock);
        Ok(())
    }

    /// The first pass: nothing is sent.
    async fn read(&mut self) -> Result<Survey, Stop> {
        let began = Instant::now();
        self.engine.sink.progress(Progress::Reading);
        let (inputs, limits) = (self.inputs.clone(), self.options.batches);
        let spill = self.engine.spill.clone();
        let mut survey = tokio::task::spawn_blocking(move || survey(&inputs, limits, &spill)).await??;
        self.report.seconds.insert("read".to_owned(), began.elapsed().as_secs_f64());
        self.report.input = InputReport {
            files: self.inputs.iter().map(|input| input.name().to_owned()).collect(),
            commands: survey.commands,
            bytes: survey.bytes,
        };
        self.report.findings = std::mem::take(&mut survey.findings);
        self.report.more_findings = survey.more_findings;
        if self.report.findings.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(Stop::Rejected);
        }
        self.cuts = std::mem::take(&mut survey.cuts);
        let (commands, bytes, batches) = (survey.commands, survey.bytes, self.cuts.len());
        self.engine.sink.progress(Progress::Read { commands, bytes, batches });
        Ok(survey)
    }

    /// Asks the service about the synchronization: proves that it can be reached and that the credentials are good
    /// before anything large is sent, and that a missing baseline is no danger.
    async fn known_to_server(&self) -> Result<(), Stop> {
        let known = self.engine.transport.exists(self.options.synchronization()).await.map_err(Stop::Denied)?;
        let standing = self.engine.store.standing(&self.options.key)?;
        if known && self.options.finalization.is_destructive() && !standing.has_baseline() {
            return Err(Stop::Guarded(format!(
                "the target knows the synchronization {} but this state folder does not: what finalizing would touch \
                 cannot be counted",
                self.options.synchronization()
            )));
        }
        Ok(())
    }

    /// Brings a cycle that was cut off to a known end, sending nothing.
    async fn clear_up(&self) -> Result<Standing, Stop> {
        let standing = self.engine.store.standing(&self.options.key)?;
        let state = CycleState::replay(&standing.journal).map_err(|error| Stop::Store(damaged(error)))?;
        if matches!(state.phase(), sync_core::cycle::Phase::Idle | sync_core::cycle::Phase::Finalized) {
            return Ok(standing);
        }
        self.engine.sink.progress(Progress::ClearingUp);
        let finalization = state.finalization().unwrap_or_default();
        clear_up(self.crew_for(finalization), state).await?;
        Ok(self.engine.store.standing(&self.options.key)?)
    }

    async fn plan(&mut self, mut survey: Survey, standing: &Standing) -> Result<Planned, Stop> {
        let began = Instant::now();
        let (store, key) = (Arc::clone(&self.engine.store), self.options.key.clone());
        let (standing, spill) = (standing.clone(), self.engine.spill.clone());
        let planned =
            tokio::task::spawn_blocking(move || plan(&mut survey.members, store.as_ref(), &key, &standing, &spill));
        let planned = planned.await??;
        self.report.seconds.insert("plan".to_owned(), began.elapsed().as_secs_f64());
        self.report.plan = PlanCounts::from(&planned.plan);
        self.report.details = planned.plan.clone();
        self.engine.sink.progress(Progress::Planned { plan: &planned.plan });
        Ok(planned)
    }

    fn ask_guard(&mut self) -> Result<GuardPass, Stop> {
        let numbers = GuardNumbers {
            known: self.report.details.known,
            missing: self.report.details.missing.total,
            finalization: self.options.finalization,
        };
        match guard::judge(&self.options.guard, numbers) {
            GuardVerdict::Pass(pass) => Ok(pass),
            GuardVerdict::Stop(stop) => {
                self.report.guard_stop = Some(stop);
                Err(Stop::Guarded(stop.to_string()))
            }
        }
    }

    /// Notes the cycle in the store before anything of it is sent.
    fn begin(&self, planned: &mut Planned) -> Result<u64, Stop> {
        let mut differences = planned.differences().map_err(PlanError::Spill)?;
        let store = Arc::clone(&self.engine.store);
        Ok(store.begin(&self.options.key, &mut differences)?)
    }

    fn crew(&self) -> Crew {
        self.crew_for(self.options.finalization)
    }

    fn crew_for(&self, finalization: Finalization) -> Crew {
        let journal =
            StoreJournal { store: Arc::clone(&self.engine.store), key: self.options.key.clone(), finalization };
        Crew::new(Arc::clone(&self.engine.transport), Arc::new(journal), Arc::clone(&self.engine.clock))
            .with_observer(Arc::new(Watch(Arc::clone(&self.engine.sink))))
            .with_stop(self.engine.stop.clone())
    }

    /// The second pass: the batches again, one after the other.
    async fn send(&mut self, cycle: Cycle<Open>) -> Result<Cycle<Batching>, Stop> {
        let mut batches = rebuild(self.inputs.clone(), self.options.batches, self.cuts.clone());
        let Some(first) = next(&mut batches).await? else {
            return Err(RebuildError::Changed.into());
        };
        let commands = first.commands();
        let mut cycle = cycle.submit(first.into_payload(), commands).await?;
        while let Some(batch) = next(&mut batches).await? {
            let commands = batch.commands();
            cycle = cycle.submit(batch.into_payload(), commands).await?;
        }
        Ok(cycle)
    }

    fn finished(&mut self, cycle: &Cycle<Finalized>) {
        self.fill(cycle.state(), cycle.reports());
        let PlanCounts { missing, .. } = self.report.plan;
        let mut message = vec!["the cycle is finalized".to_owned()];
        let removed = self.report.finalize.as_ref().and_then(|finalize| finalize.removed);
        match (self.options.finalization, removed) {
            (Finalization::RemoveResources, Some(removed)) if removed != missing => message.push(format!(
                "{missing} resources were missing, the service says it removed {removed}; those not confirmed stay in \
                 the manifest"
            )),
            (Finalization::Ignore, _) if missing > 0 => message
                .push(format!("{missing} resources are missing from the source and were left alone in the catalogue")),
            _ => {}
        }
        self.report.end(RunOutcome::Finalized, message);
    }

    /// Fills batches, finalization and counts from the cycle.
    fn fill(&mut self, state: &CycleState, reports: &[CallReport]) {
        let of = |call| reports.iter().find(|report| report.call == call);
        self.report.batches = (1..)
            .zip(state.batches())
            .map(|(number, batch)| {
                let report = sync_core::BatchNumber::new(number).and_then(|number| of(Call::Batch(number)));
                let (state, result) = report.map(words).unwrap_or_default();
                BatchReport {
                    number,
                    commands: batch.commands(),
                    bytes: batch.bytes(),
                    job_id: batch.exchange().and_then(|exchange| exchange.job().cloned()),
                    state,
                    result,
                    outcome: batch.exchange().and_then(|exchange| exchange.outcome()),
                    seconds: report.map(|report| report.elapsed.as_secs_f64()),
                }
            })
            .collect();
        self.report.finalize = state.finalize().map(|exchange| {
            let report = of(Call::Finalize);
            let summary = report.and_then(|report| report.summary.as_ref());
            let (job_state, result) = report.map(words).unwrap_or_default();
            FinalizeReport {
                strategy: state.finalization().unwrap_or_default().strategy().to_owned(),
                job_id: exchange.job().cloned(),
                state: job_state,
                result,
                removed: summary.map(|summary| {
                    let kinds = sync_core::command::ResourceKind::ALL.into_iter();
                    let counted = self.report.details.missing.by_kind.iter().map(|(kind, _)| *kind);
                    let counted: Vec<_> = counted.collect();
                    let of_kind = |kind: sync_core::command::ResourceKind| summary.counts(kind.category()).removed;
                    kinds.filter(|kind| counted.contains(kind)).map(of_kind).sum()
                }),
            }
        });
        for report in reports {
            if let Some(summary) = &report.summary {
                self.report.count(summary);
            }
        }
        self.report.summary.retain(|_, counters| *counters != Counters::default());
    }

    /// Ends a run that did not reach its end.
    async fn stopped(&mut self, stop: Stop) {
        let (outcome, message) = match stop {
            Stop::Rejected => {
                let found = self.report.findings.len() as u64 + self.report.more_findings;
                let message = format!("the input is not fit to be sent ({found} findings); nothing was sent");
                (RunOutcome::InputRejected, vec![message])
            }
            Stop::Guarded(why) => (RunOutcome::Guarded, vec![why, "nothing was removed".to_owned()]),
            Stop::Denied(error) => {
                let (outcome, then) = (of_transport(&error).unwrap_or(RunOutcome::Failed), "nothing was sent");
                (outcome, vec![chain(&error), then.to_owned()])
            }
            Stop::Halt(halt) => self.halted(&halt).await,
            Stop::Rebuild(RebuildError::Changed | RebuildError::Unwanted) => (
                RunOutcome::InputChanged,
                vec![
                    "the input changed while it was being sent".to_owned(),
                    "nothing was finalized; run it again when it is complete".to_owned(),
                ],
            ),
            Stop::Rebuild(RebuildError::Input(error)) => {
                let then = "nothing was finalized; run it again when the input can be read".to_owned();
                (RunOutcome::InputChanged, vec![chain(&error), then])
            }
            Stop::Survey(error) => match error {
                SurveyError::Spill(_) => (RunOutcome::Broken, vec![chain(&error), "nothing was sent".to_owned()]),
                _ => (RunOutcome::InputRejected, vec![chain(&error), "nothing was sent".to_owned()]),
            },
            Stop::Plan(error) => (RunOutcome::Broken, vec![chain(&error), "nothing was sent".to_owned()]),
            Stop::Store(error) => {
                let locked = matches!(error.kind(), StoreErrorKind::Locked { .. });
                let outcome = if locked { RunOutcome::Uncertain } else { RunOutcome::Broken };
                (outcome, vec![chain(&error), "nothing was sent".to_owned()])
            }
            Stop::Task(error) => (RunOutcome::Broken, vec![chain(&error), "this is a bug".to_owned()]),
        };
        self.report.end(outcome, message);
    }

    async fn halted(&mut self, halt: &Halt) -> (RunOutcome, Vec<String>) {
        self.fill(halt.state(), halt.reports());
        let what = chain(halt);
        let open = "the cycle stays open on the target and nothing was removed".to_owned();
        let again = "running the same again is safe: it looks after the jobs of this run first".to_owned();
        match halt.reason() {
            HaltReason::Refused { source, .. } => {
                let outcome = source.as_ref().and_then(of_transport).unwrap_or(RunOutcome::Failed);
                (outcome, vec![what, open])
            }
            HaltReason::JobFailed { call: call @ Call::Batch(_), .. } => {
                self.read_errors(*call, halt).await;
                (RunOutcome::Failed, vec![what, open])
            }
            HaltReason::JobFailed { call: Call::Finalize, .. } => {
                self.read_errors(Call::Finalize, halt).await;
                let part = "how much of it was done is not known".to_owned();
                (RunOutcome::Uncertain, vec![what, part, again])
            }
            HaltReason::AnswerLost { .. } => (RunOutcome::Uncertain, vec![what, again]),
            HaltReason::JobUnreadable { source, .. } => {
                let denied = source.as_ref().and_then(of_transport) == Some(RunOutcome::Denied);
                (if denied { RunOutcome::Denied } else { RunOutcome::Uncertain }, vec![what, again])
            }
            HaltReason::Stopped => (RunOutcome::Stopped, vec![what, open, again]),
            HaltReason::Journal(_) => (RunOutcome::Broken, vec![what, again]),
            _ => (RunOutcome::Broken, vec![what, "this is a bug".to_owned()]),
        }
    }

    /// Reads what the job says about its failed commands and joins it to the input, as far as that can be had.
    async fn read_errors(&mut self, call: Call, halt: &Halt) {
        let Some(job) = halt.state().exchange(call).and_then(|exchange| exchange.job()) else { return };
        let batch = match call {
            Call::Batch(batch) => Some(batch.get()),
            Call::Finalize => None,
        };
        match self.engine.transport.all_errors(job, MOST_ERRORS).await {
            Ok(errors) => {
                let mut errors: Vec<_> = errors.into_iter().map(|error| ErrorReport::of(batch, error)).collect();
                let (inputs, cuts) = (self.inputs.clone(), self.cuts.clone());
                let located = tokio::task::spawn_blocking(move || {
                    let found = locate(&mut errors, &inputs, &cuts);
                    (errors, found)
                });
                if let Ok((errors, found)) = located.await {
                    if let Err(error) = found {
                        tracing::warn!(%error, "errors of a job could not be joined to the input");
                    }
                    self.report.errors = errors;
                }
            }
            Err(error) => tracing::warn!(%error, "errors of a job could not be read"),
        }
    }
}

async fn next(batches: &mut mpsc::Receiver<Result<Batch, RebuildError>>) -> Result<Option<Batch>, RebuildError> {
    batches.recv().await.transpose()
}

/// A journal that does not replay.
fn damaged(error: sync_core::cycle::StepError) -> StoreError {
    StoreError::new(StoreErrorKind::Read, PathBuf::new()).with_source(error)
}

/// What a failed call says about the target as a whole.
fn of_transport(error: &TransportError) -> Option<RunOutcome> {
    match error.kind() {
        TransportErrorKind::Unauthenticated | TransportErrorKind::Forbidden => Some(RunOutcome::Denied),
        TransportErrorKind::Unreachable | TransportErrorKind::Broken => Some(RunOutcome::Unreachable),
        _ => None,
    }
}

/// An error and its causes in one sentence.
fn chain(error: &dyn std::error::Error) -> String {
    let mut sentence = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !sentence.ends_with(&cause_text) {
            sentence.push_str(": ");
            sentence.push_str(&cause_text);
        }
        source = cause.source();
    }
    sentence
}

/// Pauses differ between runs and synchronizations, and are the same for the same cycle.
fn seed(options: &RunOptions, cycle: u64) -> u64 {
    let bytes = options.synchronization().as_str().bytes();
    bytes.fold(cycle ^ 0x9E37_79B9_7F4A_7C15, |seed, byte| seed.rotate_left(5) ^ u64::from(byte))
}

/// Passes what the cycle tells on to the run's sink.
struct Watch(Arc<dyn ProgressSink>);

impl Observer for Watch {
    fn recorded(&self, entry: &Entry, state: &CycleState) {
        match &entry.event {
            Event::BatchReady { batch, digest, .. } => {
                self.0.progress(Progress::Sending { call: Call::Batch(*batch), digest: Some(*digest) });
            }
            Event::FinalizeOrdered => self.0.progress(Progress::Sending { call: Call::Finalize, digest: None }),
            Event::Judged { call, outcome, .. } => {
                self.0.progress(Progress::Ended { call: *call, outcome: *outcome });
            }
            _ => {
                let _ = state;
            }
        }
    }

    fn job(&self, call: Call, job: &Job) {
        self.0.progress(Progress::Job { call, job });
    }
}
