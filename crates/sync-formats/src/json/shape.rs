//! The two ways a file can hold many JSON commands.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// How commands follow each other in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonShape {
    /// One JSON array of commands: what the service takes.
    Array,
    /// JSON Lines: one command a line, blank lines passed over, lines ended by LF or CRLF.
    Lines,
}

impl JsonShape {
    /// The shape that a file's name promises: `.json` is an array, `.jsonl` and `.ndjson` are lines, in any case of
    /// letters; `None` for every other name.
    ///
    /// ```
    /// use sync_formats::JsonShape;
    ///
    /// assert_eq!(JsonShape::of_path("catalog.JSON".as_ref()), Some(JsonShape::Array));
    /// assert_eq!(JsonShape::of_path("catalog.jsonl".as_ref()), Some(JsonShape::Lines));
    /// assert_eq!(JsonShape::of_path("catalog.csv".as_ref()), None);
    /// ```
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "json" => Some(Self::Array),
            "jsonl" | "ndjson" => Some(Self::Lines),
            _ => None,
        }
    }
}
