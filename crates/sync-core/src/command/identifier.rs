//! How a command says which resource it is about: one allowed form per identifier.
//!
//! Forms and where they are allowed: pages "Importing communities", "Importing domains", "Importing assets",
//! "Importing mappings" and "Importing complex relations" of the Import API v2 guide.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{Checked, Parsed, checked, checked_list, objects};
use super::error::{CommandError, CommandErrorKind};
use super::{Members, Text};

/// A pair of keys in another system, resolved through the mapping table.
///
/// Limits of the service: 1 to 36 characters for the system, 1 to 255 for the entity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalPair<'a> {
    /// Name of the source system, shared by many resources.
    pub external_system_id: Text<'a>,
    /// The source's own key of the resource.
    pub external_entity_id: Text<'a>,
}

impl<'a> ExternalPair<'a> {
    /// Both halves of the pair.
    pub fn new(system: impl Into<Text<'a>>, entity: impl Into<Text<'a>>) -> Self {
        Self { external_system_id: system.into(), external_entity_id: entity.into() }
    }
}

/// Identifies a community.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum CommunityIdentifier<'a> {
    /// By id.
    Id {
        /// The community's id.
        id: Uuid,
    },
    /// By name, unique in the whole instance.
    Name {
        /// The community's name.
        name: Text<'a>,
    },
    /// By a pair of keys in another system.
    External(ExternalPair<'a>),
}

impl<'a> CommunityIdentifier<'a> {
    /// By id.
    pub fn id(id: Uuid) -> Self {
        Self::Id { id }
    }

    /// By name.
    pub fn name(name: impl Into<Text<'a>>) -> Self {
        Self::Name { name: name.into() }
    }

    /// By a pair of keys in another system.
    pub fn external(system: impl Into<Text<'a>>, entity: impl Into<Text<'a>>) -> Self {
        Self::External(ExternalPair::new(system, entity))
    }
}

/// Identifies a domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum DomainIdentifier<'a> {
    /// By id.
    Id {
        /// The domain's id.
        id: Uuid,
    },
    /// By name within a community.
    Name {
        /// The domain's name.
        name: Text<'a>,
        /// The community it lies in.
        community: CommunityIdentifier<'a>,
    },
    /// By a pair of keys in another system.
    External(ExternalPair<'a>),
}

impl<'a> DomainIdentifier<'a> {
    /// By id.
    pub fn id(id: Uuid) -> Self {
        Self::Id { id }
    }

    /// By name within a community.
    pub fn name(name: impl Into<Text<'a>>, community: CommunityIdentifier<'a>) -> Self {
        Self::Name { name: name.into(), community }
    }

    /// By a pair of keys in another system.
    pub fn external(system: impl Into<Text<'a>>, entity: impl Into<Text<'a>>) -> Self {
        Self::External(ExternalPair::new(system, entity))
    }
}

/// Identifies an asset.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum AssetIdentifier<'a> {
    /// By id.
    Id {
        /// The asset's id.
        id: Uuid,
    },
    /// By full name within a domain.
    Name {
        /// The asset's full name.
        name: Text<'a>,
        /// The domain it lies in.
        domain: DomainIdentifier<'a>,
    },
    /// By a pair of keys in another system.
    External(ExternalPair<'a>),
}

impl<'a> AssetIdentifier<'a> {
    /// By id.
    pub fn id(id: Uuid) -> Self {
        Self::Id { id }
    }

    /// By full name within a domain.
    pub fn name(name: impl Into<Text<'a>>, domain: DomainIdentifier<'a>) -> Self {
        Self::Name { name: name.into(), domain }
    }

    /// By a pair of keys in another system.
    pub fn external(system: impl Into<Text<'a>>, entity: impl Into<Text<'a>>) -> Self {
        Self::External(ExternalPair::new(system, entity))
    }
}

