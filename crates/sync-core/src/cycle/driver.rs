//! Does what the state machine says: records each event durably, then performs what follows from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::crew::Crew;
use super::event::{Action, Call, Event};
use super::exchange::ExchangeState;
use super::halt::{Halt, HaltReason};
use super::search::{Learnt, Search, SearchError, Sighting};
use super::settings::{CycleMode, Patience};
use super::state::{CycleState, Phase};
use super::step::step;
use crate::clock::Millis;
use crate::job::{ImportSummary, Job};
use crate::journal::Entry;
use crate::transport::{
    BatchRequest, Delivery, FinalizeRequest, FullRequest, Operation, TransportError, TransportErrorKind,
};
use crate::{BatchNumber, JobId, Outcome, Payload};

/// How one call ended, for reports.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CallReport {
    /// Which call.
    pub call: Call,
    /// The job as last read.
    pub job: Job,
    /// The verdict.
    pub outcome: Outcome,
    /// The summary, if it could be read.
    pub summary: Option<ImportSummary>,
    /// From the intent to send to the verdict.
    pub elapsed: Duration,
}

/// How long a wait goes on before the stop signal is looked at again.
const NAP: Duration = Duration::from_millis(200);

/// How often a summary is asked for before a job is judged without it.
const SUMMARY_TRIES: u32 = 3;

/// Walks one cycle: owns its state and the payloads in flight.
#[derive(Debug)]
pub(super) struct Driver {
    crew: Crew,
    state: CycleState,
    /// What a single-call cycle or a batch in flight is about to send, or may have to send again.
    payloads: BTreeMap<Call, Payload>,
    /// When each call was first to be sent.
    begun: BTreeMap<Call, Millis>,
    /// Ended jobs as last read, waiting for the verdict.
    ended: BTreeMap<Call, Job>,
    /// The last failure of each call, for the halt that may follow.
    failures: BTreeMap<Call, TransportError>,
    reports: Vec<CallReport>,
    learnt: Learnt,
    /// What the last search for each call may have found.
    sighted: BTreeMap<Call, JobId>,
    /// Calls sent from here.
    sent: BTreeSet<Call>,
    /// Since when the service says, to us, that it does not know the job of a call.
    missing: BTreeMap<Call, Millis>,
    /// A job the service does not know any more is taken as gone instead of ending in a halt.
    settles: bool,
}

impl Driver {
    pub(super) fn new(crew: Crew, state: CycleState) -> Self {
        Self {
            crew,
            state,
            payloads: BTreeMap::new(),
            begun: BTreeMap::new(),
            ended: BTreeMap::new(),
            failures: BTreeMap::new(),
            reports: Vec::new(),
            learnt: Learnt::default(),
            sighted: BTreeMap::new(),
            sent: BTreeSet::new(),
            missing: BTreeMap::new(),
            settles: false,
        }
    }

    /// Stops the cycle, on record, and sees every call of it to its end: jobs are polled until they have ended, what
    /// may have been accepted is searched and given the quiet period. Sends nothing.
    pub(super) async fn settle(&mut self, patience: Option<Patience>) -> Result<(), Halt> {
        self.settles = true;
        if let Some(patience) = patience.filter(|new| self.state.settings().is_some_and(|set| set.patience != *new)) {
            self.record(Event::PatienceSet { patience: Box::new(patience) }).await?;
        }
        if self.state.phase() != Phase::Abandoned {
            self.record(Event::Stopped).await?;
        }
        for (call, state) in self.state.calls_under_way() {
            let first = match state {
                ExchangeState::Polling { job, .. } => self.poll(call, &job).await?,
                ExchangeState::Judging { job } => self.judge(call, &job).await?,
                _ => self.search(call).await?,
            };
            self.drive(first).await?;
        }
        self.settles = false;
        Ok(())
    }

    pub(super) fn into_state(self) -> CycleState {
        self.state
    }

    pub(super) fn state(&self) -> &CycleState {
        &self.state
    }

    pub(super) fn reports(&self) -> &[CallReport] {
        &self.reports
    }

    pub(super) fn keep(&mut self, call: Call, payload: Payload) {
        self.payloads.insert(call, payload);
    }

    /// Settles a batch that was refused as too large, if that is what became of it, and lets its bytes go.
    pub(super) async fn halve(&mut self, batch: BatchNumber) -> Result<bool, Halt> {
        if !self.state.batch(batch).is_some_and(|state| state.is_too_large() && state.commands() > 1) {
            return Ok(false);
        }
        self.payloads.remove(&Call::Batch(batch));
        self.record(Event::Halved { batch }).await?;
        Ok(true)
    }

    pub(super) fn now(&self) -> Millis {
        self.crew.clock.now()
    }

    pub(super) fn halt(&mut self, reason: HaltReason) -> Halt {
        Halt::new(reason, self.state.clone(), std::mem::take(&mut self.reports))
    }

