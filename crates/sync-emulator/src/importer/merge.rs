//! Several neighbouring commands about one resource become one.

use std::collections::HashSet;
use std::hash::Hash;

use serde::{Serialize, Serializer};
use sync_core::command::{
    AssetIdentifier, Command, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, ExternalPair,
    MappingIdentifier, Members, Text,
};

use super::failure::Failure;
use crate::jobs::Category;

/// The identifier of a command of any kind.
pub(super) struct Identifier<'c, 'a>(pub(super) &'c Command<'a>);

impl Serialize for Identifier<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Command::Community(command) => command.identifier.serialize(serializer),
            Command::Domain(command) => command.identifier.serialize(serializer),
            Command::Asset(command) => command.identifier.serialize(serializer),
            Command::Mapping(command) => command.identifier.serialize(serializer),
            Command::ComplexRelation(command) => command.identifier.serialize(serializer),
        }
    }
}

/// The identifier as an error shows it: the id, the name or `system/entity`; JSON for the other forms. What the service
/// shows for anything but ids is not documented.
pub(super) fn identifier_text(command: &Command<'_>) -> String {
    let pair = |pair: &ExternalPair<'_>| format!("{}/{}", pair.external_system_id, pair.external_entity_id);
    match command {
        Command::Community(command) => match &command.identifier {
            CommunityIdentifier::Id { id } => id.to_string(),
            CommunityIdentifier::Name { name } => name.to_string(),
            CommunityIdentifier::External(external) => pair(external),
        },
        Command::Domain(command) => match &command.identifier {
            DomainIdentifier::Id { id } => id.to_string(),
            DomainIdentifier::Name { name, .. } => name.to_string(),
            DomainIdentifier::External(external) => pair(external),
        },
        Command::Asset(command) => match &command.identifier {
            AssetIdentifier::Id { id } => id.to_string(),
            AssetIdentifier::Name { name, .. } => name.to_string(),
            AssetIdentifier::External(external) => pair(external),
        },
        Command::Mapping(mapping) => match &mapping.identifier {
            MappingIdentifier::Id { id } => id.to_string(),
            MappingIdentifier::External(external) => pair(external),
            MappingIdentifier::Target { .. } => serde_json::to_string(&Identifier(command)).unwrap_or_default(),
        },
        Command::ComplexRelation(relation) => match &relation.identifier {
            ComplexRelationIdentifier::Id { id } => id.to_string(),
            ComplexRelationIdentifier::External(external) => pair(external),
            ComplexRelationIdentifier::Legs { .. } => serde_json::to_string(&Identifier(command)).unwrap_or_default(),
        },
    }
}

/// Most keys of one map that neighbours may have together (ours): each is looked for among all others.
const KEYS: usize = 10_000;

/// Adds what `next` says to `first`: later fields win, lists are united.
pub(super) fn merge<'a>(first: &mut Command<'a>, next: Command<'a>) -> Result<(), Failure> {
    match (first, next) {
        (Command::Community(first), Command::Community(next)) => {
            take(&mut first.name, next.name);
            take(&mut first.description, next.description);
            take(&mut first.parent, next.parent);
            unite(&mut first.responsibilities, next.responsibilities)?;
        }
        (Command::Domain(first), Command::Domain(next)) => {
            take(&mut first.name, next.name);
            take(&mut first.community, next.community);
            take(&mut first.type_ref, next.type_ref);
            take(&mut first.description, next.description);
            unite(&mut first.responsibilities, next.responsibilities)?;
        }
        (Command::Asset(first), Command::Asset(next)) => {
            take(&mut first.name, next.name);
            take(&mut first.display_name, next.display_name);
            take(&mut first.domain, next.domain);
            take(&mut first.type_ref, next.type_ref);
            take(&mut first.status, next.status);
            unite(&mut first.attributes, next.attributes)?;
            unite(&mut first.relations, next.relations)?;
            unite(&mut first.responsibilities, next.responsibilities)?;
            match (&mut first.tags, next.tags) {
                (Some(tags), Some(more)) => extend(tags, &more),
                (tags, more) => take(tags, more),
            }
        }
        (Command::Mapping(first), Command::Mapping(next)) => {
            take(&mut first.external_system_id, next.external_system_id);
            take(&mut first.external_entity_id, next.external_entity_id);
            take(&mut first.target, next.target);
            take(&mut first.ext_entity_url, next.ext_entity_url);
            take(&mut first.last_sync_date, next.last_sync_date);
            take(&mut first.description, next.description);
        }
        (Command::ComplexRelation(first), Command::ComplexRelation(next)) => {
            take(&mut first.complex_relation_type, next.complex_relation_type);
            unite(&mut first.relations, next.relations)?;
            unite(&mut first.attributes, next.attributes)?;
        }
        // Commands of different kinds never have the same identity, so they are never merged.
        (first, next) => *first = next,
    }
    Ok(())
}

fn take<T>(field: &mut Option<T>, next: Option<T>) {
    if next.is_some() {
        *field = next;
    }
}

fn unite<'a, T: Clone + Eq + Hash>(
    first: &mut Option<Members<'a, Vec<T>>>,
    next: Option<Members<'a, Vec<T>>>,
) -> Result<(), Failure> {
    let Some(next) = next else { return Ok(()) };
    let Some(members) = first else {
        *first = Some(next);
        return Ok(());
    };
    if members.len() + next.len() > KEYS {
        let message = format!("Neighbouring commands about one resource have more than {KEYS} keys together.");
        return Err(Failure::new(Category::Asset, message));
    }
    for (key, more) in next.iter() {
        let mut values = members.get(key).cloned().unwrap_or_default();
        extend(&mut values, more);
        members.set(Text::clone(key), values);
    }
    Ok(())
}

fn extend<T: Clone + Eq + Hash>(values: &mut Vec<T>, more: &[T]) {
    let mut seen: HashSet<T> = values.iter().cloned().collect();
    values.extend(more.iter().filter(|value| seen.insert((*value).clone())).cloned());
}
