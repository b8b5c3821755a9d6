//! What finalization does with the resources a cycle did not name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happens to missing resources: those an earlier cycle had and this one did not name.
///
/// The service's own default is to remove them, so a strategy is always sent. The status of a missing asset is part
/// of the strategy: `CHANGE_STATUS` without a status cannot be written down.
///
/// The text form is that of the command line: `ignore`, `remove`, `status:UUID`.
///
/// ```
/// use sync_core::Finalization;
///
/// assert_eq!("remove".parse(), Ok(Finalization::RemoveResources));
/// assert_eq!(Finalization::default(), Finalization::Ignore);
/// assert!("status:".parse::<Finalization>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Finalization {
    /// Leave them as they are (`IGNORE`). Our default, not the service's.
    #[default]
    Ignore,
    /// Delete them (`REMOVE_RESOURCES`, the service's default).
    RemoveResources,
    /// Give missing assets this status (`CHANGE_STATUS` with `missingAssetStatusId`).
    ChangeStatus(Uuid),
}

impl Finalization {
    /// The word sent as `finalizationStrategy`.
    pub fn strategy(self) -> &'static str {
        match self {
            Self::Ignore => "IGNORE",
            Self::RemoveResources => "REMOVE_RESOURCES",
            Self::ChangeStatus(_) => "CHANGE_STATUS",
        }
    }

    /// The id sent as `missingAssetStatusId`.
    pub fn missing_status(self) -> Option<Uuid> {
        match self {
            Self::ChangeStatus(id) => Some(id),
            Self::Ignore | Self::RemoveResources => None,
        }
    }

    /// Whether missing resources are touched at all.
    pub fn is_destructive(self) -> bool {
        self != Self::Ignore
    }
}

impl fmt::Display for Finalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignore => f.write_str("ignore"),
            Self::RemoveResources => f.write_str("remove"),
            Self::ChangeStatus(id) => write!(f, "status:{id}"),
        }
    }
}

impl FromStr for Finalization {
    type Err = FinalizationError;

    fn from_str(text: &str) -> Result<Self, FinalizationError> {
        match text {
            "ignore" => Ok(Self::Ignore),
            "remove" => Ok(Self::RemoveResources),
            _ => match text.strip_prefix("status:").map(Uuid::try_parse) {
                Some(Ok(id)) => Ok(Self::ChangeStatus(id)),
                Some(Err(_)) => Err(FinalizationError::Status),
                None => Err(FinalizationError::Word),
            },
        }
    }
}

impl TryFrom<String> for Finalization {
    type Error = FinalizationError;
    fn try_from(text: String) -> Result<Self, FinalizationError> {
        text.parse()
    }
}

impl From<Finalization> for String {
    fn from(finalization: Finalization) -> Self {
        finalization.to_string()
    }
}

/// Why a text is not a [`Finalization`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FinalizationError {
    /// Not one of the three words.
    #[error("what to do with missing resources is one of: ignore, remove, status:UUID")]
    Word,
    /// The status is not a UUID.
    #[error("the status after 'status:' must be the UUID of a status of the target")]
    Status,
}
