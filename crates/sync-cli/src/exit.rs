//! Exit codes and the failures that carry them.

use std::fmt;
use std::process::ExitCode;

use sync_engine::store::{StoreError, StoreErrorKind};

/// What the program's exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit(pub(crate) u8);

impl Exit {
    /// Done as asked.
    pub(crate) const DONE: Self = Self(0);
    /// The input or a job failed.
    pub(crate) const FAILED: Self = Self(1);
    /// Usage or configuration.
    pub(crate) const USAGE: Self = Self(2);
    /// Not known or still running.
    pub(crate) const UNCERTAIN: Self = Self(4);
    /// Credentials or permission.
    pub(crate) const DENIED: Self = Self(5);
    /// The target cannot be reached.
    pub(crate) const UNREACHABLE: Self = Self(6);
    /// There is something to do; of `plan --detailed-exitcode` only.
    pub(crate) const TO_DO: Self = Self(10);
    /// Something broke on our side.
    pub(crate) const BROKEN: Self = Self(7);
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

/// A command that could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    error: anyhow::Error,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), hint: None }
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::USAGE, anyhow::anyhow!("{message}"))
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn error(&self) -> &anyhow::Error {
        &self.error
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// A state that cannot be used, with what to do about it.
pub(crate) fn of_store(error: StoreError) -> Failure {
    let hint = error.hint();
    let exit = match error.kind() {
        StoreErrorKind::Locked { .. } => Exit::UNCERTAIN,
        StoreErrorKind::Newer { .. } | StoreErrorKind::Foreign | StoreErrorKind::Occupied => Exit::USAGE,
        _ => Exit::BROKEN,
    };
    let failure = Failure::new(exit, error);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

/// Turns an error into a failure with a given exit code.
pub(crate) trait OrExit<T> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error))
    }
}
