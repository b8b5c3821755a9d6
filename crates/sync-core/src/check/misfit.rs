//! What of a command does not fit an operating model.

use super::path::shorten;
use super::rules::{
    ASSET_TYPE_NOT_FOUND, ATTRIBUTE_TYPE_NOT_FOUND, COMPLEX_TYPE_NOT_FOUND, DOMAIN_TYPE_NOT_FOUND, ENDS_MISMATCH,
    LEG_UNKNOWN, NOT_ASSIGNED, NOT_RESOURCE_ROLE, OCCURRENCE, RELATION_TYPE_NOT_FOUND, ROLE_NOT_FOUND,
    STATUS_NOT_ALLOWED, STATUS_NOT_FOUND, VALUE_FORMAT, VALUE_NOT_ALLOWED, VALUE_SHAPE,
};
use super::spelling::closest;
use super::{Path, Rule, Segment};
use crate::command::{
    Asset, AttributeValue, Attributes, Command, ComplexRelation, Domain, RelationEnd, RelationKey, RelationType,
    Relations, Responsibilities, TypeRef,
};
use crate::model::{Absence, AttributeKind, AttributeType, ModelIndex};

/// One place where a command does not fit an operating model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misfit {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// What is wrong here: one sentence, lower case, without a full stop.
    pub message: String,
    /// The member inside the command.
    pub path: Path,
}

/// Holds a command against an operating model and adds what does not fit to `misfits`.
///
/// Looks at the command alone: the type of an asset that is only listed in a relation, or the type of the domain it is in,
/// takes the commands about those. What the model says nothing about is not reported: a name that several entries have is
/// not judged, and that there is no such type, status or role only a [complete](crate::model::Model::complete) model says.
pub fn against(model: &ModelIndex, command: &Command<'_>, misfits: &mut Vec<Misfit>) {
    let mut look = Look { model, misfits };
    match command {
        Command::Community(command) => look.responsibilities(command.responsibilities.as_ref()),
        Command::Domain(command) => look.domain(command),
        Command::Asset(command) => look.asset(command),
        Command::Mapping(_) => {}
        Command::ComplexRelation(command) => look.complex_relation(command),
    }
}

struct Look<'m, 'f> {
    model: &'m ModelIndex,
    misfits: &'f mut Vec<Misfit>,
}

fn member(name: &str) -> Path {
    Path::default().join(Segment::Member(name.to_owned()))
}

/// The member of a reference that says which type is meant.
fn inside(name: &str, reference: &TypeRef<'_>) -> Path {
    let part = match reference {
        TypeRef::Id { .. } => "id",
        TypeRef::Name { .. } => "name",
        TypeRef::PublicId { .. } => "publicId",
    };
    member(name).join(Segment::Member(part.to_owned()))
}

/// How a type is called where it is not found.
fn called(reference: &TypeRef<'_>) -> String {
    match reference {
        TypeRef::Id { id } => format!("has the id {id}"),
        TypeRef::Name { name } => format!("is called {:?}", shorten(name)),
        TypeRef::PublicId { public_id } => format!("has the public id {:?}", shorten(public_id)),
    }
}

