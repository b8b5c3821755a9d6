//! Rules that need to know what the server has. Their examples hold against the model of the harbour example.

use super::table;

table! {
    ASSET_TYPE_NOT_FOUND = Error Server "local.assetType.notFound" {
        summary: "The type of an asset exists.",
        help: "Name a type of the operating model exactly as it is written there, or by its id or public id.",
        evidence: r#"page "Import API troubleshooting" (importCommandResourceNotFound); published example with such an error"#,
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Tabel"}}
]"#,
    }
    DOMAIN_TYPE_NOT_FOUND = Error Server "local.domainType.notFound" {
        summary: "The type of a domain exists.",
        help: "Name a type of the operating model exactly as it is written there, or by its id or public id.",
        evidence: r#"page "Import API troubleshooting" (importCommandResourceNotFound)"#,
        good: r#"[
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}}
]"#,
        bad: r#"[
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "physical data dictionary"}}
]"#,
    }
    COMPLEX_TYPE_NOT_FOUND = Error Server "local.complexRelationType.notFound" {
        summary: "The type of a complex relation exists.",
        help: "Name a type of the operating model exactly as it is written there, or by its id.",
        evidence: r#"page "Import API troubleshooting" (importCommandResourceNotFound)"#,
        good: r#"[
  {"resourceType": "Complex Relation", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "join 1"}, "complexRelationType": {"name": "Field Mapping"}, "relations": {"00000000-0000-0000-0000-000000007088:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}
]"#,
        bad: r#"[
  {"resourceType": "Complex Relation", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "join 1"}, "complexRelationType": {"name": "Column Mapping"}, "relations": {"00000000-0000-0000-0000-000000007088:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}
]"#,
    }
    LEG_UNKNOWN = Error Server "local.complexRelationType.legUnknown" {
        summary: "A leg of a complex relation belongs to its type.",
        help: "Take the ids of the legs from the type of the complex relation.",
        evidence: "inferred from the operating model",
        good: r#"[
  {"resourceType": "Complex Relation", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "join 1"}, "complexRelationType": {"name": "Field Mapping"}, "relations": {"00000000-0000-0000-0000-000000007088:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}
]"#,
        bad: r#"[
  {"resourceType": "Complex Relation", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "join 1"}, "complexRelationType": {"name": "Field Mapping"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}
]"#,
    }
    STATUS_NOT_FOUND = Error Server "local.status.notFound" {
        summary: "The status of an asset exists.",
        help: "Name a status of the operating model exactly as it is written there, or by its id.",
        evidence: r#"page "Import API troubleshooting" (importCommandResourceNotFound)"#,
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}, "status": {"name": "Accepted"}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}, "status": {"name": "Acepted"}}
]"#,
    }
    STATUS_NOT_ALLOWED = Warning Server "local.status.notAllowed" {
        summary: "The status of an asset is one of those that its type is assigned.",
        help: "Take a status of the type's assignment, or have this one assigned.",
        evidence: "inferred from the operating model",
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}, "status": {"name": "Accepted"}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}, "status": {"name": "Obsolete"}}
]"#,
    }
    ATTRIBUTE_TYPE_NOT_FOUND = Error Server "local.attributeType.notFound" {
        summary: "The type of an attribute exists.",
        help: "Name a type of the operating model exactly as it is written there, or by its id.",
        evidence: r#"page "Import API troubleshooting" (importCommandResourceNotFound)"#,
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Description": [{"value": "Water level"}]}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Descripton": [{"value": "Water level"}]}}
]"#,
    }
    NOT_ASSIGNED = Error Server "local.attributeType.notAssigned" {
        summary: "An attribute is assigned to the type of its asset.",
        help: "Have the attribute type assigned to the asset type, or leave it out.",
        evidence: "README of the published examples, which has the attribute assigned first",
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Description": [{"value": "Water level"}]}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Abbreviation": [{"value": "WL"}]}}
]"#,
    }
    VALUE_FORMAT = Error Server "local.attribute.valueFormat" {
        summary: "A value is of the kind of its attribute type: a number, true or false.",
        help: r#"Write numbers as "12.5" and booleans as "true" or "false"."#,
        evidence: "core REST API, kinds of attribute types",
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Column Position": [{"value": "3"}]}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Column Position": [{"value": "third"}]}}
]"#,
    }
    VALUE_NOT_ALLOWED = Error Server "local.attribute.valueNotAllowed" {
        summary: "The value of a list is one of the allowed values.",
        help: "Take one of the allowed values exactly as it is written, or have this one added.",
        evidence: "core REST API, allowed values of attribute types",
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Security Classification": [{"value": "Internal"}]}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Security Classification": [{"value": "Top Secret"}]}}
]"#,
    }
    OCCURRENCE = Warning Server "local.attribute.occurrence" {
        summary: "An attribute has at most as many values as its assignment allows.",
        help: "Leave the values out that are too many, or have the limit raised.",
        evidence: "inferred from the operating model",
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Description": [{"value": "Water level"}]}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "attributes": {"Description": [{"value": "Water level"}, {"value": "in centimetres"}]}}
]"#,
    }
    RELATION_TYPE_NOT_FOUND = Error Server "local.relationType.notFound" {
        summary: "The type of a relation exists.",
        help: "Take the id of the relation type from the operating model, or all four of its names.",
        evidence: r#"page "Import API troubleshooting" (importCommandResourceNotFound)"#,
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007041:TARGET": [{"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}}
]"#,
    }
    ENDS_MISMATCH = Error Server "local.asset.relationEndsMismatch" {
        summary: "The assets of a relation fit its ends.",
        help: "The word in the key is the end at which the listed assets are: turn SOURCE and TARGET around, or take another relation type.",
        evidence: "inferred from the operating model",
        good: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}}
]"#,
        bad: r#"[
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007042:SOURCE": [{"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}}
]"#,
    }
    NOT_IN_DOMAIN = Warning Server "local.asset.typeNotAllowedInDomain" {
        summary: "The type of an asset is assigned to the type of its domain.",
        help: "Put the asset into a domain of another type, or have the types assigned to each other.",
        evidence: "inferred from the operating model",
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Glossary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
    }
    ROLE_NOT_FOUND = Error Server "local.role.notFound" {
        summary: "A role exists.",
        help: "Name a role of the operating model exactly as it is written there, or by its id.",
        evidence: r#"page "Import API troubleshooting" (importCommandResourceNotFound)"#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}, "responsibilities": {"Owner": [{"user": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}, "responsibilities": {"Owener": [{"user": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}}
]"#,
    }
    NOT_RESOURCE_ROLE = Error Server "local.role.notResourceRole" {
        summary: "A role can be held on a resource.",
        help: "Take a resource role: global roles are given to users, not on resources.",
        evidence: "core REST API, roles are global or not",
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}, "responsibilities": {"Owner": [{"user": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}, "responsibilities": {"Sysadmin": [{"user": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}}
]"#,
    }
}
