//! Names of things that must never be mixed up.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// Longest synchronization id the service takes on its submit calls, in characters
/// (Import API OpenAPI document: 1 to 50 on every POST path).
pub const SYNCHRONIZATION_ID_MAX_CHARS: usize = 50;

/// Names one synchronization: all calls with the same id belong together.
///
/// 1 to 50 characters of `[A-Za-z0-9._-]`, but not `.` or `..`. The length is the service's limit; the alphabet is
/// ours, because the id travels as one path segment and no public page says which other characters survive there.
/// [`SynchronizationId::new_unchecked_alphabet`] lifts the alphabet, never the length. An id read back by serde has
/// passed one of the two before, so there too only the length is checked.
///
/// Choose one id per source and keep it: a fresh id per run defeats the comparison between cycles, and two sources
/// under one id delete each other's resources.
///
/// ```
/// use sync_core::SynchronizationId;
///
/// let id: SynchronizationId = "harbour".parse()?;
/// assert_eq!(id.as_str(), "harbour");
/// assert!("a/b".parse::<SynchronizationId>().is_err());
/// # Ok::<(), sync_core::IdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct SynchronizationId(Box<str>);

impl<'de> Deserialize<'de> for SynchronizationId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new_unchecked_alphabet(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl SynchronizationId {
    /// Checks length and alphabet.
    ///
    /// # Errors
    /// [`IdError`] names the limit that was broken.
    pub fn new(id: impl Into<String>) -> Result<Self, IdError> {
        let id = Self::new_unchecked_alphabet(id)?;
        match id.as_str().chars().find(|c| !is_safe(*c)) {
            Some(character) => Err(IdError::Character { character }),
            None => Ok(id),
        }
    }

    /// Checks the length only; whatever is outside the safe alphabet is percent-encoded on the wire.
    ///
    /// Whether a real instance accepts such an id is unknown. `.` and `..` are refused here too: URL parsers resolve
    /// them as steps even when they are percent-encoded, and the call would go to another path.
    ///
    /// # Errors
    /// [`IdError::Length`] for 0 or more than 50 characters, [`IdError::Dots`].
    pub fn new_unchecked_alphabet(id: impl Into<String>) -> Result<Self, IdError> {
        let id = id.into();
        let chars = id.chars().count();
        if chars == 0 || chars > SYNCHRONIZATION_ID_MAX_CHARS {
            return Err(IdError::Length { what: "synchronization id", chars, max: SYNCHRONIZATION_ID_MAX_CHARS });
        }
        if id == "." || id == ".." {
            return Err(IdError::Dots);
        }
        Ok(Self(id.into()))
    }

    /// The id as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as one path segment: everything outside `[A-Za-z0-9._-]` percent-encoded.
    pub fn path_segment(&self) -> String {
        let mut segment = String::with_capacity(self.0.len());
        for byte in self.0.bytes() {
            if is_safe(byte as char) {
                segment.push(byte as char);
            } else {
                segment.push_str(&format!("%{byte:02X}"));
            }
        }
        segment
    }
}

/// A character that survives in a path segment everywhere.
fn is_safe(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// Declares an id that the service gives out.
macro_rules! given_id {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        ///
        /// The documents say UUID; any 1 to 64 characters of `[A-Za-z0-9._-]` are accepted, since refusing an answer of
        /// the service would lose what it tells of.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            #[doc = concat!("Longest accepted ", $what, ", in characters.")]
            pub const MAX_CHARS: usize = 64;

            /// Checks length and alphabet.
            ///
            /// # Errors
            /// [`IdError`] names the limit that was broken.
            pub fn new(id: impl Into<String>) -> Result<Self, IdError> {
                let id = id.into();
                let chars = id.chars().count();
                if chars == 0 || chars > Self::MAX_CHARS {
                    return Err(IdError::Length { what: $what, chars, max: Self::MAX_CHARS });
                }
                match id.chars().find(|c| !is_safe(*c)) {
                    Some(character) => Err(IdError::Character { character }),
                    None => Ok(Self(id.into())),
                }
            }

            /// The id as given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}
given_id! {
    /// Names a job of the service.
    JobId, "job id"
}
given_id! {
    /// Names a file that was uploaded to the service.
    FileId, "file id"
}
given_id! {
    /// Names a user of the service.
    UserId, "user id"
}

macro_rules! string_id {
    ($($name:ident)*) => {$(
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}
string_id!(SynchronizationId JobId FileId UserId);

/// Position of a batch in its cycle, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchNumber(NonZeroU32);

impl BatchNumber {
    /// The first batch of a cycle.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The number counted from 1; `None` for 0.
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// Counted from 1.
    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// Counted from 0, for indexing.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The following number.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for BatchNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Empty or too long.
    #[error("a {what} has 1 to {max} characters, this one has {chars}")]
    Length {
        /// Which id.
        what: &'static str,
        /// Characters found.
        chars: usize,
        /// Characters allowed.
        max: usize,
    },
    /// Outside the safe alphabet.
    #[error("the character {character:?} is not one of A-Z a-z 0-9 . _ -")]
    Character {
        /// The first offender.
        character: char,
    },
    /// `.` and `..` would be resolved as path steps.
    #[error("'.' and '..' cannot travel as a path segment")]
    Dots,
}
