//! Servers in this process, and suites against them.

use std::sync::Arc;

use async_trait::async_trait;
use http_body_util::BodyExt;
use serde_json::Value;
use sync_core::cycle::StopSignal;
use sync_emulator::{Emulator, EmulatorBuilder, EmulatorService, ProfileFile};
use sync_http::conformance::{Outcome, Suite, SuiteReport};
use sync_http::{Body, Credentials, HttpService, HttpTransport, ServiceError};

/// A server under the seam.
struct InProcess(EmulatorService);

#[async_trait]
impl HttpService for InProcess {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let (parts, body) = self.0.call(request).await.map_err(ServiceError::broken)?.into_parts();
        // Bodies of the server cannot be shared between threads, bytes can.
        let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
        Ok(http::Response::from_parts(parts, body.into()))
    }
}

/// A server and the way to it.
pub(super) struct Server {
    pub(super) service: Arc<dyn HttpService>,
    /// Runs as long as this.
    _emulator: Emulator,
}

impl Server {
    pub(super) async fn start(builder: EmulatorBuilder) -> Self {
        let emulator = builder.without_socket(true).start().await.expect("the server starts");
        let service = Arc::new(InProcess(emulator.service()));
        Self { service, _emulator: emulator }
    }

    /// A suite against this server.
    pub(super) fn suite(&self) -> Suite {
        suite(self.service.clone())
    }

    /// How many there are of something.
    pub(super) async fn total(&self, list: &str) -> u64 {
        let url = format!("http://localhost/rest/2.0{list}");
        let request = http::Request::get(url).header("authorization", "Basic YWRtaW46YWRtaW4=");
        let response = self.service.call(request.body(Body::default()).expect("a request")).await.expect("an answer");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let page: Value = serde_json::from_slice(&body).expect("JSON");
        page["total"].as_u64().expect("a total")
    }
}

/// A suite against any service.
pub(super) fn suite(service: Arc<dyn HttpService>) -> Suite {
    let credentials = Credentials::Basic { username: "admin".into(), password: "admin".into() };
    Suite::new(HttpTransport::over(service, "http://localhost", credentials).expect("a good URL"))
}

/// Runs a suite to its end.
pub(super) async fn run(suite: Suite) -> SuiteReport {
    suite.run(&StopSignal::default(), &mut |_| {}).await
}

/// Numbers of the statements that do not hold, with what was met.
pub(super) fn broken(report: &SuiteReport) -> Vec<(u8, String)> {
    let broken = report.cases.iter().filter_map(|case| match &case.outcome {
        Outcome::Broken { expected, seen } => {
            Some((case.statement.number, format!("{}: expected {expected}, seen {seen}", case.statement.name)))
        }
        _ => None,
    });
    broken.collect()
}

/// The profile that a report gives, as the server loads it.
pub(super) fn profile(report: &SuiteReport) -> ProfileFile {
    ProfileFile::from_slice(report.profile().to_string().as_bytes()).expect("a profile")
}