    /// Records an event durably, then takes the step.
    pub(super) async fn record(&mut self, event: Event) -> Result<Vec<Action>, Halt> {
        let entry = Entry { at: self.now(), event };
        let (state, actions) = match step(&self.state, &entry) {
            Ok(stepped) => stepped,
            Err(error) => return Err(self.halt(HaltReason::Step(error))),
        };
        if let Err(error) = self.crew.journal.append(&entry).await {
            return Err(self.halt(HaltReason::Journal(error)));
        }
        self.state = state;
        tracing::debug!(event = entry.event.name(), phase = ?self.state.phase(), "cycle");
        self.crew.observer.recorded(&entry, &self.state);
        Ok(actions)
    }

    /// Records `event` and performs what follows from it, and from that, until nothing is left to do.
    ///
    /// A dropped future leaves the journal at the last recorded event: what was being sent may have been accepted.
    pub(super) async fn drive(&mut self, event: Event) -> Result<(), Halt> {
        let mut queue: VecDeque<Action> = self.record(event).await?.into();
        while let Some(action) = queue.pop_front() {
            let event = self.perform(action).await?;
            queue.extend(self.record(event).await?);
        }
        Ok(())
    }

    /// Performs one action; its end is an event.
    async fn perform(&mut self, action: Action) -> Result<Event, Halt> {
        match action {
            Action::Submit { call } => Ok(self.submit(call).await),
            Action::Pause { call, delay } => {
                self.wait(delay).await?;
                Ok(Event::PauseOver { call })
            }
            Action::Poll { call, job, after } => {
                if self.leaves(call) {
                    self.record(Event::Left { call }).await?;
                    return Err(self.halt(HaltReason::Left { call, job }));
                }
                self.wait(after).await?;
                self.poll(call, &job).await
            }
            Action::Judge { call, job } => self.judge(call, &job).await,
            Action::Search { call, .. } if self.crew.leaving && self.outwaited(call) => {
                let source = self.failures.remove(&call);
                Err(self.halt(HaltReason::AnswerLost { call, source }))
            }
            Action::Search { call, after } => {
                self.wait(after).await?;
                self.search(call).await
            }
            Action::Leave { call, .. } if self.settles && self.is_gone(call) => Ok(Event::JobGone { call }),
            // What an earlier process saw last says nothing about now.
            Action::Leave { call, job } if self.settles && self.missing.contains_key(&call) => {
                self.wait(Duration::from_secs(1)).await?;
                self.poll(call, &job).await
            }
            Action::Leave { call, job } => {
                let source = self.failures.remove(&call);
                Err(self.halt(HaltReason::JobUnreadable { call, job, source }))
            }
        }
    }

    /// Whether the job of a call is not waited for: it was just accepted, or looked at and found at work.
    fn leaves(&self, call: Call) -> bool {
        let looked = self.state.exchange(call).is_some_and(|exchange| {
            matches!(exchange.state(), ExchangeState::Polling { polls, unreadable_since: None, .. } if *polls > 0)
        });
        self.crew.leaving && (self.sent.contains(&call) || looked)
    }

    /// Whether a lost call is sought for longer than the quiet period, as a job that may be its one goes on.
    fn outwaited(&self, call: Call) -> bool {
        let quiet = self.state.settings().map(|settings| settings.patience.quiet_period);
        match self.state.exchange(call).map(|exchange| exchange.state()) {
            Some(ExchangeState::Unknown { since, .. }) => {
                quiet.is_some_and(|quiet| Duration::from_millis(self.now().saturating_sub(*since)) > quiet)
            }
            _ => false,
        }
    }

    /// Whether the service says for longer than a fresh job may take to show that there is no such job.
    fn is_gone(&self, call: Call) -> bool {
        let fresh = self.state.settings().map_or(Duration::ZERO, |settings| settings.patience.fresh_job);
        let missing = self.missing.get(&call).map(|since| Duration::from_millis(self.now().saturating_sub(*since)));
        missing.is_some_and(|missing| missing >= fresh)
    }

    async fn submit(&mut self, call: Call) -> Event {
        let now = self.now();
        self.begun.entry(call).or_insert(now);
        self.sent.insert(call);
        let answer = match self.request(call) {
            Some(Request::Batch(request)) => self.crew.transport.submit_batch(&request).await,
            Some(Request::Finalize(request)) => self.crew.transport.submit_finalize(&request).await,
            Some(Request::Full(request)) => self.crew.transport.submit_full(&request).await,
            None => Err(TransportError::new(Operation::SubmitBatch, TransportErrorKind::Payload, Delivery::NotSent)),
        };
        match answer {
            Ok(job) => {
                self.show(call, &job);
                Event::Accepted { call, job: job.id }
            }
            Err(error) => {
                let event = match (error.delivery(), error.status()) {
                    (Delivery::NotSent, _) => Event::NotSent { call },
                    (Delivery::Answered, Some(status)) => {
                        Event::Refused { call, status, retry_after: error.retry_after() }
                    }
                    (Delivery::Answered | Delivery::Unknown, _) => Event::Lost { call },
                };
                self.failures.insert(call, error);
                event
            }
        }
    }

