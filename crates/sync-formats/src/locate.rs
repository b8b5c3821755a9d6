//! From a path inside a command to the bytes it means.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use sync_core::check::{Path, Segment};

/// The bytes of the value at `path` inside one command.
///
/// Where a name stands twice, the first is meant. Nothing if there is no such value, or if the record is not JSON.
/// Nothing is copied; reads the record once for each step of the path.
///
/// ```
/// use sync_core::check::{Path, Segment};
/// use sync_formats::locate;
///
/// let record = br#"{"name": "readings", "tags": ["wet", "salty"]}"#;
/// let path = Path::default().join(Segment::Member("tags".into())).join(Segment::Index(1));
/// assert_eq!(locate(record, &path).map(|place| &record[place]), Some(&br#""salty""#[..]));
/// ```
pub fn locate(record: &[u8], path: &Path) -> Option<Range<usize>> {
    let whole = std::str::from_utf8(record).ok()?;
    let mut value: &RawValue = serde_json::from_str(whole).ok()?;
    for segment in path.segments() {
        value = Find(segment).deserialize_in(value)?;
    }
    let start = value.get().as_ptr().addr() - whole.as_ptr().addr();
    Some(start..start + value.get().len())
}

/// Looks for one step.
struct Find<'s>(&'s Segment);

impl<'s> Find<'s> {
    fn deserialize_in(self, value: &RawValue) -> Option<&RawValue> {
        let mut deserializer = serde_json::Deserializer::from_str(value.get());
        match self.0 {
            Segment::Member(_) | Segment::Key(_) => deserializer.deserialize_map(self),
            Segment::Index(_) => deserializer.deserialize_seq(self),
        }
        .ok()?
    }
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<Name<'de>>()? {
            match self.0 {
                Segment::Member(wanted) | Segment::Key(wanted) if found.is_none() && *wanted == name.0 => {
                    found = Some(map.next_value()?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let Segment::Index(wanted) = self.0 else { return Ok(None) };
        let mut found = None;
        let mut index = 0;
        while let Some(value) = list.next_element::<&RawValue>()? {
            if index == *wanted {
                found = Some(value);
            }
            index += 1;
        }
        Ok(found)
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
