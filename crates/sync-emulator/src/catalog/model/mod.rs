//! The operating model: types, statuses and roles, resolvable by id, name and public id.

mod file;
mod keys;
mod types;

pub use file::{ModelError, ModelFile};
pub(crate) use keys::RelationKeyError;
pub(crate) use types::{AttributeKind, ComplexType, Leg, Model};
