//! How a run ends: what happened, what is known to be true, what to do next.

use sync_core::command::ResourceKind;
use sync_core::cycle::{Call, CallReport, Cycle, CycleState, Finalized, Halt, HaltReason};
use sync_core::transport::{TransportError, TransportErrorKind};
use sync_core::{BatchNumber, Counters, Finalization, TransportExt};

use super::walk::{Run, Stop};
use crate::export::ExportError;
use crate::locate::locate;
use crate::options::Upload;
use crate::rebuild::RebuildError;
use crate::report::{BatchReport, ErrorReport, FinalizeReport, MOST_ERRORS, PlanCounts, RunOutcome, words};
use crate::store::StoreErrorKind;
use crate::survey::SurveyError;

/// What is true of a cycle that was not finalized.
const OPEN: &str = "the cycle stays open on the target and nothing was removed";

/// How to go on, where the state is kept.
const GO_ON: &str = "resume goes on from here without being given the input again; running the same again is safe too: it \
                     looks after the jobs of this run first";

impl Run<'_> {
    pub(super) fn finished(&mut self, cycle: &Cycle<Finalized>) {
        self.fill(cycle.state(), cycle.reports());
        self.inputs.iter().for_each(|input| input.keep(false));
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
                    halved: batch.comes_again() && batch.is_too_large(),
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
                let message = format!("the input is not fit to be sent ({found} findings); nothing was sent");
                (RunOutcome::InputRejected, vec![message])
            }
            Stop::Guarded(reasons) => {
                let mut message: Vec<_> = reasons.iter().map(|reason| reason.message.clone()).collect();
                message.push("nothing was removed".to_owned());
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
                (outcome, vec![chain(&error), "nothing was sent".to_owned()])
            }
            Stop::Denied(error) => {
                let outcome = of_transport(&error).unwrap_or(RunOutcome::Failed);
                match self.report.cycle {
                    0 => (outcome, vec![chain(&error), "nothing was sent".to_owned()]),
                    _ => self.may_go_on(outcome, vec![chain(&error), format!("nothing was finalized; {OPEN}")]),
                }
            }
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
            Stop::Record(error) => (
                RunOutcome::Broken,
                vec![chain(&error), "nothing was sent; run it again with its input: that is safe".to_owned()],
            ),
            Stop::OtherSource => (
                RunOutcome::InputChanged,
                vec![
                    "the source has changed since the cycle that was cut off was begun: it cannot be carried on"
                        .to_owned(),
                    "nothing was sent; run it: that sends the changed source as a whole".to_owned(),
                ],
            ),
            Stop::Exhausted => (
                RunOutcome::Uncertain,
                vec![
                    "as many finalizations of this cycle as allowed may have been accepted, and none is known to have \
                     succeeded"
                        .to_owned(),
                    "nothing was sent; see why they failed, then run it: that begins another cycle".to_owned(),
                ],
            ),
            Stop::Asked => (RunOutcome::Stopped, vec!["stopped on request".to_owned(), "nothing was sent".to_owned()]),
            Stop::Rebuild(RebuildError::Changed | RebuildError::Unwanted) => (
                RunOutcome::InputChanged,
                vec![
                    "the input changed while it was being sent".to_owned(),
                    "nothing was finalized and nothing was removed; run it again when it is complete".to_owned(),
                ],
            ),
            Stop::Rebuild(RebuildError::Input(error)) => {
                let then = "nothing was finalized; resume or run it again when the input can be read".to_owned();
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
                let hint = error.hint().map(str::to_owned);
                (outcome, [chain(&error), "nothing was sent".to_owned()].into_iter().chain(hint).collect())
            }
            Stop::Task(error) => (RunOutcome::Broken, vec![chain(&error), "this is a bug".to_owned()]),
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
        let open = match halt.state().finalize() {
            None => OPEN.to_owned(),
            Some(exchange) if exchange.outcome().is_none() && exchange.job().is_some() => {
                "the finalization is under way; what it does to missing resources goes on".to_owned()
            }
            Some(_) => "the finalization was sent; how much of it was done is not known".to_owned(),
        };
        let denied = |error: Option<&TransportError>| error.and_then(of_transport) == Some(RunOutcome::Denied);
        match halt.reason() {
            HaltReason::Refused { source, .. } => {
                let outcome = source.as_ref().and_then(of_transport).unwrap_or(RunOutcome::Failed);
                match outcome {
                    RunOutcome::Failed => (outcome, vec![what, OPEN.to_owned()]),
                    _ => self.may_go_on(outcome, vec![what, OPEN.to_owned()]),
                }
            }
            HaltReason::JobFailed { call: Call::Batch(_), .. } => (RunOutcome::Failed, vec![what, open]),
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
            HaltReason::Stopped => self.may_go_on(RunOutcome::Stopped, vec![what, open]),
            HaltReason::Journal(_) => self.may_go_on(RunOutcome::Broken, vec![what]),
            _ => (RunOutcome::Broken, vec![what, "this is a bug".to_owned()]),
        }
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
        (RunOutcome::Failed, vec![chain(halt), OPEN.to_owned(), advice.to_owned()])
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

/// What a failed call says about the target as a whole.
fn of_transport(error: &TransportError) -> Option<RunOutcome> {
    match error.kind() {
        TransportErrorKind::Unauthenticated | TransportErrorKind::Forbidden => Some(RunOutcome::Denied),
        TransportErrorKind::Unreachable
        | TransportErrorKind::Broken
        | TransportErrorKind::Busy
        | TransportErrorKind::Faulty => Some(RunOutcome::Unreachable),
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
