//! Request bodies that come too slowly, and those that nobody reads to their end.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::limits::Limits;

/// What is still read of a body that was refused: closing the connection instead would take the answer along.
const DRAIN_BYTES: u64 = 64 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// A body that comes in too slowly.
#[derive(Debug, thiserror::Error)]
#[error("the body came in too slowly")]
pub(crate) struct TooSlow;

/// A body with a watch on it. Only the time counts in which the client was waited for.
pub(super) struct Paced {
    /// Gone once it is read to its end.
    body: Option<Body>,
    limits: Limits,
    seen: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
    /// Whether the rest may be read although nobody wants it. A client that waits for `100 Continue` sends no rest.
    is_drained: bool,
}

impl Paced {
    pub(super) fn new(body: Body, limits: Limits, is_drained: bool) -> Self {
        let (seen, waited, waiting_since, alarm) = (0, Duration::ZERO, None, None);
        Self { body: Some(body), limits, seen, waited, waiting_since, alarm, is_drained }
    }
}

impl http_body::Body for Paced {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = &mut *self;
        if let Some(since) = this.waiting_since.take() {
            this.waited += since.elapsed();
        }
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        match Pin::new(body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                this.seen += frame.data_ref().map_or(0, Bytes::len) as u64;
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                this.body = None;
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Ready(None) => {
                this.body = None;
                Poll::Ready(None)
            }
            Poll::Pending => {
                let now = Instant::now();
                let left = this.limits.wait_for(this.seen).saturating_sub(this.waited);
                if left.is_zero() {
                    this.is_drained = false;
                    return Poll::Ready(Some(Err(TooSlow.into())));
                }
                let alarm = this.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(now + left)));
                alarm.as_mut().reset(now + left);
                this.waiting_since = Some(now);
                if alarm.as_mut().poll(cx).is_ready() {
                    cx.waker().wake_by_ref();
                }
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), |body| body.size_hint())
    }
}

impl Drop for Paced {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| self.is_drained && !body.is_end_stream()) else { return };
        // Without a runtime there is no connection either.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(DRAIN_TIME, drain(body)));
        }
    }
}

async fn drain(mut body: Body) {
    let mut seen = 0;
    while seen < DRAIN_BYTES {
        match std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            Some(Ok(frame)) => seen += frame.data_ref().map_or(0, Bytes::len) as u64,
            Some(Err(_)) | None => return,
        }
    }
}
