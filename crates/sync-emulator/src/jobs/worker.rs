//! The single worker: takes jobs in the order of their acceptance and is the only one that writes to the catalogue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::queue::Accepted;
use super::{
    ErrorEntry, ErrorType, Finalization, JobFailure, JobResult, JobState, Jobs, Line, Operation, Report, Strategy,
    Tally, Turn,
};
use crate::catalog::{Stamp, Store, UserNumber};
use crate::clock::Clock;
use crate::importer::{Import, Rules, import};
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
    pub(crate) uploads: PathBuf,
    /// Failed commands at which a job is aborted.
    pub(crate) failed_commands_limit: u64,
    pub(crate) stopping: AtomicBool,
}

impl Context {
    /// Whether the server goes down.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Whether the job at work has to be left undone: it begins again later, if at all.
    pub(crate) fn must_leave_work(&self) -> bool {
        self.is_stopping() || self.line.is_interrupted()
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
        let written = match turn {
            Turn::Task(task) => {
                (task.0)(&mut store);
                Ok(())
            }
            Turn::Show(number) => context.jobs.show(number, context.clock.now()),
            Turn::Job(number) => execute(context, &mut store, number),
        };
        if let Err(error) = written {
            tracing::error!(%error, "a job cannot be written down");
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
fn execute(context: &Context, store: &mut Store, number: i64) -> rusqlite::Result<()> {
    let now = || context.clock.now();
    let Some(job) = context.jobs.start(number, now())? else { return Ok(()) };
    let sample = context.readings.sample_counters;
    // A defect in one job must not leave every later one waiting for ever.
    let report = match catch_unwind(AssertUnwindSafe(|| perform(context, store, &job))) {
        Ok(Ok(Some(report))) => report,
        Ok(Ok(None)) => {
            store.roll_back()?;
            if context.line.left_undone() {
                context.jobs.put_back(number)?;
            }
            return Ok(());
        }
        Ok(Err(error)) => {
            tracing::error!(%error, job = %job.id, "a job failed because of the database");
            broken(store)?
        }
        Err(_) => {
            tracing::error!(job = %job.id, "a job ended in a panic");
            broken(store)?
        }
    };
    if let Err(error) = write(context, store, &report, &job, sample) {
        // Without its report the work is undone too, and whoever waits for the job has to learn that.
        store.roll_back()?;
        context.jobs.finish(job.id, &broken(store)?, now())?;
        return Err(error);
    }
    context.jobs.finish(job.id, &report, now())?;
    if let Some(upload) = &job.request.upload
        && let Err(error) = std::fs::remove_file(context.uploads.join(upload))
    {
        tracing::warn!(%error, "cannot delete an upload");
    }
    Ok(())
}

/// Commits the work of a job together with its report.
fn write(context: &Context, store: &mut Store, report: &Report, job: &Accepted, sample: bool) -> rusqlite::Result<()> {
    if store.connection.is_autocommit() {
        store.begin(Stamp { at: context.clock.now(), by: UserNumber(0) })?;
    }
    report.write(store, job.id, sample)?;
    store.commit()
}

fn broken(store: &mut Store) -> rusqlite::Result<Report> {
    store.roll_back()?;
    let error = ErrorEntry::of_job(ErrorType::Runtime, "Something went wrong inside the server; its log says more.");
    Ok(Report::failure(error, Tally::default()))
}

/// Does the work of a job. The open transaction holds what belongs to the report; without a report the job has to run
/// again.
fn perform(context: &Context, store: &mut Store, job: &Accepted) -> rusqlite::Result<Option<Report>> {
    let user = store.register_user(job.user, &job.user_name)?;
    store.begin(Stamp { at: context.clock.now(), by: user })?;
    if let Some(failure) = job.request.failure.as_ref().filter(|failure| !failure.is_done) {
        store.roll_back()?;
        return Ok(Some(Report::failure(ordered(failure), Tally::default())));
    }
    let stamp = store.stamp();
    let mut report = match &job.request.upload {
        None => succeeded(Tally::default()),
        Some(upload) => {
            let path = context.uploads.join(upload);
            let imported = import(context, &context.rules, store, stamp, &job.synchronization, &job.request, &path)?;
            match imported {
                Import::Finished { tally, errors, count: 0 } => Report { errors, ..succeeded(tally) },
                Import::Finished { tally, errors, count } => Report {
                    state: JobState::Completed,
                    result: JobResult::CompletedWithError,
                    message: format!("{count} commands failed and were skipped."),
                    tally,
                    errors,
                    error_count: count,
                },
                Import::Aborted { tally, errors, count } => Report {
                    state: JobState::Completed,
                    result: JobResult::Aborted,
                    message: format!("Stopped after {count} failed commands."),
                    tally,
                    errors,
                    error_count: count,
                },
                Import::RolledBack { tally, error } => return Ok(Some(rolled_back(context, error, tally))),
                Import::Stopped => return Ok(None),
            }
        }
    };
    let finalizes = match (job.request.operation, report.result) {
        (Operation::Batch, _) | (Operation::Full, JobResult::Aborted) => false,
        (Operation::Full, JobResult::CompletedWithError) => context.readings.partial_import == PartialImport::Finalized,
        (Operation::Full | Operation::Finalize, _) => true,
    };
    if finalizes {
        let finalization = job
            .request
            .finalization
            .unwrap_or(Finalization { strategy: Strategy::RemoveResources, missing_status: None });
        match finalize(context, store, &job.synchronization, finalization, &mut report.tally)? {
            Finalized::Done => {}
            Finalized::Refused(error) => {
                store.roll_back()?;
                return Ok(Some(rolled_back(context, error, Tally::default())));
            }
            Finalized::Stopped => return Ok(None),
        }
    }
    if let Some(failure) = &job.request.failure {
        // What was done stays, which is what makes such a failure hard on clients.
        let errors = [report.errors, vec![ordered(failure)]].concat();
        let failed = Report::failure(ordered(failure), report.tally);
        return Ok(Some(Report { errors, error_count: report.error_count + 1, ..failed }));
    }
    Ok(Some(report))
}

/// The error of a failure that was ordered.
fn ordered(failure: &JobFailure) -> ErrorEntry {
    ErrorEntry::of_job(ErrorType::Runtime, failure.message.clone())
}

fn succeeded(tally: Tally) -> Report {
    Report {
        state: JobState::Completed,
        result: JobResult::Success,
        message: "Done.".to_owned(),
        tally,
        errors: Vec::new(),
        error_count: 0,
    }
}

fn rolled_back(context: &Context, error: ErrorEntry, tally: Tally) -> Report {
    let mut report = Report::failure(error, tally);
    if !context.readings.rolled_back_error_listed {
        report.errors.clear();
    }
    report
}
