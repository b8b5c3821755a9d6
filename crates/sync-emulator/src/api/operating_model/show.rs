//! The operating model in the shape of the core API, as far as the model knows the fields.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::catalog::TypeNumber;
use crate::catalog::model::{Assigned, AttributeKind, Direction, Model, Occurs, Types};

/// Entries as JSON.
pub(super) trait Show {
    fn show_asset_type(&self, number: TypeNumber) -> Value;
    fn show_domain_type(&self, number: TypeNumber) -> Value;
    fn show_attribute_type(&self, number: TypeNumber) -> Value;
    fn show_relation_type(&self, number: TypeNumber) -> Value;
    fn show_complex_relation_type(&self, number: TypeNumber) -> Value;
    fn show_status(&self, number: TypeNumber) -> Value;
    fn show_role(&self, number: TypeNumber) -> Value;
    fn show_assignments(&self, asset_type: TypeNumber) -> Vec<Value>;
}

impl Show for Model {
    fn show_asset_type(&self, number: TypeNumber) -> Value {
        let mut shown = base("AssetType", &self.asset_types, number);
        let found = self.asset_types.get(number);
        if let Some(parent) = found.and_then(|found| found.parent) {
            shown.insert("parent".into(), reference("AssetType", &self.asset_types, parent));
        }
        shown.insert("displayNameEnabled".into(), true.into());
        shown.insert("ratingEnabled".into(), true.into());
        shown.into()
    }

    fn show_domain_type(&self, number: TypeNumber) -> Value {
        base("DomainType", &self.domain_types, number).into()
    }

    fn show_attribute_type(&self, number: TypeNumber) -> Value {
        let Some(found) = self.attribute_types.get(number) else { return Value::Null };
        let discriminator = attribute_type_discriminator(found.kind);
        let mut shown = base(discriminator, &self.attribute_types, number);
        shown.insert("attributeTypeDiscriminator".into(), discriminator.into());
        match found.kind {
            AttributeKind::String => shown.insert("stringType".into(), "PLAIN_TEXT".into()),
            AttributeKind::Numeric => shown.insert("isInteger".into(), found.integer.into()),
            AttributeKind::SingleValueList | AttributeKind::MultiValueList => {
                shown.insert("allowedValues".into(), json!(found.allowed_values))
            }
            AttributeKind::Script | AttributeKind::Boolean | AttributeKind::Date => None,
        };
        shown.into()
    }

    fn show_relation_type(&self, number: TypeNumber) -> Value {
        let Some(found) = self.relation_types.get(number) else { return Value::Null };
        let mut shown = base("RelationType", &self.relation_types, number);
        shown.remove("name");
        shown.insert("role".into(), found.role.as_str().into());
        if let Some(co_role) = &found.co_role {
            shown.insert("coRole".into(), co_role.as_str().into());
        }
        for (field, end) in [("sourceType", found.source), ("targetType", found.target)] {
            if let Some(end) = end {
                shown.insert(field.into(), reference("AssetType", &self.asset_types, end));
            }
        }
        shown.into()
    }

    fn show_complex_relation_type(&self, number: TypeNumber) -> Value {
        let mut shown = base("ComplexRelationType", &self.complex_types, number);
        let legs = self.complex_types.get(number).into_iter().flat_map(|found| &found.legs);
        let legs = legs.map(|leg| {
            let mut shown = json!({"id": leg.id, "relationTypeId": leg.id, "minimumOccurrences": leg.min});
            if let Some(role) = &leg.role {
                shown["role"] = role.as_str().into();
            }
            if let Some(asset_type) = leg.asset_type {
                shown["assetType"] = reference("AssetType", &self.asset_types, asset_type);
            }
            if let Some(max) = leg.max {
                shown["maximumOccurrences"] = max.into();
            }
            shown
        });
        shown.insert("legTypes".into(), legs.collect());
        shown.insert("attributeTypes".into(), json!([]));
        shown.into()
    }

    fn show_status(&self, number: TypeNumber) -> Value {
        base("Status", &self.statuses, number).into()
    }

    fn show_role(&self, number: TypeNumber) -> Value {
        let mut shown = base("Role", &self.roles, number);
        let is_global = self.roles.get(number) == Some(&false);
        shown.insert("global".into(), is_global.into());
        shown.into()
    }

    fn show_assignments(&self, asset_type: TypeNumber) -> Vec<Value> {
        let (owner, assignments) = self.assignments(asset_type);
        let own = assignments.iter().filter(|_| owner == asset_type);
        own.map(|assigned| show_assignment(self, asset_type, assigned)).collect()
    }
}

