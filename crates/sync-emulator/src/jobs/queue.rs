//! The list of jobs: what was accepted is here before it is answered.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use uuid::Uuid;

use super::slots::Entry;
use super::{
    Claims, Cursor, JobFilter, JobRequest, JobResult, JobRow, JobState, Line, Report, Taken, Task, files, job::JOB_TYPE,
};
use crate::catalog::snapshot;
use crate::catalog::{SnapshotError, Storage};
use crate::chance::{Purpose, uuid};
use crate::faults::JobOrders;

/// Fresh jobs whose reads still have to fail; beyond this many the oldest settings are forgotten.
const HIDDEN_LIMIT: usize = 10_000;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS job(
    number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL, type TEXT NOT NULL,
    state TEXT NOT NULL, result TEXT NOT NULL, message TEXT, created_on INTEGER NOT NULL, modified_on INTEGER NOT NULL,
    started_on INTEGER, ended_on INTEGER, user BLOB NOT NULL, user_name TEXT NOT NULL, synchronization TEXT NOT NULL,
    request TEXT NOT NULL);
DROP INDEX IF EXISTS job_pending;
CREATE INDEX IF NOT EXISTS job_unfinished ON job(number) WHERE state IN ('WAITING', 'RUNNING', 'CANCELING');
";

/// The condition of the index above.
const UNFINISHED: &str = "state IN ('WAITING', 'RUNNING', 'CANCELING')";

/// Why a job is not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QueueError {
    #[error("{0} jobs are waiting already")]
    Full(usize),
    #[error("the server is stopping")]
    Stopping,
    #[error("cannot write the list of jobs")]
    Database(#[from] rusqlite::Error),
    #[error("cannot write the request of a job")]
    Request(#[from] serde_json::Error),
}

/// The list of jobs with a database of its own, so that a job is accepted while another one holds the catalogue in a
/// long transaction.
#[derive(Debug)]
pub(crate) struct Jobs {
    inner: Mutex<Inner>,
    pub(super) line: Arc<Line>,
    limit: usize,
    /// Where the ids of jobs and stored files come from.
    pub(super) seed: u64,
    /// Whether the job that is worked on is to stop.
    pub(super) is_canceling: AtomicBool,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) connection: Connection,
    /// The number that the next job gets.
    next: i64,
    /// Jobs that the worker has not taken yet.
    pub(super) waiting: usize,
    pub(super) at_work: Option<AtWork>,
    hidden: HashMap<Uuid, u32>,
}

/// The job that the worker works on.
#[derive(Debug)]
pub(super) struct AtWork {
    pub(super) id: Uuid,
    percent: u8,
}

/// Who asks for a job, and when.
#[derive(Debug, Clone)]
pub(crate) struct Submitter {
    pub(crate) user: Uuid,
    pub(crate) user_name: String,
    pub(crate) at: i64,
    /// What the job is to be called.
    pub(crate) job_name: String,
}

/// A job to be executed.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) id: Uuid,
    pub(crate) synchronization: String,
    pub(crate) request: JobRequest,
    pub(crate) user: Uuid,
    pub(crate) user_name: String,
    /// Assets that other jobs have touched while this one was running.
    pub(crate) taken: Taken,
}

