//! Keys of `relations`: which relation type or leg, and which end.

use super::types::{ComplexType, Leg, Model, key_id};
use crate::catalog::{End, TypeNumber};

/// Why a relation key leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelationKeyError {
    /// Not `type:SOURCE` or `type:TARGET`.
    Shape,
    /// The type is not in the model.
    UnknownType,
}

/// Why a leg key leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LegKeyError;

impl Model {
    /// Reads `<UUID>:SOURCE`, `PUBLIC_ID:<public id>:SOURCE` or `<source>:<role>:<co-role>:<target>:SOURCE`, and the same
    /// with `TARGET`.
    pub(crate) fn relation_key(&self, key: &str) -> Result<(TypeNumber, End), RelationKeyError> {
        let (reference, direction) = key.rsplit_once(':').ok_or(RelationKeyError::Shape)?;
        let end = match direction {
            "SOURCE" => End::Source,
            "TARGET" => End::Target,
            _ => return Err(RelationKeyError::Shape),
        };
        let types = &self.relation_types;
        let found = if let Some(id) = key_id(reference) {
            types.by_id(id)
        } else if let Some(public_id) = reference.strip_prefix("PUBLIC_ID:") {
            types.by_public_id(public_id)
        } else if reference.split(':').count() == 4 {
            types.by_name(reference)
        } else {
            return Err(RelationKeyError::Shape);
        };
        found.map(|number| (number, end)).ok_or(RelationKeyError::UnknownType)
    }

    /// A leg of any type of complex relation.
    pub(crate) fn leg(&self, key: &str) -> Option<TypeNumber> {
        self.complex_types.values().find_map(|found| found.leg(key).ok()).map(|leg| leg.number)
    }
}

impl ComplexType {
    /// Reads `<UUID>:TARGET` or the bare UUID.
    pub(crate) fn leg(&self, key: &str) -> Result<&Leg, LegKeyError> {
        let id = key_id(key.strip_suffix(":TARGET").unwrap_or(key)).ok_or(LegKeyError)?;
        self.legs.iter().find(|leg| leg.id == id).ok_or(LegKeyError)
    }
}
