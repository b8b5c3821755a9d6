//! Notices when a connection falls silent.
//!
//! The client's own read timeout cannot serve: it counts from the start of the request and would end a long upload that
//! moves well.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// Nothing moved for too long.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum Silence {
    #[error("no connection took the request within {0:?}")]
    Connecting(Duration),
    #[error("no block of the request's body moved for {0:?}")]
    Uploading(Duration),
    #[error("the service was silent for {0:?}")]
    Answering(Duration),
}

/// How long each part of a call may be silent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connecting: Duration,
    pub(crate) uploading: Duration,
    pub(crate) answering: Duration,
}

/// What moved last, and when.
struct Watch {
    limits: Limits,
    last: Mutex<(Silence, Instant)>,
}

impl Watch {
    fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, last: Mutex::new((Silence::Connecting(limits.connecting), Instant::now())) })
    }

    fn moved(&self, next: Silence) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = (next, Instant::now());
    }

    /// Ends when nothing moved for as long as the present part of the call may be silent.
    async fn silence(&self) -> Silence {
        let Limits { connecting, uploading, answering } = self.limits;
        // No sleep is longer, so that a part with a shorter limit, begun meanwhile, is not overslept.
        let shortest = connecting.min(uploading).min(answering);
        loop {
            let (silence, since) = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let (Silence::Connecting(limit) | Silence::Uploading(limit) | Silence::Answering(limit)) = silence;
            match limit.checked_sub(since.elapsed()) {
                None | Some(Duration::ZERO) => return silence,
                Some(rest) => sleep(rest.min(shortest)).await,
            }
        }
    }
}

/// Runs `call` with the watched `body` until it ends or falls silent.
pub(crate) async fn watched<B, F: Future>(
    limits: Limits,
    body: B,
    call: impl FnOnce(Watched<B>) -> F,
) -> Result<F::Output, Silence> {
    let watch = Watch::new(limits);
    let mut call = pin!(call(Watched { inner: body, watch: watch.clone() }));
    let mut silence = pin!(watch.silence());
    poll_fn(|cx| match call.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => silence.as_mut().poll(cx).map(Err),
    })
    .await
}

/// A request's body that notes when a block of it is taken. The connection drops it when it has all of it; then the
/// wait for the answer begins.
pub(crate) struct Watched<B> {
    inner: B,
    watch: Arc<Watch>,
}

impl<B: Body<Data = Bytes> + Unpin> Body for Watched<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        let limits = self.watch.limits;
        match &frame {
            Poll::Ready(Some(_)) if !self.inner.is_end_stream() => {
                self.watch.moved(Silence::Uploading(limits.uploading));
            }
            Poll::Ready(_) => self.watch.moved(Silence::Answering(limits.answering)),
            Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B> Drop for Watched<B> {
    fn drop(&mut self) {
        self.watch.moved(Silence::Answering(self.watch.limits.answering));
    }
}

/// An answer's body that ends in an error when it falls silent.
pub(crate) struct Answering<B> {
    inner: B,
    limit: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<B> Answering<B> {
    pub(crate) fn new(inner: B, limit: Duration) -> Self {
        Self { inner, limit, waiting: None }
    }
}

impl<B> Body for Answering<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<sync_core::transport::BoxError>,
{
    type Data = Bytes;
    type Error = sync_core::transport::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            self.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let limit = self.limit;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(waiting.as_mut().poll(cx));
        self.waiting = None;
        Poll::Ready(Some(Err(Silence::Answering(limit).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http_body_util::BodyExt;
    use tokio::sync::mpsc;

    use super::*;

    const LIMITS: Limits = Limits {
        connecting: Duration::from_secs(15),
        uploading: Duration::from_secs(120),
        answering: Duration::from_secs(60),
    };

    /// A body that yields its first block at once and one more every `every`.
    struct Paced {
        left: u32,
        every: Duration,
        next: Pin<Box<Sleep>>,
    }

    impl Paced {
        fn new(left: u32, every: Duration) -> Self {
            Self { left, every, next: Box::pin(sleep(Duration::ZERO)) }
        }
    }

    impl Body for Paced {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            ready!(self.next.as_mut().poll(cx));
            self.left -= 1;
            self.next = Box::pin(sleep(self.every));
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }

        fn is_end_stream(&self) -> bool {
            self.left == 0
        }
    }

    /// Takes all of a body, then waits before it answers.
    async fn upload(paced: Paced, connect: Duration, answer: Duration) -> Result<usize, Silence> {
        watched(LIMITS, paced, |mut body| async move {
            sleep(connect).await;
            let mut taken = 0;
            while let Some(Ok(_)) = body.frame().await {
                taken += 1;
            }
            drop(body);
            sleep(answer).await;
            taken
        })
        .await
    }

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_but_steady_upload_may_take_any_time() {
        let begun = Instant::now();
        let taken = upload(Paced::new(100, seconds(119)), seconds(14), seconds(59)).await;
        assert_eq!(taken.expect("no silence"), 100);
        assert!(begun.elapsed() > seconds(99 * 119));
    }

    #[tokio::test(start_paused = true)]
    async fn each_part_of_a_call_has_its_limit() {
        let begun = Instant::now();
        let connecting = upload(Paced::new(1, seconds(1)), seconds(100), seconds(1)).await;
        assert!(matches!(connecting, Err(Silence::Connecting(_))), "{connecting:?}");
        assert_eq!(begun.elapsed(), seconds(15));
        let begun = Instant::now();
        let uploading = upload(Paced::new(3, seconds(121)), Duration::ZERO, seconds(1)).await;
        assert!(matches!(uploading, Err(Silence::Uploading(_))), "{uploading:?}");
        assert_eq!(begun.elapsed(), seconds(120));
        let begun = Instant::now();
        let answering = upload(Paced::new(3, seconds(1)), seconds(1), seconds(61)).await;
        assert!(matches!(answering, Err(Silence::Answering(_))), "{answering:?}");
        assert_eq!(begun.elapsed(), seconds(1 + 2 + 60));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_read_while_it_comes() {
        let mut body = Answering::new(Paced::new(50, seconds(59)), seconds(60));
        let mut read = 0;
        while let Some(frame) = body.frame().await {
            frame.expect("no silence");
            read += 1;
        }
        assert_eq!(read, 50);
        let mut body = Answering::new(Paced::new(50, seconds(61)), seconds(60));
        body.frame().await.expect("a block").expect("no silence");
        let error = body.frame().await.expect("an end").expect_err("silence");
        assert_eq!(error.to_string(), "the service was silent for 60s");
    }

    #[tokio::test(start_paused = true)]
    async fn an_unlimited_wait_is_possible() {
        let limits = Limits { connecting: Duration::MAX, uploading: Duration::MAX, answering: Duration::MAX };
        let (_sender, mut receiver) = mpsc::channel::<()>(1);
        let call = watched(limits, Paced::new(1, seconds(1)), |_body| async move { receiver.recv().await });
        assert!(tokio::time::timeout(seconds(86_400), call).await.is_err());
    }
}
