//! Removing outside of any synchronization. What is removed that way leaves its mappings behind, with nothing at their
//! other end: so whoever reads them learns that something was deleted.

use rusqlite::params;

use super::{Kind, Number, Store};
use crate::jobs::Tally;

impl Store {
    /// Removes a community with all it holds; says whether it was there. Within an open transaction.
    pub(crate) fn remove_community_by_hand(&mut self, community: Number) -> rusqlite::Result<bool> {
        if !self.exists(Kind::Community, community)? {
            return Ok(false);
        }
        self.connection
            .prepare_cached(
                "WITH RECURSIVE
                     inside(number) AS (
                         SELECT ?1 UNION SELECT community.number FROM community JOIN inside ON parent = inside.number),
                     domains(number) AS (SELECT domain.number FROM domain JOIN inside ON community = inside.number),
                     assets(number) AS (SELECT asset.number FROM asset JOIN domains ON domain = domains.number)
                 UPDATE mapping SET resource = NULL WHERE resource IN (
                     SELECT number FROM inside UNION ALL SELECT number FROM domains UNION ALL
                     SELECT number FROM assets UNION ALL
                     SELECT relation FROM leg JOIN assets ON asset = assets.number)",
            )?
            .execute(params![community])?;
        self.remove(Kind::Community, community, &mut Tally::default())?;
        Ok(true)
    }

    /// Removes the mapping of a pair, if there is one. Within an open transaction.
    pub(crate) fn remove_mapping_by_hand(&mut self, system: &str, entity: &str) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM mapping WHERE system = ?1 AND entity = ?2")?
            .execute(params![system, entity])
            .map(drop)
    }
}