    fn show(&mut self, call: Call, job: &Job) {
        self.learnt.from(Some(call), job);
        self.crew.observer.job(call, job);
    }

    /// Looks for the job of a lost call. A target that cannot be asked is asked again for as long as an outage may take:
    /// that no job was found must not come from not having looked.
    async fn search(&mut self, call: Call) -> Result<Event, Halt> {
        let patience = self.state.settings().map_or_else(Patience::default, |settings| settings.patience);
        let begun = self.now();
        let mut tries = 0;
        let sighting = loop {
            match self.look(call).await {
                Ok(sighting) => break sighting,
                Err(SearchError::Journal(error)) => return Err(self.halt(HaltReason::Journal(error))),
                Err(SearchError::Transport(error)) => {
                    let waited = Duration::from_millis(self.now().saturating_sub(begun));
                    if error.is_denied() || waited >= patience.outage {
                        return Err(self.halt(HaltReason::AnswerLost { call, source: Some(error) }));
                    }
                    self.wait(patience.poll_after(tries)).await?;
                    tries = tries.saturating_add(1);
                }
            }
        };
        Ok(match sighting {
            Sighting::Ours(job) => Event::Found { call, job },
            Sighting::Perhaps(job) => {
                self.sighted.insert(call, job.clone());
                Event::Sighted { call, candidate: job }
            }
            Sighting::Unclear(job) if self.settles => {
                let source = self.failures.remove(&call);
                tracing::warn!(%job, "a job that may be the lost call's does not say whether it is at work");
                return Err(self.halt(HaltReason::AnswerLost { call, source }));
            }
            Sighting::Unclear(_) => Event::Ambiguous { call },
            Sighting::Nothing => {
                self.sighted.remove(&call);
                Event::NotFound { call }
            }
            Sighting::Unavailable => Event::SearchUnavailable { call },
        })
    }

    async fn look(&mut self, call: Call) -> Result<Sighting, SearchError> {
        let search = Search {
            transport: self.crew.transport.as_ref(),
            journal: self.crew.journal.as_ref(),
            state: &self.state,
            call,
            file_name: self.payloads.get(&call).map(Payload::file_name),
            earlier: self.crew.earlier.as_ref(),
            last: self.sighted.get(&call),
        };
        search.look(&mut self.learnt).await
    }

    fn request(&self, call: Call) -> Option<Request> {
        let settings = self.state.settings()?;
        let id = settings.synchronization.clone();
        let finalization = self.state.finalization()?;
        let payload = || self.payloads.get(&call).cloned();
        Some(match (call, settings.mode) {
            (Call::Batch(_), _) => Request::Batch(
                BatchRequest::new(id, payload()?)
                    .with_continue_on_error(settings.continue_on_error)
                    .with_relations_action(settings.relations_action),
            ),
            (Call::Finalize, CycleMode::Batches) => Request::Finalize(FinalizeRequest::new(id, finalization)),
            (Call::Finalize, CycleMode::SingleCall) => Request::Full(
                FullRequest::new(id, payload()?, finalization).with_continue_on_error(settings.continue_on_error),
            ),
        })
    }

    async fn poll(&mut self, call: Call, id: &JobId) -> Result<Event, Halt> {
        match self.crew.transport.job(id).await {
            Ok(job) => {
                self.missing.remove(&call);
                self.show(call, &job);
                if job.is_terminal() {
                    self.ended.insert(call, job);
                    Ok(Event::JobEnded { call })
                } else {
                    Ok(Event::JobRunning { call })
                }
            }
            Err(error) if error.is_denied() => {
                Err(self.halt(HaltReason::JobUnreadable { call, job: id.clone(), source: Some(error) }))
            }
            Err(error) => {
                let missing = matches!(error.status(), Some(404 | 500));
                if error.kind() == TransportErrorKind::NotFound {
                    let now = self.now();
                    self.missing.entry(call).or_insert(now);
                } else {
                    self.missing.remove(&call);
                }
                self.failures.insert(call, error);
                Ok(Event::JobUnreadable { call, missing })
            }
        }
    }

