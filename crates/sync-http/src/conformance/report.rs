//! What a run of the suite has found.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::outcome::{Observed, Outcome, SuiteEnd};
use super::statement::{Setting, Statement, Switch, statements};

/// How one statement fared.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CaseReport {
    /// The statement.
    #[serde(flatten)]
    pub statement: &'static Statement,
    /// How its case ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The open questions it has answered.
    pub readings: Vec<Observed>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// An open question, answered or not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// The statement that leaves it open.
    pub statement: u8,
    /// The question.
    pub switch: &'static Switch,
    /// The answer met; `None` where its case broke, was skipped or not run.
    pub value: Option<String>,
}

impl Question {
    /// What the answer means, in words.
    pub fn meaning(&self) -> Option<&'static str> {
        let value = self.value.as_deref()?;
        let choices = self.switch.choices;
        let exact = choices.iter().find(|choice| choice.value == value);
        // A choice that stands for many values is the last one.
        exact.or(choices.last()).map(|choice| choice.seen_as)
    }
}

/// What a run of the suite has found.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct SuiteReport {
    /// The community it worked in.
    pub community: String,
    /// How the run ended.
    #[serde(flatten)]
    pub end: SuiteEnd,
    /// The cases that were tried, by number.
    pub cases: Vec<CaseReport>,
    /// What could not be removed again, as sentences. Empty is good.
    pub left_behind: Vec<String>,
}

impl SuiteReport {
    /// Whether the run came to its end, nothing is broken and nothing was left behind.
    pub fn is_good(&self) -> bool {
        self.end == SuiteEnd::Complete
            && self.left_behind.is_empty()
            && !self.cases.iter().any(|case| matches!(case.outcome, Outcome::Broken { .. }))
    }

    /// How many cases ended this way: `holds`, `reading`, `broken`, `skipped`.
    pub fn count(&self, outcome: &str) -> usize {
        self.cases.iter().filter(|case| case.outcome.as_str() == outcome).count()
    }

    /// All open questions, with what is known of this server.
    pub fn questions(&self) -> Vec<Question> {
        let of = |statement: &'static Statement| {
            statement.switches.iter().map(|switch| {
                let observed = self.cases.iter().flat_map(|case| &case.readings);
                let value = observed.into_iter().find(|found| found.switch == switch).map(|found| found.value.clone());
                Question { statement: statement.number, switch, value }
            })
        };
        statements().iter().flat_map(of).collect()
    }

    /// Version and readings as the embedded server loads them with `--profile`. What was not found out is left out, so
    /// that the server takes its default.
    pub fn profile(&self) -> Value {
        let mut profile = Map::new();
        let mut readings = Map::new();
        for Question { switch, value, .. } in self.questions() {
            let Some(value) = value else { continue };
            match switch.setting {
                Setting::Reading => readings.insert(switch.name.to_owned(), scalar(&value)),
                Setting::Version => profile.insert("profile".to_owned(), value.into()),
                Setting::Fixed => None,
            };
        }
        profile.insert("readings".to_owned(), readings.into());
        profile.into()
    }

    /// The profile with this report beside it, which the embedded server passes over. `target` says whose it is.
    pub fn to_json(&self, target: &str) -> Value {
        let mut json = self.profile();
        let questions: Vec<Value> = self
            .questions()
            .iter()
            .map(|question| {
                json!({"statement": question.statement, "question": question.switch.name,
                    "asks": question.switch.asks, "value": question.value, "meaning": question.meaning()})
            })
            .collect();
        // Nothing in a report can fail to be written: it has no maps with other keys than texts.
        let mut report = serde_json::to_value(self).unwrap_or_default();
        report["target"] = target.into();
        report["questions"] = questions.into();
        json["conformance"] = report;
        json
    }
}

/// A value of a profile: numbers and booleans as such, everything else as text.
fn scalar(value: &str) -> Value {
    match serde_json::from_str(value) {
        Ok(scalar @ (Value::Bool(_) | Value::Number(_))) => scalar,
        _ => value.into(),
    }
}
