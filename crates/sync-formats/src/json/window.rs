//! A window that slides over a source: the bytes being looked at, and where they stand.

use std::io::{self, Read};

use memchr::{memchr_iter, memrchr};

use crate::Position;

/// Bytes asked from the reader at a time; larger blocks read no faster.
pub(super) const BLOCK_BYTES: usize = 256 * 1024;

/// The unconsumed bytes of a reader, with a count of lines.
#[derive(Debug)]
pub(super) struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The bytes of `buffer` that are there and not consumed.
    start: usize,
    end: usize,
    /// Offset of the first byte of `buffer` in the source.
    base: u64,
    lines: Lines,
}

/// How far line feeds have been counted.
#[derive(Debug)]
struct Lines {
    /// Bytes of the buffer that are counted.
    counted: usize,
    line: u64,
    /// Offset in the source at which `line` begins.
    line_start: u64,
}

impl<R: Read> Window<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: vec![0; BLOCK_BYTES],
            start: 0,
            end: 0,
            base: 0,
            lines: Lines { counted: 0, line: 1, line_start: 0 },
        }
    }

    /// The bytes read and not consumed.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads more bytes behind those that are there; `false` at the end of the source.
    ///
    /// Makes room first, by dropping what is consumed or, where that is nothing, by doubling the buffer: to at most
    /// `longest` bytes and a block, where no more than `longest` bytes are waiting.
    pub(super) fn fill(&mut self, longest: usize) -> io::Result<bool> {
        if self.start == self.end || self.end == self.buffer.len() {
            self.drop_consumed();
        }
        if self.end == self.buffer.len() {
            let room = self.buffer.len().saturating_mul(2).min(longest.saturating_add(BLOCK_BYTES));
            self.buffer.resize(room.max(self.end + 1), 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn drop_consumed(&mut self) {
        self.count_lines(self.start);
        self.buffer.copy_within(self.start..self.end, 0);
        self.base += self.start as u64;
        self.lines.counted = 0;
        self.end -= self.start;
        self.start = 0;
    }

    /// Leaves the first `count` bytes behind.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        self.start += count;
    }

    /// Leaves a byte order mark behind: bytes that no line and column contains.
    pub(super) fn consume_mark(&mut self, count: usize) {
        self.start += count;
        self.lines.line_start += count as u64;
    }

    /// The `count` bytes consumed last.
    #[inline]
    pub(super) fn consumed(&self, count: usize) -> &[u8] {
        &self.buffer[self.start - count..self.start]
    }

    /// Where byte `ahead` of [`Window::bytes`] stands. Never asked for a place before the last one asked for.
    pub(super) fn position(&mut self, ahead: usize, index: u64) -> Position {
        let at = self.start + ahead;
        self.count_lines(at);
        let offset = self.base + at as u64;
        Position { index, offset, line: self.lines.line, column: offset - self.lines.line_start + 1, row: 0 }
    }

    fn count_lines(&mut self, to: usize) {
        let fresh = &self.buffer[self.lines.counted..to];
        if let Some(last) = memrchr(b'\n', fresh) {
            self.lines.line += memchr_iter(b'\n', &fresh[..=last]).count() as u64;
            self.lines.line_start = self.base + (self.lines.counted + last) as u64 + 1;
        }
        self.lines.counted = to;
    }
}
