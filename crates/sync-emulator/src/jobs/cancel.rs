//! Stopping jobs before they end by themselves.

use std::sync::atomic::Ordering;

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use super::queue::{finish, read_request, show_running};
use super::{Claims, JobRequest, JobResult, JobState, Jobs};

/// What became of the wish to cancel a job.
#[derive(Debug)]
pub(crate) enum Cancelling {
    /// There is no such job.
    Unknown,
    /// It is somebody else's.
    Forbidden,
    /// It is over.
    TooLate,
    /// It stops as soon as it can.
    Begun,
    /// It had not been worked on and is over now.
    Done(Box<JobRequest>),
}

impl Jobs {
    /// Stops a job: at once if it has not been worked on, otherwise as soon as the worker looks. Everybody may stop
    /// their own jobs, an administrator all.
    pub(crate) fn cancel(
        &self,
        id: Uuid,
        user: Uuid,
        is_admin: bool,
        message: &str,
        now: i64,
    ) -> rusqlite::Result<Cancelling> {
        let mut inner = self.inner();
        let found = inner
            .connection
            .prepare_cached("SELECT state, user, request FROM job WHERE id = ?1")?
            .query_row([id.as_bytes()], |row| {
                Ok((row.get::<_, JobState>(0)?, Uuid::from_bytes(row.get(1)?), row.get::<_, String>(2)?))
            })
            .optional()?;
        let Some((state, owner, request)) = found else { return Ok(Cancelling::Unknown) };
        match state {
            _ if owner != user && !is_admin => Ok(Cancelling::Forbidden),
            JobState::Canceling | JobState::Canceled => Ok(Cancelling::Begun),
            JobState::Completed | JobState::Error => Ok(Cancelling::TooLate),
            JobState::Waiting | JobState::Running if inner.at_work.as_ref().is_some_and(|job| job.id == id) => {
                inner
                    .connection
                    .prepare_cached("UPDATE job SET state = ?2, message = ?3, modified_on = ?4 WHERE id = ?1")?
                    .execute(params![id.as_bytes(), JobState::Canceling, message, now])?;
                self.is_canceling.store(true, Ordering::Relaxed);
                Ok(Cancelling::Begun)
            }
            JobState::Waiting | JobState::Running => {
                let request = read_request(&request)?;
                let file = request.deletes_file(JobState::Canceled);
                self.line.end(id, Claims::default());
                let transaction = inner.connection.unchecked_transaction()?;
                finish(&transaction, id, JobState::Canceled, JobResult::Aborted, message, file, now)?;
                show_running(&transaction, self.line.begun(), now)?;
                transaction.commit()?;
                inner.waiting = inner.waiting.saturating_sub(1);
                Ok(Cancelling::Done(Box::new(request)))
            }
        }
    }

    /// What was said when the job at work was cancelled.
    pub(crate) fn cancel_message(&self, id: Uuid) -> rusqlite::Result<String> {
        let inner = self.inner();
        let message: Option<String> = inner
            .connection
            .prepare_cached("SELECT message FROM job WHERE id = ?1")?
            .query_row([id.as_bytes()], |row| row.get(0))?;
        Ok(message.unwrap_or_default())
    }
}