impl Jobs {
    /// Opens the list and puts what was not finished back into the queue, in order.
    pub(crate) fn open(
        storage: &Storage,
        line: Arc<Line>,
        limit: usize,
        seed: u64,
        now: i64,
        outcome: impl Fn(Uuid) -> rusqlite::Result<Option<(JobState, JobResult, String)>>,
    ) -> rusqlite::Result<Self> {
        let connection = Connection::open(storage.folder.join("jobs.sqlite"))?;
        storage.prepare(&connection, 2048)?;
        connection.execute_batch(TABLES)?;
        connection.execute_batch(files::TABLES)?;
        let next = next_number(&connection)?;
        let mut inner = Inner { connection, next, waiting: 0, at_work: None, hidden: HashMap::new() };
        inner.recover(&line, now, outcome)?;
        Ok(Self { inner: Mutex::new(inner), line, limit, seed, is_canceling: AtomicBool::new(false) })
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        // Each use leaves the list in order, so a panic elsewhere while it was locked does no harm.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts a job. The order of acceptance is the order of execution.
    pub(crate) fn accept(
        &self,
        synchronization: &str,
        request: &JobRequest,
        by: &Submitter,
        orders: JobOrders,
    ) -> Result<JobRow, QueueError> {
        let content = serde_json::to_string(&JobRequest { failure: orders.failure, ..request.clone() })?;
        let mut inner = self.inner();
        if inner.waiting >= self.limit {
            return Err(QueueError::Full(inner.waiting));
        }
        let number = inner.next;
        let row = JobRow {
            id: uuid(self.seed, Purpose::Job, number.unsigned_abs()),
            name: by.job_name.clone(),
            state: JobState::Waiting,
            result: JobResult::NotSet,
            message: None,
            progress: 0.0,
            created_on: by.at,
            modified_on: by.at,
            started_on: None,
            ended_on: None,
            user: by.user,
        };
        let transaction = inner.connection.unchecked_transaction()?;
        transaction
            .prepare_cached(
                "INSERT INTO job(number, id, name, type, state, result, created_on, modified_on, user, user_name,
                 synchronization, request) VALUES (?11, ?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                row.id.as_bytes(),
                row.name,
                JOB_TYPE,
                row.state,
                row.result,
                by.at,
                by.user.as_bytes(),
                by.user_name,
                synchronization,
                content,
                number
            ])?;
        let synchronization = synchronization.to_owned();
        let entry = Entry { number, id: row.id, synchronization, operation: request.operation };
        // The worker may see the job at once, but cannot take it while this list is locked.
        if !self.line.push_job(entry, orders.progress.unwrap_or_else(|| self.line.progress())) {
            return Err(QueueError::Stopping);
        }
        if let Err(error) = show_running(&transaction, self.line.begun(), by.at).and_then(|()| transaction.commit()) {
            self.line.end(row.id, Claims::default());
            return Err(error.into());
        }
        inner.next += 1;
        inner.waiting += 1;
        if orders.hidden_polls > 0 {
            if inner.hidden.len() >= HIDDEN_LIMIT {
                inner.hidden.clear();
            }
            inner.hidden.insert(row.id, orders.hidden_polls);
        }
        Ok(row)
    }

    /// Hands work to the worker that is no job. It comes after the jobs accepted before of the synchronization named.
    pub(crate) fn send(&self, synchronization: Option<String>, task: Task) -> Result<(), QueueError> {
        if self.line.push_task(synchronization, task) { Ok(()) } else { Err(QueueError::Stopping) }
    }

    /// Whether this read of a fresh job has to fail.
    pub(crate) fn is_hidden(&self, id: Uuid) -> bool {
        let mut inner = self.inner();
        let Some(left) = inner.hidden.get_mut(&id) else { return false };
        *left -= 1;
        if *left == 0 {
            inner.hidden.remove(&id);
        }
        true
    }

    /// Whether a job of this synchronization is not over.
    pub(crate) fn is_pending(&self, synchronization: &str) -> rusqlite::Result<bool> {
        self.inner()
            .connection
            .prepare_cached(&format!("SELECT EXISTS(SELECT 1 FROM job WHERE {UNFINISHED} AND synchronization = ?1)"))?
            .query_row([synchronization], |row| row.get(0))
    }

    /// Identifiers with a job that is not over.
    pub(crate) fn pending_synchronizations(&self) -> rusqlite::Result<Vec<String>> {
        self.inner()
            .connection
            .prepare_cached(&format!(
                "SELECT DISTINCT synchronization FROM job WHERE {UNFINISHED} AND synchronization <> ''"
            ))?
            .query_map([], |row| row.get(0))?
            .collect()
    }

    /// Files that jobs still need.
    pub(crate) fn pending_uploads(&self) -> rusqlite::Result<HashSet<String>> {
        self.inner().pending_uploads()
    }

