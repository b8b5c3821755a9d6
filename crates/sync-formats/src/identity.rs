//! Whom a command is about, as something to compare, store and show.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sync_core::Digest;
use sync_core::command::{
    AssetIdentifier, Command, ComplexRelationIdentifier, MappingIdentifier, MappingTarget, Relations, ResourceKind,
    Text,
};

use crate::DigestBuilder;

/// The resource a command is about: its kind, and its identifier as canonical JSON.
///
/// Two commands have one identity when kind and identifier agree in form and content. UUIDs are compared without regard
/// to case and the order of members does not matter; names are compared byte by byte. The same resource identified in
/// another form is another identity: only the server knows that they are one.
///
/// ```
/// use sync_core::command::Command;
/// use sync_formats::Identity;
///
/// let command = Command::from_slice(br#"{
///     "resourceType": "Asset",
///     "identifier": {
///         "domain": {"community": {"name": "Harbour Data Office"}, "name": "Tide Station DB"},
///         "name": "tidedb.readings"
///     }
/// }"#)?;
/// let identity = Identity::of(&command);
/// assert_eq!(identity.to_string(), "Asset tidedb.readings (Tide Station DB > Harbour Data Office)");
/// assert_eq!(identity.name(), "tidedb.readings");
/// assert!(identity.key().starts_with(r#"{"name":"tidedb.readings","domain":{"name":"Tide Station DB","#));
/// # Ok::<(), sync_core::command::CommandError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    kind: ResourceKind,
    key: String,
}

impl Identity {
    /// The identity of a command.
    ///
    /// [`Identity::write_key`] is the frugal way, into a buffer that is used again.
    pub fn of(command: &Command<'_>) -> Self {
        let mut key = Vec::with_capacity(128);
        Self::write_key(command, &mut key);
        Self { kind: command.kind(), key: String::from_utf8(key).expect("JSON is written as UTF-8") }
    }

    /// What [`Identity::kind`] and [`Identity::key`] gave once, read back from a store.
    ///
    /// The key is not checked; one that is not canonical JSON equals no other and is shown as it is.
    pub fn from_parts(kind: ResourceKind, key: impl Into<String>) -> Self {
        Self { kind, key: key.into() }
    }

    /// Appends the key of a command's identity to `out`: the JSON of its identifier, without white space, members in a
    /// fixed order, UUIDs in lower case, legs sorted by their keys.
    pub fn write_key(command: &Command<'_>, out: &mut Vec<u8>) {
        match command {
            Command::Community(community) => write_json(&community.identifier, out),
            Command::Domain(domain) => write_json(&domain.identifier, out),
            Command::Asset(asset) => write_json(&asset.identifier, out),
            Command::Mapping(mapping) => match &mapping.identifier {
                MappingIdentifier::Target { external_system_id, target } => match &**target {
                    MappingTarget::ComplexRelation(ComplexRelationIdentifier::Legs { relations }) => {
                        write_json(&MappingOfLegs { external_system_id, complex_relation: Legs::of(relations) }, out)
                    }
                    _ => write_json(&mapping.identifier, out),
                },
                identifier => write_json(identifier, out),
            },
            Command::ComplexRelation(relation) => match &relation.identifier {
                ComplexRelationIdentifier::Legs { relations } => write_json(&Legs::of(relations), out),
                identifier => write_json(identifier, out),
            },
        }
    }

    /// The kind of resource.
    pub fn kind(&self) -> ResourceKind {
        self.kind
    }

    /// The identifier as canonical JSON, good for use in a command.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// 128 bits over kind and key: what sorts and finds identities without holding them.
    pub fn digest(&self) -> Digest {
        Self::digest_of(self.kind, self.key.as_bytes())
    }

    /// The digest of the identity with this kind and this key, for keys made by [`Identity::write_key`].
    pub fn digest_of(kind: ResourceKind, key: &[u8]) -> Digest {
        let mut builder = DigestBuilder::new();
        builder.update(kind.as_str().as_bytes());
        builder.update(b"\n");
        builder.update(key);
        builder.finish()
    }

