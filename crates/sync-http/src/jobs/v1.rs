//! The Job API v1: OpenAPI document `job-api.yaml` of Collibra's own MCP server.

use std::time::UNIX_EPOCH;

use serde::Deserialize;
use sync_core::clock::Millis;
use sync_core::transport::TransportError;
use sync_core::{Job, JobId, JobResult, JobState};

use crate::answer::Answer;

pub(super) const JOBS: &str = "/rest/jobs/v1/jobs";
/// Largest page of the service.
pub(super) const PAGE: u32 = 50;

/// A job with dates as texts, and `user` beside `createdBy`. Its states say `FAILED` and `DELETED` for `ERROR` and
/// `CANCELED`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobV1 {
    id: JobId,
    state: Option<JobState>,
    result: Option<JobResult>,
    name: Option<String>,
    message: Option<String>,
    #[serde(rename = "type")]
    job_type: Option<String>,
    progress_percentage: Option<f64>,
    created_by: Option<String>,
    user: Option<String>,
    created_on: Option<String>,
}

impl From<JobV1> for Job {
    fn from(v1: JobV1) -> Self {
        let mut job = Self::new(v1.id);
        job.state = v1.state;
        job.result = v1.result;
        job.name = v1.name;
        job.message = v1.message;
        job.job_type = v1.job_type;
        job.progress_percentage = v1.progress_percentage;
        job.created_by = v1.created_by.or(v1.user);
        job.created_on = v1.created_on.as_deref().and_then(moment);
        job
    }
}

/// A moment in the notation of RFC 3339, in UTC as the document's examples have it or with an offset; none is worth losing
/// a job for.
fn moment(text: &str) -> Option<Millis> {
    let (local, ahead) = match text.rsplit_once(['+', '-']) {
        Some((local, offset)) if local.contains(['T', 't']) => {
            let (hours, minutes) = offset.split_once(':')?;
            let minutes = hours.parse::<u64>().ok()?.checked_mul(60)?.checked_add(minutes.parse().ok()?)?;
            let sign = if text.as_bytes().get(local.len()) == Some(&b'-') { -1 } else { 1 };
            (format!("{local}Z"), sign * i64::try_from(minutes).ok()?.checked_mul(60_000)?)
        }
        _ => (text.to_owned(), 0),
    };
    let moment = humantime::parse_rfc3339(&local).ok()?;
    let millis = i64::try_from(moment.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()?;
    Millis::try_from(millis.checked_sub(ahead)?).ok()
}

/// A page of the list. Without `results` it is none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageV1 {
    results: Vec<JobV1>,
    next_cursor: Option<String>,
}

/// The job that was asked for.
pub(super) fn job(answer: &Answer, id: &JobId) -> Result<Job, TransportError> {
    let job: JobV1 = answer.object()?;
    answer.the_job(job.into(), id)
}

/// Jobs, and where it goes on.
pub(super) fn page(answer: &Answer) -> Result<(Vec<Job>, Option<String>), TransportError> {
    let page: PageV1 = answer.object()?;
    Ok((page.results.into_iter().map(Job::from).collect(), page.next_cursor.filter(|cursor| !cursor.is_empty())))
}
