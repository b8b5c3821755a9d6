//! A cycle's crew in memory: a service that answers what it is told to, a journal that can fail, a clock that jumps.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use sync_core::clock::{Clock, Millis};
use sync_core::cycle::{Call, Crew, CycleState, Event, Observer, StopSignal};
use sync_core::journal::{Entry, Journal, JournalError};
use sync_core::transport::{
    BatchRequest, Delivery, FinalizeRequest, FullRequest, JobQuery, Operation, Transport, TransportError,
    TransportErrorKind,
};
use sync_core::{
    ImportError, ImportState, ImportSummary, Job, JobId, JobResult, JobState, Page, SynchronizationId, UserId,
};

/// What was done, in order: `journal batch_ready`, `send batch-1.json …`, `read job-1`.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<String>>);

impl Log {
    fn add(&self, line: String) {
        self.0.lock().expect("no test panics while logging").push(line);
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().expect("no test panics while logging").clone()
    }

    /// What was sent.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.lines().into_iter().filter_map(|line| line.strip_prefix("send ").map(str::to_owned)).collect()
    }
}

type Script<T> = Mutex<VecDeque<Result<T, TransportError>>>;

fn next<T>(script: &Script<T>) -> Option<Result<T, TransportError>> {
    script.lock().expect("scripts do not panic").pop_front()
}

/// The one list that is left, as often as it is asked for.
fn last(lists: &VecDeque<Result<Vec<Job>, TransportError>>) -> Result<Vec<Job>, TransportError> {
    match lists.front() {
        None => Ok(Vec::new()),
        Some(Ok(jobs)) => Ok(jobs.clone()),
        Some(Err(error)) => Err(TransportError::answered(error.operation(), error.status().unwrap_or(503))),
    }
}

/// Answers from scripts; where a script has ended, everything goes well.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    log: Arc<Log>,
    submits: Script<Job>,
    jobs: Script<Job>,
    summaries: Script<ImportSummary>,
    pages: Mutex<VecDeque<Page<ImportError>>>,
    /// What lists of jobs show, one after the other; the last one stays.
    lists: Script<Vec<Job>>,
    user: Mutex<Option<UserId>>,
    /// A signal given with the look at a job, or at the jobs, after so many others.
    stop_at_look: Mutex<Option<(u32, StopSignal)>>,
    made: Mutex<u32>,
}

impl Wire {
    fn submit(&self, what: String) -> Result<Job, TransportError> {
        self.log.add(format!("send {what}"));
        next(&self.submits).unwrap_or_else(|| {
            let mut made = self.made.lock().expect("counting does not panic");
            *made += 1;
            Ok(Job::new(format!("job-{made}").parse().expect("a valid job id")).with_state(JobState::Waiting))
        })
    }

    /// What the next submits are answered.
    pub(crate) fn answer_submits(&self, answers: impl IntoIterator<Item = Result<Job, TransportError>>) {
        self.submits.lock().expect("scripts do not panic").extend(answers);
    }

    /// What the next looks at a job show.
    pub(crate) fn answer_looks(&self, answers: impl IntoIterator<Item = Result<Job, TransportError>>) {
        self.jobs.lock().expect("scripts do not panic").extend(answers);
    }

    pub(crate) fn answer_summaries(&self, answers: impl IntoIterator<Item = Result<ImportSummary, TransportError>>) {
        self.summaries.lock().expect("scripts do not panic").extend(answers);
    }

    /// What the next lists of jobs show, the newest first; the last one stays.
    pub(crate) fn answer_lists(&self, lists: impl IntoIterator<Item = Result<Vec<Job>, TransportError>>) {
        self.lists.lock().expect("scripts do not panic").extend(lists);
    }

    /// Who we are.
    pub(crate) fn is_user(&self, user: &str) {
        *self.user.lock().expect("setting does not panic") = Some(user.parse().expect("a valid user id"));
    }

