//! Parts of a command that are put into their typed form while they are read.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::error::CommandError;

pub(super) type Parsed<T> = Result<T, CommandError>;

/// A part as it was meant, or what is wrong with it.
///
/// A fault is kept instead of reported at once: the parser's own errors cannot carry a code and a path, and whether
/// the part matters at all is known only when the whole command is there. Converting here, and not at the end, saves
/// the memory for members that are mostly absent.
#[derive(Debug)]
pub(super) struct Checked<T>(Result<T, Box<CommandError>>);

impl<T> Checked<T> {
    /// The part, or its fault with the name of the member in front of the path.
    pub(super) fn at(self, member: &str) -> Parsed<T> {
        self.0.map_err(|error| error.at(member))
    }
}

/// A typed part that is made from members as read.
pub(super) trait FromMembers<'de>: Sized {
    /// What is read.
    type Members: Deserialize<'de>;

    /// Checks and converts.
    fn from_members(members: Self::Members) -> Parsed<Self>;
}

impl<'de, T: FromMembers<'de>> Deserialize<'de> for Checked<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::Members::deserialize(deserializer).map(|members| Self(T::from_members(members).map_err(Box::new)))
    }
}

/// Says by which function of which members a part is made.
macro_rules! checked {
    ($($part:ident = $members:ident::$convert:ident,)*) => {$(
        impl<'de: 'a, 'a> $crate::command::checked::FromMembers<'de> for $part<'a> {
            type Members = $members<'a>;

            fn from_members(members: Self::Members) -> $crate::command::checked::Parsed<Self> {
                members.$convert()
            }
        }
    )*};
}
pub(super) use checked;

/// The parts of a list under a key, or the first fault among them.
pub(super) fn checked_list<T>(key: &str, parts: Vec<Checked<T>>) -> Parsed<Vec<T>> {
    // Collecting uses the list's own memory: the sizes are the same.
    let parts = parts.into_iter().enumerate();
    parts.map(|(index, part)| part.0.map_err(|error| error.at_index(index).at_key(key))).collect()
}

/// Members of a JSON object, read by what serde derives for them.
pub(super) trait ReadMembers<'de>: Sized {
    /// Reads the members.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Reads an object and nothing else: what serde derives would take a list of values, too, one for each field in order.
pub(super) struct ObjectVisitor<T>(PhantomData<T>);

impl<T> ObjectVisitor<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: ReadMembers<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(MapAccessDeserializer::new(map))
    }
}

/// Makes structs of members readable from objects alone. They derive `Deserialize` with `#[serde(remote = "Self")]`, which
/// leaves the trait to be implemented here.
macro_rules! objects {
    ($($members:ident)*) => {$(
        impl<'de: 'a, 'a> $crate::command::checked::ReadMembers<'de> for $members<'a> {
            fn read<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $members::deserialize(deserializer)
            }
        }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $members<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map($crate::command::checked::ObjectVisitor::new())
            }
        }
    )*};
}
pub(super) use objects;
