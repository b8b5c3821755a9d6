//! From answers to a model.

use std::collections::HashMap;

use sync_core::model::{
    AssetType, AssignedAttribute, AssignedRelation, Assignment, AttributeKind, AttributeType, ComplexRelationType,
    Direction, Leg, Model, NamedType, RelationType, Role,
};
use uuid::Uuid;

use super::answers::{
    AssetTypeAnswer, AssignmentAnswer, AttributeTypeAnswer, CharacteristicAnswer, ComplexRelationTypeAnswer, LegAnswer,
    NamedAnswer, Reference, RelationTypeAnswer, RoleAnswer,
};
use super::keys::Keys;

/// All that was read.
pub(super) struct Answers {
    pub(super) asset_types: Vec<AssetTypeAnswer>,
    pub(super) domain_types: Vec<NamedAnswer>,
    pub(super) attribute_types: Vec<AttributeTypeAnswer>,
    pub(super) statuses: Vec<NamedAnswer>,
    pub(super) relation_types: Vec<RelationTypeAnswer>,
    pub(super) complex_relation_types: Vec<ComplexRelationTypeAnswer>,
    pub(super) roles: Vec<RoleAnswer>,
    /// By asset type.
    pub(super) assignments: Vec<(Uuid, Vec<AssignmentAnswer>)>,
}

macro_rules! keys {
    ($entries:expr) => {
        Keys::new($entries.iter().map(|entry| (entry.id, entry.name.as_str())))
    };
}

impl Answers {
    /// The model. References to what the lists do not have are left out.
    pub(super) fn assemble(self) -> Model {
        let keys = AllKeys {
            asset_types: keys!(self.asset_types),
            domain_types: keys!(self.domain_types),
            attribute_types: keys!(self.attribute_types),
            statuses: keys!(self.statuses),
            relation_types: Keys::new(self.relation_types.iter().map(|entry| (entry.id, ""))),
        };
        let mut model = Model::default();
        model.complete = true;
        for (asset_type, answers) in &self.assignments {
            let Some(asset_type) = keys.asset_types.key(*asset_type) else { continue };
            model.assignments.extend(answers.iter().map(|answer| keys.assignment(&asset_type, answer)));
        }
        model.asset_types = self.asset_types.into_iter().map(|answer| keys.asset_type(answer)).collect();
        model.domain_types = self.domain_types.into_iter().map(named).collect();
        model.attribute_types = self.attribute_types.into_iter().map(attribute_type).collect();
        model.statuses = self.statuses.into_iter().map(named).collect();
        model.relation_types = self.relation_types.into_iter().map(|answer| keys.relation_type(answer)).collect();
        let complex = self.complex_relation_types.into_iter();
        model.complex_relation_types = complex.map(|answer| keys.complex_relation_type(answer)).collect();
        model.roles = self.roles.into_iter().map(role).collect();
        model
    }
}

struct AllKeys {
    asset_types: Keys,
    domain_types: Keys,
    attribute_types: Keys,
    statuses: Keys,
    relation_types: Keys,
}

impl AllKeys {
    fn asset_type(&self, answer: AssetTypeAnswer) -> AssetType {
        let mut found = AssetType::default();
        found.id = Some(answer.id);
        found.public_id = answer.public_id;
        found.name = answer.name;
        found.parent = answer.parent.and_then(|parent| self.asset_types.key(parent.id));
        found
    }

    /// An end that is not told is one that nothing is known of, which fits everything.
    fn end(&self, end: Option<Reference>) -> String {
        end.map_or(String::new(), |end| self.asset_types.key(end.id).unwrap_or_else(|| end.id.to_string()))
    }

    fn relation_type(&self, answer: RelationTypeAnswer) -> RelationType {
        let mut found = RelationType::default();
        found.id = Some(answer.id);
        found.public_id = answer.public_id;
        found.source = self.end(answer.source_type);
        found.role = answer.role.unwrap_or_default();
        found.co_role = answer.co_role;
        found.target = self.end(answer.target_type);
        found
    }

    fn complex_relation_type(&self, answer: ComplexRelationTypeAnswer) -> ComplexRelationType {
        let leg = |answer: LegAnswer| {
            let mut found = Leg::default();
            found.id = answer.relation_type_id;
            found.role = answer.role;
            found.asset_type = self.end(answer.asset_type);
            found.min = count(answer.minimum_occurrences).unwrap_or(0);
            found.max = count(answer.maximum_occurrences);
            found
        };
        let mut found = ComplexRelationType::default();
        found.id = Some(answer.id);
        found.public_id = answer.public_id;
        found.name = answer.name;
        found.legs = answer.leg_types.into_iter().flatten().map(leg).collect();
        found
    }

