//! The built program as its users meet it.

mod bad_input;
mod check;
mod damaged_source;
mod docs;
mod emulator;
mod exec;
mod guard;
mod harbour;
mod stopping;
mod support;
mod targets;
