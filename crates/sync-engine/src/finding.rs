//! What is wrong with an input, and where.

use serde::{Deserialize, Serialize};
use sync_core::check::Severity;

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
    /// Name of the input; of its template where that is meant.
    pub file: String,
    /// Line in it, from 1; in a workbook the row.
    pub line: u64,
    /// Column in the line in bytes, from 1; in a workbook the number of the column.
    pub column: u64,
    /// The row of a table, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// What people call the cell: `column 3`, or `Tables!C17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Bytes before it in the input, a byte order mark included; 0 in a workbook.
    #[serde(default)]
    pub offset: u64,
    /// Bytes that are meant, from there on; they may reach into further lines.
    #[serde(default)]
    pub length: u64,
    /// The member inside the command; empty where the command as a whole is meant.
    pub path: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The other command concerned, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related: Option<Related>,
    /// The text around the place; not part of the JSON.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

/// Where another command stands that a finding is about, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Related {
    /// Name of the input.
    pub file: String,
    /// Line in it, from 1.
    pub line: u64,
    /// Column in the line in bytes, from 1.
    pub column: u64,
}

/// A piece of one line of an input, with the place that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Excerpt {
    /// The text; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// Bytes of `text` that are meant.
    pub mark: std::ops::Range<usize>,
    /// Whether the line begins earlier.
    pub cut_before: bool,
    /// Whether the line goes on.
    pub cut_after: bool,
}

/// How many findings of one code one input has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FindingTotal {
    /// Name of the input.
    pub file: String,
    /// The code.
    pub code: String,
    /// All of them, the listed ones included.
    pub total: u64,
    /// Those that are listed.
    pub listed: u64,
}
