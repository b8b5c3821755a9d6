//! What a fault rule says.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::jobs::JobProgress;

/// One rule about what goes wrong, and when.
///
/// Rules stand in an order. Each counts the requests that fit its operation and synchronization, whatever the rules
/// before it do; the first one whose count and chance say so decides what becomes of a request, and at most one does.
/// Requests for `/_emulator/` are never touched.
///
/// ```
/// use sync_emulator::{Fault, FaultRule, Operation};
///
/// let rule = FaultRule::new(Fault::LoseAnswer).on(Operation::Finalize).nth(1);
/// let json = r#"{"operation": "finalize", "nth": 1, "act": "lose-answer"}"#;
/// assert_eq!(serde_json::from_str::<FaultRule>(json)?, rule);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultRule {
    /// What the log and the journal call it; by default it goes by its place, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which operations it is about; by default all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OneOrMany<Operation>>,
    /// Which synchronization it is about; by default all, and calls that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synchronization: Option<String>,
    /// Which of the requests that fit, counted from 1; by default all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<Nth>,
    /// The share of those that it fires on, from 0 to 1; by default 1. Drawn from the server's random seed.
    #[serde(default = "always", skip_serializing_if = "is_always")]
    pub chance: f64,
    /// What it does.
    pub act: Fault,
}

fn always() -> f64 {
    1.0
}

fn is_always(chance: &f64) -> bool {
    *chance >= 1.0
}

impl FaultRule {
    /// A rule that fires on every request until it is narrowed down.
    pub fn new(act: Fault) -> Self {
        Self { name: None, operation: None, synchronization: None, nth: None, chance: 1.0, act }
    }

    /// Sets what it is called.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds an operation it is about.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        let mut operations = self.operation.take().map(Vec::from).unwrap_or_default();
        operations.push(operation);
        self.operation = Some(OneOrMany::from(operations));
        self
    }

    /// Sets the synchronization it is about.
    #[must_use]
    pub fn of(mut self, synchronization: impl Into<String>) -> Self {
        self.synchronization = Some(synchronization.into());
        self
    }

    /// Fires on this one of the requests that fit, counted from 1.
    #[must_use]
    pub fn nth(mut self, number: u64) -> Self {
        self.nth = Some(Nth::Only(OneOrMany::One(number)));
        self
    }

    /// Fires on some of the requests that fit.
    #[must_use]
    pub fn some(mut self, nth: Nth) -> Self {
        self.nth = Some(nth);
        self
    }

    /// Sets the share of requests that it fires on.
    #[must_use]
    pub fn chance(mut self, chance: f64) -> Self {
        self.chance = chance;
        self
    }

    /// What is wrong with it.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.chance) {
            return Err(format!("a chance is a share from 0 to 1, not {}", self.chance));
        }
        if let Fault::Answer(Answer { status, .. }) = &self.act
            && !(200..=599).contains(status)
        {
            return Err(format!("an answer has a status from 200 to 599, not {status}"));
        }
        if let Fault::SlowRead { bytes_per_second: 0 } = &self.act {
            return Err("reading at 0 bytes a second never ends: use a delay".to_owned());
        }
        Ok(())
    }

    /// Whether it is about such requests.
    pub(super) fn fits(&self, operation: Operation, synchronization: Option<&str>) -> bool {
        self.operation.as_ref().is_none_or(|operations| operations.as_slice().contains(&operation))
            && self.synchronization.as_deref().is_none_or(|wanted| synchronization == Some(wanted))
    }
}

/// One value or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// Any of these.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl<T> From<Vec<T>> for OneOrMany<T> {
    fn from(mut values: Vec<T>) -> Self {
        match values.len() {
            1 => Self::One(values.remove(0)),
            _ => Self::Many(values),
        }
    }
}

