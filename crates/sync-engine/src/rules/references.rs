//! What a command refers to, and where in it.

use sync_core::check::{Path, Segment};
use sync_core::command::{
    AssetIdentifier, Command, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, MappingIdentifier,
    MappingTarget, Relations,
};

use super::key::{Key, Keys};

/// What a reference is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// The resource must be there before the command.
    Needed,
    /// The same, and commands of one source cannot see to that: the parent of a community.
    Parent,
}

/// Whom a reference names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named<'c, 'a> {
    Community(&'c CommunityIdentifier<'a>),
    Domain(&'c DomainIdentifier<'a>),
    Asset(&'c AssetIdentifier<'a>),
    ComplexRelation(&'c ComplexRelationIdentifier<'a>),
}

impl Named<'_, '_> {
    /// Whether the resource is named by an id, which it has only if it exists already.
    pub(super) fn is_by_id(&self) -> bool {
        match self {
            Self::Community(community) => matches!(community, CommunityIdentifier::Id { .. }),
            Self::Domain(domain) => matches!(domain, DomainIdentifier::Id { .. }),
            Self::Asset(asset) => matches!(asset, AssetIdentifier::Id { .. }),
            Self::ComplexRelation(relation) => matches!(relation, ComplexRelationIdentifier::Id { .. }),
        }
    }

    pub(super) fn key(&self, keys: &mut Keys) -> Key {
        match self {
            Self::Community(community) => keys.community(community),
            Self::Domain(domain) => keys.domain(domain),
            Self::Asset(asset) => keys.related(asset),
            Self::ComplexRelation(relation) => keys.complex_relation(relation),
        }
    }
}

/// The way to a reference, as a chain of steps on the stack: a path is made only where somebody asks for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way<'w> {
    Command,
    Member(&'w Way<'w>, &'static str),
    Key(&'w Way<'w>, &'w str),
    Index(&'w Way<'w>, usize),
}

impl Way<'_> {
    pub(super) fn path(&self) -> Path {
        match self {
            Self::Command => Path::default(),
            Self::Member(before, name) => before.path().join(Segment::Member((*name).to_owned())),
            Self::Key(before, key) => before.path().join(Segment::Key((*key).to_owned())),
            Self::Index(before, index) => before.path().join(Segment::Index(*index)),
        }
    }
}

/// Calls `visit` with everything a command refers to. What stands around a name comes before the name: the community of
/// a domain before the domain.
pub(super) fn for_each(command: &Command<'_>, visit: &mut impl FnMut(Named<'_, '_>, Use, &Way<'_>)) {
    let (top, identifier) = (Way::Command, Way::Member(&Way::Command, "identifier"));
    match command {
        Command::Community(community) => {
            if let Some(parent) = &community.parent {
                visit(Named::Community(parent), Use::Parent, &Way::Member(&top, "parent"));
            }
        }
        Command::Domain(domain) => {
            in_domain(&domain.identifier, &identifier, visit);
            if let Some(community) = &domain.community {
                visit(Named::Community(community), Use::Needed, &Way::Member(&top, "community"));
            }
        }
        Command::Asset(asset) => {
            in_asset(&asset.identifier, &identifier, visit);
            if let Some(domain) = &asset.domain {
                a_domain(domain, &Way::Member(&top, "domain"), visit);
            }
            if let Some(relations) = &asset.relations {
                in_relations(relations, &Way::Member(&top, "relations"), visit);
            }
        }
        Command::Mapping(mapping) => {
            if let MappingIdentifier::Target { target, .. } = &mapping.identifier {
                a_target(target, &identifier, visit);
            }
            if let Some(target) = &mapping.target {
                a_target(target, &top, visit);
            }
        }
        Command::ComplexRelation(relation) => {
            in_complex_relation(&relation.identifier, &identifier, visit);
            if let Some(relations) = &relation.relations {
                in_relations(relations, &Way::Member(&top, "relations"), visit);
            }
        }
    }
}

fn in_domain(domain: &DomainIdentifier<'_>, way: &Way<'_>, visit: &mut impl FnMut(Named<'_, '_>, Use, &Way<'_>)) {
    if let DomainIdentifier::Name { community, .. } = domain {
        visit(Named::Community(community), Use::Needed, &Way::Member(way, "community"));
    }
}

fn a_domain(domain: &DomainIdentifier<'_>, way: &Way<'_>, visit: &mut impl FnMut(Named<'_, '_>, Use, &Way<'_>)) {
    in_domain(domain, way, visit);
    visit(Named::Domain(domain), Use::Needed, way);
}

fn in_asset(asset: &AssetIdentifier<'_>, way: &Way<'_>, visit: &mut impl FnMut(Named<'_, '_>, Use, &Way<'_>)) {
    if let AssetIdentifier::Name { domain, .. } = asset {
        a_domain(domain, &Way::Member(way, "domain"), visit);
    }
}

fn in_relations(relations: &Relations<'_>, way: &Way<'_>, visit: &mut impl FnMut(Named<'_, '_>, Use, &Way<'_>)) {
    for (key, assets) in relations.iter() {
        for (index, asset) in assets.iter().enumerate() {
            let key = Way::Key(way, key);
            let way = Way::Index(&key, index);
            in_asset(asset, &way, visit);
            visit(Named::Asset(asset), Use::Needed, &way);
        }
    }
}

fn in_complex_relation(
    relation: &ComplexRelationIdentifier<'_>,
    way: &Way<'_>,
    visit: &mut impl FnMut(Named<'_, '_>, Use, &Way<'_>),
) {
    if let ComplexRelationIdentifier::Legs { relations } = relation {
        in_relations(relations, &Way::Member(way, "relations"), visit);
    }
}

fn a_target(target: &MappingTarget<'_>, way: &Way<'_>, visit: &mut impl FnMut(Named<'_, '_>, Use, &Way<'_>)) {
    match target {
        MappingTarget::DgcId(_) => {}
        MappingTarget::Community(community) => {
            visit(Named::Community(community), Use::Needed, &Way::Member(way, "community"));
        }
        MappingTarget::Domain(domain) => a_domain(domain, &Way::Member(way, "domain"), visit),
        MappingTarget::Asset(asset) => {
            let way = Way::Member(way, "asset");
            in_asset(asset, &way, visit);
            visit(Named::Asset(asset), Use::Needed, &way);
        }
        MappingTarget::ComplexRelation(relation) => {
            let way = Way::Member(way, "complexRelation");
            in_complex_relation(relation, &way, visit);
            visit(Named::ComplexRelation(relation), Use::Needed, &way);
        }
    }
}
