//! The three calls about jobs.

use http::{HeaderValue, Method};
use sync_core::transport::{JobQuery, Operation, TransportError};
use sync_core::{Job, JobId, MAX_CANCEL_MESSAGE, Page};

use super::choice::Shape;
use super::v1;
use super::walk::Walk;
use crate::HttpTransport;
use crate::call::{Call, refused};
use crate::wire::Ask;

impl HttpTransport {
    pub(crate) async fn get_job(&self, id: &JobId) -> Result<Job, TransportError> {
        let call = Call::job(Operation::ReadJob, id);
        let shape = self.shapes.of(Operation::ReadJob);
        call.run(async {
            if shape == Shape::V1 {
                return self.get_job_v1(&call, id).await;
            }
            let old = self.ask(&call, &Ask::get(format!("/jobs/{id}"))).await.and_then(|answer| answer.job(id));
            match old {
                Err(error) if self.shapes.may_be_elsewhere(id, &error) => {
                    let new = self.get_job_v1(&call, id).await;
                    self.shapes.tried_v1(Operation::ReadJob, error, new)
                }
                old => {
                    self.shapes.seen(id, &old);
                    old
                }
            }
        })
        .await
    }

    async fn get_job_v1(&self, call: &Call<'_>, id: &JobId) -> Result<Job, TransportError> {
        let ask = Ask::root(Method::GET, format!("{}/{id}", v1::JOBS));
        v1::job(&self.ask(call, &ask).await?, id)
    }

    pub(crate) async fn find_jobs(&self, query: &JobQuery, offset: u64) -> Result<Page<Job>, TransportError> {
        let call = Call::new(Operation::FindJobs);
        call.run(async {
            if self.shapes.of(Operation::FindJobs) == Shape::V1 {
                return self.find_jobs_v1(&call, query, offset).await;
            }
            let limit = Page::<Job>::MAX_LIMIT;
            let mut path = format!("/jobs?offset={offset}&limit={limit}&sortField=CREATED_ON&sortOrder=DESC");
            if let Some(user) = &query.created_by {
                path.push_str("&createdBy=");
                path.extend(url::form_urlencoded::byte_serialize(user.as_bytes()));
            }
            match self.ask(&call, &Ask::get(path).for_page()).await.and_then(|answer| answer.object()) {
                Err(error) if self.shapes.may_be_gone(&error) => {
                    let new = self.find_jobs_v1(&call, query, offset).await;
                    self.shapes.tried_v1(Operation::FindJobs, error, new)
                }
                old => old,
            }
        })
        .await
    }

    /// By cursors, which lead from page to page only: the walk is kept, so that the next page goes on from there.
    async fn find_jobs_v1(&self, call: &Call<'_>, query: &JobQuery, offset: u64) -> Result<Page<Job>, TransportError> {
        let kept = self.shapes.take_walk().filter(|walk| walk.leads_to(query, offset));
        let mut walk = kept.unwrap_or_else(|| Walk::new(query.clone()));
        let most = u64::from(Page::<Job>::MAX_LIMIT);
        while let Some(path) = walk.wants(offset + most) {
            let answer = self.ask(call, &Ask::root(Method::GET, path).for_page()).await?;
            walk.add(v1::page(&answer)?);
        }
        let page = walk.page(offset, most);
        self.shapes.keep_walk(walk);
        Ok(page)
    }

    pub(crate) async fn cancel_job(&self, id: &JobId, message: Option<&str>) -> Result<(), TransportError> {
        let call = Call::job(Operation::CancelJob, id);
        call.run(async {
            if message.is_some_and(|message| message.chars().count() > MAX_CANCEL_MESSAGE) {
                let message = format!("the message of a cancellation has at most {MAX_CANCEL_MESSAGE} characters");
                return Err(refused(Operation::CancelJob).with_message(message));
            }
            if self.shapes.of(Operation::CancelJob) == Shape::V1 {
                return self.cancel_job_v1(&call, id, message).await;
            }
            let ask = Ask::api(Method::POST, format!("/jobs/{id}/canceled"));
            let ask = match message {
                Some(message) => {
                    let body = serde_json::json!({ "message": message }).to_string();
                    ask.with_body(HeaderValue::from_static("application/json"), body.into())
                }
                None => ask,
            };
            match self.ask(&call, &ask).await {
                Err(error) if self.shapes.may_be_gone(&error) => {
                    let new = self.cancel_job_v1(&call, id, message).await;
                    self.shapes.tried_v1(Operation::CancelJob, error, new)
                }
                old => old.map(drop),
            }
        })
        .await
    }

    async fn cancel_job_v1(&self, call: &Call<'_>, id: &JobId, message: Option<&str>) -> Result<(), TransportError> {
        let mut path = format!("{}/{id}", v1::JOBS);
        if let Some(message) = message {
            path.push_str("?message=");
            path.extend(url::form_urlencoded::byte_serialize(message.as_bytes()));
        }
        self.ask(call, &Ask::root(Method::DELETE, path)).await.map(drop)
    }
}
