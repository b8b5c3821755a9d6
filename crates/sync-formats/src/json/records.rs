//! The easy way through a source: an iterator of records that own their bytes.

use std::io::Read;

use super::error::SplitError;
use super::splitter::JsonSplitter;
use crate::OwnedRecord;

/// The commands of a source, each copied out of the splitter's buffer. Made by `JsonSplitter::into_iter`.
///
/// One allocation a command more than [`JsonSplitter::next_record`].
///
/// ```
/// use sync_formats::{JsonShape, JsonSplitter};
///
/// let records: Vec<_> = JsonSplitter::new(&b"{}\n{}\n"[..], JsonShape::Lines).into_iter().collect::<Result<_, _>>()?;
/// assert_eq!(records[1].position.line, 2);
/// # Ok::<(), sync_formats::SplitError>(())
/// ```
#[derive(Debug)]
pub struct JsonRecords<R>(JsonSplitter<R>);

impl<R> JsonRecords<R> {
    pub(super) fn new(splitter: JsonSplitter<R>) -> Self {
        Self(splitter)
    }
}

impl<R: Read> Iterator for JsonRecords<R> {
    type Item = Result<OwnedRecord, SplitError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_record().map(|record| record.map(|record| record.to_owned_record())).transpose()
    }
}

impl<R: Read> std::iter::FusedIterator for JsonRecords<R> {}