    pub(crate) fn set_pages(&self, pages: impl IntoIterator<Item = Page<ImportError>>) {
        *self.pages.lock().expect("scripts do not panic") = pages.into_iter().collect();
        self.log.0.lock().expect("no test panics while logging").clear();
    }

    pub(crate) fn offsets(&self) -> Vec<u64> {
        let offset = |line: String| line.strip_prefix("errors ")?.parse().ok();
        self.log.lines().into_iter().filter_map(offset).collect()
    }

    fn looked(&self) {
        if let Some((left, signal)) = &mut *self.stop_at_look.lock().expect("scripts do not panic") {
            match left {
                0 => signal.stop(),
                _ => *left -= 1,
            }
        }
    }

    pub(crate) fn stop_at_look(&self, look: u32, signal: StopSignal) {
        *self.stop_at_look.lock().expect("scripts do not panic") = Some((look, signal));
    }
}

#[async_trait]
impl Transport for Wire {
    async fn submit_batch(&self, request: &BatchRequest) -> Result<Job, TransportError> {
        let BatchRequest { synchronization, payload, continue_on_error, relations_action, .. } = request;
        self.submit(format!(
            "batch {} to {synchronization}, continue_on_error={continue_on_error}, relations={}",
            payload.file_name(),
            relations_action.as_str()
        ))
    }

    async fn submit_finalize(&self, request: &FinalizeRequest) -> Result<Job, TransportError> {
        self.submit(format!("finalize of {}, {}", request.synchronization, request.finalization))
    }

    async fn submit_full(&self, request: &FullRequest) -> Result<Job, TransportError> {
        let FullRequest { synchronization, payload, continue_on_error, finalization, .. } = request;
        let file = payload.file_name();
        self.submit(format!("all of {synchronization} {file}, {finalization}, continue_on_error={continue_on_error}"))
    }

    async fn job(&self, id: &JobId) -> Result<Job, TransportError> {
        self.log.add(format!("read {id}"));
        self.looked();
        next(&self.jobs)
            .unwrap_or_else(|| Ok(Job::new(id.clone()).with_state(JobState::Completed).with_result(JobResult::Success)))
    }

    async fn summary(&self, id: &JobId) -> Result<ImportSummary, TransportError> {
        self.log.add(format!("summary {id}"));
        next(&self.summaries).unwrap_or_else(|| Ok(summary(ImportState::Completed)))
    }

    async fn errors(&self, _: &JobId, offset: u64) -> Result<Page<ImportError>, TransportError> {
        self.log.add(format!("errors {offset}"));
        let page = self.pages.lock().expect("scripts do not panic").pop_front();
        Ok(page.unwrap_or_else(|| Page::new(0, 0, 1000, Vec::new())))
    }

    async fn exists(&self, _: &SynchronizationId) -> Result<bool, TransportError> {
        Ok(true)
    }

    async fn forget(&self, _: &SynchronizationId) -> Result<(), TransportError> {
        Ok(())
    }

    async fn jobs(&self, query: &JobQuery, offset: u64) -> Result<Page<Job>, TransportError> {
        self.log.add(format!("list jobs of {}", query.created_by.as_deref().unwrap_or("everybody")));
        self.looked();
        let mut lists = self.lists.lock().expect("scripts do not panic");
        let jobs = if lists.len() > 1 { lists.pop_front().expect("one of several") } else { last(&lists) }?;
        let page = jobs.into_iter().skip(offset as usize).take(1000).collect();
        Ok(Page::new(0, offset as i64, 1000, page))
    }

    async fn own_user(&self) -> Result<Option<UserId>, TransportError> {
        Ok(self.user.lock().expect("reading does not panic").clone())
    }
}

/// Keeps entries in memory and fails when told to.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    log: Arc<Log>,
    entries: Mutex<Vec<Entry>>,
    /// The append that fails, counted from 0.
    fails_at: Mutex<Option<usize>>,
    /// Jobs of other synchronizations.
    others: Mutex<Vec<JobId>>,
}

impl Memory {
    pub(crate) fn fail_at(&self, append: usize) {
        *self.fails_at.lock().expect("setting does not panic") = Some(append);
    }

