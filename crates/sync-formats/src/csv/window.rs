//! A window that slides over a file: rows being read, known to be UTF-8.

use std::fmt;
use std::io::{self, Read};

/// Bytes asked from the reader at a time; larger blocks read no faster.
pub(super) const BLOCK_BYTES: usize = 256 * 1024;

/// The smallest block: holds a byte order mark and any character.
const MIN_BLOCK_BYTES: usize = 16;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The bytes of a reader that are not consumed.
pub(super) struct Window<R> {
    reader: R,
    block_bytes: usize,
    buffer: Vec<u8>,
    /// The first byte that is not consumed.
    start: usize,
    /// The end of what is known to be UTF-8.
    valid: usize,
    /// The end of what has been read.
    end: usize,
    ended: Option<End>,
    /// Whether anything has been read.
    begun: bool,
}

/// Why nothing follows the bytes that are there.
#[derive(Debug)]
pub(super) enum End {
    /// The file is at its end.
    File,
    /// The next byte is no UTF-8.
    NotUtf8,
    /// The reader failed.
    Failure(io::Error),
}

impl<R: Read> Window<R> {
    pub(super) fn new(reader: R) -> Self {
        let (start, valid, end) = (0, 0, 0);
        Self { reader, block_bytes: BLOCK_BYTES, buffer: Vec::new(), start, valid, end, ended: None, begun: false }
    }

    /// Sets how many bytes are asked from the reader at a time. To be called before anything has been read.
    pub(super) fn set_block_bytes(&mut self, block_bytes: usize) {
        self.block_bytes = block_bytes.max(MIN_BLOCK_BYTES);
    }

    /// All there is before the end of what can be read, and where the bytes begin that are not consumed.
    #[inline]
    pub(super) fn text(&self) -> (&[u8], usize) {
        (&self.buffer[..self.valid], self.start)
    }

    /// The bytes that are not consumed.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.valid]
    }

    /// Leaves the first `count` bytes behind.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        self.start += count;
    }

    /// `len` of the bytes consumed last, from `back` bytes before the first that is not consumed.
    #[inline]
    pub(super) fn consumed(&self, back: usize, len: usize) -> &[u8] {
        &self.buffer[self.start - back..][..len]
    }

    /// Why nothing follows, once the reader has been asked.
    pub(super) fn ended(&self) -> Option<&End> {
        self.ended.as_ref()
    }

    /// The same, taken out.
    pub(super) fn take_end(&mut self) -> Option<End> {
        self.ended.take()
    }

    /// Reads on: a block, or as much as is waiting where that is more, so that looking at a row once more after each
    /// call costs no more than reading it. The buffer grows to at most `longest` bytes and a block, where no more than
    /// `longest` bytes are waiting. The byte order mark at the start of the file is consumed; its length is returned.
    pub(super) fn fill(&mut self, longest: usize) -> usize {
        self.buffer.copy_within(self.start..self.end, 0);
        self.valid -= self.start;
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            let doubled = self.buffer.len().saturating_mul(2).min(longest.saturating_add(self.block_bytes));
            let room = doubled.max(self.end + self.block_bytes);
            if self.buffer.is_empty() {
                // Comes zeroed from the system, so that a small file touches little of it.
                self.buffer = vec![0; room];
            }
            self.buffer.resize(room, 0);
        }
        let goal = self.buffer.len().min(self.end.saturating_add(self.end.max(self.block_bytes)));
        self.read_to(goal);
        self.validate();
        if !std::mem::replace(&mut self.begun, true) && self.bytes().starts_with(BYTE_ORDER_MARK) {
            self.start = BYTE_ORDER_MARK.len();
        }
        self.start
    }

    fn read_to(&mut self, goal: usize) {
        while self.end < goal && self.ended.is_none() {
            match self.reader.read(&mut self.buffer[self.end..goal]) {
                Ok(0) => self.ended = Some(End::File),
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.ended = Some(End::Failure(error)),
            }
        }
    }

    /// Looks at what has come in; a character cut off at the end waits for its rest.
    fn validate(&mut self) {
        match str::from_utf8(&self.buffer[self.valid..self.end]) {
            Ok(_) => self.valid = self.end,
            Err(error) => {
                self.valid += error.valid_up_to();
                let cut_off = error.error_len().is_none();
                if !cut_off || matches!(self.ended, Some(End::File)) {
                    self.ended = Some(End::NotUtf8);
                }
            }
        }
    }
}

impl<R> fmt::Debug for Window<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start, valid, end, ended, .. } = self;
        let ranges = (start, valid, end);
        f.debug_struct("Window").field("ranges", &ranges).field("ended", ended).finish_non_exhaustive()
    }
}