    fn assignment(&self, asset_type: &str, answer: &AssignmentAnswer) -> Assignment {
        let known = |keys: &Keys, references: &[Reference]| {
            references.iter().filter_map(|reference| keys.key(reference.id)).collect::<Vec<String>>()
        };
        let mut found = Assignment::default();
        found.asset_type = asset_type.to_owned();
        found.domain_types = answer.domain_types.as_deref().map(|types| known(&self.domain_types, types));
        found.statuses = known(&self.statuses, answer.statuses.as_deref().unwrap_or_default());
        let first = answer.default_status_id.and_then(|id| self.statuses.key(id));
        if let Some(position) = first.and_then(|first| found.statuses.iter().position(|status| *status == first)) {
            found.statuses[..=position].rotate_right(1);
        }
        (found.attributes, found.relations) = self.characteristics(answer);
        found
    }

    /// What is assigned, once each: what comes from several sides has the widest limits of them.
    fn characteristics(&self, answer: &AssignmentAnswer) -> (Vec<AssignedAttribute>, Vec<AssignedRelation>) {
        let (mut attributes, mut relations) = (Vec::<AssignedAttribute>::new(), Vec::new());
        let mut places: HashMap<String, usize> = HashMap::new();
        for answer in answer.all_characteristics() {
            let Some(id) = answer.what() else { continue };
            let (min, max) = limits(answer);
            if let Some(key) = self.attribute_types.key(id) {
                match places.get(&key).and_then(|place| attributes.get_mut(*place)) {
                    Some(known) => {
                        known.min = known.min.min(min);
                        known.max = known.max.zip(max).map(|(known, max)| known.max(max));
                    }
                    None => {
                        places.insert(key.clone(), attributes.len());
                        let mut found = AssignedAttribute::default();
                        (found.attribute_type, found.min, found.max) = (key, min, max);
                        attributes.push(found);
                    }
                }
            } else if self.relation_types.has(id) {
                let mut found = AssignedRelation::default();
                found.relation_type = id.to_string();
                found.direction = match answer.direction() {
                    Some("TO_TARGET") => Direction::ToTarget,
                    Some("TO_SOURCE") => Direction::ToSource,
                    _ => Direction::Both,
                };
                (found.min, found.max) = (min, max);
                relations.push(found);
            }
        }
        (attributes, relations)
    }
}

fn named(answer: NamedAnswer) -> NamedType {
    let mut found = NamedType::default();
    found.id = Some(answer.id);
    found.public_id = answer.public_id;
    found.name = answer.name;
    found
}

fn attribute_type(answer: AttributeTypeAnswer) -> AttributeType {
    let discriminator = answer.attribute_type_discriminator.or(answer.resource_type).unwrap_or_default();
    let mut found = AttributeType::default();
    found.id = Some(answer.id);
    found.public_id = answer.public_id;
    found.name = answer.name;
    found.kind = match discriminator.strip_suffix("AttributeType").unwrap_or(&discriminator) {
        "Script" => AttributeKind::Script,
        "Numeric" => AttributeKind::Numeric,
        "Boolean" => AttributeKind::Boolean,
        "Date" | "DateTime" => AttributeKind::Date,
        "SingleValueList" => AttributeKind::SingleValueList,
        "MultiValueList" => AttributeKind::MultiValueList,
        // What is not known is not judged.
        _ => AttributeKind::String,
    };
    found.allowed_values = answer.allowed_values.unwrap_or_default();
    found.integer = answer.is_integer.unwrap_or(false);
    found
}

fn role(answer: RoleAnswer) -> Role {
    let mut found = Role::default();
    found.id = Some(answer.id);
    found.public_id = answer.public_id;
    found.name = answer.name;
    found.resource_role = answer.global != Some(true);
    found
}

fn limits(answer: &CharacteristicAnswer) -> (u32, Option<u32>) {
    (count(answer.minimum_occurrences).unwrap_or(0), count(answer.maximum_occurrences))
}

/// A number of occurrences; what is none, or beyond all counting, is no limit.
fn count(number: Option<i64>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok()).filter(|count| *count < i32::MAX as u32)
}
