//! The transport through its public face, against raw sockets and services made for the purpose.

mod answers;
mod catalogue;
mod conformance;
mod connections;
mod everything;
mod fake;
mod files;
mod imports;
mod jobs;
mod model;
mod peer;
mod routes;
mod seam;
mod secrets;
mod sessions;
mod tables;
mod targets;
mod tokens;
mod traces;
mod uploads;
mod users;
mod wire;

use sync_core::transport::BatchRequest;
use sync_core::{Digest, JobId, Payload, PayloadFormat, SynchronizationId};
use sync_http::{ConnectOptions, Credentials, HttpTransport};

const PASSWORD: &str = "correct-horse";

fn basic() -> Credentials {
    Credentials::Basic { username: "importer".into(), password: PASSWORD.into() }
}

fn transport(url: &str) -> HttpTransport {
    HttpTransport::new(url, basic(), ConnectOptions::default()).expect("a loopback target")
}

fn harbour() -> SynchronizationId {
    "harbour".parse().expect("a good id")
}

fn job_id() -> JobId {
    "0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11".parse().expect("a good id")
}

fn json(text: &'static str) -> Payload {
    Payload::from_bytes(PayloadFormat::Json, "batch-1.json", text.into(), Digest::default())
}

fn batch() -> BatchRequest {
    BatchRequest::new(harbour(), json("[]"))
}

#[test]
fn everything_public_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<HttpTransport>();
    shared::<sync_http::HttpTransportBuilder>();
    shared::<sync_http::ReqwestService>();
    shared::<sync_http::ServiceError>();
    shared::<sync_http::ConnectError>();
    shared::<ConnectOptions>();
    shared::<Credentials>();
}
