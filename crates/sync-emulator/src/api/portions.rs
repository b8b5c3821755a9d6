//! A multipart body in portions, so that its parser never holds much of it.
//!
//! The parser takes in all that has come before it looks at any of it, and keeps everything until it has found the head
//! of a part. So it gets a portion at a time, and a portion without the head it looks for is the last one.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// Bytes the parser gets before it has to look at them, and longest head of a part with all that comes before it (ours).
pub(super) const PORTION_BYTES: usize = 64 * 1024;

/// What comes before the content of a part is too long.
#[derive(Debug, thiserror::Error)]
#[error("the head of a part is too long")]
pub(super) struct HeadTooLong;

/// Tells a body whether a part is being read.
#[derive(Debug, Clone, Default)]
pub(super) struct Place(Arc<AtomicBool>);

impl Place {
    /// From now on the content of a part is read, or no longer.
    pub(super) fn set_within_part(&self, is_within: bool) {
        self.0.store(is_within, Ordering::Relaxed);
    }

    fn is_within_part(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A body in portions.
pub(super) struct Portions {
    body: Body,
    place: Place,
    /// Where the parser was when it last asked.
    was_within: bool,
    /// Bytes of this portion, all of one place.
    given: usize,
    /// Whether the parser has looked at a whole portion outside of a part.
    is_looked_at: bool,
}

impl Portions {
    pub(super) fn new(body: Body, place: Place) -> Self {
        Self { body, place, was_within: false, given: 0, is_looked_at: false }
    }
}

impl http_body::Body for Portions {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let is_within = self.place.is_within_part();
        if is_within != self.was_within {
            (self.was_within, self.given) = (is_within, 0);
        }
        if is_within {
            self.is_looked_at = false;
        } else if self.is_looked_at {
            return Poll::Ready(Some(Err(HeadTooLong.into())));
        }
        if self.given >= PORTION_BYTES {
            self.given = 0;
            self.is_looked_at = !is_within;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.given += frame.data_ref().map_or(0, Bytes::len);
        }
        polled.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
