//! One request, one answer, no manners.

use std::time::Duration;

use http::Method;
use http_body_util::{BodyExt, Limited};
use serde_json::Value;
use sync_core::cycle::StopSignal;
use sync_core::transport::Delivery;

use super::form::Form;
use super::outcome::{Step, Stop, SuiteEnd, broken};
use crate::HttpTransport;

/// Most bytes of an answer.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// The API of the synchronizations and of the catalogue.
const API: &str = "/rest/2.0";

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Method and path, for sentences.
    pub(super) call: String,
    pub(super) status: u16,
    /// The body; `null` if it is no JSON.
    pub(super) json: Value,
    text: String,
}

impl Answer {
    /// Status and the beginning of the body, for sentences.
    pub(super) fn told(&self) -> String {
        let cut = self.text.floor_char_boundary(300);
        format!("{} answered {} {}", self.call, self.status, &self.text[..cut]).trim_end().to_owned()
    }

    /// The body of a success.
    pub(super) fn ok(self) -> Step<Value> {
        if self.status == 200 { Ok(self.json) } else { broken(format!("{} to answer 200", self.call), self.told()) }
    }

    /// The id of the job that a submit was answered with.
    pub(super) fn job(self) -> Step<String> {
        match self.json["id"].as_str() {
            Some(id) if self.status == 200 => Ok(id.to_owned()),
            _ => broken(format!("{} to answer 200 with a job that has an id", self.call), self.told()),
        }
    }

    pub(super) fn is_refusal(&self) -> bool {
        (400..500).contains(&self.status)
    }

    /// The code of a refusal.
    pub(super) fn refusal(&self) -> Step<String> {
        if self.is_refusal() {
            Ok(self.status.to_string())
        } else {
            broken(format!("{} to be refused with a code of the 4xx", self.call), self.told())
        }
    }

    /// The server has no such path or no such method there, or not any more.
    pub(super) fn is_no_endpoint(&self) -> bool {
        matches!(self.status, 404 | 405 | 410 | 501)
    }
}

/// What is sent.
#[derive(Debug)]
pub(super) enum Payload {
    None,
    Form(Form),
    Json(Value),
    /// A form as browsers send it, which the API does not have.
    UrlEncoded(&'static str),
}

/// The way to the server.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) transport: HttpTransport,
    pub(super) stop: StopSignal,
}

impl Wire {
    /// A request below the API; 401 and 403 end the suite.
    pub(super) async fn call(&self, method: Method, path: &str, payload: Payload) -> Step<Answer> {
        self.beside(method, &format!("{API}{path}"), payload).await
    }

    pub(super) async fn get(&self, path: &str) -> Step<Answer> {
        self.call(Method::GET, path, Payload::None).await
    }

    pub(super) async fn delete(&self, path: &str) -> Step<Answer> {
        self.call(Method::DELETE, path, Payload::None).await
    }

    /// A request to any path of the server.
    pub(super) async fn beside(&self, method: Method, path: &str, payload: Payload) -> Step<Answer> {
        let call = format!("{method} {path}");
        match self.attempt(method, path, payload).await? {
            Ok(Answer { status: status @ (401 | 403), call, .. }) => Err(Stop::End(SuiteEnd::Denied { status, call })),
            Ok(answer) => Ok(answer),
            Err(NoAnswer { delivery: Delivery::NotSent, cause }) => {
                Err(Stop::End(SuiteEnd::Unreachable { call, cause }))
            }
            Err(NoAnswer { cause, .. }) => broken(format!("an answer to {call}"), format!("none: {cause}")),
        }
    }

    /// A request that may remain without an answer.
    pub(super) async fn attempt(&self, method: Method, path: &str, payload: Payload) -> Step<Result<Answer, NoAnswer>> {
        if self.stop.is_stopped() {
            return Err(Stop::End(SuiteEnd::Stopped));
        }
        let call = format!("{method} {path}");
        let (content_type, body) = match payload {
            Payload::None => (None, Vec::new()),
            Payload::Form(form) => {
                let (content_type, body) = form.encode();
                (Some(content_type), body)
            }
            Payload::UrlEncoded(form) => (Some("application/x-www-form-urlencoded".to_owned()), form.into()),
            Payload::Json(value) => (Some("application/json".to_owned()), value.to_string().into_bytes()),
        };
        let answered = self.transport.call_raw(method, path, content_type.as_deref(), body.into()).await;
        let (response, scrubber) = match answered {
            Ok(answered) => answered,
            // The sign-in was refused.
            Err(error) if let Some(status) = error.status() => {
                return Ok(Ok(Answer { call, status, json: Value::Null, text: chain(&error) }));
            }
            Err(error) => return Ok(Err(NoAnswer { delivery: error.delivery(), cause: chain(&error) })),
        };
        let status = response.status().as_u16();
        let bytes = match Limited::new(response.into_body(), ANSWER_BYTES).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => return Ok(Err(NoAnswer { delivery: Delivery::Unknown, cause: chain(&*error) })),
        };
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Ok(Answer { call, status, json, text: scrubber.scrub(&String::from_utf8_lossy(&bytes)) }))
    }

    /// Waits, unless somebody asks to stop.
    pub(super) async fn pause(&self, time: Duration) -> Step<()> {
        tokio::time::sleep(time).await;
        if self.stop.is_stopped() { Err(Stop::End(SuiteEnd::Stopped)) } else { Ok(()) }
    }
}

/// A request without an answer.
#[derive(Debug)]
pub(super) struct NoAnswer {
    pub(super) delivery: Delivery,
    pub(super) cause: String,
}

/// An error with its causes in one line.
fn chain(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// A text as one part of a path or a query.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
