//! Bodies that come slowly or end too early.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::clock::Clock;

/// The body of a request as it comes over a slow line.
pub(super) struct SlowBody {
    inner: Body,
    clock: Clock,
    bytes_per_second: u64,
    waiting: Option<(Wait, Frame<Bytes>)>,
}

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

impl SlowBody {
    pub(super) fn new(inner: Body, clock: Clock, bytes_per_second: u64) -> Self {
        Self { inner, clock, bytes_per_second: bytes_per_second.max(1), waiting: None }
    }
}

impl fmt::Debug for SlowBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlowBody").field("bytes_per_second", &self.bytes_per_second).finish_non_exhaustive()
    }
}

impl http_body::Body for SlowBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        loop {
            if let Some((wait, _)) = &mut self.waiting {
                ready!(wait.as_mut().poll(cx));
                return Poll::Ready(self.waiting.take().map(|(_, frame)| Ok(frame)));
            }
            let frame = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                other => return Poll::Ready(other),
            };
            let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
            let millis = bytes.saturating_mul(1000) / self.bytes_per_second;
            let clock = self.clock.clone();
            let wait = async move { clock.sleep(Duration::from_millis(millis)).await };
            self.waiting = Some((Box::pin(wait), frame));
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A body that promises more than it gives.
#[derive(Debug)]
pub(super) struct TruncatedBody {
    kept: Bytes,
    promised: u64,
    progress: Progress,
}

#[derive(Debug)]
enum Progress {
    Begun,
    /// What was kept is on its way. A server that met the error at once would send nothing at all.
    Given,
    Over,
}

impl TruncatedBody {
    /// Sends so many bytes of a body at most, and always less than the whole.
    pub(super) fn new(whole: &Bytes, after_bytes: u64) -> Self {
        let most = whole.len().saturating_sub(1);
        let kept = whole.slice(..usize::try_from(after_bytes).unwrap_or(most).min(most));
        Self { kept, promised: whole.len() as u64, progress: Progress::Begun }
    }
}

impl http_body::Body for TruncatedBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        match self.progress {
            Progress::Begun => {
                self.progress = Progress::Given;
                Poll::Ready(Some(Ok(Frame::data(self.kept.clone()))))
            }
            Progress::Given => {
                self.progress = Progress::Over;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Progress::Over => {
                let error = std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the answer was cut off");
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
