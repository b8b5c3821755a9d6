//! The five import commands: typed, buildable, exact on the wire.
//!
//! ```
//! use sync_core::command::{Asset, AssetIdentifier, AttributeValue, Command, CommunityIdentifier, DomainIdentifier,
//!     Members, TypeRef};
//!
//! let domain = DomainIdentifier::name("Tide Station DB", CommunityIdentifier::name("Harbour Data Office"));
//! let command = Command::from(
//!     Asset::new(AssetIdentifier::name("tidedb.readings", domain))
//!         .with_type(TypeRef::name("Table"))
//!         .with_attributes(Members::from_iter([("Description", vec![AttributeValue::text("Water levels")])])),
//! );
//! let json = serde_json::to_string(&command)?;
//! assert!(json.starts_with(r#"{"resourceType":"Asset","identifier":{"name":"tidedb.readings","domain":"#));
//! assert_eq!(Command::from_slice(json.as_bytes())?, command);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod characteristic;
mod checked;
mod error;
mod identifier;
mod kind;
mod members;
mod read;
mod relation_key;
mod resource;
mod text;

pub use characteristic::{AttributeValue, Attributes, Owner, Responsibilities, UserGroupRef, UserRef};
pub use error::{CommandError, CommandErrorKind};
pub use identifier::{
    AssetIdentifier, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, ExternalPair, MappingIdentifier,
    MappingTarget, Relations, TypeRef,
};
pub use kind::{ResourceKind, UnknownKind};
pub use members::Members;
pub use relation_key::{RelationEnd, RelationKey, RelationType};
pub use resource::{Asset, Command, Community, ComplexRelation, Domain, Mapping};
pub use text::Text;
