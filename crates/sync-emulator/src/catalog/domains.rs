//! Domains.

use rusqlite::{OptionalExtension, params};

use super::{Number, Store, TypeNumber};
use crate::profile::NameCase;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DomainRow {
    pub(crate) name: String,
    pub(crate) community: Number,
    pub(crate) domain_type: TypeNumber,
    pub(crate) description: Option<String>,
}

impl Store {
    pub(crate) fn domain_by_name(&mut self, community: Number, name: &str) -> rusqlite::Result<Option<Number>> {
        if let Some(number) = self.names.domain(community, name) {
            return Ok(Some(number));
        }
        let found = self
            .connection
            .prepare_cached(match self.name_case {
                NameCase::Ignored => "SELECT number FROM domain WHERE community = ?1 AND name = ?2 COLLATE NOCASE",
                NameCase::Exact => "SELECT number FROM domain WHERE community = ?1 AND name = ?2",
            })?
            .query_row(params![community, name], |row| row.get(0))
            .optional()?;
        if let Some(number) = found {
            self.names.keep_domain(community, name, number);
        }
        Ok(found)
    }

    /// The status of a new asset of a type in a domain.
    pub(crate) fn default_status(&self, asset_type: TypeNumber, domain: Number) -> rusqlite::Result<TypeNumber> {
        // A domain that is gone is none that anything could be said about.
        let domain_type = self.domain(domain)?.map_or(TypeNumber(0), |domain| domain.domain_type);
        Ok(self.model.default_status(asset_type, domain_type))
    }

    pub(crate) fn domain(&self, number: Number) -> rusqlite::Result<Option<DomainRow>> {
        self.connection
            .prepare_cached("SELECT name, community, type, description FROM domain WHERE number = ?1")?
            .query_row([number], |row| {
                Ok(DomainRow {
                    name: row.get(0)?,
                    community: row.get(1)?,
                    domain_type: row.get(2)?,
                    description: row.get(3)?,
                })
            })
            .optional()
    }

    pub(crate) fn insert_domain(&mut self, row: &DomainRow) -> rusqlite::Result<Number> {
        let number = self.number();
        let stamp = self.stamp;
        self.connection
            .prepare_cached("INSERT INTO domain VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?7)")?
            .execute(params![number, row.name, row.community, row.domain_type, row.description, stamp.at, stamp.by])?;
        Ok(number)
    }

    pub(crate) fn update_domain(&mut self, number: Number, row: &DomainRow) -> rusqlite::Result<()> {
        self.names.clear();
        let stamp = self.stamp;
        self.connection
            .prepare_cached(
                "UPDATE domain SET name = ?2, community = ?3, type = ?4, description = ?5, modified_on = ?6,
                 modified_by = ?7 WHERE number = ?1",
            )?
            .execute(params![number, row.name, row.community, row.domain_type, row.description, stamp.at, stamp.by])?;
        Ok(())
    }
}
