//! Resources as numbers: who is meant, in 128 bits.

use sync_core::command::{
    AssetIdentifier, Command, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, ExternalPair,
    MappingIdentifier, MappingTarget, ResourceKind, Text,
};
use sync_formats::{DigestBuilder, Identity};

/// A resource as it is referred to: kind, form of the identifier and its content. Another form is another key.
pub(super) type Key = u128;

/// Keys of what is referred to again and again: domains and communities, tables of columns.
///
/// Consecutive commands mostly name the same few resources; comparing texts is much cheaper than digesting them.
#[derive(Debug, Default)]
pub(super) struct Keys {
    communities: Remembered<CommunityIdentifier<'static>>,
    domains: Remembered<DomainIdentifier<'static>>,
    assets: Remembered<AssetIdentifier<'static>>,
}

impl Keys {
    pub(super) fn community(&mut self, community: &CommunityIdentifier<'_>) -> Key {
        if let Some(key) = self.communities.find(|known| known == community) {
            return key;
        }
        let key = match community {
            CommunityIdentifier::Id { id } => digest(b"community id", &[id.as_bytes()]),
            CommunityIdentifier::Name { name } => community_name(name),
            CommunityIdentifier::External(pair) => external(ResourceKind::Community, pair),
        };
        self.communities.keep(owned_community(community), key);
        key
    }

    pub(super) fn domain(&mut self, domain: &DomainIdentifier<'_>) -> Key {
        if let Some(key) = self.domains.find(|known| known == domain) {
            return key;
        }
        let key = match domain {
            DomainIdentifier::Id { id } => digest(b"domain id", &[id.as_bytes()]),
            DomainIdentifier::Name { name, community } => domain_name(name, self.community(community)),
            DomainIdentifier::External(pair) => external(ResourceKind::Domain, pair),
        };
        self.domains.keep(owned_domain(domain), key);
        key
    }

    /// The key of an asset that is referred to.
    pub(super) fn related(&mut self, asset: &AssetIdentifier<'_>) -> Key {
        if let Some(key) = self.assets.find(|known| known == asset) {
            return key;
        }
        let key = self.asset(asset);
        self.assets.keep(owned_asset(asset), key);
        key
    }

    /// The key of an asset that a command is about: hardly the same as the one before.
    pub(super) fn asset(&mut self, asset: &AssetIdentifier<'_>) -> Key {
        match asset {
            AssetIdentifier::Id { id } => digest(b"asset id", &[id.as_bytes()]),
            AssetIdentifier::Name { name, domain } => asset_name(name, self.domain(domain)),
            AssetIdentifier::External(pair) => external(ResourceKind::Asset, pair),
        }
    }

    pub(super) fn complex_relation(&mut self, relation: &ComplexRelationIdentifier<'_>) -> Key {
        match relation {
            ComplexRelationIdentifier::Id { id } => digest(b"complex relation id", &[id.as_bytes()]),
            ComplexRelationIdentifier::External(pair) => external(ResourceKind::ComplexRelation, pair),
            ComplexRelationIdentifier::Legs { .. } => {
                let command = sync_core::command::ComplexRelation::new(relation.clone());
                of_identity(&Command::from(command))
            }
        }
    }

    /// The key of a mapping's target; `None` where only the server knows what kind of resource it is.
    pub(super) fn target(&mut self, target: &MappingTarget<'_>) -> Option<(ResourceKind, Key)> {
        match target {
            MappingTarget::DgcId(_) => None,
            MappingTarget::Asset(asset) => Some((ResourceKind::Asset, self.related(asset))),
            MappingTarget::Domain(domain) => Some((ResourceKind::Domain, self.domain(domain))),
            MappingTarget::Community(community) => Some((ResourceKind::Community, self.community(community))),
            MappingTarget::ComplexRelation(relation) => {
                Some((ResourceKind::ComplexRelation, self.complex_relation(relation)))
            }
        }
    }

    /// The key of the resource a command is about.
    pub(super) fn command(&mut self, command: &Command<'_>) -> Key {
        match command {
            Command::Community(community) => self.community(&community.identifier),
            Command::Domain(domain) => self.domain(&domain.identifier),
            Command::Asset(asset) => self.asset(&asset.identifier),
            Command::ComplexRelation(relation) => self.complex_relation(&relation.identifier),
            Command::Mapping(mapping) => match &mapping.identifier {
                MappingIdentifier::Id { id } => digest(b"mapping id", &[id.as_bytes()]),
                MappingIdentifier::External(pair) => external(ResourceKind::Mapping, pair),
                MappingIdentifier::Target { .. } => of_identity(command),
            },
        }
    }
}

/// The key of a community by its name.
pub(super) fn community_name(name: &Text<'_>) -> Key {
    digest(b"community name", &[name.as_bytes()])
}

