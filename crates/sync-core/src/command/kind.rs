//! The five kinds of resource that have commands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of resource that an import command can be about, in the order the service wants them in a file
/// (page "Importing JSON files"; the place of the last two is inferred).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ResourceKind {
    /// A community.
    Community,
    /// A domain.
    Domain,
    /// An asset.
    Asset,
    /// An external mapping.
    Mapping,
    /// A complex relation; written `Complex Relation`, with the space.
    #[serde(rename = "Complex Relation")]
    ComplexRelation,
}

impl ResourceKind {
    /// All five, in dependency order.
    pub const ALL: [Self; 5] = [Self::Community, Self::Domain, Self::Asset, Self::Mapping, Self::ComplexRelation];

    /// The spelling of `resourceType` in a command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Community => "Community",
            Self::Domain => "Domain",
            Self::Asset => "Asset",
            Self::Mapping => "Mapping",
            Self::ComplexRelation => "Complex Relation",
        }
    }

    /// The spelling of `resourceType` in summaries and errors.
    pub fn category(self) -> &'static str {
        match self {
            Self::Community => "COMMUNITY",
            Self::Domain => "DOMAIN",
            Self::Asset => "ASSET",
            Self::Mapping => "MAPPING",
            Self::ComplexRelation => "COMPLEX_RELATION",
        }
    }
}

impl fmt::Display for ResourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ResourceKind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// Not one of the five spellings of `resourceType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the five resource types")]
pub struct UnknownKind;
