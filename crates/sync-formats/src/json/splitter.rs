//! The splitter: commands of a source one after the other, as slices of the user's own bytes.

use std::io::Read;

use memchr::memchr;

use super::error::{Found, SplitError, SplitErrorKind};
use super::records::JsonRecords;
use super::shape::JsonShape;
use super::window::Window;
use crate::scan::{ObjectEnd, is_space};
use crate::{Position, Record};

/// Longest command a [`JsonSplitter`] takes unless told otherwise: 16 MiB.
///
/// A thousand times a large command, and still small enough that a missing quote near the start of a big file is
/// reported before the rest of it has been read into memory. It also lies below the default limit of a batch, so that
/// what can be split can be sent.
pub const DEFAULT_MAX_RECORD_BYTES: u64 = 16 * 1024 * 1024;

/// Cuts a source into its commands without parsing them.
///
/// Checked here: the shape around the commands (one array, or one object a line), that each is an object, that it
/// ends, that it is UTF-8. Left to [`Command::from_slice`](sync_core::command::Command::from_slice): everything inside
/// it. One leading UTF-8 byte order mark is passed over. Nesting costs nothing, however deep.
///
/// Memory: one buffer of 256 KiB, which grows while a longer command is read, never past the limit for one command and
/// 256 KiB more. The size of the source does not matter. Read straight from a file: blocks of 256 KiB are asked for, a
/// `BufReader` only copies once more.
///
/// [`JsonSplitter::next_record`] is the frugal path, lending one record at a time; [`IntoIterator`] gives owned ones.
///
/// ```
/// use sync_formats::{JsonShape, JsonSplitter};
///
/// let source = "[\n  {\"resourceType\": \"Community\"},\n  {\"resourceType\": \"Domain\"}\n]";
/// let mut splitter = JsonSplitter::new(source.as_bytes(), JsonShape::Array);
/// let mut lines = Vec::new();
/// while let Some(record) = splitter.next_record()? {
///     assert!(record.bytes.starts_with(b"{"));
///     lines.push(record.position.line);
/// }
/// assert_eq!(lines, [2, 3]);
/// # Ok::<(), sync_formats::SplitError>(())
/// ```
#[derive(Debug)]
pub struct JsonSplitter<R> {
    window: Window<R>,
    shape: JsonShape,
    max_record_bytes: u64,
    state: State,
    /// Number of the next command.
    index: u64,
}

/// What was read last, and so what may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing.
    Start,
    /// The opening bracket of an array.
    Opened,
    /// A command of an array.
    Command,
    /// The comma after a command.
    Comma,
    /// A complete line.
    Line,
    /// A command in a line.
    LineCommand,
    /// The end of the source, or an error.
    Done,
}

impl<R: Read> JsonSplitter<R> {
    /// Splits what `reader` gives from its current place on.
    pub fn new(reader: R, shape: JsonShape) -> Self {
        Self {
            window: Window::new(reader),
            shape,
            max_record_bytes: DEFAULT_MAX_RECORD_BYTES,
            state: State::Start,
            index: 0,
        }
    }

    /// Sets the longest command in bytes; [`DEFAULT_MAX_RECORD_BYTES`] without it.
    #[must_use]
    pub fn with_max_record_bytes(mut self, max_record_bytes: u64) -> Self {
        self.max_record_bytes = max_record_bytes;
        self
    }

