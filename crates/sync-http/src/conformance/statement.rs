//! What is said about the server, on what grounds, and what is left open.

use std::fmt;
use std::pin::Pin;
use std::sync::LazyLock;

use serde::Serialize;

use super::case::Case;
use super::cases;
use super::outcome::Verdict;

/// On what grounds something is said about the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Evidence {
    /// A public page, the OpenAPI documents or the published examples say so.
    Documented,
    /// It follows from what is documented, and could still be wrong.
    Inferred,
    /// Nothing public was found; one of several possible answers was taken.
    Chosen,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Inferred => "inferred",
            Self::Chosen => "chosen",
        })
    }
}

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Topic {
    /// Ids of synchronizations and their administration.
    Synchronizations,
    /// Batches and finalization as one cycle.
    Cycles,
    /// What finalization does with what is missing.
    Finalization,
    /// What a synchronization tracks, and what hashes save.
    Membership,
    /// Commands that fail.
    Failures,
    /// Import and finalization in one call.
    SingleCall,
    /// Jobs and their results.
    Jobs,
    /// Files, cancelling, the newer job resource, faults.
    Surroundings,
}

impl Topic {
    /// All topics, in the order of the statements.
    pub const ALL: [Self; 8] = [
        Self::Synchronizations,
        Self::Cycles,
        Self::Finalization,
        Self::Membership,
        Self::Failures,
        Self::SingleCall,
        Self::Jobs,
        Self::Surroundings,
    ];
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Synchronizations => "Synchronization ids",
            Self::Cycles => "Cycles",
            Self::Finalization => "Finalization",
            Self::Membership => "Membership and hashes",
            Self::Failures => "Failing commands",
            Self::SingleCall => "Single call, and finalize out of turn",
            Self::Jobs => "Jobs and results",
            Self::Surroundings => "Files, cancelling, the newer job resource, faults",
        })
    }
}

/// Where the embedded server is told which choice to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Setting {
    /// A member of the readings in a profile.
    Reading,
    /// The version in a profile.
    Version,
    /// Nowhere: the embedded server knows the first choice alone.
    Fixed,
}

/// A question the documentation leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Switch {
    /// Its name, in camel case; for [`Setting::Reading`] the member of the readings.
    pub name: &'static str,
    /// The question.
    pub asks: &'static str,
    /// Where the embedded server takes the answer from.
    pub setting: Setting,
    /// The possible answers, the default of the embedded server first.
    pub choices: &'static [Choice],
}

/// One answer to an open question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Choice {
    /// The value, as in a profile.
    pub value: &'static str,
    /// How it is recognised, and with that, what it means.
    pub seen_as: &'static str,
}

/// A choice, for tables that read well.
pub(super) const fn choice(value: &'static str, seen_as: &'static str) -> Choice {
    Choice { value, seen_as }
}

/// A question that the embedded server takes an answer to.
pub(super) const fn reading(name: &'static str, asks: &'static str, choices: &'static [Choice]) -> Switch {
    Switch { name, asks, setting: Setting::Reading, choices }
}

/// A question to which the embedded server knows the first answer alone.
const fn fixed(name: &'static str, asks: &'static str, choices: &'static [Choice]) -> Switch {
    Switch { name, asks, setting: Setting::Fixed, choices }
}

/// With which code something is refused: 400 in the embedded server, in others perhaps another one of the 4xx.
pub(super) const fn refusal(name: &'static str, asks: &'static str) -> Switch {
    const CHOICES: &[Choice] =
        &[choice("400", "the answer has this code"), choice("another 4xx", "the answer has another code from 400 on")];
    fixed(name, asks, CHOICES)
}

pub(super) type CaseFuture<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// Something said about the server, with the case that tries it.
#[derive(Debug, Clone, Copy, Serialize)]
#[non_exhaustive]
pub struct Statement {
    /// From 1 to 60, the same in every version of this suite.
    pub number: u8,
    /// The situation and the outcome, in snake case.
    pub name: &'static str,
    /// What it is about.
    pub topic: Topic,
    /// The statement.
    pub says: &'static str,
    /// On what grounds.
    pub evidence: Evidence,
    /// Where that is found, and which part of the statement stands on less.
    pub source: &'static str,
    /// What it leaves open.
    pub switches: &'static [Switch],
    #[serde(skip)]
    pub(super) case: for<'a> fn(&'a Case<'a>) -> CaseFuture<'a>,
}

/// All statements, by number.
pub fn statements() -> &'static [Statement] {
    static ALL: LazyLock<Vec<Statement>> = LazyLock::new(cases::all);
    &ALL
}