    pub(crate) fn get(&self, id: Uuid) -> rusqlite::Result<Option<JobRow>> {
        let inner = self.inner();
        let sql = format!("SELECT {COLUMNS} FROM job WHERE id = ?1");
        inner.connection.prepare_cached(&sql)?.query_row([id.as_bytes()], |row| inner.row(row)).optional()
    }

    /// One page of the list and the number of all that fit.
    pub(crate) fn find(&self, filter: &JobFilter, offset: i64, limit: i64) -> rusqlite::Result<(i64, Vec<JobRow>)> {
        let (condition, mut values) = filter.condition();
        let inner = self.inner();
        let total = inner.connection.query_row(
            &format!("SELECT count(*) FROM job WHERE {condition}"),
            params_from_iter(values.iter()),
            |row| row.get(0),
        )?;
        values.push(Box::new(limit));
        values.push(Box::new(offset));
        let order = filter.order();
        let sql = format!("SELECT {COLUMNS} FROM job WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?");
        let rows = inner
            .connection
            .prepare(&sql)?
            .query_map(params_from_iter(values.iter()), |row| inner.row(row))?
            .collect::<rusqlite::Result<_>>()?;
        Ok((total, rows))
    }

    /// One page of the list and the place to go on from, if there is more.
    pub(crate) fn page(&self, filter: &JobFilter, size: usize) -> rusqlite::Result<(Vec<JobRow>, Option<Cursor>)> {
        let (condition, mut values) = filter.condition();
        values.push(Box::new(size as i64 + 1));
        let (key, order) = (filter.key_columns(), filter.order());
        let sql = format!("SELECT {COLUMNS}, {key} FROM job WHERE {condition} ORDER BY {order} LIMIT ?");
        let inner = self.inner();
        let mut rows: Vec<(JobRow, Value, i64)> = inner
            .connection
            .prepare(&sql)?
            .query_map(params_from_iter(values.iter()), |row| Ok((inner.row(row)?, row.get(10)?, row.get(11)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let is_more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| is_more);
        let next = last.map(|(_, key, number)| Cursor::new(filter, key.clone(), *number));
        Ok((rows.into_iter().map(|(row, ..)| row).collect(), next))
    }

    /// Takes a job off the queue whose turn it is; nothing if it has been stopped or forgotten in the meantime.
    pub(crate) fn start(&self, entry: Entry, taken: Taken) -> rusqlite::Result<Option<Accepted>> {
        let mut inner = self.inner();
        let found = inner
            .connection
            .prepare_cached(&format!(
                "SELECT request, user, user_name, state FROM job WHERE number = ?1 AND {UNFINISHED}"
            ))?
            .query_row([entry.number], |row| {
                let (user, user_name): (_, String) = (Uuid::from_bytes(row.get(1)?), row.get(2)?);
                Ok((row.get::<_, String>(0)?, user, user_name, row.get::<_, JobState>(3)?))
            })
            .optional()?;
        let Some((request, user, user_name, state)) = found else { return Ok(None) };
        inner.waiting = inner.waiting.saturating_sub(1);
        inner.at_work = Some(AtWork { id: entry.id, percent: 0 });
        // One that begins again may have been told to stop before.
        self.is_canceling.store(state == JobState::Canceling, Ordering::Relaxed);
        let request = read_request(&request)?;
        Ok(Some(Accepted { id: entry.id, synchronization: entry.synchronization, request, user, user_name, taken }))
    }

    /// A job that was taken off the queue begins again later.
    pub(crate) fn put_back(&self) {
        let mut inner = self.inner();
        inner.waiting += 1;
        inner.at_work = None;
    }

    /// A job leaves the line, whatever becomes of it: stopped or forgotten since its turn came, or not to be worked on now.
    pub(crate) fn give_up(&self, id: Uuid, now: i64) -> rusqlite::Result<()> {
        let mut inner = self.inner();
        inner.at_work = None;
        self.line.end(id, Claims::default());
        show_running(&inner.connection, self.line.begun(), now)
    }

    /// Forgets all jobs, or those of one synchronization, and gives the files that are not needed any more. With
    /// `anew` numbers, and so ids, begin again.
    pub(crate) fn forget(
        &self,
        synchronization: Option<&str>,
        anew: bool,
        now: i64,
    ) -> rusqlite::Result<HashSet<String>> {
        // No job is accepted meanwhile that would be in the line alone.
        let mut inner = self.inner();
        let before = inner.pending_uploads()?;
        match synchronization {
            Some(id) => inner.connection.execute("DELETE FROM job WHERE synchronization = ?1", [id])?,
            None => inner.connection.execute("DELETE FROM job", [])?,
        };
        self.line.drop_jobs(synchronization);
        if anew && synchronization.is_none() {
            inner.connection.execute("DELETE FROM sqlite_sequence WHERE name IN ('job', 'file_number')", [])?;
            inner.next = 1;
        }
        show_running(&inner.connection, self.line.begun(), now)?;
        inner.at_work = None;
        inner.waiting = inner.unfinished()?;
        let after = inner.pending_uploads()?;
        Ok(before.difference(&after).cloned().collect())
    }

    /// Adds the jobs that are over to a snapshot of the catalogue.
    pub(crate) fn export(&self, path: &Path) -> Result<(), SnapshotError> {
        let inner = self.inner();
        snapshot::attach(&inner.connection, path)?;
        let sql = format!("CREATE TABLE snapshot.job AS SELECT * FROM main.job WHERE NOT ({UNFINISHED})");
        let copied = inner.connection.execute(&sql, []);
        snapshot::detach(&inner.connection);
        copied?;
        Ok(())
    }

    /// Refuses a snapshot whose jobs cannot be taken over.
    pub(crate) fn check_snapshot(&self, path: &Path) -> Result<(), SnapshotError> {
        let inner = self.inner();
        snapshot::attach(&inner.connection, path)?;
        let columns = snapshot::columns(&inner.connection, "job");
        snapshot::detach(&inner.connection);
        columns.map(drop)
    }

    /// Has the jobs of a snapshot in the place of all others, and gives the files that are not needed any more.
    pub(crate) fn import(&self, path: &Path) -> Result<HashSet<String>, SnapshotError> {
        let mut inner = self.inner();
        let unneeded = inner.pending_uploads()?;
        snapshot::attach(&inner.connection, path)?;
        let replaced = inner.replace_jobs();
        snapshot::detach(&inner.connection);
        replaced?;
        self.line.drop_jobs(None);
        inner.next = next_number(&inner.connection)?;
        (inner.at_work, inner.waiting) = (None, 0);
        Ok(unneeded)
    }

    /// Says how far the job at work is, in percent.
    pub(crate) fn progress(&self, percent: u8) {
        if let Some(at_work) = &mut self.inner().at_work {
            at_work.percent = percent;
        }
    }

    /// Whether the job at work is to stop.
    pub(crate) fn is_canceling(&self) -> bool {
        self.is_canceling.load(Ordering::Relaxed)
    }

    /// Closes the job at work. `file` is the stored file that goes with it, `claims` are the assets it has touched.
    pub(crate) fn finish(
        &self,
        id: Uuid,
        report: &Report,
        file: Option<Uuid>,
        claims: Claims,
        now: i64,
    ) -> rusqlite::Result<()> {
        let mut inner = self.inner();
        inner.at_work = None;
        self.line.end(id, claims);
        let transaction = inner.connection.unchecked_transaction()?;
        finish(&transaction, id, report.state, report.result, &report.message, file, now)?;
        show_running(&transaction, self.line.begun(), now)?;
        transaction.commit()
    }
}

impl Inner {
    /// All jobs of a snapshot that is attached, which are over, in the place of those that are here.
    fn replace_jobs(&self) -> Result<(), SnapshotError> {
        let transaction = self.connection.unchecked_transaction()?;
        snapshot::replace(&transaction, "job")?;
        Ok(transaction.commit()?)
    }

    /// Files that jobs still need.
    fn pending_uploads(&self) -> rusqlite::Result<HashSet<String>> {
        let requests: Vec<String> = self
            .connection
            .prepare(&format!("SELECT request FROM job WHERE {UNFINISHED}"))?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let requests = requests.iter().filter_map(|request| serde_json::from_str::<JobRequest>(request).ok());
        Ok(requests.filter_map(|request| request.upload).collect())
    }

    /// How many jobs are not over.
    fn unfinished(&self) -> rusqlite::Result<usize> {
        let sql = format!("SELECT count(*) FROM job WHERE {UNFINISHED}");
        self.connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(|count| count.try_into().unwrap_or(0))
    }

    /// Puts what was not finished back into the queue, in order.
    fn recover(
        &mut self,
        line: &Line,
        now: i64,
        outcome: impl Fn(Uuid) -> rusqlite::Result<Option<(JobState, JobResult, String)>>,
    ) -> rusqlite::Result<()> {
        type Unfinished = (i64, Uuid, JobState, i64, String, String);
        let unfinished: Vec<Unfinished> = self
            .connection
            .prepare(&format!(
                "SELECT number, id, state, modified_on, synchronization, request FROM job WHERE {UNFINISHED}
                 ORDER BY number"
            ))?
            .query_map([], |row| {
                let id = Uuid::from_bytes(row.get(1)?);
                Ok((row.get(0)?, id, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        for (number, id, state, at, synchronization, request) in unfinished {
            let request = read_request(&request)?;
            // The catalogue knows whether the job was committed; this list may lag behind it by one step.
            let known = match outcome(id)? {
                None if state == JobState::Canceling => Some((JobState::Canceled, JobResult::Aborted, String::new())),
                known => known,
            };
            if let Some((state, result, message)) = known {
                finish(&self.connection, id, state, result, &message, request.deletes_file(state), at)?;
                continue;
            }
            self.connection
                .prepare_cached("UPDATE job SET state = 'WAITING', started_on = NULL WHERE number = ?1")?
                .execute([number])?;
            line.push_job(Entry { number, id, synchronization, operation: request.operation }, line.progress());
            self.waiting += 1;
        }
        show_running(&self.connection, line.begun(), now)
    }

    fn row(&self, row: &Row<'_>) -> rusqlite::Result<JobRow> {
        let id = Uuid::from_bytes(row.get(0)?);
        let state: JobState = row.get(2)?;
        let progress = match &self.at_work {
            _ if state.is_terminal() => 100.0,
            Some(at_work) if at_work.id == id => f64::from(at_work.percent),
            _ => 0.0,
        };
        Ok(JobRow {
            id,
            name: row.get(1)?,
            state,
            result: row.get(3)?,
            message: row.get(4)?,
            progress,
            created_on: row.get(5)?,
            modified_on: row.get(6)?,
            started_on: row.get(7)?,
            ended_on: row.get(8)?,
            user: Uuid::from_bytes(row.get(9)?),
        })
    }
}

/// The number after all that were ever given out.
fn next_number(connection: &Connection) -> rusqlite::Result<i64> {
    let last: Option<i64> =
        connection.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'job'", [], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0) + 1)
}

pub(super) fn show_running(connection: &Connection, begun: Vec<i64>, now: i64) -> rusqlite::Result<()> {
    for number in begun {
        connection
            .prepare_cached("UPDATE job SET state = 'RUNNING', started_on = ?2, modified_on = ?2 WHERE number = ?1")?
            .execute(params![number, now])?;
    }
    Ok(())
}

pub(super) fn read_request(text: &str) -> rusqlite::Result<JobRequest> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into()))
}

/// Notes that a job is over, and that the stored file that goes with it is gone.
pub(super) fn finish(
    connection: &Connection,
    id: Uuid,
    state: JobState,
    result: JobResult,
    message: &str,
    file: Option<Uuid>,
    now: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE job SET state = ?2, result = ?3, message = ?4, ended_on = ?5, modified_on = ?5 WHERE id = ?1",
        )?
        .execute(params![id.as_bytes(), state, result, message, now])?;
    match file {
        Some(file) => files::forget(connection, file).map(drop),
        None => Ok(()),
    }
}

/// The columns that [`Inner::row`] reads.
const COLUMNS: &str = "id, name, state, result, message, created_on, modified_on, started_on, ended_on, user";
