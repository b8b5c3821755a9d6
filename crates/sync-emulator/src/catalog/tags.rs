//! Tags of assets.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use super::{Number, Store};

impl Store {
    /// The tag of this name, created if there is none.
    fn tag(&mut self, name: &str) -> rusqlite::Result<Number> {
        let found = self
            .connection
            .prepare_cached("SELECT number FROM tag WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        if let Some(number) = found {
            return Ok(number);
        }
        let number = self.number();
        self.connection.prepare_cached("INSERT INTO tag VALUES (?1, ?2)")?.execute(params![number, name])?;
        Ok(number)
    }

    /// Makes `names` the complete set of tags; tells whether anything changed.
    pub(crate) fn set_tags(&mut self, asset: Number, names: &[&str], is_new: bool) -> rusqlite::Result<bool> {
        let before: HashSet<Number> = if is_new {
            HashSet::new()
        } else {
            self.connection
                .prepare_cached("SELECT tag FROM asset_tag WHERE asset = ?1")?
                .query_map([asset], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?
        };
        let mut changed = false;
        let mut wanted = HashSet::with_capacity(names.len());
        for name in names {
            let tag = self.tag(name)?;
            if wanted.insert(tag) && !before.contains(&tag) {
                self.connection
                    .prepare_cached("INSERT INTO asset_tag VALUES (?1, ?2)")?
                    .execute(params![asset, tag])?;
                changed = true;
            }
        }
        for tag in before.into_iter().filter(|tag| !wanted.contains(tag)) {
            self.connection
                .prepare_cached("DELETE FROM asset_tag WHERE asset = ?1 AND tag = ?2")?
                .execute(params![asset, tag])?;
            changed = true;
        }
        Ok(changed)
    }
}
