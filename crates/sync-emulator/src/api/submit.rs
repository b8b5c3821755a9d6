//! The calls that answer with a job: batch, finalize and both in one.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::{Extension, Json};
use serde_json::Value;
use uuid::Uuid;

use super::form::Form;
use super::params::{Segment, uuid};
use super::{Account, ApiError};
use crate::faults::JobOrders;
use crate::jobs::{Finalization, JobRequest, Operation, RelationsAction, Strategy};
use crate::profile::{JobResultField, MissingStatus};
use crate::requests;
use crate::server::Shared;

/// Longest synchronization id, in characters.
const ID_CHARS: usize = 50;

type Answer = Result<Json<Value>, ApiError>;

/// `POST /import/synchronize/{sid}/batch/json-job`
pub(super) async fn batch_json(
    State(shared): State<Arc<Shared>>,
    Extension(account): Extension<Account>,
    Segment(id): Segment,
    request: Request,
) -> Answer {
    check_id(&shared, &id)?;
    let mut form = Form::read(&shared, request).await?;
    let relations = match form.text("relationsAction") {
        None | Some("REPLACE") => RelationsAction::Replace,
        Some("ADD_OR_IGNORE") => RelationsAction::AddOrIgnore,
        Some(_) => return Err(ApiError::bad_request("relationsAction is one of ADD_OR_IGNORE, REPLACE.")),
    };
    let request = JobRequest {
        operation: Operation::Batch,
        continue_on_error: continue_on_error(&shared, &form)?,
        relations,
        finalization: None,
        upload: Some(take_file(&mut form)?),
        failure: None,
    };
    accept(shared, account, id, request).await
}

/// `POST /import/synchronize/{sid}/json-job`
pub(super) async fn full_json(
    State(shared): State<Arc<Shared>>,
    Extension(account): Extension<Account>,
    Segment(id): Segment,
    request: Request,
) -> Answer {
    check_id(&shared, &id)?;
    let mut form = Form::read(&shared, request).await?;
    let request = JobRequest {
        operation: Operation::Full,
        continue_on_error: continue_on_error(&shared, &form)?,
        // This form of the call has no `relationsAction`; one that is sent has no effect.
        relations: RelationsAction::Replace,
        finalization: Some(finalization(&shared, &form)?),
        upload: Some(take_file(&mut form)?),
        failure: None,
    };
    accept(shared, account, id, request).await
}

/// `POST /import/synchronize/{sid}/finalize/job`
pub(super) async fn finalize(
    State(shared): State<Arc<Shared>>,
    Extension(account): Extension<Account>,
    Segment(id): Segment,
    request: Request,
) -> Answer {
    check_id(&shared, &id)?;
    let form = Form::read(&shared, request).await?;
    let request = JobRequest {
        operation: Operation::Finalize,
        continue_on_error: false,
        relations: RelationsAction::Replace,
        finalization: Some(finalization(&shared, &form)?),
        upload: None,
        failure: None,
    };
    accept(shared, account, id, request).await
}

/// The calls for CSV and Excel files, which the server does not have yet.
pub(super) async fn unsupported() -> Answer {
    Err(ApiError::bad_request("csv and excel are not supported yet"))
}

/// Refuses synchronization ids that the service refuses on its submit calls.
pub(super) fn check_id(shared: &Shared, id: &str) -> Result<(), ApiError> {
    let chars = id.chars().count();
    if chars == 0 || chars > ID_CHARS {
        return Err(ApiError::bad_request(format!("A synchronization id has 1 to {ID_CHARS} characters.")));
    }
    if shared.context.readings.uuid_ids_only {
        uuid("The synchronization id", id)?;
    }
    Ok(())
}

fn continue_on_error(shared: &Shared, form: &Form) -> Result<bool, ApiError> {
    Ok(form.boolean("continueOnError")?.unwrap_or_else(|| shared.profile.continue_on_error()))
}

/// The uploaded file, which becomes the job's.
fn take_file(form: &mut Form) -> Result<String, ApiError> {
    match (form.file.take(), form.text("fileId")) {
        (Some(_), Some(_)) => Err(ApiError::bad_request("Send file or fileId, not both.")),
        (Some(upload), None) => Ok(upload.keep()),
        (None, Some(_)) => Err(ApiError::bad_request("The server knows no file of this fileId.")),
        (None, None) => Err(ApiError::bad_request("The body needs a part named file.")),
    }
}

fn finalization(shared: &Shared, form: &Form) -> Result<Finalization, ApiError> {
    let strategy = match form.text("finalizationStrategy") {
        None | Some("REMOVE_RESOURCES") => Strategy::RemoveResources,
        Some("CHANGE_STATUS") => Strategy::ChangeStatus,
        Some("IGNORE") => Strategy::Ignore,
        Some(_) => {
            return Err(ApiError::bad_request(
                "finalizationStrategy is one of REMOVE_RESOURCES, CHANGE_STATUS, IGNORE.",
            ));
        }
    };
    let missing_status = match form.uuid("missingAssetStatusId")? {
        Some(id) => Some(id),
        None => status_of_parameters(form)?,
    };
    let is_refused = shared.context.readings.change_status_without_status == MissingStatus::Refused;
    if strategy == Strategy::ChangeStatus && missing_status.is_none() && is_refused {
        return Err(ApiError::bad_request("CHANGE_STATUS needs missingAssetStatusId."));
    }
    Ok(Finalization { strategy, missing_status })
}

/// The older way to give the status.
fn status_of_parameters(form: &Form) -> Result<Option<Uuid>, ApiError> {
    const MEMBER: &str = "STATUS_ID";
    let Some(parameters) = form.json("finalizationParameters")? else { return Ok(None) };
    match parameters.get(MEMBER) {
        None => Ok(None),
        Some(value) => uuid(MEMBER, value.as_str().unwrap_or_default()).map(Some),
    }
}

/// Writes the job down and answers with it; the work is done later.
async fn accept(shared: Arc<Shared>, account: Account, id: String, request: JobRequest) -> Answer {
    let upload = request.upload.clone();
    let orders = JobOrders { hidden_polls: shared.context.readings.hidden_polls, ..requests::orders() };
    let accepted = shared
        .blocking(move |shared| {
            let jobs = &shared.context.jobs;
            let now = shared.context.clock.now();
            Ok(jobs.accept(&id, &request, account.id, &account.name, now, orders)?)
        })
        .await;
    match accepted {
        Ok(job) => {
            requests::note_job(job.id);
            Ok(Json(job.json(JobResultField::Included)))
        }
        Err(error) => {
            if let Some(upload) = upload {
                // The job that would have deleted the file does not exist.
                let _ = tokio::fs::remove_file(shared.context.uploads.join(upload)).await;
            }
            Err(error)
        }
    }
}
