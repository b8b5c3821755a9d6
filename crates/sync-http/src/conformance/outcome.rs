//! How a case ends.

use serde::Serialize;

use super::statement::Switch;

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// The server does as the statement says.
    Holds,
    /// The server does one of the things the statement leaves open; the readings say which.
    Reading,
    /// The server does something else.
    Broken {
        /// What the statement lets expect.
        expected: String,
        /// What was met.
        seen: String,
    },
    /// The statement could not be tried on this server.
    Skipped {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// One word: `holds`, `reading`, `broken`, `skipped`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Reading => "reading",
            Self::Broken { .. } => "broken",
            Self::Skipped { .. } => "skipped",
        }
    }
}

/// An open question with the answer met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Observed {
    /// The name of the question.
    #[serde(serialize_with = "name")]
    pub switch: &'static Switch,
    /// The answer, as in a profile.
    pub value: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to the field")]
fn name<S: serde::Serializer>(switch: &&'static Switch, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(switch.name)
}

/// How a run of the suite ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "end", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SuiteEnd {
    /// Every case that was asked for was tried.
    Complete,
    /// Somebody asked to stop.
    Stopped,
    /// The server does not let us in, or not do what is needed.
    Denied {
        /// Its answer: 401 or 403.
        status: u16,
        /// The call.
        call: String,
    },
    /// The server cannot be reached.
    Unreachable {
        /// The call.
        call: String,
        /// The cause.
        cause: String,
    },
    /// The community for the cases could not be made.
    NoPlace {
        /// What was met.
        seen: String,
    },
}

/// Why a case does not go on.
#[derive(Debug)]
pub(super) enum Stop {
    Broken {
        expected: String,
        seen: String,
    },
    Skipped(String),
    /// Nor does the suite.
    End(SuiteEnd),
}

pub(super) type Step<T> = Result<T, Stop>;

/// What a case comes to if nothing stops it; readings are kept in the case.
pub(super) type Verdict = Step<()>;

/// Something else than the statement lets expect.
pub(super) fn broken<T>(expected: impl Into<String>, seen: impl Into<String>) -> Step<T> {
    Err(Stop::Broken { expected: expected.into(), seen: seen.into() })
}

/// The statement cannot be tried here.
pub(super) fn skipped<T>(reason: impl Into<String>) -> Step<T> {
    Err(Stop::Skipped(reason.into()))
}

/// Goes on if both are equal.
pub(super) fn expect(
    what: &str,
    expected: impl Into<serde_json::Value>,
    seen: impl Into<serde_json::Value>,
) -> Verdict {
    let (expected, seen) = (expected.into(), seen.into());
    if expected == seen { Ok(()) } else { broken(format!("{what}: {expected}"), seen.to_string()) }
}
