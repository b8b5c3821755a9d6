//! Removing resources together with what cannot stand without them.

use rusqlite::OptionalExtension;

use super::{Kind, Number, Store};
use crate::jobs::{Category, Tally};

/// Rows taken at a time, so that removing a large domain needs no list of all its assets.
const CHUNK: usize = 500;

impl Store {
    /// Whether a resource is there.
    pub(crate) fn exists(&self, kind: Kind, number: Number) -> rusqlite::Result<bool> {
        let sql = match kind {
            Kind::Community => "SELECT 1 FROM community WHERE number = ?1",
            Kind::Domain => "SELECT 1 FROM domain WHERE number = ?1",
            Kind::Asset => "SELECT 1 FROM asset WHERE number = ?1",
            Kind::Mapping => "SELECT 1 FROM mapping WHERE number = ?1",
            Kind::ComplexRelation => "SELECT 1 FROM complex_relation WHERE number = ?1",
            Kind::Attribute | Kind::Relation => return Ok(false),
        };
        Ok(self.connection.prepare_cached(sql)?.query_row([number], |_| Ok(())).optional()?.is_some())
    }

    /// Removes a resource if it is there. Counts resources; what merely goes along with them (attributes, relations,
    /// tags, responsibilities) is not counted.
    pub(crate) fn remove(&mut self, kind: Kind, number: Number, tally: &mut Tally) -> rusqlite::Result<()> {
        match kind {
            Kind::Community => self.remove_community(number, tally),
            Kind::Domain => self.remove_domain(number, tally),
            Kind::Asset => self.remove_asset(number, tally),
            Kind::Mapping => {
                tally.removed_many(Category::Mapping, self.delete("DELETE FROM mapping WHERE number = ?1", number)?);
                Ok(())
            }
            Kind::ComplexRelation => self.remove_complex_relation(number, tally),
            Kind::Attribute | Kind::Relation => Ok(()),
        }
    }

    fn remove_community(&mut self, number: Number, tally: &mut Tally) -> rusqlite::Result<()> {
        // The tree of communities is walked with a list of its own: its depth is not limited, the stack is.
        let mut open = vec![number];
        while let Some(community) = open.pop() {
            let children = self.some("SELECT number FROM community WHERE parent = ?1 LIMIT ?2", community)?;
            if !children.is_empty() {
                open.push(community);
                open.extend(children);
                continue;
            }
            loop {
                let domains = self.some("SELECT number FROM domain WHERE community = ?1 LIMIT ?2", community)?;
                if domains.is_empty() {
                    break;
                }
                for domain in domains {
                    self.remove_domain(domain, tally)?;
                }
            }
            self.remove_hangers_on(community, tally)?;
            let removed = self.delete("DELETE FROM community WHERE number = ?1", community)?;
            tally.removed_many(Category::Community, removed);
        }
        self.names.clear();
        Ok(())
    }

    fn remove_domain(&mut self, number: Number, tally: &mut Tally) -> rusqlite::Result<()> {
        loop {
            let assets = self.some("SELECT number FROM asset WHERE domain = ?1 LIMIT ?2", number)?;
            if assets.is_empty() {
                break;
            }
            for asset in assets {
                self.remove_asset(asset, tally)?;
            }
        }
        self.remove_hangers_on(number, tally)?;
        tally.removed_many(Category::Domain, self.delete("DELETE FROM domain WHERE number = ?1", number)?);
        self.names.clear();
        Ok(())
    }

    fn remove_asset(&mut self, number: Number, tally: &mut Tally) -> rusqlite::Result<()> {
        let Some(asset_type) = self.asset_type(number)? else { return Ok(()) };
        loop {
            let relations = self.some("SELECT DISTINCT relation FROM leg WHERE asset = ?1 LIMIT ?2", number)?;
            if relations.is_empty() {
                break;
            }
            for relation in relations {
                self.remove_complex_relation(relation, tally)?;
            }
        }
        self.delete("DELETE FROM relation WHERE source = ?1", number)?;
        self.delete("DELETE FROM relation WHERE target = ?1", number)?;
        self.delete("DELETE FROM attribute WHERE owner = ?1", number)?;
        self.delete("DELETE FROM asset_tag WHERE asset = ?1", number)?;
        self.remove_hangers_on(number, tally)?;
        self.delete("DELETE FROM asset WHERE number = ?1", number)?;
        tally.removed_many(Category::Asset, 1);
        tally.asset_type(asset_type).removed += 1;
        Ok(())
    }

    fn remove_complex_relation(&mut self, number: Number, tally: &mut Tally) -> rusqlite::Result<()> {
        self.delete("DELETE FROM leg WHERE relation = ?1", number)?;
        self.delete("DELETE FROM attribute WHERE owner = ?1", number)?;
        self.remove_hangers_on(number, tally)?;
        let removed = self.delete("DELETE FROM complex_relation WHERE number = ?1", number)?;
        tally.removed_many(Category::ComplexRelation, removed);
        Ok(())
    }

    /// What any kind of resource can have: mappings and responsibilities.
    fn remove_hangers_on(&mut self, number: Number, tally: &mut Tally) -> rusqlite::Result<()> {
        self.delete("DELETE FROM responsibility WHERE resource = ?1", number)?;
        tally.removed_many(Category::Mapping, self.delete("DELETE FROM mapping WHERE resource = ?1", number)?);
        Ok(())
    }

    fn delete(&self, sql: &str, number: Number) -> rusqlite::Result<usize> {
        self.connection.prepare_cached(sql)?.execute([number])
    }

    fn some(&self, sql: &str, number: Number) -> rusqlite::Result<Vec<Number>> {
        self.connection
            .prepare_cached(sql)?
            .query_map(rusqlite::params![number, CHUNK as i64], |row| row.get(0))?
            .collect()
    }
}
