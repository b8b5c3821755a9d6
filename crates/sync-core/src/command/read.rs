//! Reading a command: one pass over the slice, lenient about what is clear, strict about what is not.

use serde::{Deserialize, Deserializer};

use super::characteristic::{AttributeMembers, ResponsibilitiesMembers, attributes, responsibilities};
use super::error::{CommandError, CommandErrorKind};
use super::identifier::{IdentifierMembers, RelationsMembers, TargetMembers, TypeRefMembers, relations};
use super::members::Members;
use super::resource::{Asset, Command, Community, ComplexRelation, Domain, Mapping};
use super::text::Scalar;
use super::{ResourceKind, Text};

/// Every member a command of any kind may hold. No name has two meanings, so one pass reads all five kinds, wherever
/// `resourceType` stands.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommandMembers<'a> {
    #[serde(borrow, default)]
    resource_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    identifier: Option<IdentifierMembers<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    display_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    description: Option<Text<'a>>,
    #[serde(borrow, default)]
    parent: Option<Box<IdentifierMembers<'a>>>,
    #[serde(borrow, default)]
    community: Option<Box<IdentifierMembers<'a>>>,
    #[serde(borrow, default)]
    domain: Option<Box<IdentifierMembers<'a>>>,
    #[serde(borrow, default)]
    asset: Option<Box<IdentifierMembers<'a>>>,
    #[serde(borrow, default)]
    complex_relation: Option<Box<IdentifierMembers<'a>>>,
    #[serde(borrow, default, rename = "type")]
    type_ref: Option<TypeRefMembers<'a>>,
    #[serde(borrow, default)]
    status: Option<TypeRefMembers<'a>>,
    #[serde(borrow, default)]
    complex_relation_type: Option<TypeRefMembers<'a>>,
    #[serde(borrow, default)]
    attributes: Option<Members<'a, Vec<AttributeMembers<'a>>>>,
    #[serde(borrow, default)]
    relations: Option<RelationsMembers<'a>>,
    #[serde(borrow, default)]
    responsibilities: Option<ResponsibilitiesMembers<'a>>,
    #[serde(borrow, default)]
    tags: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    external_system_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    external_entity_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    dgc_id: Option<Text<'a>>,
    #[serde(borrow, default, alias = "externalEntityUrl")]
    ext_entity_url: Option<Text<'a>>,
    #[serde(borrow, default)]
    last_sync_date: Option<Scalar<'a>>,
}

impl<'a> Command<'a> {
    /// Reads one command from a slice that holds exactly one JSON object.
    ///
    /// Lenient: members may come in any order, unknown ones are passed over, `null` counts as absent, attribute values
    /// may be numbers or booleans, the URL of a mapping may be spelled `externalEntityUrl`. Strict: `resourceType` is
    /// one of the five, each identifier has exactly one form, ids are UUIDs, no member stands twice.
    ///
    /// Text without escapes borrows from `slice`. Nesting deeper than 128 levels is refused by the parser.
    ///
    /// # Errors
    /// [`CommandError`] with code, path inside the command and, for broken JSON, the place in the slice.
    ///
    /// ```
    /// use sync_core::command::Command;
    ///
    /// let text = br#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}}"#;
    /// let Command::Community(community) = Command::from_slice(text)? else { unreachable!() };
    /// assert_eq!(community.identifier, sync_core::command::CommunityIdentifier::name("Harbour Data Office"));
    ///
    /// let error = Command::from_slice(br#"{"resourceType": "Asset", "identifier": {"name": "x"}}"#).unwrap_err();
    /// assert_eq!(error.code(), "importCommandIdentifierAmbiguous");
    /// # Ok::<(), sync_core::command::CommandError>(())
    /// ```
    pub fn from_slice(slice: &'a [u8]) -> Result<Self, CommandError> {
        let members: CommandMembers<'a> = serde_json::from_slice(slice).map_err(|error| CommandError::json(&error))?;
        members.command()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Command<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CommandMembers::deserialize(deserializer)?.command().map_err(serde::de::Error::custom)
    }
}

