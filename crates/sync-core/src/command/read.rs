//! Reading a command: one pass over the slice, lenient about what is clear, strict about what is not.

use serde::{Deserialize, Deserializer};

use super::characteristic::{AttributesMembers, ResponsibilitiesMembers, attributes, responsibilities};
use super::checked::{Checked, Parsed, objects};
use super::error::{CommandError, CommandErrorKind};
use super::identifier::{
    AssetIdentifier, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, IdentifierMembers,
    RelationsMembers, TargetMembers, TypeRef, relations,
};
use super::resource::{Asset, Command, Community, ComplexRelation, Domain, Mapping};
use super::text::Scalar;
use super::{ResourceKind, Text};

/// Every member a command of any kind may hold. No name has two meanings, so one pass reads all five kinds, wherever
/// `resourceType` stands.
#[derive(Default, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
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
    parent: Option<Box<Checked<CommunityIdentifier<'a>>>>,
    #[serde(borrow, default)]
    community: Option<Checked<CommunityIdentifier<'a>>>,
    #[serde(borrow, default)]
    domain: Option<Checked<DomainIdentifier<'a>>>,
    #[serde(borrow, default)]
    asset: Option<Box<Checked<AssetIdentifier<'a>>>>,
    #[serde(borrow, default)]
    complex_relation: Option<Box<Checked<ComplexRelationIdentifier<'a>>>>,
    #[serde(borrow, default, rename = "type")]
    type_ref: Option<Checked<TypeRef<'a>>>,
    #[serde(borrow, default)]
    status: Option<Checked<TypeRef<'a>>>,
    #[serde(borrow, default)]
    complex_relation_type: Option<Checked<TypeRef<'a>>>,
    #[serde(borrow, default)]
    attributes: Option<AttributesMembers<'a>>,
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

/// The two members that say whom a command is about.
#[derive(Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
struct HeadMembers<'a> {
    #[serde(borrow, default)]
    resource_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    identifier: Option<IdentifierMembers<'a>>,
}

objects! { CommandMembers HeadMembers }

impl<'a> Command<'a> {
    /// Reads one command from a slice that holds exactly one JSON object.
    ///
    /// Lenient: members may come in any order, unknown ones are passed over, `null` counts as absent, attribute values
    /// may be numbers or booleans, the URL of a mapping may be spelled `externalEntityUrl`. Strict: `resourceType` is
    /// one of the five, each identifier has exactly one form, ids are UUIDs, no member stands twice.
    ///
    /// Text without escapes borrows from `slice`. Numbers given as attribute values become the shortest text of the same
    /// number, rounded beyond 64 bits. Nesting deeper than 128 levels is refused by the parser; members that are passed
    /// over may be as deep as they like.
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
        let members: CommandMembers<'a> = from_slice(slice)?;
        members.command()
    }

    /// Reads no more than kind and identifier: a command that sets nothing.
    ///
    /// The other members are passed over once it is clear that they are JSON, whatever they hold. For passes that only
    /// ask whom a command is about: takes about two thirds of the time of [`Command::from_slice`].
    ///
    /// # Errors
    /// The same as [`Command::from_slice`], except for what is wrong in other members.
    ///
    /// ```
    /// use sync_core::command::{Command, Community, CommunityIdentifier};
    ///
    /// let text = br#"{"resourceType": "Community", "description": 42, "identifier": {"name": "Harbour Data Office"}}"#;
    /// let identified = Community::new(CommunityIdentifier::name("Harbour Data Office"));
    /// assert_eq!(Command::from_slice_shallow(text)?, Command::from(identified));
    /// # Ok::<(), sync_core::command::CommandError>(())
    /// ```
    pub fn from_slice_shallow(slice: &'a [u8]) -> Result<Self, CommandError> {
        let HeadMembers { resource_type, identifier } = from_slice(slice)?;
        CommandMembers { resource_type, identifier, ..CommandMembers::default() }.command()
    }
}

/// Reads members of a command.
fn from_slice<'a, T: Deserialize<'a>>(slice: &'a [u8]) -> Parsed<T> {
    // One look at all bytes is cheaper than one at each string: the parser trusts text, and checks slices piece by
    // piece.
    match std::str::from_utf8(slice) {
        Ok(text) => serde_json::from_str(text).map_err(|error| CommandError::json(&error)),
        // What is wrong before the bad byte is told first; the parser does not look at strings it passes over.
        Err(error) => match serde_json::from_slice::<T>(slice) {
            Ok(_) => Err(CommandError::not_utf8(&slice[..error.valid_up_to()])),
            Err(error) => Err(CommandError::json(&error)),
        },
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

/// An optional member that was checked when it was read.
fn checked<T>(name: &str, part: Option<Checked<T>>) -> Parsed<Option<T>> {
    part.map(|part| part.at(name)).transpose()
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
            parent: checked("parent", self.parent.map(|parent| *parent))?,
            responsibilities: member("responsibilities", self.responsibilities, responsibilities)?,
        })
    }

    fn domain(self) -> Result<Domain<'a>, CommandError> {
        Ok(Domain {
            identifier: identified("domain", self.identifier, IdentifierMembers::domain)?,
            name: self.name,
            community: checked("community", self.community)?,
            type_ref: checked("type", self.type_ref)?,
            description: self.description,
            responsibilities: member("responsibilities", self.responsibilities, responsibilities)?,
        })
    }

    fn asset(self) -> Result<Asset<'a>, CommandError> {
        Ok(Asset {
            identifier: identified("asset", self.identifier, IdentifierMembers::asset)?,
            name: self.name,
            display_name: self.display_name,
            domain: checked("domain", self.domain)?,
            type_ref: checked("type", self.type_ref)?,
            status: checked("status", self.status)?,
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
            asset: self.asset,
            domain: self.domain,
            community: self.community,
            complex_relation: self.complex_relation,
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
            complex_relation_type: checked("complexRelationType", self.complex_relation_type)?,
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
