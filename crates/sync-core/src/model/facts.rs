//! What an operating model says.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The operating model of an instance: its types, statuses and roles, and which of them go together.
///
/// Facts as they were read, not judged: entries may refer to what is not there. Types are referred to by name, or by id
/// where a name is not enough. [`ModelIndex`](super::ModelIndex) answers questions about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Model {
    /// Whether it is the whole model of an instance. A server that is seeded with it then has nothing else; otherwise it is
    /// an addition to the types a server comes with.
    #[serde(skip_serializing_if = "is_false")]
    pub complete: bool,
    /// Types of assets.
    pub asset_types: Vec<AssetType>,
    /// Types of domains.
    pub domain_types: Vec<NamedType>,
    /// Types of attributes.
    pub attribute_types: Vec<AttributeType>,
    /// Statuses of assets.
    pub statuses: Vec<NamedType>,
    /// Types of relations.
    pub relation_types: Vec<RelationType>,
    /// Types of complex relations.
    pub complex_relation_types: Vec<ComplexRelationType>,
    /// Roles.
    pub roles: Vec<Role>,
    /// What assets of a type can have.
    pub assignments: Vec<Assignment>,
}

/// A type of domains, or a status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NamedType {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its public id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_id: Option<String>,
    /// Its name.
    pub name: String,
}

/// A type of assets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AssetType {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its public id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_id: Option<String>,
    /// Its name.
    pub name: String,
    /// The type it is a special case of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The status of new assets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_status: Option<String>,
}

/// A type of attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AttributeType {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its public id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_id: Option<String>,
    /// Its name.
    pub name: String,
    /// What kind of values it has.
    #[serde(default)]
    pub kind: AttributeKind,
    /// The values of a list that can be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_values: Vec<String>,
    /// Whether numbers are whole.
    #[serde(default, skip_serializing_if = "is_false")]
    pub integer: bool,
}

/// Kinds of attribute values, spelled as in the core API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AttributeKind {
    /// Text, plain or rich.
    #[default]
    String,
    /// A script.
    Script,
    /// A number.
    Numeric,
    /// True or false.
    Boolean,
    /// A day or a moment.
    Date,
    /// One of the allowed values.
    SingleValueList,
    /// Some of the allowed values.
    MultiValueList,
}

/// A type of relations from a source to a target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RelationType {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its public id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_id: Option<String>,
    /// Type of the assets at the source end.
    pub source: String,
    /// What the source is to the target.
    pub role: String,
    /// What the target is to the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub co_role: Option<String>,
    /// Type of the assets at the target end.
    pub target: String,
}

impl RelationType {
    /// The name-based spelling: `source:role:coRole:target`.
    pub fn key(&self) -> String {
        format!("{}:{}:{}:{}", self.source, self.role, self.co_role.as_deref().unwrap_or_default(), self.target)
    }
}

/// A type of complex relations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ComplexRelationType {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its public id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_id: Option<String>,
    /// Its name.
    pub name: String,
    /// What it joins.
    #[serde(default)]
    pub legs: Vec<Leg>,
}

/// One end of a complex relation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Leg {
    /// The id of the relation type that keys name it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// What the asset is to the complex relation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Type of the assets.
    pub asset_type: String,
    /// Fewest assets.
    #[serde(default)]
    pub min: u32,
    /// Most assets; by default there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Role {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its public id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether it can be held on a resource; global ones cannot.
    #[serde(default = "yes")]
    pub resource_role: bool,
}

impl Default for Role {
    fn default() -> Self {
        Self { id: None, public_id: None, name: String::new(), resource_role: true }
    }
}

/// What assets of a type can have. Several for one type are for different domains.
///
/// A type without any has those of the nearest type above it that has some.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Assignment {
    /// The type of assets.
    pub asset_type: String,
    /// Types of domains that it holds in; left out, it holds in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_types: Option<Vec<String>>,
    /// Statuses that can be given; the first is that of new assets. None means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<String>,
    /// Attributes that can be set.
    #[serde(default)]
    pub attributes: Vec<AssignedAttribute>,
    /// Relations that can be made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<AssignedRelation>,
}

/// An attribute that assets of a type can have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AssignedAttribute {
    /// Its type.
    #[serde(rename = "type")]
    pub attribute_type: String,
    /// Fewest values.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min: u32,
    /// Most values; by default there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// A relation that assets of a type can have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AssignedRelation {
    /// Its type, by id or by [its names](RelationType::key).
    #[serde(rename = "type")]
    pub relation_type: String,
    /// Where the other assets are.
    #[serde(default)]
    pub direction: Direction,
    /// Fewest related assets.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min: u32,
    /// Most related assets; by default there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// From the asset of an assignment to the related ones, spelled as in the core API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Direction {
    /// The asset is the source.
    #[default]
    ToTarget,
    /// The asset is the target.
    ToSource,
    /// Either.
    Both,
}

fn yes() -> bool {
    true
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}
