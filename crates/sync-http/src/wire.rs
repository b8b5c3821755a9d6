//! One request and its answer, below everything that decides about them.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request};
use sync_core::transport::{Operation, TransportError};

use crate::answer::Answer;
use crate::base_url::BaseUrl;
use crate::call::{Call, broken_off, refused, unsendable};
use crate::form::{Encoded, Form};
use crate::service::{Body, HttpService};
use crate::sign_in::Ticket;

/// Most bytes of an answer about one thing.
const SMALL: usize = 1024 * 1024;
/// Most bytes of a page.
const PAGE: usize = 16 * 1024 * 1024;

/// What is asked of the service; can be asked again.
pub(crate) struct Ask {
    method: Method,
    path: String,
    body: AskBody,
    limit: usize,
}

enum AskBody {
    None,
    Form(Form),
    Bytes(HeaderValue, Bytes),
}

impl Ask {
    /// Something under `/rest/2.0`.
    pub(crate) fn api(method: Method, path: impl AsRef<str>) -> Self {
        Self::root(method, format!("{}{}", BaseUrl::API, path.as_ref()))
    }

    /// Something beside `/rest/2.0`.
    pub(crate) fn root(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: AskBody::None, limit: SMALL }
    }

    pub(crate) fn get(path: impl AsRef<str>) -> Self {
        Self::api(Method::GET, path)
    }

    pub(crate) fn with_form(mut self, form: Form) -> Self {
        self.body = AskBody::Form(form);
        self
    }

    pub(crate) fn with_body(mut self, content_type: HeaderValue, body: Bytes) -> Self {
        self.body = AskBody::Bytes(content_type, body);
        self
    }

    /// Expects a page of a list.
    pub(crate) fn for_page(self) -> Self {
        self.with_limit(PAGE)
    }

    /// Expects an answer of at most so many bytes.
    pub(crate) fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Whether asking again costs much.
    pub(crate) fn is_upload(&self) -> bool {
        matches!(&self.body, AskBody::Form(form) if form.has_file())
    }
}

/// A service and where it lives.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) service: Arc<dyn HttpService>,
    pub(crate) base: BaseUrl,
}

impl Wire {
    /// Sends one request and reads its answer; an answer is a success.
    pub(crate) async fn ask(&self, call: &Call<'_>, ask: &Ask, ticket: &Ticket) -> Result<Answer, TransportError> {
        let request = self.head(ask.method.clone(), &ask.path, ticket);
        match &ask.body {
            AskBody::None => {
                // A POST without a body says that there is none.
                let request = match ask.method {
                    Method::POST => request.header(CONTENT_LENGTH, 0),
                    _ => request,
                };
                self.exchange(call, request.body(Body::default()), ask.limit, ticket).await
            }
            AskBody::Bytes(content_type, bytes) => {
                let request = request.header(CONTENT_TYPE, content_type).header(CONTENT_LENGTH, bytes.len());
                self.exchange(call, request.body(bytes.clone().into()), ask.limit, ticket).await
            }
            AskBody::Form(form) => self.send(call, request, form, ask.limit, ticket).await,
        }
    }

    /// What all requests have.
    pub(crate) fn head(&self, method: Method, path: &str, ticket: &Ticket) -> http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base.root()))
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("collibra-sync/", env!("CARGO_PKG_VERSION")));
        ticket.headers().iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    /// Sends a request as it is.
    pub(crate) async fn call(
        &self,
        operation: Operation,
        request: http::Result<Request<Body>>,
    ) -> Result<http::Response<Body>, TransportError> {
        let request = request.map_err(|error| refused(operation).with_source(error))?;
        self.service.call(request).await.map_err(|error| {
            let (kind, delivery) = (error.kind(), error.delivery());
            TransportError::new(operation, kind, delivery).with_source(error.into_source())
        })
    }

    async fn send(
        &self,
        call: &Call<'_>,
        request: http::request::Builder,
        form: &Form,
        limit: usize,
        ticket: &Ticket,
    ) -> Result<Answer, TransportError> {
        let operation = call.operation();
        let Encoded { content_type, length, body, fate } =
            form.encode().await.map_err(|error| unsendable(operation, error))?;
        let request = request.header(CONTENT_TYPE, content_type).header(CONTENT_LENGTH, length).body(body);
        let exchanged = self.exchange(call, request, limit, ticket).await;
        let Some(fate) = fate else { return exchanged };
        let failure = fate.take_failure();
        match exchanged {
            Ok(answer) if fate.is_complete() => Ok(answer),
            Err(error) if failure.is_none() || error.status().is_some() => Err(error),
            // The payload broke off, or the service answered before it had everything.
            _ => Err(broken_off(operation, failure)),
        }
    }

    async fn exchange(
        &self,
        call: &Call<'_>,
        request: http::Result<Request<Body>>,
        limit: usize,
        ticket: &Ticket,
    ) -> Result<Answer, TransportError> {
        let operation = call.operation();
        let response = self.call(operation, request).await?;
        call.note_status(response.status());
        if response.status() != http::StatusCode::UNAUTHORIZED {
            ticket.was_taken();
        }
        Answer::read(operation, response, limit, ticket.scrubber().clone()).await
    }
}
