//! A service below the transport that answers as a closure says and keeps what it was asked. No sockets, so that time
//! can be paused.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use sync_http::{Body, Credentials, HttpService, HttpTransport, ServiceError};

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }
}

type Answer = http::Response<String>;

pub(crate) struct Fake {
    asked: Mutex<Vec<Asked>>,
    answer: Box<dyn Fn(&Asked) -> Answer + Send + Sync>,
}

impl Fake {
    pub(crate) fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { asked: Mutex::default(), answer: Box::new(answer) })
    }

    pub(crate) fn transport(self: &Arc<Self>, credentials: Credentials) -> HttpTransport {
        HttpTransport::over(self.clone(), "http://localhost", credentials).expect("a good URL")
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic under the lock").clone()
    }

    /// Methods and paths so far; forgets them.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked.lock().expect("no panic under the lock").drain(..).map(|asked| asked.line).collect()
    }
}

#[async_trait]
impl HttpService for Fake {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
        let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let asked = Asked { line: format!("{} {path}", parts.method), headers: parts.headers, body };
        let answer = (self.answer)(&asked);
        self.asked.lock().expect("no panic under the lock").push(asked);
        // As over a network, others may run meanwhile.
        tokio::task::yield_now().await;
        Ok(answer.map(Body::from))
    }
}

pub(crate) fn answer(status: u16, body: impl Into<String>) -> Answer {
    let answer = http::Response::builder().status(status).header("content-type", "application/json");
    answer.body(body.into()).expect("a good answer")
}

/// A job in the shape of the core API.
pub(crate) fn job() -> Answer {
    answer(200, r#"{"id":"0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11","state":"WAITING","result":"NOT_SET"}"#)
}
