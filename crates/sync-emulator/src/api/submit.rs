//! The calls that answer with a job: imports, batches, finalizations and single calls.

use std::io;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::routing::{MethodRouter, post};
use axum::{Extension, Json};
use serde_json::Value;
use sync_core::PayloadFormat;

use super::form::Form;
use super::params::{Segment, uuid};
use super::upload::{Upload, sync_folder, unwritable};
use super::{ApiError, fields};
use crate::access::{Account, Visitor};
use crate::faults::JobOrders;
use crate::jobs::{JobRequest, JobRow, Operation, Submitter};
use crate::profile::{FileAndFileId, JobNames, JobResultField};
use crate::requests;
use crate::server::Shared;

/// Longest synchronization id, in characters.
const ID_CHARS: usize = 50;

type Answer = Result<Json<Value>, ApiError>;

/// `POST /import/…-job`
pub(super) fn import(format: PayloadFormat) -> MethodRouter<Arc<Shared>> {
    post(async move |State(shared), Extension(visitor): Extension<Visitor>, request: Request| -> Answer {
        submit(shared, visitor.account, String::new(), Operation::Import, format, request).await
    })
}

/// `POST /import/synchronize/{sid}/batch/…-job`
pub(super) fn batch(format: PayloadFormat) -> MethodRouter<Arc<Shared>> {
    synchronization(Operation::Batch, format)
}

/// `POST /import/synchronize/{sid}/…-job`
pub(super) fn full(format: PayloadFormat) -> MethodRouter<Arc<Shared>> {
    synchronization(Operation::Full, format)
}

/// `POST /import/synchronize/{sid}/finalize/job`
pub(super) fn finalize() -> MethodRouter<Arc<Shared>> {
    synchronization(Operation::Finalize, PayloadFormat::Json)
}

fn synchronization(operation: Operation, format: PayloadFormat) -> MethodRouter<Arc<Shared>> {
    let handler = async move |State(shared): State<Arc<Shared>>,
                              Extension(visitor): Extension<Visitor>,
                              Segment(id): Segment,
                              request: Request|
                -> Answer {
        check_id(&shared, &id)?;
        submit(shared, visitor.account, id, operation, format, request).await
    };
    post(handler)
}

/// Refuses synchronization ids that the service refuses on its submit calls.
fn check_id(shared: &Shared, id: &str) -> Result<(), ApiError> {
    let chars = id.chars().count();
    if chars == 0 || chars > ID_CHARS {
        return Err(ApiError::bad_request(format!("A synchronization id has 1 to {ID_CHARS} characters.")));
    }
    if shared.context.readings.uuid_ids_only {
        uuid("The synchronization id", id)?;
    }
    Ok(())
}

async fn submit(
    shared: Arc<Shared>,
    account: Account,
    id: String,
    operation: Operation,
    format: PayloadFormat,
    request: Request,
) -> Answer {
    let mut form = Form::read(&shared, request).await?;
    let mut job = fields::read(&shared, &form, operation, format)?;
    let upload = match operation {
        Operation::Finalize => None,
        _ => Some(take_file(&shared, &mut form, &mut job).await?),
    };
    let accepted = accept(shared, account, id, job, upload).await?;
    Ok(Json(accepted.json(JobResultField::Included)))
}

/// The file with the commands: the one that came along, or one that was stored before.
async fn take_file(shared: &Arc<Shared>, form: &mut Form, job: &mut JobRequest) -> Result<Upload, ApiError> {
    let stored = form.uuid("fileId")?;
    let mut files = std::mem::take(&mut form.files).into_iter();
    let mut inline = files.next();
    if let Some(upload) = &mut inline
        && let Some(name) = form.text("fileName").filter(|name| !name.is_empty())
    {
        upload.file_name = Some(name.to_owned());
    }
    if files.next().is_some() {
        return Err(ApiError::bad_request("The body has two parts named file."));
    }
    if stored.is_some() && form.boolean("deleteFile")? == Some(true) {
        job.delete_file = stored;
    }
    match (inline, stored) {
        (Some(upload), None) => Ok(upload),
        (Some(upload), Some(_)) => match shared.context.readings.file_and_file_id {
            FileAndFileId::Refused => Err(ApiError::bad_request("Send file or fileId, not both.")),
            FileAndFileId::JobError => {
                job.fault = Some("Both file and fileId were sent.".to_owned());
                Ok(upload)
            }
        },
        (None, Some(id)) => {
            shared
                .blocking(move |shared| {
                    let unknown = || ApiError::not_found("The server knows no file of this fileId.");
                    let file = shared.context.jobs.file(id)?.ok_or_else(unknown)?;
                    Upload::of_stored(shared, file).map_err(|error| match error.kind() {
                        io::ErrorKind::NotFound => unknown(),
                        _ => unwritable(&shared.context.uploads, &error),
                    })
                })
                .await
        }
        (None, None) => Err(ApiError::bad_request("The body needs a part named file, or a fileId.")),
    }
}

fn job_name(names: JobNames, operation: Operation, upload: Option<&Upload>) -> String {
    let file = upload.and_then(|upload| upload.file_name.as_deref()).filter(|_| names == JobNames::WithFile);
    let operation = operation.job_name();
    file.map_or_else(|| operation.to_owned(), |file| format!("{operation}: {file}"))
}

/// Writes the job down; the work is done later.
async fn accept(
    shared: Arc<Shared>,
    account: Account,
    id: String,
    mut request: JobRequest,
    upload: Option<Upload>,
) -> Result<JobRow, ApiError> {
    let orders = JobOrders { hidden_polls: shared.context.readings.hidden_polls, ..requests::orders() };
    let accepted = shared.blocking(move |shared| {
        let context = &shared.context;
        if upload.is_some() {
            sync_folder(shared, &context.uploads)?;
        }
        let job_name = job_name(context.readings.job_names, request.operation, upload.as_ref());
        // From here on the job deletes the file; a job that is not accepted has none.
        request.upload = upload.map(Upload::keep);
        let by = Submitter { user: account.id, user_name: account.name.to_string(), at: context.now(), job_name };
        let accepted = context.jobs.accept(&id, &request, &by, orders);
        if accepted.is_err()
            && let Some(upload) = &request.upload
        {
            context.remove_upload(upload);
        }
        Ok(accepted?)
    });
    let job = accepted.await?;
    requests::note_job(job.id);
    Ok(job)
}
