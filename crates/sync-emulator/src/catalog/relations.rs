//! Relations between assets.

use rusqlite::params;

use super::{Number, Store, TypeNumber};

/// The end of a relation type that the listed assets are at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Source,
    Target,
}

impl End {
    /// Puts the asset of the command and a listed one in order: source, target.
    fn ordered(self, own: Number, listed: Number) -> (Number, Number) {
        match self {
            Self::Source => (listed, own),
            Self::Target => (own, listed),
        }
    }
}

impl Store {
    /// Assets that `own` is related to by this type, at this end.
    pub(crate) fn related(&self, own: Number, relation: TypeNumber, listed: End) -> rusqlite::Result<Vec<Number>> {
        let sql = match listed {
            End::Source => "SELECT source FROM relation WHERE target = ?1 AND type = ?2",
            End::Target => "SELECT target FROM relation WHERE source = ?1 AND type = ?2",
        };
        self.connection.prepare_cached(sql)?.query_map(params![own, relation], |row| row.get(0))?.collect()
    }

    /// Adds a relation unless it is there; tells whether it was added.
    pub(crate) fn relate(
        &mut self,
        own: Number,
        relation: TypeNumber,
        end: End,
        other: Number,
    ) -> rusqlite::Result<bool> {
        let (source, target) = end.ordered(own, other);
        let number = self.number();
        let stamp = self.stamp;
        let added = self
            .connection
            .prepare_cached("INSERT INTO relation VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING")?
            .execute(params![source, relation, target, number, stamp.at, stamp.by])?;
        Ok(added > 0)
    }

    pub(crate) fn unrelate(
        &mut self,
        own: Number,
        relation: TypeNumber,
        end: End,
        other: Number,
    ) -> rusqlite::Result<()> {
        let (source, target) = end.ordered(own, other);
        self.connection
            .prepare_cached("DELETE FROM relation WHERE source = ?1 AND type = ?2 AND target = ?3")?
            .execute(params![source, relation, target])?;
        Ok(())
    }
}
