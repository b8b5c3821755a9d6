//! External mappings with a command of their own.

use sync_core::command::{Mapping, MappingIdentifier};

use super::{NAME_CHARS, not_found, not_idempotent, set_text};
use crate::catalog::{Kind, MappingRow, Number};
use crate::importer::Importer;
use crate::importer::failure::{Outcome, refuse};
use crate::importer::resolve::check_pair;
use crate::jobs::Category;

const OF: Category = Category::Mapping;

impl Importer<'_> {
    pub(in crate::importer) fn mapping(&mut self, command: &Mapping<'_>) -> Outcome<Number> {
        if let Some(url) = &command.ext_entity_url
            && url.chars().count() > NAME_CHARS
        {
            return refuse(OF, format!("The URL of a mapping must have at most {NAME_CHARS} characters."));
        }
        let found = self.find_mapping(&command.identifier)?;
        let target = match &command.target {
            Some(target) => match self.find_target(target)? {
                Some(target) => Some(target),
                None => return refuse(OF, "Mapped resource not found."),
            },
            None => None,
        };
        match found {
            Some(number) => self.update_mapping(command, number, target),
            None => self.create_mapping(command, target),
        }
    }

    fn create_mapping(&mut self, command: &Mapping<'_>, target: Option<(Kind, Number)>) -> Outcome<Number> {
        let (system, entity, target) = match &command.identifier {
            MappingIdentifier::Id { id } => return Err(not_found(Kind::Mapping, &id.to_string()).into()),
            MappingIdentifier::External(pair) => (&pair.external_system_id, Some(&pair.external_entity_id), target),
            MappingIdentifier::Target { external_system_id, target: identifying } => {
                let identifying = self.find_target(identifying)?;
                if target.is_some() && target != identifying {
                    return not_idempotent(Kind::Mapping, "The mapped resource");
                }
                (external_system_id, command.external_entity_id.as_ref(), identifying)
            }
        };
        let Some(entity) = entity else {
            return refuse(OF, "Mapping to create needs both external ids.");
        };
        let Some((kind, resource)) = target else {
            return refuse(OF, "Mapped resource not found: a mapping to create points to exactly one resource.");
        };
        check_pair(OF, system, entity)?;
        let mut row = MappingRow {
            system: system.as_str().to_owned(),
            entity: entity.as_str().to_owned(),
            kind,
            resource: Some(resource),
            url: None,
            description: None,
            last_sync: command.last_sync_date.unwrap_or(self.started),
        };
        set_text(&mut row.url, command.ext_entity_url.as_ref());
        set_text(&mut row.description, command.description.as_ref());
        self.refuse_used(None, &row)?;
        let number = self.store.insert_mapping(&row)?;
        self.tally.added(OF);
        Ok(number)
    }

    fn update_mapping(
        &mut self,
        command: &Mapping<'_>,
        number: Number,
        target: Option<(Kind, Number)>,
    ) -> Outcome<Number> {
        let Some(before) = self.store.mapping(number)? else { return refuse(OF, "No mapping matches.") };
        let mut row = before.clone();
        if let Some(system) = &command.external_system_id {
            row.system = system.as_str().to_owned();
        }
        if let Some(entity) = &command.external_entity_id {
            row.entity = entity.as_str().to_owned();
        }
        if let Some((kind, resource)) = target {
            row.kind = kind;
            row.resource = Some(resource);
        }
        let identified_by = match &command.identifier {
            MappingIdentifier::Id { .. } => None,
            MappingIdentifier::External(_) => {
                ((&row.system, &row.entity) != (&before.system, &before.entity)).then_some("The external pair")
            }
            MappingIdentifier::Target { .. } => ((&row.system, row.resource) != (&before.system, before.resource))
                .then_some("The external system with the mapped resource"),
        };
        if let Some(property) = identified_by {
            return not_idempotent(Kind::Mapping, property);
        }
        set_text(&mut row.url, command.ext_entity_url.as_ref());
        set_text(&mut row.description, command.description.as_ref());
        if let Some(date) = command.last_sync_date {
            row.last_sync = date;
        }
        let is_changed = row != before;
        if is_changed {
            check_pair(OF, &row.system, &row.entity)?;
            self.refuse_used(Some(number), &row)?;
            self.tally.updated(OF);
        }
        // The time of the last synchronization moves with every executed command, which is no change worth counting.
        row.last_sync = command.last_sync_date.unwrap_or(self.started);
        if is_changed || row.last_sync != before.last_sync {
            self.store.update_mapping(number, &row)?;
        }
        Ok(number)
    }

    /// A pair maps one resource, and a resource has one mapping in each system.
    fn refuse_used(&self, own: Option<Number>, row: &MappingRow) -> Outcome<()> {
        let by_pair = self.store.mapping_by_pair(&row.system, &row.entity)?;
        let by_resource = match row.resource {
            Some(resource) => self.store.mapping_by_resource(&row.system, resource)?,
            None => None,
        };
        match by_pair.into_iter().chain(by_resource).find(|found| Some(*found) != own) {
            Some(_) => {
                refuse(OF, format!("The external pair '{}/{}' or its resource is in use.", row.system, row.entity))
            }
            None => Ok(()),
        }
    }
}
