//! How rows become commands.

use serde::{Deserialize, Serialize};

use super::list::ListDialect;
use crate::DEFAULT_MAX_RECORD_BYTES;

/// Which cells hold lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListSplitting {
    /// Those that stand for strings of an array, as in `"tags": ["${5}"]`, and those in the legs of complex relations.
    /// A comma in a description is a comma.
    #[default]
    StringsAndLegs,
    /// Those inside any array: `[{"value": "${4}"}]` becomes one attribute for each value of the list. The service may
    /// read templates this way; its documentation leaves it open.
    EveryArray,
}

/// How rows become commands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExpandOptions {
    /// Whether the first row is a header; `false` without it, as at the service.
    pub header_row: bool,
    /// Which cells hold lists; [`ListSplitting::StringsAndLegs`] without it.
    pub splitting: ListSplitting,
    /// What separates the values of a list; that of CSV with default parameters without it.
    pub lists: ListDialect,
    /// Longest command in bytes, merged or not; [`DEFAULT_MAX_RECORD_BYTES`] without it.
    pub max_command_bytes: u64,
}

impl Default for ExpandOptions {
    fn default() -> Self {
        Self {
            header_row: false,
            splitting: ListSplitting::default(),
            lists: ListDialect::default(),
            max_command_bytes: DEFAULT_MAX_RECORD_BYTES,
        }
    }
}

impl ExpandOptions {
    /// Says whether the first row is a header.
    #[must_use]
    pub fn with_header_row(mut self, header_row: bool) -> Self {
        self.header_row = header_row;
        self
    }

    /// Sets which cells hold lists.
    #[must_use]
    pub fn with_splitting(mut self, splitting: ListSplitting) -> Self {
        self.splitting = splitting;
        self
    }

    /// Sets what separates the values of a list.
    #[must_use]
    pub fn with_lists(mut self, lists: ListDialect) -> Self {
        self.lists = lists;
        self
    }

    /// Sets the longest command, in bytes.
    #[must_use]
    pub fn with_max_command_bytes(mut self, max_command_bytes: u64) -> Self {
        self.max_command_bytes = max_command_bytes;
        self
    }
}
