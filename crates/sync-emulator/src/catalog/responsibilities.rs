//! Who holds a role on a resource.

use rusqlite::params;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use uuid::Uuid;

use super::{Number, Store, TypeNumber};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum OwnerKind {
    User = 1,
    UserGroup = 2,
}

impl ToSql for OwnerKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(*self as i64))
    }
}

impl FromSql for OwnerKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(if i64::column_result(value)? == 2 { Self::UserGroup } else { Self::User })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct StoredOwner {
    pub(crate) kind: OwnerKind,
    pub(crate) id: Uuid,
}

impl Store {
    /// Owners of one role.
    pub(crate) fn owners(&self, resource: Number, role: TypeNumber) -> rusqlite::Result<Vec<StoredOwner>> {
        self.connection
            .prepare_cached("SELECT owner_kind, owner FROM responsibility WHERE resource = ?1 AND role = ?2")?
            .query_map(params![resource, role], |row| {
                Ok(StoredOwner { kind: row.get(0)?, id: Uuid::from_bytes(row.get(1)?) })
            })?
            .collect()
    }

    pub(crate) fn add_owner(
        &mut self,
        resource: Number,
        role: TypeNumber,
        owner: &StoredOwner,
    ) -> rusqlite::Result<()> {
        self.connection.prepare_cached("INSERT INTO responsibility VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            resource,
            role,
            owner.kind,
            owner.id.as_bytes()
        ])?;
        Ok(())
    }

    pub(crate) fn remove_owner(
        &mut self,
        resource: Number,
        role: TypeNumber,
        owner: &StoredOwner,
    ) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "DELETE FROM responsibility WHERE resource = ?1 AND role = ?2 AND owner_kind = ?3 AND owner = ?4",
            )?
            .execute(params![resource, role, owner.kind, owner.id.as_bytes()])?;
        Ok(())
    }
}
