//! A server whose rules are broken one at a time: the suite names the statements that do not hold any more.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use sync_emulator::Emulator;
use sync_http::{Body, HttpService, ServiceError};

use super::support::{Server, broken, run, suite};

/// A request whose body is in memory.
type Asked = http::Request<Bytes>;
/// An answer whose body is in memory.
type Told = http::Response<Bytes>;

/// Breaks a rule: changes what is asked, or answers itself, and changes what is told.
#[derive(Clone, Copy)]
struct Breach {
    /// What it does to the request; an answer keeps it from the server.
    ask: fn(&mut Asked) -> Option<Told>,
    /// What it does to the answer.
    tell: fn(&Asked, &mut Told),
}

const HONEST: Breach = Breach { ask: |_| None, tell: |_, _| {} };

/// A server that breaks a rule.
struct Breaking {
    inner: Arc<dyn HttpService>,
    breach: Breach,
}

#[async_trait]
impl HttpService for Breaking {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
        let mut asked = http::Request::from_parts(parts, body);
        let told = match (self.breach.ask)(&mut asked) {
            Some(told) => told,
            None => {
                let length = asked.body().len();
                if asked.headers().contains_key("content-length") {
                    asked.headers_mut().insert("content-length", length.into());
                }
                let response = self.inner.call(asked.clone().map(Body::from)).await?;
                let (parts, body) = response.into_parts();
                let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
                let mut told = http::Response::from_parts(parts, body);
                (self.breach.tell)(&asked, &mut told);
                told
            }
        };
        let (mut parts, body) = told.into_parts();
        parts.headers.remove("content-length");
        Ok(http::Response::from_parts(parts, Body::from(body)))
    }
}

fn answer(status: StatusCode, body: &'static str) -> Option<Told> {
    let mut told = http::Response::new(Bytes::from_static(body.as_bytes()));
    *told.status_mut() = status;
    Some(told)
}

fn is(asked: &Asked, method: &Method, end: &str) -> bool {
    asked.method() == method && asked.uri().path().ends_with(end)
}

/// Replaces a text in the body of a request.
fn rewrite(asked: &mut Asked, from: &str, to: &str) {
    let text = String::from_utf8_lossy(asked.body()).replace(from, to);
    *asked.body_mut() = text.into();
}

/// Replaces a text in the body of an answer.
fn retell(told: &mut Told, from: &str, to: &str) {
    let text = String::from_utf8_lossy(told.body()).replace(from, to);
    *told.body_mut() = text.into();
}

fn set_path(asked: &mut Asked, path: &str) {
    *asked.uri_mut() = format!("http://localhost{path}").parse().expect("a URI");
}