/// The key of a domain by its name in a community.
pub(super) fn domain_name(name: &Text<'_>, community: Key) -> Key {
    digest(b"domain name", &[&community.to_le_bytes(), name.as_bytes()])
}

/// The key of an asset by its full name in a domain.
pub(super) fn asset_name(name: &Text<'_>, domain: Key) -> Key {
    digest(b"asset name", &[&domain.to_le_bytes(), name.as_bytes()])
}

/// The key of an external system.
pub(super) fn system(name: &str) -> Key {
    digest(b"system", &[name.as_bytes()])
}

/// The key of an external pair, whatever it stands for.
pub(super) fn pair(pair: &ExternalPair<'_>) -> Key {
    digest(b"pair", &[pair.external_system_id.as_bytes(), pair.external_entity_id.as_bytes()])
}

/// The key of a set of relations: those of one resource with one type and one direction.
///
/// The words that go in are digests already: adding them up, each turned by another number of bits, keeps them apart as
/// well as a digest would.
pub(super) fn set(owner: Key, relation_type: Key, listed_are_sources: bool) -> Key {
    let turned = owner.rotate_left(43).wrapping_add(relation_type.rotate_left(86));
    if listed_are_sources { turned ^ Key::MAX } else { turned }
}

/// The key of a relation type as its key is written; UUIDs without regard to case.
pub(super) fn relation_type(text: &str) -> Key {
    digest(b"relation type", &[text.to_ascii_lowercase().as_bytes()])
}

/// Half of a key, for comparing within a handful.
pub(super) fn half(key: Key) -> u64 {
    key as u64
}

fn external(kind: ResourceKind, pair: &ExternalPair<'_>) -> Key {
    let (system, entity) = (&pair.external_system_id, &pair.external_entity_id);
    digest(kind.as_str().as_bytes(), &[system.as_bytes(), entity.as_bytes()])
}

fn of_identity(command: &Command<'_>) -> Key {
    let mut json = Vec::with_capacity(256);
    Identity::write_key(command, &mut json);
    digest(b"identity", &[command.kind().as_str().as_bytes(), &json])
}

/// Digests parts so that where one ends and the next begins makes a difference.
fn digest(what: &[u8], parts: &[&[u8]]) -> Key {
    let mut builder = DigestBuilder::new();
    builder.update(what);
    for part in parts {
        builder.update(&(part.len() as u64).to_le_bytes());
        builder.update(part);
    }
    Key::from_le_bytes(*builder.finish().as_bytes())
}

/// The last few identifiers and their keys.
#[derive(Debug)]
struct Remembered<T> {
    known: [Option<(T, Key)>; 4],
    next: usize,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self { known: [const { None }; 4], next: 0 }
    }
}

impl<T> Remembered<T> {
    fn find(&self, is: impl Fn(&T) -> bool) -> Option<Key> {
        self.known.iter().flatten().find(|(known, _)| is(known)).map(|(_, key)| *key)
    }

    fn keep(&mut self, identifier: T, key: Key) {
        self.known[self.next] = Some((identifier, key));
        self.next = (self.next + 1) % self.known.len();
    }
}

fn owned(text: &Text<'_>) -> Text<'static> {
    Text::from(text.as_str().to_owned())
}

fn owned_pair(pair: &ExternalPair<'_>) -> ExternalPair<'static> {
    ExternalPair::new(owned(&pair.external_system_id), owned(&pair.external_entity_id))
}

fn owned_community(community: &CommunityIdentifier<'_>) -> CommunityIdentifier<'static> {
    match community {
        CommunityIdentifier::Id { id } => CommunityIdentifier::Id { id: *id },
        CommunityIdentifier::Name { name } => CommunityIdentifier::Name { name: owned(name) },
        CommunityIdentifier::External(pair) => CommunityIdentifier::External(owned_pair(pair)),
    }
}

fn owned_domain(domain: &DomainIdentifier<'_>) -> DomainIdentifier<'static> {
    match domain {
        DomainIdentifier::Id { id } => DomainIdentifier::Id { id: *id },
        DomainIdentifier::Name { name, community } => {
            DomainIdentifier::Name { name: owned(name), community: owned_community(community) }
        }
        DomainIdentifier::External(pair) => DomainIdentifier::External(owned_pair(pair)),
    }
}

fn owned_asset(asset: &AssetIdentifier<'_>) -> AssetIdentifier<'static> {
    match asset {
        AssetIdentifier::Id { id } => AssetIdentifier::Id { id: *id },
        AssetIdentifier::Name { name, domain } => {
            AssetIdentifier::Name { name: owned(name), domain: owned_domain(domain) }
        }
        AssetIdentifier::External(pair) => AssetIdentifier::External(owned_pair(pair)),
    }
}