    /// The next command, lent until the following call; `None` after the proper end of the source.
    ///
    /// # Errors
    /// [`SplitError`] with kind and position. It is final: further calls give `None`.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, SplitError> {
        match self.advance() {
            Ok(Some((len, position))) => Ok(Some(Record { bytes: self.window.consumed(len), position })),
            Ok(None) => {
                self.state = State::Done;
                Ok(None)
            }
            Err(error) => {
                self.state = State::Done;
                Err(error)
            }
        }
    }

    /// Consumes up to the end of the next command; its length and where it begins.
    fn advance(&mut self) -> Result<Option<(usize, Position)>, SplitError> {
        match self.state {
            State::Start => self.skip_byte_order_mark()?,
            State::Done => return Ok(None),
            _ => {}
        }
        loop {
            let next = if self.state == State::LineCommand { self.skip_in_line()? } else { self.skip_spaces()? };
            match (self.state, next) {
                (State::Start, next) => self.begin(next)?,
                (State::Opened | State::Comma | State::Line, Some(b'{')) => return self.command().map(Some),
                (State::Opened | State::Command, Some(b']')) => {
                    self.window.consume(1);
                    return self.end_of_array();
                }
                (State::Command, Some(b',')) => {
                    self.window.consume(1);
                    self.state = State::Comma;
                }
                (State::LineCommand, Some(b'\n')) => {
                    self.window.consume(1);
                    self.state = State::Line;
                }
                (State::Line | State::LineCommand, None) => return Ok(None),
                (state, next) => return Err(self.unexpected(state, next)),
            }
        }
    }

    /// Decides by the first byte that is not white space.
    fn begin(&mut self, next: Option<u8>) -> Result<(), SplitError> {
        match (self.shape, next) {
            (JsonShape::Lines, _) => self.state = State::Line,
            (JsonShape::Array, Some(b'[')) => {
                self.window.consume(1);
                self.state = State::Opened;
            }
            (JsonShape::Array, Some(byte)) => {
                return Err(self.error(SplitErrorKind::NotAnArray { found: Found::Byte(byte) }));
            }
            (JsonShape::Array, None) => return Err(self.error(SplitErrorKind::Empty)),
        }
        Ok(())
    }

    /// The error for what may not follow.
    fn unexpected(&mut self, state: State, next: Option<u8>) -> SplitError {
        let found = next.map_or(Found::EndOfInput, Found::Byte);
        self.error(match (state, next) {
            (State::LineCommand, _) => SplitErrorKind::MissingLineEnd { found },
            (_, None) => SplitErrorKind::Truncated { record: None, found },
            (State::Command, _) => SplitErrorKind::MissingComma { found },
            (State::Comma, Some(b']')) => SplitErrorKind::TrailingComma,
            _ => SplitErrorKind::NotAnObject { found },
        })
    }

    /// After the closing bracket: nothing but white space.
    fn end_of_array(&mut self) -> Result<Option<(usize, Position)>, SplitError> {
        match self.skip_spaces()? {
            None => Ok(None),
            Some(byte) => Err(self.error(SplitErrorKind::TrailingData { found: Found::Byte(byte) })),
        }
    }

    /// Consumes the command that begins here.
    fn command(&mut self) -> Result<(usize, Position), SplitError> {
        let position = self.window.position(0, self.index);
        let mut end = ObjectEnd::default();
        loop {
            let bytes = self.window.bytes();
            let found = end.find(bytes);
            let len = found.unwrap_or(bytes.len());
            if self.shape == JsonShape::Lines {
                self.refuse_line_feed(len, position)?;
            }
            if len as u64 > self.max_record_bytes {
                return Err(SplitError::new(SplitErrorKind::RecordTooLarge { limit: self.max_record_bytes }, position));
            }
            if found.is_some() {
                self.check_utf8(len)?;
                self.window.consume(len);
                self.index += 1;
                self.state = if self.shape == JsonShape::Lines { State::LineCommand } else { State::Command };
                return Ok((len, position));
            }
            if !self.fill()? {
                let kind = SplitErrorKind::Truncated { record: Some(position), found: Found::EndOfInput };
                return Err(self.error_ahead(len, kind));
            }
        }
    }

    /// A command of JSON Lines ends in the line in which it begins. Line feeds past the limit do not count: there the
    /// command is too large already, however much of it has been read.
    fn refuse_line_feed(&mut self, len: usize, position: Position) -> Result<(), SplitError> {
        let looked_at = len.min(self.longest().saturating_add(1));
        match memchr(b'\n', &self.window.bytes()[..looked_at]) {
            None => Ok(()),
            Some(at) => {
                let kind = SplitErrorKind::Truncated { record: Some(position), found: Found::EndOfLine };
                Err(self.error_ahead(at, kind))
            }
        }
    }

    fn check_utf8(&mut self, len: usize) -> Result<(), SplitError> {
        let record = &self.window.bytes()[..len];
        match std::str::from_utf8(record) {
            Ok(_) => Ok(()),
            Err(error) => {
                let at = error.valid_up_to();
                let kind = SplitErrorKind::InvalidUtf8 { found: Found::Byte(record[at]) };
                Err(self.error_ahead(at, kind))
            }
        }
    }

    /// Passes over one UTF-8 byte order mark and refuses those of wider encodings.
    fn skip_byte_order_mark(&mut self) -> Result<(), SplitError> {
        const UTF_8: &[u8] = b"\xEF\xBB\xBF";
        while self.window.bytes().len() < UTF_8.len() && self.fill()? {}
        let bytes = self.window.bytes();
        if bytes.starts_with(UTF_8) {
            self.window.consume_mark(UTF_8.len());
        } else if [&b"\xFE\xFF"[..], b"\xFF\xFE", b"\0\0\xFE"].iter().any(|mark| bytes.starts_with(mark)) {
            return Err(self.error(SplitErrorKind::WideEncoding));
        }
        Ok(())
    }

    /// Consumes white space; the byte behind it.
    fn skip_spaces(&mut self) -> Result<Option<u8>, SplitError> {
        self.skip(is_space)
    }

    /// The same, stopping at the end of the line.
    fn skip_in_line(&mut self) -> Result<Option<u8>, SplitError> {
        self.skip(|byte| is_space(byte) && byte != b'\n')
    }

    #[inline]
    fn skip(&mut self, skipped: impl Fn(u8) -> bool) -> Result<Option<u8>, SplitError> {
        loop {
            let bytes = self.window.bytes();
            if let Some(at) = bytes.iter().position(|byte| !skipped(*byte)) {
                let next = bytes[at];
                self.window.consume(at);
                return Ok(Some(next));
            }
            self.window.consume(bytes.len());
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// The limit for one command, as a length in memory.
    fn longest(&self) -> usize {
        usize::try_from(self.max_record_bytes).unwrap_or(usize::MAX)
    }

    fn fill(&mut self) -> Result<bool, SplitError> {
        match self.window.fill(self.longest()) {
            Ok(more) => Ok(more),
            Err(error) => {
                let read = self.window.bytes().len();
                Err(self.error_ahead(read, SplitErrorKind::Io(error)))
            }
        }
    }

    fn error(&mut self, kind: SplitErrorKind) -> SplitError {
        self.error_ahead(0, kind)
    }

    fn error_ahead(&mut self, ahead: usize, kind: SplitErrorKind) -> SplitError {
        SplitError::new(kind, self.window.position(ahead, self.index))
    }
}

impl<R: Read> IntoIterator for JsonSplitter<R> {
    type Item = Result<crate::OwnedRecord, SplitError>;
    type IntoIter = JsonRecords<R>;

    fn into_iter(self) -> JsonRecords<R> {
        JsonRecords::new(self)
    }
}
