//! The operating model: types, statuses and roles, resolvable by id, name and public id.

mod assignments;
mod file;
mod keys;
mod types;

pub(crate) use assignments::{Assigned, Direction, Occurs};
pub use file::{ModelError, ModelFile};
pub(crate) use keys::RelationKeyError;
pub(crate) use types::{AttributeKind, AttributeType, ComplexType, Leg, Model, Types};
