//! Which members each object of a command has and what they hold. One table for the check and for the JSON Schema.

use super::limits::{self, Length};
use crate::command::ResourceKind;

/// What a member holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holds {
    /// `resourceType`.
    Kind,
    /// Any text.
    Text,
    /// Text within bounds.
    Bounded(Length),
    /// A UUID.
    Id,
    /// An identifier of a resource of this kind.
    Identifier(ResourceKind),
    /// A reference to a type or status.
    Type,
    /// Attribute type to values.
    Attributes,
    /// Relation key to assets.
    Relations,
    /// Leg key to assets.
    Legs,
    /// Role to owners.
    Owners,
    /// A list of texts.
    Tags,
    /// A whole number.
    Date,
    /// `syncAction`.
    SyncAction,
    /// What only parts of the documentation know.
    Undocumented,
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) holds: Holds,
}

const fn field(name: &'static str, holds: Holds) -> Field {
    Field { name, holds }
}

use Holds::Undocumented;
use Holds::{Attributes, Bounded, Date, Id, Identifier, Kind, Legs, Owners, Relations, SyncAction, Tags, Text, Type};
use ResourceKind::{Asset, Community, ComplexRelation, Domain, Mapping};

const RESOURCE_TYPE: Field = field("resourceType", Kind);
const INDEXES: Field = field("indexes", Undocumented);
const SYSTEM: Field = field("externalSystemId", Bounded(limits::OF_SYSTEM));
const ENTITY: Field = field("externalEntityId", Bounded(limits::OF_ENTITY));
const ID: Field = field("id", Id);

/// Members of a command of this kind.
pub(super) fn of_command(kind: ResourceKind) -> &'static [Field] {
    match kind {
        Community => {
            &const {
                [
                    RESOURCE_TYPE,
                    field("identifier", Identifier(Community)),
                    field("name", Bounded(limits::OF_COMMUNITY)),
                    field("description", Text),
                    field("parent", Identifier(Community)),
                    field("responsibilities", Owners),
                    field("language", Undocumented),
                    INDEXES,
                ]
            }
        }
        Domain => {
            &const {
                [
                    RESOURCE_TYPE,
                    field("identifier", Identifier(Domain)),
                    field("name", Bounded(limits::OF_DOMAIN)),
                    field("description", Text),
                    field("community", Identifier(Community)),
                    field("type", Type),
                    field("responsibilities", Owners),
                    INDEXES,
                ]
            }
        }
        Asset => {
            &const {
                [
                    RESOURCE_TYPE,
                    field("identifier", Identifier(Asset)),
                    field("name", Bounded(limits::OF_ASSET)),
                    field("displayName", Bounded(limits::OF_ASSET)),
                    field("domain", Identifier(Domain)),
                    field("type", Type),
                    field("status", Type),
                    field("attributes", Attributes),
                    field("relations", Relations),
                    field("responsibilities", Owners),
                    field("tags", Tags),
                    INDEXES,
                ]
            }
        }
        Mapping => {
            &const {
                [
                    RESOURCE_TYPE,
                    field("identifier", Identifier(Mapping)),
                    SYSTEM,
                    ENTITY,
                    field("dgcId", Id),
                    field("asset", Identifier(Asset)),
                    field("domain", Identifier(Domain)),
                    field("community", Identifier(Community)),
                    field("complexRelation", Identifier(ComplexRelation)),
                    field("extEntityUrl", Bounded(limits::OF_URL)),
                    field("externalEntityUrl", Bounded(limits::OF_URL)),
                    field("lastSyncDate", Date),
                    field("description", Text),
                    field("syncAction", SyncAction),
                    INDEXES,
                ]
            }
        }
        ComplexRelation => {
            &const {
                [
                    RESOURCE_TYPE,
                    field("identifier", Identifier(ComplexRelation)),
                    field("complexRelationType", Type),
                    field("relations", Legs),
                    field("attributes", Attributes),
                    INDEXES,
                ]
            }
        }
    }
}

/// Members that say what a mapping points at.
pub(super) const TARGETS: [&str; 5] = ["dgcId", "asset", "domain", "community", "complexRelation"];

/// Members of an identifier of this kind. Members that belong to identifiers of other kinds are no strangers, but make
/// up no allowed form.
pub(super) fn of_identifier(kind: ResourceKind) -> &'static [Field] {
    match kind {
        Community => &const { [ID, field("name", Bounded(limits::OF_COMMUNITY)), SYSTEM, ENTITY, INDEXES] },
        Domain => {
            &const {
                [
                    ID,
                    field("name", Bounded(limits::OF_DOMAIN)),
                    field("community", Identifier(Community)),
                    SYSTEM,
                    ENTITY,
                    INDEXES,
                ]
            }
        }
        Asset => {
            &const {
                [
                    ID,
                    field("name", Bounded(limits::OF_ASSET)),
                    field("domain", Identifier(Domain)),
                    SYSTEM,
                    ENTITY,
                    INDEXES,
                ]
            }
        }
        Mapping => {
            &const {
                [
                    ID,
                    SYSTEM,
                    ENTITY,
                    field("dgcId", Id),
                    field("asset", Identifier(Asset)),
                    field("domain", Identifier(Domain)),
                    field("community", Identifier(Community)),
                    field("complexRelation", Identifier(ComplexRelation)),
                    INDEXES,
                ]
            }
        }
        ComplexRelation => &const { [ID, SYSTEM, ENTITY, field("relations", Legs), INDEXES] },
    }
}

/// Every member that an identifier of some kind may have.
pub(super) const IDENTIFYING: [&str; 10] = [
    "id",
    "name",
    "externalSystemId",
    "externalEntityId",
    "community",
    "domain",
    "relations",
    "dgcId",
    "asset",
    "complexRelation",
];

/// The allowed forms of an identifier: members that stand together, with nothing beside them.
pub(super) fn forms(kind: ResourceKind) -> &'static [&'static [&'static str]] {
    const ID: &[&str] = &["id"];
    const PAIR: &[&str] = &["externalSystemId", "externalEntityId"];
    match kind {
        Community => &[ID, &["name"], PAIR],
        Domain => &[ID, &["name", "community"], PAIR],
        Asset => &[ID, &["name", "domain"], PAIR],
        Mapping => &[
            ID,
            PAIR,
            &["externalSystemId", "dgcId"],
            &["externalSystemId", "asset"],
            &["externalSystemId", "domain"],
            &["externalSystemId", "community"],
            &["externalSystemId", "complexRelation"],
        ],
        ComplexRelation => &[ID, PAIR, &["relations"]],
    }
}

/// Members of a reference to a type or status: exactly one of them.
pub(super) const OF_TYPE: [Field; 3] =
    [ID, field("name", Bounded(limits::OF_TYPE)), field("publicId", Bounded(limits::OF_TYPE))];

/// Members of an owner of a role: exactly one of them.
pub(super) const OF_OWNER: [(&str, [Field; 2]); 2] =
    [("user", [ID, field("userName", Text)]), ("userGroup", [ID, field("name", Text)])];
