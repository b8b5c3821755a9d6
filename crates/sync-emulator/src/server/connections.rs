//! Connections that can be cut from the inside, which HTTP has no word for.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use axum::extract::{ConnectInfo, Request, connect_info::Connected};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::faults::Severed;

/// All connections that are open.
#[derive(Debug, Default)]
pub(crate) struct Connections(Mutex<Vec<Weak<Blade>>>);

impl Connections {
    fn add(&self) -> Cut {
        let cut = Cut(Arc::new(Blade::default()));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|blade| blade.strong_count() > 0);
        all.push(Arc::downgrade(&cut.0));
        cut
    }

    /// Ends all connections at once.
    pub(crate) fn cut_all(&self) {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        all.iter().filter_map(Weak::upgrade).for_each(|blade| blade.cut());
    }
}

/// Ends one connection.
#[derive(Debug, Clone)]
pub(super) struct Cut(Arc<Blade>);

#[derive(Debug, Default)]
struct Blade {
    is_cut: AtomicBool,
    reader: Mutex<Option<Waker>>,
}

impl Blade {
    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        if let Some(waker) = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take() {
            waker.wake();
        }
    }

    /// An error once the connection is cut; `waker` is told if that happens later.
    fn check(&self, waker: Option<&Waker>) -> io::Result<()> {
        if let Some(waker) = waker {
            *self.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(waker.clone());
        }
        match self.is_cut.load(Ordering::SeqCst) {
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }
}

/// Lets connections in.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) listener: TcpListener,
    pub(super) connections: Arc<Connections>,
}

impl Listener for Door {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (Wire { stream, cut: self.connections.add() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that ends in an error once it is cut, so that nothing more is read or written.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    cut: Cut,
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.cut.0.check(Some(cx.waker()))?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.cut.0.check(None)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.cut.0.check(None)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.cut.0.check(None)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl Connected<IncomingStream<'_, Door>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().cut.clone()
    }
}

/// Cuts the connection where the answer must not reach the client.
pub(super) async fn cut_where_severed(ConnectInfo(cut): ConnectInfo<Cut>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<Severed>().is_some() {
        cut.0.cut();
    }
    response
}
