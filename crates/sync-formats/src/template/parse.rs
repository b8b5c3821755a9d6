//! From the text of a template to its values, each with its place.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::error::{TemplateError, TemplateErrorKind};
use super::node::{Kind, Member, Node};
use super::placeholder::{self, NameUse, Names};
use super::text::{MAX_TEMPLATE_BYTES, place};

/// Objects and arrays inside each other: more than any command has, and few enough for every parser.
const MAX_DEPTH: usize = 64;

/// What a text holds.
pub(super) struct Parsed {
    pub(super) commands: Vec<Node>,
    /// Names of columns in the order of the text.
    pub(super) names: Vec<NameUse>,
}

/// Reads a template.
pub(super) fn parse(text: &str, names: Names<'_>) -> Result<Parsed, TemplateError> {
    if text.len() > MAX_TEMPLATE_BYTES {
        return Err(TemplateError::new(TemplateErrorKind::TooLong { limit: MAX_TEMPLATE_BYTES }, (1, 1)));
    }
    let root: &RawValue = serde_json::from_str(text).map_err(|error| syntax(text, error))?;
    let mut parser = Parser { text, names, uses: Vec::new() };
    let span = parser.span(root);
    if !root.get().starts_with('[') {
        return Err(parser.error(TemplateErrorKind::NotAnArray, span.start));
    }
    let elements = parser.elements(root)?;
    if elements.is_empty() {
        return Err(parser.error(TemplateErrorKind::Empty, span.start));
    }
    let mut commands = Vec::with_capacity(elements.len());
    for element in elements {
        if !element.get().starts_with('{') {
            return Err(parser.error(TemplateErrorKind::NotAnObject, parser.span(element).start));
        }
        commands.push(parser.node(element, 1)?);
    }
    Ok(Parsed { commands, names: parser.uses })
}

/// Text that is not JSON; a placeholder without quotes is called by its name.
fn syntax(text: &str, error: serde_json::Error) -> TemplateError {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    for at in [before + column - 1, (before + column).saturating_sub(2)] {
        if text.as_bytes().get(at..).is_some_and(|rest| rest.starts_with(b"${")) {
            return TemplateError::new(TemplateErrorKind::Unquoted, place(text, at));
        }
    }
    TemplateError::new(TemplateErrorKind::Syntax(error), (line as u64, column as u64))
}

struct Parser<'a> {
    text: &'a str,
    names: Names<'a>,
    uses: Vec<NameUse>,
}

impl<'a> Parser<'a> {
    fn node(&mut self, raw: &'a RawValue, depth: usize) -> Result<Node, TemplateError> {
        let span = self.span(raw);
        if depth > MAX_DEPTH {
            return Err(self.error(TemplateErrorKind::TooDeep { limit: MAX_DEPTH }, span.start));
        }
        let kind = match raw.get().as_bytes().first() {
            Some(b'{') => Kind::Object(self.members(raw, depth)?),
            Some(b'[') => {
                let elements = self.elements(raw)?;
                Kind::Array(
                    elements.into_iter().map(|element| self.node(element, depth + 1)).collect::<Result<_, _>>()?,
                )
            }
            Some(b'"') => {
                let inside = span.start + 1..span.end - 1;
                let parts = placeholder::parts(&self.text[inside.clone()], inside.start, self.names, &mut self.uses);
                Kind::Text(parts.map_err(|(kind, at)| self.error(kind, at))?)
            }
            _ => {
                // A number that no reader of the command could hold is refused here, where it has a place.
                let known = serde_json::from_str::<serde_json::Value>(raw.get());
                known.map_err(|error| {
                    TemplateError::new(TemplateErrorKind::Syntax(error), place(self.text, span.start))
                })?;
                Kind::Literal(raw.get().to_owned())
            }
        };
        Ok(Node { span, kind })
    }

    fn members(&mut self, raw: &'a RawValue, depth: usize) -> Result<Vec<Member>, TemplateError> {
        let Members(entries) = serde_json::from_str(raw.get()).map_err(|error| syntax(self.text, error))?;
        let mut members = Vec::with_capacity(entries.len());
        let mut seen = HashSet::new();
        for (name, value) in entries {
            let name_span = self.span(name);
            let inside = name_span.start + 1..name_span.end - 1;
            let written = &self.text[inside.clone()];
            if let Some(at) = written.find("${") {
                return Err(self.error(TemplateErrorKind::InName, inside.start + at));
            }
            let name = placeholder::decode(written, inside.start).map_err(|(kind, at)| self.error(kind, at))?;
            if !seen.insert(name.clone()) {
                return Err(self.error(TemplateErrorKind::DuplicateMember { name }, name_span.start));
            }
            members.push(Member { name, name_span, value: self.node(value, depth + 1)? });
        }
        Ok(members)
    }

    fn elements(&self, raw: &'a RawValue) -> Result<Vec<&'a RawValue>, TemplateError> {
        serde_json::from_str(raw.get()).map_err(|error| syntax(self.text, error))
    }

    /// Where a value borrowed from the text stands in it.
    fn span(&self, raw: &RawValue) -> Range<usize> {
        let start = raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        start..start + raw.get().len()
    }

    fn error(&self, kind: TemplateErrorKind, at: usize) -> TemplateError {
        TemplateError::new(kind, place(self.text, at))
    }
}

/// Names and values of an object, as they stand in the text.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = map.next_entry()? {
            members.push(entry);
        }
        Ok(Members(members))
    }
}
