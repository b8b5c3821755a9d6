//! Which jobs a list shows, and in which order.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::types::{ToSql, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{JobResult, JobState};
use crate::catalog::read::NameMatch;

/// What jobs are sorted by; jobs that agree in it are sorted by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum SortField {
    #[default]
    CreatedOn,
    CreatedBy,
    Name,
    Type,
    StartDate,
    EndDate,
    State,
    Result,
}

impl SortField {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "CREATED_ON" => Self::CreatedOn,
            "CREATED_BY" => Self::CreatedBy,
            "NAME" => Self::Name,
            "TYPE" => Self::Type,
            "START_DATE" => Self::StartDate,
            "END_DATE" => Self::EndDate,
            "STATE" => Self::State,
            "RESULT" => Self::Result,
            _ => return None,
        })
    }

    /// The expression to sort by; never NULL, which compares with nothing.
    fn column(self) -> &'static str {
        match self {
            // Numbers are given in the order of creation.
            Self::CreatedOn => "number",
            Self::CreatedBy => "user",
            Self::Name => "name",
            Self::Type => "type",
            Self::StartDate => "ifnull(started_on, 0)",
            Self::EndDate => "ifnull(ended_on, 0)",
            Self::State => "state",
            Self::Result => "result",
        }
    }
}

/// Which jobs a list shows, and in which order.
#[derive(Debug, Clone, Default)]
pub(crate) struct JobFilter {
    pub(crate) name: Option<NameMatch>,
    pub(crate) states: Vec<JobState>,
    pub(crate) results: Vec<JobResult>,
    pub(crate) types: Vec<String>,
    pub(crate) created_by: Option<Uuid>,
    pub(crate) sort: SortField,
    pub(crate) ascending: bool,
    /// Shows what comes after this place alone.
    pub(crate) after: Option<Cursor>,
}

impl JobFilter {
    /// The condition, with its values in order.
    pub(super) fn condition(&self) -> (String, Vec<Box<dyn ToSql>>) {
        let mut conditions = vec!["1".to_owned()];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        if let Some(name) = &self.name {
            conditions.push(name.condition("name"));
            values.push(Box::new(name.value()));
        }
        if let Some(user) = self.created_by {
            conditions.push("user = ?".to_owned());
            values.push(Box::new(user.as_bytes().to_vec()));
        }
        fn words<W: Copy>(words: &[W], text: fn(W) -> &'static str) -> Vec<String> {
            words.iter().map(|word| text(*word).to_owned()).collect()
        }
        let columns = [
            ("state", words(&self.states, JobState::as_str)),
            ("result", words(&self.results, JobResult::as_str)),
            ("type", self.types.clone()),
        ];
        for (column, words) in columns {
            if !words.is_empty() {
                conditions.push(format!("{column} IN ({})", vec!["?"; words.len()].join(", ")));
                values.extend(words.into_iter().map(|word| Box::new(word) as Box<dyn ToSql>));
            }
        }
        if let Some(cursor) = &self.after {
            let comparison = if self.ascending { ">" } else { "<" };
            conditions.push(format!("({}, number) {comparison} (?, ?)", self.sort.column()));
            values.push(Box::new(Value::from(cursor.key.clone())));
            values.push(Box::new(cursor.number));
        }
        (conditions.join(" AND "), values)
    }

    pub(super) fn order(&self) -> String {
        let direction = if self.ascending { "ASC" } else { "DESC" };
        format!("{} {direction}, number {direction}", self.sort.column())
    }

    /// What a cursor has to remember of a row, as two columns.
    pub(super) fn key_columns(&self) -> String {
        format!("{}, number", self.sort.column())
    }
}

/// A place in a list: jobs that are added meanwhile move nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cursor {
    sort: SortField,
    ascending: bool,
    key: Key,
    number: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Key {
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Number(number) => Self::Integer(number),
            Key::Text(text) => Self::Text(text),
            Key::Bytes(bytes) => Self::Blob(bytes),
        }
    }
}

impl Cursor {
    /// The place of a row with these two columns.
    pub(super) fn new(filter: &JobFilter, key: Value, number: i64) -> Self {
        let key = match key {
            Value::Integer(number) => Key::Number(number),
            Value::Text(text) => Key::Text(text),
            Value::Blob(bytes) => Key::Bytes(bytes),
            // No column that is sorted by has these.
            Value::Null | Value::Real(_) => Key::Number(0),
        };
        Self { sort: filter.sort, ascending: filter.ascending, key, number }
    }

    /// As the client keeps it.
    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// A cursor of a list in the same order.
    pub(crate) fn parse(text: &str, filter: &JobFilter) -> Option<Self> {
        let cursor: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (cursor.sort == filter.sort && cursor.ascending == filter.ascending).then_some(cursor)
    }
}
