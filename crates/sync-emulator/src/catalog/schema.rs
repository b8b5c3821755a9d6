//! Tables of the catalogue.

use crate::profile::NameCase;

/// Raised with every change of the tables; a folder with another number is refused.
pub(super) const VERSION: i64 = 1;

/// Names are looked up through the unique indexes of the tables, unless letters match whatever their case.
pub(super) fn name_indexes(name_case: NameCase) -> &'static str {
    match name_case {
        NameCase::Ignored => {
            "CREATE INDEX IF NOT EXISTS community_any_case ON community(name COLLATE NOCASE);
             CREATE INDEX IF NOT EXISTS domain_any_case ON domain(community, name COLLATE NOCASE);
             CREATE INDEX IF NOT EXISTS asset_any_case ON asset(domain, name COLLATE NOCASE);"
        }
        NameCase::Exact => {
            "DROP INDEX IF EXISTS community_any_case;
             DROP INDEX IF EXISTS domain_any_case;
             DROP INDEX IF EXISTS asset_any_case;"
        }
    }
}

/// Keys are integers throughout. Tables that are only ever reached through a resource are clustered by it, so that what
/// belongs together is written and read together.
pub(super) const TABLES: &str = "
CREATE TABLE counter(next INTEGER NOT NULL, seed INTEGER NOT NULL);
CREATE TABLE model(number INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, UNIQUE(kind, key));
CREATE TABLE model_file(content TEXT NOT NULL);
CREATE TABLE user(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL);

CREATE TABLE community(
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT, parent INTEGER,
    created_on INTEGER NOT NULL, created_by INTEGER NOT NULL, modified_on INTEGER NOT NULL, modified_by INTEGER NOT NULL);
CREATE INDEX community_parent ON community(parent) WHERE parent IS NOT NULL;
CREATE TABLE domain(
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, community INTEGER NOT NULL, type INTEGER NOT NULL, description TEXT,
    created_on INTEGER NOT NULL, created_by INTEGER NOT NULL, modified_on INTEGER NOT NULL, modified_by INTEGER NOT NULL,
    UNIQUE(community, name));
CREATE TABLE asset(
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, display_name TEXT NOT NULL, domain INTEGER NOT NULL,
    type INTEGER NOT NULL, status INTEGER NOT NULL,
    created_on INTEGER NOT NULL, created_by INTEGER NOT NULL, modified_on INTEGER NOT NULL, modified_by INTEGER NOT NULL,
    UNIQUE(domain, name));
CREATE TABLE mapping(
    number INTEGER PRIMARY KEY, system TEXT NOT NULL, entity TEXT NOT NULL, kind INTEGER NOT NULL, resource INTEGER,
    url TEXT, description TEXT, last_sync INTEGER NOT NULL,
    created_on INTEGER NOT NULL, created_by INTEGER NOT NULL, modified_on INTEGER NOT NULL, modified_by INTEGER NOT NULL,
    UNIQUE(system, entity));
CREATE UNIQUE INDEX mapping_resource ON mapping(resource, system) WHERE resource IS NOT NULL;
CREATE TABLE complex_relation(
    number INTEGER PRIMARY KEY, type INTEGER NOT NULL,
    created_on INTEGER NOT NULL, created_by INTEGER NOT NULL, modified_on INTEGER NOT NULL, modified_by INTEGER NOT NULL);
CREATE TABLE leg(
    relation INTEGER NOT NULL, leg INTEGER NOT NULL, asset INTEGER NOT NULL,
    PRIMARY KEY(relation, leg, asset)) WITHOUT ROWID;
CREATE INDEX leg_asset ON leg(asset, leg);

CREATE TABLE attribute(
    owner INTEGER NOT NULL, type INTEGER NOT NULL, position INTEGER NOT NULL, number INTEGER NOT NULL,
    is_list INTEGER NOT NULL, value TEXT NOT NULL, created_on INTEGER NOT NULL, modified_on INTEGER NOT NULL,
    PRIMARY KEY(owner, type, position)) WITHOUT ROWID;
CREATE TABLE relation(
    source INTEGER NOT NULL, type INTEGER NOT NULL, target INTEGER NOT NULL, number INTEGER NOT NULL,
    created_on INTEGER NOT NULL, created_by INTEGER NOT NULL,
    PRIMARY KEY(source, type, target)) WITHOUT ROWID;
CREATE INDEX relation_target ON relation(target, type);
CREATE TABLE tag(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE asset_tag(asset INTEGER NOT NULL, tag INTEGER NOT NULL, PRIMARY KEY(asset, tag)) WITHOUT ROWID;
CREATE TABLE responsibility(
    resource INTEGER NOT NULL, role INTEGER NOT NULL, owner_kind INTEGER NOT NULL, owner BLOB NOT NULL,
    PRIMARY KEY(resource, role, owner_kind, owner)) WITHOUT ROWID;

CREATE TABLE synchronization(
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, cycle INTEGER NOT NULL, open INTEGER NOT NULL,
    finalized INTEGER NOT NULL);
CREATE TABLE member(
    synchronization INTEGER NOT NULL, resource INTEGER NOT NULL, kind INTEGER NOT NULL, seen INTEGER NOT NULL,
    identity BLOB NOT NULL, marked INTEGER, previous INTEGER,
    PRIMARY KEY(synchronization, resource)) WITHOUT ROWID;
CREATE INDEX member_marked ON member(synchronization, marked) WHERE marked IS NOT NULL;
CREATE TABLE command_cache(
    synchronization INTEGER NOT NULL, identity BLOB NOT NULL, hash BLOB NOT NULL, kind INTEGER NOT NULL,
    resource INTEGER NOT NULL,
    PRIMARY KEY(synchronization, identity)) WITHOUT ROWID;

CREATE TABLE outcome(
    job BLOB PRIMARY KEY, state TEXT NOT NULL, result TEXT NOT NULL, message TEXT NOT NULL,
    summary TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE job_error(
    job BLOB NOT NULL, position INTEGER NOT NULL, entry TEXT NOT NULL,
    PRIMARY KEY(job, position)) WITHOUT ROWID;
";
