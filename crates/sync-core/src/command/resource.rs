//! The five commands. Absent fields stay untouched on the server; present ones are set.

use serde::Serialize;

use super::characteristic::{Attributes, Responsibilities};
use super::identifier::{
    AssetIdentifier, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, MappingIdentifier,
    MappingTarget, Relations, TypeRef,
};
use super::{ResourceKind, Text};

/// One import command: look the identified resource up, then create it or bring it in line with what is given.
///
/// Serializes exactly as the service expects it, `resourceType` first; see [`Command::from_slice`] for reading.
/// There is no command that removes: a resource is removed by leaving it out of the next cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "resourceType")]
pub enum Command<'a> {
    /// A community.
    Community(Community<'a>),
    /// A domain.
    Domain(Domain<'a>),
    /// An asset.
    Asset(Asset<'a>),
    /// An external mapping.
    Mapping(Mapping<'a>),
    /// A complex relation.
    #[serde(rename = "Complex Relation")]
    ComplexRelation(ComplexRelation<'a>),
}

impl Command<'_> {
    /// The kind of resource.
    pub fn kind(&self) -> ResourceKind {
        match self {
            Self::Community(_) => ResourceKind::Community,
            Self::Domain(_) => ResourceKind::Domain,
            Self::Asset(_) => ResourceKind::Asset,
            Self::Mapping(_) => ResourceKind::Mapping,
            Self::ComplexRelation(_) => ResourceKind::ComplexRelation,
        }
    }
}

/// Generates the constructor, the `with_…` setters and the conversion into [`Command`].
macro_rules! resource {
    ($kind:ident, $identifier:ident { $($(#[$doc:meta])* $setter:ident $field:ident: $ty:ty,)* }) => {
        impl<'a> $kind<'a> {
            /// A command about the identified resource that sets nothing yet.
            pub fn new(identifier: $identifier<'a>) -> Self {
                Self { identifier, $($field: None,)* }
            }

            $($(#[$doc])*
            #[must_use]
            pub fn $setter(mut self, $field: impl Into<$ty>) -> Self {
                self.$field = Some($field.into());
                self
            })*
        }

        impl<'a> From<$kind<'a>> for Command<'a> {
            fn from(command: $kind<'a>) -> Self {
                Command::$kind(command)
            }
        }
    };
}

/// Creates or updates a community. Needed to create: a name, in the identifier or as a field.
///
/// The parent must exist before the request: communities cannot be nested within one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Community<'a> {
    /// Which community.
    pub identifier: CommunityIdentifier<'a>,
    /// New name, 1 to 255 characters; only where the identifier is not the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<'a>>,
    /// Community to lie under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<CommunityIdentifier<'a>>,
    /// Owners by role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsibilities: Option<Responsibilities<'a>>,
}

resource!(Community, CommunityIdentifier {
    /// Sets the name.
    with_name name: Text<'a>,
    /// Sets the description.
    with_description description: Text<'a>,
    /// Sets the community to lie under.
    with_parent parent: CommunityIdentifier<'a>,
    /// Sets the owners by role.
    with_responsibilities responsibilities: Responsibilities<'a>,
});

/// Creates or updates a domain. Needed to create: name, community and type, in the identifier or as fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Domain<'a> {
    /// Which domain.
    pub identifier: DomainIdentifier<'a>,
    /// New name, 1 to 255 characters; only where the identifier is not the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// Community to lie in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<CommunityIdentifier<'a>>,
    /// Domain type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_ref: Option<TypeRef<'a>>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<'a>>,
    /// Owners by role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsibilities: Option<Responsibilities<'a>>,
}

resource!(Domain, DomainIdentifier {
    /// Sets the name.
    with_name name: Text<'a>,
    /// Sets the community to lie in.
    with_community community: CommunityIdentifier<'a>,
    /// Sets the domain type.
    with_type type_ref: TypeRef<'a>,
    /// Sets the description.
    with_description description: Text<'a>,
    /// Sets the owners by role.
    with_responsibilities responsibilities: Responsibilities<'a>,
});

/// Creates or updates an asset. Needed to create: full name, domain and type, in the identifier or as fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Asset<'a> {
    /// Which asset.
    pub identifier: AssetIdentifier<'a>,
    /// New full name, 1 to 2000 characters; only where the identifier is not the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// Name shown to people, 1 to 2000 characters; the full name if never set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<Text<'a>>,
    /// Domain to lie in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainIdentifier<'a>>,
    /// Asset type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_ref: Option<TypeRef<'a>>,
    /// Status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TypeRef<'a>>,
    /// Attribute values by type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes<'a>>,
    /// Related assets by relation type and direction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relations: Option<Relations<'a>>,
    /// Owners by role; needs a console setting that is off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsibilities: Option<Responsibilities<'a>>,
    /// The complete set of tags, each 1 to 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Text<'a>>>,
}

resource!(Asset, AssetIdentifier {
    /// Sets the full name.
    with_name name: Text<'a>,
    /// Sets the name shown to people.
    with_display_name display_name: Text<'a>,
    /// Sets the domain to lie in.
    with_domain domain: DomainIdentifier<'a>,
    /// Sets the asset type.
    with_type type_ref: TypeRef<'a>,
    /// Sets the status.
    with_status status: TypeRef<'a>,
    /// Sets the attribute values by type.
    with_attributes attributes: Attributes<'a>,
    /// Sets the related assets by relation type and direction.
    with_relations relations: Relations<'a>,
    /// Sets the owners by role.
    with_responsibilities responsibilities: Responsibilities<'a>,
    /// Sets the complete set of tags.
    with_tags tags: Vec<Text<'a>>,
});

/// Creates or updates an external mapping. Needed to create: both external ids and one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Mapping<'a> {
    /// Which mapping.
    pub identifier: MappingIdentifier<'a>,
    /// New external system, 1 to 36 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_system_id: Option<Text<'a>>,
    /// New external entity, 1 to 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_entity_id: Option<Text<'a>>,
    /// The one resource it points at.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub target: Option<MappingTarget<'a>>,
    /// URL of the entity in its own system, up to 255 characters; read as `externalEntityUrl` too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext_entity_url: Option<Text<'a>>,
    /// When the source was read; defaults to the start of the job. The unit is not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sync_date: Option<i64>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<'a>>,
}

resource!(Mapping, MappingIdentifier {
    /// Sets the external system.
    with_external_system_id external_system_id: Text<'a>,
    /// Sets the external entity.
    with_external_entity_id external_entity_id: Text<'a>,
    /// Sets the one resource it points at.
    with_target target: MappingTarget<'a>,
    /// Sets the URL of the entity in its own system.
    with_ext_entity_url ext_entity_url: Text<'a>,
    /// Sets when the source was read.
    with_last_sync_date last_sync_date: i64,
    /// Sets the description.
    with_description description: Text<'a>,
});

/// Creates or updates a complex relation. Needed to create: type and legs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ComplexRelation<'a> {
    /// Which complex relation.
    pub identifier: ComplexRelationIdentifier<'a>,
    /// Type; ignored by the service on update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complex_relation_type: Option<TypeRef<'a>>,
    /// Assets by leg.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relations: Option<Relations<'a>>,
    /// Attribute values by type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes<'a>>,
}

resource!(ComplexRelation, ComplexRelationIdentifier {
    /// Sets the type.
    with_type complex_relation_type: TypeRef<'a>,
    /// Sets the assets by leg.
    with_relations relations: Relations<'a>,
    /// Sets the attribute values by type.
    with_attributes attributes: Attributes<'a>,
});