    /// A command about this resource that sets nothing: it tells the service that the resource is still there.
    ///
    /// ```
    /// use sync_core::command::ResourceKind;
    /// use sync_formats::Identity;
    ///
    /// let identity = Identity::from_parts(ResourceKind::Community, r#"{"name":"Harbour Data Office"}"#);
    /// assert_eq!(
    ///     identity.to_command_json(),
    ///     r#"{"resourceType":"Community","identifier":{"name":"Harbour Data Office"}}"#
    /// );
    /// ```
    pub fn to_command_json(&self) -> String {
        format!(r#"{{"resourceType":"{}","identifier":{}}}"#, self.kind, self.key)
    }

    /// What a person calls the resource: its name, or `system/entity`, or its id, without anything around it.
    pub fn name(&self) -> String {
        self.spoken().map_or_else(|| self.key.clone(), |spoken| spoken.name())
    }

    fn spoken(&self) -> Option<Spoken<'_>> {
        serde_json::from_str(&self.key).ok()
    }
}

/// `Asset tidedb.readings (Tide Station DB > Harbour Data Office)`: kind, name and, from the inside out, what it lies in.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        let Some(spoken) = self.spoken() else { return f.write_str(&self.key) };
        f.write_str(&spoken.name())?;
        let mut parent = spoken.parent();
        let mut before = " (";
        while let Some(around) = parent {
            write!(f, "{before}{}", around.name())?;
            before = " > ";
            parent = around.parent();
        }
        if before == " > " { f.write_str(")") } else { Ok(()) }
    }
}

fn write_json(identifier: &impl Serialize, out: &mut Vec<u8>) {
    // Identifiers are texts, ids and lists of them: nothing that JSON cannot hold, and memory does not refuse.
    serde_json::to_writer(out, identifier).expect("an identifier can always be written as JSON");
}

/// Legs in the order of their keys.
#[derive(Serialize)]
struct Legs<'a> {
    relations: BTreeMap<String, Vec<&'a AssetIdentifier<'a>>>,
}

impl<'a> Legs<'a> {
    fn of(relations: &'a Relations<'a>) -> Self {
        let mut legs: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (key, assets) in relations.iter() {
            legs.entry(with_lower_case_id(key)).or_default().extend(assets);
        }
        Self { relations: legs }
    }
}

/// A leg's key with its UUID, the part before the colon, in lower case.
fn with_lower_case_id(key: &str) -> String {
    const UUID_CHARS: usize = 36;
    match key.split_once(':') {
        Some((id, role)) if id.len() == UUID_CHARS && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') => {
            format!("{}:{role}", id.to_ascii_lowercase())
        }
        _ => key.to_owned(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MappingOfLegs<'a> {
    external_system_id: &'a Text<'a>,
    complex_relation: Legs<'a>,
}

/// An identifier of any kind, read back to be spoken about.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Spoken<'a> {
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    external_system_id: Option<Text<'a>>,
    external_entity_id: Option<Text<'a>>,
    dgc_id: Option<Text<'a>>,
    domain: Option<Box<Spoken<'a>>>,
    community: Option<Box<Spoken<'a>>>,
    asset: Option<Box<Spoken<'a>>>,
    complex_relation: Option<Box<Spoken<'a>>>,
    relations: Option<BTreeMap<String, IgnoredAny>>,
}

impl Spoken<'_> {
    fn name(&self) -> String {
        let target = [&self.asset, &self.domain, &self.community, &self.complex_relation];
        match self {
            Self { name: Some(name), .. } => name.to_string(),
            Self { external_system_id: Some(system), external_entity_id: Some(entity), .. } => {
                format!("{system}/{entity}")
            }
            Self { id: Some(id), .. } => id.to_string(),
            Self { external_system_id: Some(system), dgc_id: Some(id), .. } => format!("{system} of {id}"),
            Self { external_system_id: Some(system), .. } => match target.into_iter().flatten().next() {
                Some(target) => format!("{system} of {}", target.name()),
                None => system.to_string(),
            },
            Self { relations: Some(legs), .. } => {
                format!("between {}", legs.keys().cloned().collect::<Vec<_>>().join(" and "))
            }
            _ => String::from("without a name"),
        }
    }

    /// What the resource lies in: only names need that.
    fn parent(&self) -> Option<&Self> {
        self.name.as_ref().and(self.domain.as_deref().or(self.community.as_deref()))
    }
}
