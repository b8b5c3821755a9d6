//! JSON text that is looked at only as deep as one asks.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The text of one JSON value, known to be well formed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a>(&'a str);

/// A member of an object.
#[derive(Debug, Clone)]
pub(super) struct Member<'a> {
    pub(super) name: Cow<'a, str>,
    /// The name as written, quotes included.
    pub(super) written: &'a str,
    pub(super) value: Node<'a>,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Null,
    Bool,
    Number(&'a str),
    /// Text; half a surrogate pair in an escape is well formed but no text.
    Text(Option<Cow<'a, str>>),
    List(Vec<Node<'a>>),
    Object(Vec<Member<'a>>),
}

impl Value<'_> {
    /// What it is, in a sentence.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(Some(_)) => "text",
            Self::Text(None) => "text with half of a surrogate pair",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl<'a> Node<'a> {
    /// The whole of a text as one value.
    pub(super) fn new(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<&RawValue>(text).map(Self::of)
    }

    /// The same for text that was read as JSON before.
    pub(super) fn of_valid(text: &'a str) -> Self {
        Self(text.trim_matches([' ', '\t', '\n', '\r']))
    }

    fn of(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }

    /// The value as written.
    pub(super) fn written(self) -> &'a str {
        self.0
    }

    pub(super) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// One level of the value. Well formed text cannot fail to be read; if it did, it would count as null.
    pub(super) fn value(self) -> Value<'a> {
        match self.0.as_bytes().first() {
            Some(b'{') => match serde_json::from_str(self.0) {
                Ok(Members(members)) => Value::Object(members),
                Err(_) => Value::Null,
            },
            Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(self.0) {
                Ok(list) => Value::List(list.into_iter().map(Self::of).collect()),
                Err(_) => Value::Null,
            },
            Some(b'"') => Value::Text(text(self.0)),
            Some(b't' | b'f') => Value::Bool,
            Some(b'n') | None => Value::Null,
            Some(_) => Value::Number(self.0),
        }
    }

    /// The text, if the value is one.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        if self.0.starts_with('"') { text(self.0) } else { None }
    }
}

fn text(written: &str) -> Option<Cow<'_, str>> {
    let inside = written.get(1..written.len().checked_sub(1)?)?;
    if inside.contains('\\') { serde_json::from_str(written).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inside)) }
}

struct Members<'a>(Vec<Member<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = map.next_key::<&RawValue>()? {
                    let written = name.get();
                    let name = text(written).unwrap_or(Cow::Borrowed(written));
                    members.push(Member { name, written, value: Node::of(map.next_value()?) });
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}
