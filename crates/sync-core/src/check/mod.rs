//! What can be known to be wrong before anything is sent.
//!
//! Every [`Rule`] is a row of one table: code, severity, sentence, help, evidence, examples. [`command()`] applies those
//! about single commands, [`against()`] those that need to know what the server has; those about a whole source need the
//! order of its commands and more memory than one command, and are applied by the engine.
//!
//! ```
//! use sync_core::check::{self, Severity};
//!
//! let record = br#"{"resourceType": "Asset", "identifier": {"id": "42"}, "typ": {"name": "Table"}}"#;
//! let mut findings = Vec::new();
//! check::command(record, &mut findings);
//! findings.sort_by_key(|finding| finding.span.start);
//!
//! let found: Vec<(&str, String)> =
//!     findings.iter().map(|finding| (finding.rule.code, finding.path.to_string())).collect();
//! assert_eq!(found, [("local.id.notUuid", "identifier.id".into()), ("local.member.unknown", "typ".into())]);
//! assert_eq!(findings[0].rule.severity, Severity::Error);
//! assert_eq!(&record[findings[1].span.clone()], br#""typ""#);
//! ```
//!
//! # The five commands
//! Built, checked and serialized with this crate alone:
//!
//! ```
//! use sync_core::check;
//! use sync_core::command::*;
//! # use uuid::uuid;
//!
//! /// The command as the service reads it, if nothing is wrong with it.
//! fn checked<'a>(command: impl Into<Command<'a>>) -> Result<String, Box<dyn std::error::Error>> {
//!     let json = serde_json::to_string(&command.into())?;
//!     let mut findings = Vec::new();
//!     check::command(json.as_bytes(), &mut findings);
//!     match findings.first() {
//!         Some(finding) => Err(format!("{}: {}", finding.path, finding.message).into()),
//!         None => Ok(json),
//!     }
//! }
//!
//! let harbour = CommunityIdentifier::name("Harbour");
//! let tides = DomainIdentifier::name("Tides", harbour.clone());
//! let readings = AssetIdentifier::name("readings", tides.clone());
//!
//! let community = Community::new(harbour).with_description("Everything about the port");
//! assert!(checked(community)?.starts_with(r#"{"resourceType":"Community","identifier":{"name":"Harbour"}"#));
//!
//! let domain = Domain::new(tides.clone()).with_type(TypeRef::name("Physical Data Dictionary"));
//! checked(domain)?;
//!
//! let part_of = RelationKey::of(uuid!("00000000-0000-0000-0000-000000007042"), RelationEnd::Target);
//! let asset = Asset::new(AssetIdentifier::name("readings.level", tides))
//!     .with_type(TypeRef::name("Column"))
//!     .with_attributes(Members::from_iter([("Description", vec![AttributeValue::text("Water level")])]))
//!     .with_relations(Members::from_iter([(part_of.to_string(), vec![readings.clone()])]));
//! checked(asset)?;
//!
//! let mapping = Mapping::new(MappingIdentifier::external("tidedb", "public.readings"))
//!     .with_target(MappingTarget::Asset(readings.clone()));
//! checked(mapping)?;
//!
//! let leg = RelationKey::of(uuid!("00000000-0000-0000-0000-000000007088"), RelationEnd::Target);
//! let complex = ComplexRelation::new(ComplexRelationIdentifier::external("tidedb", "join 1"))
//!     .with_type(TypeRef::name("Field Mapping"))
//!     .with_relations(Members::from_iter([(leg.to_string(), vec![readings])]));
//! checked(complex)?;
//!
//! // A name that is empty is found before anything is sent.
//! let nameless = checked(Community::new(CommunityIdentifier::name("")));
//! assert_eq!(nameless.unwrap_err().to_string(), "identifier.name: a name of 1 to 255 characters is needed, not 0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fields;
mod finding;
mod json;
mod limits;
mod meaning;
mod misfit;
mod path;
mod quick;
mod request;
mod rule;
mod rules;
mod schema;
mod severity;
mod spelling;
mod walk;

pub use finding::Finding;
pub use misfit::{Misfit, against, ends_mismatch};
pub use path::{Path, Segment};
pub use quick::command;
pub use request::{RequestFlags, request};
pub use rule::{Rule, RuleScope};
pub use rules::{rule, rules};
pub use schema::import_file_schema;
pub use severity::Severity;
