//! Assets.

use rusqlite::{OptionalExtension, params};

use super::{Number, Store, TypeNumber};
use crate::profile::NameCase;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AssetRow {
    /// Full name, unique within the domain.
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) domain: Number,
    pub(crate) asset_type: TypeNumber,
    pub(crate) status: TypeNumber,
}

impl Store {
    pub(crate) fn asset_by_name(&self, domain: Number, name: &str) -> rusqlite::Result<Option<Number>> {
        self.connection
            .prepare_cached(match self.name_case {
                NameCase::Ignored => "SELECT number FROM asset WHERE domain = ?1 AND name = ?2 COLLATE NOCASE",
                NameCase::Exact => "SELECT number FROM asset WHERE domain = ?1 AND name = ?2",
            })?
            .query_row(params![domain, name], |row| row.get(0))
            .optional()
    }

    pub(crate) fn asset(&self, number: Number) -> rusqlite::Result<Option<AssetRow>> {
        self.connection
            .prepare_cached("SELECT name, display_name, domain, type, status FROM asset WHERE number = ?1")?
            .query_row([number], |row| {
                Ok(AssetRow {
                    name: row.get(0)?,
                    display_name: row.get(1)?,
                    domain: row.get(2)?,
                    asset_type: row.get(3)?,
                    status: row.get(4)?,
                })
            })
            .optional()
    }

    pub(crate) fn asset_type(&self, number: Number) -> rusqlite::Result<Option<TypeNumber>> {
        self.connection
            .prepare_cached("SELECT type FROM asset WHERE number = ?1")?
            .query_row([number], |row| row.get(0))
            .optional()
    }

    pub(crate) fn insert_asset(&mut self, row: &AssetRow) -> rusqlite::Result<Number> {
        let number = self.number();
        let stamp = self.stamp;
        self.connection.prepare_cached("INSERT INTO asset VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?8)")?.execute(
            params![number, row.name, row.display_name, row.domain, row.asset_type, row.status, stamp.at, stamp.by],
        )?;
        Ok(number)
    }

    pub(crate) fn update_asset(&mut self, number: Number, row: &AssetRow) -> rusqlite::Result<()> {
        let stamp = self.stamp;
        self.connection
            .prepare_cached(
                "UPDATE asset SET name = ?2, display_name = ?3, domain = ?4, type = ?5, status = ?6, modified_on = ?7,
                 modified_by = ?8 WHERE number = ?1",
            )?
            .execute(params![
                number,
                row.name,
                row.display_name,
                row.domain,
                row.asset_type,
                row.status,
                stamp.at,
                stamp.by
            ])?;
        Ok(())
    }

    /// Sets the status alone.
    pub(crate) fn set_status(&mut self, number: Number, status: TypeNumber) -> rusqlite::Result<()> {
        let stamp = self.stamp;
        self.connection
            .prepare_cached("UPDATE asset SET status = ?2, modified_on = ?3, modified_by = ?4 WHERE number = ?1")?
            .execute(params![number, status, stamp.at, stamp.by])?;
        Ok(())
    }
}
