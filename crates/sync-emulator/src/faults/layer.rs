//! Where requests and rules meet.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body::Body as _;

use super::body::{SlowBody, TruncatedBody};
use super::{Answer, Fault, JobOrders, Operation, Severed};
use crate::api::ApiError;
use crate::jobs::JobFailure;
use crate::requests::{Arrived, Call};
use crate::server::Shared;

/// A page as gateways show it to whoever has to sign in first.
const LOGIN_PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n";

/// Writes every request down, asks the rules about it and does what they say.
pub(crate) async fn apply(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let Some((operation, synchronization)) = Operation::of(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    if shared.is_down() {
        return Severed::Refused.into_response();
    }
    let decided = shared.faults.decide(operation, synchronization.as_deref());
    if let Some((rule, act)) = &decided {
        tracing::info!(rule = rule.name, operation = ?operation, synchronization, act = ?act, "a fault rule fired");
    }
    let (rule, act) = decided.unzip();
    let arrived = Arrived {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().map(str::to_owned),
        operation,
        synchronization,
        content_length: content_length(&request),
        rule,
    };
    let entry = shared.requests.begin(&shared.context.clock, arrived);
    let turn = Turn { shared: &shared, next, call: Call::new(entry.notes(), orders(act.as_ref())) };
    let response = match act {
        None | Some(Fault::FailJob { .. } | Fault::HoldJob { .. }) => turn.work(request).await,
        Some(act) => turn.misbehave(act, request).await,
    };
    match response.extensions().get::<Severed>() {
        Some(_) => entry.cut(&shared.context.clock),
        None => entry.answered(&shared.context.clock, response.status()),
    }
    response
}

/// What a rule has to say about the job, if the request makes one.
fn orders(act: Option<&Fault>) -> JobOrders {
    match act {
        Some(Fault::FailJob { message, done }) => {
            let failure = JobFailure { message: message.clone(), is_done: *done };
            JobOrders { failure: Some(failure), ..JobOrders::default() }
        }
        Some(Fault::HoldJob { progress }) => JobOrders { progress: Some(*progress), ..JobOrders::default() },
        _ => JobOrders::default(),
    }
}

fn content_length(request: &Request) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// One request on its way through.
struct Turn<'s> {
    shared: &'s Arc<Shared>,
    next: Next,
    call: Call,
}

impl Turn<'_> {
    /// Does what was asked for.
    async fn work(self, request: Request) -> Response {
        self.call.scope(self.next.run(request)).await
    }

    async fn misbehave(self, act: Fault, request: Request) -> Response {
        let shared = self.shared.clone();
        let clock = shared.context.clock.clone();
        let sleep = async |milliseconds: u64| clock.sleep(Duration::from_millis(milliseconds)).await;
        match act {
            Fault::Answer(answer) => {
                if answer.done {
                    self.work(request).await;
                } else {
                    read(request.into_body(), u64::MAX).await;
                }
                told(answer)
            }
            Fault::Delay { milliseconds, done: false } => {
                sleep(milliseconds).await;
                self.work(request).await
            }
            Fault::Delay { milliseconds, done: true } => {
                let response = self.work(request).await;
                sleep(milliseconds).await;
                response
            }
            Fault::SlowRead { bytes_per_second } => {
                let slow = |body| Body::new(SlowBody::new(body, clock.clone(), bytes_per_second));
                self.work(request.map(slow)).await
            }
            Fault::CloseBeforeReading => Severed::BeforeReading.into_response(),
            Fault::CloseInUpload { after_bytes } => {
                read(request.into_body(), after_bytes).await;
                Severed::InUpload.into_response()
            }
            Fault::LoseAnswer => {
                self.work(request).await;
                Severed::AfterWork.into_response()
            }
            Fault::TruncateReply { after_bytes } => truncated(self.work(request).await, after_bytes).await,
            Fault::NotJson { body } => {
                self.work(request).await;
                let page = body.unwrap_or_else(|| LOGIN_PAGE.to_owned());
                ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
            }
            Fault::Restart { done, down_milliseconds } => {
                if done {
                    self.work(request).await;
                }
                shared.restart(Duration::from_millis(down_milliseconds));
                Severed::Restart.into_response()
            }
            Fault::FailJob { .. } | Fault::HoldJob { .. } => self.work(request).await,
        }
    }
}

/// Reads a body and forgets it, up to so many bytes.
async fn read(mut body: Body, most: u64) {
    let mut seen = 0;
    while seen < most {
        let frame = std::future::poll_fn(|cx| std::pin::Pin::new(&mut body).poll_frame(cx)).await;
        match frame {
            Some(Ok(frame)) => seen += frame.data_ref().map_or(0, Bytes::len) as u64,
            Some(Err(_)) | None => return,
        }
    }
}

/// The answer of a rule.
fn told(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match answer.body {
        Some(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        None if status.is_success() => (status, [(header::CONTENT_TYPE, "application/json")], "{}").into_response(),
        None => ApiError::of_rule(status, answer.code, answer.message).into_response(),
    };
    let headers = response.headers_mut();
    if let Some(content_type) = answer.content_type.and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Longest answer that is cut off, in bytes (ours): pages of a thousand entries are shorter. Of a longer one, such as a
/// stored file, nothing comes at all.
const CUT_BYTES: usize = 64 * 1024 * 1024;

/// The same answer, whose body ends too early.
async fn truncated(response: Response, after_bytes: u64) -> Response {
    let (mut parts, body) = response.into_parts();
    match to_bytes(body, CUT_BYTES).await {
        Ok(whole) => {
            parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
            Response::from_parts(parts, Body::new(TruncatedBody::new(&whole, after_bytes)))
        }
        Err(_) => Severed::AfterWork.into_response(),
    }
}
