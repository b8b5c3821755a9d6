//! Rules about members of a command that have to fit each other.

use std::collections::HashSet;

use super::Rule;
use super::fields::{self, TARGETS};
use super::json::{Member, Node, Value};
use super::rules::{
    ASSET_DOMAIN_MISSING, ASSET_NAME_MISSING, ASSET_TYPE_MISSING, COMMUNITY_NAME_MISSING, CR_TYPE_MISSING, CYCLE,
    DOMAIN_CREATION, LEG_REPEATED, LEGS_MISSING, MAPPING_CREATION, NOT_IDEMPOTENT, REPEATED, RESPONSIBILITIES,
    TARGET_COUNT, URL_SPELLING,
};
use super::walk::{Place, Walk, get, joined, noun};
use crate::command::{RelationKey, ResourceKind};

impl<'r> Walk<'r, '_> {
    /// Reports on the members of a command as they stand together.
    pub(super) fn meaning(&mut self, kind: ResourceKind, members: &[Member<'r>]) {
        let whom = get(members, "identifier").map(|member| Whom::of(kind, member.value)).unwrap_or_default();
        match kind {
            ResourceKind::Community => self.community(&whom, members),
            ResourceKind::Domain => self.domain(&whom, members),
            ResourceKind::Asset => self.asset(&whom, members),
            ResourceKind::Mapping => self.mapping(&whom, members),
            ResourceKind::ComplexRelation => self.complex_relation(&whom, members),
        }
    }

    fn at_member(&mut self, rule: &'static Rule, message: impl Into<String>, member: &Member<'r>) {
        self.report(rule, message, &Place::Command.member(&member.name), member.value.written());
    }

    /// What identifies may be repeated, not changed. Two forms of one identifier cannot be compared here.
    fn unchanged(&mut self, kind: ResourceKind, whom: &Whom<'r>, members: &[Member<'r>], names: &[&str]) {
        for name in names {
            let (Some(identifying), Some(field)) = (get(&whom.members, name), get(members, name)) else { continue };
            if are_same(identifying.value, field.value) == Some(false) {
                let message = format!("{name} identifies the {} and is changed by the same command", noun(kind));
                self.at_member(&NOT_IDEMPOTENT, message, field);
            }
        }
    }

    /// What a resource that does not exist yet needs, where its identifier alone does not say enough.
    fn needed(&mut self, rule: &'static Rule, whom: &Whom<'r>, members: &[Member<'r>], names: &[&str]) {
        let missing: Vec<&str> = names.iter().copied().filter(|name| get(members, name).is_none()).collect();
        if let (Form::Pair, Some(node), false) = (whom.form, whom.node, missing.is_empty()) {
            let message = format!("without {} this cannot be created, only updated", joined(&missing));
            self.report(rule, message, &Place::Command.member("identifier"), node.written());
        }
    }

    fn community(&mut self, whom: &Whom<'r>, members: &[Member<'r>]) {
        self.needed(&COMMUNITY_NAME_MISSING, whom, members, &["name"]);
        self.unchanged(ResourceKind::Community, whom, members, &["name"]);
        if let (Some(own), Some(parent)) = (whom.node, get(members, "parent"))
            && whom.form != Form::None
            && are_same(own, parent.value) == Some(true)
        {
            self.at_member(&CYCLE, "the community itself is named as its parent", parent);
        }
    }

    fn domain(&mut self, whom: &Whom<'r>, members: &[Member<'r>]) {
        self.needed(&DOMAIN_CREATION, whom, members, &["name", "community", "type"]);
        self.unchanged(ResourceKind::Domain, whom, members, &["name", "community"]);
    }

    fn asset(&mut self, whom: &Whom<'r>, members: &[Member<'r>]) {
        self.needed(&ASSET_NAME_MISSING, whom, members, &["name"]);
        self.needed(&ASSET_DOMAIN_MISSING, whom, members, &["domain"]);
        self.needed(&ASSET_TYPE_MISSING, whom, members, &["type"]);
        self.unchanged(ResourceKind::Asset, whom, members, &["name", "domain"]);
        if let Some(owners) = get(members, "responsibilities") {
            let message = "owners of assets are refused unless a setting is on that is off by default";
            let place = Place::Command;
            self.report(&RESPONSIBILITIES, message, &place.member("responsibilities"), owners.written);
        }
    }

    fn mapping(&mut self, whom: &Whom<'r>, members: &[Member<'r>]) {
        let targets: Vec<&Member<'r>> = members.iter().filter(|member| TARGETS.contains(&&*member.name)).collect();
        if let [_, second, ..] = targets[..] {
            let message = format!("a mapping points to one resource, not {}", targets.len());
            self.at_member(&TARGET_COUNT, message, second);
        }
        match whom.form {
            Form::Pair if targets.is_empty() => {
                self.needed(&MAPPING_CREATION, whom, members, &["a resource to point at"]);
            }
            Form::Target if get(members, "externalEntityId").is_none() => {
                if let Some(node) = whom.node {
                    let message = "without externalEntityId this cannot be created, only updated";
                    self.report(&MAPPING_CREATION, message, &Place::Command.member("identifier"), node.written());
                }
            }
            _ => {}
        }
        let identifying = ["externalSystemId", "externalEntityId"].into_iter().chain(TARGETS);
        self.unchanged(ResourceKind::Mapping, whom, members, &identifying.collect::<Vec<_>>());
        if let Some(other) = get(members, "externalEntityUrl") {
            let place = Place::Command;
            let place = place.member("externalEntityUrl");
            if get(members, "extEntityUrl").is_some() {
                self.report(&REPEATED, "the URL stands here a second time", &place, other.written);
            } else {
                self.report(&URL_SPELLING, "most servers may know this as extEntityUrl", &place, other.written);
            }
        }
    }

    fn complex_relation(&mut self, whom: &Whom<'r>, members: &[Member<'r>]) {
        self.needed(&CR_TYPE_MISSING, whom, members, &["complexRelationType"]);
        let Some(relations) = get(members, "relations") else {
            return self.needed(&LEGS_MISSING, whom, members, &["relations"]);
        };
        let Value::Object(legs) = relations.value.value() else { return };
        if legs.is_empty() {
            self.needed(&LEGS_MISSING, whom, &[], &["relations"]);
        }
        let Some(Value::Object(identifying)) = get(&whom.members, "relations").map(|member| member.value.value())
        else {
            return;
        };
        let identifying: HashSet<Leg<'_>> = identifying.iter().map(|leg| Leg::of(&leg.name)).collect();
        for leg in legs.iter().filter(|leg| identifying.contains(&Leg::of(&leg.name))) {
            let relations = Place::Command;
            let relations = relations.member("relations");
            let message = "this leg identifies the complex relation and cannot be set as well";
            self.report(&LEG_REPEATED, message, &Place::Key(&relations, &leg.name), leg.written);
        }
    }
}

