//! Tests of sync-core through its public face.

mod check;
mod commands;
mod driver;
mod guard;
mod ids;
mod import_api;
mod machine_properties;
mod machine_rows;
mod outcomes;
mod payload;
mod profile;
mod recovering;
mod searching;
mod stage;
mod support;
mod threads;
mod transport;
