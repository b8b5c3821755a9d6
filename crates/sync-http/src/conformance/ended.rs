//! A job that is over, with its results.

use serde_json::Value;

use super::outcome::{Step, broken};

/// A job that is over, with its results.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) job: Value,
    /// `None` if there is none.
    pub(super) summary: Option<Value>,
    pub(super) errors: Vec<Value>,
}

impl Ended {
    /// State of the job.
    pub(super) fn state(&self) -> &str {
        self.job["state"].as_str().unwrap_or_default()
    }

    /// State of the import in the summary, which is there even where the job does not show its result; without a summary
    /// what the result stands for.
    pub(super) fn import_state(&self) -> &str {
        match (&self.summary, self.result()) {
            (Some(summary), _) => summary["importJobState"].as_str().unwrap_or_default(),
            (None, Some("SUCCESS")) => "COMPLETED",
            (None, Some("COMPLETED_WITH_ERROR")) => "COMPLETED_WITH_ERRORS",
            (None, Some("FAILURE")) => "FAILED",
            (None, result) => result.unwrap_or("without a summary and a result"),
        }
    }

    /// Number of errors in the summary.
    pub(super) fn error_count(&self) -> Option<u64> {
        self.summary.as_ref()?["errorsCount"].as_u64()
    }

    /// Result of the job, if it is shown.
    pub(super) fn result(&self) -> Option<&str> {
        self.job["result"].as_str()
    }

    /// State and result in one word, as in the summary.
    pub(super) fn told(&self) -> String {
        let mut told = format!("{}, {}", self.state(), self.import_state());
        for error in self.errors.iter().filter_map(|error| error["errorMessage"].as_str()).take(3) {
            told = format!("{told}: {error}");
        }
        told
    }

    /// Goes on if everything was done.
    pub(super) fn succeeded(self) -> Step<Self> {
        self.came_to("COMPLETED", "COMPLETED")
    }

    /// Goes on if job and summary say this.
    pub(super) fn came_to(self, state: &str, import_state: &str) -> Step<Self> {
        if (self.state(), self.import_state()) == (state, import_state) {
            Ok(self)
        } else {
            broken(format!("a job that ends {state}, its summary {import_state}"), self.told())
        }
    }

    /// The state of the import, out of those it may come to in a job that was worked through.
    pub(super) fn came_to_one_of(&self, import_states: &[&str]) -> Step<&str> {
        if self.state() == "COMPLETED" && import_states.contains(&self.import_state()) {
            Ok(self.import_state())
        } else {
            broken(format!("a job that ends COMPLETED, its summary {}", import_states.join(" or ")), self.told())
        }
    }

    /// The entry of one kind in the summary.
    pub(super) fn of(&self, kind: &str) -> Option<&Value> {
        self.summary.as_ref()?["resourceTypes"].as_array()?.iter().find(|entry| entry["resourceType"] == kind)
    }

    /// One counter of one kind; 0 where the summary is silent.
    pub(super) fn count(&self, kind: &str, counter: &str) -> u64 {
        self.of(kind).and_then(|entry| entry["counters"][counter].as_u64()).unwrap_or(0)
    }
}
