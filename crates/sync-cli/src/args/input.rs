//! Where commands come from.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sync_formats::JsonShape;

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Files of import commands (.json, .jsonl, .ndjson); - is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Kind of the inputs, instead of going by their endings
    #[arg(long, value_enum, env = "COLLIBRA_SYNC_FORMAT")]
    pub(crate) format: Option<Format>,
}

/// Kind of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON array of commands
    Json,
    /// One command a line
    Jsonl,
}

impl From<Format> for JsonShape {
    fn from(format: Format) -> Self {
        match format {
            Format::Json => Self::Array,
            Format::Jsonl => Self::Lines,
        }
    }
}