/// Converts an optional member, naming it in the error.
fn member<M, T>(
    name: &str,
    members: Option<M>,
    convert: impl FnOnce(M) -> Result<T, CommandError>,
) -> Result<Option<T>, CommandError> {
    members.map(convert).transpose().map_err(|error| error.at(name))
}

impl<'a> CommandMembers<'a> {
    fn command(self) -> Result<Command<'a>, CommandError> {
        let Some(kind) = self.resource_type.as_ref().and_then(|kind| kind.parse().ok()) else {
            let found = self.resource_type.map(|kind| super::identifier::shorten(&kind));
            return Err(CommandError::new(CommandErrorKind::ResourceTypeInvalid { found }).at("resourceType"));
        };
        match kind {
            ResourceKind::Community => self.community().map(Command::Community),
            ResourceKind::Domain => self.domain().map(Command::Domain),
            ResourceKind::Asset => self.asset().map(Command::Asset),
            ResourceKind::Mapping => self.mapping().map(Command::Mapping),
            ResourceKind::ComplexRelation => self.complex_relation().map(Command::ComplexRelation),
        }
    }

    fn community(self) -> Result<Community<'a>, CommandError> {
        Ok(Community {
            identifier: identified("community", self.identifier, IdentifierMembers::community)?,
            name: self.name,
            description: self.description,
            parent: member("parent", self.parent, |members| members.community())?,
            responsibilities: member("responsibilities", self.responsibilities, responsibilities)?,
        })
    }

    fn domain(self) -> Result<Domain<'a>, CommandError> {
        Ok(Domain {
            identifier: identified("domain", self.identifier, IdentifierMembers::domain)?,
            name: self.name,
            community: member("community", self.community, |members| members.community())?,
            type_ref: member("type", self.type_ref, TypeRefMembers::type_ref)?,
            description: self.description,
            responsibilities: member("responsibilities", self.responsibilities, responsibilities)?,
        })
    }

    fn asset(self) -> Result<Asset<'a>, CommandError> {
        Ok(Asset {
            identifier: identified("asset", self.identifier, IdentifierMembers::asset)?,
            name: self.name,
            display_name: self.display_name,
            domain: member("domain", self.domain, |members| members.domain())?,
            type_ref: member("type", self.type_ref, TypeRefMembers::type_ref)?,
            status: member("status", self.status, TypeRefMembers::type_ref)?,
            attributes: member("attributes", self.attributes, attributes)?,
            relations: member("relations", self.relations, relations)?,
            responsibilities: member("responsibilities", self.responsibilities, responsibilities)?,
            tags: self.tags,
        })
    }

    fn mapping(self) -> Result<Mapping<'a>, CommandError> {
        let last_sync_date = member("lastSyncDate", self.last_sync_date, |date| {
            date.0.parse().map_err(|_| CommandError::new(CommandErrorKind::LastSyncDate))
        })?;
        let targets = TargetMembers {
            dgc_id: self.dgc_id,
            asset: self.asset.map(|members| *members),
            domain: self.domain.map(|members| *members),
            community: self.community.map(|members| *members),
            complex_relation: self.complex_relation.map(|members| *members),
        };
        Ok(Mapping {
            identifier: identified("mapping", self.identifier, IdentifierMembers::mapping)?,
            external_system_id: self.external_system_id,
            external_entity_id: self.external_entity_id,
            target: targets.target()?,
            ext_entity_url: self.ext_entity_url,
            last_sync_date,
            description: self.description,
        })
    }

    fn complex_relation(self) -> Result<ComplexRelation<'a>, CommandError> {
        Ok(ComplexRelation {
            identifier: identified("complex relation", self.identifier, IdentifierMembers::complex_relation)?,
            complex_relation_type: member("complexRelationType", self.complex_relation_type, TypeRefMembers::type_ref)?,
            relations: member("relations", self.relations, relations)?,
            attributes: member("attributes", self.attributes, attributes)?,
        })
    }
}

/// The identifier, which every command must have.
fn identified<'a, T>(
    what: &'static str,
    members: Option<IdentifierMembers<'a>>,
    convert: impl FnOnce(IdentifierMembers<'a>) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    member("identifier", members, convert)?
        .ok_or_else(|| CommandError::new(CommandErrorKind::IdentifierNotDefined { what }))
}
