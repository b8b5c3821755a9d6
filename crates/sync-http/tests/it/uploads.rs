//! Payloads on their way: bounded, checked, stopped.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use http_body_util::BodyExt;
use sync_core::transport::{BatchRequest, Delivery, Transport, TransportErrorKind};
use sync_core::{Digest, Payload, PayloadFormat};
use sync_http::{Body, HttpService, HttpTransport, ServiceError};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::peer::{Peer, job, soon};
use crate::{basic, harbour, json, transport};

const MIB: u64 = 1 << 20;
const BLOCK: u64 = 256 * 1024;

/// A payload that says it has `declared` bytes and yields blanks from `source`.
fn payload(
    declared: u64,
    source: impl Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync + 'static,
) -> BatchRequest {
    BatchRequest::new(harbour(), Payload::new(PayloadFormat::Json, "big.json", declared, Digest::default(), source))
}

fn blanks(len: u64) -> impl Read + Send + 'static {
    io::repeat(b' ').take(len)
}

/// Counts what is read of it and tells when it is dropped.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
    dropped: UnboundedSender<()>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::SeqCst);
        Ok(read)
    }
}

impl<R> Drop for Counted<R> {
    fn drop(&mut self) {
        let _ = self.dropped.send(());
    }
}

#[tokio::test]
async fn a_large_payload_arrives_whole_and_can_be_sent_again() {
    let peer = Peer::answering([job()]).await;
    let transport = transport(&peer.url());
    let request = payload(40 * MIB, || Ok(Box::new(blanks(40 * MIB))));
    for _ in 0..2 {
        soon("the upload", transport.submit_batch(&request)).await.expect("a job");
    }
    for request in peer.captured() {
        let blanks = request.body.iter().filter(|byte| **byte == b' ').count() as u64;
        // Ten more stand in the headers of the four parts.
        assert_eq!(blanks, 40 * MIB + 10, "{}", request.head);
        assert!(request.body.ends_with(b"--\r\n"));
    }
}

/// Takes the body frame by frame and compares with what was read of the source.
struct Tape {
    read: Arc<AtomicU64>,
    most_ahead: AtomicU64,
}

#[async_trait]
impl HttpService for Tape {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let mut body = request.into_body();
        let mut taken = 0;
        while let Some(frame) = body.frame().await {
            let ahead = self.read.load(Ordering::SeqCst).saturating_sub(taken);
            self.most_ahead.fetch_max(ahead, Ordering::SeqCst);
            taken += frame.map_err(ServiceError::broken)?.data_ref().map_or(0, |data| data.len() as u64);
            tokio::task::yield_now().await;
        }
        Ok(http::Response::new(r#"{"id":"1"}"#.into()))
    }
}

#[tokio::test]
async fn a_payload_is_never_far_ahead_of_the_connection() {
    let read = Arc::new(AtomicU64::new(0));
    let tape = Arc::new(Tape { read: read.clone(), most_ahead: AtomicU64::new(0) });
    let transport = HttpTransport::over(tape.clone(), "http://localhost", basic()).expect("a good URL");
    let (dropped, _) = unbounded_channel();
    let counted = read.clone();
    let request = payload(40 * MIB, move || {
        Ok(Box::new(Counted { inner: blanks(40 * MIB), read: counted.clone(), dropped: dropped.clone() }))
    });
    soon("the upload", transport.submit_batch(&request)).await.expect("a job");
    assert_eq!(read.load(Ordering::SeqCst), 40 * MIB);
    let most_ahead = tape.most_ahead.load(Ordering::SeqCst);
    assert!(most_ahead <= 5 * BLOCK, "{most_ahead} bytes ahead");
}

/// Takes one frame, says so, and never answers.
struct Stuck(Notify);

#[async_trait]
impl HttpService for Stuck {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let mut body = request.into_body();
        body.frame().await;
        self.0.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn dropping_the_call_stops_the_reading() {
    let stuck = Arc::new(Stuck(Notify::new()));
    let transport = HttpTransport::over(stuck.clone(), "http://localhost", basic()).expect("a good URL");
    let (dropped, mut was_dropped) = unbounded_channel();
    let read = Arc::new(AtomicU64::new(0));
    let counted = read.clone();
    let request = payload(u64::MAX / 2, move || {
        Ok(Box::new(Counted { inner: io::repeat(b' '), read: counted.clone(), dropped: dropped.clone() }))
    });
    let call = tokio::spawn(async move { transport.submit_batch(&request).await });
    soon("the first frame", stuck.0.notified()).await;
    assert!(was_dropped.try_recv().is_err(), "reading goes on while the call does");
    call.abort();
    soon("the end of the reading", was_dropped.recv()).await.expect("the source's last word");
    assert!(read.load(Ordering::SeqCst) <= 5 * BLOCK);
}

#[tokio::test]
async fn a_payload_that_cannot_be_opened_is_not_sent() {
    let peer = Peer::answering([job()]).await;
    let request = payload(10, || Err(io::Error::new(io::ErrorKind::NotFound, "gone")));
    let error = transport(&peer.url()).submit_batch(&request).await.expect_err("no payload");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Payload, Delivery::NotSent));
    assert_eq!(std::error::Error::source(&error).map(ToString::to_string).as_deref(), Some("gone"));
    assert!(peer.captured().is_empty());
}

