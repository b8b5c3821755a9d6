//! One job on its own: what it is, and waiting for its end.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sync_core::clock::Clock;
use sync_core::cycle::{Patience, StopSignal};
use sync_core::transport::{TransportError, TransportErrorKind};
use sync_core::{ImportSummary, Job, JobId, Outcome, Transport};

/// How long a wait goes on before the stop signal is looked at again.
const NAP: Duration = Duration::from_millis(200);

/// A job as it was last read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobReport {
    /// The job.
    pub job: Job,
    /// How it ended; `None` while it has not. What it was asked about bad commands is not known here: of a failed one it is
    /// not said that nothing is committed.
    pub outcome: Option<Outcome>,
    /// Its summary, once it has ended and if it can be read.
    pub summary: Option<ImportSummary>,
}

/// Reads a job, and its summary if it has ended.
///
/// # Errors
/// [`TransportError`] if the job cannot be read.
pub async fn read_job(transport: &dyn Transport, id: &JobId) -> Result<JobReport, TransportError> {
    let job = transport.job(id).await?;
    let summary = match job.is_terminal() {
        true => transport.summary(id).await.inspect_err(|error| tracing::debug!(%error, "no summary")).ok(),
        false => None,
    };
    let outcome = Outcome::judge(true, &job, summary.as_ref());
    Ok(JobReport { job, outcome, summary })
}

/// Waits until a job has ended, however long that takes; `None` if somebody asked to stop, and the job goes on. `looked`
/// is shown the job after each look.
///
/// A job that cannot be read for a while is looked at again: for as long as `patience` grants a fresh job that is not
/// known yet, or a target that does not answer.
///
/// # Errors
/// [`TransportError`], the last one, after that; at once if the credentials do not suffice.
///
/// # Cancellation
/// Dropping the future leaves nothing behind.
pub async fn wait_for_job(
    transport: &dyn Transport,
    clock: &dyn Clock,
    id: &JobId,
    patience: &Patience,
    stop: &StopSignal,
    mut looked: impl FnMut(&Job),
) -> Result<Option<JobReport>, TransportError> {
    let mut unreadable_since = None;
    for looks in 0.. {
        match read_job(transport, id).await {
            Ok(report) => {
                unreadable_since = None;
                looked(&report.job);
                if report.outcome.is_some() {
                    return Ok(Some(report));
                }
            }
            Err(error) => {
                let since = *unreadable_since.get_or_insert_with(|| clock.now());
                let limit = match error.kind() {
                    _ if error.is_denied() => Duration::ZERO,
                    TransportErrorKind::NotFound => patience.fresh_job,
                    _ => patience.outage,
                };
                if Duration::from_millis(clock.now().saturating_sub(since)) >= limit {
                    return Err(error);
                }
            }
        }
        let mut left = patience.poll_after(looks);
        while !left.is_zero() && !stop.is_stopped() {
            let nap = left.min(NAP);
            clock.sleep(nap).await;
            left -= nap;
        }
        if stop.is_stopped() {
            return Ok(None);
        }
    }
    Ok(None)
}
