//! Communities.

use rusqlite::{OptionalExtension, params};

use super::{Number, Store};
use crate::profile::NameCase;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommunityRow {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) parent: Option<Number>,
}

impl Store {
    pub(crate) fn community_by_name(&mut self, name: &str) -> rusqlite::Result<Option<Number>> {
        if let Some(number) = self.names.community(name) {
            return Ok(Some(number));
        }
        let found = self
            .connection
            .prepare_cached(match self.name_case {
                NameCase::Ignored => "SELECT number FROM community WHERE name = ?1 COLLATE NOCASE",
                NameCase::Exact => "SELECT number FROM community WHERE name = ?1",
            })?
            .query_row([name], |row| row.get(0))
            .optional()?;
        if let Some(number) = found {
            self.names.keep_community(name, number);
        }
        Ok(found)
    }

    pub(crate) fn community(&self, number: Number) -> rusqlite::Result<Option<CommunityRow>> {
        self.connection
            .prepare_cached("SELECT name, description, parent FROM community WHERE number = ?1")?
            .query_row([number], |row| {
                Ok(CommunityRow { name: row.get(0)?, description: row.get(1)?, parent: row.get(2)? })
            })
            .optional()
    }

    pub(crate) fn insert_community(&mut self, row: &CommunityRow) -> rusqlite::Result<Number> {
        let number = self.number();
        let stamp = self.stamp;
        self.connection
            .prepare_cached("INSERT INTO community VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?6)")?
            .execute(params![number, row.name, row.description, row.parent, stamp.at, stamp.by])?;
        Ok(number)
    }

    pub(crate) fn update_community(&mut self, number: Number, row: &CommunityRow) -> rusqlite::Result<()> {
        self.names.clear();
        let stamp = self.stamp;
        self.connection
            .prepare_cached(
                "UPDATE community SET name = ?2, description = ?3, parent = ?4, modified_on = ?5, modified_by = ?6
                 WHERE number = ?1",
            )?
            .execute(params![number, row.name, row.description, row.parent, stamp.at, stamp.by])?;
        Ok(())
    }
}
