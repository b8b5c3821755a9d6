//! Versions of the service with different defaults.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The version of the service that the server stands in for.
///
/// The only documented difference so far is the default of `continueOnError` (page "The option to continue on error").
/// A client that always sends the field sees no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Profile {
    /// Before 2026.07: `continueOnError` is `false` where it is left out.
    #[serde(rename = "before-2026.07")]
    BeforeV2026_07,
    /// From 2026.07 on: `continueOnError` is `true` where it is left out. The default, as it is the reading that leaves
    /// partial results behind.
    #[default]
    #[serde(rename = "2026.07")]
    V2026_07,
}

impl Profile {
    /// What `continueOnError` is where the request leaves it out.
    pub fn continue_on_error(self) -> bool {
        match self {
            Self::BeforeV2026_07 => false,
            Self::V2026_07 => true,
        }
    }

    /// The version that the server says it has: the first one of the profile, or the last one before it.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::BeforeV2026_07 => "2026.06.0",
            Self::V2026_07 => "2026.07.0",
        }
    }

    /// The spelling on a command line: `before-2026.07` or `2026.07`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeV2026_07 => "before-2026.07",
            Self::V2026_07 => "2026.07",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Profile {
    type Err = UnknownProfile;
    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        [Self::BeforeV2026_07, Self::V2026_07]
            .into_iter()
            .find(|profile| profile.as_str() == text)
            .ok_or_else(|| UnknownProfile { text: text.to_owned() })
    }
}

/// A text that names no [`Profile`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a profile; there are before-2026.07 and 2026.07")]
pub struct UnknownProfile {
    text: String,
}
