//! Keys inside the database and the ids the outside sees.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use uuid::Uuid;

macro_rules! key {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) struct $name(pub(crate) i64);

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0))
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map(Self)
            }
        }
    )*};
}
key! {
    /// A resource. Numbers come from one counter for all kinds and are never used twice.
    Number
    /// A type, status, role or leg of the operating model.
    TypeNumber
    /// A user.
    UserNumber
}

/// Kinds of resources with an id of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Community = 1,
    Domain = 2,
    Asset = 3,
    Mapping = 4,
    ComplexRelation = 5,
    Attribute = 6,
    Relation = 7,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Community,
        Self::Domain,
        Self::Asset,
        Self::Mapping,
        Self::ComplexRelation,
        Self::Attribute,
        Self::Relation,
    ];

    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i64 == code)
    }
}

impl ToSql for Kind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(*self as i64))
    }
}

impl FromSql for Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = i64::column_result(value)?;
        Self::from_code(code).ok_or(rusqlite::types::FromSqlError::OutOfRange(code))
    }
}

/// Turns numbers into ids and back.
///
/// An id is a UUID of version 8: 60 bits that belong to this database, the kind, the number. It costs no column and no
/// index, whereas a stored random UUID would cost both and scatter the writes of a large import over the whole tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    high: u64,
}

const VERSION: u64 = 0xF << 12;
const NUMBER_BITS: u32 = 56;

impl Ids {
    /// `seed` tells databases apart, so that an id of one never names a resource of another.
    pub(crate) fn new(seed: u64) -> Self {
        Self { high: (seed & !VERSION) | (8 << 12) }
    }

    pub(crate) fn id(self, kind: Kind, number: Number) -> Uuid {
        let low = (0b10 << 62) | ((kind as u64) << NUMBER_BITS) | (number.0 as u64 & ((1 << NUMBER_BITS) - 1));
        Uuid::from_u64_pair(self.high, low)
    }

    /// Kind and number of an id of this database; whether the resource exists is another question.
    pub(crate) fn resource(self, id: Uuid) -> Option<(Kind, Number)> {
        let (high, low) = id.as_u64_pair();
        if high != self.high || low >> 62 != 0b10 {
            return None;
        }
        let kind = Kind::from_code((low >> NUMBER_BITS) as i64 & 0x3F)?;
        Some((kind, Number((low & ((1 << NUMBER_BITS) - 1)) as i64)))
    }

    /// The number of an id of one kind.
    pub(crate) fn number(self, kind: Kind, id: Uuid) -> Option<Number> {
        self.resource(id).and_then(|(found, number)| (found == kind).then_some(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_leads_back_to_its_number_in_its_own_database_only() {
        let ids = Ids::new(0x0123_4567_89AB_CDEF);
        let id = ids.id(Kind::Mapping, Number(42));
        assert_eq!(id.get_version_num(), 8);
        assert_eq!(ids.resource(id), Some((Kind::Mapping, Number(42))));
        assert_eq!(ids.number(Kind::Asset, id), None);
        assert_eq!(Ids::new(7).resource(id), None);
    }
}