/// A key of a leg, in whatever spelling.
#[derive(PartialEq, Eq, Hash)]
enum Leg<'k> {
    Known(RelationKey<'k>),
    Other(&'k str),
}

impl<'k> Leg<'k> {
    fn of(key: &'k str) -> Self {
        RelationKey::parse_leg(key).map_or(Self::Other(key), Self::Known)
    }
}

/// Which of its allowed forms an identifier has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Form {
    #[default]
    None,
    Pair,
    Target,
    Other,
}

/// Whom a command is about, as it says itself.
#[derive(Debug, Default)]
struct Whom<'r> {
    node: Option<Node<'r>>,
    members: Vec<Member<'r>>,
    form: Form,
}

impl<'r> Whom<'r> {
    fn of(kind: ResourceKind, node: Node<'r>) -> Self {
        let members = identifying(node);
        let present: Vec<&str> = members.iter().map(|member| &*member.name).collect();
        let has = |form: &[&str]| form.len() == present.len() && form.iter().all(|name| present.contains(name));
        let form = match fields::forms(kind).iter().find(|form| has(form)) {
            None => Form::None,
            Some(["externalSystemId", "externalEntityId"]) => Form::Pair,
            Some(["externalSystemId", _]) => Form::Target,
            Some(_) => Form::Other,
        };
        // Where the form is not clear, it is not clear what identifies.
        let members = if form == Form::None { Vec::new() } else { members };
        Self { node: Some(node), members, form }
    }
}

/// Members of an identifier that say something.
fn identifying(node: Node<'_>) -> Vec<Member<'_>> {
    let Value::Object(mut members) = node.value() else { return Vec::new() };
    members.retain(|member| fields::IDENTIFYING.contains(&&*member.name) && !member.value.is_null());
    members
}

/// Identifiers nest less deep than this; what does is compared as it is written.
const DEPTH: usize = 8;

/// Whether two identifiers, or parts of them, are the same; nothing where their forms differ.
fn are_same(one: Node<'_>, other: Node<'_>) -> Option<bool> {
    compare(one, other, DEPTH)
}

fn compare(one: Node<'_>, other: Node<'_>, depth: usize) -> Option<bool> {
    match (one.text(), other.text()) {
        (Some(one), Some(other)) => return Some(one == other),
        (None, None) => {}
        _ => return None,
    }
    if depth == 0 {
        return None;
    }
    let (ones, others) = (identifying(one), identifying(other));
    if ones.len() != others.len() {
        return None;
    }
    let mut is_same = true;
    for member in &ones {
        let counterpart = get(&others, &member.name)?;
        is_same &= match (&*member.name, member.value.text(), counterpart.value.text()) {
            ("id" | "dgcId", Some(one), Some(other)) => one.eq_ignore_ascii_case(&other),
            _ => compare(member.value, counterpart.value, depth - 1)?,
        };
    }
    Some(is_same)
}
