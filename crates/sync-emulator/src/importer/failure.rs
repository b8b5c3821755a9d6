//! Why a command is not executed.

use sync_core::command::CommandError;

use crate::jobs::{Category, ErrorType};

/// A command that cannot be executed, in the words the client gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) error_type: ErrorType,
    pub(crate) category: Option<Category>,
    pub(crate) message: String,
}

impl Failure {
    /// Found while checking.
    pub(crate) fn new(category: Category, message: impl Into<String>) -> Self {
        Self { error_type: ErrorType::Validation, category: Some(category), message: message.into() }
    }
}

impl From<CommandError> for Failure {
    /// A command that cannot even be read: its kind may be unknown.
    fn from(error: CommandError) -> Self {
        Self {
            error_type: ErrorType::Validation,
            category: None,
            message: format!("The command cannot be read: {error}."),
        }
    }
}

/// What stops a command: something wrong with it, another job, or the database.
#[derive(Debug)]
pub(crate) enum Trouble {
    Command(Failure),
    /// Another job is about the same thing: the whole job ends.
    Clash(Failure),
    Database(rusqlite::Error),
}

impl Trouble {
    pub(super) fn clash(message: &str) -> Self {
        let category = Some(Category::Asset);
        Self::Clash(Failure { error_type: ErrorType::Runtime, category, message: message.to_owned() })
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Command(failure)
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

pub(crate) type Outcome<T> = Result<T, Trouble>;

/// Shorthand for leaving with a failure.
pub(super) fn refuse<T>(category: Category, message: impl Into<String>) -> Outcome<T> {
    Err(Failure::new(category, message).into())
}
