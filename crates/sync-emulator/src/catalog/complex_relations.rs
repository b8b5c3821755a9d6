//! Complex relations and their legs.

use rusqlite::{OptionalExtension, params};

use super::{Number, Store, TypeNumber};

impl Store {
    /// The type of a complex relation, if it exists.
    pub(crate) fn complex_relation(&self, number: Number) -> rusqlite::Result<Option<TypeNumber>> {
        self.connection
            .prepare_cached("SELECT type FROM complex_relation WHERE number = ?1")?
            .query_row([number], |row| row.get(0))
            .optional()
    }

    pub(crate) fn insert_complex_relation(&mut self, relation_type: TypeNumber) -> rusqlite::Result<Number> {
        let number = self.number();
        let stamp = self.stamp;
        self.connection
            .prepare_cached("INSERT INTO complex_relation VALUES (?1, ?2, ?3, ?4, ?3, ?4)")?
            .execute(params![number, relation_type, stamp.at, stamp.by])?;
        Ok(number)
    }

    pub(crate) fn touch_complex_relation(&mut self, number: Number) -> rusqlite::Result<()> {
        let stamp = self.stamp;
        self.connection
            .prepare_cached("UPDATE complex_relation SET modified_on = ?2, modified_by = ?3 WHERE number = ?1")?
            .execute(params![number, stamp.at, stamp.by])?;
        Ok(())
    }

    /// Assets at one leg.
    pub(crate) fn leg(&self, relation: Number, leg: TypeNumber) -> rusqlite::Result<Vec<Number>> {
        self.connection
            .prepare_cached("SELECT asset FROM leg WHERE relation = ?1 AND leg = ?2")?
            .query_map(params![relation, leg], |row| row.get(0))?
            .collect()
    }

    pub(crate) fn add_to_leg(&mut self, relation: Number, leg: TypeNumber, asset: Number) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("INSERT INTO leg VALUES (?1, ?2, ?3)")?
            .execute(params![relation, leg, asset])?;
        Ok(())
    }

    pub(crate) fn remove_from_leg(&mut self, relation: Number, leg: TypeNumber, asset: Number) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM leg WHERE relation = ?1 AND leg = ?2 AND asset = ?3")?
            .execute(params![relation, leg, asset])?;
        Ok(())
    }

    /// Complex relations with this asset at this leg.
    pub(crate) fn complex_relations_with(&self, leg: TypeNumber, asset: Number) -> rusqlite::Result<Vec<Number>> {
        self.connection
            .prepare_cached("SELECT relation FROM leg WHERE asset = ?1 AND leg = ?2")?
            .query_map(params![asset, leg], |row| row.get(0))?
            .collect()
    }
}
