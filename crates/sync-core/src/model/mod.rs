//! The operating model of an instance: what there is to refer to, and what goes together.
//!
//! Read once from a server ([`ModelSource`]), kept as a file, asked through a [`ModelIndex`]. The file is the same that
//! seeds the embedded server.
//!
//! ```
//! use sync_core::check;
//! use sync_core::command::Command;
//! use sync_core::model::{Model, ModelIndex};
//!
//! let model = Model::from_slice(br#"{"model": {"complete": true, "assetTypes": [{"name": "Table"}]}}"#)?;
//! let model = ModelIndex::new(model);
//! let record = br#"{"resourceType": "Asset", "identifier": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "type": {"name": "Tabel"}}"#;
//! let mut misfits = Vec::new();
//! check::against(&model, &Command::from_slice(record)?, &mut misfits);
//! assert_eq!(misfits[0].rule.code, "local.assetType.notFound");
//! assert_eq!(misfits[0].message, r#"no asset type is called "Tabel"; is it "Table"?"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod facts;
mod file;
mod index;
mod source;

pub use facts::{
    AssetType, AssignedAttribute, AssignedRelation, Assignment, AttributeKind, AttributeType, ComplexRelationType,
    Direction, Leg, Model, NamedType, RelationType, Role,
};
pub(crate) use index::Absence;
pub use index::ModelIndex;
pub use source::ModelSource;
