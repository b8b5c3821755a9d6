//! A payload on its way: read on a blocking thread, handed on block by block.

use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use sync_core::Payload;
use tokio::sync::mpsc;

/// Size of a block, in bytes.
const BLOCK: u64 = 256 * 1024;
/// Blocks that wait for the connection.
const BLOCKS_AHEAD: usize = 2;

/// The blocks of a payload: exactly its declared length, or an error.
///
/// Memory: one block being read, [`BLOCKS_AHEAD`] waiting, one on its way. Dropping this ends the thread at its next
/// block; a read that never returns cannot be ended and keeps its thread.
pub(crate) struct Blocks {
    first: Option<Bytes>,
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    left: u64,
}

impl Blocks {
    /// Opens the payload and reads its first block, so that what cannot be read fails before anything is sent.
    pub(crate) async fn open(payload: &Payload) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(BLOCKS_AHEAD);
        let reading = payload.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = read_blocks(&reading, |block| sender.blocking_send(Ok(block)).is_ok()) {
                // Nobody listens any more when the upload was dropped.
                let _ = sender.blocking_send(Err(error));
            }
        });
        let mut blocks = Self { first: None, receiver, left: payload.len() };
        blocks.first = match std::future::poll_fn(|cx| blocks.poll_next(cx)).await {
            Some(block) => Some(block?),
            None => None,
        };
        Ok(blocks)
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        Poll::Ready(match ready!(self.receiver.poll_recv(cx)) {
            Some(Ok(block)) => {
                self.left = self.left.saturating_sub(block.len() as u64);
                Some(Ok(block))
            }
            Some(Err(error)) => Some(Err(error)),
            None if self.left == 0 => None,
            None => Some(Err(io::Error::other("the reading of the payload panicked"))),
        })
    }
}

/// Reads the payload to its end, never more than its declared length, until `hand_on` says that nobody listens.
fn read_blocks(payload: &Payload, mut hand_on: impl FnMut(Bytes) -> bool) -> io::Result<()> {
    let declared = payload.len();
    let mut source = payload.open()?;
    let mut left = declared;
    loop {
        let size = left.min(BLOCK);
        let mut block = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        let read = source.by_ref().take(size).read_to_end(&mut block)? as u64;
        if read < size {
            let read = declared - left + read;
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, WrongLength::Short { read, declared }));
        }
        left -= size;
        // Before the last block is handed on: a longer payload must not be taken for a whole one.
        if left == 0 && source.by_ref().take(1).read_to_end(&mut Vec::new())? > 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, WrongLength::Long { declared }));
        }
        if (size > 0 && !hand_on(block.into())) || left == 0 {
            return Ok(());
        }
    }
}

/// A payload that is not as long as it said.
#[derive(Debug, thiserror::Error)]
enum WrongLength {
    #[error("the payload ended after {read} of its {declared} bytes")]
    Short { read: u64, declared: u64 },
    #[error("the payload is longer than its {declared} bytes")]
    Long { declared: u64 },
}

/// What became of a request's body, seen from outside while a service holds it.
#[derive(Debug, Default)]
pub(crate) struct Fate {
    complete: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

impl Fate {
    /// Whether every byte was taken. False until then, so an answer before it cannot be about the whole request.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }

    /// Why the payload could not be read to its end, once.
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A multipart body: what stands before the payload, the payload, what stands behind it.
pub(crate) struct UploadBody {
    head: Option<Bytes>,
    blocks: Option<Blocks>,
    tail: Option<Bytes>,
    left: u64,
    fate: Arc<Fate>,
}

impl UploadBody {
    pub(crate) fn new(head: Bytes, payload: &Payload, blocks: Blocks, tail: Bytes) -> Self {
        let left = payload.len().saturating_add((head.len() + tail.len()) as u64);
        Self { head: Some(head), blocks: Some(blocks), tail: Some(tail), left, fate: Arc::default() }
    }

    pub(crate) fn fate(&self) -> Arc<Fate> {
        self.fate.clone()
    }

    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadUnread>>> {
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(head)));
        }
        if let Some(blocks) = &mut self.blocks {
            match ready!(blocks.poll_next(cx)) {
                Some(Ok(block)) => return Poll::Ready(Some(Ok(block))),
                Some(Err(error)) => {
                    (self.blocks, self.tail) = (None, None);
                    *self.fate.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return Poll::Ready(Some(Err(PayloadUnread)));
                }
                None => self.blocks = None,
            }
        }
        let tail = self.tail.take();
        if tail.is_some() {
            self.fate.complete.store(true, Ordering::Release);
        }
        Poll::Ready(tail.map(Ok))
    }
}

impl Body for UploadBody {
    type Data = Bytes;
    type Error = PayloadUnread;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, PayloadUnread>>> {
        let bytes = ready!(self.poll_bytes(cx));
        if let Some(Ok(bytes)) = &bytes {
            self.left = self.left.saturating_sub(bytes.len() as u64);
        }
        Poll::Ready(bytes.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.head.is_none() && self.blocks.is_none() && self.tail.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Tells the connection that the body ends here, broken; the cause is kept in [`Fate`].
#[derive(Debug)]
pub(crate) struct PayloadUnread;

impl fmt::Display for PayloadUnread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the payload could not be read to its end")
    }
}

impl std::error::Error for PayloadUnread {}
