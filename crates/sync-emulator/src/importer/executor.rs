//! One command at a time.

use std::collections::HashMap;

use sync_core::command::Command;
use uuid::Uuid;

use super::failure::Outcome;
use crate::catalog::{Kind, Number, Store};
use crate::jobs::{CharacteristicsAction, JobRequest, Tally};
use crate::profile::EmptyValues;

/// What holds for every command of every job.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Whether assets may have responsibilities; the console setting of the service is off by default.
    pub(crate) asset_responsibilities: bool,
    /// Users that can be named instead of given by id.
    pub(crate) users: HashMap<String, Uuid>,
    /// What an attribute value without any text means.
    pub(crate) empty_values: EmptyValues,
}

/// Executes commands within an open transaction.
#[derive(Debug)]
pub(crate) struct Importer<'s> {
    pub(super) store: &'s mut Store,
    pub(super) rules: &'s Rules,
    pub(super) relations: CharacteristicsAction,
    pub(super) attributes: CharacteristicsAction,
    /// The first number given out by this job: communities from there on are too young to be parents.
    pub(super) floor: Number,
    /// Start of the job, in milliseconds since 1970.
    pub(super) started: i64,
    /// What the current command did.
    pub(super) tally: Tally,
}

impl<'s> Importer<'s> {
    pub(crate) fn new(store: &'s mut Store, rules: &'s Rules, request: &JobRequest, started: i64) -> Self {
        let floor = store.next_number();
        let JobRequest { relations, attributes, .. } = *request;
        Self { store, rules, relations, attributes, floor, started, tally: Tally::default() }
    }

    /// Executes one command and says which resource it is about. After an error the database may hold half of the
    /// command: the caller rolls back.
    pub(crate) fn execute(&mut self, command: &Command<'_>) -> Outcome<(Kind, Number)> {
        self.tally.clear();
        Ok(match command {
            Command::Community(command) => (Kind::Community, self.community(command)?),
            Command::Domain(command) => (Kind::Domain, self.domain(command)?),
            Command::Asset(command) => (Kind::Asset, self.asset(command)?),
            Command::Mapping(command) => (Kind::Mapping, self.mapping(command)?),
            Command::ComplexRelation(command) => (Kind::ComplexRelation, self.complex_relation(command)?),
        })
    }

    /// What the last command did.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The store, between two commands.
    pub(crate) fn store(&mut self) -> &mut Store {
        self.store
    }
}
