//! Goes through a command member by member, whatever is wrong with it, and reports everything.

use std::collections::HashSet;
use std::ops::Range;

use super::fields::{self, Field, Holds};
use super::json::{Member, Node, Value};
use super::limits::{self, Length};
use super::path::shorten;
use super::rules::{
    AMBIGUOUS, HALF, KEY, KEY_LEGACY, LAST_SYNC, NOT_DEFINED, NOT_TEXT, NOT_UUID, NULL, OWNER_NAME, OWNER_SHAPE,
    REPEATED, SYNC_ACTION, SYNC_DEPRECATED, TARGET_COUNT, TYPE_INVALID, TYPE_REF, UNDOCUMENTED, UNKNOWN, VALUE_SHAPE,
    WRONG_TYPE,
};
use super::{Finding, Path, Rule, Segment};
use crate::command::{RelationKey, RelationType, ResourceKind};

/// The way to a value, as long as nobody asks for it a chain on the stack.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'p> {
    Command,
    Member(&'p Place<'p>, &'p str),
    Key(&'p Place<'p>, &'p str),
    Index(&'p Place<'p>, usize),
}

impl<'p> Place<'p> {
    pub(super) fn member(&'p self, name: &'p str) -> Self {
        Self::Member(self, name)
    }

    fn key(&'p self, key: &'p str) -> Self {
        Self::Key(self, key)
    }

    fn index(&'p self, index: usize) -> Self {
        Self::Index(self, index)
    }

    fn path(&self) -> Path {
        match self {
            Self::Command => Path::default(),
            Self::Member(parent, name) => parent.path().join(Segment::Member((*name).to_owned())),
            Self::Key(parent, key) => parent.path().join(Segment::Key((*key).to_owned())),
            Self::Index(parent, index) => parent.path().join(Segment::Index(*index)),
        }
    }
}

/// Members of an object that hold something, each name once.
pub(super) type Kept<'r> = Vec<Member<'r>>;

/// The member of this name.
pub(super) fn get<'m, 'r>(members: &'m [Member<'r>], name: &str) -> Option<&'m Member<'r>> {
    members.iter().find(|member| member.name == name)
}

/// A walk through one record.
pub(super) struct Walk<'r, 'f> {
    pub(super) record: &'r str,
    pub(super) findings: &'f mut Vec<Finding>,
}

