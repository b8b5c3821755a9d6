//! The check of one command: a quick look that most commands pass, and a walk through those that do not.

use super::json::Node;
use super::limits::{self, Length};
use super::rules::{NOT_JSON, WRONG_TYPE};
use super::walk::Walk;
use super::{Finding, Path, Severity, rules};
use crate::command::{
    Asset, AssetIdentifier, AttributeValue, Attributes, Command, CommandError, CommandErrorKind, Community,
    CommunityIdentifier, ComplexRelation, ComplexRelationIdentifier, Domain, DomainIdentifier, ExternalPair, Mapping,
    MappingIdentifier, MappingTarget, Owner, RelationKey, RelationType, Relations, Responsibilities, Text, TypeRef,
    UserGroupRef, UserRef,
};

/// Appends everything that is wrong with one command, and gives the command if it can be read.
///
/// `record` holds one JSON value. Several things wrong with it are all found, in one go. A command with nothing to say
/// about costs little more than reading it: no memory is taken beyond that of the command itself.
///
/// A command that cannot be read has at least one finding of [`Severity::Error`]; one that can be read may have them, too.
pub fn command<'a>(record: &'a [u8], findings: &mut Vec<Finding>) -> Option<Command<'a>> {
    let command = Command::from_slice(record);
    match &command {
        Ok(command) if is_clean(command, record) => {}
        Ok(_) => explain(record, None, findings),
        Err(error) => explain(record, Some(error), findings),
    }
    command.ok()
}

#[cold]
fn explain(record: &[u8], error: Option<&CommandError>, findings: &mut Vec<Finding>) {
    let before = findings.len();
    let text = match std::str::from_utf8(record) {
        Ok(text) => text,
        Err(error) => return findings.push(not_json("this is not UTF-8", record, error.valid_up_to())),
    };
    let root = match error {
        None => Node::of_valid(text),
        Some(_) => match Node::new(text) {
            Ok(root) => root,
            Err(error) => {
                let CommandErrorKind::Json { message } = CommandError::json(&error).kind().clone() else { return };
                return findings.push(not_json(&message, record, offset(record, error.line(), error.column())));
            }
        },
    };
    Walk { record: text, findings }.command(root);
    // The walk knows what cannot be read better than the reader does; should it ever not, the reader is right.
    if let Some(error) = error
        && findings[before..].iter().all(|finding| finding.rule.severity < Severity::Error)
    {
        let rule = match error.kind() {
            CommandErrorKind::Json { .. } => &WRONG_TYPE,
            kind => rules::rule(kind.code()).unwrap_or(&WRONG_TYPE),
        };
        let at = if error.line() > 0 { offset(record, error.line(), error.column()) } else { 0 };
        findings.push(Finding { rule, message: error.kind().to_string(), ..not_json("", record, at) });
    }
}

fn not_json(message: &str, record: &[u8], at: usize) -> Finding {
    let start = at.min(record.len().saturating_sub(1));
    let span = start..(start + 1).min(record.len());
    Finding { rule: &NOT_JSON, message: message.to_owned(), path: Path::default(), span }
}

/// The byte at a line and a column that both count from 1.
fn offset(record: &[u8], line: usize, column: usize) -> usize {
    let breaks = record.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let start = std::iter::once(0).chain(breaks).nth(line.saturating_sub(1)).unwrap_or(record.len());
    start + column.saturating_sub(1)
}

/// Whether the walk would find nothing. May be wrong about a clean command, never about one that is not.
///
/// The reader passes over members it does not know, takes null for absent and numbers for text. All of these change how
/// many strings the record has compared with how many the command has, names of members included: so one count tells
/// whether there is anything in the text that is not in the command.
fn is_clean(command: &Command<'_>, record: &[u8]) -> bool {
    let mut look = Look { strings: 2, is_clean: true };
    match command {
        Command::Community(command) => look.community(command),
        Command::Domain(command) => look.domain(command),
        Command::Asset(command) => look.asset(command),
        Command::Mapping(command) => look.mapping(command),
        Command::ComplexRelation(command) => look.complex_relation(command),
    }
    look.is_clean && 2 * look.strings == quotes(record)
}

