//! External mappings: pairs of keys in other systems.

use rusqlite::{OptionalExtension, Row, params};

use super::{Kind, Number, Store};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MappingRow {
    pub(crate) system: String,
    pub(crate) entity: String,
    pub(crate) kind: Kind,
    /// Empty where the resource was deleted by hand.
    pub(crate) resource: Option<Number>,
    pub(crate) url: Option<String>,
    pub(crate) description: Option<String>,
    /// As given; the unit is not documented. The start of the job where nothing was given.
    pub(crate) last_sync: i64,
}

fn row(row: &Row<'_>) -> rusqlite::Result<MappingRow> {
    Ok(MappingRow {
        system: row.get(0)?,
        entity: row.get(1)?,
        kind: row.get(2)?,
        resource: row.get(3)?,
        url: row.get(4)?,
        description: row.get(5)?,
        last_sync: row.get(6)?,
    })
}

impl Store {
    pub(crate) fn mapping_by_pair(&self, system: &str, entity: &str) -> rusqlite::Result<Option<Number>> {
        self.connection
            .prepare_cached("SELECT number FROM mapping WHERE system = ?1 AND entity = ?2")?
            .query_row(params![system, entity], |row| row.get(0))
            .optional()
    }

    pub(crate) fn mapping_by_resource(&self, system: &str, resource: Number) -> rusqlite::Result<Option<Number>> {
        self.connection
            .prepare_cached("SELECT number FROM mapping WHERE resource = ?1 AND system = ?2")?
            .query_row(params![resource, system], |row| row.get(0))
            .optional()
    }

    /// What a pair is mapped to, if it is mapped: kind and resource.
    pub(crate) fn mapped(&self, system: &str, entity: &str) -> rusqlite::Result<Option<(Kind, Option<Number>)>> {
        self.connection
            .prepare_cached("SELECT kind, resource FROM mapping WHERE system = ?1 AND entity = ?2")?
            .query_row(params![system, entity], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    }

    pub(crate) fn mapping(&self, number: Number) -> rusqlite::Result<Option<MappingRow>> {
        self.connection
            .prepare_cached(
                "SELECT system, entity, kind, resource, url, description, last_sync FROM mapping WHERE number = ?1",
            )?
            .query_row([number], row)
            .optional()
    }

    pub(crate) fn insert_mapping(&mut self, row: &MappingRow) -> rusqlite::Result<Number> {
        let number = self.number();
        let stamp = self.stamp;
        self.connection
            .prepare_cached("INSERT INTO mapping VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9, ?10)")?
            .execute(params![
                number,
                row.system,
                row.entity,
                row.kind,
                row.resource,
                row.url,
                row.description,
                row.last_sync,
                stamp.at,
                stamp.by
            ])?;
        Ok(number)
    }

    pub(crate) fn update_mapping(&mut self, number: Number, row: &MappingRow) -> rusqlite::Result<()> {
        let stamp = self.stamp;
        self.connection
            .prepare_cached(
                "UPDATE mapping SET system = ?2, entity = ?3, kind = ?4, resource = ?5, url = ?6, description = ?7,
                 last_sync = ?8, modified_on = ?9, modified_by = ?10 WHERE number = ?1",
            )?
            .execute(params![
                number,
                row.system,
                row.entity,
                row.kind,
                row.resource,
                row.url,
                row.description,
                row.last_sync,
                stamp.at,
                stamp.by
            ])?;
        Ok(())
    }
}
