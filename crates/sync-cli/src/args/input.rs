//! Where commands come from.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::TableArgs;

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Files of import commands (.json, .jsonl, .ndjson) or tables (.csv, .xlsx, .xlsb, .xls, .ods); - is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) kind: KindArgs,
}

/// What is inside the inputs.
#[derive(Debug, Args)]
pub(crate) struct KindArgs {
    /// Kind of the inputs, instead of going by their endings
    #[arg(long, value_enum, env = "COLLIBRA_SYNC_FORMAT")]
    pub(crate) format: Option<Format>,

    #[command(flatten)]
    pub(crate) table: TableArgs,
}

/// Kind of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON array of commands
    Json,
    /// One command a line
    Jsonl,
    /// Text with separators, and a template
    Csv,
    /// A workbook, and a template
    Excel,
}
