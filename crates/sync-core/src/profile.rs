//! What differs between versions of the service.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A version of the service, such as `2026.07.1`: compared by its first two numbers, year and month.
///
/// ```
/// use sync_core::{Profile, ServerVersion};
///
/// let version: ServerVersion = "2026.07.1-12".parse()?;
/// assert_eq!((version.major(), version.minor()), (2026, 7));
/// assert_eq!(Profile::of(&version), Profile::V2026_07);
/// assert!("nightly".parse::<ServerVersion>().is_err());
/// # Ok::<(), sync_core::UnknownVersion>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerVersion {
    major: u32,
    minor: u32,
    text: Box<str>,
}

impl ServerVersion {
    /// A version of which only two numbers are known.
    pub fn new(major: u32, minor: u32) -> Self {
        Self { major, minor, text: format!("{major}.{minor:02}").into() }
    }

    /// The first number: the year, or a small number before the service's versions were named by date.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The second number: the month.
    pub fn minor(&self) -> u32 {
        self.minor
    }

    /// The version as the service writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for ServerVersion {
    type Err = UnknownVersion;

    /// Takes `MAJOR.MINOR`, whatever follows.
    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let text = text.trim();
        let (major, rest) = text.split_once('.').ok_or(UnknownVersion)?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => text.parse().map_err(|_| UnknownVersion),
            false => Err(UnknownVersion),
        };
        Ok(Self { major: number(major)?, minor: number(&rest[..digits])?, text: text.into() })
    }
}

impl TryFrom<String> for ServerVersion {
    type Error = UnknownVersion;
    fn try_from(text: String) -> Result<Self, UnknownVersion> {
        text.parse()
    }
}

impl From<ServerVersion> for String {
    fn from(version: ServerVersion) -> Self {
        version.text.into()
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text that is not a version of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a version begins with two numbers, as in 2026.07")]
pub struct UnknownVersion;

/// Which behaviour to expect of a service, where versions differ.
///
/// The one difference that concerns synchronizations so far is the default of `continueOnError` (page "The option to
/// continue on error"). As every call of ours says what it wants, a wrong profile changes nothing on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Profile {
    /// Before 2026.07.
    #[serde(rename = "before-2026.07")]
    BeforeV2026_07,
    /// From 2026.07 on. The default: of the two readings of a call that does not say, the one that leaves partial results
    /// behind.
    #[default]
    #[serde(rename = "2026.07")]
    V2026_07,
}

impl Profile {
    /// The profile of a version.
    pub fn of(version: &ServerVersion) -> Self {
        if (version.major, version.minor) < (2026, 7) { Self::BeforeV2026_07 } else { Self::V2026_07 }
    }

    /// What `continueOnError` is where a request leaves it out.
    pub fn continues_on_error_by_default(self) -> bool {
        match self {
            Self::BeforeV2026_07 => false,
            Self::V2026_07 => true,
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
        let mut profiles = [Self::BeforeV2026_07, Self::V2026_07].into_iter();
        profiles.find(|profile| profile.as_str() == text).ok_or_else(|| UnknownProfile { text: text.into() })
    }
}

/// A text that names no [`Profile`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a profile; there are before-2026.07 and 2026.07")]
pub struct UnknownProfile {
    text: Box<str>,
}
