//! What the read operations show of mappings.

use rusqlite::Row;
use serde_json::Value;

use super::{Conditions, Listed, Reader, Window, extend};
use crate::catalog::{Kind, Number};

impl Reader<'_> {
    /// Mappings by pair. One whose resource was deleted by hand points at nothing.
    pub(crate) fn mappings(&self, conditions: Conditions, window: Window) -> Listed {
        self.list(COLUMNS, MAPPINGS, "mapping.system, mapping.entity", conditions, window, |row| self.show_mapping(row))
    }

    fn show_mapping(&self, row: &Row<'_>) -> rusqlite::Result<Value> {
        let mut mapping = self.base("Mapping", Kind::Mapping, row.get(0)?, row, 9)?;
        extend(
            &mut mapping,
            [
                ("externalSystemId", row.get::<_, String>(1)?.into()),
                ("externalEntityId", row.get::<_, String>(2)?.into()),
                ("lastSyncDate", row.get::<_, i64>(7)?.into()),
            ],
        );
        if let Some(resource) = row.get::<_, Option<Number>>(4)? {
            let kind: Kind = row.get(3)?;
            let name = row.get::<_, Option<String>>(8)?.unwrap_or_default();
            extend(&mut mapping, [("mappedResource", self.reference(resource_type(kind), kind, resource, name))]);
        }
        for (name, column) in [("externalEntityUrl", 5), ("description", 6)] {
            if let Some(text) = row.get::<_, Option<String>>(column)? {
                extend(&mut mapping, [(name, text.into())]);
            }
        }
        Ok(mapping)
    }
}

fn resource_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Community => "Community",
        Kind::Domain => "Domain",
        Kind::Asset => "Asset",
        Kind::Mapping => "Mapping",
        Kind::ComplexRelation => "ComplexRelation",
        Kind::Attribute => "Attribute",
        Kind::Relation => "Relation",
    }
}

// Numbers are never used twice, whatever the kind: at most one of the three is found.
const MAPPINGS: &str = "mapping LEFT JOIN asset ON asset.number = mapping.resource \
    LEFT JOIN domain ON domain.number = mapping.resource \
    LEFT JOIN community ON community.number = mapping.resource \
    LEFT JOIN user AS creator ON creator.number = mapping.created_by \
    LEFT JOIN user AS modifier ON modifier.number = mapping.modified_by";
const COLUMNS: &str = "mapping.number, mapping.system, mapping.entity, mapping.kind, mapping.resource, mapping.url, \
    mapping.description, mapping.last_sync, coalesce(asset.name, domain.name, community.name), mapping.created_on, \
    creator.id, mapping.modified_on, modifier.id";