impl<T> From<OneOrMany<T>> for Vec<T> {
    fn from(values: OneOrMany<T>) -> Self {
        match values {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

/// Which of the requests that fit a rule, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Nth {
    /// Just these: `1` or `[1, 3]`.
    Only(OneOrMany<u64>),
    /// A stretch: `{"from": 2, "to": 5}`, both included and both optional; `{"every": 3}` is the third, the sixth and so on.
    Some {
        /// The first one; default 1.
        #[serde(default = "first")]
        from: u64,
        /// The last one; by default there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<u64>,
        /// Only those whose number this divides; by default all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every: Option<u64>,
    },
}

fn first() -> u64 {
    1
}

impl Nth {
    pub(super) fn has(&self, number: u64) -> bool {
        match self {
            Self::Only(numbers) => numbers.as_slice().contains(&number),
            Self::Some { from, to, every } => {
                number >= *from
                    && to.is_none_or(|to| number <= to)
                    && every.is_none_or(|every| every > 0 && number.is_multiple_of(every))
            }
        }
    }
}

/// What a rule does with a request. In JSON its name in kebab case, `"lose-answer"`, or an object with the name and what it
/// needs, `{"answer": {"status": 503}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Answers with something else.
    Answer(Answer),
    /// Waits on the server's clock, then goes on as if nothing had been.
    Delay {
        /// How long, in milliseconds.
        milliseconds: u64,
        /// Whether the work is done before the waiting; by default it is done after it.
        #[serde(default)]
        done: bool,
    },
    /// Reads the body of the request slowly, then goes on as if nothing had been.
    SlowRead {
        /// How fast; at least 1. Waits on the server's clock.
        bytes_per_second: u64,
    },
    /// Closes the connection without reading the body of the request. Nothing is done.
    CloseBeforeReading,
    /// Closes the connection in the middle of the request's body. Nothing is done.
    CloseInUpload {
        /// How many bytes of the body are read; default 1024. A shorter body is read whole.
        #[serde(default = "some_bytes")]
        after_bytes: u64,
    },
    /// Does the work and closes the connection instead of answering.
    LoseAnswer,
    /// Does the work and breaks off in the middle of the answer's body.
    TruncateReply {
        /// How many bytes of the body are sent; default 10. A shorter body goes out but for its last byte.
        #[serde(default = "few_bytes")]
        after_bytes: u64,
    },
    /// Does the work and answers 200 with something that is not JSON, as a login page in between would.
    NotJson {
        /// The body; by default a page in HTML.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// Accepts the job, which then ends in ERROR and FAILURE. Only for calls that answer with a job.
    FailJob {
        /// The sentence in the list of errors.
        #[serde(default = "ordered")]
        message: String,
        /// Whether the work is done, and stays, all the same; default no.
        #[serde(default)]
        done: bool,
    },
    /// Accepts the job and says when it ends. Only for calls that answer with a job.
    HoldJob {
        /// When it ends.
        progress: JobProgress,
    },
    /// Restarts: every connection breaks, the job at work is undone and begins again, what waits goes on waiting.
    Restart {
        /// Whether the work of this request is done before, so that its job is there afterwards; default no.
        #[serde(default)]
        done: bool,
        /// How long nobody gets in, in milliseconds on the server's clock; default 0.
        #[serde(default)]
        down_milliseconds: u64,
    },
}

fn some_bytes() -> u64 {
    1024
}

fn few_bytes() -> u64 {
    10
}

fn ordered() -> String {
    "This job fails because a fault rule says so.".to_owned()
}

/// An answer that is not the one the work would give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Answer {
    /// The status, from 200 to 599.
    pub status: u16,
    /// `errorCode` of the body; by default one that goes with the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `userMessage` of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The whole body as text, instead of an error in the shape of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Its content type; default `application/json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Retry-After`, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Whether the work is done before; by default it is not.
    #[serde(default)]
    pub done: bool,
}

impl Answer {
    /// An answer without the work.
    pub fn new(status: u16) -> Self {
        Self { status, code: None, message: None, body: None, content_type: None, retry_after: None, done: false }
    }

    /// Sets `userMessage`.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Sets the whole body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets `Retry-After`; whole seconds.
    #[must_use]
    pub fn with_retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after.as_secs());
        self
    }

    /// Sets whether the work is done before.
    #[must_use]
    pub fn with_done(mut self, done: bool) -> Self {
        self.done = done;
        self
    }
}
