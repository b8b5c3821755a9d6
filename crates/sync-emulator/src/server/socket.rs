//! Listening: lets connections in, up to a limit, and ends those that keep the server waiting.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::{Request, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::task::JoinSet;
use tower::Service;

use super::connections::{Connections, Cut};
use super::limits::Limits;
use super::pace::Paced;
use super::watched::Watched;
use crate::api::ApiError;
use crate::faults::Severed;

/// Connections that are told at once that there are too many; what is beyond these as well is just closed (ours).
const REFUSALS: usize = 64;
/// After how many seconds a client that was told so may come again (ours).
const RETRY_SECONDS: u32 = 1;
/// How long an answer that ends a connection may take to be read.
const FAREWELL: Duration = Duration::from_secs(2);
/// Pause after a connection could not be accepted: there may be too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` is sent or dropped, then until the open requests are answered.
pub(super) async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    open: Arc<Connections>,
    mut stop: oneshot::Receiver<()>,
) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let refusals = Arc::new(Semaphore::new(REFUSALS));
    let (stopping, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
        };
        let stream = match accepted {
            Ok((stream, _)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "small answers may be late");
                }
                stream
            }
            Err(error) => {
                tracing::debug!(%error, "a connection cannot be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        if let Ok(slot) = slots.clone().try_acquire_owned() {
            let stream = Watched::new(stream, limits.write, open.add());
            connections.spawn(connection(stream, app.clone(), limits, stopped.clone(), slot));
        } else if let Ok(slot) = refusals.clone().try_acquire_owned() {
            let error = ApiError::unavailable("Too many connections are open.").retry_after(RETRY_SECONDS);
            connections.spawn(async move {
                farewell(stream, &error).await;
                drop(slot);
            });
        }
    }
    drop(listener);
    drop(stopping);
    while connections.join_next().await.is_some() {}
}

/// Serves one connection until it ends.
async fn connection(
    stream: Watched,
    app: Router,
    limits: Limits,
    mut stopped: watch::Receiver<()>,
    _slot: OwnedSemaphorePermit,
) {
    let cut = stream.cut().clone();
    let service = service_fn(move |request| answer(app.clone(), request, limits, cut.clone()));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(TokioIo::new(stream), service);
    let mut is_stopping = false;
    let ended = loop {
        tokio::select! {
            ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break ended,
            // The sender is dropped to tell that it is time.
            _ = stopped.changed(), if !is_stopping => {
                is_stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    let watched = connection.into_parts().io.into_inner();
    let is_asked = watched.is_asked();
    let mut stream = watched.into_stream();
    match ended {
        Err(error) if error.is_timeout() && is_asked => {
            farewell(stream, &ApiError::request_timeout("The head of the request came in too slowly.")).await;
        }
        Err(error) => tracing::debug!(%error, "a connection broke"),
        // Nothing is lost if the other side is gone already.
        Ok(()) => drop(stream.shutdown().await),
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

fn answer(mut app: Router, request: Request<Incoming>, limits: Limits, cut: Cut) -> Answering {
    let is_drained = !request.headers().contains_key(header::EXPECT);
    let request = request.map(|body| Body::new(Paced::new(Body::new(body), limits, is_drained)));
    let answered = app.call(request);
    Box::pin(async move {
        let response = answered.await?;
        // An answer that must not reach the client.
        if response.extensions().get::<Severed>().is_some() {
            cut.cut();
        }
        Ok(response)
    })
}

/// Sends an answer that comes without having read the request, and gives the client time to read it.
async fn farewell(mut stream: TcpStream, error: &ApiError) {
    let told = async {
        stream.write_all(error.http_text().as_bytes()).await?;
        stream.shutdown().await?;
        // Closing while bytes come in would take the answer back.
        let mut rest = [0; 4096];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<(), std::io::Error>(())
    };
    if let Ok(Err(error)) = tokio::time::timeout(FAREWELL, told).await {
        tracing::debug!(%error, "a connection broke");
    }
}
