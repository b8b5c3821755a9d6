//! From an uploaded file to commands, whatever its format.

use std::fs::File;
use std::io;
use std::path::Path;

use sync_formats::{JsonShape, JsonSplitter, Record};

use super::source::SourceError;
use super::table::TableCommands;
use crate::jobs::JobRequest;
use crate::profile::ListCells;

/// The commands of a file, one after the other.
pub(super) enum Input {
    Json(JsonSplitter<File>),
    Table(Box<TableCommands>),
}

impl Input {
    /// Opens a file, and tells its length in bytes, never 0.
    pub(super) fn open(path: &Path, request: &JobRequest, lists: ListCells) -> io::Result<(Self, u64)> {
        let file = File::open(path)?;
        let length = file.metadata().map(|metadata| metadata.len()).unwrap_or(0).max(1);
        let input = match &request.table {
            None => Self::Json(JsonSplitter::new(file, JsonShape::Array)),
            Some(table) => Self::Table(Box::new(TableCommands::new(path, request.format, table, lists))),
        };
        Ok((input, length))
    }

    /// The next command; its index is its place in the file, from 0.
    pub(super) fn next_record(&mut self) -> Result<Option<Record<'_>>, SourceError> {
        match self {
            Self::Json(splitter) => splitter.next_record().map_err(SourceError::from),
            Self::Table(commands) => commands.next_record(),
        }
    }
}
