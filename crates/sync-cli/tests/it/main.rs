//! The built program as its users meet it.

mod bad_input;
mod check;
mod damaged_source;
mod docs;
mod durability;
mod emulator;
mod guard;
mod harbour;
mod kills;
mod resuming;
mod stopping;
mod support;
mod tables;
mod targets;
mod weight;
