//! The JSON Schema of an import file, from the same tables as the check.

use serde_json::{Map, Value, json};

use super::fields::{self, Field, Holds};
use super::limits::{self, Length};
use crate::command::ResourceKind;

/// The JSON Schema (draft 2020-12) of an import file: an array of commands.
///
/// For editors: stricter than the service where the documentation disagrees with itself, so that completion offers what
/// is safe. What a schema cannot say is left to [`command()`](super::command()). Members come in alphabetical order.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(&sync_core::check::import_file_schema())?;
/// assert_eq!(schema["$defs"]["Asset"]["properties"]["tags"]["items"]["maxLength"], 255);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn import_file_schema() -> String {
    let kinds = ResourceKind::ALL;
    let of_kind = kinds.map(|kind| {
        json!({
            "if": {"properties": {"resourceType": {"const": kind.as_str()}}},
            "then": reference(definition(kind)),
        })
    });
    let mut definitions = Map::new();
    for kind in kinds {
        definitions.insert(definition(kind).to_owned(), command(kind));
        definitions.insert(format!("{}Identifier", definition(kind)), identifier(kind));
    }
    let shared = [
        ("Uuid", json!({"type": "string", "pattern": format!("^{UUID}$")})),
        ("TypeReference", one_of(&fields::OF_TYPE.map(|field| field.name), properties(&fields::OF_TYPE))),
        ("Attributes", lists_of(json!({"type": "string", "minLength": 1}), reference("AttributeValue"))),
        ("AttributeValue", attribute_value()),
        ("Relations", lists_of(json!({"pattern": format!("^({UUID}|{PUBLIC_ID}|{NAMES}):{END}$")}), asset())),
        ("Legs", lists_of(json!({"pattern": format!("^({UUID}(:{END})?|({PUBLIC_ID}|{NAMES}):{END})$")}), asset())),
        ("Responsibilities", lists_of(json!({"type": "string", "minLength": 1}), reference("Owner"))),
        ("Owner", owner()),
    ];
    definitions.extend(shared.map(|(name, schema)| (name.to_owned(), schema)));
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Import commands",
        "description": "A file for the JSON endpoints of the Import API v2: one array, each element a command.",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["resourceType", "identifier"],
            "properties": {"resourceType": {"enum": kinds.map(ResourceKind::as_str)}},
            "allOf": of_kind,
        },
        "$defs": definitions,
    });
    format!("{schema:#}\n")
}

const UUID: &str = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
const PUBLIC_ID: &str = "PUBLIC_ID:[0-9A-Za-z_]+";
const NAMES: &str = "[^:]+:[^:]+:[^:]+:[^:]+";
const END: &str = "(SOURCE|TARGET)";

fn definition(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::ComplexRelation => "ComplexRelation",
        kind => kind.as_str(),
    }
}

fn reference(name: impl AsRef<str>) -> Value {
    json!({"$ref": format!("#/$defs/{}", name.as_ref())})
}

fn asset() -> Value {
    reference("AssetIdentifier")
}

/// Members as far as they are documented.
fn properties(fields: &[Field]) -> Map<String, Value> {
    let documented = fields.iter().filter(|field| !matches!(field.holds, Holds::Undocumented));
    documented.map(|field| (field.name.to_owned(), value(field.holds))).collect()
}

fn value(holds: Holds) -> Value {
    match holds {
        Holds::Kind | Holds::Text => json!({"type": "string"}),
        Holds::Undocumented => json!(true),
        Holds::Bounded(length) => bounded(length),
        Holds::Id => reference("Uuid"),
        Holds::Identifier(kind) => reference(format!("{}Identifier", definition(kind))),
        Holds::Type => reference("TypeReference"),
        Holds::Attributes => reference("Attributes"),
        Holds::Relations => reference("Relations"),
        Holds::Legs => reference("Legs"),
        Holds::Owners => reference("Responsibilities"),
        Holds::Tags => json!({"type": "array", "items": bounded(limits::OF_TAG)}),
        Holds::Date => json!({"type": "integer"}),
        Holds::SyncAction => json!({"enum": ["ADD", "UPDATE", "REMOVE"], "deprecated": true}),
    }
}

fn bounded(length: Length) -> Value {
    json!({"type": "string", "minLength": length.min, "maxLength": length.max})
}

fn command(kind: ResourceKind) -> Value {
    let mut members = properties(fields::of_command(kind));
    members.insert("resourceType".into(), json!({"const": kind.as_str()}));
    let mut schema = json!({
        "type": "object",
        "required": ["resourceType", "identifier"],
        "properties": members,
        "additionalProperties": false,
    });
    if kind == ResourceKind::Mapping {
        // One target at most, and one spelling of the URL.
        let two: Vec<Value> =
            pairs(&fields::TARGETS).chain([["extEntityUrl", "externalEntityUrl"]]).map(all_of).collect();
        schema["not"] = json!({"anyOf": two});
    }
    schema
}

fn pairs(names: &[&'static str]) -> impl Iterator<Item = [&'static str; 2]> {
    let later = |place: usize| names[place + 1..].iter();
    names.iter().enumerate().flat_map(move |(place, one)| later(place).map(|other| [*one, *other]))
}

fn all_of(names: [&str; 2]) -> Value {
    json!({"required": names})
}

/// Exactly one of the allowed forms.
fn identifier(kind: ResourceKind) -> Value {
    let forms = fields::forms(kind).iter().map(|form| json!({"required": form, "propertyNames": {"enum": form}}));
    json!({
        "type": "object",
        "properties": properties(fields::of_identifier(kind)),
        "additionalProperties": false,
        "oneOf": forms.collect::<Vec<_>>(),
    })
}

fn one_of(names: &[&str], properties: Map<String, Value>) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "oneOf": names.iter().map(|name| json!({"required": [name]})).collect::<Vec<_>>(),
    })
}

fn lists_of(names: Value, items: Value) -> Value {
    json!({"type": "object", "propertyNames": names, "additionalProperties": {"type": "array", "items": items}})
}

fn attribute_value() -> Value {
    let text = json!({"type": "string"});
    let members = [("value", text.clone()), ("values", json!({"type": "array", "items": text}))];
    one_of(&["value", "values"], members.map(|(name, schema)| (name.to_owned(), schema)).into_iter().collect())
}

/// By id: names are in the published schema alone.
fn owner() -> Value {
    let by_id = json!({
        "type": "object",
        "required": ["id"],
        "properties": {"id": reference("Uuid")},
        "additionalProperties": false,
    });
    let names = fields::OF_OWNER.map(|(name, _)| name);
    one_of(&names, names.iter().map(|name| ((*name).to_owned(), by_id.clone())).collect())
}
