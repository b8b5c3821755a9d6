//! What is written down about a request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::faults::{FiredRule, Operation};

/// A request as the server saw it. Neither headers nor contents of files are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestRecord {
    /// Counts all requests from 1; never used twice, also after the journal was cleared.
    pub number: u64,
    /// When it came in, in milliseconds since 1970 on the server's clock.
    pub at: i64,
    /// Method of HTTP.
    pub method: String,
    /// Path as sent.
    pub path: String,
    /// What stands after the question mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// What it asks for.
    pub operation: Operation,
    /// The synchronization it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synchronization: Option<String>,
    /// `Content-Length`, if it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_length: Option<u64>,
    /// Text parts of a form that the server knows, each cut after 256 characters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Bytes of the file in the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_bytes: Option<u64>,
    /// The job that was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Uuid>,
    /// What became of it.
    pub outcome: RequestOutcome,
    /// Status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took on the server's clock, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<i64>,
    /// The fault rule that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<FiredRule>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RequestOutcome {
    /// It is being worked on.
    Pending,
    /// It was answered. Whether the answer arrived is another question.
    Answered,
    /// A rule closed its connection.
    Cut,
    /// The client went away before there was an answer.
    Abandoned,
}
