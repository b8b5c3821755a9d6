//! The single worker: takes jobs in the order of their acceptance and is the only one that writes to the catalogue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use uuid::Uuid;

use super::queue::Accepted;
use super::slots::Entry;
use super::{
    Claims, ErrorEntry, ErrorType, Finalization, JobFailure, JobRequest, JobResult, JobState, Jobs, Line, Operation,
    Report, Strategy, Taken, Tally, Turn,
};
use crate::catalog::{Stamp, Store, UserNumber};
use crate::clock::Clock;
use crate::importer::{Import, Rules, Work, import};
use crate::profile::{PartialImport, Readings};
use crate::tracking::{Finalized, finalize};

/// What the worker and the operations share.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) clock: Clock,
    pub(crate) line: Arc<Line>,
    pub(crate) jobs: Jobs,
    pub(crate) readings: Readings,
    pub(crate) rules: Rules,
    /// Folder with the files of jobs.
    pub(crate) uploads: PathBuf,
    /// Folder with the files that are stored on their own.
    pub(crate) files: PathBuf,
    /// Failed commands at which a job is aborted.
    pub(crate) failed_commands_limit: u64,
    pub(crate) stopping: AtomicBool,
}

impl Context {
    /// Milliseconds since 1970, UTC.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Whether work has to be left for the next start.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Whether the job at work has to be left undone: it begins again later, if at all.
    pub(crate) fn must_leave_work(&self) -> bool {
        self.is_stopping() || self.line.is_interrupted()
    }

    /// Whether the job at work has to be left as it is.
    pub(crate) fn has_to_stop(&self) -> bool {
        self.must_leave_work() || self.jobs.is_canceling()
    }

    /// Deletes what a job that is over needs no more.
    pub(crate) fn clear_up(&self, request: &JobRequest, state: JobState) {
        if let Some(upload) = &request.upload {
            self.remove_upload(upload);
        }
        if let Some(file) = request.deletes_file(state) {
            self.remove_stored(file);
        }
    }

    pub(crate) fn remove_upload(&self, name: &str) {
        remove(&self.uploads.join(name));
    }

    /// Deletes the content of a stored file.
    pub(crate) fn remove_stored(&self, id: Uuid) {
        remove(&self.files.join(id.to_string()));
    }
}

fn remove(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "cannot delete a file");
        }
        _ => {}
    }
}

/// The worker's thread.
#[derive(Debug)]
pub(crate) struct Worker(Option<JoinHandle<()>>);

impl Worker {
    /// Starts the worker.
    pub(crate) fn start(context: Arc<Context>, store: Store) -> std::io::Result<Self> {
        let thread = std::thread::Builder::new().name("emulator-worker".to_owned());
        thread.spawn(move || run(&context, store)).map(|handle| Self(Some(handle)))
    }

    /// Waits until the worker has stopped: at most as long as one command takes, as it looks for the sign between two.
    pub(crate) fn join(&mut self) {
        if let Some(handle) = self.0.take()
            && handle.join().is_err()
        {
            tracing::error!("the worker ended in a panic");
        }
    }
}

fn run(context: &Context, mut store: Store) {
    while let Some(turn) = context.line.next() {
        match turn {
            // A defect in one must not leave everything behind it waiting for ever; who waits for it is told.
            Turn::Task(task) => {
                if catch_unwind(AssertUnwindSafe(|| (task.0)(&mut store))).is_err() {
                    tracing::error!("a task of the worker ended in a panic");
                }
            }
            Turn::Job(entry, taken) => {
                let id = entry.id;
                if let Err(error) = execute(context, &mut store, entry, taken) {
                    tracing::error!(%error, job = %id, "a job cannot be written down");
                    // What cannot be read or written now is not tried again and again: the next start does.
                    if let Err(error) = context.jobs.give_up(id, context.now()) {
                        tracing::error!(%error, "the jobs behind it cannot be shown as running");
                    }
                }
            }
        }
        if let Err(error) = store.roll_back() {
            tracing::error!(%error, "cannot end a transaction that was left open");
        }
    }
    if let Err(error) = store.checkpoint() {
        tracing::warn!(%error, "cannot tidy up the database");
    }
}

/// Executes one job and writes its report.
fn execute(context: &Context, store: &mut Store, entry: Entry, taken: Taken) -> rusqlite::Result<()> {
    let id = entry.id;
    let Some(job) = context.jobs.start(entry, taken)? else { return context.jobs.give_up(id, context.now()) };
    let sample = context.readings.sample_counters;
    let mut claims = Claims::default();
    // A defect in one job must not leave every later one waiting for ever.
    let report = match catch_unwind(AssertUnwindSafe(|| perform(context, store, &job, &mut claims))) {
        Ok(Ok(Some(report))) => report,
        Ok(Ok(None)) => {
            if context.line.left_undone() {
                context.jobs.put_back();
            }
            return store.roll_back();
        }
        Ok(Err(error)) => {
            tracing::error!(%error, job = %job.id, "a job failed because of the database");
            broken(store, &mut claims)?
        }
        Err(_) => {
            tracing::error!(job = %job.id, "a job ended in a panic");
            broken(store, &mut claims)?
        }
    };
    let (report, written) = match write(context, store, &report, &job, sample) {
        Ok(()) => (report, Ok(())),
        Err(error) => {
            // Without its report the work is undone too, and whoever waits for the job has to learn that.
            (broken(store, &mut claims)?, Err(error))
        }
    };
    let file = job.request.deletes_file(report.state);
    context.jobs.finish(job.id, &report, file, claims, context.now())?;
    context.clear_up(&job.request, report.state);
    written
}

