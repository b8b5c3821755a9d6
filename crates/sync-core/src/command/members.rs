//! An ordered map with text keys, as in `attributes`, `relations` and `responsibilities`.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};

use super::Text;

/// Members of a JSON object in the order they were written, each key once.
///
/// Keys of `attributes` are attribute type names or UUIDs, keys of `relations` are relation types with a direction,
/// keys of `responsibilities` are role names or UUIDs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Members<'a, T>(Vec<(Text<'a>, T)>);

impl<T> Default for Members<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, T> Members<'a, T> {
    /// An object without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value under `key`, compared byte by byte.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(name, _)| name.as_str() == key).map(|(_, value)| value)
    }

    /// Sets `key`, replacing an earlier value in its place.
    pub fn set(&mut self, key: impl Into<Text<'a>>, value: T) {
        let key = key.into();
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key, value)),
        }
    }

    /// Members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text<'a>, &T)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Number of members.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Turns every value, keeping keys and order; `convert` is told the key.
    pub(super) fn try_map<U, E>(self, mut convert: impl FnMut(&str, T) -> Result<U, E>) -> Result<Members<'a, U>, E> {
        // Collecting uses the old list's memory where the sizes allow.
        let members = self.0.into_iter().map(|(key, value)| {
            let value = convert(&key, value)?;
            Ok((key, value))
        });
        members.collect::<Result<_, _>>().map(Members)
    }
}

impl<'a, K: Into<Text<'a>>, T> FromIterator<(K, T)> for Members<'a, T> {
    fn from_iter<I: IntoIterator<Item = (K, T)>>(members: I) -> Self {
        let mut all = Self::new();
        members.into_iter().for_each(|(key, value)| all.set(key, value));
        all
    }
}

impl<T: Serialize> Serialize for Members<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Up to this many members a linear search for duplicates is cheaper than a hash set.
const LINEAR: usize = 16;

struct MembersVisitor<'a, T>(PhantomData<Members<'a, T>>);

impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for MembersVisitor<'a, T> {
    type Value = Members<'a, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(Text<'a>, T)> = Vec::new();
        let mut seen: HashSet<Text<'a>> = HashSet::new();
        while let Some(key) = map.next_key::<Text<'a>>()? {
            let repeated = if members.len() < LINEAR {
                members.iter().any(|(name, _)| *name == key)
            } else {
                if seen.is_empty() {
                    seen.extend(members.iter().map(|(name, _)| name.clone()));
                }
                !seen.insert(key.clone())
            };
            if repeated {
                return Err(de::Error::custom(format_args!("duplicate member `{key}`")));
            }
            members.push((key, map.next_value()?));
        }
        Ok(Members(members))
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Members<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor(PhantomData))
    }
}