    pub(crate) fn knows_of(&self, job: &str) {
        self.others.lock().expect("keeping does not panic").push(job.parse().expect("a valid job id"));
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.lock().expect("keeping does not panic").clone()
    }

    /// The state that somebody who reads the journal finds.
    pub(crate) fn replayed(&self) -> CycleState {
        CycleState::replay(&self.entries()).expect("the journal of a cycle")
    }
}

#[async_trait]
impl Journal for Memory {
    async fn append(&self, entry: &Entry) -> Result<(), JournalError> {
        let mut entries = self.entries.lock().expect("keeping does not panic");
        if *self.fails_at.lock().expect("setting does not panic") == Some(entries.len()) {
            self.log.add("journal fails".to_owned());
            return Err(JournalError::new("disk full"));
        }
        self.log.add(format!("journal {}", entry.event.name()));
        entries.push(entry.clone());
        Ok(())
    }

    async fn knows_job(&self, job: &JobId) -> Result<bool, JournalError> {
        let ours = self.entries().into_iter().any(|entry| match entry.event {
            Event::Accepted { job: known, .. } | Event::Found { job: known, .. } => known == *job,
            _ => false,
        });
        Ok(ours || self.others.lock().expect("keeping does not panic").contains(job))
    }
}

/// A clock on which every wait is over at once.
#[derive(Debug)]
pub(crate) struct Jumping(Mutex<Millis>);

#[async_trait]
impl Clock for Jumping {
    fn now(&self) -> Millis {
        *self.0.lock().expect("reading the time does not panic")
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().expect("passing time does not panic") += duration.as_millis() as u64;
    }
}

/// Notes what it is told.
#[derive(Debug, Default)]
pub(crate) struct Watcher(pub(crate) Mutex<Vec<String>>);

impl Observer for Watcher {
    fn recorded(&self, entry: &Entry, state: &CycleState) {
        self.0.lock().expect("noting does not panic").push(format!("{} {:?}", entry.event.name(), state.phase()));
    }

    fn job(&self, call: Call, job: &Job) {
        self.0.lock().expect("noting does not panic").push(format!("{call} {}", job.id));
    }
}

/// Everything a cycle needs, with handles to look at it from outside.
pub(crate) struct Stage {
    pub(crate) log: Arc<Log>,
    pub(crate) wire: Arc<Wire>,
    pub(crate) journal: Arc<Memory>,
    pub(crate) clock: Arc<Jumping>,
    pub(crate) stop: StopSignal,
    pub(crate) watcher: Arc<Watcher>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let log = Arc::new(Log::default());
        Self {
            wire: Arc::new(Wire { log: log.clone(), ..Wire::default() }),
            journal: Arc::new(Memory { log: log.clone(), ..Memory::default() }),
            log,
            clock: Arc::new(Jumping(Mutex::new(1_700_000_000_000))),
            stop: StopSignal::default(),
            watcher: Arc::default(),
        }
    }

    pub(crate) fn crew(&self) -> Crew {
        Crew::new(self.wire.clone(), self.journal.clone(), self.clock.clone())
            .with_stop(self.stop.clone())
            .with_observer(self.watcher.clone())
    }
}

pub(crate) fn summary(state: ImportState) -> ImportSummary {
    let mut summary = ImportSummary::default();
    summary.import_job_state = Some(state);
    summary
}

pub(crate) fn job(state: JobState, result: Option<JobResult>) -> Job {
    let mut job = Job::new("job-1".parse().expect("a valid job id")).with_state(state);
    job.result = result;
    job
}

pub(crate) fn unreachable() -> TransportError {
    TransportError::new(Operation::SubmitBatch, TransportErrorKind::Unreachable, Delivery::NotSent)
}

pub(crate) fn broken() -> TransportError {
    TransportError::new(Operation::SubmitBatch, TransportErrorKind::Broken, Delivery::Unknown)
}

pub(crate) fn answered(status: u16) -> TransportError {
    TransportError::answered(Operation::SubmitBatch, status)
}
