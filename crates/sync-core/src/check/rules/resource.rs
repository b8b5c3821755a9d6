//! Rules about what a command says of its resource.

use super::table;

table! {
    TARGET_COUNT = Error Command "local.mapping.targetCount" {
        summary: "A mapping points to exactly one resource.",
        help: "Keep one of asset, domain, community, complexRelation and dgcId.",
        evidence: r#"page "Importing mappings""#,
        good: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}"#,
        bad: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a02"}}"#,
    }
    URL = Error Command "local.mapping.url" {
        summary: "The URL of a mapping has at most 255 characters.",
        help: "Shorten the URL.",
        evidence: "core REST API, limits of the same fields",
        good: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "extEntityUrl": "https://tides.example/readings"}"#,
        bad: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "extEntityUrl": "https://tides.example/readings?station=tide-gauge-at-the-north-quay&station=tide-gauge-at-the-north-quay&station=tide-gauge-at-the-north-quay&station=tide-gauge-at-the-north-quay&station=tide-gauge-at-the-north-quay&station=tide-gauge-at-the-north-quay&station=tide-gauge-at-the-north-quay&"}"#,
    }
    URL_SPELLING = Note Command "local.mapping.urlSpelling" {
        summary: "The URL of a mapping is written as `extEntityUrl`.",
        help: "Write extEntityUrl; the pages say externalEntityUrl, and which one a server takes is not known.",
        evidence: r#"page "Importing mappings" against schema and OpenAPI document"#,
        good: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "extEntityUrl": "https://tides.example/readings"}"#,
        bad: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "externalEntityUrl": "https://tides.example/readings"}"#,
    }
    LAST_SYNC = Error Command "local.mapping.lastSyncDate" {
        summary: "`lastSyncDate` is a whole number.",
        help: "Write a number of seconds or milliseconds since 1970 as the server expects it, or leave it out.",
        evidence: "published JSON schema of the commands",
        good: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "lastSyncDate": 1790000000000}"#,
        bad: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "lastSyncDate": "yesterday"}"#,
    }
    SYNC_ACTION = Error Command "local.mapping.syncAction" {
        summary: "`syncAction` is ADD, UPDATE or REMOVE.",
        help: "Leave the member out: it is only a label, and deprecated.",
        evidence: r#"page "Importing mappings"; OpenAPI document"#,
        good: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}"#,
        bad: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "syncAction": "DELETE"}"#,
    }
    SYNC_DEPRECATED = Warning Command "local.mapping.syncActionDeprecated" {
        summary: "`syncAction` is not used any more.",
        help: "Leave the member out: it is deprecated, and REMOVE removes nothing.",
        evidence: r#"page "Importing mappings""#,
        good: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}"#,
        bad: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "syncAction": "UPDATE"}"#,
    }
    KEY = Error Command "local.asset.relationKeyInvalid" {
        summary: "A key of `relations` is a relation type and the end the listed assets are at.",
        help: "Write <UUID of the relation type>:SOURCE or :TARGET; the listed assets are at the end you name.",
        evidence: r#"page "Importing assets""#,
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a02"}]}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "relations": {"00000000-0000-0000-0000-000000007042": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a02"}]}}"#,
    }
    KEY_LEGACY = Warning Command "local.relation.legacyKey" {
        summary: "Relation types are not named in the old spelling with slashes.",
        help: "Write the UUID of the type in its place: newer servers no longer take the names with slashes.",
        evidence: "history of the published examples, March 2022",
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a02"}]}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "relations": {"Column/is part of/contains/Table:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a02"}]}}"#,
    }
    VALUE_SHAPE = Error Command "local.attribute.valueShape" {
        summary: "An attribute has either `value` or `values`.",
        help: "Write one object for each value; values is for the choices of a multi-value list.",
        evidence: "published JSON schema of the commands",
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "attributes": {"Note": [{"value": "checked"}]}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "attributes": {"Note": [{"value": "checked", "values": ["twice"]}]}}"#,
    }
    NOT_TEXT = Warning Command "local.attribute.notText" {
        summary: "Attribute values are text, whatever the kind of their type.",
        help: r#"Put the value in quotes: 12.5 becomes "12.5"."#,
        evidence: "published JSON schema of the commands",
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "attributes": {"Row Count": [{"value": "12"}]}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "attributes": {"Row Count": [{"value": 12}]}}"#,
    }
    OWNER_SHAPE = Error Command "local.user.ownerShape" {
        summary: "An owner is either a user or a user group.",
        help: r#"Write {"user": {"id": …}} or {"userGroup": {"id": …}}, one object for each owner."#,
        evidence: r#"page "Importing assets""#,
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "responsibilities": {"Owner": [{"user": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "responsibilities": {"Owner": [{}]}}"#,
    }
    OWNER_NAME = Warning Command "local.user.byName" {
        summary: "Users and user groups are named by their id.",
        help: "Write the id: names stand in the schema only, and servers may refuse them.",
        evidence: r#"page "Importing assets" against the published schema"#,
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "responsibilities": {"Owner": [{"user": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}]}}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "responsibilities": {"Owner": [{"user": {"userName": "ada"}}]}}"#,
    }
    RESPONSIBILITIES = Warning Command "local.asset.responsibilitiesDisabled" {
        summary: "Responsibilities of assets need a console setting that is off by default.",
        help: r#"Ask for "Asset responsibilities support" to be switched on, or set the owners at the domain."#,
        evidence: r#"page "Import overview""#,
        good: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}, "type": {"name": "Table"}, "responsibilities": {"Owner": [{"user": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a02"}}]}}"#,
    }
    ASSET_NAME_MISSING = Warning Command "local.asset.nameMissing" {
        summary: "An asset that is identified by an external pair has a name, or it cannot be created.",
        help: "Give the full name, unless every such asset exists already.",
        evidence: "inferred from the published examples",
        good: r#"{"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "type": {"name": "Table"}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "type": {"name": "Table"}}"#,
    }
    ASSET_DOMAIN_MISSING = Warning Command "local.asset.domainMissing" {
        summary: "An asset that is identified by an external pair has a domain, or it cannot be created.",
        help: "Give the domain, unless every such asset exists already.",
        evidence: "inferred from the published examples",
        good: r#"{"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "type": {"name": "Table"}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "tidedb.readings", "type": {"name": "Table"}}"#,
    }
    ASSET_TYPE_MISSING = Warning Command "local.asset.typeMissing" {
        summary: "An asset that is identified by an external pair has a type, or it cannot be created.",
        help: "Give the type, unless every such asset exists already.",
        evidence: "inferred from the published examples",
        good: r#"{"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "type": {"name": "Table"}}"#,
        bad: r#"{"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "tidedb.readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}"#,
    }
    COMMUNITY_NAME_MISSING = Warning Command "local.community.nameMissing" {
        summary: "A community that is identified by an external pair has a name, or it cannot be created.",
        help: "Give the name, unless the community exists already.",
        evidence: r#"page "Importing communities""#,
        good: r#"{"resourceType": "Community", "identifier": {"externalSystemId": "hr", "externalEntityId": "unit 7"}, "name": "Harbour Data Office"}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"externalSystemId": "hr", "externalEntityId": "unit 7"}}"#,
    }
    DOMAIN_CREATION = Warning Command "local.domain.creationFields" {
        summary: "A domain that is identified by an external pair has name, community and type, or it cannot be created.",
        help: "Give all three, unless the domain exists already.",
        evidence: r#"page "Importing domains""#,
        good: r#"{"resourceType": "Domain", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "Glossary", "community": {"name": "Harbour"}, "type": {"name": "Glossary"}}"#,
        bad: r#"{"resourceType": "Domain", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "Glossary", "type": {"name": "Glossary"}}"#,
    }
    MAPPING_CREATION = Warning Command "local.mapping.creationFields" {
        summary: "A mapping has both external ids and a target, or it cannot be created.",
        help: "Give what is missing, unless the mapping exists already.",
        evidence: r#"page "Importing mappings""#,
        good: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "asset": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}}"#,
        bad: r#"{"resourceType": "Mapping", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "description": "one row for each reading"}"#,
    }
    LEGS_MISSING = Warning Command "local.complexRelation.legsMissing" {
        summary: "A complex relation that is identified by an external pair has legs, or it cannot be created.",
        help: "List the related assets under relations, unless the complex relation exists already.",
        evidence: r#"page "Importing complex relations""#,
        good: r#"{"resourceType": "Complex Relation", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "join 1"}, "complexRelationType": {"name": "Field Mapping"}, "relations": {"00000000-0000-0000-0000-000000007088:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}"#,
        bad: r#"{"resourceType": "Complex Relation", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "join 1"}, "complexRelationType": {"name": "Field Mapping"}}"#,
    }
    CR_TYPE_MISSING = Warning Command "local.complexRelation.typeMissing" {
        summary: "A complex relation that is identified by an external pair has a type, or it cannot be created.",
        help: "Give complexRelationType, unless the complex relation exists already.",
        evidence: r#"inferred from page "Importing complex relations""#,
        good: r#"{"resourceType": "Complex Relation", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "join 1"}, "complexRelationType": {"name": "Field Mapping"}, "relations": {"00000000-0000-0000-0000-000000007088:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}"#,
        bad: r#"{"resourceType": "Complex Relation", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "join 1"}, "relations": {"00000000-0000-0000-0000-000000007088:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}"#,
    }
    LEG_REPEATED = Error Command "local.complexRelation.legRepeated" {
        summary: "A leg that identifies a complex relation does not stand in `relations` as well.",
        help: "Keep the identifying legs in the identifier and the others in relations.",
        evidence: r#"page "Validation: idempotence""#,
        good: r#"{"resourceType": "Complex Relation", "identifier": {"relations": {"00000000-0000-0000-0000-000000007088:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}, "complexRelationType": {"name": "Field Mapping"}, "relations": {"00000000-0000-0000-0000-000000007089:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a02"}]}}"#,
        bad: r#"{"resourceType": "Complex Relation", "identifier": {"relations": {"00000000-0000-0000-0000-000000007088:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}, "complexRelationType": {"name": "Field Mapping"}, "relations": {"00000000-0000-0000-0000-000000007088:TARGET": [{"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}]}}"#,
    }
    CYCLE = Error Command "local.community.cycle" {
        summary: "A community is not its own parent.",
        help: "Name another parent, or leave it out.",
        evidence: "inferred",
        good: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "parent": {"name": "Harbour"}}"#,
        bad: r#"{"resourceType": "Community", "identifier": {"name": "Harbour Data Office"}, "parent": {"name": "Harbour Data Office"}}"#,
    }
}
