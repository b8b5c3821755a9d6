//! What the service answered: read within bounds, judged by status, decoded.

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sync_core::transport::{BoxError, Delivery, Operation, TransportError, TransportErrorKind};
use sync_core::{Job, JobId};

use crate::retry_after::retry_after;
use crate::scrub::Scrubber;
use crate::service::Body;

/// Most bytes read of an answer that is not a success.
const REFUSAL_LIMIT: usize = 64 * 1024;
/// Most bytes kept of a body in an error.
const KEPT: usize = 4 * 1024;

/// A success that was read to its end.
pub(crate) struct Answer {
    operation: Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    scrubber: Scrubber,
}

impl Answer {
    /// Reads a response, at most `limit` bytes of a success.
    pub(crate) async fn read(
        operation: Operation,
        response: http::Response<Body>,
        limit: usize,
        scrubber: Scrubber,
    ) -> Result<Self, TransportError> {
        let (parts, body) = response.into_parts();
        let is_success = parts.status.is_success();
        let limit = if is_success { limit } else { REFUSAL_LIMIT };
        let (body, end) = read_body(body, limit).await;
        let answer = Self { operation, status: parts.status, headers: parts.headers, body, scrubber };
        match end {
            // A status is an answer, however its body ends.
            end if !is_success => Err(answer.refusal(!matches!(end, End::Whole))),
            End::Whole => Ok(answer),
            End::TooLong => Err(answer.faulty(format_args!("an answer longer than {limit} bytes"))),
            End::Broken(source) => {
                let broken = TransportError::new(operation, TransportErrorKind::Broken, Delivery::Unknown);
                Err(broken.with_message("the connection broke within the answer").with_source(source))
            }
        }
    }

    /// The job a submit was answered with. Whatever else is wrong with it, its id is not lost: the job exists.
    pub(crate) fn submitted_job(&self) -> Result<Job, TransportError> {
        #[derive(Deserialize)]
        struct OnlyId {
            id: JobId,
        }
        serde_json::from_slice::<Job>(&self.body)
            .or_else(|error| match serde_json::from_slice::<OnlyId>(&self.body) {
                Ok(only) => Ok(Job::new(only.id)),
                Err(_) => Err(error),
            })
            .map_err(|error| self.unreadable("without a usable job id", &error))
    }

    /// The job that was asked for.
    pub(crate) fn job(&self, id: &JobId) -> Result<Job, TransportError> {
        self.the_job(self.object()?, id)
    }

    /// This job, if it is the one that was asked for.
    pub(crate) fn the_job(&self, job: Job, id: &JobId) -> Result<Job, TransportError> {
        if job.id.as_str().eq_ignore_ascii_case(id.as_str()) {
            Ok(job)
        } else {
            Err(self.faulty("with another job than asked for"))
        }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Bytes of the body.
    pub(crate) fn len(&self) -> usize {
        self.body.len()
    }

    /// The body as a JSON object of the expected shape. An array is none, though serde would fill a struct from it.
    pub(crate) fn object<T: DeserializeOwned>(&self) -> Result<T, TransportError> {
        match self.body.trim_ascii_start().first() {
            Some(b'[') => Err(self.faulty("with an array where an object is documented")),
            _ => self.json(),
        }
    }

    /// The body as JSON of the expected shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, TransportError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| self.unreadable("with a body of another shape than documented", &error))
    }

    /// A success that is none. Its meaning is open, so its delivery is too.
    pub(crate) fn faulty(&self, with_what: impl fmt::Display) -> TransportError {
        let mut message = format!("the service answered {} {with_what}", self.status.as_u16());
        if let Some(kind) = self.foreign_content_type() {
            message = format!("{message}: {kind} instead of JSON, perhaps a gateway's or a login page");
        }
        let error = TransportError::new(self.operation, TransportErrorKind::Faulty, Delivery::Unknown)
            .with_message(self.scrubber.scrub(&message));
        match self.holds_secrets() {
            true => error,
            false => error.with_body(self.kept(true)),
        }
    }