fn show_assignment(model: &Model, asset_type: TypeNumber, assigned: &Assigned) -> Value {
    let domain_types = assigned.domain_types.clone().unwrap_or_else(|| model.domain_types.by_names());
    let domain_types = domain_types.into_iter().map(|number| reference("DomainType", &model.domain_types, number));
    let all = if assigned.statuses.is_empty() { model.statuses.by_names() } else { Vec::new() };
    let statuses = assigned.statuses.iter().chain(&all).map(|number| reference("Status", &model.statuses, *number));
    let mut shown = json!({
        "id": assigned.id,
        "resourceType": "Assignment",
        "system": false,
        "assetType": reference("AssetType", &model.asset_types, asset_type),
        "domainTypes": domain_types.collect::<Vec<_>>(),
        "statuses": statuses.collect::<Vec<_>>(),
        "traitAssignmentInheritances": [],
    });
    if let Some(first) = assigned.statuses.first() {
        shown["defaultStatusId"] = json!(model.statuses.shown(*first).0);
    }
    let (mut references, mut types) = (Vec::new(), Vec::new());
    for occurs in &assigned.attributes {
        let kind = model.attribute_types.get(occurs.what).map(|found| found.kind).unwrap_or_default();
        let characteristic = Characteristic {
            of: assigned.id,
            occurs,
            resource_type: "AttributeType",
            discriminator: attribute_type_discriminator(kind),
            direction: None,
        };
        references.push(characteristic.reference(&model.attribute_types));
        types.push(characteristic.whole(
            &model.attribute_types,
            "attributeType",
            model.show_attribute_type(occurs.what),
        ));
    }
    for (occurs, direction) in &assigned.relations {
        let characteristic = Characteristic {
            of: assigned.id,
            occurs,
            resource_type: "RelationType",
            discriminator: "RelationType",
            direction: Some(*direction),
        };
        references.push(characteristic.reference(&model.relation_types));
        types.push(characteristic.whole(&model.relation_types, "relationType", model.show_relation_type(occurs.what)));
    }
    shown["assignedCharacteristicTypeReferences"] = references.into();
    shown["characteristicTypes"] = types.into();
    shown
}

/// An attribute type or relation type that is assigned.
struct Characteristic<'a> {
    of: Uuid,
    occurs: &'a Occurs,
    resource_type: &'static str,
    discriminator: &'static str,
    direction: Option<Direction>,
}

impl Characteristic<'_> {
    fn common<T>(&self, types: &Types<T>) -> Map<String, Value> {
        let id = types.shown(self.occurs.what).0;
        let mut shown = Map::new();
        shown.insert("id".into(), json!(Uuid::new_v5(&self.of, id.as_bytes())));
        shown.insert("minimumOccurrences".into(), self.occurs.min.into());
        if let Some(max) = self.occurs.max {
            shown.insert("maximumOccurrences".into(), max.into());
        }
        shown
    }

    /// As the newer list has it.
    fn reference<T>(&self, types: &Types<T>) -> Value {
        let mut shown = self.common(types);
        let mut referred = reference(self.resource_type, types, self.occurs.what);
        referred["resourceDiscriminator"] = self.discriminator.into();
        shown.insert("assignedResourceReference".into(), referred);
        if let Some(public_id) = types.public_id(self.occurs.what) {
            shown.insert("assignedResourcePublicId".into(), public_id.into());
        }
        if let Some(direction) = self.direction {
            shown.insert("relationTypeDirection".into(), json!(direction));
        }
        shown.into()
    }

    /// As the older list has it.
    fn whole<T>(&self, types: &Types<T>, field: &str, whole: Value) -> Value {
        let mut shown = self.common(types);
        shown.insert("assignedResourceType".into(), self.resource_type.into());
        shown.insert("assignedResourceId".into(), json!(types.shown(self.occurs.what).0));
        if let Some(direction) = self.direction {
            shown.insert("roleDirection".into(), json!(direction));
        }
        shown.insert(field.into(), whole);
        shown.into()
    }
}

/// What all entries have. Those that come with the product are told from others by their ids.
fn base<T>(resource_type: &str, types: &Types<T>, number: TypeNumber) -> Map<String, Value> {
    let (id, name) = types.shown(number);
    let mut shown = Map::new();
    shown.insert("id".into(), json!(id));
    shown.insert("resourceType".into(), resource_type.into());
    shown.insert("system".into(), (id.as_u128() >> 80 == 0).into());
    shown.insert("name".into(), name.into());
    if let Some(public_id) = types.public_id(number) {
        shown.insert("publicId".into(), public_id.into());
    }
    shown
}

fn reference<T>(resource_type: &str, types: &Types<T>, number: TypeNumber) -> Value {
    let (id, name) = types.shown(number);
    json!({"id": id, "resourceType": resource_type, "name": name})
}

fn attribute_type_discriminator(kind: AttributeKind) -> &'static str {
    match kind {
        AttributeKind::String => "StringAttributeType",
        AttributeKind::Script => "ScriptAttributeType",
        AttributeKind::Numeric => "NumericAttributeType",
        AttributeKind::Boolean => "BooleanAttributeType",
        AttributeKind::Date => "DateAttributeType",
        AttributeKind::SingleValueList => "SingleValueListAttributeType",
        AttributeKind::MultiValueList => "MultiValueListAttributeType",
    }
}
