//! A small catalogue to write commands about.

use sync_core::command::{Command, CommandError, CommunityIdentifier, DomainIdentifier};

pub(crate) const ID: &str = "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01";
pub(crate) const COLUMN_OF_TABLE: &str = "00000000-0000-0000-0000-000000007042:TARGET";

pub(crate) fn id() -> uuid::Uuid {
    ID.parse().expect("a UUID")
}

pub(crate) fn office() -> CommunityIdentifier<'static> {
    CommunityIdentifier::name("Harbour Data Office")
}

pub(crate) fn tides() -> DomainIdentifier<'static> {
    DomainIdentifier::name("Tide Station DB", office())
}

pub(crate) fn read(text: &str) -> Command<'_> {
    Command::from_slice(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
pub(crate) fn refused(text: &str) -> CommandError {
    match Command::from_slice(text.as_bytes()) {
        Ok(command) => panic!("{text} was read as {command:?}"),
        Err(error) => error,
    }
}