    fn unreadable(&self, with_what: &str, source: &serde_json::Error) -> TransportError {
        let error = self.faulty(with_what);
        match self.holds_secrets() {
            true => error,
            // The decoder's words can quote the body.
            false => error.with_source(Unreadable(self.scrubber.scrub(&source.to_string()))),
        }
    }

    /// Whether the body may hold secrets that nobody knows yet.
    fn holds_secrets(&self) -> bool {
        self.operation == Operation::SignIn
    }

    fn refusal(&self, is_cut: bool) -> TransportError {
        let error = TransportError::answered(self.operation, self.status.as_u16());
        let error = error.with_retry_after(retry_after(&self.headers)).with_body(self.kept(is_cut));
        let message = if self.status.is_redirection() {
            Some(format!("redirects are not followed: this one leads to {}", self.location_host()))
        } else if let Some(message) = ServiceWords::read(&self.body) {
            Some(message)
        } else {
            self.foreign_content_type()
                .map(|kind| format!("{kind} instead of the service's own error, perhaps a gateway's or a login page"))
        };
        match message {
            Some(message) => error.with_message(start(&self.scrubber.scrub(&message), KEPT)),
            None => error,
        }
    }

    /// The start of the body without secrets.
    fn kept(&self, is_cut: bool) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let text = if is_cut { self.scrubber.scrub_cut(&text) } else { self.scrubber.scrub(&text) };
        start(&text, KEPT).to_owned()
    }

    /// The content type, if it is there and not JSON.
    fn foreign_content_type(&self) -> Option<&str> {
        let kind = self.headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim();
        (!kind.is_empty() && !kind.to_ascii_lowercase().ends_with("json")).then(|| start(kind, 100))
    }

    /// Scheme, host and port of `Location`; path and query may hold what is nobody's business.
    fn location_host(&self) -> String {
        let location = self.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        match location.map(url::Url::parse) {
            Some(Ok(url)) if url.has_host() => url.origin().ascii_serialization(),
            Some(Err(url::ParseError::RelativeUrlWithoutBase)) => "another path of the same host".to_owned(),
            _ => "no usable place".to_owned(),
        }
    }
}

/// How a body ended.
enum End {
    Whole,
    TooLong,
    Broken(BoxError),
}

async fn read_body(mut body: Body, limit: usize) -> (Vec<u8>, End) {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let data: Bytes = match frame {
            Ok(frame) => frame.into_data().unwrap_or_default(),
            Err(error) => return (read, End::Broken(error.without_url().into())),
        };
        let room = limit - read.len();
        read.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return (read, End::TooLong);
        }
    }
    (read, End::Whole)
}

/// The fields of the service's errors (`StandardErrorResponse` of its sibling APIs), or those of a token that was not
/// given (RFC 6749 section 5.2); any may be missing or of another type.
struct ServiceWords;

impl ServiceWords {
    /// One sentence of them; `None` if the body has none.
    fn read(body: &[u8]) -> Option<String> {
        let fields: serde_json::Value = serde_json::from_slice(body).ok()?;
        let field = |name: &str| match fields.get(name)? {
            serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let mut sentence = match (field("titleMessage"), field("userMessage")) {
            (Some(title), Some(message)) if title != message => format!("{title}: {message}"),
            (title, message) => message.or(title).unwrap_or_default(),
        };
        if sentence.is_empty() {
            sentence = field("error_description").unwrap_or_default();
        }
        let code = field("errorCode").or_else(|| field("error")).map(|code| format!("[{code}]"));
        for more in [field("helpMessage"), code].into_iter().flatten() {
            if !sentence.is_empty() {
                sentence.push(' ');
            }
            sentence.push_str(&more);
        }
        Some(sentence).filter(|sentence| !sentence.is_empty())
    }
}

/// What the JSON decoder said, without secrets.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unreadable(String);

/// At most `len` bytes of a text, cut at a character.
fn start(text: &str, len: usize) -> &str {
    &text[..text.floor_char_boundary(len)]
}
