//! The way between a process and the server, and everything that goes wrong on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::Value;
use sync_core::JobId;
use sync_core::cycle::CycleState;
use sync_engine::store::{StateKey, StateStore};
use sync_http::{Body, HttpService, ServiceError};

use super::bugs::Bug;
use super::sources::Source;
use super::state::{Death, Life, Moment};
use super::world::{Issue, Kind, World};

/// What a submit meets with.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Nothing leaves.
    NotSent,
    /// It never arrives.
    Lost,
    /// It arrives, its answer does not.
    AnswerLost,
    /// Somebody on the way holds it back, and lets it through later.
    Late,
    /// A gateway answers so without passing it on.
    Gateway(u16),
    /// The service acts on it, and a gateway answers so.
    GatewayAfter(u16),
    /// Only the first half of the answer arrives.
    Truncated,
    /// Somebody on the way answers with a page for people, though the service acts on it.
    Page,
    /// The credentials are not accepted, this one time.
    Denied,
    /// The answer does not name a job.
    NoJob,
    /// The server dies before, or after.
    ServerDies(Moment),
}

const TROUBLES: [(&str, Trouble); 19] = [
    ("not sent", Trouble::NotSent),
    ("not sent", Trouble::NotSent),
    ("lost", Trouble::Lost),
    ("answer lost", Trouble::AnswerLost),
    ("answer lost", Trouble::AnswerLost),
    ("late", Trouble::Late),
    ("502 before", Trouble::Gateway(502)),
    ("503 before", Trouble::Gateway(503)),
    ("408 before", Trouble::Gateway(408)),
    ("429", Trouble::Gateway(429)),
    ("504 after", Trouble::GatewayAfter(504)),
    ("408 after", Trouble::GatewayAfter(408)),
    ("500 after", Trouble::GatewayAfter(500)),
    ("truncated", Trouble::Truncated),
    ("a page for people", Trouble::Page),
    ("401", Trouble::Denied),
    ("no job in the answer", Trouble::NoJob),
    ("server dies before", Trouble::ServerDies(Moment::Before)),
    ("server dies after", Trouble::ServerDies(Moment::After)),
];

/// A visitor who does something while a request is under way.
#[async_trait]
pub(super) trait Visitor: Send + Sync {
    /// Before the request with this number.
    async fn visit(&self, request: u64);
}

/// The wire of one process.
pub(super) struct Wire {
    pub(super) world: Arc<World>,
    pub(super) life: Arc<Life>,
    pub(super) key: StateKey,
    /// How often something goes wrong, in a hundred.
    pub(super) faults: u64,
    /// The request from which on the credentials are not accepted.
    pub(super) expires_at: Option<u64>,
    pub(super) expired: AtomicBool,
    /// The job that an answer has told the process of.
    pub(super) told: Mutex<Option<JobId>>,
    pub(super) bug: Option<Bug>,
    pub(super) visitor: Option<Arc<dyn Visitor>>,
}

#[async_trait]
impl HttpService for Wire {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        if self.life.is_over() {
            return Err(dead());
        }
        self.is_written_down();
        let number = self.life.next_request();
        self.world.count("requests");
        if self.life.dies_at(Death::AtRequest(number, Moment::Before)) {
            return Err(dead());
        }
        if let Some(visitor) = &self.visitor {
            visitor.visit(number).await;
        }
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
        let issue = self.issue(&head, &body);
        let request = http::Request::from_parts(head, Body::from(body));
        let answer = match issue {
            Some(issue) => self.submit(request, issue).await,
            None => self.read(request).await,
        };
        if self.life.dies_at(Death::AtRequest(number, Moment::After)) { Err(dead()) } else { answer }
    }
}

impl Wire {
    pub(super) fn new(world: &Arc<World>, life: &Arc<Life>, key: StateKey) -> Self {
        Self {
            world: Arc::clone(world),
            life: Arc::clone(life),
            key,
            faults: 0,
            expires_at: None,
            expired: AtomicBool::new(false),
            told: Mutex::default(),
            bug: None,
            visitor: None,
        }
    }