impl<'r> Walk<'r, '_> {
    /// Reports everything about the command that is the whole record.
    pub(super) fn command(&mut self, root: Node<'r>) {
        let place = Place::Command;
        let members = match root.value() {
            Value::Object(members) => members,
            other => return self.wrong_type(root, &place, "an object", &other),
        };
        let Some(found) = members.iter().find(|member| member.name == "resourceType" && !member.value.is_null()) else {
            return self.report(&TYPE_INVALID, "no resource type is given", &place, root.written());
        };
        let text = found.value.text();
        let Some(kind) = text.as_ref().and_then(|text| text.parse::<ResourceKind>().ok()) else {
            let message = match &text {
                Some(text) => format!("there are no commands about {:?}", shorten(text)),
                None => "the resource type is text".to_owned(),
            };
            return self.report(&TYPE_INVALID, message, &place.member("resourceType"), found.value.written());
        };
        let members = self.members(members, &place, fields::of_command(kind), &[]);
        if get(&members, "identifier").is_none() {
            self.report(&NOT_DEFINED, format!("no identifier is given for the {}", noun(kind)), &place, root.written());
        }
        self.meaning(kind, &members);
    }

    pub(super) fn report(&mut self, rule: &'static Rule, message: impl Into<String>, place: &Place<'_>, at: &'r str) {
        let span = self.span(at);
        self.findings.push(Finding { rule, message: message.into(), path: place.path(), span });
    }

    /// Where a piece of the record is in it.
    fn span(&self, piece: &'r str) -> Range<usize> {
        let start = piece.as_ptr().addr() - self.record.as_ptr().addr();
        start..start + piece.len()
    }

    fn wrong_type(&mut self, node: Node<'r>, place: &Place<'_>, wanted: &str, found: &Value<'_>) {
        self.report(&WRONG_TYPE, format!("this has to be {wanted}, not {}", found.noun()), place, node.written());
    }

    /// The members of an object, reported on as far as they can be without regard to each other.
    fn object(&mut self, node: Node<'r>, place: &Place<'_>, known: &[Field], strangers: &[&str]) -> Option<Kept<'r>> {
        match node.value() {
            Value::Object(members) => Some(self.members(members, place, known, strangers)),
            other => {
                self.wrong_type(node, place, "an object", &other);
                None
            }
        }
    }

    /// `strangers` are kept for the caller to judge, unlike members nobody knows.
    fn members(
        &mut self,
        members: Vec<Member<'r>>,
        place: &Place<'_>,
        known: &[Field],
        strangers: &[&str],
    ) -> Kept<'r> {
        let mut members = self.without_repeats(members, place, |place, name| place.member(name));
        members.retain(|member| {
            let at = place.member(&member.name);
            match known.iter().find(|field| field.name == member.name) {
                Some(Field { holds: Holds::Undocumented, .. }) => {
                    self.report(&UNDOCUMENTED, format!("{} is not documented", member.name), &at, member.written);
                    false
                }
                Some(_) if member.value.is_null() => {
                    self.report(&NULL, format!("{} holds null", member.name), &at, member.value.written());
                    false
                }
                Some(field) => {
                    self.value(field.holds, member.value, &at);
                    true
                }
                None if strangers.contains(&&*member.name) => !member.value.is_null(),
                None => {
                    let message = format!("{:?} is not a member of this object", shorten(&member.name));
                    self.report(&UNKNOWN, message, &at, member.written);
                    false
                }
            }
        });
        members
    }

    fn without_repeats(
        &mut self,
        members: Vec<Member<'r>>,
        place: &Place<'_>,
        step: impl for<'p> Fn(&'p Place<'p>, &'p str) -> Place<'p>,
    ) -> Kept<'r> {
        let is_first = first_of_each_name(&members);
        if is_first.iter().all(|is_first| *is_first) {
            return members;
        }
        let mut kept = Vec::with_capacity(members.len());
        for (member, is_first) in members.into_iter().zip(is_first) {
            if is_first {
                kept.push(member);
            } else {
                let message = format!("{:?} stands here a second time", shorten(&member.name));
                self.report(&REPEATED, message, &step(place, &member.name), member.written);
            }
        }
        kept
    }

    /// The members of an object whose keys are the user's, each with its list.
    fn lists(&mut self, node: Node<'r>, place: &Place<'_>) -> Vec<(Member<'r>, Vec<Node<'r>>)> {
        let members = match node.value() {
            Value::Object(members) => members,
            other => {
                self.wrong_type(node, place, "an object", &other);
                return Vec::new();
            }
        };
        let members = self.without_repeats(members, place, |place, key| place.key(key));
        let lists = members.into_iter().map(|member| {
            let list = self.list(member.value, &place.key(&member.name));
            (member, list)
        });
        lists.collect()
    }

    fn list(&mut self, node: Node<'r>, place: &Place<'_>) -> Vec<Node<'r>> {
        match node.value() {
            Value::List(list) => list,
            other => {
                self.wrong_type(node, place, "a list", &other);
                Vec::new()
            }
        }
    }

    fn value(&mut self, holds: Holds, node: Node<'r>, place: &Place<'_>) {
        match holds {
            Holds::Kind | Holds::Undocumented => {}
            Holds::Text => {
                self.text(node, place);
            }
            Holds::Bounded(length) => self.bounded(node, place, length),
            Holds::Id => self.id(node, place),
            Holds::Identifier(kind) => self.identifier(kind, node, place),
            Holds::Type => self.type_ref(node, place),
            Holds::Attributes => self.attributes(node, place),
            Holds::Relations => self.relations(node, place, |key| RelationKey::parse(key)),
            Holds::Legs => self.relations(node, place, |key| RelationKey::parse_leg(key)),
            Holds::Owners => self.owners(node, place),
            Holds::Tags => {
                for (index, tag) in self.list(node, place).into_iter().enumerate() {
                    self.bounded(tag, &place.index(index), limits::OF_TAG);
                }
            }
            Holds::Date => self.date(node, place),
            Holds::SyncAction => self.sync_action(node, place),
        }
    }

    fn text(&mut self, node: Node<'r>, place: &Place<'_>) -> Option<std::borrow::Cow<'r, str>> {
        match node.value() {
            Value::Text(Some(text)) => Some(text),
            other => {
                self.wrong_type(node, place, "text", &other);
                None
            }
        }
    }

    fn bounded(&mut self, node: Node<'r>, place: &Place<'_>, length: Length) {
        let Some(text) = self.text(node, place) else { return };
        if !length.admits(&text) {
            let Length { what, min, max, rule } = length;
            let found = text.chars().count();
            let message = format!("{what} of {min} to {max} characters is needed, not {found}");
            self.report(rule, message, place, node.written());
        }
    }

    fn id(&mut self, node: Node<'r>, place: &Place<'_>) {
        let Some(text) = self.text(node, place) else { return };
        if text.len() != 36 || uuid::Uuid::try_parse(&text).is_err() {
            self.report(&NOT_UUID, format!("{:?} is not a UUID", shorten(&text)), place, node.written());
        }
    }

    fn identifier(&mut self, kind: ResourceKind, node: Node<'r>, place: &Place<'_>) {
        let Some(members) = self.object(node, place, fields::of_identifier(kind), &fields::IDENTIFYING) else { return };
        let present: Vec<&str> = members.iter().map(|member| &*member.name).collect();
        let is_form = |form: &&[&str]| form.len() == present.len() && form.iter().all(|name| present.contains(name));
        if fields::forms(kind).iter().any(is_form) {
            return;
        }
        let noun = noun(kind);
        let targets = present.iter().filter(|name| fields::TARGETS.contains(name)).count();
        let (rule, message): (&'static Rule, _) = match present[..] {
            [] => (&NOT_DEFINED, format!("the identifier of the {noun} is empty")),
            ["externalSystemId"] => (&HALF, "externalEntityId is missing beside externalSystemId".to_owned()),
            ["externalEntityId"] => (&HALF, "externalSystemId is missing beside externalEntityId".to_owned()),
            _ if kind == ResourceKind::Mapping
                && targets > 1
                && targets + 1 == present.len()
                && present.contains(&"externalSystemId") =>
            {
                (&TARGET_COUNT, format!("a mapping points to one resource, not {targets}"))
            }
            _ => (&AMBIGUOUS, format!("{} {} no form of a {noun} identifier", joined(&present), be(&present))),
        };
        self.report(rule, message, place, node.written());
    }

    fn type_ref(&mut self, node: Node<'r>, place: &Place<'_>) {
        let Some(members) = self.object(node, place, &fields::OF_TYPE, &[]) else { return };
        if members.len() != 1 {
            let message = match &members[..] {
                [] => "none of id, name and publicId is given".to_owned(),
                members => {
                    let present: Vec<&str> = members.iter().map(|member| &*member.name).collect();
                    format!("only one of {} can be given", joined(&present))
                }
            };
            self.report(&TYPE_REF, message, place, node.written());
        }
    }

    fn attributes(&mut self, node: Node<'r>, place: &Place<'_>) {
        for (member, values) in self.lists(node, place) {
            let key = place.key(&member.name);
            for (index, node) in values.into_iter().enumerate() {
                self.attribute(node, &key.index(index));
            }
        }
    }

    fn attribute(&mut self, node: Node<'r>, place: &Place<'_>) {
        let Some(members) = self.object(node, place, &[], &["value", "values"]) else { return };
        let (value, values) = (get(&members, "value"), get(&members, "values"));
        if let Some(value) = value {
            self.attribute_text(value.value, &place.member("value"));
        }
        if let Some(values) = values {
            let place = place.member("values");
            for (index, node) in self.list(values.value, &place).into_iter().enumerate() {
                self.attribute_text(node, &place.index(index));
            }
        }
        let message = match (value, values) {
            (Some(_), Some(_)) => "an attribute has value or values, not both",
            (None, None) => "an attribute without a value",
            _ => return,
        };
        self.report(&VALUE_SHAPE, message, place, node.written());
    }

    fn attribute_text(&mut self, node: Node<'r>, place: &Place<'_>) {
        match node.value() {
            Value::Text(Some(_)) => {}
            found @ (Value::Number(_) | Value::Bool) => {
                let message = format!("this is {}, and should be text", found.noun());
                self.report(&NOT_TEXT, message, place, node.written());
            }
            other => self.wrong_type(node, place, "text", &other),
        }
    }

    fn relations(
        &mut self,
        node: Node<'r>,
        place: &Place<'_>,
        parse: impl for<'k> Fn(&'k str) -> Option<RelationKey<'k>>,
    ) {
        for (member, assets) in self.lists(node, place) {
            let key = place.key(&member.name);
            match parse(&member.name) {
                Some(RelationKey { relation: RelationType::Legacy(_), .. }) => {
                    let message = "the type of the relation is named in the old way";
                    self.report(&KEY_LEGACY, message, &key, member.written);
                }
                Some(_) => {}
                None => {
                    let message = format!("{:?} names no type of relation with an end", shorten(&member.name));
                    self.report(&KEY, message, &key, member.written);
                }
            }
            for (index, node) in assets.into_iter().enumerate() {
                self.identifier(ResourceKind::Asset, node, &key.index(index));
            }
        }
    }

    fn owners(&mut self, node: Node<'r>, place: &Place<'_>) {
        for (member, owners) in self.lists(node, place) {
            let key = place.key(&member.name);
            for (index, node) in owners.into_iter().enumerate() {
                self.owner(node, &key.index(index));
            }
        }
    }

    fn owner(&mut self, node: Node<'r>, place: &Place<'_>) {
        let holders = fields::OF_OWNER.map(|(name, _)| name);
        let Some(members) = self.object(node, place, &[], &holders) else { return };
        for (name, [id, by_name]) in fields::OF_OWNER {
            let Some(holder) = get(&members, name) else { continue };
            let place = place.member(name);
            let Some(given) = self.object(holder.value, &place, &[id, by_name], &["userName", "name"]) else {
                continue;
            };
            match &given[..] {
                [one] if one.name == id.name => {}
                [one] if one.name == by_name.name => {
                    let at = place.member(by_name.name);
                    self.report(&OWNER_NAME, "an owner that is not named by its id", &at, one.value.written());
                }
                _ => self.report(&OWNER_SHAPE, "an owner is named by its id", &place, holder.value.written()),
            }
        }
        if members.len() != 1 {
            let message = "an owner is one user or one user group";
            self.report(&OWNER_SHAPE, message, place, node.written());
        }
    }

    fn date(&mut self, node: Node<'r>, place: &Place<'_>) {
        let is_whole = match node.value() {
            Value::Number(text) => {
                let rounded = || text.parse::<f64>().is_ok_and(|number| number.to_string().parse::<i64>().is_ok());
                text.parse::<i64>().is_ok() || rounded()
            }
            Value::Text(Some(text)) => text.parse::<i64>().is_ok(),
            Value::Bool => false,
            other => return self.wrong_type(node, place, "a number", &other),
        };
        if !is_whole {
            self.report(&LAST_SYNC, "this is not a whole number", place, node.written());
        }
    }

    fn sync_action(&mut self, node: Node<'r>, place: &Place<'_>) {
        let Some(text) = self.text(node, place) else { return };
        if matches!(&*text, "ADD" | "UPDATE" | "REMOVE") {
            self.report(&SYNC_DEPRECATED, "syncAction is deprecated", place, node.written());
        } else {
            let message = format!("{:?} is none of ADD, UPDATE and REMOVE", shorten(&text));
            self.report(&SYNC_ACTION, message, place, node.written());
        }
    }
}

/// Which members are the first of their name.
fn first_of_each_name(members: &[Member<'_>]) -> Vec<bool> {
    // Few names are compared faster than hashed.
    const FEW: usize = 16;
    if members.len() <= FEW {
        let is_first = |place: usize| members[..place].iter().all(|earlier| earlier.name != members[place].name);
        return (0..members.len()).map(is_first).collect();
    }
    let mut seen = HashSet::with_capacity(members.len());
    members.iter().map(|member| seen.insert(&*member.name)).collect()
}

/// A kind in a sentence.
pub(super) fn noun(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Community => "community",
        ResourceKind::Domain => "domain",
        ResourceKind::Asset => "asset",
        ResourceKind::Mapping => "mapping",
        ResourceKind::ComplexRelation => "complex relation",
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn joined(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn be(names: &[&str]) -> &'static str {
    if names.len() == 1 { "is" } else { "are" }
}
