//! The list of jobs: what was accepted is here before it is answered.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, params_from_iter};
use uuid::Uuid;

use super::{JobFilter, JobRequest, JobResult, JobRow, JobState, Line, NewJob, Report, Task, job::JOB_TYPE};
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
CREATE INDEX IF NOT EXISTS job_pending ON job(number) WHERE state IN ('WAITING', 'RUNNING');
";

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
    line: Arc<Line>,
    limit: usize,
    /// Where the ids of jobs come from.
    seed: u64,
}

#[derive(Debug)]
struct Inner {
    connection: Connection,
    /// The number that the next job gets.
    next: i64,
    waiting: usize,
    running: Option<(Uuid, u8)>,
    hidden: HashMap<Uuid, u32>,
}

/// A job to be executed.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) id: Uuid,
    pub(crate) synchronization: String,
    pub(crate) request: JobRequest,
    pub(crate) user: Uuid,
    pub(crate) user_name: String,
}

impl Jobs {
    /// Opens the list and puts what was not finished back into the queue, in order.
    pub(crate) fn open(
        storage: &Storage,
        line: Arc<Line>,
        limit: usize,
        seed: u64,
        outcome: impl Fn(Uuid) -> rusqlite::Result<Option<(JobState, JobResult, String)>>,
    ) -> rusqlite::Result<Self> {
        let connection = Connection::open(storage.folder.join("jobs.sqlite"))?;
        storage.prepare(&connection, 2048)?;
        connection.execute_batch(TABLES)?;
        let unfinished: Vec<(i64, Uuid, i64, String)> = connection
            .prepare(
                "SELECT number, id, modified_on, synchronization FROM job WHERE state IN ('WAITING', 'RUNNING')
                 ORDER BY number",
            )?
            .query_map([], |row| Ok((row.get(0)?, Uuid::from_bytes(row.get(1)?), row.get(2)?, row.get(3)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let mut waiting = 0;
        for (number, id, at, synchronization) in unfinished {
            // The catalogue knows whether the job was committed; this list may lag behind it by one step.
            match outcome(id)? {
                Some((state, result, message)) => finish(&connection, id, state, result, &message, at)?,
                None => {
                    connection
                        .execute("UPDATE job SET state = 'WAITING', started_on = NULL WHERE number = ?1", [number])?;
                    waiting += 1;
                    let progress = line.progress();
                    line.push_job(NewJob { number, id, synchronization, progress });
                }
            }
        }
        let next = next_number(&connection)?;
        let inner = Inner { connection, next, waiting, running: None, hidden: HashMap::new() };
        Ok(Self { inner: Mutex::new(inner), line, limit, seed })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Each use leaves the list in order, so a panic elsewhere while it was locked does no harm.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts a job. The order of acceptance is the order of execution.
    pub(crate) fn accept(
        &self,
        synchronization: &str,
        request: &JobRequest,
        user: Uuid,
        user_name: &str,
        now: i64,
        orders: JobOrders,
    ) -> Result<JobRow, QueueError> {
        let content = serde_json::to_string(&JobRequest { failure: orders.failure, ..request.clone() })?;
        let mut inner = self.inner();
        if inner.waiting >= self.limit {
            return Err(QueueError::Full(inner.waiting));
        }
        if !self.line.is_open() {
            return Err(QueueError::Stopping);
        }
        let number = inner.next;
        let row = JobRow {
            id: uuid(self.seed, Purpose::Job, number.unsigned_abs()),
            name: request.operation.job_name().to_owned(),
            state: JobState::Waiting,
            result: JobResult::NotSet,
            message: None,
            progress: 0.0,
            created_on: now,
            modified_on: now,
            started_on: None,
            ended_on: None,
            user,
        };
        inner
            .connection
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
                now,
                user.as_bytes(),
                user_name,
                synchronization,
                content,
                number
            ])?;
        inner.next += 1;
        inner.waiting += 1;
        if orders.hidden_polls > 0 {
            if inner.hidden.len() >= HIDDEN_LIMIT {
                inner.hidden.clear();
            }
            inner.hidden.insert(row.id, orders.hidden_polls);
        }
        let (id, progress) = (row.id, orders.progress.unwrap_or_else(|| self.line.progress()));
        if !self.line.push_job(NewJob { number, id, synchronization: synchronization.to_owned(), progress }) {
            return Err(QueueError::Stopping);
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

    /// Whether a job of this synchronization waits or runs.
    pub(crate) fn is_pending(&self, synchronization: &str) -> rusqlite::Result<bool> {
        self.inner()
            .connection
            .prepare_cached(
                "SELECT EXISTS(SELECT 1 FROM job WHERE state IN ('WAITING', 'RUNNING') AND synchronization = ?1)",
            )?
            .query_row([synchronization], |row| row.get(0))
    }

    /// Identifiers with a job that waits or runs.
    pub(crate) fn pending_synchronizations(&self) -> rusqlite::Result<Vec<String>> {
        self.inner()
            .connection
            .prepare_cached("SELECT DISTINCT synchronization FROM job WHERE state IN ('WAITING', 'RUNNING')")?
            .query_map([], |row| row.get(0))?
            .collect()
    }

    /// Files that jobs still need.
    pub(crate) fn pending_uploads(&self) -> rusqlite::Result<HashSet<String>> {
        let requests: Vec<String> = self
            .inner()
            .connection
            .prepare("SELECT request FROM job WHERE state IN ('WAITING', 'RUNNING')")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let requests = requests.iter().filter_map(|request| serde_json::from_str::<JobRequest>(request).ok());
        Ok(requests.filter_map(|request| request.upload).collect())
    }

    pub(crate) fn get(&self, id: Uuid) -> rusqlite::Result<Option<JobRow>> {
        let inner = self.inner();
        let sql = format!("SELECT {COLUMNS} FROM job WHERE id = ?1");
        let running = inner.running;
        inner.connection.prepare_cached(&sql)?.query_row([id.as_bytes()], |row| job_row(row, running)).optional()
    }

    /// One page of the list and the number of all that fit.
    pub(crate) fn find(&self, filter: &JobFilter, offset: i64, limit: i64) -> rusqlite::Result<(i64, Vec<JobRow>)> {
        let mut conditions = vec!["1".to_owned()];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        if let Some(name) = &filter.name {
            conditions.push(name.condition("name"));
            values.push(Box::new(name.value()));
        }
        if let Some(user) = filter.created_by {
            conditions.push("user = ?".to_owned());
            values.push(Box::new(user.as_bytes().to_vec()));
        }
        for (column, words) in [("state", &filter.states), ("result", &filter.results), ("type", &filter.types)] {
            if !words.is_empty() {
                conditions.push(format!("{column} IN ({})", vec!["?"; words.len()].join(", ")));
                values.extend(words.iter().map(|word| Box::new(word.clone()) as Box<dyn ToSql>));
            }
        }
        let conditions = conditions.join(" AND ");
        let inner = self.inner();
        let running = inner.running;
        let total = inner.connection.query_row(
            &format!("SELECT count(*) FROM job WHERE {conditions}"),
            params_from_iter(values.iter()),
            |row| row.get(0),
        )?;
        values.push(Box::new(limit));
        values.push(Box::new(offset));
        let order = if filter.ascending { "ASC" } else { "DESC" };
        let sql = format!("SELECT {COLUMNS} FROM job WHERE {conditions} ORDER BY number {order} LIMIT ? OFFSET ?");
        let rows = inner
            .connection
            .prepare(&sql)?
            .query_map(params_from_iter(values.iter()), |row| job_row(row, running))?
            .collect::<rusqlite::Result<_>>()?;
        Ok((total, rows))
    }

    /// Shows a job as running whose work is still held back.
    pub(crate) fn show(&self, number: i64, now: i64) -> rusqlite::Result<()> {
        self.inner()
            .connection
            .prepare_cached("UPDATE job SET state = 'RUNNING', started_on = ?2, modified_on = ?2 WHERE number = ?1")?
            .execute(params![number, now])
            .map(drop)
    }

    /// Takes a job off the queue.
    pub(crate) fn start(&self, number: i64, now: i64) -> rusqlite::Result<Option<Accepted>> {
        let mut inner = self.inner();
        inner.waiting = inner.waiting.saturating_sub(1);
        let found = inner
            .connection
            .prepare_cached("SELECT id, synchronization, request, user, user_name FROM job WHERE number = ?1")?
            .query_row([number], |row| {
                Ok((
                    Uuid::from_bytes(row.get(0)?),
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    Uuid::from_bytes(row.get(3)?),
                    row.get::<_, String>(4)?,
                ))
            })
            .optional()?;
        let Some((id, synchronization, request, user, user_name)) = found else { return Ok(None) };
        let request = serde_json::from_str(&request)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, error.into()))?;
        inner
            .connection
            .prepare_cached(
                "UPDATE job SET state = 'RUNNING', started_on = ifnull(started_on, ?2), modified_on = ?2
                 WHERE number = ?1",
            )?
            .execute(params![number, now])?;
        inner.running = Some((id, 0));
        Ok(Some(Accepted { id, synchronization, request, user, user_name }))
    }

    /// A job that was taken off the queue begins again later.
    pub(crate) fn put_back(&self, number: i64) -> rusqlite::Result<()> {
        let mut inner = self.inner();
        inner.waiting += 1;
        inner.running = None;
        inner
            .connection
            .prepare_cached("UPDATE job SET state = 'WAITING', started_on = NULL WHERE number = ?1")?
            .execute([number])
            .map(drop)
    }

    /// Forgets all jobs, or those of one synchronization, and gives the files that are not needed any more. With
    /// `anew` numbers, and so ids, begin again.
    pub(crate) fn forget(&self, synchronization: Option<&str>, anew: bool) -> rusqlite::Result<HashSet<String>> {
        self.line.drop_jobs(synchronization);
        let before = self.pending_uploads()?;
        let mut inner = self.inner();
        match synchronization {
            Some(id) => inner.connection.execute("DELETE FROM job WHERE synchronization = ?1", [id])?,
            None => inner.connection.execute("DELETE FROM job", [])?,
        };
        if anew && synchronization.is_none() {
            inner.connection.execute("DELETE FROM sqlite_sequence WHERE name = 'job'", [])?;
            inner.next = 1;
        }
        inner.running = None;
        inner.waiting = inner
            .connection
            .query_row("SELECT count(*) FROM job WHERE state = 'WAITING'", [], |row| row.get::<_, i64>(0))?
            .try_into()
            .unwrap_or(0);
        drop(inner);
        let after = self.pending_uploads()?;
        Ok(before.difference(&after).cloned().collect())
    }

    /// Adds the jobs that are over to a snapshot of the catalogue.
    pub(crate) fn export(&self, path: &Path) -> Result<(), SnapshotError> {
        let inner = self.inner();
        snapshot::attach(&inner.connection, path)?;
        let copied = inner.connection.execute(
            "CREATE TABLE snapshot.job AS SELECT * FROM main.job WHERE state NOT IN ('WAITING', 'RUNNING')",
            [],
        );
        snapshot::detach(&inner.connection);
        copied?;
        Ok(())
    }

    /// Has the jobs of a snapshot in the place of all others, and gives the files that are not needed any more.
    pub(crate) fn import(&self, path: &Path) -> Result<HashSet<String>, SnapshotError> {
        let unneeded = self.forget(None, false)?;
        let mut inner = self.inner();
        snapshot::attach(&inner.connection, path)?;
        let copied = snapshot::replace(&inner.connection, "job");
        snapshot::detach(&inner.connection);
        copied?;
        inner.next = next_number(&inner.connection)?;
        Ok(unneeded)
    }

    /// Says how far the running job is, in percent.
    pub(crate) fn progress(&self, percent: u8) {
        if let Some((_, progress)) = &mut self.inner().running {
            *progress = percent;
        }
    }

    /// Closes a job.
    pub(crate) fn finish(&self, id: Uuid, report: &Report, now: i64) -> rusqlite::Result<()> {
        let mut inner = self.inner();
        inner.running = None;
        finish(&inner.connection, id, report.state, report.result, &report.message, now)
    }
}

/// The number after all that were ever given out.
fn next_number(connection: &Connection) -> rusqlite::Result<i64> {
    let last: Option<i64> =
        connection.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'job'", [], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0) + 1)
}

fn finish(
    connection: &Connection,
    id: Uuid,
    state: JobState,
    result: JobResult,
    message: &str,
    now: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE job SET state = ?2, result = ?3, message = ?4, ended_on = ?5, modified_on = ?5 WHERE id = ?1",
        )?
        .execute(params![id.as_bytes(), state, result, message, now])?;
    Ok(())
}

const COLUMNS: &str = "id, name, state, result, message, created_on, modified_on, started_on, ended_on, user";

fn job_row(row: &Row<'_>, running: Option<(Uuid, u8)>) -> rusqlite::Result<JobRow> {
    let id = Uuid::from_bytes(row.get(0)?);
    let state: JobState = row.get(2)?;
    let progress = match running {
        _ if state.is_terminal() => 100.0,
        Some((current, percent)) if current == id => f64::from(percent),
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
