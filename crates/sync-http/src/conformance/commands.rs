//! Commands of the cases. Types and statuses are those of the packaged operating model.

use serde_json::{Value, json};

use super::case::Case;

/// The status "Missing from source", as the examples of the documentation have it.
pub(super) const MISSING: &str = "00000000-0000-0000-0000-000000005066";
/// The statuses "Accepted" and "Candidate".
pub(super) const ACCEPTED: &str = "00000000-0000-0000-0000-000000005009";
pub(super) const CANDIDATE: &str = "00000000-0000-0000-0000-000000005008";

/// The relation from a column to the table it is part of, in the direction towards the table.
pub(super) const PART_OF: &str = "00000000-0000-0000-0000-000000007042:TARGET";

/// The domain type "Physical Data Dictionary" and the asset types "Table" and "Column".
const DICTIONARY: &str = "00000000-0000-0000-0000-000000030011";
const TABLE: &str = "00000000-0000-0000-0000-000000031007";
const COLUMN: &str = "00000000-0000-0000-0000-000000031008";

pub(super) fn community(name: &str) -> Value {
    json!({"resourceType": "Community", "identifier": {"name": name}})
}

pub(super) fn domain(name: &str, community: &str) -> Value {
    json!({"resourceType": "Domain", "identifier": {"name": name, "community": {"name": community}},
        "type": {"id": DICTIONARY}})
}

/// A command with some members set.
pub(super) fn with(mut command: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().into_iter().flatten() {
        command[name] = value.clone();
    }
    command
}

impl Case<'_> {
    /// How other commands refer to an asset of this case.
    pub(super) fn reference(&self, name: &str) -> Value {
        json!({"name": name, "domain": {"name": self.domain(), "community": {"name": self.community()}}})
    }

    /// A table that says no more than it has to.
    pub(super) fn table(&self, name: &str) -> Value {
        json!({"resourceType": "Asset", "identifier": self.reference(name), "type": {"id": TABLE}})
    }

    /// Such tables, as a file.
    pub(super) fn tables(&self, names: &[&str]) -> Value {
        names.iter().map(|name| self.table(name)).collect()
    }

    /// Many of them.
    pub(super) fn many(&self, count: usize) -> Value {
        (0..count).map(|number| self.table(&format!("m{number}"))).collect()
    }

    /// A table with a display name, which is easily changed and read.
    pub(super) fn shown(&self, name: &str, display_name: &str) -> Value {
        with(self.table(name), &json!({"displayName": display_name}))
    }

    /// A table under an external pair, which is given back when everything is tidied up.
    pub(super) fn mapped(&self, name: &str) -> Value {
        json!({"resourceType": "Asset", "identifier": self.pair(name), "name": name,
            "domain": {"name": self.domain(), "community": {"name": self.community()}}, "type": {"id": TABLE}})
    }

    /// A column that is part of some tables.
    pub(super) fn column(&self, name: &str, tables: &[&str]) -> Value {
        let tables: Vec<Value> = tables.iter().map(|table| self.reference(table)).collect();
        json!({"resourceType": "Asset", "identifier": self.reference(name), "type": {"id": COLUMN},
            "relations": {PART_OF: tables}})
    }

    /// A command that fails whether the asset is there or not.
    pub(super) fn bad(&self, name: &str) -> Value {
        with(self.table(name), &json!({"type": {"name": "No type has this name"}}))
    }
}