/// The breaches with the statements that each of them breaks, out of those that are tried.
const BREACHES: &[(&str, Breach, &[u8], &[u8])] = &[
    (
        "submits are answered without an id",
        Breach {
            tell: |asked, told| {
                if is(asked, &Method::POST, "/finalize/job") {
                    retell(told, "\"id\"", "\"no\"")
                }
            },
            ..HONEST
        },
        &[2, 13, 44],
        &[13, 44],
    ),
    (
        "ids of any length are taken",
        Breach {
            ask: |asked| {
                let path = asked.uri().path().to_owned();
                let id = path.split('/').nth(5).unwrap_or_default().to_owned();
                if id.len() > 50 {
                    set_path(asked, &path.replace(&id, &id[..50]));
                }
                None
            },
            ..HONEST
        },
        &[2, 12],
        &[2],
    ),
    (
        "every id exists",
        Breach {
            tell: |asked, told| {
                if asked.uri().path().contains("/exists/") {
                    *told.body_mut() = "true".into()
                }
            },
            ..HONEST
        },
        &[4, 7, 12],
        &[4, 7],
    ),
    (
        "the list of synchronizations says more than ids",
        Breach {
            tell: |asked, told| {
                if is(asked, &Method::GET, "/import/synchronize") {
                    retell(told, "{\"synchronizationId\"", "{\"state\":\"OPEN\",\"synchronizationId\"");
                }
            },
            ..HONEST
        },
        &[5, 6],
        &[6],
    ),
    (
        "a removed synchronization is not forgotten",
        Breach {
            ask: |asked| {
                let is_removal =
                    *asked.method() == Method::DELETE && asked.uri().path().contains("/import/synchronize/");
                if is_removal { answer(StatusCode::NO_CONTENT, "") } else { None }
            },
            ..HONEST
        },
        &[7, 8, 9, 12, 31],
        &[7, 8, 9, 31],
    ),
    (
        "finalizing removes nothing",
        Breach {
            ask: |asked| {
                if is(asked, &Method::POST, "/finalize/job") {
                    rewrite(asked, "REMOVE_RESOURCES", "IGNORE");
                }
                None
            },
            ..HONEST
        },
        &[11, 12, 28, 29, 52],
        &[12, 28, 29, 52],
    ),
    (
        "a finalize without a strategy ignores",
        Breach {
            ask: |asked| {
                if is(asked, &Method::POST, "/finalize/job") {
                    rewrite(
                        asked,
                        "name=\"sendNotification\"\r\n\r\nfalse",
                        "name=\"finalizationStrategy\"\r\n\r\nIGNORE",
                    );
                }
                None
            },
            ..HONEST
        },
        &[12, 13],
        &[13],
    ),
    (
        "a finalize without parts is taken",
        Breach {
            ask: |asked| {
                let is_empty =
                    is(asked, &Method::POST, "/finalize/job") && !asked.body().windows(5).any(|w| w == b"name=");
                if is_empty {
                    answer(StatusCode::OK, r#"{"id": "0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11"}"#)
                } else {
                    None
                }
            },
            ..HONEST
        },
        &[13, 14],
        &[14],
    ),
    (
        "unknown strategies count as IGNORE",
        Breach {
            ask: |asked| {
                rewrite(asked, "DELETE_EVERYTHING", "IGNORE");
                None
            },
            ..HONEST
        },
        &[18, 23],
        &[23],
    ),
    (
        "missing assets keep their status",
        Breach {
            ask: |asked| {
                rewrite(asked, "CHANGE_STATUS", "IGNORE");
                None
            },
            ..HONEST
        },
        &[15, 16, 17, 18, 20, 21],
        &[15, 16, 17, 20, 21],
    ),
    (
        "all synchronizations are one",
        Breach {
            ask: |asked| {
                let path = asked.uri().path().to_owned();
                let mut segments: Vec<&str> = path.split('/').collect();
                let is_submit = *asked.method() == Method::POST && path.contains("/import/synchronize/");
                if is_submit && segments.len() > 6 {
                    segments[5] = "00000000-0000-4000-8000-000000000000";
                    set_path(asked, &segments.join("/"));
                }
                None
            },
            ..HONEST
        },
        &[10, 28],
        &[28],
    ),
    (
        "equal commands are executed",
        Breach {
            ask: |asked| {
                // Each command says something new.
                let mark = format!("\"displayName\":\"{}\",\"resourceType\":\"Asset\"", asked.body().len());
                if is(asked, &Method::POST, "/batch/json-job")
                    && !asked.body().windows(13).any(|w| w == b"\"displayName\"")
                {
                    rewrite(asked, "\"resourceType\":\"Asset\"", &mark);
                }
                None
            },
            tell: |asked, told| {
                if is(asked, &Method::GET, "/summary") {
                    retell(
                        told,
                        "\"resourceTypes\":[]",
                        "\"resourceTypes\":[{\"resourceType\":\"ASSET\",\"counters\":{\"added\":0,\"removed\":0,\"updated\":1},\"subcategories\":[]}]",
                    );
                }
            },
        },
        &[12, 30],
        &[30],
    ),
    (
        "a bad command is skipped whatever continueOnError says",
        Breach {
            ask: |asked| {
                rewrite(asked, "name=\"continueOnError\"\r\n\r\nfalse", "name=\"continueOnError\"\r\n\r\ntrue");
                None
            },
            ..HONEST
        },
        &[32, 33, 41],
        &[32, 41],
    ),
    (
        "a bad command undoes the job whatever continueOnError says",
        Breach {
            ask: |asked| {
                rewrite(asked, "name=\"continueOnError\"\r\n\r\ntrue", "name=\"continueOnError\"\r\n\r\nfalse");
                None
            },
            ..HONEST
        },
        &[32, 33, 34, 35, 36, 38, 42],
        &[33, 34, 35, 36, 38, 42],
    ),
    (
        "a simulated finalize does nothing",
        Breach {
            ask: |asked| {
                if asked.body().windows(10).any(|w| w == b"simulation") {
                    rewrite(asked, "REMOVE_RESOURCES", "IGNORE");
                }
                None
            },
            ..HONEST
        },
        &[12, 39],
        &[39],
    ),
    (
        "results of unknown jobs are empty",
        Breach {
            tell: |asked, told| {
                if asked.uri().path().contains("/import/results/") && told.status() == StatusCode::NOT_FOUND {
                    *told.status_mut() = StatusCode::OK;
                }
            },
            ..HONEST
        },
        &[48, 49],
        &[48],
    ),
    (
        "pages of errors have ten entries",
        Breach {
            tell: |asked, told| {
                if is(asked, &Method::GET, "/errors") {
                    retell(told, "\"limit\":1000", "\"limit\":10")
                }
            },
            ..HONEST
        },
        &[48, 49],
        &[49],
    ),
    (
        "summaries spell as jobs do",
        Breach {
            tell: |asked, told| {
                if is(asked, &Method::GET, "/summary") {
                    retell(told, "COMPLETED_WITH_ERRORS", "COMPLETED_WITH_ERROR");
                }
            },
            ..HONEST
        },
        &[50, 52],
        &[50],
    ),
    (
        "a mapping outlives its asset",
        Breach {
            tell: |asked, told| {
                let is_mapping = asked.uri().path().contains("/externalEntity/") && *asked.method() == Method::GET;
                if is_mapping && told.status() == StatusCode::NOT_FOUND {
                    *told.status_mut() = StatusCode::OK;
                    *told.body_mut() = r#"{"mappedResource": {"id": "17"}}"#.into();
                }
            },
            ..HONEST
        },
        &[24, 25],
        &[24],
    ),
    (
        "relations are always replaced",
        Breach {
            ask: |asked| {
                rewrite(asked, "ADD_OR_IGNORE", "REPLACE");
                None
            },
            ..HONEST
        },
        &[26, 59],
        &[59],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn broken_rule_breaks_its_statements_and_no_others() {
    for (what, breach, tried, expected) in BREACHES {
        let server = Server::start(Emulator::builder()).await;
        let breaking = Arc::new(Breaking { inner: server.service.clone(), breach: *breach });
        let report = run(suite(breaking).only(tried.iter().copied()).expect("statements")).await;
        let found = broken(&report);
        let numbers: Vec<u8> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, *expected, "{what}: {found:#?} in {report:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_server_in_between_breaks_nothing() {
    let server = Server::start(Emulator::builder()).await;
    let between = Arc::new(Breaking { inner: server.service.clone(), breach: HONEST });
    let report = run(suite(between)).await;
    assert_eq!(broken(&report), []);
}
