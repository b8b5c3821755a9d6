//! Bringing the catalogue in line with one command: one file for each kind, one for each kind of characteristic.

mod asset;
mod attributes;
mod community;
mod complex_relation;
mod domain;
mod limits;
mod mapping;
mod relations;
mod responsibilities;

use super::executor::Importer;
use super::failure::{Failure, Outcome, refuse};
use super::resolve::{category, noun};
use crate::catalog::{Kind, MappingRow, Number};
use crate::jobs::Category;
use sync_core::command::ExternalPair;

/// Longest names of communities, domains and tags, and of assets, in characters.
const NAME_CHARS: usize = 255;
const ASSET_NAME_CHARS: usize = 2000;

/// A property that identifies the resource is changed by the same command.
fn not_idempotent<T>(kind: Kind, property: &str) -> Outcome<T> {
    refuse(
        category(kind),
        format!(
            "{property} identifies this {} and cannot be changed by the same command; identify by id or external pair.",
            noun(kind)
        ),
    )
}

fn not_found(kind: Kind, label: &str) -> Failure {
    Failure::new(category(kind), format!("No {} matches '{label}'.", noun(kind)))
}

impl Importer<'_> {
    /// The mapping that comes with a resource created under an external pair.
    fn map(&mut self, pair: &ExternalPair<'_>, kind: Kind, resource: Number) -> Outcome<()> {
        self.store.insert_mapping(&MappingRow {
            system: pair.external_system_id.as_str().to_owned(),
            entity: pair.external_entity_id.as_str().to_owned(),
            kind,
            resource: Some(resource),
            url: None,
            description: None,
            last_sync: self.started,
        })?;
        self.tally.added(Category::Mapping);
        Ok(())
    }
}

/// Sets an optional text if one is given.
fn set_text(field: &mut Option<String>, given: Option<&sync_core::command::Text<'_>>) {
    if let Some(text) = given {
        *field = Some(text.as_str().to_owned());
    }
}
