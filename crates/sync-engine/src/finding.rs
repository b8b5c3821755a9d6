//! What is wrong with an input, and where.

use serde::{Deserialize, Serialize};
use sync_core::command::CommandError;
use sync_formats::{BatchError, Position, SplitError, SplitErrorKind};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Probably not meant.
    Warning,
    /// The service will refuse it, or harm follows: nothing is sent.
    Error,
}

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Code of the service where it has one for this, otherwise one of ours beginning with `local.`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Name of the input.
    pub file: String,
    /// Line in it, from 1.
    pub line: u64,
    /// Column in the line in bytes, from 1.
    pub column: u64,
    /// The member inside the command; empty where the command as a whole is meant.
    pub path: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Finding {
    pub(crate) fn of_command(file: &str, start: Position, error: &CommandError) -> Self {
        // Lines and columns of the parser count from the slice's first byte.
        let (line, column) = match (error.line() as u64, error.column() as u64) {
            (0, _) => (start.line, start.column),
            (1, column) => (start.line, start.column + column.max(1) - 1),
            (line, column) => (start.line + line - 1, column.max(1)),
        };
        Self {
            code: error.code().to_owned(),
            severity: Severity::Error,
            message: error.kind().to_string(),
            file: file.to_owned(),
            line,
            column,
            path: error.path().to_owned(),
            help: None,
        }
    }

    pub(crate) fn of_split(file: &str, error: &SplitError) -> Self {
        let code = match error.kind() {
            SplitErrorKind::Empty => "local.file.empty",
            SplitErrorKind::NotAnArray { .. } => "local.file.notArray",
            SplitErrorKind::Io(_) => "local.file.unreadable",
            _ => "local.file.notJson",
        };
        let mut message = error.kind().to_string();
        if let SplitErrorKind::Io(cause) = error.kind() {
            message = format!("{message}: {cause}");
        }
        Self::at(file, error.position(), code, message, error.hint().map(str::to_owned))
    }

    pub(crate) fn of_batch(file: &str, position: Position, error: &BatchError) -> Self {
        Self::at(file, position, "local.batch.commandTooLarge", error.to_string(), Some(error.hint().to_owned()))
    }

    pub(crate) fn empty(file: &str) -> Self {
        let message = "the input holds no command; finalizing after it would count everything as missing".to_owned();
        Self::at(file, Position::START, "local.file.empty", message, None)
    }

    fn at(file: &str, position: Position, code: &str, message: String, help: Option<String>) -> Self {
        Self {
            code: code.to_owned(),
            severity: Severity::Error,
            message,
            file: file.to_owned(),
            line: position.line,
            column: position.column,
            path: String::new(),
            help,
        }
    }
}
