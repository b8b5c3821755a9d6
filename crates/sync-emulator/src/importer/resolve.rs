//! From identifiers to resources. Nothing is created here.

use sync_core::command::{
    AssetIdentifier, Command, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, ExternalPair,
    MappingIdentifier, MappingTarget,
};
use uuid::Uuid;

use super::executor::Importer;
use super::failure::{Failure, Outcome, refuse};
use crate::catalog::{Kind, Number, TypeNumber};
use crate::jobs::Category;

/// Limits of the service on external pairs, in characters.
const SYSTEM_CHARS: usize = 36;
const ENTITY_CHARS: usize = 255;

/// The category a kind is reported under.
pub(super) fn category(kind: Kind) -> Category {
    match kind {
        Kind::Community => Category::Community,
        Kind::Domain => Category::Domain,
        Kind::Asset => Category::Asset,
        Kind::Mapping => Category::Mapping,
        Kind::ComplexRelation => Category::ComplexRelation,
        Kind::Attribute => Category::Attribute,
        Kind::Relation => Category::Relation,
    }
}

/// A kind in a sentence.
pub(super) fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Community => "community",
        Kind::Domain => "domain",
        Kind::Asset => "asset",
        Kind::Mapping => "mapping",
        Kind::ComplexRelation => "complex relation",
        Kind::Attribute => "attribute",
        Kind::Relation => "relation",
    }
}

/// How an asset is named in a sentence.
pub(super) fn asset_label(identifier: &AssetIdentifier<'_>) -> String {
    match identifier {
        AssetIdentifier::Id { id } => id.to_string(),
        AssetIdentifier::Name { name, .. } => name.to_string(),
        AssetIdentifier::External(pair) => pair_label(pair),
    }
}

pub(super) fn domain_label(identifier: &DomainIdentifier<'_>) -> String {
    match identifier {
        DomainIdentifier::Id { id } => id.to_string(),
        DomainIdentifier::Name { name, .. } => name.to_string(),
        DomainIdentifier::External(pair) => pair_label(pair),
    }
}

pub(super) fn community_label(identifier: &CommunityIdentifier<'_>) -> String {
    match identifier {
        CommunityIdentifier::Id { id } => id.to_string(),
        CommunityIdentifier::Name { name } => name.to_string(),
        CommunityIdentifier::External(pair) => pair_label(pair),
    }
}

pub(super) fn pair_label(pair: &ExternalPair<'_>) -> String {
    format!("{}/{}", pair.external_system_id, pair.external_entity_id)
}

