//! The built program as its users meet it.

mod administration;
mod against_model;
mod bad_input;
mod check;
mod conformance;
mod damaged_source;
mod docs;
mod durability;
mod emulator;
mod exec;
mod guard;
mod harbour;
mod kills;
mod resuming;
mod stopping;
mod support;
mod tables;
mod targets;
mod weight;
