//! Attribute values of assets and complex relations.

use rusqlite::params;

use super::{Number, Store, TypeNumber};

/// A value as stored: text in the form of its kind, or the JSON array of a multi-value list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredValue {
    pub(crate) is_list: bool,
    pub(crate) value: String,
}

impl Store {
    /// Values of one type in their order.
    pub(crate) fn attributes(&self, owner: Number, attribute_type: TypeNumber) -> rusqlite::Result<Vec<StoredValue>> {
        self.connection
            .prepare_cached("SELECT is_list, value FROM attribute WHERE owner = ?1 AND type = ?2 ORDER BY position")?
            .query_map(params![owner, attribute_type], |row| {
                Ok(StoredValue { is_list: row.get(0)?, value: row.get(1)? })
            })?
            .collect()
    }

    pub(crate) fn insert_attribute(
        &mut self,
        owner: Number,
        attribute_type: TypeNumber,
        position: usize,
        value: &StoredValue,
    ) -> rusqlite::Result<()> {
        let number = self.number();
        let at = self.stamp.at;
        self.connection
            .prepare_cached("INSERT INTO attribute VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)")?
            .execute(params![owner, attribute_type, position as i64, number, value.is_list, value.value, at])?;
        Ok(())
    }

    pub(crate) fn update_attribute(
        &mut self,
        owner: Number,
        attribute_type: TypeNumber,
        position: usize,
        value: &StoredValue,
    ) -> rusqlite::Result<()> {
        let at = self.stamp.at;
        self.connection
            .prepare_cached(
                "UPDATE attribute SET is_list = ?4, value = ?5, modified_on = ?6
                 WHERE owner = ?1 AND type = ?2 AND position = ?3",
            )?
            .execute(params![owner, attribute_type, position as i64, value.is_list, value.value, at])?;
        Ok(())
    }

    /// Removes the values of one type from `position` on.
    pub(crate) fn truncate_attributes(
        &mut self,
        owner: Number,
        attribute_type: TypeNumber,
        position: usize,
    ) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM attribute WHERE owner = ?1 AND type = ?2 AND position >= ?3")?
            .execute(params![owner, attribute_type, position as i64])?;
        Ok(())
    }
}