impl Importer<'_> {
    /// A resource by id, if it exists.
    fn by_id(&self, kind: Kind, id: Uuid) -> Outcome<Option<Number>> {
        match self.store.ids.number(kind, id) {
            Some(number) if self.store.exists(kind, number)? => Ok(Some(number)),
            _ => Ok(None),
        }
    }

    /// A resource by external pair, if the pair is mapped.
    fn by_pair(&self, kind: Kind, pair: &ExternalPair<'_>) -> Outcome<Option<Number>> {
        check_pair(category(kind), &pair.external_system_id, &pair.external_entity_id)?;
        match self.store.mapped(&pair.external_system_id, &pair.external_entity_id)? {
            None => Ok(None),
            Some((found, Some(number))) if found == kind => Ok(Some(number)),
            Some((found, Some(_))) => refuse(
                category(kind),
                format!(
                    "The external pair '{}' points at a {}, not at a {}.",
                    pair_label(pair),
                    noun(found),
                    noun(kind)
                ),
            ),
            Some((_, None)) => {
                refuse(Category::Mapping, format!("The mapping '{}' has no resource any more.", pair_label(pair)))
            }
        }
    }

    pub(super) fn find_community(&mut self, identifier: &CommunityIdentifier<'_>) -> Outcome<Option<Number>> {
        match identifier {
            CommunityIdentifier::Id { id } => self.by_id(Kind::Community, *id),
            CommunityIdentifier::Name { name } => Ok(self.store.community_by_name(name)?),
            CommunityIdentifier::External(pair) => self.by_pair(Kind::Community, pair),
        }
    }

    pub(super) fn find_domain(&mut self, identifier: &DomainIdentifier<'_>) -> Outcome<Option<Number>> {
        match identifier {
            DomainIdentifier::Id { id } => self.by_id(Kind::Domain, *id),
            DomainIdentifier::Name { name, community } => match self.find_community(community)? {
                Some(community) => Ok(self.store.domain_by_name(community, name)?),
                None => Ok(None),
            },
            DomainIdentifier::External(pair) => self.by_pair(Kind::Domain, pair),
        }
    }

    pub(super) fn find_asset(&mut self, identifier: &AssetIdentifier<'_>) -> Outcome<Option<Number>> {
        match identifier {
            AssetIdentifier::Id { id } => self.by_id(Kind::Asset, *id),
            AssetIdentifier::Name { name, domain } => match self.find_domain(domain)? {
                Some(domain) => Ok(self.store.asset_by_name(domain, name)?),
                None => Ok(None),
            },
            AssetIdentifier::External(pair) => self.by_pair(Kind::Asset, pair),
        }
    }

    pub(super) fn find_complex_relation(
        &mut self,
        identifier: &ComplexRelationIdentifier<'_>,
    ) -> Outcome<Option<Number>> {
        match identifier {
            ComplexRelationIdentifier::Id { id } => self.by_id(Kind::ComplexRelation, *id),
            ComplexRelationIdentifier::External(pair) => self.by_pair(Kind::ComplexRelation, pair),
            ComplexRelationIdentifier::Legs { relations } => self.find_by_legs(relations),
        }
    }

    pub(super) fn find_mapping(&mut self, identifier: &MappingIdentifier<'_>) -> Outcome<Option<Number>> {
        match identifier {
            MappingIdentifier::Id { id } => self.by_id(Kind::Mapping, *id),
            MappingIdentifier::External(pair) => {
                check_pair(Category::Mapping, &pair.external_system_id, &pair.external_entity_id)?;
                Ok(self.store.mapping_by_pair(&pair.external_system_id, &pair.external_entity_id)?)
            }
            MappingIdentifier::Target { external_system_id, target } => match self.find_target(target)? {
                Some((_, resource)) => Ok(self.store.mapping_by_resource(external_system_id, resource)?),
                None => Ok(None),
            },
        }
    }

    pub(super) fn find_target(&mut self, target: &MappingTarget<'_>) -> Outcome<Option<(Kind, Number)>> {
        let (kind, found) = match target {
            MappingTarget::DgcId(id) => match self.store.ids.resource(*id) {
                Some((kind, _)) => (kind, self.by_id(kind, *id)?),
                None => return Ok(None),
            },
            MappingTarget::Asset(identifier) => (Kind::Asset, self.find_asset(identifier)?),
            MappingTarget::Domain(identifier) => (Kind::Domain, self.find_domain(identifier)?),
            MappingTarget::Community(identifier) => (Kind::Community, self.find_community(identifier)?),
            MappingTarget::ComplexRelation(identifier) => {
                (Kind::ComplexRelation, self.find_complex_relation(identifier)?)
            }
        };
        Ok(found.map(|number| (kind, number)))
    }

    /// The resource a command is about, if it exists: for readings in which a failed command counts as seen.
    pub(crate) fn find(&mut self, command: &Command<'_>) -> Outcome<Option<(Kind, Number)>> {
        let (kind, found) = match command {
            Command::Community(command) => (Kind::Community, self.find_community(&command.identifier)?),
            Command::Domain(command) => (Kind::Domain, self.find_domain(&command.identifier)?),
            Command::Asset(command) => (Kind::Asset, self.find_asset(&command.identifier)?),
            Command::Mapping(command) => (Kind::Mapping, self.find_mapping(&command.identifier)?),
            Command::ComplexRelation(command) => {
                (Kind::ComplexRelation, self.find_complex_relation(&command.identifier)?)
            }
        };
        Ok(found.map(|number| (kind, number)))
    }

    /// A domain that has to exist.
    pub(super) fn need_domain(&mut self, identifier: &DomainIdentifier<'_>, of: Category) -> Outcome<Number> {
        match self.find_domain(identifier)? {
            Some(number) => Ok(number),
            None => refuse(of, format!("Domain '{}' does not exist.", domain_label(identifier))),
        }
    }

    /// A community that has to exist.
    pub(super) fn need_community(&mut self, identifier: &CommunityIdentifier<'_>, of: Category) -> Outcome<Number> {
        match self.find_community(identifier)? {
            Some(number) => Ok(number),
            None => refuse(of, format!("Community '{}' does not exist.", community_label(identifier))),
        }
    }

    /// An asset that has to exist, and its type.
    pub(super) fn need_asset(
        &mut self,
        identifier: &AssetIdentifier<'_>,
        of: Category,
    ) -> Outcome<(Number, TypeNumber)> {
        if let Some(number) = self.find_asset(identifier)?
            && let Some(asset_type) = self.store.asset_type(number)?
        {
            return Ok((number, asset_type));
        }
        refuse(of, format!("Related asset '{}' not found.", asset_label(identifier)))
    }
}

/// Both halves within the limits of the service.
pub(super) fn check_pair(of: Category, system: &str, entity: &str) -> Result<(), Failure> {
    check_chars(of, "externalSystemId", system, SYSTEM_CHARS)?;
    check_chars(of, "externalEntityId", entity, ENTITY_CHARS)
}

/// A text of 1 to `max` characters.
pub(super) fn check_chars(of: Category, what: &str, text: &str, max: usize) -> Result<(), Failure> {
    // A text has at most as many characters as bytes, so most are never counted.
    if text.is_empty() || (text.len() > max && text.chars().count() > max) {
        return Err(Failure::new(of, format!("{what} must have 1 to {max} characters.")));
    }
    Ok(())
}
