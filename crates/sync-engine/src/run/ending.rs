//! How a run ends: what happened, what is known to be true, what to do next.

use sync_core::command::ResourceKind;
use sync_core::cycle::{Call, CallReport, Cycle, CycleState, Exchange, Finalized, Halt, HaltReason};
use sync_core::transport::TransportError;
use sync_core::{BatchNumber, Counters, Finalization, TransportExt};

use super::walk::{Run, Stop};
use crate::export::ExportError;
use crate::locate::locate;
use crate::options::Upload;
use crate::rebuild::RebuildError;
use crate::report::{BatchReport, ErrorReport, FinalizeReport, MOST_ERRORS, PlanCounts, RunOutcome, words};
use crate::store::StoreErrorKind;
use crate::survey::SurveyError;

/// How to go on, where the state is kept.
const GO_ON: &str = "resume goes on from here without being given the input again; running the same again is safe too: it \
                     looks after the jobs of this run first";

impl Run<'_> {
    pub(super) fn finished(&mut self, cycle: &Cycle<Finalized>) {
        self.fill(cycle.state(), cycle.reports());
        self.inputs.iter().for_each(|input| _ = input.keep(false));
        let PlanCounts { missing, .. } = self.report.plan;
        let mut message = vec!["the cycle is finalized".to_owned()];
        if !self.report.summary_complete {
            message.push("what was executed is not known: the summary of a job could not be read".to_owned());
        }
        message.extend(self.halved());
        let removed = self.report.finalize.as_ref().and_then(|finalize| finalize.removed);
        match (self.options.finalization, removed) {
            (Finalization::RemoveResources, Some(removed)) if removed != missing => message.push(format!(
                "{missing} resources were missing, the service says it removed {removed}; those not confirmed stay in \
                 the manifest"
            )),
            (Finalization::RemoveResources, None) if missing > 0 => message.push(format!(
                "{missing} resources were missing; how many were removed is not known, and they stay in the manifest"
            )),
            (Finalization::Ignore, _) if missing > 0 => message
                .push(format!("{missing} resources are missing from the source and were left alone in the catalogue")),
            _ => {}
        }
        self.report.end(RunOutcome::Finalized, message);
    }

    /// Fills batches, finalization and counts from the cycle.
    pub(super) fn fill(&mut self, state: &CycleState, reports: &[CallReport]) {
        self.state = state.clone();
        let of = |call| reports.iter().find(|report| report.call == call);
        let mut complete = true;
        let calls = (1..).map_while(BatchNumber::new).map(Call::Batch).zip(state.batches());
        let calls = calls.filter_map(|(call, batch)| Some((call, batch.exchange()?)));
        let calls = calls.chain(state.finalize().map(|exchange| (Call::Finalize, exchange)));
        self.report.summary.clear();
        for (call, _) in calls.filter(|(_, exchange)| exchange.outcome().is_some()) {
            match of(call).and_then(|report| report.summary.as_ref()).or_else(|| self.summaries.get(&call)) {
                Some(summary) => self.report.count(&summary.clone()),
                None => complete = false,
            }
        }
        self.report.summary_complete = complete;
        self.report.summary.retain(|_, counters| *counters != Counters::default());
        self.report.batches = (1..)
            .zip(state.batches())
            .map(|(number, batch)| {
                let report = BatchNumber::new(number).and_then(|number| of(Call::Batch(number)));
                let (state, result) = report.map(words).unwrap_or_default();
                BatchReport {
                    number,
                    commands: batch.commands(),
                    bytes: batch.bytes(),
                    job_id: batch.exchange().and_then(|exchange| exchange.job().cloned()),
                    state,
                    result,
                    outcome: batch.exchange().and_then(|exchange| exchange.outcome()),
                    halved: batch.is_halved(),
                    seconds: report.map(|report| report.elapsed.as_secs_f64()),
                }
            })
            .collect();
        self.report.finalize = state.finalize().map(|exchange| {
            let report = of(Call::Finalize);
            let summary = report.and_then(|report| report.summary.as_ref());
            let summary = summary.or_else(|| self.summaries.get(&Call::Finalize));
            let (job_state, result) = report.map(words).unwrap_or_default();
            FinalizeReport {
                strategy: state.finalization().unwrap_or_default().strategy().to_owned(),
                job_id: exchange.job().cloned(),
                state: job_state,
                result,
                removed: summary.map(|summary| {
                    // The mapping that went with a removed resource counts only if it had a command of its own.
                    let mappings = self.report.details.missing.of_kind(ResourceKind::Mapping) > 0;
                    let counted = |kind: &ResourceKind| *kind != ResourceKind::Mapping || mappings;
                    let kinds = ResourceKind::ALL.into_iter().filter(counted);
                    kinds.map(|kind| summary.counts(kind.category()).removed).fold(0, u64::saturating_add)
                }),
            }
        });
    }

    /// Ends a run that did not reach its end.
    pub(super) async fn stopped(&mut self, stop: Stop) {
        let (outcome, message) = match stop {
            Stop::Rejected => {
                let found = self.report.findings.len() as u64 + self.report.more_findings;
                let message = format!("the input is not fit to be sent ({found} findings); {}", so_far(&self.state));
                (RunOutcome::InputRejected, vec![message])
            }
            Stop::Guarded(reasons) => {
                let mut message: Vec<_> = reasons.iter().map(|reason| reason.message.clone()).collect();
                message.push(so_far(&self.state).to_owned());
                self.report.guard = reasons;
                // Of a cycle that has begun there is something to go on with.
                self.report.resumable = self.report.cycle > 0;
                (RunOutcome::Guarded, message)
            }
            Stop::Export(error) => {
                let outcome = match &error {
                    ExportError::Read { source, .. } => of_transport(source).unwrap_or(RunOutcome::Failed),
                    ExportError::NoCatalogue | ExportError::Write { .. } => RunOutcome::Broken,
                };
                self.broken_off(outcome, chain(&error))
            }
            Stop::Denied(error) => self.broken_off(of_transport(&error).unwrap_or(RunOutcome::Failed), chain(&error)),
            Stop::Halt(halt) => self.halted(&halt).await,
            Stop::ClearingUp(halt) => {
                let (outcome, mut message) = self.words_for(&halt);
                message.insert(0, "an earlier run that was cut off could not be cleared up".to_owned());
                (outcome, message)
            }
            Stop::LookingAfter(halt) => {
                self.fill(halt.state(), halt.reports());
                self.words_for(&halt)
            }
            Stop::Record(error) => {
                let then = "run it again with its input: that is safe".to_owned();
                (RunOutcome::Broken, vec![chain(&error), so_far(&self.state).to_owned(), then])
            }
            Stop::OtherSource => {
                let what = "the source has changed since the cycle that was cut off was begun: it cannot be carried on";
                let then = "run it: that sends the changed source as a whole".to_owned();
                (RunOutcome::InputChanged, vec![what.to_owned(), so_far(&self.state).to_owned(), then])
            }
            Stop::Exhausted => (
                RunOutcome::Uncertain,
                vec![
                    "as many finalizations of this cycle as allowed may have been accepted, and none is known to have \
                     succeeded"
                        .to_owned(),
                    "see why they failed, then run it: that begins another cycle".to_owned(),
                ],
            ),
            Stop::Asked => self.broken_off(RunOutcome::Stopped, "stopped on request".to_owned()),
            Stop::Rebuild(error @ (RebuildError::Changed | RebuildError::Unreadable(_) | RebuildError::Unwanted)) => {
                let then = "run it again when it is complete".to_owned();
                (RunOutcome::InputChanged, vec![chain(&error), so_far(&self.state).to_owned(), then])
            }
            Stop::Rebuild(error @ RebuildError::Input(_)) => self.broken_off(RunOutcome::InputChanged, chain(&error)),
            Stop::Survey(error @ SurveyError::Spill(_)) => self.broken_off(RunOutcome::Broken, chain(&error)),
            Stop::Survey(error) => self.broken_off(RunOutcome::InputRejected, chain(&error)),
            Stop::Plan(error) => self.broken_off(RunOutcome::Broken, chain(&error)),
            Stop::Store(error) => {
                let locked = matches!(error.kind(), StoreErrorKind::Locked { .. });
                let outcome = if locked { RunOutcome::Uncertain } else { RunOutcome::Broken };
                let (outcome, mut message) = self.broken_off(outcome, chain(&error));
                message.extend(error.hint().map(str::to_owned));
                (outcome, message)
            }
            Stop::Task(error) => self.broken_off(RunOutcome::Broken, format!("{}; this is a bug", chain(&error))),
        };
        self.report.end(outcome, message);
    }

    async fn halted(&mut self, halt: &Halt) -> (RunOutcome, Vec<String>) {
        self.fill(halt.state(), halt.reports());
        match halt.reason() {
            HaltReason::JobFailed { call, .. } => self.read_errors(*call, halt).await,
            HaltReason::Refused { call: Call::Batch(number), .. }
                if halt.state().batch(*number).is_some_and(|batch| batch.is_too_large()) =>
            {
                return self.too_large(*number, halt).await;
            }
            _ => {}
        }
        self.words_for(halt)
    }

    /// What a cycle that stopped before its end means for the run.
    fn words_for(&mut self, halt: &Halt) -> (RunOutcome, Vec<String>) {
        let what = chain(halt);
        let so_far = so_far(halt.state()).to_owned();
        let denied = |error: Option<&TransportError>| error.and_then(of_transport) == Some(RunOutcome::Denied);
        match halt.reason() {
            HaltReason::Refused { source, .. } => {
                let outcome = source.as_ref().and_then(of_transport).unwrap_or(RunOutcome::Failed);
                match outcome {
                    RunOutcome::Failed => self.failed(vec![what, so_far]),
                    _ => self.may_go_on(outcome, vec![what, so_far]),
                }
            }
            HaltReason::JobFailed { call: Call::Batch(_), .. } => self.failed(vec![what, so_far]),
            HaltReason::JobFailed { call: Call::Finalize, .. } => {
                let then =
                    "what it did to missing resources is not known; the whole cycle has to be sent again".to_owned();
                self.may_go_on(RunOutcome::Uncertain, vec![what, then])
            }
            HaltReason::AnswerLost { source, .. } | HaltReason::JobUnreadable { source, .. } => {
                let outcome = if denied(source.as_ref()) { RunOutcome::Denied } else { RunOutcome::Uncertain };
                self.may_go_on(outcome, vec![what])
            }
            HaltReason::Left { .. } => self.may_go_on(RunOutcome::Running, vec![what]),
            HaltReason::Stopped => self.may_go_on(RunOutcome::Stopped, vec![what, so_far]),
            HaltReason::Journal(_) => self.may_go_on(RunOutcome::Broken, vec![what]),
            _ => (RunOutcome::Broken, vec![what, "this is a bug".to_owned()]),
        }
    }

    /// The end of a run that something beside the cycle has stopped: what is true of it, and, if there is a cycle, how to go
    /// on with that.
    fn broken_off(&mut self, outcome: RunOutcome, what: String) -> (RunOutcome, Vec<String>) {
        let message = vec![what, so_far(&self.state).to_owned()];
        if self.report.cycle > 0 { self.may_go_on(outcome, message) } else { (outcome, message) }
    }

    /// The end of a run whose batch the target did not take.
    fn failed(&mut self, mut message: Vec<String>) -> (RunOutcome, Vec<String>) {
        self.report.resumable = true;
        message.push(
            "if the input is at fault, repair it and run it again; if the target was, resume sends the batch again"
                .into(),
        );
        (RunOutcome::Failed, message)
    }

    /// Says how to go on.
    fn may_go_on(&mut self, outcome: RunOutcome, mut message: Vec<String>) -> (RunOutcome, Vec<String>) {
        self.report.resumable = true;
        message.push(GO_ON.to_owned());
        (outcome, message)
    }

    /// Reads what the job says about its failed commands and joins it to the input, as far as that can be had.
    async fn read_errors(&mut self, call: Call, halt: &Halt) {
        let Some(job) = halt.state().exchange(call).and_then(|exchange| exchange.job()) else { return };
        let errors = match self.engine.transport.all_errors(job, MOST_ERRORS).await {
            Ok(errors) => errors,
            Err(error) => return tracing::warn!(%error, "errors of a job could not be read"),
        };
        match call {
            Call::Batch(batch) => {
                let errors = errors.into_iter().map(|error| ErrorReport::of(Some(batch.get()), error));
                self.join(errors.collect(), batch, halt.state()).await;
            }
            Call::Finalize => {
                self.report.errors = errors.into_iter().map(|error| ErrorReport::of(None, error)).collect();
            }
        }
    }

    /// Joins errors of a batch to the input.
    async fn join(&mut self, mut errors: Vec<ErrorReport>, batch: BatchNumber, state: &CycleState) {
        // What is repaired or halved comes again in batches after it.
        let before = state.batches().iter().take(batch.index()).filter(|batch| !batch.comes_again());
        let first = before.map(|batch| u64::from(batch.commands())).sum();
        let commands = state.batch(batch).map_or(0, |batch| batch.commands());
        let (inputs, upload) = (self.inputs.clone(), self.options.upload);
        let located = tokio::task::spawn_blocking(move || {
            let found = locate(&mut errors, &inputs, upload, first, commands);
            (errors, found)
        });
        if let Ok((errors, found)) = located.await {
            if let Err(error) = found {
                tracing::warn!(%error, "errors of a job could not be joined to the input");
            }
            self.report.errors = errors;
        }
    }

    /// A batch that cannot be cut any further and is too large for the target.
    async fn too_large(&mut self, number: BatchNumber, halt: &Halt) -> (RunOutcome, Vec<String>) {
        let (commands, bytes) = halt.state().batch(number).map_or((0, 0), |batch| (batch.commands(), batch.bytes()));
        let (message, advice) = match commands {
            1 => (
                format!("this command alone makes a batch of {bytes} bytes, more than the target takes"),
                "say less in this command, or have the target take larger requests",
            ),
            _ => (
                format!(
                    "the rows from here on are about one resource and make a batch of {commands} commands and {bytes} bytes, \
                     more than the target takes"
                ),
                "send what the rows make as JSON (--upload json), or have the target take larger requests",
            ),
        };
        let error = ErrorReport { message, batch: Some(number.get()), index: Some(0), ..ErrorReport::default() };
        self.join(vec![error], number, halt.state()).await;
        // That is where it stands, not what the service said.
        self.report.errors.iter_mut().for_each(|error| error.index = None);
        self.report.resumable = true;
        (RunOutcome::Failed, vec![chain(halt), so_far(halt.state()).to_owned(), advice.to_owned()])
    }

    /// What to say of batches that were too large, and how to send nothing in vain the next time.
    fn halved(&self) -> Option<String> {
        let too_large = self.report.batches.iter().filter(|batch| batch.halved);
        let (count, least) = too_large.fold((0, u64::MAX), |(count, least), batch| (count + 1, least.min(batch.bytes)));
        let taken = || self.report.batches.iter().filter(|batch| !batch.halved);
        let flag = match self.options.upload {
            Upload::Json => format!("--batch-bytes {}", taken().map(|batch| batch.bytes).max()?),
            // How many bytes rows have in a workbook is seen when it is written.
            Upload::AsIs => format!("--batch-commands {}", taken().map(|batch| batch.commands).max()?),
        };
        let batches = if count == 1 { "1 batch was".to_owned() } else { format!("{count} batches were") };
        (count > 0).then(|| {
            format!(
                "{batches} too large for the target and came again in halves (it refused {least} bytes); {flag} spares it \
                 what it refuses"
            )
        })
    }
}

/// What is true of a cycle that has not come to its end.
fn so_far(state: &CycleState) -> &'static str {
    let under_way = |exchange: &Exchange| exchange.job().is_some() && exchange.outcome().is_none();
    if state.finalize().is_some_and(under_way) {
        "the finalization is under way; what it does to missing resources goes on"
    } else if state.may_have_finalized() {
        "a finalization was sent; how much of it was done is not known"
    } else if state.batches().is_empty() && state.attempt() <= 1 {
        "nothing was sent"
    } else {
        "the cycle stays open on the target and nothing was removed"
    }
}

/// What a failed call says about the target as a whole.
fn of_transport(error: &TransportError) -> Option<RunOutcome> {
    match error {
        _ if error.is_denied() => Some(RunOutcome::Denied),
        _ if error.says_nothing() => Some(RunOutcome::Unreachable),
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
