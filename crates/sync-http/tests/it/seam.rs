//! The seam: what a service below the transport gets and may give.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http_body_util::{BodyExt, Full};
use sync_core::Finalization;
use sync_core::transport::{Delivery, FinalizeRequest, Transport, TransportErrorKind};
use sync_http::{Body, HttpService, HttpTransport, ServiceError};

use crate::{basic, batch, harbour, job_id};

/// Keeps the heads of requests and the lengths of their bodies.
#[derive(Default)]
struct Recorder(Mutex<Vec<(http::request::Parts, usize)>>);

#[async_trait]
impl HttpService for Recorder {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
        self.0.lock().expect("no panic under the lock").push((parts, body.len()));
        Ok(http::Response::new(Body::wrap(Full::new(bytes::Bytes::from_static(br#"{"id":"1"}"#)))))
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_gets_whole_requests_with_sensitive_credentials() {
    let recorder = Arc::new(Recorder::default());
    let transport = HttpTransport::over(recorder.clone(), "http://localhost/", basic()).expect("a good URL");
    transport.submit_batch(&batch()).await.expect("a job");
    transport.submit_finalize(&FinalizeRequest::new(harbour(), Finalization::Ignore)).await.expect("a job");
    let requests = recorder.0.lock().expect("no panic under the lock");
    for (parts, len) in requests.iter() {
        assert!(parts.headers["authorization"].is_sensitive());
        assert_eq!(parts.headers["content-length"], len.to_string().as_str());
        assert_eq!(parts.uri.host(), Some("localhost"));
    }
    assert_eq!(requests.len(), 2);
}

/// Gives the same error again and again.
struct Failing(fn() -> ServiceError);

#[async_trait]
impl HttpService for Failing {
    async fn call(&self, _: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        Err((self.0)())
    }
}

#[tokio::test]
async fn what_a_service_says_of_delivery_is_passed_on() {
    for (fail, kind, delivery) in [
        (
            (|| ServiceError::unreachable("no road")) as fn() -> ServiceError,
            TransportErrorKind::Unreachable,
            Delivery::NotSent,
        ),
        (|| ServiceError::broken("a bridge fell"), TransportErrorKind::Broken, Delivery::Unknown),
    ] {
        let service: Arc<dyn HttpService> = Arc::new(Failing(fail));
        let transport = HttpTransport::over(Arc::new(service), "http://localhost", basic()).expect("a good URL");
        for error in [
            transport.submit_batch(&batch()).await.expect_err("no road"),
            transport.job(&job_id()).await.expect_err("no road"),
        ] {
            assert_eq!((error.kind(), error.delivery()), (kind, delivery));
        }
    }
}
