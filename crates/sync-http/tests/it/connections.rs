//! Connections that cannot be made, break or fall silent.

use std::error::Error;
use std::time::Duration;

use sync_core::transport::{BatchRequest, Delivery, Transport, TransportErrorKind};
use sync_core::{Digest, Payload, PayloadFormat};
use sync_http::{ConnectOptions, HttpTransport};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::peer::{Peer, job, read_head, read_request, soon};
use crate::{basic, batch, harbour, job_id, transport};

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_refused_connection_means_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let error = transport(&url).submit_batch(&batch()).await.expect_err("nobody listens");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unreachable, Delivery::NotSent));
    assert_eq!(error.to_string(), "sending a batch failed: the target cannot be reached");
}

#[tokio::test]
async fn an_unknown_host_means_nothing_was_sent() {
    let options = ConnectOptions::default().with_allow_plain_http(true);
    let transport = HttpTransport::new("http://no-such-host.invalid", basic(), options).expect("a good URL");
    let error = transport.submit_batch(&batch()).await.expect_err("no such host");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unreachable, Delivery::NotSent));
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_failed_tls_handshake_means_nothing_was_sent() {
    let peer = Peer::start(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
    })
    .await;
    let url = peer.url().replace("http://", "https://");
    let error = transport(&url).submit_batch(&batch()).await.expect_err("no TLS there");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unreachable, Delivery::NotSent));
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_tls_handshake_without_end_means_nothing_was_sent() {
    let peer = Peer::start(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let options = ConnectOptions::default().with_connect_timeout(SHORT).with_submit_idle(SHORT);
    let url = peer.url().replace("http://", "https://");
    let transport = HttpTransport::new(&url, basic(), options).expect("a loopback target");
    let error = soon("the end of the wait", transport.submit_batch(&batch())).await.expect_err("no TLS there");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unreachable, Delivery::NotSent));
}

#[tokio::test]
async fn submits_never_use_a_kept_connection() {
    let peer = Peer::answering([job()]).await;
    let unlimited = ConnectOptions::default()
        .with_connect_timeout(Duration::MAX)
        .with_upload_idle(Duration::MAX)
        .with_submit_idle(Duration::MAX)
        .with_read_idle(Duration::MAX);
    let transport = HttpTransport::new(&peer.url(), basic(), unlimited).expect("a loopback target");
    for _ in 0..2 {
        transport.job(&job_id()).await.expect("a job");
        transport.submit_batch(&batch()).await.expect("a job");
    }
    let ports: Vec<u16> = peer.captured().iter().map(|request| request.port).collect();
    let [read, submit, read_again, submit_again] = ports[..] else { panic!("four requests: {ports:?}") };
    assert_eq!(read, read_again, "reads keep theirs");
    assert!(submit != read && submit_again != read && submit_again != submit, "{ports:?}");
}

#[tokio::test]
async fn a_connection_closed_before_the_answer_leaves_it_open() {
    let peer = Peer::start(|mut stream| async move {
        read_request(&mut stream).await;
    })
    .await;
    let error = transport(&peer.url()).submit_batch(&batch()).await.expect_err("no answer");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Broken, Delivery::Unknown));
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_connection_closed_within_the_answer_leaves_it_open() {
    let peer = Peer::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":").await;
    })
    .await;
    let error = transport(&peer.url()).submit_batch(&batch()).await.expect_err("half an answer");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Broken, Delivery::Unknown));
}

#[tokio::test]
async fn a_status_counts_even_if_its_body_breaks() {
    let peer = Peer::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 500\r\n\r\nno entry").await;
    })
    .await;
    let error = transport(&peer.url()).submit_batch(&batch()).await.expect_err("no entry");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Forbidden, Delivery::Answered));
    assert_eq!(error.body(), Some("no entry"));
}

#[tokio::test]
async fn an_answer_that_is_not_http_leaves_it_open() {
    let peer = Peer::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.7\r\n").await;
    })
    .await;
    let error = transport(&peer.url()).submit_batch(&batch()).await.expect_err("no HTTP");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Broken, Delivery::Unknown));
}

#[tokio::test]
async fn a_silent_service_ends_the_wait_for_its_answer() {
    let peer = Peer::start(|mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let options = ConnectOptions::default().with_submit_idle(SHORT).with_read_idle(SHORT);
    let transport = HttpTransport::new(&peer.url(), basic(), options).expect("a loopback target");
    let error = soon("the end of the submit", transport.submit_batch(&batch())).await.expect_err("silence");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Broken, Delivery::Unknown));
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the service was silent for 300ms"));
    let error = soon("the end of the read", transport.job(&job_id())).await.expect_err("silence");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Broken, Delivery::Unknown));
}

#[tokio::test]
async fn silence_within_an_answer_ends_it() {
    let peer = Peer::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":").await;
        std::future::pending::<()>().await;
    })
    .await;
    let options = ConnectOptions::default().with_submit_idle(SHORT);
    let transport = HttpTransport::new(&peer.url(), basic(), options).expect("a loopback target");
    let error = soon("the end of the submit", transport.submit_batch(&batch())).await.expect_err("silence");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Broken, Delivery::Unknown));
}

#[tokio::test]
async fn an_upload_nobody_takes_ends() {
    let peer = Peer::start(|mut stream| async move {
        read_head(&mut stream).await;
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let options = ConnectOptions::default().with_upload_idle(SHORT);
    let transport = HttpTransport::new(&peer.url(), basic(), options).expect("a loopback target");
    let zeros = || Ok(Box::new(std::io::repeat(b' ')) as Box<dyn std::io::Read + Send>);
    let zeros = move || zeros().map(|all| Box::new(std::io::Read::take(all, 256 << 20)) as _);
    let payload = Payload::new(PayloadFormat::Json, "big.json", 256 << 20, Digest::default(), zeros);
    let submit = BatchRequest::new(harbour(), payload);
    let error = soon("the end of the upload", transport.submit_batch(&submit)).await.expect_err("silence");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Broken, Delivery::Unknown));
    assert_eq!(
        error.source().map(ToString::to_string).as_deref(),
        Some("no block of the request's body moved for 300ms")
    );
}

#[tokio::test]
async fn a_refusal_before_the_upload_ends_is_heard() {
    let peer = Peer::start(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").await;
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let zeros = || Ok(Box::new(std::io::Read::take(std::io::repeat(b' '), 256 << 20)) as _);
    let payload = Payload::new(PayloadFormat::Json, "big.json", 256 << 20, Digest::default(), zeros);
    let submit = BatchRequest::new(harbour(), payload);
    let transport = transport(&peer.url());
    let error = soon("the refusal", transport.submit_batch(&submit)).await.expect_err("a refusal");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unauthenticated, Delivery::Answered));
}

#[tokio::test]
async fn dropping_a_call_closes_its_connection() {
    let (closed, mut was_closed) = tokio::sync::mpsc::unbounded_channel();
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let peer = Peer::start(move |mut stream| {
        let (begun, closed) = (begun.clone(), closed.clone());
        async move {
            read_request(&mut stream).await;
            let _ = begun.send(());
            let _ = closed.send(read_head(&mut stream).await);
        }
    })
    .await;
    let transport = transport(&peer.url());
    let call = tokio::spawn(async move { transport.submit_batch(&batch()).await });
    soon("the request", has_begun.recv()).await;
    call.abort();
    let next = soon("the end of the connection", was_closed.recv()).await;
    assert_eq!(next, Some(None), "nothing more came");
}