    /// The job that the last answer told of is to be in the journal before anything else is asked.
    fn is_written_down(&self) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(job) = told
            && !self.world.eyes.knows_job(&self.key, &job).expect("the state can be read")
        {
            self.world.wrong("a job that an answer told of is not in the journal".to_owned());
        }
    }

    /// What a request wants done, if it is a submit.
    fn issue(&self, head: &http::request::Parts, body: &Bytes) -> Option<Issue> {
        let (synchronization, kind) = submit(&head.method, head.uri.path())?;
        let standing = self.world.eyes.standing(&self.key).expect("the state can be read");
        let state = CycleState::replay(&standing.journal).unwrap_or_default();
        let permit = state.permit().map(|permit| permit.numbers());
        let strategy = ["REMOVE_RESOURCES", "CHANGE_STATUS", "IGNORE"]
            .into_iter()
            .find(|strategy| kind == Kind::Finalize && String::from_utf8_lossy(body).contains(strategy));
        Some(Issue {
            synchronization: synchronization.to_owned(),
            kind,
            of: (standing.cycle, state.attempt()),
            source: self.world.recorded_source(&self.key),
            strategy: strategy.map(str::to_owned),
            permit,
        })
    }

    /// What is to hold whenever something is sent.
    fn check(&self, issue: &Issue) {
        let Issue { kind, synchronization, .. } = issue;
        if self.life.has_failed() {
            self.world.wrong(format!("a {kind:?} was sent after a write to the state had failed"));
        }
        if self.world.is_busy(synchronization) {
            self.world.wrong(format!("a {kind:?} was sent while a call of the same synchronization was under way"));
        }
        if *kind != Kind::Finalize {
            return;
        }
        let sent = issue.strategy.as_deref();
        match issue.permit {
            None => self.world.wrong("a finalization was sent without a permit".to_owned()),
            Some(permit) if sent != Some(permit.finalization.strategy()) => {
                self.world.wrong(format!("{sent:?} was sent, the permit was for {:?}", permit.finalization));
            }
            Some(_) => {}
        }
    }

    async fn submit(&self, request: http::Request<Body>, issue: Issue) -> Result<http::Response<Body>, ServiceError> {
        if self.is_expired() {
            return Ok(status(401));
        }
        self.check(&issue);
        let chance = &self.world.chance;
        if !chance.happens(self.faults) {
            let (head, body) = self.deliver(request, &issue).await?.into_parts();
            let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
            let read: Value = serde_json::from_slice(&body).unwrap_or_default();
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) =
                read["id"].as_str().and_then(|id| id.parse().ok());
            return Ok(http::Response::from_parts(head, Body::from(body)));
        }
        let (name, trouble) = chance.one(&TROUBLES);
        self.world.count(name);
        self.world.note(format_args!("{:?} of {:?} meets with: {name}", issue.kind, issue.of));
        match trouble {
            Trouble::NotSent => Err(ServiceError::unreachable("no way to the server")),
            Trouble::Lost => Err(ServiceError::broken("the connection broke")),
            Trouble::AnswerLost => {
                self.deliver(request, &issue).await?;
                Err(ServiceError::broken("the connection broke"))
            }
            Trouble::Late => {
                self.world.hold_back(request, issue, Duration::from_millis(chance.below(20_000)));
                Err(ServiceError::broken("the connection fell silent"))
            }
            Trouble::Gateway(code) => Ok(status(code)),
            Trouble::GatewayAfter(code) => {
                self.deliver(request, &issue).await?;
                Ok(status(code))
            }
            Trouble::Truncated => {
                let (head, body) = self.deliver(request, &issue).await?.into_parts();
                let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
                Ok(http::Response::from_parts(head, Body::from(body.slice(..body.len() / 2))))
            }
            Trouble::Page => {
                self.deliver(request, &issue).await?;
                Ok(page())
            }
            Trouble::Denied => Ok(status(401)),
            Trouble::NoJob => {
                let mut answer = self.deliver(request, &issue).await?;
                *answer.body_mut() = Body::from("{}");
                Ok(answer)
            }
            Trouble::ServerDies(Moment::Before) => {
                self.world.kill_server(Duration::from_millis(chance.below(90_000))).await;
                Err(ServiceError::broken("the connection broke"))
            }
            Trouble::ServerDies(Moment::After) => {
                self.deliver(request, &issue).await?;
                self.world.kill_server(Duration::from_millis(chance.below(90_000))).await;
                Err(ServiceError::broken("the connection broke"))
            }
        }
    }

    async fn deliver(&self, request: http::Request<Body>, issue: &Issue) -> Result<http::Response<Body>, ServiceError> {
        let again = match self.bug {
            Some(Bug::FinalizesTwice) if issue.kind == Kind::Finalize => Some(copy(&request)),
            _ => None,
        };
        let (head, body) = request.into_parts();
        let answer = self.world.deliver(http::Request::from_parts(head, body), issue).await;
        if let Some(again) = again {
            self.world.deliver(again, issue).await;
        }
        answer.ok_or_else(|| ServiceError::unreachable("the server is down"))
    }

    async fn read(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        if self.is_expired() {
            return Ok(status(401));
        }
        let path = request.uri().path().to_owned();
        let is_list = path == "/rest/2.0/jobs" || path == "/rest/jobs/v1/jobs";
        if is_list && !self.world.setup.lists_jobs {
            return Ok(status(self.world.chance.one(&[403, 404])));
        }
        let chance = &self.world.chance;
        if chance.happens(self.faults) {
            self.world.count("a read fails");
            return match chance.below(9) {
                0 => Err(ServiceError::unreachable("no way to the server")),
                1 => Err(ServiceError::broken("the connection broke")),
                2 => Ok(status(429)),
                3 => Ok(status(500)),
                4 => {
                    self.world.kill_server(Duration::from_millis(chance.below(90_000))).await;
                    Err(ServiceError::broken("the connection broke"))
                }
                5 => Ok(status(503)),
                6 => Ok(page()),
                7 => Ok(http::Response::new(Body::from(r#"{"results":[{"id":"#))),
                _ if chance.happens(20) => Ok(status(401)),
                _ => Ok(status(504)),
            };
        }
        let Some(answering) = self.world.answering() else {
            return Err(ServiceError::unreachable("the server is down"));
        };
        let answer = answering(request).await;
        match self.bug {
            Some(Bug::TakesFailedBatches) => super::bugs::as_success(answer, &path).await,
            Some(Bug::SendsBesideRunningCopy) if is_list => super::bugs::as_empty(answer, &path),
            _ => Ok(answer),
        }
    }

    fn is_expired(&self) -> bool {
        let number = self.life.requests();
        if self.expires_at.is_some_and(|at| number > at) && !self.expired.swap(true, Ordering::Relaxed) {
            self.world.count("the credentials expire");
        }
        self.expired.load(Ordering::Relaxed)
    }
}

/// The way of somebody else, on which nothing goes wrong.
pub(super) struct Stranger {
    pub(super) world: Arc<World>,
    pub(super) source: Source,
}

#[async_trait]
impl HttpService for Stranger {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let Some(answering) = self.world.answering() else {
            return Err(ServiceError::unreachable("the server is down"));
        };
        let (synchronization, kind) = match submit(request.method(), request.uri().path()) {
            Some((synchronization, kind)) => (synchronization.to_owned(), kind),
            None => return Ok(answering(request).await),
        };
        // Of no cycle and attempt of ours.
        let of = (self.world.time(), 0);
        let source = Some(self.source.clone());
        let issue = Issue { synchronization, kind, of, source, strategy: None, permit: None };
        let answer = self.world.deliver(request, &issue).await;
        answer.ok_or_else(|| ServiceError::unreachable("the server is down"))
    }
}

/// The synchronization that something is submitted to, and what.
fn submit<'r>(method: &http::Method, path: &'r str) -> Option<(&'r str, Kind)> {
    let (synchronization, call) = path.strip_prefix("/rest/2.0/import/synchronize/")?.split_once('/')?;
    let kind = if call == "finalize/job" { Kind::Finalize } else { Kind::Batch };
    (method == http::Method::POST).then_some((synchronization, kind))
}

fn copy(request: &http::Request<Body>) -> http::Request<Body> {
    let bytes = request.body().as_bytes().map(Bytes::copy_from_slice).unwrap_or_default();
    let mut copy = http::Request::builder().method(request.method().clone()).uri(request.uri().clone());
    if let Some(headers) = copy.headers_mut() {
        *headers = request.headers().clone();
    }
    copy.body(Body::from(bytes)).expect("a copy of a good request")
}

fn status(code: u16) -> http::Response<Body> {
    let mut answer = http::Response::new(Body::from(r#"{"userMessage":"so it is"}"#));
    *answer.status_mut() = StatusCode::from_u16(code).expect("a status");
    if code == 429 {
        answer.headers_mut().insert("Retry-After", http::HeaderValue::from_static("7"));
    }
    answer
}

/// A page for people where JSON is expected.
fn page() -> http::Response<Body> {
    let mut answer = http::Response::new(Body::from("<html><body>Under maintenance</body></html>"));
    answer.headers_mut().insert("Content-Type", http::HeaderValue::from_static("text/html"));
    answer
}

fn dead() -> ServiceError {
    ServiceError::unreachable("the process is dead")
}
