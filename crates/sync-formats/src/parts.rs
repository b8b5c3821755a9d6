//! A short digest of each member of a command, to say later which of them changed.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::content_digest;

/// The members commands have, each with the one byte it is stored under: its place here. Only ever add at the end.
const NAMES: [&str; 21] = [
    "resourceType",
    "identifier",
    "name",
    "displayName",
    "description",
    "parent",
    "community",
    "domain",
    "type",
    "status",
    "attributes",
    "relations",
    "responsibilities",
    "tags",
    "externalSystemId",
    "externalEntityId",
    "asset",
    "complexRelation",
    "complexRelationType",
    "extEntityUrl",
    "lastSyncDate",
];

/// What all members with other names are stored under, together.
const OTHER: u8 = u8::MAX;

/// Bytes per member: its name's byte and the start of its digest.
const ENTRY: usize = 1 + 4;

/// A short digest of each top-level member of a command: 5 bytes a member, 30 to 40 for a usual command.
///
/// White space and the order of the members do not matter. Four bytes of digest are enough for what this is for: telling
/// people what changed in a command whose [`content_digest`] did.
///
/// ```
/// use sync_formats::Parts;
///
/// let before = Parts::of(br#"{"name": "a", "tags": ["x"], "description": "old"}"#)?;
/// let after = Parts::of(br#"{"tags":["x"],"name":"a","description":"new","status":{"name":"Accepted"}}"#)?;
/// assert_eq!(before.changed(&after), ["description", "status"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Parts(Vec<u8>);

impl Parts {
    /// The parts of one command.
    ///
    /// # Errors
    /// If the slice is not one JSON object.
    pub fn of(record: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(record)
    }

    /// What [`Parts::as_bytes`] gave once, read back from a store.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether nothing is known of any member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Joins the parts of another command about the same resource.
    pub fn join(&mut self, other: &Self) {
        other.entries().for_each(|(name, digest)| self.add(name, digest));
    }

    /// Names of the members that are not the same in `other`, in the order of the documentation; `other members` where
    /// those without a name of their own differ.
    pub fn changed(&self, other: &Self) -> Vec<&'static str> {
        let named = NAMES.iter().enumerate().map(|(byte, name)| (byte as u8, *name));
        let all = named.chain([(OTHER, "other members")]);
        all.filter(|(byte, _)| self.get(*byte) != other.get(*byte)).map(|(_, name)| name).collect()
    }

    fn entries(&self) -> impl Iterator<Item = (u8, [u8; 4])> + '_ {
        self.0.chunks_exact(ENTRY).map(|entry| (entry[0], [entry[1], entry[2], entry[3], entry[4]]))
    }

    fn get(&self, name: u8) -> Option<[u8; 4]> {
        self.entries().find(|(entry, _)| *entry == name).map(|(_, digest)| digest)
    }

    /// Several members under one name are mixed so that each of them counts, whatever their order.
    fn add(&mut self, name: u8, digest: [u8; 4]) {
        match self.0.chunks_exact_mut(ENTRY).find(|entry| entry[0] == name) {
            Some(entry) => {
                let mixed = digest.iter().zip(&entry[1..]).map(|(new, old)| new.wrapping_add(*old));
                let mixed: Vec<u8> = mixed.collect();
                entry[1..].copy_from_slice(&mixed);
            }
            None => {
                self.0.push(name);
                self.0.extend_from_slice(&digest);
            }
        }
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |byte: u8| NAMES.get(usize::from(byte)).copied().unwrap_or("other members");
        f.debug_map().entries(self.entries().map(|(byte, digest)| (name(byte), u32::from_be_bytes(digest)))).finish()
    }
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PartsVisitor)
    }
}

struct PartsVisitor;

impl<'de> Visitor<'de> for PartsVisitor {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a command")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts, A::Error> {
        let mut parts = Parts(Vec::with_capacity(8 * ENTRY));
        while let Some(name) = map.next_key::<Name<'de>>()? {
            let value: &RawValue = map.next_value()?;
            let byte = NAMES.iter().position(|known| *known == name.0).map_or(OTHER, |place| place as u8);
            let digest = content_digest(value.get().as_bytes());
            let [a, b, c, d, ..] = *digest.as_bytes();
            parts.add(byte, [a, b, c, d]);
        }
        Ok(parts)
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