#[tokio::test]
async fn a_small_payload_of_another_length_is_not_sent() {
    let peer = Peer::answering([job()]).await;
    let transport = transport(&peer.url());
    for (declared, actual, cause) in [
        (10, 9, "the payload ended after 9 of its 10 bytes"),
        (10, 11, "the payload is longer than its 10 bytes"),
        (0, 1, "the payload is longer than its 0 bytes"),
    ] {
        let error = transport
            .submit_batch(&payload(declared, move || Ok(Box::new(blanks(actual)))))
            .await
            .expect_err("another length");
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Payload, Delivery::NotSent));
        assert_eq!(std::error::Error::source(&error).map(ToString::to_string).as_deref(), Some(cause));
    }
    assert!(peer.captured().is_empty());
}

#[tokio::test]
async fn a_payload_that_breaks_off_on_the_way_is_no_success() {
    let peer = Peer::answering([job()]).await;
    let transport = transport(&peer.url());
    for actual in [3 * MIB, 5 * MIB] {
        let request = payload(4 * MIB, move || Ok(Box::new(blanks(actual))));
        let error = soon("the error", transport.submit_batch(&request)).await.expect_err("another length");
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Payload, Delivery::Unknown));
    }
    assert!(peer.captured().is_empty(), "no whole request arrived");
}

#[tokio::test]
async fn a_source_that_panics_is_an_error() {
    let transport = transport("http://127.0.0.1:9");
    let error = transport.submit_batch(&payload(10, || panic!("a bad source"))).await.expect_err("no payload");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Payload, Delivery::NotSent));
}

/// Answers with a job before it has the body.
struct Hasty;

#[async_trait]
impl HttpService for Hasty {
    async fn call(&self, _: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        Ok(http::Response::new(r#"{"id":"1"}"#.into()))
    }
}

#[tokio::test]
async fn a_success_before_the_whole_request_is_not_believed() {
    let transport = HttpTransport::over(Arc::new(Hasty), "http://localhost", basic()).expect("a good URL");
    let error = transport.submit_batch(&BatchRequest::new(harbour(), json("[]"))).await.expect_err("too early");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Faulty, Delivery::Unknown));
}

#[tokio::test]
async fn a_file_name_cannot_smuggle_headers_in() {
    for name in ["a\r\nX: y", "a\0", ""] {
        let payload = Payload::from_bytes(PayloadFormat::Json, name, "[]".into(), Digest::default());
        let request = BatchRequest::new(harbour(), payload);
        let error = transport("http://127.0.0.1:9").submit_batch(&request).await.expect_err("a bad name");
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Refused, Delivery::NotSent));
    }
}
