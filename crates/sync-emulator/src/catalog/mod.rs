//! The catalogue: operating model, communities, domains, assets, mappings, complex relations and what hangs on them.

mod assets;
mod attributes;
mod by_hand;
mod communities;
mod complex_relations;
mod domains;
mod mappings;
pub(crate) mod model;
mod names;
mod number;
pub(crate) mod read;
mod relations;
mod removal;
mod responsibilities;
mod schema;
pub(crate) mod snapshot;
mod store;
mod tags;
mod wipe;

pub(crate) use assets::AssetRow;
pub(crate) use attributes::StoredValue;
pub(crate) use communities::CommunityRow;
pub(crate) use domains::DomainRow;
pub(crate) use mappings::MappingRow;
pub(crate) use number::{Ids, Kind, Number, TypeNumber, UserNumber};
pub(crate) use relations::End;
pub(crate) use responsibilities::{OwnerKind, StoredOwner};
pub use snapshot::SnapshotError;
pub(crate) use store::{OpenError, Stamp, Storage, Store, files, open_reader, open_writer, uploads};
