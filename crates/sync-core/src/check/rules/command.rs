//! Rules about one command of any kind: its text, its members, whom it is about.

use super::table;

table! {
    NOT_JSON = Error Command "local.file.notJson" {
        summary: "A command is valid JSON in UTF-8.",
        help: "Repair the text at the marked place, or write the file with a JSON library.",
        evidence: r#"page "Importing JSON files""#,
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"},}"#,
    }
    WRONG_TYPE = Error Command "local.member.wrongType" {
        summary: "Each member holds the type of JSON value that its command gives it.",
        help: "Write the member as the example shows.",
        evidence: "published JSON schema of the commands",
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "description": "Keeps the glossary"}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "description": ["Keeps the glossary"]}"#,
    }
    REPEATED = Error Command "local.member.repeated" {
        summary: "No member of an object stands twice.",
        help: "Keep one of them: readers differ in which one they take.",
        evidence: "RFC 8259, section 4",
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "description": "new"}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "description": "old", "description": "new"}"#,
    }
    NULL = Note Command "local.member.null" {
        summary: "A member without a value is left out.",
        help: "Leave the member out: what the service makes of null is not documented. Here it counts as absent.",
        evidence: "inferred: the published example client drops nulls",
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "description": null}"#,
    }
    TYPE_INVALID = Error Command "importCommandResourceTypeInvalid" {
        summary: "Each command has a `resourceType`, one of the five kinds in this spelling.",
        help: r#"Write "Community", "Domain", "Asset", "Mapping" or "Complex Relation"; other things are parts of these commands."#,
        evidence: r#"page "Import API troubleshooting""#,
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}}"#,
        bad: r#"{"resourceType": "Tag", "identifier": {"name": "hydrology"}}"#,
    }
    NOT_DEFINED = Error Command "importCommandIdentifierNotDefined" {
        summary: "Each command has an identifier, and each identifier a member.",
        help: "Say which resource is meant: by id, by name and parent, or by an external pair.",
        evidence: r#"page "Import API troubleshooting""#,
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}}"#,
        bad: r#"{"resourceType": "Community", "name": "Harbour Data Office"}"#,
    }
    AMBIGUOUS = Error Command "importCommandIdentifierAmbiguous" {
        summary: "An identifier, nested ones included, has exactly one of the allowed forms.",
        help: "Keep one form: the id alone, the name with its parent, or both external ids.",
        evidence: r#"page "Import API troubleshooting""#,
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01", "name": "tidedb.readings"}, "type": {"name": "Table"}}"#,
    }
    HALF = Error Command "local.external.half" {
        summary: "Both halves of an external pair are given.",
        help: "Give externalSystemId and externalEntityId together.",
        evidence: r#"page "Importing external mappings""#,
        good: r#"{"resourceType": "Community", "identifier": {"externalSystemId": "hr", "externalEntityId": "unit 7"}, "name": "Harbour Data Office"}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"externalSystemId": "hr"}, "name": "Harbour Data Office"}"#,
    }
    EXTERNAL_LENGTH = Error Command "local.external.length" {
        summary: "An external system id has 1 to 36 characters, an external entity id 1 to 255.",
        help: "Shorten it; where people need not read it, a hash of the key will do.",
        evidence: r#"page "External mappings"; core REST API, limits of the same fields"#,
        good: r#"{"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "type": {"name": "Table"}, "name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"externalSystemId": "the database of the tide stations on the coast", "externalEntityId": "readings"}, "type": {"name": "Table"}, "name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}"#,
    }
    NOT_UUID = Error Command "local.id.notUuid" {
        summary: "An id is a UUID with hyphens.",
        help: "Write the id as the service shows it, 36 characters; a name goes into `name`.",
        evidence: "OpenAPI document, formats",
        good: r#"{"resourceType": "Asset", "identifier": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "type": {"name": "Table"}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"id": "42"}, "type": {"name": "Table"}}"#,
    }
    UNKNOWN = Warning Command "local.member.unknown" {
        summary: "No member stands outside the documented list of its object.",
        help: "Correct the spelling or leave the member out. Newer servers may know more members than we do.",
        evidence: "published JSON schema of the commands",
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "description": "Keeps the glossary"}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "descripton": "Keeps the glossary"}"#,
    }
    UNDOCUMENTED = Note Command "local.member.undocumented" {
        summary: "Members that only parts of the documentation know are left out.",
        help: "Leave the member out: the pages about commands do not have it, and what it does is not described.",
        evidence: "OpenAPI document has it, pages and schema do not",
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "language": "en"}"#,
    }
    NOT_IDEMPOTENT = Error Command "importCommandNotIdempotent" {
        summary: "What identifies a resource is not changed by the same command.",
        help: "Identify the resource by its id or an external pair, then name and parent can change.",
        evidence: r#"page "Validation: idempotence""#,
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "name": "Harbour Data Office"}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "name": "Port Data Office"}"#,
    }
    COMMUNITY_NAME = Error Command "local.community.nameLength" {
        summary: "The name of a community has 1 to 255 characters.",
        help: "Shorten the name and put the rest into the description.",
        evidence: "core REST API, limits of the same fields",
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": ""}}"#,
    }
    DOMAIN_NAME = Error Command "local.domain.nameLength" {
        summary: "The name of a domain has 1 to 255 characters.",
        help: "Shorten the name and put the rest into the description.",
        evidence: "core REST API, limits of the same fields",
        good: r#"{"resourceType": "Domain", "identifier": {"name": "Glossary", "community": {"name": "Harbour"}}, "type": {"name": "Glossary"}}"#,
        bad: r#"{"resourceType": "Domain", "identifier": {"name": "", "community": {"name": "Harbour"}}, "type": {"name": "Glossary"}}"#,
    }
    ASSET_NAME = Error Command "local.asset.nameLength" {
        summary: "Full name and display name of an asset have 1 to 2000 characters.",
        help: "Shorten the name; long texts are attributes.",
        evidence: "core REST API, limits of the same fields",
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "displayName": "readings"}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "displayName": ""}"#,
    }
    TYPE_NAME = Error Command "local.type.nameLength" {
        summary: "The name of a type or status has 1 to 255 characters.",
        help: "Write the name of an existing type.",
        evidence: "core REST API, limits of the same fields",
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": ""}}"#,
    }
    TAG_LENGTH = Error Command "local.tag.length" {
        summary: "A tag has 1 to 255 characters.",
        help: "Shorten the tag, or leave an empty one out.",
        evidence: "core REST API, limits of the same fields",
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "tags": ["hydrology"]}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "tags": ["hydrology", ""]}"#,
    }
    TYPE_REF = Error Command "local.assetType.ambiguousRef" {
        summary: "A reference to a type or status has exactly one of `id`, `name` and `publicId`.",
        help: "Keep one of them.",
        evidence: r#"pages "Importing assets" and "Importing domains""#,
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"id": "00000000-0000-0000-0000-000000031007", "name": "Table"}}"#,
    }
}
