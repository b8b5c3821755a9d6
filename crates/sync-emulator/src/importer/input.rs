//! From an uploaded file to commands, whatever its format.

use std::fs::File;
use std::io;
use std::path::Path;

use sync_formats::{JsonShape, JsonSplitter, Record};

use super::source::SourceError;
use super::table::TableCommands;
use crate::jobs::{Context, JobRequest};

/// The commands of a file, one after the other.
pub(super) enum Input<'c> {
    Json(JsonSplitter<File>),
    Table(Box<TableCommands<'c>>),
}

impl<'c> Input<'c> {
    /// Opens a file, and tells the bytes to be read of it, never 0.
    pub(super) fn open(context: &'c Context, path: &Path, request: &JobRequest) -> io::Result<(Self, u64)> {
        let file = File::open(path)?;
        let length = file.metadata().map(|metadata| metadata.len()).unwrap_or(0).max(1);
        Ok(match &request.table {
            None => (Self::Json(JsonSplitter::new(file, JsonShape::Array)), length),
            Some(table) => {
                let commands = TableCommands::new(context, path, length, request.format, table);
                let total = length.saturating_mul(commands.passes());
                (Self::Table(Box::new(commands)), total)
            }
        })
    }

    /// The next command; its index is its place in the file, from 0. Also none where the job has to stop.
    pub(super) fn next_record(&mut self) -> Result<Option<Record<'_>>, SourceError> {
        match self {
            Self::Json(splitter) => splitter.next_record().map_err(SourceError::from),
            Self::Table(commands) => commands.next_record(),
        }
    }
}
