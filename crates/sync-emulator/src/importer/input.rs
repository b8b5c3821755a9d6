//! From an uploaded file to a JSON array of commands.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use sync_core::PayloadFormat;

use crate::jobs::JobRequest;

/// Bytes read at a time.
const READ_BYTES: usize = 256 * 1024;

/// The commands of a file as JSON, and the length of the file in bytes, never 0.
///
/// The one place that knows formats: tables become commands here, by `request.table`, once submits take them.
pub(super) fn open(path: &Path, request: &JobRequest) -> io::Result<(Box<dyn Read>, u64)> {
    let file = File::open(path)?;
    let length = file.metadata().map(|metadata| metadata.len()).unwrap_or(0).max(1);
    match request.format {
        PayloadFormat::Json => Ok((Box::new(BufReader::with_capacity(READ_BYTES, file)), length)),
        PayloadFormat::Csv | PayloadFormat::Excel => Err(io::ErrorKind::Unsupported.into()),
    }
}
