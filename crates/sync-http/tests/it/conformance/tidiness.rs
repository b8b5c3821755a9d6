//! What the suite leaves behind: nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use sync_core::cycle::StopSignal;
use sync_emulator::Emulator;
use sync_http::conformance::SuiteEnd;
use sync_http::{Body, HttpService, ServiceError};

use super::support::{Server, run, suite};

const LISTS: [&str; 5] = ["/communities", "/domains", "/assets", "/mappings", "/import/synchronize"];

async fn assert_clean(server: &Server) {
    for list in LISTS {
        assert_eq!(server.total(list).await, 0, "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_after_the_whole_suite_and_what_was_there_stays() {
    let server = Server::start(Emulator::builder()).await;
    run(server.suite()).await;
    assert_clean(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_when_the_suite_is_stopped_at_any_request() {
    for requests in [0, 1, 5, 12, 30, 61, 100] {
        let server = Server::start(Emulator::builder()).await;
        let stop = StopSignal::default();
        let stopping = Arc::new(Stopping { inner: server.service.clone(), stop: stop.clone(), left: requests.into() });
        let chosen = suite(stopping).only([5, 12, 24, 25, 45, 46]).expect("statements");
        let report = chosen.run(&stop, &mut |_| {}).await;
        assert_eq!(report.end, SuiteEnd::Stopped, "after {requests} requests");
        assert_eq!(report.left_behind, [""; 0], "after {requests} requests");
        assert_clean(&server).await;
    }
}

/// Asks to stop after some requests.
struct Stopping {
    inner: Arc<dyn HttpService>,
    stop: StopSignal,
    left: AtomicUsize,
}

#[async_trait]
impl HttpService for Stopping {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        if self.left.load(Ordering::Relaxed) == 0 {
            self.stop.stop();
        } else {
            self.left.fetch_sub(1, Ordering::Relaxed);
        }
        self.inner.call(request).await
    }
}

/// A later server: the community can only be removed by a job.
struct RemovalByJob(Arc<dyn HttpService>);

#[async_trait]
impl HttpService for RemovalByJob {
    async fn call(&self, mut request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let path = request.uri().path();
        if request.method() == Method::DELETE && path.contains("/communities/") {
            let mut gone = http::Response::new(Body::default());
            *gone.status_mut() = StatusCode::GONE;
            return Ok(gone);
        }
        if path.ends_with("/communities/removalJobs") {
            let (mut parts, body) = request.into_parts();
            let ids = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
            let ids: Vec<String> = serde_json::from_slice(&ids).expect("a list of ids");
            parts.method = Method::DELETE;
            parts.uri = format!("http://localhost/rest/2.0/communities/{}", ids[0]).parse().expect("a URI");
            request = http::Request::from_parts(parts, Body::default());
        }
        self.0.call(request).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn community_is_removed_by_a_job_where_the_old_operation_is_gone() {
    let server = Server::start(Emulator::builder()).await;
    let report = run(suite(Arc::new(RemovalByJob(server.service.clone()))).only([12]).expect("a statement")).await;
    assert_eq!(report.left_behind, [""; 0]);
    assert_clean(&server).await;
}

/// A server on which nothing can be deleted.
struct Keeping(Arc<dyn HttpService>);

#[async_trait]
impl HttpService for Keeping {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        if request.method() == Method::DELETE || request.uri().path().ends_with("/removalJobs") {
            let mut refused = http::Response::new(Body::from("no rights"));
            *refused.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            return Ok(refused);
        }
        self.0.call(request).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_removed_is_named() {
    let server = Server::start(Emulator::builder()).await;
    let report = run(suite(Arc::new(Keeping(server.service.clone()))).only([24]).expect("a statement")).await;
    let left = report.left_behind.join("\n");
    for what in ["the synchronization ", "the mapping of conformance-", "the community \"collibra-sync conformance "] {
        assert!(left.contains(what), "{what} is not in {left}");
    }
    assert!(!report.is_good());
}

#[tokio::test(flavor = "multi_thread")]
async fn stranger_is_turned_away_before_anything_is_made() {
    let server = Server::start(Emulator::builder().user("keeper", "secret")).await;
    let report = run(server.suite()).await;
    assert!(matches!(report.end, SuiteEnd::Denied { status: 401, .. }), "{:?}", report.end);
    assert!(report.cases.is_empty());
}
