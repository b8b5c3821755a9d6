//! What several tests need.

use std::io::{self, Read};

use sync_formats::{JsonShape, JsonSplitter, OwnedRecord, Position, SplitError};

/// A reader that hands out at most so many bytes at a time.
pub(crate) struct Chunks<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) size: usize,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.size.min(self.rest.len()).min(buffer.len());
        let (given, rest) = self.rest.split_at(count);
        buffer[..count].copy_from_slice(given);
        self.rest = rest;
        Ok(count)
    }
}

/// All records of a source.
pub(crate) fn split(source: impl AsRef<[u8]>, shape: JsonShape) -> Result<Vec<OwnedRecord>, SplitError> {
    JsonSplitter::new(source.as_ref(), shape).into_iter().collect()
}

/// All records of a source that is good, as text.
pub(crate) fn texts(source: impl AsRef<[u8]>, shape: JsonShape) -> Vec<String> {
    let records = split(source, shape).expect("the source is good");
    records.into_iter().map(|record| String::from_utf8(record.bytes).expect("records are UTF-8")).collect()
}

/// Line and column of a byte, found the slow way.
pub(crate) fn place(source: &[u8], offset: u64) -> (u64, u64) {
    let before = &source[..usize::try_from(offset).expect("sources of tests are small")];
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let mark = if source.starts_with(b"\xEF\xBB\xBF") && line == 1 { 3 } else { 0 };
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(mark, |at| at + 1);
    (line, (before.len() - start) as u64 + 1)
}

pub(crate) fn position(index: u64, offset: u64, line: u64, column: u64) -> Position {
    Position { index, offset, line, column, row: 0 }
}

/// Compile-time proof that public types can cross threads.
#[test]
fn public_types_are_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<JsonSplitter<io::Empty>>();
    check::<sync_formats::JsonRecords<io::Empty>>();
    check::<SplitError>();
    check::<sync_formats::BatchBuilder>();
    check::<sync_formats::Batch>();
    check::<sync_formats::Identity>();
    check::<sync_formats::DigestBuilder>();
}
