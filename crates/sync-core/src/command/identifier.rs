//! How a command says which resource it is about: one allowed form per identifier.
//!
//! Forms and where they are allowed: pages "Importing communities", "Importing domains", "Importing assets",
//! "Importing mappings" and "Importing complex relations" of the Import API v2 guide.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{Checked, Parsed, checked, checked_list};
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
#[serde(rename_all = "camelCase")]
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

checked! {
    CommunityIdentifier = IdentifierMembers::community,
    DomainIdentifier = IdentifierMembers::domain,
    AssetIdentifier = IdentifierMembers::asset,
    ComplexRelationIdentifier = IdentifierMembers::complex_relation,
    TypeRef = TypeRefMembers::type_ref,
}

impl<'a> IdentifierMembers<'a> {
    /// The names of the members that are there: what an error about the form shows.
    fn present(&self) -> Vec<&'static str> {
        let all = [
            ("id", self.id.is_some()),
            ("name", self.name.is_some()),
            ("externalSystemId", self.external_system_id.is_some()),
            ("externalEntityId", self.external_entity_id.is_some()),
            ("community", self.community.is_some()),
            ("domain", self.domain.is_some()),
            ("relations", self.relations.is_some()),
            ("dgcId", self.dgc_id.is_some()),
            ("asset", self.asset.is_some()),
            ("complexRelation", self.complex_relation.is_some()),
        ];
        all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
    }

    fn ambiguous(&self, what: &'static str) -> CommandError {
        let present = self.present();
        if present.is_empty() {
            CommandError::new(CommandErrorKind::IdentifierNotDefined { what })
        } else {
            CommandError::new(CommandErrorKind::IdentifierAmbiguous { what, present })
        }
    }

    pub(super) fn community(self) -> Parsed<CommunityIdentifier<'a>> {
        match self {
            Self {
                id: Some(id),
                name: None,
                external_system_id: None,
                external_entity_id: None,
                community: None,
                domain: None,
                relations: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(CommunityIdentifier::Id { id: uuid(&id).map_err(|e| e.at("id"))? }),
            Self {
                name: Some(name),
                id: None,
                external_system_id: None,
                external_entity_id: None,
                community: None,
                domain: None,
                relations: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(CommunityIdentifier::Name { name }),
            other => Ok(CommunityIdentifier::External(other.external("community")?)),
        }
    }

    pub(super) fn domain(self) -> Parsed<DomainIdentifier<'a>> {
        match self {
            Self {
                id: Some(id),
                name: None,
                external_system_id: None,
                external_entity_id: None,
                community: None,
                domain: None,
                relations: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(DomainIdentifier::Id { id: uuid(&id).map_err(|e| e.at("id"))? }),
            Self {
                name: Some(name),
                community: Some(community),
                id: None,
                external_system_id: None,
                external_entity_id: None,
                domain: None,
                relations: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(DomainIdentifier::Name { name, community: community.at("community")? }),
            other => Ok(DomainIdentifier::External(other.external("domain")?)),
        }
    }

    pub(super) fn asset(self) -> Parsed<AssetIdentifier<'a>> {
        match self {
            Self {
                id: Some(id),
                name: None,
                external_system_id: None,
                external_entity_id: None,
                community: None,
                domain: None,
                relations: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(AssetIdentifier::Id { id: uuid(&id).map_err(|e| e.at("id"))? }),
            Self {
                name: Some(name),
                domain: Some(domain),
                id: None,
                external_system_id: None,
                external_entity_id: None,
                community: None,
                relations: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(AssetIdentifier::Name { name, domain: domain.at("domain")? }),
            other => Ok(AssetIdentifier::External(other.external("asset")?)),
        }
    }

    pub(super) fn mapping(self) -> Parsed<MappingIdentifier<'a>> {
        match self {
            Self {
                id: Some(id),
                name: None,
                external_system_id: None,
                external_entity_id: None,
                community: None,
                domain: None,
                relations: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(MappingIdentifier::Id { id: uuid(&id).map_err(|e| e.at("id"))? }),
            Self {
                external_system_id: Some(external_system_id),
                external_entity_id: None,
                id: None,
                name: None,
                relations: None,
                community,
                domain,
                dgc_id,
                asset,
                complex_relation,
            } if community.is_some()
                || domain.is_some()
                || dgc_id.is_some()
                || asset.is_some()
                || complex_relation.is_some() =>
            {
                let targets = TargetMembers { dgc_id, asset, domain, community, complex_relation };
                match targets.target()? {
                    Some(target) => Ok(MappingIdentifier::Target { external_system_id, target: Box::new(target) }),
                    None => Err(CommandError::new(CommandErrorKind::IdentifierNotDefined { what: "mapping" })),
                }
            }
            other => Ok(MappingIdentifier::External(other.external("mapping")?)),
        }
    }

    pub(super) fn complex_relation(self) -> Parsed<ComplexRelationIdentifier<'a>> {
        match self {
            Self {
                id: Some(id),
                name: None,
                external_system_id: None,
                external_entity_id: None,
                community: None,
                domain: None,
                relations: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(ComplexRelationIdentifier::Id { id: uuid(&id).map_err(|e| e.at("id"))? }),
            Self {
                relations: Some(legs),
                id: None,
                name: None,
                external_system_id: None,
                external_entity_id: None,
                community: None,
                domain: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(ComplexRelationIdentifier::Legs { relations: relations(*legs).map_err(|e| e.at("relations"))? }),
            other => Ok(ComplexRelationIdentifier::External(other.external("complex relation")?)),
        }
    }

    /// The last form every kind shares: both external ids and nothing else.
    fn external(self, what: &'static str) -> Parsed<ExternalPair<'a>> {
        match self {
            Self {
                external_system_id: Some(external_system_id),
                external_entity_id: Some(external_entity_id),
                id: None,
                name: None,
                community: None,
                domain: None,
                relations: None,
                dgc_id: None,
                asset: None,
                complex_relation: None,
            } => Ok(ExternalPair { external_system_id, external_entity_id }),
            other => Err(other.ambiguous(what)),
        }
    }
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
#[serde(rename_all = "camelCase")]
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
            (Some(id), None, None) => Ok(TypeRef::Id { id: uuid(&id).map_err(|e| e.at("id"))? }),
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
