//! Reading the uploaded file, one group of neighbouring commands at a time.

use std::fmt::Display;

use serde::de::IgnoredAny;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sync_core::command::Command;
use sync_formats::{ExpandError, Record, SplitError};

use super::failure::Failure;
use super::fingerprint::{Digest16, Fingerprints, short};
use super::input::Input;
use super::merge::merge;
use crate::jobs::{Category, JobRequest};
use crate::profile::NullMembers;

/// Neighbours beyond this many commands or bytes begin a group of their own, so that memory stays bounded.
const GROUP_COMMANDS: usize = 1000;
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// Neighbouring commands with the same identifier: executed, skipped or refused as one.
#[derive(Debug, Default)]
pub(super) struct Group {
    buffer: Vec<u8>,
    ends: Vec<usize>,
    /// Positions of the commands in the file, from 0.
    indices: Vec<u64>,
    /// Bytes before the group, of all that are read.
    pub(super) offset: u64,
    identity: Option<Digest16>,
    hasher: Sha256,
    /// Whether a member is `null` where that is not allowed.
    has_null: bool,
}

impl Group {
    /// Positions of the commands, from 0.
    pub(super) fn indices(&self) -> impl Iterator<Item = u64> {
        self.indices.iter().copied()
    }

    /// Whom the group is about; nothing if its command cannot be read.
    pub(super) fn identity(&self) -> Option<Digest16> {
        self.identity
    }

    /// What the group says.
    pub(super) fn hash(&self) -> Digest16 {
        short(self.hasher.clone())
    }

    /// The group as one command.
    pub(super) fn command(&self) -> Result<Command<'_>, Failure> {
        if self.has_null {
            return Err(Failure {
                category: None,
                ..Failure::new(Category::Asset, "The command has a member that is null.")
            });
        }
        let mut start = 0;
        let mut merged: Option<Command<'_>> = None;
        for &end in &self.ends {
            let command = Command::from_slice(&self.buffer[start..end])?;
            start = end;
            match &mut merged {
                Some(first) => merge(first, command)?,
                None => merged = Some(command),
            }
        }
        merged.ok_or_else(|| Failure::new(Category::Asset, "An empty group holds no command."))
    }

    fn clear(&mut self) {
        self.buffer.clear();
        self.ends.clear();
        self.indices.clear();
        self.identity = None;
        self.has_null = false;
        self.hasher = Sha256::new();
    }

    fn push(&mut self, record: &Record<'_>) {
        self.buffer.extend_from_slice(record.bytes);
        self.ends.push(self.buffer.len());
        self.indices.push(record.position.index);
    }

    fn takes(&self, identity: Option<Digest16>, bytes: usize) -> bool {
        identity.is_some()
            && identity == self.identity
            && self.ends.len() < GROUP_COMMANDS
            && self.buffer.len() + bytes <= GROUP_BYTES
    }
}

/// A file that is not what its format says, or stops being so at some place.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {message}")]
pub(super) struct SourceError {
    what: &'static str,
    message: String,
}

impl SourceError {
    fn of_json(message: impl Display, line: u64, column: u64) -> Self {
        let message = format!("{message} (line {line}, column {column})");
        Self { what: "Input file is not a JSON array of commands", message }
    }
}

impl From<ExpandError> for SourceError {
    fn from(error: ExpandError) -> Self {
        Self { what: "Input file cannot be made into commands", message: error.to_string() }
    }
}

impl From<SplitError> for SourceError {
    fn from(error: SplitError) -> Self {
        let position = error.position();
        Self::of_json(&error, position.line, position.column)
    }
}

/// A command that cannot be read is one failed command as long as it is JSON; a file that is not JSON is broken.
fn check_json(record: &Record<'_>) -> Result<(), SourceError> {
    match serde_json::from_slice::<IgnoredAny>(record.bytes) {
        Ok(IgnoredAny) => Ok(()),
        Err(error) => {
            let lines = error.line().saturating_sub(1) as u64;
            let column = error.column() as u64;
            let column = if lines > 0 { column } else { record.position.column + column.saturating_sub(1) };
            let message = format!("invalid JSON in command {}", record.position.index);
            Err(SourceError::of_json(message, record.position.line + lines, column))
        }
    }
}

/// Whether anything in a command is `null`. Most have not even the letters.
fn has_null(bytes: &[u8]) -> bool {
    fn holds(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Array(values) => values.iter().any(holds),
            Value::Object(members) => members.values().any(holds),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
    bytes.windows(4).any(|letters| letters == b"null") && serde_json::from_slice(bytes).is_ok_and(|value| holds(&value))
}

/// The groups of a file.
pub(super) struct Groups<'c> {
    input: Input<'c>,
    fingerprints: Fingerprints,
    /// What the commands mean beside what they say.
    actions: [u8; 2],
    nulls: NullMembers,
    /// The group that the next command may still belong to.
    open: Group,
    /// Met after the open group began; told once that group is handed on.
    error: Option<SourceError>,
    at_end: bool,
}

impl<'c> Groups<'c> {
    pub(super) fn new(input: Input<'c>, request: &JobRequest, nulls: NullMembers) -> Self {
        Self {
            input,
            fingerprints: Fingerprints::default(),
            actions: [request.relations as u8, request.attributes as u8],
            nulls,
            open: Group::default(),
            error: None,
            at_end: false,
        }
    }

    /// Puts the next group into `group`; `false` at the end of the file.
    pub(super) fn next_group(&mut self, group: &mut Group) -> Result<bool, SourceError> {
        loop {
            if let Some(error) = self.error.take() {
                if !self.open.ends.is_empty() {
                    self.error = Some(error);
                    return Ok(self.hand_on(group));
                }
                return Err(error);
            }
            if self.at_end {
                return Ok(self.hand_on(group));
            }
            let record = match self.input.next_record() {
                Ok(Some(record)) => record,
                Ok(None) => {
                    self.at_end = true;
                    continue;
                }
                Err(error) => {
                    self.error = Some(error);
                    self.at_end = true;
                    continue;
                }
            };
            let is_refused = self.nulls == NullMembers::Refused && has_null(record.bytes);
            let command = Command::from_slice(record.bytes).ok().filter(|_| !is_refused);
            if command.is_none()
                && let Err(error) = check_json(&record)
            {
                self.error = Some(error);
                self.at_end = true;
                continue;
            }
            let identity = command.as_ref().map(|command| self.fingerprints.identity(command));
            let complete = !self.open.ends.is_empty() && !self.open.takes(identity, record.bytes.len());
            if complete {
                std::mem::swap(group, &mut self.open);
            }
            if complete || self.open.ends.is_empty() {
                self.open.clear();
                self.open.offset = record.position.offset;
                self.open.identity = identity;
                self.open.hasher.update(self.actions);
            }
            self.open.has_null |= is_refused;
            self.open.push(&record);
            if let Some(command) = &command {
                self.fingerprints.content(command, &mut self.open.hasher);
            }
            if complete {
                return Ok(true);
            }
        }
    }

    fn hand_on(&mut self, group: &mut Group) -> bool {
        if self.open.ends.is_empty() {
            return false;
        }
        std::mem::swap(group, &mut self.open);
        self.open.clear();
        true
    }
}