/// What a mapping points at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum MappingTarget<'a> {
    /// Any mapped resource, by its id.
    DgcId(Uuid),
    /// An asset.
    Asset(AssetIdentifier<'a>),
    /// A domain.
    Domain(DomainIdentifier<'a>),
    /// A community.
    Community(CommunityIdentifier<'a>),
    /// A complex relation.
    ComplexRelation(ComplexRelationIdentifier<'a>),
}

/// Identifies a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum MappingIdentifier<'a> {
    /// By id.
    Id {
        /// The mapping's id.
        id: Uuid,
    },
    /// By its own pair of keys.
    External(ExternalPair<'a>),
    /// By the source system and what the mapping points at.
    Target {
        /// Name of the source system.
        #[serde(rename = "externalSystemId")]
        external_system_id: Text<'a>,
        /// The mapped resource.
        #[serde(flatten)]
        target: Box<MappingTarget<'a>>,
    },
}

impl<'a> MappingIdentifier<'a> {
    /// By id.
    pub fn id(id: Uuid) -> Self {
        Self::Id { id }
    }

    /// By its own pair of keys.
    pub fn external(system: impl Into<Text<'a>>, entity: impl Into<Text<'a>>) -> Self {
        Self::External(ExternalPair::new(system, entity))
    }

    /// By the source system and what the mapping points at.
    pub fn target(system: impl Into<Text<'a>>, target: MappingTarget<'a>) -> Self {
        Self::Target { external_system_id: system.into(), target: Box::new(target) }
    }
}

/// Identifies a complex relation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum ComplexRelationIdentifier<'a> {
    /// By id.
    Id {
        /// The complex relation's id.
        id: Uuid,
    },
    /// By a pair of keys in another system.
    External(ExternalPair<'a>),
    /// By its legs; fragile, the guide discourages it.
    Legs {
        /// Leg key to assets.
        relations: Relations<'a>,
    },
}

impl<'a> ComplexRelationIdentifier<'a> {
    /// By id.
    pub fn id(id: Uuid) -> Self {
        Self::Id { id }
    }

    /// By a pair of keys in another system.
    pub fn external(system: impl Into<Text<'a>>, entity: impl Into<Text<'a>>) -> Self {
        Self::External(ExternalPair::new(system, entity))
    }

    /// By its legs.
    pub fn legs(relations: Relations<'a>) -> Self {
        Self::Legs { relations }
    }
}

/// Relation key (`<type id>:SOURCE` or `<type id>:TARGET`) to the related assets.
pub type Relations<'a> = Members<'a, Vec<AssetIdentifier<'a>>>;

/// Refers to a type or a status.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum TypeRef<'a> {
    /// By id.
    Id {
        /// The type's id.
        id: Uuid,
    },
    /// By name.
    Name {
        /// The type's name.
        name: Text<'a>,
    },
    /// By public id; types of assets and domains only, on newer servers.
    PublicId {
        /// The type's public id.
        #[serde(rename = "publicId")]
        public_id: Text<'a>,
    },
}

impl<'a> TypeRef<'a> {
    /// By id.
    pub fn id(id: Uuid) -> Self {
        Self::Id { id }
    }

    /// By name.
    pub fn name(name: impl Into<Text<'a>>) -> Self {
        Self::Name { name: name.into() }
    }

    /// By public id.
    pub fn public_id(public_id: impl Into<Text<'a>>) -> Self {
        Self::PublicId { public_id: public_id.into() }
    }
}

/// Every member an identifier of any kind may hold, as read.
///
/// The two that stand in almost every identifier lie inside, the others in boxes: a list of these is read for every
/// relation.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub(super) struct IdentifierMembers<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    external_system_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    external_entity_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    community: Option<Checked<CommunityIdentifier<'a>>>,
    #[serde(borrow, default)]
    domain: Option<Checked<DomainIdentifier<'a>>>,
    #[serde(borrow, default)]
    relations: Option<Box<RelationsMembers<'a>>>,
    #[serde(borrow, default)]
    dgc_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    asset: Option<Box<Checked<AssetIdentifier<'a>>>>,
    #[serde(borrow, default)]
    complex_relation: Option<Box<Checked<ComplexRelationIdentifier<'a>>>>,
}

pub(super) type RelationsMembers<'a> = Members<'a, Vec<Checked<AssetIdentifier<'a>>>>;

objects! { IdentifierMembers TypeRefMembers }

checked! {
    CommunityIdentifier = IdentifierMembers::community,
    DomainIdentifier = IdentifierMembers::domain,
    AssetIdentifier = IdentifierMembers::asset,
    ComplexRelationIdentifier = IdentifierMembers::complex_relation,
    TypeRef = TypeRefMembers::type_ref,
}

/// Which members an identifier has, one bit each in the order of [`MEMBERS`].
type Form = u16;

/// The members, as an error about the form shows them.
const MEMBERS: [&str; 10] = [
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

const ID: Form = 1;
const NAME: Form = 1 << 1;
const SYSTEM: Form = 1 << 2;
const ENTITY: Form = 1 << 3;
const COMMUNITY: Form = 1 << 4;
const DOMAIN: Form = 1 << 5;
const RELATIONS: Form = 1 << 6;
const TARGETS: Form = COMMUNITY | DOMAIN | 1 << 7 | 1 << 8 | 1 << 9;

const NAME_IN_COMMUNITY: Form = NAME | COMMUNITY;
const NAME_IN_DOMAIN: Form = NAME | DOMAIN;
const PAIR: Form = SYSTEM | ENTITY;

impl<'a> IdentifierMembers<'a> {
    fn form(&self) -> Form {
        let there = [
            self.id.is_some(),
            self.name.is_some(),
            self.external_system_id.is_some(),
            self.external_entity_id.is_some(),
            self.community.is_some(),
            self.domain.is_some(),
            self.relations.is_some(),
            self.dgc_id.is_some(),
            self.asset.is_some(),
            self.complex_relation.is_some(),
        ];
        there.into_iter().rev().fold(0, |form, there| form << 1 | Form::from(there))
    }

    fn ambiguous(&self, what: &'static str) -> CommandError {
        let form = self.form();
        let present: Vec<_> =
            (0..).zip(MEMBERS).filter(|(bit, _)| form >> bit & 1 == 1).map(|(_, name)| name).collect();
        if present.is_empty() {
            CommandError::new(CommandErrorKind::IdentifierNotDefined { what })
        } else {
            CommandError::new(CommandErrorKind::IdentifierAmbiguous { what, present })
        }
    }

    pub(super) fn community(self) -> Parsed<CommunityIdentifier<'a>> {
        match (self.form(), self) {
            (ID, Self { id: Some(id), .. }) => Ok(CommunityIdentifier::Id { id: own_id(&id)? }),
            (NAME, Self { name: Some(name), .. }) => Ok(CommunityIdentifier::Name { name }),
            (_, other) => Ok(CommunityIdentifier::External(other.external("community")?)),
        }
    }

    pub(super) fn domain(self) -> Parsed<DomainIdentifier<'a>> {
        match (self.form(), self) {
            (ID, Self { id: Some(id), .. }) => Ok(DomainIdentifier::Id { id: own_id(&id)? }),
            (NAME_IN_COMMUNITY, Self { name: Some(name), community: Some(community), .. }) => {
                Ok(DomainIdentifier::Name { name, community: community.at("community")? })
            }
            (_, other) => Ok(DomainIdentifier::External(other.external("domain")?)),
        }
    }

    pub(super) fn asset(self) -> Parsed<AssetIdentifier<'a>> {
        match (self.form(), self) {
            (ID, Self { id: Some(id), .. }) => Ok(AssetIdentifier::Id { id: own_id(&id)? }),
            (NAME_IN_DOMAIN, Self { name: Some(name), domain: Some(domain), .. }) => {
                Ok(AssetIdentifier::Name { name, domain: domain.at("domain")? })
            }
            (_, other) => Ok(AssetIdentifier::External(other.external("asset")?)),
        }
    }

    pub(super) fn mapping(self) -> Parsed<MappingIdentifier<'a>> {
        match (self.form(), self) {
            (ID, Self { id: Some(id), .. }) => Ok(MappingIdentifier::Id { id: own_id(&id)? }),
            (
                form,
                Self {
                    external_system_id: Some(external_system_id),
                    dgc_id,
                    asset,
                    domain,
                    community,
                    complex_relation,
                    ..
                },
            ) if form & TARGETS != 0 && form & !TARGETS == SYSTEM => {
                let targets = TargetMembers { dgc_id, asset, domain, community, complex_relation };
                match targets.target()? {
                    Some(target) => Ok(MappingIdentifier::Target { external_system_id, target: Box::new(target) }),
                    None => Err(CommandError::new(CommandErrorKind::IdentifierNotDefined { what: "mapping" })),
                }
            }
            (_, other) => Ok(MappingIdentifier::External(other.external("mapping")?)),
        }
    }

    pub(super) fn complex_relation(self) -> Parsed<ComplexRelationIdentifier<'a>> {
        match (self.form(), self) {
            (ID, Self { id: Some(id), .. }) => Ok(ComplexRelationIdentifier::Id { id: own_id(&id)? }),
            (RELATIONS, Self { relations: Some(legs), .. }) => {
                Ok(ComplexRelationIdentifier::Legs { relations: relations(*legs).map_err(|e| e.at("relations"))? })
            }
            (_, other) => Ok(ComplexRelationIdentifier::External(other.external("complex relation")?)),
        }
    }

    /// The last form every kind shares: both external ids and nothing else.
    fn external(self, what: &'static str) -> Parsed<ExternalPair<'a>> {
        match (self.form(), self) {
            (
                PAIR,
                Self {
                    external_system_id: Some(external_system_id), external_entity_id: Some(external_entity_id), ..
                },
            ) => Ok(ExternalPair { external_system_id, external_entity_id }),
            (_, other) => Err(other.ambiguous(what)),
        }
    }
}

