//! Rules about templates, and about the tables whose rows are put into them.

use super::table;

table! {
    TEMPLATE_INVALID = Error Template "local.template.invalid" {
        summary: "A template is a JSON array of commands with placeholders inside texts alone.",
        help: "Write placeholders as ${n} or ${Name} inside a text that is a value.",
        evidence: r#"page "Importing CSV files""#,
        good: r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}}]"#,
        bad: r#"[{"resourceType": "Community", "identifier": {"name": ${1}}}]"#,
    }
    PLACEHOLDER = Warning Template "local.template.placeholder" {
        summary: "A placeholder in a template has a dollar sign in front.",
        help: "Write ${3}: without the sign the text is imported as it stands.",
        evidence: "a published template with this mistake",
        good: r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}}]"#,
        bad: r#"[{"resourceType": "Community", "identifier": {"name": "{1}"}, "description": "${2}"}]"#,
    }
    COLUMN_MISSING = Warning Template "local.template.columnMissing" {
        summary: "A placeholder stands for a column that the table has.",
        help: "Count the columns again: a cell past the end of a row is empty.",
        evidence: "published examples",
        good: r#"[{"resourceType": "Community", "identifier": {"name": "${2}"}}]"#,
        bad: r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}, "description": "${12}"}]"#,
    }
    IDENTIFIER_CONSTANT = Warning Template "local.template.identifierConstant" {
        summary: "The identifier of a command holds a placeholder, or all rows are about one resource.",
        help: "Put the columns that tell the resources apart into the identifier.",
        evidence: "inferred",
        good: r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}, "description": "${2}"}]"#,
        bad: r#"[{"resourceType": "Mapping", "identifier": {"externalSystemId": "a", "externalEntityId": "b"}, "asset": {"id": "${1}"}}]"#,
    }
    COLUMN_UNUSED = Note Template "local.template.columnUnused" {
        summary: "Every column of the table has a placeholder.",
        help: "Nothing, if the column is not meant for the catalogue.",
        evidence: "a published table with such a column",
        good: r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}, "description": "${2}"}]"#,
        bad: "(a table of three columns for a template with two)",
    }
    TEXT_AROUND = Note Template "local.template.textAround" {
        summary: "A placeholder is all of a text.",
        help: "Let the rows be expanded here and sent as JSON, which is the default: the service may read it otherwise.",
        evidence: "in all published templates; not stated anywhere",
        good: r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}}]"#,
        bad: r#"[{"resourceType": "Community", "identifier": {"name": "Team ${1}"}}]"#,
    }
    TABLE_UNREADABLE = Error Table "local.table.unreadable" {
        summary: "A table can be read to its end.",
        help: "Mend the file at this place, or say how it is written: its dialect, separator, quote and escape.",
        evidence: "opencsv, by which the service reads as far as can be told",
        good: "name;note\nKeel;\"long; very\"",
        bad: "name;note\nKeel;\"long; very",
    }
    ROW_INVALID = Error Table "local.table.row" {
        summary: "A row fits the template: lists that are taken together have one length and end their quotes.",
        help: "Give each of these lists as many values as the others.",
        evidence: "the import wizard asks for it",
        good: "Keel;a,b;x,y",
        bad: "Keel;a,b;x",
    }
    HEADER_IMPORTED = Warning Table "local.template.headerImported" {
        summary: "A header is not imported as data.",
        help: "Say that there is a header row if the first row holds the names of the columns.",
        evidence: "the service takes the first row as data unless told otherwise",
        good: "(a table that is said to have a header row)",
        bad: "name;note\nKeel;long",
    }
    LIST_BELOW_OBJECTS = Warning Table "local.template.listBelowObjects" {
        summary: "A cell that stands for a value of an object in a list holds one value.",
        help: "Nothing, if the separator belongs to the text: it is sent as JSON, which leaves no doubt. Otherwise choose how lists are split.",
        evidence: "not documented: a service that splits every list makes several of it",
        good: "Keel;long and very long",
        bad: "Keel;long, very long",
    }
    IDENTIFIER_RETURNS = Warning Table "local.template.identifierReturns" {
        summary: "Rows about one resource stand together.",
        help: "Sort the table by what identifies the resource: a later command overrides what an earlier one said.",
        evidence: r#"page "Importing CSV and Excel files""#,
        good: "Keel;a\nKeel;b\nMast;c",
        bad: "Keel;a\nMast;c\nKeel;b",
    }
    ROW_TOO_LONG = Note Table "local.template.rowTooLong" {
        summary: "A row has no more cells than the header.",
        help: "Look whether a separator is meant as text and lacks its quotes.",
        evidence: "published examples have such rows, and the service passes the cells over",
        good: "name;note\nKeel;long",
        bad: "name;note\nKeel;long;very",
    }
    DIALECTS_DIFFER = Warning Table "local.table.dialect" {
        summary: "A file reads the same at the service and in other programs.",
        help: "Choose the dialect rfc4180 if another program wrote the file; then nothing is lost.",
        evidence: "opencsv, by which the service reads as far as can be told",
        good: "name;path\nKeel;C:/temp",
        bad: "name;path\nKeel;C:\\temp",
    }
    WORKBOOK_SURPRISES = Warning Table "local.table.workbook" {
        summary: "A workbook holds what it shows: no merged cells, no formulas without a result, no dates that do not exist.",
        help: "Write plain values into every cell.",
        evidence: "not documented how the service reads such cells",
        good: "(a sheet of texts)",
        bad: "(a sheet with merged cells)",
    }
}
