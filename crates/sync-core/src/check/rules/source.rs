//! Rules about all commands of a source, and about requests.

use super::table;

table! {
    NOT_ARRAY = Error Source "local.file.notArray" {
        summary: "An import file is one JSON array of commands.",
        help: "Put the commands into one array, without an object around it.",
        evidence: r#"page "Importing JSON files""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"{"assets": []}"#,
    }
    EMPTY = Error Source "local.file.empty" {
        summary: "An import file holds at least one command.",
        help: "Look why the source gave nothing: finalizing after it would count everything as missing.",
        evidence: "inferred",
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: "[]",
    }
    DEPENDENCY_LATER = Warning Source "local.order.dependencyLater" {
        summary: "A command stands after the commands it depends on.",
        help: "Put communities first, then domains, assets, mappings and complex relations, and what is referred to before what refers to it.",
        evidence: r#"page "Importing JSON files""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}}
]"#,
    }
    PARENT_NOT_FOUND = Warning Source "local.community.parentNotFound" {
        summary: "The parent of a community exists before the file that names it.",
        help: "Import the parent in a file of its own first: communities cannot be nested within one request.",
        evidence: r#"page "Importing communities""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Community", "identifier": {"name": "Pilots"}, "parent": {"name": "Harbour"}}
]"#,
    }
    REPEATED_ID = Note Source "local.identifier.repeated" {
        summary: "A resource has one command.",
        help: "Join the commands: the service merges neighbours about the same resource.",
        evidence: r#"page "Importing JSON files""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}, "tags": ["wet"]}
]"#,
    }
    INTERLEAVED = Warning Source "local.identifier.interleaved" {
        summary: "Several commands about one resource stand next to each other.",
        help: "Join them or put them next to each other: otherwise the later one may overwrite what the earlier one did.",
        evidence: r#"page "Importing JSON files""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "stations", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}, "tags": ["wet"]}
]"#,
    }
    MIXED_FORMS = Warning Source "local.identifier.mixedForms" {
        summary: "A resource is referred to in one way throughout a file.",
        help: "Choose one of id, name and external pair, and keep to it: mixing takes time, and only the server knows that both are one.",
        evidence: r#"page "Import commands""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}}
]"#,
    }
    NAME_NOT_UNIQUE = Error Source "local.asset.nameNotUnique" {
        summary: "A full name belongs to one asset of a domain.",
        help: "Make the names differ, for example with the name of the schema in front; the display name may stay the same.",
        evidence: r#"page "Asset names""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "north"}, "name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "south"}, "name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Table"}}
]"#,
    }
    EXTERNAL_DUPLICATE = Error Source "local.external.duplicate" {
        summary: "An external pair belongs to one resource.",
        help: "Give each resource an external entity id of its own.",
        evidence: r#"page "External mappings""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "Tides", "community": {"name": "Harbour"}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "readings"}, "name": "readings", "domain": {"id": "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01"}, "type": {"name": "Table"}}
]"#,
    }
    BOTH_ENDS = Warning Source "local.relation.bothEnds" {
        summary: "A relation is stated from one of its ends.",
        help: "Keep one side: under REPLACE the two lists undo each other as soon as one is not complete.",
        evidence: "inferred from the way relations are replaced",
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}, "relations": {"00000000-0000-0000-0000-000000007042:SOURCE": [{"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}},
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}}
]"#,
    }
    CONTRADICTORY = Warning Source "local.relation.contradictory" {
        summary: "The relations stated from both ends agree.",
        help: "Keep one side, and list all related assets there: under REPLACE what the last command leaves out is removed.",
        evidence: "inferred from the way relations are replaced",
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}, "relations": {"00000000-0000-0000-0000-000000007042:SOURCE": []}},
  {"resourceType": "Asset", "identifier": {"name": "level", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Column"}, "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}]}}
]"#,
    }
    GROUPING = Note Source "local.order.grouping" {
        summary: "Commands are grouped by resource type.",
        help: "Put all commands of a kind next to each other: communities, domains, assets, mappings, complex relations.",
        evidence: r#"page "Importing JSON files""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}},
  {"resourceType": "Domain", "identifier": {"name": "Quays", "community": {"name": "Harbour"}}, "type": {"name": "Glossary"}}
]"#,
    }
    JOB_SIZE = Note Source "local.job.size" {
        summary: "A job has at most 50,000 resources and 500,000 characteristics; with jobs beside it, 10,000 assets.",
        help: "Let the file be divided into batches.",
        evidence: r#"page "Concurrent import"; newer advice by way of third parties"#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: "(a file of 50,001 commands)",
    }
    LANES = Warning Source "local.lanes.overlap" {
        summary: "Files that are imported at the same time share no asset, no relation, no community and no domain.",
        help: "Import them one after the other, or divide them by domain.",
        evidence: r#"page "Concurrent import""#,
        good: r#"[
  {"resourceType": "Community", "identifier": {"name": "Harbour"}},
  {"resourceType": "Domain", "identifier": {"name": "Tides", "community": {"name": "Harbour"}}, "type": {"name": "Physical Data Dictionary"}},
  {"resourceType": "Asset", "identifier": {"name": "readings", "domain": {"name": "Tides", "community": {"name": "Harbour"}}}, "type": {"name": "Table"}}
]"#,
        bad: "(two files with the same asset)",
    }
    SIMULATION_WITH_CONTINUE = Error Request "local.request.simulationWithContinue" {
        summary: "`simulation` and `continueOnError` are not both true.",
        help: "Simulate without continueOnError.",
        evidence: r#"page "Continue on error""#,
        good: r#"{"simulation": true, "continueOnError": false}"#,
        bad: r#"{"simulation": true, "continueOnError": true}"#,
    }
    SIMULATION_ON_SYNC = Error Request "local.request.simulationOnSync" {
        summary: "A synchronization is not simulated.",
        help: "Do not ask for it: the service ignores the flag on synchronizations and does the real work.",
        evidence: r#"page "Simulation"; OpenAPI document"#,
        good: r#"{"synchronization": true, "simulation": false}"#,
        bad: r#"{"synchronization": true, "simulation": true}"#,
    }
    BOTH_FILES = Error Request "local.file.bothFileAndId" {
        summary: "A call has either `file` or `fileId`.",
        help: "Send the file, or name one that was sent before.",
        evidence: "OpenAPI document",
        good: r#"{"file": true}"#,
        bad: r#"{"file": true, "fileId": true}"#,
    }
}