    /// Reads the summary beside the ended job. A summary that cannot be read does not hold up a job that says itself
    /// how it ended.
    async fn judge(&mut self, call: Call, id: &JobId) -> Result<Event, Halt> {
        let Some(job) = self.ended_job(call, id).await? else { return Ok(Event::JobGone { call }) };
        // What a finalization that failed has done is documented as little as for a job of many small transactions.
        let continue_on_error = self.state.settings().is_none_or(|settings| {
            let has_commands = call != Call::Finalize || settings.mode == CycleMode::SingleCall;
            settings.continue_on_error || !has_commands
        });
        let is_clear = Outcome::judge(continue_on_error, &job, None) != Some(Outcome::Undetermined);
        let summary = self.summary(call, id, is_clear).await?;
        let outcome = Outcome::judge(continue_on_error, &job, summary.as_ref()).unwrap_or(Outcome::Undetermined);
        let begun = self.begun.get(&call).copied().unwrap_or_else(|| self.now());
        let elapsed = Duration::from_millis(self.now().saturating_sub(begun));
        self.reports.push(CallReport { call, job, outcome, summary: summary.clone(), elapsed });
        self.payloads.remove(&call);
        Ok(Event::Judged { call, outcome, summary: summary.map(Box::new) })
    }

    /// The ended job as it was read, or read again by another process than the one that saw its end; `None` if the service
    /// does not know it any more.
    async fn ended_job(&mut self, call: Call, id: &JobId) -> Result<Option<Job>, Halt> {
        if let Some(job) = self.ended.remove(&call) {
            return Ok(Some(job));
        }
        let outage = self.state.settings().map_or(Duration::ZERO, |settings| settings.patience.outage);
        let begun = self.now();
        loop {
            let error = match self.crew.transport.job(id).await {
                Ok(job) => return Ok(Some(job)),
                Err(error) => error,
            };
            let waited = Duration::from_millis(self.now().saturating_sub(begun));
            let is_missing = error.kind() == TransportErrorKind::NotFound;
            if is_missing && self.settles {
                let now = self.now();
                self.missing.entry(call).or_insert(now);
                if self.is_gone(call) {
                    return Ok(None);
                }
            } else if !error.says_nothing() || waited >= outage {
                return Err(self.halt(HaltReason::JobUnreadable { call, job: id.clone(), source: Some(error) }));
            }
            self.wait(Duration::from_secs(1)).await?;
        }
    }

    /// The summary of an ended job, if it can be had. Where the job does not say itself how it ended, an outage is sat out:
    /// a job must not count as failed because nobody could be asked.
    async fn summary(&mut self, call: Call, id: &JobId, is_clear: bool) -> Result<Option<ImportSummary>, Halt> {
        let patience = self.state.settings().map_or_else(Patience::default, |settings| settings.patience);
        let begun = self.now();
        for tries in 1.. {
            let error = match self.crew.transport.summary(id).await {
                Ok(summary) => return Ok(Some(summary)),
                Err(error) => error,
            };
            tracing::debug!(%error, "summary not readable");
            if is_clear || !(error.says_nothing() || error.is_denied()) {
                if tries >= SUMMARY_TRIES {
                    break;
                }
                self.wait(Duration::from_secs(1)).await?;
                continue;
            }
            let waited = Duration::from_millis(self.now().saturating_sub(begun));
            if error.is_denied() || waited >= patience.outage {
                return Err(self.halt(HaltReason::JobUnreadable { call, job: id.clone(), source: Some(error) }));
            }
            self.wait(patience.poll_after(tries)).await?;
        }
        Ok(None)
    }

    /// Waits in naps, so that a request to stop is heard: nothing is in flight here but jobs the server works on.
    async fn wait(&mut self, duration: Duration) -> Result<(), Halt> {
        let mut left = duration;
        loop {
            self.heed_stop().await?;
            if left.is_zero() {
                return Ok(());
            }
            let nap = left.min(NAP);
            self.crew.clock.sleep(nap).await;
            left -= nap;
        }
    }

    /// Stops here if somebody asked for it.
    pub(super) async fn heed_stop(&mut self) -> Result<(), Halt> {
        if !self.crew.stop.is_stopped() {
            return Ok(());
        }
        if !matches!(self.state.phase(), Phase::Idle | Phase::Finalized | Phase::Abandoned) {
            self.record(Event::Stopped).await?;
        }
        Err(self.halt(HaltReason::Stopped))
    }

    /// What stopped a call that is neither a success nor uncertain.
    pub(super) fn failed(&mut self, call: Call) -> Halt {
        let exchange = self.state.exchange(call);
        let reason = match exchange.and_then(|exchange| exchange.outcome()) {
            Some(outcome) => HaltReason::JobFailed { call, outcome },
            None if exchange.is_some_and(|exchange| exchange.is_unknown()) => {
                HaltReason::AnswerLost { call, source: self.failures.remove(&call) }
            }
            None => HaltReason::Refused { call, source: self.failures.remove(&call) },
        };
        self.halt(reason)
    }
}

enum Request {
    Batch(BatchRequest),
    Finalize(FinalizeRequest),
    Full(FullRequest),
}