/// The id of the resource itself.
fn own_id(text: &str) -> Parsed<Uuid> {
    uuid(text).map_err(|error| error.at("id"))
}

/// The members that can name what a mapping points at.
pub(super) struct TargetMembers<'a> {
    pub(super) dgc_id: Option<Text<'a>>,
    pub(super) asset: Option<Box<Checked<AssetIdentifier<'a>>>>,
    pub(super) domain: Option<Checked<DomainIdentifier<'a>>>,
    pub(super) community: Option<Checked<CommunityIdentifier<'a>>>,
    pub(super) complex_relation: Option<Box<Checked<ComplexRelationIdentifier<'a>>>>,
}

impl<'a> TargetMembers<'a> {
    /// The one target; `None` where there is none, an error where there are several.
    pub(super) fn target(self) -> Parsed<Option<MappingTarget<'a>>> {
        let given = [
            self.dgc_id.is_some(),
            self.asset.is_some(),
            self.domain.is_some(),
            self.community.is_some(),
            self.complex_relation.is_some(),
        ];
        if given.into_iter().filter(|there| *there).count() > 1 {
            return Err(CommandError::new(CommandErrorKind::MappingTargets));
        }
        Ok(if let Some(id) = self.dgc_id {
            Some(MappingTarget::DgcId(uuid(&id).map_err(|e| e.at("dgcId"))?))
        } else if let Some(asset) = self.asset {
            Some(MappingTarget::Asset(asset.at("asset")?))
        } else if let Some(domain) = self.domain {
            Some(MappingTarget::Domain(domain.at("domain")?))
        } else if let Some(community) = self.community {
            Some(MappingTarget::Community(community.at("community")?))
        } else if let Some(relation) = self.complex_relation {
            Some(MappingTarget::ComplexRelation(relation.at("complexRelation")?))
        } else {
            None
        })
    }
}