impl<'m> Look<'m, '_> {
    fn add(&mut self, rule: &'static Rule, message: String, path: Path) {
        self.misfits.push(Misfit { rule, message, path });
    }

    /// Something that is referred to may not be there; `names` are what may have been meant.
    fn missing<'n>(
        &mut self,
        absence: Absence,
        rule: &'static Rule,
        noun: &str,
        reference: &TypeRef<'_>,
        path: Path,
        names: impl Iterator<Item = &'n str>,
    ) {
        if absence == Absence::Untold {
            return;
        }
        let meant = match reference {
            TypeRef::Name { name } => closest(name, names),
            TypeRef::Id { .. } | TypeRef::PublicId { .. } => None,
        };
        self.add(rule, format!("no {noun} {}{}", called(reference), suggestion(meant)), path);
    }

    fn domain(&mut self, command: &Domain<'_>) {
        if let Some(reference) = &command.type_ref
            && let Err(absence) = self.model.find_domain_type(reference)
        {
            let names = self.model.model().domain_types.iter().map(|entry| entry.name.as_str());
            self.missing(absence, &DOMAIN_TYPE_NOT_FOUND, "domain type", reference, inside("type", reference), names);
        }
        self.responsibilities(command.responsibilities.as_ref());
    }

    fn asset(&mut self, command: &Asset<'_>) {
        let asset_type = command.type_ref.as_ref().and_then(|reference| {
            let found = self.model.find_asset_type(reference);
            if let Err(absence) = found {
                let names = self.model.model().asset_types.iter().map(|entry| entry.name.as_str());
                self.missing(absence, &ASSET_TYPE_NOT_FOUND, "asset type", reference, inside("type", reference), names);
            }
            found.ok()
        });
        if let Some(reference) = &command.status {
            self.status(reference, asset_type);
        }
        if let Some(attributes) = &command.attributes {
            self.attributes(attributes, asset_type);
        }
        if let Some(relations) = &command.relations {
            self.relations(relations, asset_type);
        }
        self.responsibilities(command.responsibilities.as_ref());
    }

    fn status(&mut self, reference: &TypeRef<'_>, asset_type: Option<usize>) {
        let path = inside("status", reference);
        let status = match self.model.find_status(reference) {
            Ok(status) => status,
            Err(absence) => {
                let names = self.model.model().statuses.iter().map(|entry| entry.name.as_str());
                return self.missing(absence, &STATUS_NOT_FOUND, "status", reference, path, names);
            }
        };
        let Some(asset_type) = asset_type else { return };
        let level = self.model.level(asset_type);
        let allows = |statuses: &[usize]| statuses.is_empty() || statuses.contains(&status);
        if !level.is_empty() && !level.iter().any(|assigned| allows(&assigned.statuses)) {
            let (status, asset_type) = (self.model.status_name(status), self.model.asset_type_name(asset_type));
            self.add(&STATUS_NOT_ALLOWED, format!("{status:?} is not a status of {asset_type:?}"), path);
        }
    }

    fn attributes(&mut self, attributes: &Attributes<'_>, asset_type: Option<usize>) {
        let level = asset_type.map(|number| self.model.level(number)).unwrap_or_default();
        for (key, values) in attributes.iter() {
            let path = member("attributes").join(Segment::Key(key.as_str().to_owned()));
            let (number, attribute) = match self.model.find_attribute_type(key) {
                Ok(found) => found,
                Err(Absence::Untold) => continue,
                Err(Absence::Missing) => {
                    let names = self.model.model().attribute_types.iter().map(|entry| entry.name.as_str());
                    let meant = suggestion(closest(key, names));
                    let message = format!("no attribute type is called {:?}{meant}", shorten(key));
                    self.add(&ATTRIBUTE_TYPE_NOT_FOUND, message, path);
                    continue;
                }
            };
            for (index, value) in values.iter().enumerate() {
                self.value(attribute, value, &path.clone().join(Segment::Index(index)));
            }
            let limits: Vec<Option<u32>> =
                level.iter().filter_map(|assigned| assigned.attributes.get(&number).copied()).collect();
            let asset_type = asset_type.map_or("", |number| self.model.asset_type_name(number));
            if limits.is_empty() && !level.is_empty() {
                let message = format!("{:?} is not assigned to {asset_type:?}", attribute.name);
                self.add(&NOT_ASSIGNED, message, path);
                continue;
            }
            // Of several assignments the widest limit holds.
            let most = limits.iter().try_fold(0, |most, limit| limit.map(|limit| limit.max(most)));
            if let Some(most) = most.filter(|most| !limits.is_empty() && values.len() > *most as usize) {
                let message =
                    format!("{asset_type:?} has at most {most} of {:?}, not {}", attribute.name, values.len());
                self.add(&OCCURRENCE, message, path);
            }
        }
    }

    fn value(&mut self, attribute: &AttributeType, value: &AttributeValue<'_>, path: &Path) {
        let name = &attribute.name;
        match (value, attribute.kind == AttributeKind::MultiValueList) {
            (AttributeValue::Value(_), true) => {
                self.add(
                    &VALUE_SHAPE,
                    format!("{name:?} is a list with several choices: it needs values"),
                    path.clone(),
                );
            }
            (AttributeValue::Values(_), false) => {
                self.add(&VALUE_SHAPE, format!("{name:?} has one value: it needs value"), path.clone());
            }
            (AttributeValue::Value(text), false) => {
                self.text(attribute, text, path.clone().join(Segment::Member("value".to_owned())));
            }
            (AttributeValue::Values(texts), true) => {
                let path = path.clone().join(Segment::Member("values".to_owned()));
                for (index, text) in texts.iter().enumerate() {
                    self.text(attribute, text, path.clone().join(Segment::Index(index)));
                }
            }
        }
    }

    fn text(&mut self, attribute: &AttributeType, text: &str, path: Path) {
        let name = &attribute.name;
        let trimmed = text.trim();
        let wanted = match attribute.kind {
            AttributeKind::Numeric => match trimmed.parse::<f64>() {
                Ok(number) if attribute.integer && number.fract() != 0.0 => Some("a whole number"),
                Ok(number) if number.is_finite() => None,
                _ => Some("a number"),
            },
            AttributeKind::Boolean if !is_boolean(trimmed) => Some("true or false"),
            AttributeKind::SingleValueList | AttributeKind::MultiValueList => {
                let allowed = &attribute.allowed_values;
                if !allowed.is_empty() && !allowed.iter().any(|value| value == text) {
                    let meant = closest(text, allowed.iter().map(String::as_str));
                    let message =
                        format!("{:?} is not an allowed value of {name:?}{}", shorten(text), suggestion(meant));
                    self.add(&VALUE_NOT_ALLOWED, message, path);
                }
                return;
            }
            _ => None,
        };
        if let Some(wanted) = wanted {
            self.add(&VALUE_FORMAT, format!("{name:?} needs {wanted}, not {:?}", shorten(text)), path);
        }
    }

    fn relations(&mut self, relations: &Relations<'_>, asset_type: Option<usize>) {
        for (key, _) in relations.iter() {
            let Some(RelationKey { relation, end }) = RelationKey::parse(key) else { continue };
            let path = member("relations").join(Segment::Key(key.as_str().to_owned()));
            let relation_type = match self.model.find_relation_type(&relation) {
                Ok(relation_type) => relation_type,
                Err(Absence::Untold) => continue,
                Err(Absence::Missing) => {
                    let message = format!("there is no relation type {:?}", shorten(name_in(key)));
                    self.add(&RELATION_TYPE_NOT_FOUND, message, path);
                    continue;
                }
            };
            // The asset of the command is at the other end than those it lists.
            let is_source = end == RelationEnd::Target;
            if let Some(asset_type) = asset_type.filter(|number| !self.model.fits(*number, relation_type, is_source)) {
                self.add(&ENDS_MISMATCH, ends_mismatch(self.model, relation_type, asset_type, is_source), path);
            }
        }
    }

    fn responsibilities(&mut self, responsibilities: Option<&Responsibilities<'_>>) {
        for (key, _) in responsibilities.into_iter().flat_map(|responsibilities| responsibilities.iter()) {
            let path = member("responsibilities").join(Segment::Key(key.as_str().to_owned()));
            match self.model.find_role(key) {
                Ok(role) if role.resource_role => {}
                Ok(role) => {
                    self.add(&NOT_RESOURCE_ROLE, format!("{:?} is a global role", role.name), path);
                }
                Err(Absence::Untold) => {}
                Err(Absence::Missing) => {
                    let meant = closest(key, self.model.model().roles.iter().map(|entry| entry.name.as_str()));
                    let message = format!("no role is called {:?}{}", shorten(key), suggestion(meant));
                    self.add(&ROLE_NOT_FOUND, message, path);
                }
            }
        }
    }

    fn complex_relation(&mut self, command: &ComplexRelation<'_>) {
        if let Some(attributes) = &command.attributes {
            self.attributes(attributes, None);
        }
        let Some(reference) = &command.complex_relation_type else { return };
        let found = match self.model.find_complex_relation_type(reference) {
            Ok(found) => found,
            Err(absence) => {
                let names = self.model.model().complex_relation_types.iter().map(|entry| entry.name.as_str());
                let path = inside("complexRelationType", reference);
                let noun = "complex relation type";
                return self.missing(absence, &COMPLEX_TYPE_NOT_FOUND, noun, reference, path, names);
            }
        };
        for (key, _) in command.relations.iter().flat_map(|relations| relations.iter()) {
            let Some(RelationKey { relation: RelationType::Id(id), .. }) = RelationKey::parse_leg(key) else {
                continue;
            };
            // Legs whose ids are not known could be any.
            if found.legs.iter().all(|leg| leg.id.is_some_and(|leg| leg != id)) {
                let path = member("relations").join(Segment::Key(key.as_str().to_owned()));
                self.add(&LEG_UNKNOWN, format!("{:?} has no leg {id}", found.name), path);
            }
        }
    }
}

/// What is wrong with an asset at an end of a relation.
pub fn ends_mismatch(model: &ModelIndex, relation_type: usize, asset_type: usize, is_source: bool) -> String {
    let (relation, found) = (model.relation_type_name(relation_type), model.asset_type_name(asset_type));
    let end = if is_source { "source" } else { "target" };
    let turned = match model.fits(asset_type, relation_type, !is_source) {
        true => "; at the other end it could be",
        false => "",
    };
    format!("an asset of type {found:?} cannot be the {end} of {relation:?}{turned}")
}

/// The relation type in a key, without its end.
fn name_in(key: &str) -> &str {
    key.rsplit_once(':').map_or(key, |(name, _)| name)
}

fn is_boolean(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

fn suggestion(meant: Option<&str>) -> String {
    meant.map_or(String::new(), |meant| format!("; is it {meant:?}?"))
}
