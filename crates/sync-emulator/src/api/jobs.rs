//! Looking at jobs and cancelling them, in the shape of `/rest/2.0`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::{Extension, Json};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ApiError;
use super::body::read_small;
use super::params::{Params, Segment, uuid};
use crate::access::{Account, Visitor};
use crate::controls::Controls;
use crate::jobs::{Cancelling, JobFilter, JobResult, JobRow, JobState, SortField};
use crate::profile::{HiddenJob, JobsApi, MissingJobsApi, OlderCancel, Profile};
use crate::server::Shared;

/// Longest message that comes with a cancellation, in characters (ours).
const MESSAGE_CHARS: usize = 1000;

/// `GET /jobs/{jobId}`
pub(super) async fn get(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<Json<Value>, ApiError> {
    check_offered(&shared, JobsApi::OlderOnly)?;
    let job = find_one(&shared, &id).await?;
    Ok(Json(job.json(shared.context.readings.job_result_field)))
}

/// `GET /jobs`: the newest first unless `sortField` and `sortOrder` say otherwise.
pub(super) async fn find(State(shared): State<Arc<Shared>>, params: Params) -> Result<Json<Value>, ApiError> {
    check_offered(&shared, JobsApi::OlderOnly)?;
    let window = params.window(&shared.context.readings)?;
    let states = params.words("states", JobState::parse)?;
    let results = params.words("results", JobResult::parse)?;
    let filter = JobFilter { created_by: params.uuid("createdBy")?, ..filter(&params, states, results, "types")? };
    let (total, jobs) =
        shared.blocking(move |shared| Ok(shared.context.jobs.find(&filter, window.offset, window.limit)?)).await?;
    let field = shared.context.readings.job_result_field;
    let results: Vec<Value> = jobs.iter().map(|job| job.json(field)).collect();
    let total = params.total(total)?;
    Ok(Json(json!({"total": total, "offset": window.offset, "limit": window.limit, "results": results})))
}

/// `POST /jobs/{jobId}/canceled`: answers at once; the job ends when it has stopped.
pub(super) async fn cancel(
    State(shared): State<Arc<Shared>>,
    Extension(visitor): Extension<Visitor>,
    Segment(id): Segment,
    request: Request,
) -> Result<StatusCode, ApiError> {
    check_offered(&shared, JobsApi::OlderOnly)?;
    let is_offered = match shared.context.readings.older_cancel {
        OlderCancel::ByVersion => shared.profile == Profile::BeforeV2026_07,
        OlderCancel::Offered => true,
        OlderCancel::Removed => false,
    };
    if !is_offered {
        return Err(removed(&shared));
    }
    let message = read_message(request).await?;
    cancel_job(&shared, visitor.account, &id, message).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Refuses the calls of an API that this server does not have.
pub(super) fn check_offered(shared: &Shared, api: JobsApi) -> Result<(), ApiError> {
    let offered = shared.context.readings.jobs_api;
    if offered == JobsApi::Both || offered == api { Ok(()) } else { Err(removed(shared)) }
}

fn removed(shared: &Shared) -> ApiError {
    match shared.context.readings.missing_jobs_api {
        MissingJobsApi::Gone => ApiError::gone("This call is not offered any more."),
        MissingJobsApi::NotFound => ApiError::not_found("There is no such path."),
    }
}

/// A job by the id in the path; fresh ones may be invisible.
pub(super) async fn find_one(shared: &Arc<Shared>, id: &str) -> Result<JobRow, ApiError> {
    let id = uuid("jobId", id)?;
    if shared.blocking(move |shared| Ok(shared.context.jobs.is_hidden(id))).await? {
        return Err(match shared.context.readings.hidden_job {
            HiddenJob::NotFound => unknown(),
            HiddenJob::ServerError => ApiError::hidden(),
        });
    }
    Controls::of(shared).look_at(id).await;
    shared.blocking(move |shared| shared.context.jobs.get(id)?.ok_or_else(unknown)).await
}

/// What the lists of both shapes are filtered and sorted by.
pub(super) fn filter(
    params: &Params,
    states: Vec<JobState>,
    results: Vec<JobResult>,
    types: &str,
) -> Result<JobFilter, ApiError> {
    let ascending = match params.one("sortOrder").unwrap_or("DESC") {
        "ASC" => true,
        "DESC" => false,
        _ => return Err(ApiError::bad_request("sortOrder is one of ASC, DESC.")),
    };
    let sort = SortField::parse(params.one("sortField").unwrap_or("CREATED_ON")).ok_or_else(|| {
        let fields = "NAME, TYPE, CREATED_ON, CREATED_BY, START_DATE, END_DATE, STATE, RESULT";
        ApiError::bad_request(format!("sortField is one of {fields}."))
    })?;
    let (name, types) = (params.name_match()?, params.all(types)?);
    Ok(JobFilter { name, states, results, types, sort, ascending, ..JobFilter::default() })
}

/// The message of a body `{"message": …}`; no body is as good.
pub(super) async fn read_message(request: Request) -> Result<Option<String>, ApiError> {
    #[derive(Deserialize)]
    struct Body {
        message: Option<String>,
    }
    let body = read_small(request).await?;
    if body.is_empty() {
        return Ok(None);
    }
    let body: Body = serde_json::from_slice(&body)
        .map_err(|_| ApiError::bad_request("The body is not the JSON object it has to be."))?;
    Ok(body.message)
}

/// Has a job stopped.
pub(super) async fn cancel_job(
    shared: &Arc<Shared>,
    account: Account,
    id: &str,
    message: Option<String>,
) -> Result<(), ApiError> {
    let id = uuid("jobId", id)?;
    let message = message.unwrap_or_else(|| "The job was canceled.".to_owned());
    if message.chars().count() > MESSAGE_CHARS {
        return Err(ApiError::bad_request(format!("message is longer than {MESSAGE_CHARS} characters.")));
    }
    let canceled = shared.blocking(move |shared| {
        let context = &shared.context;
        match context.jobs.cancel(id, account.id, account.is_admin, &message, context.now())? {
            Cancelling::Unknown => Err(unknown()),
            Cancelling::Forbidden => Err(ApiError::forbidden("The job belongs to somebody else.")),
            Cancelling::TooLate => Err(ApiError::conflict("The job is over.")),
            Cancelling::Begun => Ok(()),
            Cancelling::Done(request) => {
                context.clear_up(&request, JobState::Canceled);
                Ok(())
            }
        }
    });
    canceled.await
}

pub(super) fn unknown() -> ApiError {
    ApiError::not_found("There is no such job.")
}