/// The related assets, if every one is identified.
pub(super) fn relations<'a>(members: RelationsMembers<'a>) -> Parsed<Relations<'a>> {
    members.try_map(checked_list)
}

/// Every member a reference to a type or status may hold, as read.
#[derive(Debug, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub(super) struct TypeRefMembers<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    public_id: Option<Text<'a>>,
}

impl<'a> TypeRefMembers<'a> {
    pub(super) fn type_ref(self) -> Parsed<TypeRef<'a>> {
        match (self.id, self.name, self.public_id) {
            (Some(id), None, None) => Ok(TypeRef::Id { id: own_id(&id)? }),
            (None, Some(name), None) => Ok(TypeRef::Name { name }),
            (None, None, Some(public_id)) => Ok(TypeRef::PublicId { public_id }),
            _ => Err(CommandError::new(CommandErrorKind::TypeRefAmbiguous)),
        }
    }
}

/// Reads a UUID in its one documented spelling: 36 characters with hyphens, case ignored.
pub(super) fn uuid(text: &str) -> Parsed<Uuid> {
    match Uuid::try_parse(text) {
        Ok(id) if text.len() == 36 => Ok(id),
        _ => Err(CommandError::new(CommandErrorKind::NotAnId { text: shorten(text) })),
    }
}

/// A piece of foreign text, short enough for a message.
pub(super) fn shorten(text: &str) -> String {
    const MAX: usize = 80;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
