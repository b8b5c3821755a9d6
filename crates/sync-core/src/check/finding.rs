//! What breaks a rule, and where.

use std::ops::Range;

use super::{Path, Rule};

/// One place where a command breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What is wrong here: one sentence, lower case, without a full stop.
    pub message: String,
    /// The member inside the command; empty where the command as a whole is meant.
    pub path: Path,
    /// The bytes concerned, within the record that was checked: the value, the name of a member that should not be
    /// there, or the place where text stops being JSON. Never empty unless the record is.
    pub span: Range<usize>,
}
