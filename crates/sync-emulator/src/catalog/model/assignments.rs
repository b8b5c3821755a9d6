//! What assets of a type can have: entries of the file, and what they lead to.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::file::{ModelError, unknown};
use super::types::{AssetType, Lookup, Model, NAMESPACE, Types};
use crate::catalog::TypeNumber;

const KIND: &str = "assignment";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssignmentEntry {
    asset_type: String,
    /// Left out, the assignment holds in domains of every type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain_types: Option<Vec<String>>,
    /// The first is that of new assets; none means that every status can be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    statuses: Vec<String>,
    #[serde(default)]
    attributes: Vec<AttributeEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    relations: Vec<RelationEntry>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttributeEntry {
    #[serde(rename = "type")]
    attribute_type: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    min: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RelationEntry {
    #[serde(rename = "type")]
    relation_type: String,
    #[serde(default)]
    direction: Direction,
    #[serde(default, skip_serializing_if = "is_zero")]
    min: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<u32>,
}

/// Which end the related assets are at, spelled as in the core API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Direction {
    #[default]
    ToTarget,
    ToSource,
    Both,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl AssignmentEntry {
    /// Whether two entries are for one asset type, as far as their spelling shows.
    pub(super) fn is_of_type_of(&self, other: &Self) -> bool {
        self.asset_type == other.asset_type
    }
}

/// An assignment.
#[derive(Debug)]
pub(crate) struct Assigned {
    pub(crate) id: Uuid,
    /// Nothing is every type.
    pub(crate) domain_types: Option<Vec<TypeNumber>>,
    /// None are all.
    pub(crate) statuses: Vec<TypeNumber>,
    pub(crate) attributes: Vec<Occurs>,
    pub(crate) relations: Vec<(Occurs, Direction)>,
}

/// How often something occurs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occurs {
    pub(crate) what: TypeNumber,
    pub(crate) min: u32,
    pub(crate) max: Option<u32>,
}

impl Assigned {
    /// Whether it holds in domains of a type.
    pub(crate) fn holds_in(&self, domain_type: TypeNumber) -> bool {
        self.domain_types.as_ref().is_none_or(|types| types.contains(&domain_type))
    }

    /// Whether it lets assets have a status.
    pub(crate) fn admits(&self, status: TypeNumber) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status)
    }
}

/// The lists that assignments refer to.
pub(super) struct Referred<'m, D, A, S, R> {
    pub(super) asset_types: &'m Types<AssetType>,
    pub(super) domain_types: &'m Types<D>,
    pub(super) attribute_types: &'m Types<A>,
    pub(super) statuses: &'m Types<S>,
    pub(super) relation_types: &'m Types<R>,
}

impl<D, A, S, R> Referred<'_, D, A, S, R> {
    /// The assignments by asset type, in the order of the file.
    pub(super) fn look_up(
        &self,
        entries: &[AssignmentEntry],
    ) -> Result<HashMap<TypeNumber, Vec<Assigned>>, ModelError> {
        let mut assigned: HashMap<TypeNumber, Vec<Assigned>> = HashMap::new();
        for entry in entries {
            let name = &entry.asset_type;
            let found = |what, key: &str, found: Lookup| found.ok_or_else(|| unknown(KIND, name, what, key));
            let asset_type = found("asset type", name, self.asset_types.by_key(name))?;
            let domain_type = |key: &String| found("domain type", key, self.domain_types.by_key(key));
            let domain_types = entry.domain_types.as_ref();
            let domain_types = domain_types.map(|keys| keys.iter().map(domain_type).collect::<Result<_, _>>());
            let status = |key: &String| found("status", key, self.statuses.by_key(key));
            let attribute = |entry: &AttributeEntry| {
                let key = &entry.attribute_type;
                found("attribute type", key, self.attribute_types.by_key(key)).map(|what| Occurs {
                    what,
                    min: entry.min,
                    max: entry.max,
                })
            };
            let relation = |entry: &RelationEntry| {
                let key = &entry.relation_type;
                let what = found("relation type", key, self.relation_types.by_key(key));
                what.map(|what| (Occurs { what, min: entry.min, max: entry.max }, entry.direction))
            };
            let of_type = assigned.entry(asset_type).or_default();
            let id = format!("{KIND}:{}:{}", self.asset_types.shown(asset_type).0, of_type.len());
            of_type.push(Assigned {
                id: Uuid::new_v5(&NAMESPACE, id.as_bytes()),
                domain_types: domain_types.transpose()?,
                statuses: entry.statuses.iter().map(status).collect::<Result<_, _>>()?,
                attributes: entry.attributes.iter().map(attribute).collect::<Result<_, _>>()?,
                relations: entry.relations.iter().map(relation).collect::<Result<_, _>>()?,
            });
        }
        Ok(assigned)
    }
}

impl Model {
    /// The assignments for assets of a type: its own or, without any, those of the nearest type above that has some.
    pub(crate) fn assignments(&self, asset_type: TypeNumber) -> (TypeNumber, &[Assigned]) {
        let mut next = Some(asset_type);
        while let Some(number) = next {
            if let Some(own) = self.assignments.get(&number) {
                return (number, own);
            }
            next = self.asset_types.get(number).and_then(|found| found.parent);
        }
        (asset_type, &[])
    }
}