/// Quotation marks that are not escaped, in valid JSON.
fn quotes(record: &[u8]) -> usize {
    // Summing bytes within short stretches is what compilers vectorise.
    let count = |stretch: &[u8]| usize::from(stretch.iter().map(|byte| u8::from(*byte == b'"')).sum::<u8>());
    let all: usize = record.chunks(128).map(count).sum();
    if !record.contains(&b'\\') {
        return all;
    }
    let mut bytes = record.iter();
    let mut escaped = 0;
    while let Some(byte) = bytes.next() {
        if *byte == b'\\' && bytes.next() == Some(&b'"') {
            escaped += 1;
        }
    }
    all - escaped
}

struct Look {
    /// Strings that the record should have: names of members and values.
    strings: usize,
    is_clean: bool,
}

impl Look {
    fn need(&mut self, is_clean: bool) {
        self.is_clean &= is_clean;
    }

    /// The name of a member.
    fn name(&mut self) {
        self.strings += 1;
    }

    /// A member that holds an id, or text of any length.
    fn text(&mut self) {
        self.strings += 2;
    }

    fn bounded(&mut self, text: &Text<'_>, length: &Length) {
        self.strings += 2;
        self.need(length.admits(text));
    }

    fn optional(&mut self, text: Option<&Text<'_>>, length: &Length) {
        if let Some(text) = text {
            self.bounded(text, length);
        }
    }

    fn description(&mut self, text: Option<&Text<'_>>) {
        if text.is_some() {
            self.text();
        }
    }

    fn pair(&mut self, pair: &ExternalPair<'_>) {
        self.bounded(&pair.external_system_id, &limits::OF_SYSTEM);
        self.bounded(&pair.external_entity_id, &limits::OF_ENTITY);
    }

    fn community_identifier(&mut self, identifier: &CommunityIdentifier<'_>) {
        match identifier {
            CommunityIdentifier::Id { .. } => self.text(),
            CommunityIdentifier::Name { name } => self.bounded(name, &limits::OF_COMMUNITY),
            CommunityIdentifier::External(pair) => self.pair(pair),
        }
    }

    fn domain_identifier(&mut self, identifier: &DomainIdentifier<'_>) {
        match identifier {
            DomainIdentifier::Id { .. } => self.text(),
            DomainIdentifier::Name { name, community } => {
                self.bounded(name, &limits::OF_DOMAIN);
                self.name();
                self.community_identifier(community);
            }
            DomainIdentifier::External(pair) => self.pair(pair),
        }
    }

    fn asset_identifier(&mut self, identifier: &AssetIdentifier<'_>) {
        match identifier {
            AssetIdentifier::Id { .. } => self.text(),
            AssetIdentifier::Name { name, domain } => {
                self.bounded(name, &limits::OF_ASSET);
                self.name();
                self.domain_identifier(domain);
            }
            AssetIdentifier::External(pair) => self.pair(pair),
        }
    }

    fn type_ref(&mut self, reference: Option<&TypeRef<'_>>) {
        let Some(reference) = reference else { return };
        self.name();
        match reference {
            TypeRef::Id { .. } => self.text(),
            TypeRef::Name { name } | TypeRef::PublicId { public_id: name } => self.bounded(name, &limits::OF_TYPE),
        }
    }

    fn attributes(&mut self, attributes: Option<&Attributes<'_>>) {
        let Some(attributes) = attributes else { return };
        self.name();
        for (_, values) in attributes.iter() {
            self.name();
            for value in values {
                self.name();
                match value {
                    AttributeValue::Value(value) => self.attribute_text(value),
                    AttributeValue::Values(values) => values.iter().for_each(|value| self.attribute_text(value)),
                }
            }
        }
    }

    /// Numbers and booleans were put into words of their own when they were read.
    fn attribute_text(&mut self, value: &Text<'_>) {
        self.strings += 1;
        let may_be_scalar = matches!(value.as_bytes().first(), Some(b'0'..=b'9' | b'-' | b't' | b'f'));
        self.need(value.is_borrowed() || !may_be_scalar);
    }

