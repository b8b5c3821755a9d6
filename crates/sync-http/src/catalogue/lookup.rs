//! From identifiers to resources.

use sync_core::command::{
    AssetIdentifier, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, ExternalPair, MappingIdentifier,
    MappingTarget,
};
use sync_core::transport::TransportError;
use uuid::Uuid;

use super::answers::{AssetAnswer, CommunityAnswer, DomainAnswer, MappingAnswer};
use super::reader::{Reader, encoded, refused};

/// What was found, if anything.
pub(super) type Found<T> = Result<Option<T>, TransportError>;

/// Takes what was found or ends the function with nothing.
macro_rules! found {
    ($found:expr) => {
        match $found {
            Some(found) => found,
            None => return Ok(None),
        }
    };
}
pub(super) use found;

// Resources of domains that the service made itself are left out of lists unless asked for, hence `excludeMeta`. Name
// searches are checked again: the one for assets looks at display names too.
impl Reader<'_> {
    pub(super) async fn community(&mut self, identifier: &CommunityIdentifier<'_>) -> Found<CommunityAnswer> {
        match identifier {
            CommunityIdentifier::Name { name } => {
                let query =
                    format!("/communities?name={}&nameMatchMode=EXACT&excludeMeta=false", encoded(name.as_str()));
                let communities: Vec<CommunityAnswer> = self.list(&query).await?;
                Ok(communities.into_iter().find(|community| community.name == name.as_str()))
            }
            identifier => {
                let id = found!(self.community_id(identifier).await?);
                self.one(format!("/communities/{id}")).await
            }
        }
    }

    pub(super) async fn domain(&mut self, identifier: &DomainIdentifier<'_>) -> Found<DomainAnswer> {
        match identifier {
            DomainIdentifier::Name { name, community } => {
                let community = found!(self.community_id(community).await?);
                let query = format!(
                    "/domains?name={}&nameMatchMode=EXACT&communityId={community}&excludeMeta=false",
                    encoded(name.as_str())
                );
                let domains: Vec<DomainAnswer> = self.list(&query).await?;
                Ok(domains.into_iter().find(|domain| domain.name == name.as_str() && domain.community.id == community))
            }
            identifier => {
                let id = found!(self.domain_id(identifier).await?);
                self.one(format!("/domains/{id}")).await
            }
        }
    }

    pub(super) async fn asset(&mut self, identifier: &AssetIdentifier<'_>) -> Found<AssetAnswer> {
        match identifier {
            AssetIdentifier::Name { name, domain } => {
                let domain = found!(self.domain_id(domain).await?);
                let query = format!(
                    "/assets?name={}&nameMatchMode=EXACT&domainId={domain}&excludeMeta=false",
                    encoded(name.as_str())
                );
                let assets: Vec<AssetAnswer> = self.list(&query).await?;
                Ok(assets.into_iter().find(|asset| asset.name == name.as_str() && asset.domain.id == domain))
            }
            identifier => {
                let id = found!(self.asset_id(identifier).await?);
                self.one(format!("/assets/{id}")).await
            }
        }
    }

    pub(super) async fn mapping(&mut self, identifier: &MappingIdentifier<'_>) -> Found<MappingAnswer> {
        match identifier {
            MappingIdentifier::Id { id } => self.one(format!("/mappings/{id}")).await,
            MappingIdentifier::External(pair) => self.mapping_of_pair(pair).await,
            MappingIdentifier::Target { external_system_id: system, target } => {
                let id = found!(self.target_id(target).await?);
                let is_it = |mapping: &MappingAnswer| mapping.mapped_resource.as_ref().is_some_and(|to| to.id == id);
                self.mapping_at(system, "mappedResource", &id.to_string(), is_it).await
            }
        }
    }

    /// The id alone, without a look whether there is such a community.
    async fn community_id(&mut self, identifier: &CommunityIdentifier<'_>) -> Found<Uuid> {
        match identifier {
            CommunityIdentifier::Id { id } => Ok(Some(*id)),
            CommunityIdentifier::External(pair) => self.mapped(pair).await,
            CommunityIdentifier::Name { .. } => Ok(Box::pin(self.community(identifier)).await?.map(|found| found.id)),
        }
    }

    /// The id alone, without a look whether there is such a domain.
    async fn domain_id(&mut self, identifier: &DomainIdentifier<'_>) -> Found<Uuid> {
        match identifier {
            DomainIdentifier::Id { id } => Ok(Some(*id)),
            DomainIdentifier::External(pair) => self.mapped(pair).await,
            DomainIdentifier::Name { .. } => Ok(Box::pin(self.domain(identifier)).await?.map(|found| found.id)),
        }
    }

    /// The id alone, without a look whether there is such an asset.
    async fn asset_id(&mut self, identifier: &AssetIdentifier<'_>) -> Found<Uuid> {
        match identifier {
            AssetIdentifier::Id { id } => Ok(Some(*id)),
            AssetIdentifier::External(pair) => self.mapped(pair).await,
            AssetIdentifier::Name { .. } => Ok(Box::pin(self.asset(identifier)).await?.map(|found| found.id)),
        }
    }

    async fn target_id(&mut self, target: &MappingTarget<'_>) -> Found<Uuid> {
        match target {
            MappingTarget::DgcId(id) => Ok(Some(*id)),
            MappingTarget::Asset(asset) => self.asset_id(asset).await,
            MappingTarget::Domain(domain) => self.domain_id(domain).await,
            MappingTarget::Community(community) => self.community_id(community).await,
            MappingTarget::ComplexRelation(ComplexRelationIdentifier::Id { id }) => Ok(Some(*id)),
            MappingTarget::ComplexRelation(ComplexRelationIdentifier::External(pair)) => self.mapped(pair).await,
            MappingTarget::ComplexRelation(ComplexRelationIdentifier::Legs { .. }) => {
                Err(refused()
                    .with_message("the mapping of a complex relation that is named by its legs cannot be found"))
            }
        }
    }

    /// What a pair is mapped to, whatever its kind.
    async fn mapped(&mut self, pair: &ExternalPair<'_>) -> Found<Uuid> {
        let mapping = found!(self.mapping_of_pair(pair).await?);
        Ok(mapping.mapped_resource.map(|resource| resource.id))
    }

    async fn mapping_of_pair(&mut self, pair: &ExternalPair<'_>) -> Found<MappingAnswer> {
        let ExternalPair { external_system_id: system, external_entity_id: entity } = pair;
        let is_it = |mapping: &MappingAnswer| mapping.external_entity_id == entity.as_str();
        self.mapping_at(system, "externalEntity", entity, is_it).await
    }

    /// The mapping of a system at its own path, or found in the list of the system's mappings where the path may not
    /// have got through.
    async fn mapping_at(
        &mut self,
        system: &str,
        other: &str,
        key: &str,
        is_it: impl Fn(&MappingAnswer) -> bool + Send,
    ) -> Found<MappingAnswer> {
        let way = Way::of(system).max(Way::of(key));
        if way < Way::Closed {
            let path = format!("/mappings/externalSystem/{}/{other}/{}", encoded(system), encoded(key));
            match self.one(path).await {
                Ok(None) if way == Way::Doubtful => {}
                Err(error) if way == Way::Doubtful && error.status() == Some(400) => {}
                answered => return answered,
            }
        }
        let query = format!("/mappings?externalSystemId={}", encoded(system));
        let mappings: Vec<MappingAnswer> = self.list(&query).await?;
        Ok(mappings.into_iter().find(|mapping| mapping.external_system_id == system && is_it(mapping)))
    }
}

/// How sure a text is to arrive as a path segment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// As it is.
    Open,
    /// Perhaps: web servers commonly refuse these characters in a path, or cut the path there, even when they are
    /// percent-encoded. What they answer says nothing about the mapping then.
    Doubtful,
    /// Never: nothing, or dots that are a step (URL standard, "double-dot path segment").
    Closed,
}

impl Way {
    fn of(segment: &str) -> Self {
        match segment {
            "" | "." | ".." => Self::Closed,
            _ if segment.contains(['/', '\\', ';', '%']) || segment.contains(char::is_control) => Self::Doubtful,
            _ => Self::Open,
        }
    }
}