/// Commits the work of a job together with its report.
fn write(context: &Context, store: &mut Store, report: &Report, job: &Accepted, sample: bool) -> rusqlite::Result<()> {
    if store.connection.is_autocommit() {
        store.begin(Stamp { at: context.now(), by: UserNumber(0) })?;
    }
    report.write(store, job.id, sample)?;
    store.commit()
}

fn broken(store: &mut Store, claims: &mut Claims) -> rusqlite::Result<Report> {
    undo(store, claims)?;
    let error = ErrorEntry::of_job(ErrorType::Runtime, "Something went wrong inside the server; its log says more.");
    Ok(Report::failure(error, Tally::default()))
}

/// Leaves nothing of the open transaction.
fn undo(store: &mut Store, claims: &mut Claims) -> rusqlite::Result<()> {
    claims.undo();
    store.roll_back()
}

/// Does the work of a job. The open transaction holds what belongs to the report; without a report the job has to run
/// again.
fn perform(
    context: &Context,
    store: &mut Store,
    job: &Accepted,
    claims: &mut Claims,
) -> rusqlite::Result<Option<Report>> {
    if let Some(fault) = &job.request.fault {
        let error = ErrorEntry::of_job(ErrorType::Validation, fault.clone());
        return Ok(Some(rolled_back(context, error, Work::default())));
    }
    if let Some(failure) = job.request.failure.as_ref().filter(|failure| !failure.is_done) {
        return Ok(Some(Report::failure(ordered(failure), Tally::default())));
    }
    let user = store.register_user(job.user, &job.user_name)?;
    store.begin(Stamp { at: context.now(), by: user })?;
    let stamp = store.stamp();
    let (result, mut work) = match &job.request.upload {
        None => (JobResult::Success, Work::default()),
        Some(upload) => {
            let path = context.uploads.join(upload);
            let imported = import(context, store, stamp, job, &path, claims)?;
            if job.request.simulation {
                // The report tells what would have been done.
                undo(store, claims)?;
            }
            match imported {
                Import::Finished(work) if work.errors.is_empty() => (JobResult::Success, work),
                Import::Finished(work) => (JobResult::CompletedWithError, work),
                Import::Aborted(work) => (JobResult::Aborted, work),
                Import::RolledBack(work, error) => return Ok(Some(rolled_back(context, error, work))),
                Import::Canceled(work) => return canceled(context, job, work).map(Some),
                Import::Stopped => return Ok(None),
            }
        }
    };
    let finalizes = match (job.request.operation, result) {
        (Operation::Import | Operation::Batch, _) | (Operation::Full, JobResult::Aborted) => false,
        (Operation::Full, JobResult::CompletedWithError) => context.readings.partial_import == PartialImport::Finalized,
        (Operation::Full | Operation::Finalize, _) => true,
    };
    if finalizes {
        let finalization = job
            .request
            .finalization
            .unwrap_or(Finalization { strategy: Strategy::RemoveResources, missing_status: None });
        match finalize(context, store, &job.synchronization, finalization, &mut work.tally)? {
            Finalized::Done => {}
            Finalized::Refused(error) => {
                undo(store, claims)?;
                return Ok(Some(rolled_back(context, error, work.undone())));
            }
            Finalized::Stopped if context.jobs.is_canceling() => {
                undo(store, claims)?;
                return canceled(context, job, work.undone()).map(Some);
            }
            Finalized::Stopped => return Ok(None),
        }
    }
    if let Some(failure) = &job.request.failure {
        // What was done stays, which is what makes such a failure hard on clients.
        return Ok(Some(failed(ordered(failure), work)));
    }
    Ok(Some(completed(result, work)))
}

/// The error of a failure that was ordered.
fn ordered(failure: &JobFailure) -> ErrorEntry {
    ErrorEntry::of_job(ErrorType::Runtime, failure.message.clone())
}

fn canceled(context: &Context, job: &Accepted, Work { tally, errors, .. }: Work) -> rusqlite::Result<Report> {
    let message = context.jobs.cancel_message(job.id)?;
    let error_count = errors.len() as u64;
    Ok(Report { state: JobState::Canceled, result: JobResult::Aborted, message, tally, errors, error_count })
}

fn completed(result: JobResult, Work { tally, errors, .. }: Work) -> Report {
    let error_count = errors.len() as u64;
    let message = match result {
        JobResult::CompletedWithError => format!("{error_count} commands failed and were skipped."),
        JobResult::Aborted => format!("Stopped after {error_count} failed commands."),
        _ => "Done.".to_owned(),
    };
    Report { state: JobState::Completed, result, message, tally, errors, error_count }
}

/// A job that ends because of this error, after those of commands that were skipped.
fn failed(error: ErrorEntry, Work { tally, mut errors, .. }: Work) -> Report {
    errors.push(error.clone());
    let error_count = errors.len() as u64;
    Report { errors, error_count, ..Report::failure(error, tally) }
}

fn rolled_back(context: &Context, error: ErrorEntry, work: Work) -> Report {
    let mut report = failed(error, work);
    if !context.readings.rolled_back_error_listed {
        report.errors.pop();
    }
    report
}