    fn relations(
        &mut self,
        relations: Option<&Relations<'_>>,
        parse: impl for<'k> Fn(&'k str) -> Option<RelationKey<'k>>,
    ) {
        let Some(relations) = relations else { return };
        self.name();
        for (key, assets) in relations.iter() {
            self.name();
            let is_good = parse(key).is_some_and(|key| !matches!(key.relation, RelationType::Legacy(_)));
            self.need(is_good);
            assets.iter().for_each(|asset| self.asset_identifier(asset));
        }
    }

    fn owners(&mut self, responsibilities: Option<&Responsibilities<'_>>) {
        let Some(responsibilities) = responsibilities else { return };
        self.name();
        for (_, owners) in responsibilities.iter() {
            self.name();
            for owner in owners {
                self.name();
                self.text();
                let is_by_id =
                    matches!(owner, Owner::User(UserRef::Id { .. }) | Owner::UserGroup(UserGroupRef::Id { .. }));
                self.need(is_by_id);
            }
        }
    }

    fn community(&mut self, command: &Community<'_>) {
        self.name();
        self.community_identifier(&command.identifier);
        self.optional(command.name.as_ref(), &limits::OF_COMMUNITY);
        self.description(command.description.as_ref());
        if let Some(parent) = &command.parent {
            self.name();
            self.community_identifier(parent);
            self.need(*parent != command.identifier);
        }
        self.owners(command.responsibilities.as_ref());
        self.need(match &command.identifier {
            CommunityIdentifier::Id { .. } => true,
            CommunityIdentifier::Name { .. } => command.name.is_none(),
            CommunityIdentifier::External(_) => command.name.is_some(),
        });
    }

    fn domain(&mut self, command: &Domain<'_>) {
        self.name();
        self.domain_identifier(&command.identifier);
        self.optional(command.name.as_ref(), &limits::OF_DOMAIN);
        self.description(command.description.as_ref());
        if let Some(community) = &command.community {
            self.name();
            self.community_identifier(community);
        }
        self.type_ref(command.type_ref.as_ref());
        self.owners(command.responsibilities.as_ref());
        self.need(match &command.identifier {
            DomainIdentifier::Id { .. } => true,
            DomainIdentifier::Name { .. } => command.name.is_none() && command.community.is_none(),
            DomainIdentifier::External(_) => {
                command.name.is_some() && command.community.is_some() && command.type_ref.is_some()
            }
        });
    }

    fn asset(&mut self, command: &Asset<'_>) {
        self.name();
        self.asset_identifier(&command.identifier);
        self.optional(command.name.as_ref(), &limits::OF_ASSET);
        self.optional(command.display_name.as_ref(), &limits::OF_ASSET);
        if let Some(domain) = &command.domain {
            self.name();
            self.domain_identifier(domain);
        }
        self.type_ref(command.type_ref.as_ref());
        self.type_ref(command.status.as_ref());
        self.attributes(command.attributes.as_ref());
        self.relations(command.relations.as_ref(), |key| RelationKey::parse(key));
        if let Some(tags) = &command.tags {
            self.name();
            self.strings += tags.len();
            self.need(tags.iter().all(|tag| limits::OF_TAG.admits(tag)));
        }
        self.need(command.responsibilities.is_none());
        self.need(match &command.identifier {
            AssetIdentifier::Id { .. } => true,
            AssetIdentifier::Name { .. } => command.name.is_none() && command.domain.is_none(),
            AssetIdentifier::External(_) => {
                command.name.is_some() && command.domain.is_some() && command.type_ref.is_some()
            }
        });
    }

    /// The usual mapping, its pair with a target; all others are walked through.
    fn mapping(&mut self, command: &Mapping<'_>) {
        let (MappingIdentifier::External(pair), Some(target)) = (&command.identifier, &command.target) else {
            return self.need(false);
        };
        self.name();
        self.pair(pair);
        self.name();
        match target {
            MappingTarget::DgcId(_) => self.strings += 1,
            MappingTarget::Asset(asset) => self.asset_identifier(asset),
            MappingTarget::Domain(domain) => self.domain_identifier(domain),
            MappingTarget::Community(community) => self.community_identifier(community),
            MappingTarget::ComplexRelation(_) => self.need(false),
        }
        self.description(command.description.as_ref());
        if command.last_sync_date.is_some() {
            self.name();
        }
        self.need(command.ext_entity_url.is_none());
        self.need(command.external_system_id.is_none() && command.external_entity_id.is_none());
    }

    fn complex_relation(&mut self, command: &ComplexRelation<'_>) {
        self.name();
        match &command.identifier {
            ComplexRelationIdentifier::Id { .. } => self.text(),
            ComplexRelationIdentifier::External(pair) => {
                self.pair(pair);
                let has_legs = command.relations.as_ref().is_some_and(|legs| !legs.is_empty());
                self.need(has_legs && command.complex_relation_type.is_some());
            }
            ComplexRelationIdentifier::Legs { .. } => self.need(false),
        }
        self.type_ref(command.complex_relation_type.as_ref());
        self.relations(command.relations.as_ref(), |key| RelationKey::parse_leg(key));
        self.attributes(command.attributes.as_ref());
    }
}
